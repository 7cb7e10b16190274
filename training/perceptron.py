"""A small multilayer perceptron that can learn from probabilities, which scikit-learn's cannot.

Of a synthetic patient more is known than the roots that were drawn: the exact probability of every set of roots, given
what the examination states, in the world the patient was drawn from. Learning from that probability instead of the one
draw has the same expected gradient with far less noise (it is a conditional expectation: Rao C, Bull Calcutta Math Soc
1945;37:81-91; Blackwell D, Ann Math Stat 1947;18:105-110). It takes many times as many examinations to come as near to
the limit with labels alone. A site's own examinations have labels only, and are learnt from labels.

The learning rate falls to nothing along a cosine, because at a steady one the weights end as far from the minimum as
the noise of the last batches leaves them. The penalty is stated for the whole sample, as in a logistic regression
(1 / C), and not per batch, so that what was found on a subset of the patients holds for all of them.

Sources: Kingma DP, Ba J. Adam: a method for stochastic optimization. ICLR 2015; Loshchilov I, Hutter F. SGDR:
stochastic gradient descent with warm restarts. ICLR 2017 (cosine); He K et al. Delving deep into rectifiers. ICCV 2015
(start); Hinton G, Vinyals O, Dean J. Distilling the knowledge in a neural network. arXiv:1503.02531, 2015.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin

Numbers = npt.NDArray[np.floating]

LEAST_STEPS, MOST_EPOCHS = 1500, 200
"""A small sample is gone through more often, until the optimiser has made so many steps; but not without end."""

FIRST_MOMENT, SECOND_MOMENT, SMALLEST = 0.9, 0.999, 1e-8
"""Adam's constants, as published."""


class Perceptron(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Rectified linear units and a softmax; deterministic for a `random_state` and a number of threads.

    `penalty` is that on half the sum of the squared weights, set against the weighted sum of the log-losses. After
    `fit`, `layers_` are weights (columns in, columns out) and intercepts (columns out,) of every layer, and `classes_`
    are 0 to k - 1.
    """

    def __init__(
        self,
        *,
        units: tuple[int, ...] = (128, 32),
        penalty: float = 100.0,
        epochs: int = 12,
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
        self,
        columns: Numbers,
        classes: npt.NDArray[np.integer],
        sample_weight: npt.ArrayLike | None = None,
        chances: Numbers | None = None,
    ) -> Self:
        """Fit on standardised columns (n, d), in their precision.

        `classes` (n,) are 0 to k - 1; `chances` (n, k), if known, are learnt from instead.
        """
        rng, kind = np.random.default_rng(self.random_state), columns.dtype
        known = int(np.max(classes)) + 1 if chances is None else chances.shape[1]
        targets = (np.eye(known)[classes] if chances is None else chances).astype(kind, copy=False)
        weights = np.ones(len(columns)) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
        shrink, relative = self.penalty / weights.sum(), (weights / weights.mean()).astype(kind)
        batch = min(self.batch_size, len(columns))
        epochs = max(self.epochs, min(MOST_EPOCHS, -(-LEAST_STEPS * batch // len(columns))))
        layers = _start([columns.shape[1], *self.units, known], rng, kind)
        optimiser, steps = Adam(layers), epochs * -(-len(columns) // batch)
        for step, chosen in enumerate(_batches(len(columns), batch, epochs, rng)):
            shown = relative[chosen, None] / kind.type(len(chosen))
            gradient = gradients(layers, columns[chosen], targets[chosen], shown, shrink)
            optimiser.step(layers, gradient, self.learning_rate * (1 + np.cos(np.pi * step / steps)) / 2)
        self.layers_ = layers
        self.classes_ = np.arange(known)
        return self

    def predict_proba(self, columns: Numbers) -> Numbers:
        """The probability of each class: (n, k), in the precision of `columns` or of the fit, whichever is higher."""
        return np.asarray(softmax(_activations(self.layers_, columns)[-1], axis=1))

    def predict(self, columns: Numbers) -> npt.NDArray[np.integer]:
        """The likeliest class: (n,)."""
        return np.asarray(self.predict_proba(columns).argmax(axis=1))


Layers = list[tuple[Numbers, Numbers]]
"""Weights and intercepts of each layer."""


class Adam:
    """The optimiser: running means of the gradient and of its square, and a step by their ratio."""

    def __init__(self, layers: Layers) -> None:
        self._means = [np.zeros_like(part) for layer in layers for part in layer]
        self._squares = [np.zeros_like(part) for layer in layers for part in layer]
        self._taken = 0

    def step(self, layers: Layers, gradient: Layers, rate: float) -> None:
        """Change `layers` in place."""
        self._taken += 1
        start = np.sqrt(1 - SECOND_MOMENT**self._taken) / (1 - FIRST_MOMENT**self._taken)
        parts, slopes = ([part for layer in given for part in layer] for given in (layers, gradient))
        for part, slope, mean, square in zip(parts, slopes, self._means, self._squares, strict=True):
            mean += (1 - FIRST_MOMENT) * (slope - mean)
            square += (1 - SECOND_MOMENT) * (slope * slope - square)
            part -= float(rate * start) * mean / (np.sqrt(square) + SMALLEST)


def gradients(layers: Layers, columns: Numbers, targets: Numbers, weights: Numbers, shrink: float) -> Layers:
    """The gradient of the weighted sum of cross entropies plus `shrink` / 2 times the squared weights, by layer.

    `weights` (n, 1); Rumelhart DE, Hinton GE, Williams RJ. Nature 1986;323:533-536.
    """
    *inner, scores = _activations(layers, columns)
    # The softmax's own precision would be double for a batch of single precision.
    slope = (softmax(scores, axis=1).astype(columns.dtype, copy=False) - targets) * weights
    found: Layers = []
    for depth in range(len(layers) - 1, -1, -1):
        (weighting, _), given = layers[depth], inner[depth]
        found.append((given.T @ slope + columns.dtype.type(shrink) * weighting, slope.sum(axis=0)))
        if depth:
            slope = (slope @ weighting.T) * (given > 0)
    return found[::-1]


def _activations(layers: Layers, columns: Numbers) -> list[Numbers]:
    """What goes into each layer, and at the end the log-odds."""
    given = [columns]
    for depth, (weights, intercepts) in enumerate(layers, start=1):
        linear = given[-1] @ weights + intercepts
        given.append(linear if depth == len(layers) else np.maximum(linear, 0))
    return given


def _start(sizes: list[int], rng: np.random.Generator, kind: npt.DTypeLike) -> Layers:
    return [
        ((rng.standard_normal((given, made)) * np.sqrt(2 / given)).astype(kind), np.zeros(made, dtype=kind))
        for given, made in pairwise(sizes)
    ]


def _batches(rows: int, size: int, epochs: int, rng: np.random.Generator) -> Iterator[npt.NDArray[np.intp]]:
    for _ in range(epochs):
        order = rng.permutation(rows)
        yield from (order[at : at + size] for at in range(0, rows, size))
