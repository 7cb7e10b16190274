"""Naive Bayes on published likelihood ratios: a baseline, and what a clinician does who multiplies them by heart.

Every root for itself: the odds before the test are those of the data it is judged beside, each finding that was
assessed multiplies them by its likelihood ratio (sensitivity and false-positive share from `cohort/figures.csv`), and
findings are taken as independent. They are not, so it is too sure: that is what the comparison shows.
"""

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from features.anatomy import BELOW_KNEE, ROOTS, regions_of
from features.encoding import FEATURES, Row
from training.cohort.figures import EVERYBODY_ELSE, Figures
from training.cohort.findings import FUNCTIONS, MOVEMENTS, REFLEXES, TESTS
from training.cohort.signs import TERRITORIES

Floats = npt.NDArray[np.float64]

_AT = {feature.name: column for column, feature in enumerate(FEATURES)}
_FINDINGS = (
    *(("weak", str(movement), f"{movement}.weak") for movement in MOVEMENTS),
    *(("unable", function, function) for function in FUNCTIONS),
    *(("reflex", str(reflex), f"{reflex}.lost") for reflex in REFLEXES),
    *(("sensory", territory, f"sensation.{regions[0]}") for territory, regions in TERRITORIES.items()),
    *(("test", test, test) for test in ("straight_leg_raise", *TESTS)),
)
"""Table and row of the figures, and the column of the row."""


def naive_bayes(figures: Figures, rows: Row, prevalence: npt.ArrayLike) -> Floats:
    """P(L4), P(L5) and P(S1) of rows (n, 109), each root for itself: (n, 3).

    `prevalence` (3,) are the probabilities before anything was found.
    """
    found, sensitivity, false_positive = [], [], []
    for table, row, column in _FINDINGS:
        found.append(_there(rows[:, [_AT[column]]]))
        sensitivity.append([figures.value(table, row, str(root)) for root in ROOTS])
        false_positive.append(figures.value(table, row, EVERYBODY_ELSE))
    for name in figures.rows("pain_dermatome", EVERYBODY_ELSE):
        root = next(root for root in ROOTS if root == name)
        regions = [region for region in regions_of(root) if region in BELOW_KNEE]
        found.append(_there(rows[:, [_AT[f"pain.{region}"] for region in regions]]))
        sensitivity.append([figures.value("pain_dermatome", name, str(root)) for root in ROOTS])
        false_positive.append(figures.value("pain_dermatome", name, EVERYBODY_ELSE))
    there, sure, false = np.column_stack(found), np.array(sensitivity), np.array(false_positive)[:, None]
    if_there, if_not = np.log(sure / false), np.log((1 - sure) / (1 - false))
    return np.asarray(expit(logit(np.asarray(prevalence)) + (there == 1) @ if_there + (there == 0) @ if_not))


def _there(columns: Row) -> Floats:
    """1 where any of the columns is above 0, 0 where none is, NaN where none was assessed: (n,)."""
    assessed = ~np.isnan(columns)
    return np.where(assessed.any(axis=1), (columns > 0).any(axis=1), np.nan)
