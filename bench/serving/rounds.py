"""Slices of load, by turns.

Machines drift, so every server has a slice in each round, and ratios are taken within a round. All servers are up
meanwhile, on the same core, and idle while another is asked.
"""

import sys
from collections.abc import Callable, Sequence

from bench.serving.figures import CLIENTS, Measured, Turn
from bench.serving.servers import Running
from bench.serving.wrk import load

WARM_UP = 2
"""Seconds that do not count."""


def measure(
    up: Sequence[Running], rounds: int, seconds: int, once_a_round: Callable[[], float]
) -> tuple[tuple[Measured, ...], tuple[float, ...]]:
    """Every server in every round, after a warm-up; and what `once_a_round` gave, while no server is asked."""
    found: dict[tuple[str, int], list[Turn]] = {(each.server.name, clients): [] for clients in CLIENTS for each in up}
    besides = []
    for each in up:
        _ask(each, 4, WARM_UP)
    for number in range(rounds):
        for clients in CLIENTS:
            for each in up:
                found[each.server.name, clients].append(_ask(each, clients, seconds))
                print(f"round {number + 1} of {rounds}, {clients} at once: {each.server.name}", file=sys.stderr)
        besides.append(once_a_round())
    measured = (
        Measured(
            name=each.server.name,
            turns={clients: tuple(found[each.server.name, clients]) for clients in CLIENTS},
            first_answer=each.seconds,
            mebibytes=each.mebibytes,
        )
        for each in up
    )
    return tuple(measured), tuple(besides)


def _ask(server: Running, clients: int, seconds: int) -> Turn:
    used = server.cpu_seconds
    found = load(server.url, server.server.body, clients, seconds)
    server.settle()
    cpu = (server.cpu_seconds - used) / found.requests * 1000
    return Turn(rate=found.rate, p50=found.p50, p99=found.p99, cpu=cpu)
