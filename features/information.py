"""What to examine next: how many bits about the roots each finding that was not assessed is expected to tell.

The expected information of a finding is the mutual information between it and the set of involved roots, given all that
is stated: the entropy of the sets before it less the mean entropy after it, each result counting as often as it is
expected. How the roots change with each result, the model says; how often a result is expected, the published figures
say, given the same statements. Both come from one call of the released model, a row for every result.

Source: Lindley DV. On a measure of the information provided by an experiment. Ann Math Stat 1956;27:986-1005.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from features.anatomy import DERMATOMES, STRENGTH_TESTS, Movement, NerveRoot, Reflex, Region
from features.encoding import FEATURES, Row
from features.statements import STATEMENTS

Floats = npt.NDArray[np.float64]

MOST_SUGGESTED = 5
LEAST_BITS = 0.005
"""Less than this is not worth an examination: it moves a probability of one half by about four points at most."""

_AT = {feature.name: column for column, feature in enumerate(FEATURES)}
_POINTERS = {statement.columns[0]: statement.pointer for statement in STATEMENTS}


@dataclass(frozen=True, kw_only=True)
class Examinable:
    """A finding that can be examined at the bedside: `results` are the numbers of its `columns` by result.

    Findings of one `kind` tell nearly the same: only the best of them is suggested, and none where one is known.
    """

    pointer: str
    columns: tuple[int, ...]
    results: tuple[tuple[float, ...], ...]
    kind: str


def _of(name: str, results: int, kind: str | None = None) -> Examinable:
    column = _AT[name]
    return Examinable(
        pointer=_POINTERS[column],
        columns=(column,),
        results=tuple((float(result),) for result in range(results)),
        kind=kind or name,
    )


def _strength(movement: Movement) -> Examinable:
    # Weak or not: which grade it will be is not asked for beforehand.
    weak, deficit = _AT[f"{movement}.weak"], _AT[f"{movement}.deficit"]
    return Examinable(
        pointer=_POINTERS[weak], columns=(weak, deficit), results=((0.0, 0.0), (1.0, np.nan)), kind=movement
    )


_TESTS = (
    "straight_leg_raise",
    "crossed_straight_leg_raise",
    "slump",
    "femoral_stretch",
    "crossed_femoral_stretch",
    "hip_internal_rotation_pain",
    "trochanteric_tenderness",
    "faber",
    "fibular_head_tinel",
    "pedal_pulses_reduced",
    "dermatomal_rash",
)


def _skin() -> Iterator[Examinable]:
    for row in DERMATOMES:
        if row.roots and row.region not in (Region.BUTTOCK, Region.GROIN):
            root: NerveRoot = row.roots[0]
            yield _of(f"sensation.{row.region}", 3, kind=f"sensation of {root}")


EXAMINABLE = tuple(
    chain(
        (_strength(movement) for movement in Movement),
        (_of(test.name, 2, kind=test.movement) for test in STRENGTH_TESTS),
        (_of(f"{reflex}.lost", 3) for reflex in Reflex),
        _skin(),
        (_of(name, 2) for name in _TESTS),
    )
)
"""Strength, walking on heels and toes, reflexes, sensation of the leg, and bedside tests."""


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """A finding to examine next, and how many bits about the roots it is expected to tell."""

    pointer: str
    bits: float


def open_findings(row: Row) -> tuple[Examinable, ...]:
    """The bedside findings of a kind of which the row (109,) states none."""
    stated = (~np.isnan(row)).tolist()
    known = {each.kind for each in EXAMINABLE if any(stated[column] for column in each.columns)}
    return tuple(each for each in EXAMINABLE if each.kind not in known)


def with_results(row: Row, findings: Sequence[Examinable]) -> Row:
    """The rows to ask the model: one for every result of every finding, in order, beside all that the row states."""
    made = np.tile(row, (sum(len(each.results) for each in findings), 1))
    at = 0
    for finding in findings:
        for result in finding.results:
            made[at, list(finding.columns)] = result
            at += 1
    return made


def expected_bits(findings: Sequence[Examinable], root_sets: Floats, log_likelihood: Floats) -> Floats:
    """The expected information of each finding in bits, (m,).

    `root_sets` (r, k) are the probabilities of the sets of roots and `log_likelihood` (r,) the log-likelihoods that the
    model gives the rows of `with_results`.
    """
    if not findings:
        return np.empty(0)
    results = np.array([len(each.results) for each in findings])
    first = np.cumsum(results) - results
    # One result must come out: the results of a finding share what is left of the probability.
    weights = np.exp(log_likelihood - np.repeat(np.maximum.reduceat(log_likelihood, first), results))
    weights /= np.repeat(np.add.reduceat(weights, first), results)
    mean = np.add.reduceat(weights[:, np.newaxis] * root_sets, first)
    return np.asarray(_entropy(mean) - np.add.reduceat(weights * _entropy(root_sets), first))


def best(findings: Sequence[Examinable], bits: Floats) -> tuple[Suggestion, ...]:
    """At most five findings, the most telling first, one of a kind, none that tells next to nothing."""
    chosen: dict[str, Suggestion] = {}
    for number in np.argsort(-bits, kind="stable"):
        finding = findings[number]
        if len(chosen) == MOST_SUGGESTED or bits[number] < LEAST_BITS:
            break
        chosen.setdefault(finding.kind, Suggestion(pointer=finding.pointer, bits=float(bits[number])))
    return tuple(chosen.values())


def _entropy(probabilities: Floats) -> Floats:
    inside = np.maximum(probabilities, np.finfo(np.float64).tiny)
    return np.asarray(-(probabilities * np.log2(inside)).sum(axis=-1))
