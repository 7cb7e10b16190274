"""Decision tables that are learned by watching: a function of an examination is run once for each way through it.

A function that decides something of an examination asks a few questions of it, one after the other, and which comes
next depends on the answers so far. Watched at work (batch.tabled.watched), it leaves a way of questions and answers
with a result at its end; the ways of one function make a tree. A row that goes a way already known has its result
without the function being run. Rows are sorted by their answers first, all together, so that only one row of each kind
walks.

Nothing is guessed: a row whose way is not known yet is answered by the function itself.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import numpy as np

from batch.tabled.questions import Chunk, Codes, Question, answered

FEW: Final = 1 << 20
"""Kinds of rows that are told apart by counting instead of sorting."""


@dataclass(eq=False)
class Trace:
    """One run of a function on one row: what it asked, and what the answers were; `tables` are those learned so far."""

    chunk: Chunk
    row: int
    tables: "Tables"
    way: dict[Question, int] = field(default_factory=dict)

    def ask(self, question: Question) -> int:
        """The answer for this row."""
        known = self.way.get(question)
        if known is None:
            known = self.way[question] = int(answered(question, self.chunk)[self.row])
        return known


@dataclass(eq=False)
class _Fork:
    """A place in the tree: which of the questions is asked there, and where each answer leads."""

    question: int
    ways: dict[int, "_Fork | _End"] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class _End:
    """Where a way ends: the number of the result."""

    code: int


class Table:
    """The results of one function, by what it asks.

    `run` runs the function on the row of a trace and returns its result, which has to be hashable.
    """

    def __init__(self, name: str, run: Callable[[Trace], Any], tables: "Tables") -> None:
        self.name, self.tables = name, tables
        self.values: list[Any] = []
        """The results, each once, in the order in which they were found."""
        self._run = run
        self._code_of: dict[Any, int] = {}
        self._questions: list[Question] = []
        self._places: dict[Question, int] = {}
        self._start: _Fork | _End | None = None

    def codes(self, chunk: Chunk) -> Codes:
        """The number of the result of each row in `values`: (n,)."""
        if chunk.size == 0:
            return np.zeros(0, dtype=np.int64)
        while True:
            asked = len(self._questions)
            answers = [answered(each, chunk) for each in self._questions]
            kinds, firsts = _kinds(answers, chunk.size)
            ways = zip(*(codes[firsts].tolist() for codes in answers), strict=True) if answers else [()]
            found = [self._code(chunk, row, way) for row, way in zip(firsts.tolist(), ways, strict=True)]
            if len(self._questions) == asked:  # otherwise rows of one kind may differ in what is asked only now
                return np.array(found, dtype=np.int64)[kinds]

    def _code(self, chunk: Chunk, row: int, way: tuple[int, ...]) -> int:
        place = self._start
        while isinstance(place, _Fork):
            # What was learned since the rows were sorted is asked of this row by itself.
            known = place.question < len(way)
            place = place.ways.get(way[place.question] if known else self._ask(place.question, chunk, row))
        return self._learn(chunk, row) if place is None else place.code

    def _ask(self, question: int, chunk: Chunk, row: int) -> int:
        return int(answered(self._questions[question], chunk)[row])

    def _learn(self, chunk: Chunk, row: int) -> int:
        trace = Trace(chunk, row, self.tables)
        value = self._run(trace)
        code = self._code_of.setdefault(value, len(self.values))
        if code == len(self.values):
            self.values.append(value)
        for question in trace.way:
            if question not in self._places:
                self._places[question] = len(self._questions)
                self._questions.append(question)
        self._keep([(self._places[question], answer) for question, answer in trace.way.items()], _End(code))
        return code

    def _keep(self, way: list[tuple[int, int]], end: _End) -> None:
        if not way:
            self._start = end
            return
        if self._start is None:
            self._start = _Fork(way[0][0])
        place = self._start
        for (question, answer), follows in zip(way, [*(each for each, _ in way[1:]), None], strict=True):
            if not isinstance(place, _Fork) or place.question != question:
                raise RuntimeError(f"{self.name} asked something else of the same answers: it cannot be tabled")
            if follows is None:
                place.ways[answer] = end
                return
            place = place.ways.setdefault(answer, _Fork(follows))


class Results(Protocol):
    """The results of a function for all rows at once: those of a Table, or worked out otherwise."""

    @property
    def values(self) -> Sequence[Any]:
        """The results, each once."""
        ...

    def codes(self, chunk: Chunk) -> Codes:
        """The number of the result of each row in `values`: (n,)."""
        ...


Made = Callable[[str, "Tables"], Results]
"""Makes the results of a function of the part of an examination at a path."""


@dataclass(eq=False, kw_only=True)
class Tables:
    """The results of all functions that were watched, by what they are a function of.

    Those of the functions in `given` are made there instead of being learned; `unkept` have none.
    """

    given: Mapping[Callable[..., Any], Made]
    learned: dict[Hashable, Results] = field(default_factory=dict)
    unkept: set[Hashable] = field(default_factory=set)

    def of(self, function: Callable[..., Any], where: tuple[type, str], run: Callable[[Trace], Any]) -> Results:
        """The results of `function` of what is at `where`, a class and a path; `run` runs it on the row of a trace."""
        known = self.learned.get((function, where))
        if known is None:
            make = self.given.get(function)
            known = Table(function.__qualname__, run, self) if make is None else make(where[1], self)
            self.learned[function, where] = known
        return known


def _kinds(answers: list[Codes], size: int) -> tuple[Codes, Codes]:
    """The kind of each row by its answers, (n,) from 0, and the first row of each kind."""
    together, most = np.zeros(size, dtype=np.int64), 1
    for codes in answers:
        low, high = int(codes.min()), int(codes.max())
        if high == low:
            continue
        if high - low >= FEW:
            codes, low, high = (found := np.unique(codes, return_inverse=True)[1]), 0, int(found.max())
        if most * (high - low + 1) > 1 << 62:
            together = np.unique(together, return_inverse=True)[1]
            most = int(together.max()) + 1
        together = together * (high - low + 1) + (codes - low)
        most *= high - low + 1
    if most > FEW:
        _, firsts, kinds = np.unique(together, return_index=True, return_inverse=True)
        return kinds, firsts
    first_of = np.full(most, -1, dtype=np.int64)
    first_of[together[::-1]] = np.arange(size - 1, -1, -1)
    there = np.flatnonzero(first_of >= 0)
    number = np.empty(most, dtype=np.int64)
    number[there] = np.arange(len(there))
    return number[together], first_of[there]


@dataclass(frozen=True)
class Found:
    """The result of a table, as a question that another function asks."""

    table: Results

    def codes(self, chunk: Chunk) -> Codes:
        """The numbers of the results."""
        return self.table.codes(chunk)
