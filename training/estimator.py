"""One multinomial logistic regression over the set of involved roots, with one temperature.

Why sets and not three models: a leg can have two roots involved, and P(L4), P(L5), P(S1) and P(none) must fit together.
They do, being sums over the same probabilities. Why linear: tiny, readable, exact after export, and its log-odds can be
shown. A finding that was not assessed counts as 0 plus an indicator of its own, so it is neither normal nor abnormal.

Temperature scaling: Guo C et al. On calibration of modern neural networks. ICML 2017.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import softmax
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from features.anatomy import ROOTS
from training.dataset import Dataset, TooFewPatients, patient_folds

Floats = npt.NDArray[np.float64]

COLUMNS = (*(str(root) for root in ROOTS), "none")
"""The columns of every array of probabilities."""


def split_missing(rows: npt.ArrayLike) -> Floats:
    """(n, d) with NaN to (n, 2d): the values with 0 for NaN, then 1 where there was NaN."""
    values = np.asarray(rows, dtype=np.float64)
    missing = np.isnan(values)
    return np.hstack([np.where(missing, 0.0, values), missing.astype(np.float64)])


@dataclass(frozen=True, kw_only=True)
class LinearModel:
    """The fitted model with scaler and temperature folded in: all that the exported graph needs.

    `weights` (2d, k) and `intercepts` (k,) give the log-odds of k sets of roots from `split_missing(rows)`;
    `membership` (k, 4) sums the sets to COLUMNS.
    """

    weights: Floats
    intercepts: Floats
    membership: Floats

    def probabilities(self, rows: npt.ArrayLike) -> Floats:
        """P(L4), P(L5), P(S1) and P(none): (n, 4)."""
        logits = split_missing(rows) @ self.weights + self.intercepts
        return np.asarray(softmax(logits, axis=1) @ self.membership)


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """The scikit-learn estimator that was fitted, and what was chosen on the way.

    Its classes are 0 to k - 1: positions in `root_sets` (k,), which are numbered as in `Dataset.root_sets`.
    """

    pipeline: Pipeline
    root_sets: npt.NDArray[np.int64]
    inverse_strength: float
    cross_validated_log_loss: float


def fit(part: Dataset, inverse_strengths: Sequence[float], folds: int, seed: int) -> Fitted:
    """Fit on `part`; the L2 strength is the one of least cross-validated log-loss, split by patient."""
    pipeline = make_pipeline(
        FunctionTransformer(split_missing),
        StandardScaler(),
        LogisticRegression(max_iter=1000),
    )
    search = GridSearchCV(
        pipeline,
        {"logisticregression__C": list(inverse_strengths)},
        scoring="neg_log_loss",
        cv=patient_folds(part, folds, seed),
    )
    # Numbered without gaps, because temperature scaling takes a class for its position.
    root_sets, classes = np.unique(part.root_sets, return_inverse=True)
    search.fit(part.rows, classes)
    return Fitted(
        pipeline=search.best_estimator_,
        root_sets=root_sets,
        inverse_strength=float(search.best_params_["logisticregression__C"]),
        cross_validated_log_loss=float(-search.best_score_),
    )


def calibrate(fitted: Fitted, part: Dataset) -> CalibratedClassifierCV:
    """Find the temperature on a part that was not used to fit.

    Raises:
        TooFewPatients: `part` and the model do not know the same sets of roots.
    """
    root_sets, classes = np.unique(part.root_sets, return_inverse=True)
    if not np.array_equal(root_sets, fitted.root_sets):
        raise TooFewPatients(
            f"fitted on the root sets {fitted.root_sets.tolist()}, to be calibrated on {root_sets.tolist()}: "
            "draw more patients, so that the rare sets are in both parts"
        )
    # The frozen estimator is not fitted again; the two folds only hand its answers on.
    scaled = CalibratedClassifierCV(FrozenEstimator(fitted.pipeline), method="temperature", cv=2)
    return scaled.fit(part.rows, classes)


def inverse_temperature(calibrated: CalibratedClassifierCV) -> float:
    """The factor on the log-odds; 1 would mean that the fit needed no calibration."""
    (only,) = calibrated.calibrated_classifiers_
    (scaling,) = only.calibrators
    return float(scaling.beta_)


def fold(fitted: Fitted, calibrated: CalibratedClassifierCV) -> LinearModel:
    """Fold scaler and temperature into one matrix."""
    _, scaler, regression = (step for _, step in fitted.pipeline.steps)
    factor = inverse_temperature(calibrated)
    coefficients = factor * regression.coef_ / scaler.scale_
    intercepts = factor * regression.intercept_ - coefficients @ scaler.mean_
    return LinearModel(weights=coefficients.T, intercepts=intercepts, membership=membership(fitted.root_sets))


def membership(root_sets: npt.ArrayLike) -> Floats:
    """Which of COLUMNS each set of roots counts towards: (k, 4) of zeros and ones."""
    codes = np.asarray(root_sets)
    bits = (codes[:, None] >> np.arange(len(ROOTS))) & 1
    return np.column_stack([bits, codes == 0]).astype(np.float64)
