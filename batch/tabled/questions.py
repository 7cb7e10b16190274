"""What can be asked of the rows of a chunk at once: each question has a small number for an answer, by row.

A rule asks one row at a time. What it asked is kept as a Question, and the next rows are asked all together.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

NOT_STATED = -1
"""For a list that was not stated, in the place of its set of bits."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Chunk:
    """Rows of examinations by dotted column: (n,) each.

    `words` have 0 for not stated, or the place of the word from 1; `numbers` NaN for not stated; `ungraded` tells which
    grades are the word for weakness without one; `lists` one bit for each word, NOT_STATED where nothing was stated.
    `parts` tells which rows have a part that can be absent. `answers` are those already known.
    """

    size: int
    words: dict[str, Codes]
    numbers: dict[str, Floats]
    ungraded: Mapping[str, npt.NDArray[np.bool_]]
    lists: dict[str, Codes]
    parts: Mapping[str, npt.NDArray[np.bool_]]
    answers: dict[Hashable, Codes] = field(default_factory=dict)

    def add(self, *, words: Mapping[str, Codes], numbers: Mapping[str, Floats], lists: Mapping[str, Codes]) -> None:
        """Add columns that were worked out, of which nothing was asked yet."""
        self.words.update(words)
        self.numbers.update(numbers)
        self.lists.update(lists)

    def other_legs(self) -> tuple["Chunk", Codes]:
        """The rows with another leg as examinations of that leg by its own signs, (m,), and which rows they are.

        The history tells of the worse leg, and the red flags of the person: neither is carried over.
        """
        rows = np.flatnonzero(self.parts["other_leg"])

        def turned(columns: Mapping[str, npt.NDArray[Any]], nothing: Any) -> dict[str, npt.NDArray[Any]]:
            absent = np.full(len(rows), nothing)
            return {path: columns[_of_other_leg(path)][rows] if _stays(path) else absent for path in columns}

        parts = {path: there[rows] for path, there in self.parts.items()}
        both = ("examination.straight_leg_raise", "other_leg.straight_leg_raise")
        parts |= {"other_leg": np.ones(len(rows), dtype=np.bool_)}
        parts |= {path: self.parts[other][rows] for path, other in zip(both, both[::-1], strict=True)}
        chunk = Chunk(
            size=len(rows),
            words=turned(self.words, 0),
            numbers=turned(self.numbers, np.nan),
            ungraded=turned(self.ungraded, False),
            lists=turned(self.lists, NOT_STATED),
            parts=parts,
        )
        return chunk, rows


def _stays(path: str) -> bool:
    return path.startswith(("patient.", "examination.", "other_leg."))


def _of_other_leg(path: str) -> str:
    """Where the other leg has what the worse leg has at a path, and the other way round."""
    leg, _, rest = path.partition(".")
    return {"examination": f"other_leg.{rest}", "other_leg": f"examination.{rest}"}.get(leg, path)


class Expression(Protocol):
    """Something that is worked out for each row: (n,)."""

    def of(self, chunk: Chunk) -> npt.NDArray[Any]:
        """Its values."""
        ...


@dataclass(frozen=True)
class NumberAt:
    """The numbers of a column."""

    path: str

    def of(self, chunk: Chunk) -> Floats:
        """NaN where nothing was stated."""
        return chunk.numbers[self.path]


@dataclass(frozen=True)
class Constant:
    """The same for every row."""

    value: Any

    def of(self, chunk: Chunk) -> npt.NDArray[Any]:
        """One value that numpy spreads over the rows."""
        return np.asarray(self.value)


@dataclass(frozen=True)
class Calculated:
    """What a function of numpy makes of other expressions."""

    function: Callable[..., npt.NDArray[Any]]
    parts: tuple[Expression, ...]

    def of(self, chunk: Chunk) -> npt.NDArray[Any]:
        """As Python works it out for one row: both have the same double precision."""
        with np.errstate(invalid="ignore"):
            return self.function(*(part.of(chunk) for part in self.parts))


@dataclass(frozen=True)
class BitsAt:
    """The lists of a column as sets of bits; an empty set where none was stated, which is asked before."""

    path: str

    def of(self, chunk: Chunk) -> Codes:
        """A bit for each word of the list."""
        return np.maximum(chunk.lists[self.path], 0)


class Question(Hashable, Protocol):
    """What is asked of every row."""

    def codes(self, chunk: Chunk) -> Codes:
        """The answers: (n,), from 0."""
        ...


def answered(question: Question, chunk: Chunk) -> Codes:
    """The answers to a question, worked out once for each chunk."""
    known = chunk.answers.get(question)
    if known is None:
        known = chunk.answers[question] = question.codes(chunk)
    return known


@dataclass(frozen=True)
class WordAt:
    """Which word stands there: 0 none, or its place from 1."""

    path: str

    def codes(self, chunk: Chunk) -> Codes:
        """The codes of the column."""
        return chunk.words[self.path]


@dataclass(frozen=True)
class NumberStated:
    """Whether a number stands there: 0 nothing, 1 a number, 2 the word for a weakness that was not graded."""

    path: str

    def codes(self, chunk: Chunk) -> Codes:
        """2 only in columns of grades."""
        stated = (~np.isnan(chunk.numbers[self.path])).astype(np.int64)
        ungraded = chunk.ungraded.get(self.path)
        return stated if ungraded is None else np.where(ungraded, 2, stated)


@dataclass(frozen=True)
class ListStated:
    """Whether a list was stated, be it empty."""

    path: str

    def codes(self, chunk: Chunk) -> Codes:
        """0 or 1."""
        return np.asarray(chunk.lists[self.path] != NOT_STATED, dtype=np.int64)


@dataclass(frozen=True)
class There:
    """Whether a part is there that can be absent."""

    path: str

    def codes(self, chunk: Chunk) -> Codes:
        """0 or 1."""
        return chunk.parts[self.path].astype(np.int64)


@dataclass(frozen=True)
class Holds:
    """Whether an expression is true, or not zero."""

    expression: Expression

    def codes(self, chunk: Chunk) -> Codes:
        """0 or 1."""
        found = self.expression.of(chunk) != 0
        return np.broadcast_to(found, (chunk.size,)).astype(np.int64)


@dataclass(frozen=True)
class Exactly:
    """The very value of an expression: for what nobody compares, but calculates with in ways of his own."""

    expression: Expression

    def codes(self, chunk: Chunk) -> Codes:
        """The bits of the number, as one whole number."""
        found = np.asarray(self.expression.of(chunk), dtype=np.float64)
        return np.broadcast_to(found, (chunk.size,)).astype(np.float64).view(np.int64)
