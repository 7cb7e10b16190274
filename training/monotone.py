"""What must never speak against a root: weaker toe extension against L5, a lost ankle jerk against S1, a lost knee jerk
against L4.

Taken by itself each of these signs is likelier in its root than elsewhere, but not in every company: where all else
points to a peroneal nerve, a foot that is weaker still makes the nerve likelier and so the root less likely. A reader
would take that for a fault, and a missed deficit is the worse error. So a root is held to be at least as probable as it
would be if its sign were less lost and all else the same: the highest of the probabilities of the milder exams. The
guarantee holds for every exam, whatever candidate is inside.

Source of the envelope: Chernozhukov V, Fernandez-Val I, Galichon A. Improving point and interval estimators of monotone
functions by rearrangement. Biometrika 2009;96:559-575 (a monotone bound of an estimate; here the upper one).
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from features.anatomy import ROOTS, Movement, NerveRoot, Reflex
from features.encoding import FEATURES

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.floating]

NONE = len(ROOTS)
"""The column of none of the roots."""
_AT = {feature.name: column for column, feature in enumerate(FEATURES)}


@dataclass(frozen=True, kw_only=True)
class Milder:
    """One degree at which a sign is less lost than it may be stated to be, and the root that it must not lower.

    `degree` is the column whose number grows with the loss; `weak` that of weakness without a grade, -1 where the sign
    has none; both are columns of `features.encoding`.
    """

    root: NerveRoot
    degree: int
    weak: int
    level: float

    @property
    def column(self) -> int:
        """The column of the root among the probabilities."""
        return ROOTS.index(self.root)

    def stated_worse(self, rows: Rows) -> npt.NDArray[np.bool_]:
        """Which rows (n, 109) state the sign to be more lost than this: (n,)."""
        # A comparison with NaN is false: what was not assessed is not lost.
        worse = rows[:, self.degree] > self.level
        if self.weak < 0 or self.level:
            return np.asarray(worse)
        return np.asarray(worse | (np.isnan(rows[:, self.degree]) & (rows[:, self.weak] == 1)))

    def instead(self, rows: Rows) -> Rows:
        """The rows (n, 109) with the sign no more lost than this."""
        changed = rows.copy()
        changed[:, self.degree] = self.level
        if self.weak >= 0:
            changed[:, self.weak] = self.level > 0
        return changed


def _milder(root: NerveRoot, degree: str, levels: int, weak: str | None = None) -> tuple[Milder, ...]:
    at = -1 if weak is None else _AT[weak]
    return tuple(Milder(root=root, degree=_AT[degree], weak=at, level=float(level)) for level in range(levels))


_TOE = Movement.GREAT_TOE_EXTENSION
MILDER = tuple(
    chain(
        _milder(NerveRoot.L5, f"{_TOE}.deficit", 10, f"{_TOE}.weak"),
        _milder(NerveRoot.S1, f"{Reflex.ACHILLES}.lost", 2),
        _milder(NerveRoot.L4, f"{Reflex.PATELLAR}.lost", 2),
    )
)
"""Half grades below full power of the great toe from 0 to 9, and both reflexes as kept or reduced."""


def never_lowered(rows: Rows, plain: Callable[[Rows], Floats]) -> Floats:
    """The probabilities (n, 4) of `plain` for rows (n, 109), each root raised to the highest of its milder exams."""
    found = plain(rows).copy()
    for milder in MILDER:
        worse = np.flatnonzero(milder.stated_worse(rows))
        if len(worse):
            at_least = plain(milder.instead(rows[worse]))[:, milder.column]
            found[worse, milder.column] = np.maximum(found[worse, milder.column], at_least)
    # No root may be more probable than that any of them is involved.
    found[:, NONE] = np.minimum(found[:, NONE], 1 - found[:, :NONE].max(axis=1))
    return found
