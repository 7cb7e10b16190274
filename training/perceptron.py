"""A small multilayer perceptron whose learning rate falls in steps, and whose penalty does not depend on the sample.

scikit-learn's MLPClassifier with Adam keeps its learning rate, and then ends as far from the minimum as the noise of
the last batches leaves it: on 200,000 examinations that cost more than the choice of the layers. So it is fitted in
phases, each going on from the weights of the one before with a smaller rate. Its `alpha` is a penalty per batch; here
the penalty is stated for the whole sample, as in a logistic regression (1 / C), so that what was found on a subset of
the patients holds for all of them.

Source of the optimiser: Kingma DP, Ba J. Adam: a method for stochastic optimization. ICLR 2015.
"""

import warnings
from typing import Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

PHASES = ((1.0, 0.5), (0.3, 0.25), (0.1, 0.15), (0.03, 0.1))
"""Share of the learning rate, and of the epochs, in each phase."""
LEAST_STEPS, MOST_EPOCHS = 1500, 200
"""A small sample is gone through more often, until the optimiser has made so many steps; but not without end."""


class AnnealedPerceptron(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Rectified linear units and a softmax; deterministic for a `random_state` and a number of threads.

    `penalty` is that on half the sum of the squared weights, set against the sum of the log-losses. After `fit`,
    `network_` is the MLPClassifier and `classes_` are its classes.
    """

    def __init__(
        self,
        *,
        units: tuple[int, ...] = (128, 32),
        penalty: float = 100.0,
        epochs: int = 10,
        learning_rate: float = 2e-3,
        batch_size: int = 512,
        random_state: int = 0,
    ) -> None:
        self.units = units
        self.penalty = penalty
        self.epochs = epochs
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.random_state = random_state

    def fit(
        self, columns: npt.NDArray[np.floating], classes: npt.ArrayLike, sample_weight: npt.ArrayLike | None = None
    ) -> Self:
        """Fit on standardised columns (n, d) and classes (n,); weights must be above 0."""
        batch = min(self.batch_size, len(columns))
        epochs = max(self.epochs, min(MOST_EPOCHS, -(-LEAST_STEPS * batch // len(columns))))
        network = MLPClassifier(
            hidden_layer_sizes=self.units,
            # scikit-learn divides it by the size of the batch.
            alpha=self.penalty * batch / len(columns),
            batch_size=batch,
            warm_start=True,
            n_iter_no_change=MOST_EPOCHS + self.epochs,
        )
        with warnings.catch_warnings():
            # How long to go on is stated, not left to the optimiser.
            warnings.simplefilter("ignore", ConvergenceWarning)
            for phase, (rate, share) in enumerate(PHASES):
                network.set_params(
                    learning_rate_init=self.learning_rate * rate,
                    max_iter=max(1, round(epochs * share)),
                    # Every phase shuffles anew, or it would repeat the order of the first.
                    random_state=self.random_state + phase,
                )
                network.fit(columns, classes, sample_weight=sample_weight)
        self.network_ = network
        self.classes_ = network.classes_
        return self

    def predict_proba(self, columns: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
        """The probability of each class: (n, k), in the precision of `columns`."""
        return np.asarray(self.network_.predict_proba(columns))

    def predict(self, columns: npt.NDArray[np.floating]) -> npt.NDArray[np.generic]:
        """The likeliest class: (n,)."""
        return np.asarray(self.network_.predict(columns))

    @property
    def layers_(self) -> list[tuple[npt.NDArray[np.floating], npt.NDArray[np.floating]]]:
        """Weights (columns in, columns out) and intercepts (columns out,) of every layer."""
        return list(zip(self.network_.coefs_, self.network_.intercepts_, strict=True))
