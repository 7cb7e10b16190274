"""What was set as a goal, beside what was reached."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Final

from bench.serving.figures import Figures, Measured, added, times
from bench.serving.ours import EXPLAINED, NEW_PERSON, NO_OP, OURS, UNRECORDED
from bench.serving.peers.named import BENTOML, MLFLOW_GRAPH, MLFLOW_PIPELINE, MLSERVER

MANY: Final = 32
"""Connections at once of all goals but that of the record."""
PEERS: Final = {MLFLOW_GRAPH: 3.0, BENTOML: 3.0, MLFLOW_PIPELINE: 50.0, MLSERVER: 2.0}
"""How many times the answers of each."""
NO_OPS: Final = {OURS: 1.0, EXPLAINED: 0.6}
SPREAD: Final = 4.0
SYNC: Final = 1.2
TWO: Final = 1.7


@dataclass(frozen=True, kw_only=True)
class Goal:
    """One of them: what was wanted and reached, in words with units, and whether it was."""

    words: str
    wanted: str
    reached: str
    kept: bool


def goals(figures: Figures) -> list[Goal]:
    """Those that the run can speak of."""
    return [*_no_op(figures), *_spread(figures), *_peers(figures), *_record(figures), *_two(figures)]


def _at_least(words: str, wanted: float, reached: float) -> Goal:
    return Goal(words=words, wanted=f"at least {wanted:g}", reached=f"{reached:.2f}", kept=reached >= wanted)


def _no_op(figures: Figures) -> Iterator[Goal]:
    for name, wanted in NO_OPS.items():
        if pair := _both(figures, name, NO_OP):
            yield _at_least(f"{name}: of the answers of the no-op, {MANY} at once", wanted, times(*pair, MANY))


def _spread(figures: Figures) -> Iterator[Goal]:
    for name in NO_OPS:
        if one := figures.named(name):
            reached = one.median("p99", MANY) / one.median("p50", MANY)
            words = f"{name}: p99 of p50, {MANY} at once"
            yield Goal(words=words, wanted=f"under {SPREAD:g}", reached=f"{reached:.2f}", kept=reached < SPREAD)


def _peers(figures: Figures) -> Iterator[Goal]:
    for name, wanted in PEERS.items():
        if pair := _both(figures, OURS, name):
            yield _at_least(f"{OURS}: times the answers of {name}, {MANY} at once", wanted, times(*pair, MANY))


def _record(figures: Figures) -> Iterator[Goal]:
    if (pair := _both(figures, NEW_PERSON, UNRECORDED)) and figures.syncs:
        most, reached = SYNC * median(figures.syncs), added(*pair, 1)
        yield Goal(
            words="the record: added to the median answer, 1 at once, in ms",
            wanted=f"at most {most:.2f} (a sync of the disk and 20 %)",
            reached=f"{reached:.2f}",
            kept=reached <= most,
        )


def _two(figures: Figures) -> Iterator[Goal]:
    for each in figures.workers:
        yield _at_least(f"two processes on two cores with PostgreSQL, {each.name}: times one", TWO, each.times)


def _both(figures: Figures, one: str, other: str) -> tuple[Measured, Measured] | None:
    first, second = figures.named(one), figures.named(other)
    return None if first is None or second is None else (first, second)
