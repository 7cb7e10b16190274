"""Whether an examination is like those that a model was trained on: its age, and its pattern of findings.

A pattern is unusual where all that is stated together is much less likely, under the published figures, than exams that
state the same usually are. The surprise of an exam is its negative log-likelihood; it is held against what the
statements by themselves would make one expect, as a standard score, and the score against what exams that state as much
reach in the cohort. `training.typicality` finds the numbers; the manifest of a released model holds them.

Source: Bishop CM. Novelty detection and neural network validation. IEE Proc Vis Image Signal Process 1994;141:217-222
(unlike the training data where its density is low).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from features.completeness import findings_stated
from features.encoding import FEATURES, Row
from features.involvement import Outside
from features.statements import STATEMENTS, there

Floats = npt.NDArray[np.float64]

_AGE = [feature.name for feature in FEATURES].index("age_years")


@dataclass(frozen=True, kw_only=True)
class Surprise:
    """Mean and variance, in nats, of the surprise of one statement by itself."""

    mean: float
    variance: float


@dataclass(frozen=True, kw_only=True)
class Typicality:
    """The numbers of a model, as its manifest holds them under `typicality`.

    `ages` youngest and oldest trained on, years; `statements` by JSON pointer; exams fall into groups by how many
    findings they state, which begin at `stated_from`, and `limits` has the highest usual score of each.

    Raises:
        ValueError: a statement or a limit is missing, or the groups do not rise.
    """

    ages: tuple[float, float]
    statements: Mapping[str, Surprise]
    stated_from: tuple[int, ...]
    limits: tuple[float, ...]

    def __post_init__(self) -> None:
        if missing := {each.pointer for each in STATEMENTS} - self.statements.keys():
            raise ValueError(f"no surprise is given for {', '.join(sorted(missing))}")
        if len(self.limits) != len(self.stated_from) + 1 or any(b <= a for a, b in pairwise(self.stated_from)):
            raise ValueError("the limits need one more than the rising numbers that their groups begin at")

    @cached_property
    def _surprises(self) -> Floats:
        return surprises(self.statements)

    def outside(self, row: Row, log_likelihood: float) -> frozenset[Outside]:
        """In what the row (109,) is unlike all that was trained on."""
        found = set()
        youngest, oldest = self.ages
        if not youngest <= row[_AGE] <= oldest:
            found.add(Outside.AGE)
        rows = row[np.newaxis]
        score = scores(rows, np.array([log_likelihood]), self._surprises)[0]
        if score > self.limits[int(groups(rows, self.stated_from)[0])]:
            found.add(Outside.PATTERN)
        return frozenset(found)


def surprises(statements: Mapping[str, Surprise]) -> Floats:
    """Mean and variance of the surprise of each of STATEMENTS: (2, len(STATEMENTS))."""
    ordered = [statements[each.pointer] for each in STATEMENTS]
    return np.array([[each.mean for each in ordered], [each.variance for each in ordered]])


def scores(rows: Row, log_likelihood: Floats, usual: Floats) -> Floats:
    """The standard score of the surprise of each row (n, 109), by `surprises`: (n,); 0 for one that states nothing."""
    mean, variance = usual @ there(rows).T
    return np.asarray(np.where(variance > 0, (-log_likelihood - mean) / np.sqrt(np.maximum(variance, 1e-12)), 0.0))


def groups(rows: Row, stated_from: tuple[int, ...]) -> npt.NDArray[np.int64]:
    """The group of each row (n, 109) by how many findings it states: (n,), counted from 0."""
    return np.searchsorted(stated_from, findings_stated(rows), side="right").astype(np.int64)
