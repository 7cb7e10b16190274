"""The figures as Markdown."""

import statistics
from collections.abc import Iterable, Sequence

from bench.serving.figures import CLIENTS, Figures, Shared, Workers, times
from bench.serving.goals import Goal
from bench.serving.ours import FLOOR, NO_OP


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown: the first column is words, the others are numbers."""
    lines = [f"| {' | '.join(head)} |", "|---|" + "---:|" * (len(head) - 1)]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def answers_table(figures: Figures) -> str:
    """Answers a second and how long they took; ratios to the floor and to FastAPI that does nothing."""
    head = ["server", "at once", "answers/s", "of the floor", "of the no-op"]
    head += ["p50 ms", "p99 ms", "p99/p50", "CPU ms an answer"]
    floor, no_op = figures.named(FLOOR), figures.named(NO_OP)
    rows = []
    for clients in CLIENTS:
        for each in figures.servers:
            rate, cpu = each.median("rate", clients), each.median("cpu", clients)
            p50, p99 = each.median("p50", clients), each.median("p99", clients)
            shares = ["" if other is None else f"{times(each, other, clients):.3f}" for other in (floor, no_op)]
            took = [f"{p50:.2f}", f"{p99:.2f}", f"{p99 / p50:.1f}", f"{cpu:.2f}"]
            rows.append([each.name, str(clients), f"{rate:.0f}", *shares, *took])
    return table(head, rows)


def start_table(figures: Figures) -> str:
    """How soon each server answers, and the memory it has after the load."""
    rows = [[each.name, f"{each.first_answer:.2f}", f"{each.mebibytes:.0f}"] for each in figures.servers]
    return table(["server", "first answer after, s", "memory after the load, MiB"], rows)


def workers_table(measured: Sequence[Workers]) -> str:
    """Two processes beside one; the cores in brackets are what the service used, and what all else did."""
    head = ["with PostgreSQL, 2 cores", "one process, answers/s", "two, answers/s", "times"]
    rows = [[each.name, _shared(each.one), _shared(each.two), f"{each.times:.2f}"] for each in measured]
    return table(head, rows)


def _shared(slices: Sequence[Shared]) -> str:
    rate, service, other = (
        statistics.median(getattr(one, name) for one in slices) for name in ("rate", "service_cores", "other_cores")
    )
    return f"{rate:.0f} ({service:.2f} + {other:.2f} cores)"


def goals_table(goals: Sequence[Goal]) -> str:
    """Each goal with what was reached."""
    rows = [[each.words, each.wanted, each.reached, "yes" if each.kept else "**no**"] for each in goals]
    return table(["goal", "wanted", "reached", "kept"], rows)
