"""The measures against cases worked out by hand, and the limits that a model has to keep."""

import copy

import numpy as np
import pytest

from tests.training.conftest import SmallModel
from training.acceptance import NotAccepted, accept
from training.completeness import BARE, STRATA
from training.conformal import thresholds
from training.dataset import TooFewPatients
from training.evaluate import EVERY, Report, area_standard_error, calibration_error, report, rule_score, score
from training.params import Params


@pytest.fixture(scope="module")
def measured(small_model: SmallModel) -> Report:
    held, test = small_model.parts["conformal"], small_model.parts["test"]
    limits = thresholds(small_model.linear.probabilities(held.rows), held.involved, 0.9)
    return report(test, small_model.linear.probabilities(test.rows), limits)


def test_standard_error_of_an_area() -> None:
    """Hanley and McNeil 1982, by hand: area 0.8, 10 with and 10 without.

    Q1 = 0.8/1.2 = 0.6667, Q2 = 1.28/1.8 = 0.7111; (0.16 + 9 * 0.0267 + 9 * 0.0711) / 100 = 0.0104; its root 0.102.
    """
    assert area_standard_error(0.8, 10, 10) == pytest.approx(0.102, abs=0.0005)


def test_calibration_error_of_probabilities_that_are_right_and_wrong() -> None:
    truth = np.array([True, False] * 50)
    assert calibration_error(truth, np.full(100, 0.5)) == pytest.approx(0)
    assert calibration_error(truth, np.full(100, 0.7)) == pytest.approx(0.2)


def test_calibrated_probabilities_have_slope_one() -> None:
    rng = np.random.default_rng(0)
    probability = rng.uniform(0.05, 0.95, 20000)
    measures = score(rng.random(20000) < probability, probability)
    assert measures["slope"] == pytest.approx(1, abs=0.1)
    assert measures["intercept"] == pytest.approx(0, abs=0.1)
    assert measures["area_low"] < measures["area"] < measures["area_high"]


def test_a_rule_has_the_area_of_its_one_point() -> None:
    truth, called = np.array([True, True, False, False]), np.array([True, False, False, False])
    assert rule_score(truth, called) == {
        "textbook_sensitivity": 0.5,
        "textbook_specificity": 1.0,
        "textbook_area": 0.75,
    }


def test_the_model_beats_both_baselines(measured: Report) -> None:
    for root in ("L4", "L5", "S1"):
        measures = measured["all"][root]
        assert measures["log_loss"] < measures["log_loss_prevalence"]
        assert measures["brier"] < measures["brier_prevalence"]
        assert measures["area"] > measures["textbook_area"]
    assert measured["all"]["none"]["exact_model"] > measured["all"]["none"]["exact_textbook"]


def test_the_less_is_known_the_less_is_told(measured: Report) -> None:
    for root in ("L4", "L5", "S1"):
        full, mixed, letter = (measured[stratum][root]["area"] for stratum in ("full", "mixed", "letter"))
        assert full > mixed > letter - 0.02


def test_the_cohort_is_not_too_clean(measured: Report) -> None:
    """The evidence puts L5 and S1 at 0.65 to 0.85 and L4 at about 0.80 to 0.90; four standard errors of leeway."""
    for root, ceiling in (("L4", 0.90), ("L5", 0.85), ("S1", 0.85)):
        measures = measured["full"][root]
        leeway = measures["area_high"] - measures["area_low"]
        assert 0.65 < measures["area"] < ceiling + leeway


@pytest.mark.parametrize(
    ("stratum", "measure", "value", "complaint"),
    [
        ("full", "area", 0.99, "area"),
        ("full", "area", 0.5, "area"),
        ("all", "coverage", 0.5, "coverage"),
        ("full", "coverage", 0.5, "coverage 0.500 on full"),
        ("mixed", "coverage", 0.5, "coverage 0.500 on mixed"),
        ("letter", "coverage", 0.5, "coverage 0.500 on letter"),
        ("letter", "coverage", float("nan"), "coverage nan on letter"),
        ("all", "log_loss", 9.0, "log-loss 9.000 is no better than the prevalence"),
        ("all", "calibration_error", 0.5, "calibration error"),
        ("all", "calibration_error", float("nan"), "calibration error"),
    ],
)
def test_a_model_that_breaks_a_limit_is_refused(
    measured: Report, stratum: str, measure: str, value: float, complaint: str
) -> None:
    limits = Params.load(quick=True).accept
    accept(measured, limits)
    spoilt = copy.deepcopy(measured)
    spoilt[stratum]["L5"][measure] = value
    with pytest.raises(NotAccepted, match=f"L5: {complaint}"):
        accept(spoilt, limits)


@pytest.mark.parametrize(
    ("measure", "value", "complaint"),
    [("log_loss", 9.0, "log-loss 9.000"), ("calibration_error", 0.5, "calibration error")],
)
def test_none_of_the_roots_has_limits_too(measured: Report, measure: str, value: float, complaint: str) -> None:
    spoilt = copy.deepcopy(measured)
    spoilt["all"]["none"][measure] = value
    with pytest.raises(NotAccepted, match=f"none: {complaint}"):
        accept(spoilt, Params.load(quick=True).accept)


def test_every_fault_is_named_at_once(measured: Report) -> None:
    spoilt = copy.deepcopy(measured)
    spoilt["full"]["L4"]["area"], spoilt["all"]["S1"]["coverage"] = 0.5, 0.5
    with pytest.raises(NotAccepted, match=r"L4: area .*; S1: coverage"):
        accept(spoilt, Params.load(quick=True).accept)


def test_each_kind_of_examination_but_the_bare_one_has_bounds() -> None:
    """A bare one tells nothing apart, so its prediction sets hold nearly everything: there is nothing to bound."""
    for limits in (Params.load().accept, Params.load(quick=True).accept):
        assert set(limits.coverage_within) == {EVERY, *STRATA} - {BARE}
        assert all(0 < least < 0.9 < most <= 1 for least, most in limits.coverage_within.values())


@pytest.mark.parametrize("truth", [[], [True] * 5, [False] * 5])
def test_what_does_not_vary_cannot_be_judged(truth: list[bool]) -> None:
    with pytest.raises(TooFewPatients, match="draw more patients"):
        score(np.array(truth, dtype=bool), np.full(len(truth), 0.5))
