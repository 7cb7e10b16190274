"""Which roots a probability does not rule out: conformal thresholds that differ between kinds of examination.

One threshold for everybody keeps its promise on average and breaks it for nearly everyone: the old keep L4 too often
and lose S1, a full examination loses what a letter keeps. So the threshold of a root is a sum of log-odds, one term
for each thing that an examination shows of itself (FACTORS). `training.conformal` finds the terms; the manifest of a
released model holds them in the fields of PredictionSets.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from features.anatomy import ROOTS, NerveRoot
from features.completeness import findings_stated, signs_abnormal
from features.encoding import FEATURES, Row, encode
from features.exam import Exam
from features.involvement import Involvement

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FACTORS = ("age", "sex", "stated", "abnormal")
"""Age band, sex (female, male, unknown), findings stated, signs abnormal."""

_AGE, _FEMALE = ([feature.name for feature in FEATURES].index(name) for name in ("age_years", "female"))
_UNKNOWN_SEX = 2
_LEAST_PROBABILITY = 1e-12
"""Below it a probability counts as this, so that its log-odds stay finite."""


def log_odds(probabilities: npt.ArrayLike) -> Floats:
    """Natural log-odds of probabilities from 0 to 1, finite at both ends."""
    inside = np.clip(np.asarray(probabilities, dtype=np.float64), _LEAST_PROBABILITY, 1 - _LEAST_PROBABILITY)
    return np.asarray(np.log(inside / (1 - inside)))


@dataclass(frozen=True, kw_only=True)
class ExamGroups:
    """Where the groups of examinations begin: ages in years, counts of findings stated and of signs abnormal.

    (40, 60) makes three groups: below 40, 40 to 59, 60 and more; () makes one.

    Raises:
        ValueError: a list does not rise.
    """

    age_from: tuple[float, ...] = ()
    stated_from: tuple[int, ...] = ()
    abnormal_from: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for edges in (self.age_from, self.stated_from, self.abnormal_from):
            if any(second <= first for first, second in pairwise(edges)):
                raise ValueError(f"groups begin at rising values, not at {list(edges)}")

    @property
    def sizes(self) -> tuple[int, int, int, int]:
        """How many groups there are by each of FACTORS."""
        return len(self.age_from) + 1, _UNKNOWN_SEX + 1, len(self.stated_from) + 1, len(self.abnormal_from) + 1

    def of(self, rows: Row) -> Ints:
        """The group of each row (n, 109) by each of FACTORS: (n, 4), counted from 0."""
        female = rows[:, _FEMALE]
        sex = np.where(np.isnan(female), _UNKNOWN_SEX, female != 1).astype(np.int64)
        return np.column_stack(
            [
                np.searchsorted(self.age_from, rows[:, _AGE], side="right"),
                sex,
                np.searchsorted(self.stated_from, findings_stated(rows), side="right"),
                np.searchsorted(self.abnormal_from, signs_abnormal(rows), side="right"),
            ]
        ).astype(np.int64)


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """The log-odds that one root must reach to stay in the set: `base` and one term by each of FACTORS.

    `sex` has terms for female, male and unknown; the others one for each group of ExamGroups.
    """

    base: float
    age: tuple[float, ...]
    sex: tuple[float, ...]
    stated: tuple[float, ...]
    abnormal: tuple[float, ...]

    @property
    def terms(self) -> tuple[tuple[float, ...], ...]:
        """The terms in the order of FACTORS."""
        return self.age, self.sex, self.stated, self.abnormal


@dataclass(frozen=True, kw_only=True)
class PredictionSets:
    """The thresholds of a model, as its manifest holds them under `prediction_set`.

    A threshold that is a plain number is a probability, and the same for every examination (models before 2.0.0).

    Raises:
        ValueError: a root has no threshold, or its terms do not fit the groups.
    """

    coverage: float
    thresholds: Mapping[NerveRoot, Threshold | float]
    groups: ExamGroups = ExamGroups()
    method: str

    def __post_init__(self) -> None:
        for root in ROOTS:
            if root not in self.thresholds:
                raise ValueError(f"{root} has no threshold")
            threshold = self.thresholds[root]
            if isinstance(threshold, Threshold) and tuple(map(len, threshold.terms)) != self.groups.sizes:
                raise ValueError(f"the threshold of {root} needs {self.groups.sizes} terms by {', '.join(FACTORS)}")

    def least_log_odds(self, rows: Row) -> Floats:
        """The log-odds that each root must reach on each row (n, 109): (n, 3) in the order of ROOTS."""
        base, terms = self._sums
        return np.asarray(base + sum(term[group] for term, group in zip(terms, self.groups.of(rows).T, strict=True)))

    @cached_property
    def _sums(self) -> tuple[Floats, list[Floats]]:
        """The base of each root, (3,), and for each of FACTORS the terms of its groups, (g, 3)."""
        stated = [self.thresholds[root] for root in ROOTS]
        base = [log_odds(each) if isinstance(each, float) else each.base for each in stated]
        nothing = tuple((0.0,) * size for size in self.groups.sizes)
        by_root = [nothing if isinstance(each, float) else each.terms for each in stated]
        return np.array(base), [np.array(factor).T for factor in zip(*by_root, strict=True)]

    def sets(self, probabilities: npt.ArrayLike, rows: Row) -> npt.NDArray[np.bool_]:
        """Whether each root is in the set of each row: (n, 3) from probabilities (n, 3 or 4) in the order of ROOTS."""
        stated = np.asarray(probabilities, dtype=np.float64)[:, : len(ROOTS)]
        return np.asarray(log_odds(stated) >= self.least_log_odds(rows))

    def not_ruled_out(self, exam: Exam, involvement: Involvement) -> tuple[NerveRoot, ...]:
        """The roots that cannot be ruled out in one examination."""
        stated = [[involvement.roots[root] for root in ROOTS]]
        (kept,) = self.sets(stated, encode(exam)[np.newaxis])
        return tuple(root for root, there in zip(ROOTS, kept, strict=True) if there)
