"""How good the probabilities are: by root and by completeness of the examination, against two plain baselines.

The baselines are the prevalence alone and the textbook rule. Sources of the measures: area and its standard error,
Hanley JA, McNeil BJ. Radiology 1982;143:29-36; calibration slope and intercept, Cox DR. Biometrika 1958;45:562-565;
expected calibration error, Naeini MP et al. AAAI 2015.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
from scipy.special import logit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from features.anatomy import ROOTS, NerveRoot
from features.involvement import Involvement
from training.completeness import STRATA
from training.conformal import covered
from training.dataset import Dataset, TooFewPatients
from training.textbook import textbook_called

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

EVERY = "all"
BINS = 10
Z_95 = 1.96


Report = dict[str, dict[str, dict[str, float]]]
"""Stratum (or EVERY), then root (or `none`), then measure; a measure that does not apply is not there."""


def report(test: Dataset, probabilities: Floats, limits: dict[str, float]) -> Report:
    """Every measure for every stratum and root.

    `probabilities` (n, 4) are the model's for `test`; `limits` the conformal thresholds of the roots.
    """
    called = textbook_called(test.rows)
    likely = _membership(involvement(row).likely_roots for row in probabilities)
    measured: Report = {}
    for stratum in (EVERY, *STRATA):
        chosen = np.ones(len(test), dtype=bool) if stratum == EVERY else test.completeness == stratum
        truth, stated = test.involved[chosen], probabilities[chosen]
        coverage = covered(stated, truth, limits)
        within = measured[stratum] = {}
        for i, root in enumerate(ROOTS):
            measures = score(truth[:, i], stated[:, i]) | rule_score(truth[:, i], called[chosen, i])
            within[str(root)] = measures | {"coverage": coverage[root]}
        exact = {
            "exact_model": float((likely[chosen] == truth).all(axis=1).mean()),
            "exact_textbook": float((called[chosen] == truth).all(axis=1).mean()),
        }
        within["none"] = score(~truth.any(axis=1), stated[:, 3]) | exact
    return measured


def score(truth: Bools, probability: Floats) -> dict[str, float]:
    """Discrimination and calibration of one probability.

    Raises:
        TooFewPatients: the truth does not vary.
    """
    prevalence = float(truth.mean()) if len(truth) else 0.0
    if prevalence in {0.0, 1.0}:
        raise TooFewPatients(
            f"all {len(truth)} exams have the same answer, so nothing can be judged: draw more patients"
        )
    area = float(roc_auc_score(truth, probability))
    error = area_standard_error(area, int(truth.sum()), int((~truth).sum()))
    clipped = np.clip(probability, 1e-9, 1 - 1e-9)
    line = LogisticRegression(C=np.inf).fit(logit(clipped)[:, None], truth)
    return {
        "exams": len(truth),
        "prevalence": prevalence,
        "area": area,
        "area_low": max(0.0, area - Z_95 * error),
        "area_high": min(1.0, area + Z_95 * error),
        "log_loss": float(log_loss(truth, clipped)),
        "log_loss_prevalence": float(log_loss(truth, np.full(len(truth), prevalence))),
        "brier": float(brier_score_loss(truth, probability)),
        "brier_prevalence": prevalence * (1 - prevalence),
        "slope": float(line.coef_[0, 0]),
        "intercept": float(line.intercept_[0]),
        "calibration_error": calibration_error(truth, probability),
    }


def rule_score(truth: Bools, called: Bools) -> dict[str, float]:
    """What the textbook rule does with the same exams. Its area is that of the one point it has."""
    sensitivity, specificity = float(called[truth].mean()), float((~called[~truth]).mean())
    return {
        "textbook_sensitivity": sensitivity,
        "textbook_specificity": specificity,
        "textbook_area": (sensitivity + specificity) / 2,
    }


def area_standard_error(area: float, positives: int, negatives: int) -> float:
    """Standard error of an area under the ROC curve (Hanley and McNeil 1982, formula 2)."""
    both_above, both_below = area / (2 - area), 2 * area**2 / (1 + area)
    variance = area * (1 - area)
    variance += (positives - 1) * (both_above - area**2) + (negatives - 1) * (both_below - area**2)
    return float(np.sqrt(variance / (positives * negatives)))


def calibration_error(truth: Bools, probability: Floats) -> float:
    """Expected calibration error over ten bins of equal size."""
    order = np.argsort(probability, kind="stable")
    bins = np.array_split(order, BINS)
    return float(sum(len(b) * abs(probability[b].mean() - truth[b].mean()) for b in bins if len(b)) / len(truth))


def involvement(row: Sequence[float] | Floats) -> Involvement:
    """The four probabilities of one exam in the form that the service uses."""
    return Involvement(roots={root: float(row[i]) for i, root in enumerate(ROOTS)}, none=float(row[len(ROOTS)]))


def _membership(called: Iterable[tuple[NerveRoot, ...]]) -> Bools:
    return np.array([[root in roots for root in ROOTS] for roots in called])
