"""Who comes: which roots are involved, or which other cause the leg pain has, with age, sex and severity.

The population is one of adults sent on because their leg pain is thought to come from the back. A third of them has
none of the three roots involved. Every number comes from `figures.csv`.
"""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
import numpy.typing as npt

from features.anatomy import ROOTS
from training.figures import Figures

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

MIMICS = (
    "referred",
    "sacroiliac",
    "hip",
    "trochanteric",
    "neurogenic_claudication",
    "upper_root",
    "vascular",
    "peroneal",
    "meralgia",
)
"""What hurts in the leg when none of L4, L5 and S1 is involved; `upper_root` is L2 or L3."""

CAUSES = (*(str(root) for root in ROOTS), *MIMICS)
"""The columns of `Population.caused`: the three roots first, in the order of ROOTS."""


@dataclass(frozen=True, kw_only=True)
class Population:
    """Patients as parallel arrays; the first axis is the patient.

    `caused` (n, len(CAUSES)) tells the causes; `severity` (n,) and `root_severity` (n, len(ROOTS)) are standard normal
    and shared by all signs of the patient and of the root, so that signs go together; `age_years` are whole years.
    """

    caused: Bools
    age_years: Floats
    female: Bools
    severity: Floats
    root_severity: Floats

    def __len__(self) -> int:
        return len(self.age_years)

    @property
    def roots(self) -> Bools:
        """Which of ROOTS are involved: (n, 3)."""
        return self.caused[:, : len(ROOTS)]

    def take(self, index: Ints) -> Self:
        """The patients at `index`, in that order; one may come several times."""
        return type(self)(**{field.name: getattr(self, field.name)[index] for field in fields(self)})


def rates(figures: Figures, table: str, row: str) -> Floats:
    """How often the finding is there for each of CAUSES: (len(CAUSES),)."""
    return np.array([figures.value(table, row, cause) for cause in CAUSES])


def highest(caused: Bools, per_cause: Floats) -> Floats:
    """The rate of each patient, (n,): with several causes the highest of theirs.

    No paper gives the rate of a sign in two-root disease; the highest is the least that two roots together can show.
    """
    return np.asarray(np.where(caused, per_cause, 0.0).max(axis=1), dtype=np.float64)


def draw_population(figures: Figures, patients: int, rng: np.random.Generator) -> Population:
    """Draw `patients` patients."""
    sets, shares = cause_sets(figures)
    drawn = rng.choice(len(sets), size=patients, p=shares)
    caused = np.array([[cause in members.split("+") for cause in CAUSES] for members in sets])
    mean = np.array([figures.value("age_mean", members) for members in sets])[drawn]
    female = np.array([figures.value("female", _sex_row(figures, members)) for members in sets])[drawn]
    age = rng.normal(mean, figures.value("age_sd", "all"))
    lowest, oldest = figures.value("age_limits", "lowest"), figures.value("age_limits", "highest")
    return Population(
        caused=caused[drawn],
        age_years=np.floor(np.clip(age, lowest, oldest)),
        female=rng.random(patients) < female,
        severity=rng.standard_normal(patients),
        root_severity=rng.standard_normal((patients, len(ROOTS))),
    )


def cause_sets(figures: Figures) -> tuple[tuple[str, ...], Floats]:
    """The sets of causes that occur together ("L5+S1", "hip") and the share of each."""
    none = figures.value("share", "none")
    root_sets, root_shares = figures.shares("share_of_roots")
    mimics, mimic_shares = figures.shares("share_of_none")
    return (*root_sets, *mimics), np.concatenate([(1 - none) * root_shares, none * mimic_shares])


def _sex_row(figures: Figures, members: str) -> str:
    return members if figures.states("female", members, "all") else "other"
