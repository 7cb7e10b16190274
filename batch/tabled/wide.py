"""Functions that look at a whole leg at once, by columns: too many ways lead through them to be learned one by one.

Each says the same as the function that it stands for; tests hold them against each other, and every run of a batch does
so for some of its rows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from batch.tabled.questions import Chunk, Codes, NumberStated, WordAt, answered
from batch.tabled.table import Found, Results
from features.anatomy import MYOTOMES, Movement, NerveRoot, Region
from features.answer import Answer
from features.exam import NORMAL_POWER, Ability, Sensation
from service.rules import findings
from service.rules.look_alikes import nerves

Flags = npt.NDArray[np.bool_]

MOST_CANDIDATES: Final = 63
ANSWERS: Final = [Answer.YES, Answer.NO, Answer.NOT_ASSESSED]


@dataclass(frozen=True, eq=False)
class Worked:
    """The results of a function for all rows of a chunk, as a table has them."""

    values: Sequence[Any]
    codes: Callable[[Chunk], Codes]


def _answers(yes: Flags, stated: Flags) -> Codes:
    """Yes where one is, no where something was stated, not assessed otherwise."""
    return np.where(yes, 0, np.where(stated, 1, 2)).astype(np.int64)


def _any(flags: list[Flags]) -> Flags:
    return np.asarray(np.logical_or.reduce(flags))


def _word(chunk: Chunk, path: str) -> Codes:
    return answered(WordAt(path), chunk)


def _weak(chunk: Chunk, path: str) -> Flags:
    """Below normal power, graded or not; a comparison with NaN is false."""
    return np.asarray((answered(NumberStated(path), chunk) == 2) | (chunk.numbers[path] < NORMAL_POWER))


class Subset:
    """A function whose result is made of those candidates of which a condition holds, each by itself."""

    def __init__(
        self, candidates: Sequence[Any], holds: Sequence[Callable[[Chunk], Flags]], make: Callable[[Any], Any] = tuple
    ) -> None:
        if len(candidates) > MOST_CANDIDATES:
            raise ValueError(f"{len(candidates)} candidates do not fit the bits of one number")
        self.values: list[Any] = []
        self._candidates, self._holds, self._make = candidates, holds, make
        self._codes: dict[int, int] = {}

    def codes(self, chunk: Chunk) -> Codes:
        """The number of the result of each row in `values`: (n,)."""
        bits = np.zeros(chunk.size, dtype=np.int64)
        for place, holds in enumerate(self._holds):
            bits |= holds(chunk).astype(np.int64) << place
        kinds, number = np.unique(bits, return_inverse=True)
        return np.array([self._code(int(kind)) for kind in kinds], dtype=np.int64)[number]

    def _code(self, bits: int) -> int:
        known = self._codes.get(bits)
        if known is None:
            known = self._codes[bits] = len(self.values)
            self.values.append(self._make(each for place, each in enumerate(self._candidates) if bits >> place & 1))
        return known


def any_of(results: Sequence[Results]) -> Worked:
    """`Answer.any` of the results of several functions that answer with an Answer."""

    def work(chunk: Chunk) -> Codes:
        yes = [_are(each, Answer.YES, chunk) for each in results]
        unknown = [_are(each, Answer.NOT_ASSESSED, chunk) for each in results]
        return _answers(_any(yes), ~_any(unknown))

    return Worked(ANSWERS, work)


def all_of(results: Sequence[Results]) -> Worked:
    """`Answer.all` of the results of several functions that answer with an Answer."""

    def work(chunk: Chunk) -> Codes:
        no = [_are(each, Answer.NO, chunk) for each in results]
        unknown = [_are(each, Answer.NOT_ASSESSED, chunk) for each in results]
        return np.where(_any(no), 1, np.where(_any(unknown), 2, 0)).astype(np.int64)

    return Worked(ANSWERS, work)


def whether(condition: Callable[[Chunk], Flags]) -> Worked:
    """Whether a condition holds, as a result of False or True."""
    return Worked((False, True), lambda chunk: condition(chunk).astype(np.int64))


def unless(results: Results) -> Worked:
    """Yes where the result is not yes, no where it is."""
    return Worked(ANSWERS, lambda chunk: _are(results, Answer.YES, chunk).astype(np.int64))


def holds(results: Results, value: Any) -> Callable[[Chunk], Flags]:
    """The condition that the result is `value` itself."""
    return lambda chunk: _are(results, value, chunk)


def one_of(conditions: Sequence[Callable[[Chunk], Flags]]) -> Callable[[Chunk], Flags]:
    """The condition that one of several holds; of none, never."""
    return lambda chunk: _any([np.zeros(chunk.size, dtype=np.bool_), *(each(chunk) for each in conditions)])


def both(one: Callable[[Chunk], Flags], other: Callable[[Chunk], Flags]) -> Callable[[Chunk], Flags]:
    """The condition that both hold."""
    return lambda chunk: one(chunk) & other(chunk)


def without(
    condition: Callable[[Chunk], Flags], others: Sequence[Callable[[Chunk], Flags]]
) -> Callable[[Chunk], Flags]:
    """The condition that one holds and none of some others."""
    other = one_of(others)
    return lambda chunk: condition(chunk) & ~other(chunk)


def _are(results: Results, value: Any, chunk: Chunk) -> Flags:
    codes = answered(Found(results), chunk)
    return np.array([each is value for each in results.values], dtype=np.bool_)[codes]


def motor_deficit(leg: str) -> Worked:
    """`service.rules.findings.motor_deficit` of the leg at a path."""
    grades = [f"{leg}.strength.{movement.value}" for movement in Movement]
    tests = [f"{leg}.{name}" for name in findings.FUNCTIONS]
    unable = 1 + tuple(Ability).index(Ability.UNABLE)

    def work(chunk: Chunk) -> Codes:
        stated = [answered(NumberStated(path), chunk) for path in grades]
        tested = [_word(chunk, path) for path in tests]
        weak = [_weak(chunk, path) for path in grades]
        return _answers(_any([*weak, *(found == unable for found in tested)]), _any([f > 0 for f in stated + tested]))

    return Worked(ANSWERS, work)


def _altered(chunk: Chunk, leg: str, region: Region) -> Flags:
    found = _word(chunk, f"{leg}.sensation.{region.value}")
    return np.asarray((found > 0) & (found != 1 + tuple(Sensation).index(Sensation.NORMAL)))


def sensory_deficit(leg: str, regions: Sequence[Region] = tuple(Region)) -> Worked:
    """Altered sensation of any of `regions` that were tested in the leg at a path.

    `service.rules.findings.sensory_deficit`, and `service.rules.look_alikes.nerves.numb_foot` of the foot.
    """

    def work(chunk: Chunk) -> Codes:
        stated = [_word(chunk, f"{leg}.sensation.{region.value}") > 0 for region in regions]
        return _answers(_any([_altered(chunk, leg, region) for region in regions]), _any(stated))

    return Worked(ANSWERS, work)


def numb_roots(leg: str) -> Subset:
    """`service.rules.look_alikes.nerves.numb_roots` of the leg at a path."""
    roots = tuple(dict.fromkeys(row.roots[0] for row in nerves.FOOT_DERMATOMES))

    def holds(root: NerveRoot) -> Callable[[Chunk], Flags]:
        regions = [row.region for row in nerves.FOOT_DERMATOMES if row.roots[0] is root]
        return lambda chunk: _any([_altered(chunk, leg, region) for region in regions])

    return Subset(roots, [holds(root) for root in roots], frozenset)


def ungraded(leg: str) -> Subset:
    """`service.rules.findings.ungraded` of the leg at a path."""

    def holds(movement: Movement) -> Callable[[Chunk], Flags]:
        return lambda chunk: answered(NumberStated(f"{leg}.strength.{movement.value}"), chunk) == 2

    return Subset(tuple(Movement), [holds(movement) for movement in Movement])


def weak_roots(leg: str) -> Subset:
    """`service.rules.red_flags.neurologic.weak_roots` of the leg at a path."""
    roots = tuple(dict.fromkeys(row.roots[0] for row in MYOTOMES))

    def holds(root: NerveRoot) -> Callable[[Chunk], Flags]:
        paths = [f"{leg}.strength.{row.movement.value}" for row in MYOTOMES if row.roots[0] is root]
        return lambda chunk: _any([_weak(chunk, path) for path in paths])

    return Subset(roots, [holds(root) for root in roots], frozenset)


def severe_weakness(exam: str) -> Worked:
    """`service.rules.findings.severe_weakness` of an exam: weakness without a grade leaves it open."""
    paths = [f"{leg}.strength.{movement.value}" for leg in ("examination", "other_leg") for movement in Movement]

    def work(chunk: Chunk) -> Codes:
        stated = [answered(NumberStated(path), chunk) for path in paths]
        severe = _any([chunk.numbers[path] <= findings.SEVERE_GRADE for path in paths])
        ungraded, graded = _any([found == 2 for found in stated]), _any([found == 1 for found in stated])
        return _answers(severe, graded & ~ungraded)

    return Worked(ANSWERS, work)
