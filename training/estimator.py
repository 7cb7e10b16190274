"""A candidate fitted on labelled examinations, then calibrated with one temperature.

The temperature is the one of least `root_log_loss` on a part that was not used to fit. It is not found with
scikit-learn's CalibratedClassifierCV: that takes no weights for a frozen estimator without a warning, and wants every
set of roots in both parts, which a site with few patients does not have.

Everything here runs on one thread. On the small matrices of a fold two threads wait for each other longer than they
work (forty times as long where another program wants a core), and sums in another order would make the bytes of a model
depend on the number of cores.

Source: Guo C et al. On calibration of modern neural networks. ICML 2017 (temperature scaling).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import softmax
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import has_fit_parameter
from threadpoolctl import threadpool_limits

from features.anatomy import ROOTS
from training.candidates import Candidate, Choices
from training.dataset import Dataset, TooFewPatients
from training.monotone import never_lowered

Floats = npt.NDArray[np.float64]

COLUMNS = (*(str(root) for root in ROOTS), "none")
"""The columns of every array of probabilities."""

CHUNK = 16384
"""Rows per call: the designed columns of a million rows in double precision would not fit into memory."""

LEAST_PROBABILITY = 1e-9
"""What a probability counts as at least in a log-loss, so that one certain and wrong answer does not outweigh all."""

TEMPERATURES = (0.1, 10.0)
"""Between which the inverse temperature is sought."""


class Model(Protocol):
    """Whatever answers rows (n, 109) with P(L4), P(L5), P(S1) and P(none): (n, 4)."""

    def probabilities(self, rows: npt.NDArray[np.floating]) -> Floats:
        """The columns are COLUMNS."""
        ...


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A candidate fitted with `choices`.

    The classes of `estimator` are 0 to k - 1: positions in `root_sets` (k,), which are numbered as in
    `Dataset.root_sets`.
    """

    candidate: Candidate
    choices: Choices
    estimator: Any
    root_sets: npt.NDArray[np.int64]

    def log_probabilities(self, rows: npt.NDArray[np.floating]) -> Floats:
        """The logarithm of the probability of each set of roots: (n, k)."""
        # In double precision, whatever the estimator was fitted in.
        with threadpool_limits(limits=1):
            parts = [self.estimator.predict_proba(chunk.astype(np.float64)) for chunk in _chunks(rows)]
        probabilities = np.concatenate(parts) if parts else np.empty((0, len(self.root_sets)))
        # The smallest positive number stands for 0, whose logarithm no temperature could scale.
        return np.asarray(np.log(np.maximum(probabilities, np.finfo(np.float64).tiny)))

    def probabilities(self, rows: npt.NDArray[np.floating]) -> Floats:
        """P(L4), P(L5), P(S1) and P(none) as fitted, not calibrated: (n, 4)."""
        return np.asarray(np.exp(self.log_probabilities(rows)) @ membership(self.root_sets))


@dataclass(frozen=True, kw_only=True)
class Calibrated:
    """A fitted candidate with its temperature; 1 would mean that the fit needed none."""

    fitted: Fitted
    inverse_temperature: float

    def probabilities(self, rows: npt.NDArray[np.floating]) -> Floats:
        """P(L4), P(L5), P(S1) and P(none), no root lowered by its own sign (`training.monotone`): (n, 4)."""
        return never_lowered(rows, self._plain)

    def _plain(self, rows: npt.NDArray[np.floating]) -> Floats:
        scaled = self.inverse_temperature * self.fitted.log_probabilities(rows)
        return np.asarray(softmax(scaled, axis=1) @ membership(self.fitted.root_sets))


def fit(candidate: Candidate, choices: Choices, part: Dataset, seed: int) -> Fitted:
    """Fit on `part`, each examination counting for its weight; those of weight 0 are left out.

    Raises:
        TooFewPatients: all examinations of `part` have the same roots.
    """
    counted = np.flatnonzero(part.weights > 0)
    part = part if len(counted) == len(part) else part.where(counted)
    # Numbered without gaps, because a fitted estimator knows its classes by position.
    root_sets, classes = np.unique(part.root_sets, return_inverse=True)
    if len(root_sets) < 2:
        raise TooFewPatients(f"all {len(part)} examinations to fit on have the same roots: there is nothing to learn")
    estimator: Any = candidate.build(choices, seed)
    with threadpool_limits(limits=1):
        estimator.fit(part.rows, classes, **_weighted(estimator, part.weights))
    return Fitted(candidate=candidate, choices=choices, estimator=estimator, root_sets=root_sets)


def calibrate(fitted: Fitted, part: Dataset) -> Calibrated:
    """Find the temperature on a part that was not used to fit."""
    scores, sums = fitted.log_probabilities(part.rows), membership(fitted.root_sets)

    def loss(log_factor: float) -> float:
        return root_log_loss(part.involved, softmax(np.exp(log_factor) * scores, axis=1) @ sums, part.weights)

    found = minimize_scalar(loss, bounds=np.log(TEMPERATURES), method="bounded", options={"xatol": 1e-6})
    return Calibrated(fitted=fitted, inverse_temperature=float(np.exp(found.x)))


def root_log_loss(involved: npt.ArrayLike, probabilities: npt.ArrayLike, weights: Floats | None = None) -> float:
    """The mean over L4, L5 and S1 of the binary log-loss of the root: what the search compares and the report judges.

    `involved` (n, 3) truth; `probabilities` (n, 3) or (n, 4), the first three of COLUMNS; `weights` (n,).
    """
    return float(np.average(root_losses(involved, probabilities), weights=weights))


def root_losses(involved: npt.ArrayLike, probabilities: npt.ArrayLike) -> Floats:
    """The log-loss of each examination, (n,), the mean over the three roots; the arguments of `root_log_loss`."""
    truth = np.asarray(involved, dtype=bool)
    stated = np.asarray(probabilities, dtype=np.float64)[:, : len(ROOTS)]
    of_the_truth = np.clip(np.where(truth, stated, 1 - stated), LEAST_PROBABILITY, 1.0)
    return np.asarray(-np.log(of_the_truth).mean(axis=1))


def membership(root_sets: npt.ArrayLike) -> Floats:
    """Which of COLUMNS each set of roots counts towards: (k, 4) of zeros and ones."""
    codes = np.asarray(root_sets)
    bits = (codes[:, None] >> np.arange(len(ROOTS))) & 1
    return np.column_stack([bits, codes == 0]).astype(np.float64)


def roots_of(root_sets: npt.ArrayLike) -> list[tuple[str, ...]]:
    """The roots in each set, by name."""
    return [tuple(str(root) for i, root in enumerate(ROOTS) if code >> i & 1) for code in np.asarray(root_sets)]


def _weighted(estimator: Any, weights: Floats) -> dict[str, Floats]:
    """The arguments of `fit` that hand the weights to every step that takes them; none if all weights are 1."""
    if np.all(weights == 1):
        return {}
    if not isinstance(estimator, Pipeline):
        return {"sample_weight": weights}
    return {
        f"{name}__sample_weight": weights for name, step in estimator.steps if has_fit_parameter(step, "sample_weight")
    }


def _chunks(rows: npt.NDArray[np.floating]) -> Iterator[npt.NDArray[np.floating]]:
    return (rows[at : at + CHUNK] for at in range(0, len(rows), CHUNK))
