"""What one run measured, as it is kept in result.json; medians and ratios are taken from it."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pydantic import TypeAdapter

RESULT: Final = Path(__file__).with_name("result.json")
CLIENTS: Final = (1, 32)
"""Connections that ask at once."""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One server's turn in a round: answers a second, how long they took, and what the server computed; all in ms."""

    rate: float
    p50: float
    p99: float
    cpu: float
    """Of the processor, for each answer: what a server needs, however busy the machine is with other things."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One server: a turn for each round, by connections at once; `mebibytes` of memory after them."""

    name: str
    turns: Mapping[int, tuple[Turn, ...]]
    first_answer: float
    """Seconds from its start."""
    mebibytes: float

    def median(self, figure: Literal["rate", "p50", "p99", "cpu"], clients: int) -> float:
        """The median over the rounds."""
        values: list[float] = [getattr(one, figure) for one in self.turns[clients]]
        return statistics.median(values)


@dataclass(frozen=True, kw_only=True)
class Shared:
    """Answers a second of one or more service processes on all cores, and how many cores what used meanwhile."""

    rate: float
    service_cores: float
    other_cores: float
    """By the client, the database and the rest of the machine."""


@dataclass(frozen=True, kw_only=True)
class Workers:
    """One process beside two, round by round, under the same load."""

    name: str
    one: tuple[Shared, ...]
    two: tuple[Shared, ...]

    @property
    def times(self) -> float:
        """How many times as many answers two give: the median over the rounds."""
        return statistics.median(two.rate / one.rate for one, two in zip(self.one, self.two, strict=True))


@dataclass(frozen=True, kw_only=True)
class Figures:
    """All of a run. `syncs` are milliseconds, a median for each round; `workers` is empty where it was left out."""

    machine: Mapping[str, str]
    versions: Mapping[str, str]
    seconds: int
    """Of load in each turn."""
    exam_bytes: int
    answer_bytes: int
    servers: tuple[Measured, ...]
    syncs: tuple[float, ...]
    workers: tuple[Workers, ...] = ()

    @property
    def rounds(self) -> int:
        """How many turns each figure is the median of."""
        return len(self.syncs)

    def named(self, name: str) -> Measured | None:
        """The server of that name; None where it was not measured."""
        return next((each for each in self.servers if each.name == name), None)


def times(one: Measured, other: Measured, clients: int) -> float:
    """How many times as many answers `one` gives: the ratio within a round, the median over the rounds."""
    return statistics.median(_ratios(one.turns[clients], other.turns[clients]))


def added(one: Measured, other: Measured, clients: int) -> float:
    """How many milliseconds longer the median answer of `one` takes: the median over the rounds."""
    pairs = zip(one.turns[clients], other.turns[clients], strict=True)
    return statistics.median(slow.p50 - quick.p50 for slow, quick in pairs)


def _ratios(one: Sequence[Turn], other: Sequence[Turn]) -> list[float]:
    return [mine.rate / theirs.rate for mine, theirs in zip(one, other, strict=True)]


ADAPTER: Final = TypeAdapter(Figures)


def keep(figures: Figures, path: Path = RESULT) -> None:
    """Write all of it to a file."""
    path.write_bytes(ADAPTER.dump_json(figures, indent=1) + b"\n")


def kept(path: Path = RESULT) -> Figures:
    """What was kept.

    Raises:
        FileNotFoundError: nothing was.
    """
    return ADAPTER.validate_json(path.read_bytes())
