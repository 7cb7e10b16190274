"""The perceptron's gradient is the slope of what it says it minimises, and it learns what can be worked out by hand."""

import numpy as np
import pytest
from scipy.special import log_softmax

from training.perceptron import Adam, Layers, Perceptron, gradients


def problem(rows: int = 40) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    columns = rng.standard_normal((rows, 5))
    return columns, rng.dirichlet(np.ones(3), rows)


def network() -> Layers:
    rng = np.random.default_rng(1)
    return [(rng.standard_normal(size), rng.standard_normal(size[1])) for size in ((5, 4), (4, 3), (3, 3))]


def loss(layers: Layers, columns: np.ndarray, targets: np.ndarray, weights: np.ndarray, shrink: float) -> float:
    """Written down once more, plainly."""
    for weighting, intercepts in layers[:-1]:
        columns = np.maximum(columns @ weighting + intercepts, 0)
    entropies = -(targets * log_softmax(columns @ layers[-1][0] + layers[-1][1], axis=1)).sum(axis=1)
    return float((weights[:, 0] * entropies).sum() + shrink / 2 * sum((weighting**2).sum() for weighting, _ in layers))


@pytest.mark.parametrize("layer", [0, 1, 2])
@pytest.mark.parametrize("part", [0, 1])
def test_the_gradient_is_the_slope(layer: int, part: int) -> None:
    (columns, targets), layers = problem(), network()
    weights = np.random.default_rng(2).random((len(columns), 1))
    found = gradients(layers, columns, targets, weights, 0.3)[layer][part]
    for at in np.ndindex(found.shape):
        losses = []
        for step in (1e-6, -1e-6):
            moved = [(weighting.copy(), intercepts.copy()) for weighting, intercepts in layers]
            moved[layer][part][at] += step
            losses.append(loss(moved, columns, targets, weights, 0.3))
        assert found[at] == pytest.approx((losses[0] - losses[1]) / 2e-6, abs=1e-6)


def test_the_first_steps_of_adam_by_hand() -> None:
    """A steady gradient of 5 gives steps of the rate itself, whatever its size (Kingma and Ba 2015, section 2.1)."""
    layers: Layers = [(np.array([[1.0]]), np.array([2.0]))]
    optimiser = Adam(layers)
    for _ in range(3):
        optimiser.step(layers, [(np.array([[5.0]]), np.array([-5.0]))], 0.1)
    assert layers[0][0][0, 0] == pytest.approx(0.7)
    assert layers[0][1][0] == pytest.approx(2.3)


def test_it_learns_what_no_line_can_divide() -> None:
    """Exclusive or."""
    columns = np.random.default_rng(0).integers(0, 2, (600, 2)).astype(np.float32)
    classes = (columns[:, 0] != columns[:, 1]).astype(np.int64)
    model = Perceptron(units=(16,), penalty=0.01, learning_rate=1e-2).fit(columns, classes)
    assert np.array_equal(model.predict(columns), classes)


def test_chances_are_learnt_as_chances() -> None:
    """Two groups of rows with their own probabilities of three classes; the classes drawn are not looked at."""
    group = np.arange(1000) % 2
    columns, known = np.eye(2)[group], np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]])
    model = Perceptron(units=(8,), penalty=1e-3, learning_rate=1e-2, batch_size=50)
    model.fit(columns, np.zeros(1000, dtype=np.int64), chances=known[group])
    assert model.predict_proba(np.eye(2)) == pytest.approx(known, abs=5e-3)


def test_weights_shift_the_frequencies() -> None:
    """Of two classes, 500 rows each, one weighs three times the other: 0.75 and 0.25 in a model that knows no more."""
    classes = np.arange(1000) % 2
    model = Perceptron(units=(4,), penalty=1e-3, learning_rate=1e-2)
    model.fit(np.zeros((1000, 1)), classes, sample_weight=np.where(classes == 0, 3.0, 1.0))
    assert model.predict_proba(np.zeros((1, 1)))[0] == pytest.approx([0.75, 0.25], abs=0.02)


def test_a_strong_penalty_leaves_the_frequencies_alone() -> None:
    columns, _ = problem(400)
    classes = (columns[:, 0] > 0.6).astype(np.int64)
    model = Perceptron(units=(4,), penalty=1e6, learning_rate=1e-2, batch_size=50).fit(columns, classes)
    assert model.predict_proba(columns)[:, 1] == pytest.approx(classes.mean(), abs=0.03)


def test_the_seed_decides() -> None:
    columns, _ = problem(200)
    classes = (columns[:, 0] > 0).astype(np.int64)
    one, again, other = (Perceptron(units=(4,), random_state=seed).fit(columns, classes) for seed in (1, 1, 2))
    assert np.array_equal(one.predict_proba(columns), again.predict_proba(columns))
    assert not np.array_equal(one.predict_proba(columns), other.predict_proba(columns))


def test_single_precision_stays_single_while_fitting() -> None:
    columns, targets = problem(200)
    model = Perceptron(units=(4,)).fit(columns.astype(np.float32), np.zeros(200, dtype=np.int64), chances=targets)
    assert {part.dtype for layer in model.layers_ for part in layer} == {np.dtype(np.float32)}
    assert model.predict_proba(columns).dtype == np.float64
