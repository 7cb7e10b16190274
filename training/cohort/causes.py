"""What makes the leg hurt: a lesion and the roots it reaches, or something that is none of the three roots.

The lesion goes with age, and through it the roots do: a paracentral herniation takes one root in the young, a narrow
lateral recess two roots in the old, a foraminal lesion the root that leaves at its level. `upper_root` is L2 or L3: a
root, but none of the three that are predicted.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.anatomy import ROOTS
from training.cohort.figures import Figures

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

UPPER = "upper_root"
ROOT_NAMES = (*(str(root) for root in ROOTS), UPPER)
"""The roots that a lesion can reach; the first three in the order of ROOTS."""
LESIONS = ("paracentral", "lateral_recess", "foraminal")
NO_LESION = "none"
SETTINGS = ("primary_care", "specialist", "surgical")

_ROOT_SETS = {
    "paracentral": ("L4", "L5", "S1", "L5+S1", "L4+L5", UPPER),
    "lateral_recess": ("L4", "L5", "S1", "L5+S1", "L4+L5", "L4+L5+S1"),
    "foraminal": ("L4", "L5", UPPER, "S1", "L4+L5", f"L4+{UPPER}"),
}
MIMICS = (
    "referred",
    "sacroiliac",
    "hip",
    "trochanteric",
    "neurogenic_claudication",
    "vascular",
    "peroneal",
    "meralgia",
    "zoster",
)
"""What hurts in the leg when no root is pressed on."""


@dataclass(frozen=True, kw_only=True)
class Cause:
    """One cause: `name` is a set of roots ("L5+S1") or a mimic; `lesion` one of LESIONS, or `none` for a mimic."""

    name: str
    lesion: str

    @property
    def reached(self) -> tuple[str, ...]:
        """The roots of ROOT_NAMES that it reaches."""
        return () if self.lesion == NO_LESION else tuple(self.name.split("+"))


CAUSES = (
    *(Cause(name=name, lesion=lesion) for lesion in LESIONS for name in _ROOT_SETS[lesion]),
    *(Cause(name=mimic, lesion=NO_LESION) for mimic in MIMICS),
)
"""Every cause, in the order of every array over causes."""

INVOLVED: Bools = np.array([[str(root) in cause.reached for root in ROOTS] for cause in CAUSES])
"""Which of ROOTS each cause involves: (len(CAUSES), 3)."""


def cause_shares(figures: Figures, setting: str) -> Floats:
    """How often each cause is seen in a setting: (len(CAUSES),), adding up to one."""
    none = figures.value("no_root", "all", setting)
    lesions = dict(zip(*figures.shares("lesion"), strict=True))
    mimics = dict(zip(*figures.shares("share_of_none"), strict=True))
    sets = {lesion: dict(zip(*figures.shares("roots", lesion), strict=True)) for lesion in LESIONS}
    return np.array(
        [
            none * mimics[cause.name]
            if cause.lesion == NO_LESION
            else (1 - none) * lesions[cause.lesion] * sets[cause.lesion][cause.name]
            for cause in CAUSES
        ]
    )


def ages(figures: Figures) -> npt.NDArray[np.int64]:
    """The whole years that patients can have: (years,)."""
    lowest, oldest = (figures.value("age_limits", end) for end in ("lowest", "highest"))
    return np.arange(int(lowest), int(oldest) + 1)


def age_shares(figures: Figures) -> Floats:
    """How often each age is met under each cause, (len(CAUSES), years): a normal distribution cut at the limits."""
    years = ages(figures)
    mean = np.array([_mean_age(figures, cause) for cause in CAUSES])
    away = (years[None, :] - mean[:, None]) / figures.value("age_sd", "all")
    density = np.exp(-np.square(away) / 2)
    return np.asarray(density / density.sum(axis=1, keepdims=True))


def female_shares(figures: Figures) -> Floats:
    """How many of each cause are women: (len(CAUSES),)."""
    rows = [cause.name if figures.states("female", cause.name, "all") else "other" for cause in CAUSES]
    return np.array([figures.value("female", row) for row in rows])


def _mean_age(figures: Figures, cause: Cause) -> float:
    own = figures.states("age_mean", cause.name, cause.lesion)
    return figures.value("age_mean", cause.name if own else "other", cause.lesion)
