"""What of an examination gets written down: whole examinations, examinations with gaps, and three-line letters.

Which findings are written down depends on the examiner, never on what was found. So *not assessed* carries no news, the
exact posterior of an examination needs only what it states, and a model cannot learn to read silence as normal: sites
differ too much in what they leave out for that to travel.
"""

import numpy as np

from features.anatomy import Movement, Reflex, Region
from training.cohort.causes import Bools, Ints
from training.cohort.figures import Figures
from training.cohort.findings import COLUMN, COLUMNS, NOT_STATED, WHERE, Codes

FULL, PARTIAL, SPARSE = COMPLETENESS = ("full", "partial", "sparse")
_SIGNS = ("strength", "function", "reflex", "sensation", "slr", "test")
_USUAL = {
    *(Movement.KNEE_EXTENSION, Movement.ANKLE_DORSIFLEXION, Movement.GREAT_TOE_EXTENSION, Movement.PLANTAR_FLEXION),
    *(Reflex.PATELLAR, Reflex.ACHILLES),
    *(f"sensation.{region}" for region in (Region.MEDIAL_LEG, Region.DORSUM_FOOT, Region.LATERAL_FOOT)),
    "straight_leg_raise",
}
SIGN_COLUMNS: Ints = np.concatenate([np.arange(len(COLUMNS))[WHERE[kind]] for kind in _SIGNS])
USUAL: Bools = np.array([COLUMNS[column] in _USUAL for column in SIGN_COLUMNS])
"""Which of SIGN_COLUMNS nearly every examiner tests."""


def draw_completeness(figures: Figures, exams: int, rng: np.random.Generator) -> Ints:
    """How complete each examination is: (n,), positions in COMPLETENESS."""
    names, shares = figures.shares("stratum")
    order = np.array([COMPLETENESS.index(name) for name in names])
    return order[rng.choice(len(names), size=exams, p=shares)]


def draw_stated(figures: Figures, completeness: Ints, rng: np.random.Generator) -> Bools:
    """What is written down of each examination: (n, len(COLUMNS)); the age always is."""
    n = len(completeness)
    written = np.zeros((n, len(COLUMNS)), dtype=bool)

    def share(row: str) -> np.ndarray:
        return np.array([figures.value("stated", level, row) for level in COMPLETENESS], dtype=np.float32)[completeness]

    def chosen(row: str, *width: int) -> Bools:
        odds = share(row) if not width else share(row)[:, None]
        return np.asarray(rng.random((n, *width), dtype=np.float32) < odds)

    key, further = share("key"), share("further")
    # Examiners differ: some test next to nothing, some nearly everything that is usual.
    diligence = share("spread") * rng.uniform(-1, 1, n).astype(np.float32)
    odds = np.where(USUAL, (key + diligence)[:, None], (further + diligence * (further / key))[:, None])
    written[:, SIGN_COLUMNS] = rng.random(odds.shape, dtype=np.float32) < odds
    written[:, WHERE["history"]] = chosen("history", 5)
    for kind in ("pain", "paresthesia"):
        written[:, WHERE[kind]] = chosen(f"{kind}_list")[:, None]
    for name, row in (("below_knee", "below_knee"), ("both_sides", "side"), ("female", "sex")):
        written[:, COLUMN[name]] = chosen(row)
    bare = (completeness == COMPLETENESS.index(SPARSE)) & (rng.random(n) < figures.value("bare", "share", SPARSE))
    written[bare] &= np.arange(len(COLUMNS)) == COLUMN["female"]
    written[:, COLUMN["age_years"]] = True
    return written


def leave_out(codes: Codes, written: Bools) -> Codes:
    """The codes with NOT_STATED for everything that was not written down."""
    # `np.where` says the same, and takes ten times as long where what is written down is as good as random.
    return np.asarray((codes - NOT_STATED) * written + NOT_STATED)
