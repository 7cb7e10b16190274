"""Measure the servers side by side (`make bench`): slices of load, by turns, and the ratio of each to the floor.

Machines drift, so every server has a slice in each round, and ratios are taken within a round; the median of the rounds
counts. All servers are up meanwhile, on the same core, and idle while another is asked.
"""

import argparse
import json
import platform
import statistics
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

from bench.load import HOST
from bench.own_service import ROOT
from bench.serving.servers import ASSESS, Running, Server, own, running, uvicorn
from bench.serving.wrk import Slice, ensure_wrk, load

ROUNDS, SECONDS, WARM_UP = 3, 4, 2
CLIENTS: Final = (1, 32)
EXAM: Final = ROOT / "service" / "examples" / "exam.json"
FLOOR, NO_OP = "bare ASGI, bytes that are there (floor)", "FastAPI that does nothing (no-op)"
OURS, EXPLAINED = "ours, ?explain=false", "ours, with explanation"
NEW_PERSON: Final = "ours, ?explain=false, nobody's earlier examinations"

Rounds = dict[tuple[str, int], list[Slice]]


def stored_answer(folder: Path, body: bytes) -> Path:
    """An answer of the service to `body`, in a file."""
    path = folder / "answer.json"
    with running(own("maker", folder / "maker"), body, folder / "maker.log") as service:
        connection = HTTPConnection(HOST, service.port)
        connection.request("POST", f"{ASSESS}?explain=false&commit=false", body, {"Content-Type": "application/json"})
        path.write_bytes(connection.getresponse().read())
        connection.close()
    return path


def servers(folder: Path, answer: Path) -> list[tuple[Server, str]]:
    """What is measured, each with the name of the body that it is sent."""
    made = {"ANSWER": str(answer)}
    return [
        (Server(name=FLOOR, command=uvicorn("bench.serving.floor:app"), environment=made), "exam"),
        (Server(name=NO_OP, command=uvicorn("bench.serving.noop:app"), environment=made), "exam"),
        (own(OURS, folder / "ours", "?explain=false"), "exam"),
        (own(EXPLAINED, folder / "explained"), "exam"),
        (own(NEW_PERSON, folder / "nobody", "?explain=false"), "nobody"),
    ]


def measure(up: Sequence[tuple[Running, Path]], rounds: int, seconds: int) -> Rounds:
    """Every server in every round, after a warm-up that does not count."""
    found: Rounds = {(each.server.name, clients): [] for clients in CLIENTS for each, _ in up}
    for each, body in up:
        load(each.url, body, 4, WARM_UP)
    for number in range(rounds):
        for clients in CLIENTS:
            for each, body in up:
                found[each.server.name, clients].append(load(each.url, body, clients, seconds))
                print(f"round {number + 1} of {rounds}, {clients} at once: {each.server.name}", file=sys.stderr)
    return found


def told(up: Sequence[tuple[Running, Path]], found: Rounds) -> str:
    """The figures, as Markdown."""
    lines = [
        "| server | at once | answers/s | of the floor | of the no-op | p50 ms | p99 ms | p99/p50 |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for clients in CLIENTS:
        for each, _ in up:
            slices = found[each.server.name, clients]
            rate, p50, p99 = (
                statistics.median(getattr(one, name) for one in slices) for name in ("rate", "p50", "p99")
            )
            shares = " | ".join(f"{_share(slices, found[other, clients]):.3f}" for other in (FLOOR, NO_OP))
            row = (
                f"| {each.server.name} | {clients} | {rate:.0f} | {shares} | {p50:.2f} | {p99:.2f} | {p99 / p50:.1f} |"
            )
            lines.append(row)
    lines += ["", "| server | first answer after, s | memory, MiB |", "|---|---|---|"]
    lines += [f"| {each.server.name} | {each.seconds:.2f} | {each.mebibytes:.0f} |" for each, _ in up]
    return "\n".join(lines)


def _median(slices: Sequence[Slice], name: str) -> float:
    values: list[float] = [getattr(one, name) for one in slices]
    return statistics.median(values)


def _share(slices: Sequence[Slice], others: Sequence[Slice]) -> float:
    """The median over the rounds of how many times as fast."""
    return statistics.median(one.rate / other.rate for one, other in zip(slices, others, strict=True))


def main() -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", type=int, default=SECONDS, help="of load on one server in one round")
    stated = parser.parse_args()
    if ensure_wrk() != 0:
        return 1
    with tempfile.TemporaryDirectory() as temporary, ExitStack() as stack:
        folder = Path(temporary)
        bodies = {"exam": folder / "exam.json", "nobody": folder / "nobody.json"}
        exam = json.loads(EXAM.read_text(encoding="utf-8"))
        bodies["exam"].write_text(json.dumps(exam), encoding="utf-8")
        del exam["patient"]["reference"]
        bodies["nobody"].write_text(json.dumps(exam), encoding="utf-8")
        answer = stored_answer(folder, bodies["nobody"].read_bytes())
        up = [
            (stack.enter_context(running(server, bodies[name].read_bytes(), folder / f"{number}.log")), bodies[name])
            for number, (server, name) in enumerate(servers(folder, answer))
        ]
        found = measure(up, stated.rounds, stated.seconds)
        print(
            f"Python {platform.python_version()}, {platform.machine()}; {stated.rounds} rounds of {stated.seconds} s; "
        )
        print(f"examination {bodies['exam'].stat().st_size} bytes, answer {answer.stat().st_size} bytes\n")
        print(told(up, found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
