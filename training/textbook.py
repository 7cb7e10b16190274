"""The baseline: the picture of each root as a textbook draws it, as an if-then that a doctor can read.

The pictures: L4, pain from the anterolateral thigh to the medial leg, weak knee extension, reduced patellar reflex;
L5, pain along lateral thigh and leg to the dorsum of the foot, weak great-toe extension and dorsiflexion; S1, pain in
posterior thigh and calf to lateral foot and sole, weak plantar flexion, reduced Achilles reflex. Which movement, reflex
and region is whose is read from `features.anatomy`, each with its usual root alone, so the rule goes a little further
than the pictures: the front of the leg counts for L4, weak hip extension for S1. A model that does not beat this rule
is not worth its trouble.
"""

import numpy as np
import numpy.typing as npt

from features.anatomy import BELOW_KNEE, ROOTS, NerveRoot, movements_of, reflex_of, regions_of
from features.encoding import FEATURES, Row, encode
from features.exam import Exam
from features.involvement import Involvement

Bools = npt.NDArray[np.bool_]

_COLUMN = {feature.name: column for column, feature in enumerate(FEATURES)}


def textbook_called(rows: Row) -> Bools:
    """The roots that the rule calls, (n, 3), from rows as `features.encoding.encode` makes them.

    Every root that shows a sign; if none does, the roots whose region hurts or tingles below the knee; if none does,
    those whose region does above it.
    """
    signs = np.column_stack([_shows(rows, _signs(root)) for root in ROOTS])
    below = np.column_stack([_felt(rows, root, below_knee=True) for root in ROOTS])
    above = np.column_stack([_felt(rows, root, below_knee=False) for root in ROOTS])
    called = np.where(below.any(axis=1, keepdims=True), below, above)
    return np.where(signs.any(axis=1, keepdims=True), signs, called)


def textbook_roots(exam: Exam) -> tuple[NerveRoot, ...]:
    """The roots that the rule calls in one examination."""
    (called,) = textbook_called(encode(exam)[None, :])
    return tuple(root for root, there in zip(ROOTS, called, strict=True) if there)


def textbook_involvement(exam: Exam) -> Involvement:
    """The rule's answer as probabilities of 0 and 1, so that it can stand in for the classifier."""
    called = textbook_roots(exam)
    return Involvement(roots={root: float(root in called) for root in ROOTS}, none=float(not called))


def _signs(root: NerveRoot) -> list[str]:
    """The columns of a weak movement, a lost reflex or altered sensation that is this root's own."""
    weak = [f"{movement}.weak" for movement in movements_of(root)]
    return [*weak, f"{reflex_of(root)}.lost", *(f"sensation.{region}" for region in regions_of(root))]


def _felt(rows: Row, root: NerveRoot, *, below_knee: bool) -> Bools:
    regions = [region for region in regions_of(root) if (region in BELOW_KNEE) is below_knee]
    return _shows(rows, [f"{symptom}.{region}" for symptom in ("pain", "paresthesia") for region in regions])


def _shows(rows: Row, columns: list[str]) -> Bools:
    # A comparison with NaN is false: what was not assessed shows nothing.
    return np.asarray((rows[:, [_COLUMN[column] for column in columns]] > 0).any(axis=1))
