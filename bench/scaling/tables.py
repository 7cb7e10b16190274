"""What the figures make of ten, a thousand and a hundred thousand answers a second: arithmetic, and nothing else."""

from collections.abc import Callable, Sequence
from math import ceil
from typing import Final

from bench.scaling.measure import Figures

RATES: Final = (10, 1_000, 100_000)
"""Answers a second at the busiest time."""
USED: Final = 0.6
"""How much of a processor, or of a chain, is used then: the rest is for what comes in bursts."""
MEAN: Final = 0.2
"""The mean over a year, of the busiest time: clinics are open for a quarter of the hours, and some are quiet."""
YEAR: Final = 365 * 24 * 3600
HOURS: Final = YEAR / 3600
REPLICAS: Final = 2
"""Copies of the database beside the first."""


def cost_table(figures: Figures) -> str:
    """What one answer takes."""
    rows: tuple[tuple[str, Callable[[str], str]], ...] = (
        ("processor, service, ms", lambda kind: f"{figures.costs[kind].service_cpu:.1f}"),
        ("processor, PostgreSQL, ms", lambda kind: f"{figures.costs[kind].database_cpu:.2f}"),
        ("the answer as it is sent, kB", lambda kind: f"{figures.costs[kind].answer_bytes / 1000:.1f}"),
        ("in the database, with indexes, kB", lambda kind: f"{figures.costs[kind].database_bytes / 1000:.1f}"),
        ("written ahead (WAL), kB", lambda kind: f"{figures.costs[kind].wal_bytes / 1000:.1f}"),
    )
    kinds = tuple(figures.costs)
    return _table(("one answer", *kinds), [(name, *map(cell, kinds)) for name, cell in rows])


def chain_table(figures: Figures) -> str:
    """How many answers one chain takes."""
    rows = [
        (str(number), f"{rate:,.0f}", f"{rate / figures.appended[1]:.2f}") for number, rate in figures.appended.items()
    ]
    return _table(("processes that append", "answers a second, together", "of one"), rows)


def scale_table(figures: Figures, kind: str) -> str:
    """What each rate takes, with answers of this kind."""
    cost, most = figures.costs[kind], max(figures.appended.values())

    def service(rate: float) -> int:
        return _cores(rate, cost.service_cpu)

    def database(rate: float) -> int:
        return _cores(rate, cost.database_cpu)

    rows: tuple[tuple[str, Callable[[float], str]], ...] = (
        ("processes of the service, a core each", lambda rate: f"{service(rate):,}"),
        ("memory of these, GiB", lambda rate: _short(service(rate) * figures.mebibytes / 1024)),
        ("cores of PostgreSQL", lambda rate: f"{database(rate):,}"),
        ("written ahead, MB/s", lambda rate: _short(rate * cost.wal_bytes / 1e6)),
        ("sent to clients, MB/s", lambda rate: _short(rate * cost.answer_bytes / 1e6)),
        ("chains", lambda rate: f"{ceil(rate / (most * USED)):,}"),
        ("answers a year, million", lambda rate: f"{rate * MEAN * YEAR / 1e6:,.0f}"),
        ("kept a year, TB", lambda rate: _short(rate * MEAN * YEAR * cost.database_bytes / 1e12)),
        (
            "core hours a year, all of it at its busiest",
            lambda rate: f"{HOURS * (service(rate) + (1 + REPLICAS) * database(rate)):,.0f}",
        ),
    )
    return _table(
        ("answers a second", *(f"{rate:,}" for rate in RATES)), [(name, *map(cell, RATES)) for name, cell in rows]
    )


def _cores(rate: float, milliseconds: float) -> int:
    return ceil(rate * milliseconds / 1000 / USED)


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ("---", *("---:" for _ in head[1:])), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
