"""Every reason to refuse a challenger, each on both sides of its limit."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit, logit

from tests.lifecycle.candidates import exams
from training.comparison import (
    Difference,
    Floats,
    Limits,
    against_baselines,
    against_champion,
    calibration_slope,
    chance_error,
    difference,
    miscalibrated,
    uncovered,
    unsafe,
)
from training.estimator import root_losses
from training.held_out import HeldOut

LIMITS = Limits()


def limit_of(held: HeldOut) -> Floats:
    assert held.limit is not None
    return held.limit


def sharpened(stated: Floats, factor: float) -> Floats:
    return np.asarray(expit(factor * logit(stated)))


def test_the_loss_of_an_exam_is_the_mean_over_its_roots() -> None:
    involved = np.array([[True, False, False]])
    # (-ln 0.5 - ln 0.8 - ln 1) / 3
    assert root_losses(involved, np.array([[0.5, 0.2, 0.0, 0.4]])) == pytest.approx([0.305430], abs=1e-6)
    assert np.isfinite(root_losses(involved, np.array([[0.0, 1.0, 1.0]]))).all()


def test_the_exams_of_a_patient_are_one_draw() -> None:
    apart = np.array([1.0, 1.0, -1.0, -1.0])
    alone = difference(apart, np.zeros(4), np.array(["a", "b", "c", "d"]))
    # Cluster sums +-1 in four, +-2 in two: sqrt(4 * 4/3) / 4 and sqrt(8 * 2/1) / 4.
    assert (alone.mean, alone.error) == pytest.approx((0, (16 / 3) ** 0.5 / 4))
    together = difference(apart, np.zeros(4), np.array(["a", "a", "b", "b"]))
    assert (together.mean, together.error, together.patients) == pytest.approx((0, 1, 2))


def test_worse_is_beyond_noise_and_what_is_no_number_is_worse() -> None:
    assert not Difference(mean=0.0164, error=0.01, patients=9).worse(1.645)
    assert Difference(mean=0.0165, error=0.01, patients=9).worse(1.645)
    assert Difference(mean=float("nan"), error=0.01, patients=9).worse(1.645)


def test_what_nobody_would_notice_is_not_worse_however_sure_it_is() -> None:
    assert not Difference(mean=0.00039, error=1e-6, patients=100_000).worse(1.645, LIMITS.negligible_loss)
    assert Difference(mean=0.00041, error=1e-6, patients=100_000).worse(1.645, LIMITS.negligible_loss)
    assert Difference(mean=float("nan"), error=0.01, patients=9).worse(1.645, LIMITS.negligible_loss)
    assert not Difference(mean=-0.0164, error=0.01, patients=9).better(1.645)
    assert Difference(mean=-0.0165, error=0.01, patients=9).better(1.645)


def test_the_truth_may_take_the_place_of_a_worse_champion_and_not_the_other_way(held: HeldOut) -> None:
    truth = limit_of(held)
    blunt = sharpened(truth, 0.6)
    assert against_champion(held.exams, truth, blunt, LIMITS) == []
    assert against_champion(held.exams, truth, truth, LIMITS) == []
    faults = against_champion(held.exams, blunt, truth, LIMITS)
    assert [fault.split(" examinations")[0] for fault in faults] == [
        "log-loss on all",
        "log-loss on full",
        "log-loss on sparse",
    ]


def test_worse_on_one_kind_of_examination_is_worse(held: HeldOut) -> None:
    """Better on the whole, but at the cost of the letters."""
    truth, sparse = limit_of(held), held.exams.completeness == "sparse"
    mixed = np.where(sparse[:, None], sharpened(truth, 0.6), truth)
    champion = np.where(sparse[:, None], truth, sharpened(truth, 0.1))
    (fault,) = against_champion(held.exams, mixed, champion, LIMITS)
    assert fault.startswith("log-loss on sparse examinations is worse")


def test_a_kind_of_examination_with_few_patients_is_not_judged_by_itself(held: HeldOut) -> None:
    few = np.arange(len(held.exams)) < 40
    rare = replace(held.exams, completeness=np.where(few, "rare", "full"))
    truth = limit_of(held)
    worse = np.where(few[:, None], sharpened(truth, 0.3), truth)
    assert not any("rare" in fault for fault in against_champion(rare, worse, truth, LIMITS))


def test_a_first_champion_has_to_beat_prevalence_and_rule(held: HeldOut) -> None:
    truth, involved = limit_of(held), held.exams.involved
    useless = np.broadcast_to(involved.mean(axis=0), involved.shape)
    called = truth[:, :3] > 0.5
    assert against_baselines(held.exams, truth, np.zeros_like(called), LIMITS) == []
    faults = against_baselines(held.exams, useless, called, LIMITS)
    assert [fault.split(" beyond")[0] for fault in faults] == [
        "log-loss is no better than that of the prevalence alone",
        "log-loss is no better than that of the textbook rule",
    ]
    # The rule, lent its best probabilities, is as good as the truth where each root has one sign.
    (fault,) = against_baselines(held.exams, truth, called, LIMITS)
    assert "textbook rule" in fault


@pytest.mark.parametrize(("factor", "sound"), [(1.0, True), (1.04, True), (1.5, False), (0.6, False)])
def test_probabilities_that_are_off_are_refused(factor: float, sound: bool) -> None:
    held = exams(20_000, seed=3)
    faults = miscalibrated(held.exams, sharpened(limit_of(held), factor), LIMITS, np.random.default_rng(1))
    assert (faults == []) is sound
    if not sound:
        assert sum("calibration slope" in fault for fault in faults) == 3
        assert sum("calibration error" in fault for fault in faults) == 3


def test_few_exams_are_not_blamed_for_their_noise() -> None:
    held = exams(400, seed=2)
    assert miscalibrated(held.exams, limit_of(held), LIMITS, np.random.default_rng(1)) == []


def test_no_number_is_no_calibration(held: HeldOut) -> None:
    stated = np.full((len(held.exams), 4), 0.99)
    assert len(miscalibrated(held.exams, stated, LIMITS, np.random.default_rng(1))) >= 3


def test_chance_error_shrinks_with_the_exams() -> None:
    rng = np.random.default_rng(1)
    few, many = (chance_error(rng.random(count), 0.05, np.random.default_rng(2)) for count in (200, 20_000))
    # Ten bins of n/10: the mean absolute error of a share of 20 is about 0.07, of one of 2000 a tenth of it.
    assert 0.05 < few < 0.15
    assert 0.005 < many < 0.015


def test_the_calibration_slope_is_that_of_logistic_regression() -> None:
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(4)
    stated = rng.uniform(0.05, 0.95, 5000)
    truth = rng.random(5000) < sharpened(stated, 0.7)
    slope, error = calibration_slope(truth, stated)
    line = LogisticRegression(C=np.inf, tol=1e-10).fit(logit(stated)[:, None], truth)
    assert slope == pytest.approx(line.coef_[0, 0], abs=1e-4)
    repeats = [calibration_slope(rng.random(5000) < sharpened(stated, 0.7), stated)[0] for _ in range(60)]
    assert error == pytest.approx(np.std(repeats), rel=0.3)


def test_prediction_sets_have_to_keep_what_they_promise(held: HeldOut) -> None:
    rng = np.random.default_rng(5)
    involved = held.exams.involved

    def sets(share: float) -> np.ndarray:
        return rng.random(involved.shape) < share

    assert uncovered(held.exams, sets(0.9), 0.9, LIMITS) == []
    assert uncovered(held.exams, sets(0.99), 0.9, LIMITS) == []
    assert len(uncovered(held.exams, sets(0.8), 0.9, LIMITS)) == 9
    letters = held.exams.completeness == "sparse"
    broken = np.where(letters[:, None], sets(0.8), sets(0.99))
    assert {fault.split(" on ")[1].split(",")[0] for fault in uncovered(held.exams, broken, 0.9, LIMITS)} == {
        "sparse examinations"
    }


SAFE = {"roots, lenient": (9, 9), "mimics": (7, 10), "under-triage": (0, 29), "refused": (0, 29)}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({}, None),
        ({"roots, lenient": (8, 9)}, "right roots (lenient): 8 of 9, champion 9"),
        ({"mimics": (6, 10)}, "mimics without a called root: 6 of 10, champion 7"),
        ({"mimics": (8, 10)}, None),
        ({"under-triage": (1, 29)}, "under-triaged published patients: 1 of 29, champion 0"),
        ({"refused": (1, 30)}, "refused published patients: 1 of 30, champion 0"),
    ],
)
def test_published_patients_may_not_do_worse(change: dict[str, tuple[int, int]], fault: str | None) -> None:
    found = unsafe(SAFE | change, SAFE, "champion")
    assert len(found) == (fault is not None)
    assert all(fault is not None and each.endswith(fault) for each in found)


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"roots, lenient": (6, 9)}, False),  # 6 of 9 after 9 of 9: p = 0.10
        ({"roots, lenient": (5, 9)}, True),  # p = 0.041
        ({"mimics": (3, 10)}, False),  # 3 of 10 after 7 of 10: p = 0.089
        ({"mimics": (2, 10)}, True),  # p = 0.035
        ({"under-triage": (1, 29)}, True),
        ({"refused": (1, 30)}, True),
    ],
)
def test_beside_the_champion_chance_is_allowed_for_but_not_for_missed_patients(
    change: dict[str, tuple[int, int]], refused: bool
) -> None:
    assert bool(unsafe(SAFE | change, SAFE, "champion", chance=0.05)) is refused


def test_a_scorer_that_counts_something_else_is_no_proof_of_safety() -> None:
    (fault,) = unsafe({name: SAFE[name] for name in SAFE if name != "mimics"}, SAFE, "champion")
    assert "did not count 'mimics' for the challenger" in fault
