"""The perceptron learns what can be worked out by hand, and its penalty does not depend on the size of the sample."""

import numpy as np
import pytest
from scipy.special import logit

from training.perceptron import AnnealedPerceptron


def test_it_learns_what_no_line_can_divide() -> None:
    """Exclusive or."""
    columns = np.random.default_rng(0).integers(0, 2, (600, 2)).astype(np.float32)
    classes = (columns[:, 0] != columns[:, 1]).astype(np.int64)
    model = AnnealedPerceptron(units=(16,), penalty=0.01, learning_rate=1e-2).fit(columns, classes)
    assert np.array_equal(model.predict(columns), classes)


def test_it_says_how_often_what_it_cannot_know_happens() -> None:
    classes = np.repeat([0, 1, 2], (500, 300, 200))
    model = AnnealedPerceptron(units=(4,), penalty=0.01, epochs=40).fit(np.zeros((1000, 1)), classes)
    assert model.predict_proba(np.zeros((1, 1)))[0] == pytest.approx([0.5, 0.3, 0.2], abs=0.02)


def test_an_examination_of_twice_the_weight_counts_twice() -> None:
    classes = np.repeat([0, 1], (600, 400))
    model = AnnealedPerceptron(units=(4,), penalty=0.01, epochs=40)
    model.fit(np.zeros((1000, 1)), classes, sample_weight=np.where(classes == 1, 3.0, 1.0))
    assert model.predict_proba(np.zeros((1, 1)))[0, 1] == pytest.approx(2 / 3, abs=0.02)


def test_a_larger_penalty_keeps_nearer_to_knowing_nothing() -> None:
    columns = np.random.default_rng(1).standard_normal((800, 3))
    classes = (columns[:, 0] > 0).astype(np.int64)
    spread = [
        float(
            np.abs(logit(AnnealedPerceptron(units=(8,), penalty=p).fit(columns, classes).predict_proba(columns))).mean()
        )
        for p in (1.0, 100.0)
    ]
    assert spread[0] > 2 * spread[1]


def test_the_same_state_gives_the_same_weights() -> None:
    columns = np.random.default_rng(2).standard_normal((300, 4))
    classes = (columns.sum(axis=1) > 0).astype(np.int64)
    first, again, other = (
        AnnealedPerceptron(units=(8,), random_state=state).fit(columns, classes) for state in (1, 1, 2)
    )
    assert np.array_equal(first.layers_[0][0], again.layers_[0][0])
    assert not np.array_equal(first.layers_[0][0], other.layers_[0][0])
