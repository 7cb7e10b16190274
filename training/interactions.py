"""What the linear candidate sees beside single findings: counts of signs by root, and their products.

Signs of one root share its severity, so their evidence does not add up: the second weak L5 muscle says less than the
first, and five normal ones together say more than the sum over five. A linear model can only follow that through counts
of what was found and of what was looked for, and their products. Likewise a sign of L5 weighs less beside three of S1
than alone, the straight leg raise and the ankle jerk say less in the old, and a weak ankle means something else over a
tender fibular head. The table below is all of it: COUNTS, and PAIRS that are multiplied.

Everything is a small whole number, exact in single precision, and can be written in ONNX as one product of matrices,
one minimum and one multiplication (`training.graphs`).
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from features.anatomy import ROOTS, Movement, NerveRoot, Reflex, movements_of, reflex_of, regions_of
from features.encoding import FEATURES

NAMES = tuple(feature.name for feature in FEATURES)
UPPER = (NerveRoot.L2, NerveRoot.L3)
"""Roots above the three: not predicted, but what points to them points away from the three."""

FOUND, ASSESSED = "found", "assessed"
MEASURES = (FOUND, ASSESSED)
"""What is counted of each column: whether it is above 0, or whether it was assessed."""

UNLIMITED = float(len(NAMES))
"""More than any count comes to."""


@dataclass(frozen=True, kw_only=True)
class Count:
    """A whole number read off a row: how many of `columns` were found or assessed, cut at `at_most`."""

    name: str
    measure: str
    columns: tuple[str, ...]
    at_most: float = UNLIMITED


def _signs(roots: tuple[NerveRoot, ...]) -> tuple[str, ...]:
    """Weak movements, lost reflex and altered sensation for which one of `roots` is the usual one."""
    reflexes = [f"{reflex_of(root)}.lost" for root in roots if root in ROOTS]
    return (*_weak(roots), *reflexes, *_felt("sensation", roots))


def _weak(roots: tuple[NerveRoot, ...]) -> tuple[str, ...]:
    return tuple(f"{movement}.weak" for root in roots for movement in movements_of(root))


def _felt(prefix: str, roots: tuple[NerveRoot, ...]) -> tuple[str, ...]:
    return tuple(f"{prefix}.{region}" for root in roots for region in regions_of(root))


def _of_root(name: str, roots: tuple[NerveRoot, ...]) -> tuple[Count, ...]:
    """The counts of one root."""
    signs, symptoms = _signs(roots), (*_felt("pain", roots), *_felt("paresthesia", roots))
    return (
        Count(name=f"{name} signs", measure=FOUND, columns=signs),
        Count(name=f"{name} any sign", measure=FOUND, columns=signs, at_most=1),
        Count(name=f"{name} up to two signs", measure=FOUND, columns=signs, at_most=2),
        Count(name=f"{name} signs assessed", measure=ASSESSED, columns=signs),
        Count(name=f"{name} weak", measure=FOUND, columns=_weak(roots)),
        Count(name=f"{name} numb", measure=FOUND, columns=_felt("sensation", roots)),
        Count(name=f"{name} symptoms", measure=FOUND, columns=symptoms),
        Count(name=f"{name} any symptom", measure=FOUND, columns=symptoms, at_most=1),
    )


GROUPS = (*(str(root) for root in ROOTS), "upper")
ANKLE = tuple(f"{movement}.weak" for movement in (Movement.ANKLE_DORSIFLEXION, Movement.ANKLE_EVERSION))
SPARED_BY_PERONEAL = tuple(f"{movement}.weak" for movement in (Movement.ANKLE_INVERSION, Movement.HIP_ABDUCTION))
ACHILLES = f"{Reflex.ACHILLES}.lost"
WALKS = {
    "heel_walk": Movement.ANKLE_DORSIFLEXION,
    "toe_walk": Movement.PLANTAR_FLEXION,
    "single_leg_sit_to_stand": Movement.KNEE_EXTENSION,
}
"""Functions that show the weakness of a movement."""

COUNTS = (
    *(count for root in ROOTS for count in _of_root(str(root), (root,))),
    *_of_root("upper", UPPER),
    Count(
        name="tension",
        measure=FOUND,
        columns=("straight_leg_raise", "crossed_straight_leg_raise", "slump"),
    ),
    Count(name="femoral tension", measure=FOUND, columns=("femoral_stretch", "crossed_femoral_stretch")),
    Count(
        name="hip signs",
        measure=FOUND,
        columns=("hip_internal_rotation_pain", "trochanteric_tenderness", "faber"),
    ),
    Count(name="ankle weak", measure=FOUND, columns=ANKLE),
    Count(name="peroneal spared, found weak", measure=FOUND, columns=SPARED_BY_PERONEAL),
    Count(name="peroneal spared, assessed", measure=ASSESSED, columns=SPARED_BY_PERONEAL),
)

PAIRS = (
    # Shared severity: within one root the log-odds bend with what was found and with what was looked for.
    *((f"{group} {found}", f"{group} {found}") for group in GROUPS for found in ("signs", "symptoms")),
    *((f"{group} signs assessed", f"{group} signs assessed") for group in GROUPS),
    *((f"{group} {found}", f"{group} signs assessed") for group in GROUPS for found in ("signs", "any sign")),
    *((f"{group} weak", f"{group} numb") for group in GROUPS),
    # Symptoms and signs that agree, or not.
    *((f"{one} signs", f"{other} symptoms") for one in GROUPS for other in GROUPS),
    # Two roots weighed against each other.
    *((f"{one} {found}", f"{other} {found}") for found in ("signs", "any sign", "symptoms")
      for one, other in combinations(GROUPS, 2)),
    # Tension supports what the signs point to.
    *(("tension", f"{group} {found}") for group in GROUPS for found in ("signs", "symptoms")),
    *(("femoral tension", f"{group} {found}") for group in ("L4", "upper") for found in ("signs", "symptoms")),
    # Age: the straight leg raise and the ankle jerk lose their meaning.
    *((age, sign) for age in ("age_years", "over_60") for sign in ("straight_leg_raise", ACHILLES)),
    ("age_years", "age_years"),
    # A function tells little that the movement has not told.
    *((walk, f"{movement}.weak") for walk, movement in WALKS.items()),
    # What else explains the pain.
    *((mimic, f"{group} {found}") for mimic in ("hip signs", "fibular_head_tinel") for group in GROUPS
      for found in ("any sign", "any symptom")),
    ("fibular_head_tinel", "ankle weak"),
    ("ankle weak", "peroneal spared, found weak"),
    ("ankle weak", "peroneal spared, assessed"),
    ("worse_with_walking", "pedal_pulses_reduced"),
    ("worse_with_walking", "relieved_by_flexion"),
    *(("dermatomal_rash", f"{group} any symptom") for group in GROUPS),
    *(("pain_below_knee", f"{group} any sign") for group in GROUPS),
)  # fmt: skip
"""What is multiplied: single columns and counts, by name."""

FACTORS = (*NAMES, *(count.name for count in COUNTS))
LEFT, RIGHT = (np.array([FACTORS.index(pair[side]) for pair in PAIRS]) for side in (0, 1))
"""Positions in FACTORS of what is multiplied."""
LIMITS = np.array([count.at_most for count in COUNTS])

COLUMNS_OF_DESIGN = (
    *NAMES,
    *(f"{name} not assessed" for name in NAMES),
    *(count.name for count in COUNTS),
    *(f"{left} x {right}" for left, right in PAIRS),
)
"""The names of the columns that `with_interactions` makes."""


def _adder() -> npt.NDArray[np.float64]:
    matrix = np.zeros((len(MEASURES), len(NAMES), len(COUNTS)))
    for position, count in enumerate(COUNTS):
        matrix[MEASURES.index(count.measure), [NAMES.index(column) for column in count.columns], position] = 1
    return matrix.reshape(-1, len(COUNTS))


ADDER = _adder()
"""(2d, counts) of zeros and ones: (found, assessed) of a row times this are its counts, not yet cut."""


def split_missing(rows: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """(n, d) with NaN to (n, 2d): the values with 0 for NaN, then 1 where there was NaN. Keeps the precision given."""
    missing = np.isnan(rows)
    return np.hstack([np.where(missing, rows.dtype.type(0), rows), missing.astype(rows.dtype)])


def with_interactions(rows: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """(n, d) with NaN to (n, len(COLUMNS_OF_DESIGN)): `split_missing`, the counts, their products."""
    kind = rows.dtype.type
    simple = split_missing(rows)
    values, missing = np.hsplit(simple, 2)
    measured = np.hstack([(values > 0).astype(kind), 1 - missing])
    counts = np.minimum(measured @ ADDER.astype(kind), LIMITS.astype(kind))
    factors = np.hstack([values, counts])
    return np.hstack([simple, counts, factors[:, LEFT] * factors[:, RIGHT]])
