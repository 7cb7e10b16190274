"""Among whom a model is judged: age band, sex, setting and completeness of the examination."""

import numpy as np
import numpy.typing as npt

from features.encoding import FEATURES
from training.cohort.causes import SETTINGS
from training.cohort.completeness import COMPLETENESS
from training.dataset import Dataset

Bools = npt.NDArray[np.bool_]

AGE_BANDS = {"18-39": (18, 40), "40-59": (40, 60), "60-74": (60, 75), "75+": (75, 200)}
"""Name, first year, first year beyond."""
_SETTINGS = (*SETTINGS, "unknown")
"""The usual order; names beyond these follow by alphabet."""

_AGE, _FEMALE = ([feature.name for feature in FEATURES].index(name) for name in ("age_years", "female"))


def subgroups(data: Dataset) -> dict[str, dict[str, Bools]]:
    """Which of the n exams belong to each subgroup that there is: a mask (n,) by family and name."""
    age, female = data.rows[:, _AGE], data.rows[:, _FEMALE]
    families = {
        "age": {name: (age >= first) & (age < beyond) for name, (first, beyond) in AGE_BANDS.items()},
        "sex": {"female": female == 1, "male": female == 0, "unknown": np.isnan(female)},
        "setting": _by_name(data.setting, _SETTINGS),
        "completeness": _by_name(data.completeness, COMPLETENESS),
    }
    return {family: {name: mask for name, mask in masks.items() if mask.any()} for family, masks in families.items()}


def _by_name(names: npt.NDArray[np.str_], usual: tuple[str, ...]) -> dict[str, Bools]:
    there = sorted({str(name) for name in np.unique(names)} - set(usual))
    return {name: names == name for name in (*usual, *there)}
