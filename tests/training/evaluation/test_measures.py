"""The measures against tables worked out by hand, against scikit-learn and against simulation."""

import numpy as np
import pytest
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from training.evaluation import measures


def test_an_area_by_hand() -> None:
    """DeLong 1988 by hand: with 0.9, 0.6, 0.4; without 0.5, 0.3.

    Each with beats so many without: 1, 1, 1/2: area 5/6. Each without is beaten by 2/3 and 1.
    Variance (1/12)/3 + (1/18)/2 = 0.05556, its root 0.2357; 5/6 - 1.96 * 0.2357 = 0.3714.
    """
    truth = np.array([True, True, True, False, False])
    found = measures.area(truth, np.array([0.9, 0.6, 0.4, 0.5, 0.3]))
    assert found.auc == pytest.approx(5 / 6)
    assert found.low == pytest.approx(0.3714, abs=1e-4)
    assert found.high == 1


def test_ties_count_half() -> None:
    truth = np.array([True, False, True, False])
    assert measures.area(truth, np.array([0.5, 0.5, 0.7, 0.5])).auc == pytest.approx(0.75)


def test_the_area_and_losses_are_those_of_scikit_learn() -> None:
    rng = np.random.default_rng(3)
    stated = rng.beta(1, 3, 5000).round(2)
    truth = rng.random(5000) < stated
    assert measures.area(truth, stated).auc == pytest.approx(roc_auc_score(truth, stated))
    inside = np.clip(stated, 1e-9, 1 - 1e-9)
    assert measures.log_loss(truth, stated) == pytest.approx(log_loss(truth, inside))
    assert measures.brier(truth, stated) == pytest.approx(brier_score_loss(truth, stated))


def test_the_interval_of_an_area_holds_the_true_one_as_often_as_it_says() -> None:
    """Normal scores one standard deviation apart: the area is the normal distribution function of 1/sqrt(2), 0.7602."""
    rng = np.random.default_rng(4)
    truth = np.arange(300) < 100
    draws = [measures.area(truth, rng.normal(truth, 1.0)) for _ in range(600)]
    held = np.mean([found.low <= 0.7602 <= found.high for found in draws])
    assert held == pytest.approx(0.95, abs=0.036)  # four standard errors


def test_the_calibration_line_is_that_of_an_unpenalised_regression() -> None:
    rng = np.random.default_rng(5)
    stated = rng.uniform(0.01, 0.99, 4000)
    truth = rng.random(4000) < expit(0.7 * logit(stated) - 0.4)
    line = measures.calibration_line(truth, stated)
    regression = LogisticRegression(C=np.inf, tol=1e-10).fit(logit(stated)[:, None], truth)
    assert line is not None
    assert line.slope == pytest.approx(regression.coef_[0, 0], abs=1e-4)
    assert line.intercept == pytest.approx(regression.intercept_[0], abs=1e-4)
    assert line.slope == pytest.approx(0.7, abs=4 * line.slope_error)


def test_the_error_of_the_calibration_slope_is_that_of_repeated_draws() -> None:
    rng = np.random.default_rng(8)
    stated = rng.beta(2, 4, 2000)
    lines = [measures.calibration_line(rng.random(2000) < stated, stated) for _ in range(300)]
    slopes = [line.slope for line in lines if line is not None]
    assert lines[0] is not None
    assert lines[0].slope_error == pytest.approx(np.std(slopes), rel=0.17)  # four standard errors of a spread


@pytest.mark.parametrize(
    "stated", [np.full(6, 0.3), np.array([0.1, 0.2, 0.3, 0.7, 0.8, 0.9])], ids=["one value", "perfect"]
)
def test_where_there_is_no_line_there_is_none(stated: measures.Floats) -> None:
    assert measures.calibration_line(np.arange(6) >= 3, stated) is None


def test_the_calibration_error_by_hand() -> None:
    """Two bins of two: stated 0.1 and 0.2, found 1/2; stated 0.6 and 1.0, found 1: (0.35 + 0.2) / 2 = 0.275."""
    truth = np.array([True, False, True, True])
    found = measures.reliability(truth, np.array([0.1, 0.2, 0.6, 1.0]), bins=2)
    assert found.count == (2, 2)
    assert found.mean == pytest.approx((0.15, 0.8))
    assert found.observed == pytest.approx((0.5, 1.0))
    assert found.error == pytest.approx(0.275)


def test_the_error_by_chance_is_that_of_probabilities_that_are_right() -> None:
    rng = np.random.default_rng(6)
    stated = rng.beta(2, 4, 3000)
    found = [measures.reliability(rng.random(3000) < stated, stated) for _ in range(300)]
    errors = np.array([each.error for each in found])
    assert found[0].error_by_chance == pytest.approx(errors.mean(), rel=0.05)
    assert found[0].most_by_chance == pytest.approx(errors.mean() + 3 * errors.std(), rel=0.1)


def test_wilson_by_hand() -> None:
    """9 of 10, z = 1.96: centre (0.9 + 0.1921) / 1.3841 = 0.789, half 1.96 * sqrt(0.009 + 0.0096) / 1.3841 = 0.193."""
    assert measures.share_interval(9, 10) == pytest.approx((0.596, 0.982), abs=0.001)
    assert measures.share_interval(0, 10)[0] == 0


def test_net_benefit_by_hand() -> None:
    """At 0.2, three of four are acted on, two rightly: 2/4 - 1/4 * 0.2/0.8 = 0.4375; at 0.8 one, rightly: 1/4.

    A probability equal to the threshold is acted on. At 0.9 nobody is.
    """
    truth = np.array([True, True, False, False])
    benefit = measures.net_benefit(truth, np.array([0.8, 0.4, 0.2, 0.1]), [0.2, 0.8, 0.9])
    assert benefit == pytest.approx([0.4375, 0.25, 0.0])


def test_acting_on_everybody_is_worth_nothing_at_the_prevalence() -> None:
    truth = np.arange(100) < 30
    assert measures.net_benefit(truth, np.ones(100), [0.3]) == pytest.approx([0.0])


def test_calls_are_read_as_their_predictive_values() -> None:
    truth, called = np.array([True, True, False, False, False]), np.array([True, False, True, False, False])
    assert measures.predictive_values(truth, called) == pytest.approx([1 / 2, 1 / 3, 1 / 2, 1 / 3, 1 / 3])
