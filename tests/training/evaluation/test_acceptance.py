"""Every limit refuses on one side and lets pass on the other."""

import copy
from typing import Any

import pytest

from training.evaluation.acceptance import Limits, NotAccepted, accept
from training.evaluation.report import Report

LIMITS = Limits(
    calibration_error=0.02,
    slope_within=(0.9, 1.1),
    coverage_overall=0.02,
    coverage_subgroup=0.04,
    auc_full_within={"L4": (0.5, 0.95), "L5": (0.5, 0.95), "S1": (0.5, 0.95)},
    log_loss_ratio_full=1.02,
    log_loss_ratio_sparse=1.03,
)

OVERALL = ("overall", "roots", "L5")
FULL = ("subgroups", "completeness", "full", "roots", "L5")


def changed(report: Report, path: tuple[str, ...], value: Any) -> Report:
    copied = copy.deepcopy(report)
    place = copied
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return copied


def test_a_right_forecaster_is_accepted(judged: Report) -> None:
    accept(judged, LIMITS)


@pytest.mark.parametrize(
    ("path", "kept", "broken", "complaint"),
    [
        ((*OVERALL, "ece"), 0.02, 0.0201, "L5: calibration error 0.0201 is above 0.02"),
        (("overall", "roots", "none", "ece"), 0.02, 0.0201, "none: calibration error"),
        ((*OVERALL, "calibration_slope"), 0.9, 0.899, "L5: calibration slope 0.899 is not within 0.9 to 1.1"),
        ((*OVERALL, "calibration_slope"), 1.1, 1.101, "calibration slope"),
        ((*OVERALL, "calibration_slope"), 1.0, None, "calibration slope unknown"),
        ((*FULL, "auc"), 0.5, 0.499, "L5: area on full examinations 0.4990 is not within"),
        ((*FULL, "auc"), 0.95, 0.951, "area on full examinations"),
        (("summary", "log_loss_ratio_full"), 1.02, 1.0201, "full examinations is 1.0201 times the best possible"),
        (("summary", "log_loss_ratio_sparse"), 1.03, 1.0301, "sparse examinations is 1.0301 times"),
        (("summary", "log_loss_ratio_full"), None, 2.0, "full examinations"),
        (("overall", "sets", "coverage"), 0.881, 0.879, "all roots: coverage 0.8790 on all exams"),
        (("overall", "sets", "coverage"), 0.919, 0.921, "all roots: coverage 0.9210 on all exams"),
        ((*OVERALL, "coverage"), 0.881, 0.879, "L5: coverage 0.8790 on all exams"),
        (("subgroups", "sex", "male", "sets", "coverage"), 0.861, 0.859, "all roots: coverage 0.8590 on sex male"),
        ((*FULL, "coverage"), 0.94, 0.9401, "L5: coverage 0.9401 on completeness full"),
    ],
)
def test_both_sides_of_every_limit(
    judged: Report, path: tuple[str, ...], kept: Any, broken: Any, complaint: str
) -> None:
    accept(changed(judged, path, kept), LIMITS)
    with pytest.raises(NotAccepted, match=f"^not accepted, nothing written: .*{complaint}"):
        accept(changed(judged, path, broken), LIMITS)


@pytest.mark.parametrize("baseline", ["prevalence", "textbook", "naive_bayes"])
@pytest.mark.parametrize(("measure", "nudge"), [("log_loss", 1e-4), ("auc", -1e-4)])
def test_a_model_has_to_beat_every_plain_baseline(judged: Report, baseline: str, measure: str, nudge: float) -> None:
    own = judged["overall"]["roots"]["S1"][measure]
    path = ("overall", "roots", "S1", "baselines", baseline, measure)
    accept(changed(judged, path, own + nudge), LIMITS)
    with pytest.raises(NotAccepted, match=f"S1: {measure} .* is no better than that of {baseline}"):
        accept(changed(judged, path, own), LIMITS)


def test_chance_alone_refuses_nobody(judged: Report) -> None:
    """With 100 involved roots three standard errors are 9 points: 0.82 may be chance, 0.80 is not."""
    few = changed(judged, ("subgroups", "sex", "unknown", "sets", "positives"), 100)
    place = ("subgroups", "sex", "unknown", "sets", "coverage")
    accept(changed(few, place, 0.82), LIMITS)
    with pytest.raises(NotAccepted, match=r"on sex unknown is more than 0\.09 from 0\.9"):
        accept(changed(few, place, 0.80), LIMITS)
    noisy = changed(judged, (*OVERALL, "ece_most_by_chance"), 0.05)
    accept(changed(noisy, (*OVERALL, "ece"), 0.049), LIMITS)
    with pytest.raises(NotAccepted, match=r"is above 0\.05"):
        accept(changed(noisy, (*OVERALL, "ece"), 0.051), LIMITS)
    rough = changed(judged, (*OVERALL, "calibration_slope_error"), 0.1)
    for kept, broken in ((0.71, 0.69), (1.29, 1.31)):
        accept(changed(rough, (*OVERALL, "calibration_slope"), kept), LIMITS)
        with pytest.raises(NotAccepted, match=rf"slope {broken}0 is not within 0\.7 to 1\.3"):
            accept(changed(rough, (*OVERALL, "calibration_slope"), broken), LIMITS)


def test_what_cannot_be_judged_overall_is_refused(judged: Report) -> None:
    few = {"n": 60, "positives": 3, "prevalence": 0.05, "too_few": "3 of 60 exams"}
    with pytest.raises(NotAccepted, match="L5: cannot be judged, 3 of 60 exams"):
        accept(changed(judged, OVERALL, few), LIMITS)


def test_what_cannot_be_judged_in_a_subgroup_is_not_held_against_it(judged: Report) -> None:
    few = {"n": 60, "positives": 3, "prevalence": 0.05, "too_few": "3 of 60 exams"}
    accept(changed(judged, FULL, few), LIMITS)


def test_every_fault_is_named_at_once(judged: Report) -> None:
    off = changed(changed(judged, (*OVERALL, "ece"), 0.5), ("overall", "sets", "coverage"), 0.5)
    with pytest.raises(NotAccepted, match=r"L5: calibration error .*; all roots: coverage"):
        accept(off, LIMITS)


MALE = ("subgroups", "sex", "male")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ((*OVERALL, "too_few"), "11 of 87 have it, 50 are needed"),
        ((*FULL, "auc"), 0.4),
        ((*MALE, "sets", "coverage"), 0.99),
    ],
)
def test_what_a_site_cannot_help_is_refused_only_of_the_cohort(
    judged: Report, path: tuple[str, ...], value: Any
) -> None:
    """A rare root, hard exams, and sets that hold more than they promise."""
    asked = changed(judged, path, value)
    accept(asked, LIMITS, own_data=True)
    with pytest.raises(NotAccepted):
        accept(asked, LIMITS)


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        ((*OVERALL, "ece"), 0.2, "L5: calibration error"),
        ((*MALE, "sets", "coverage"), 0.6, "all roots: coverage 0.6000 on sex male"),
        (("overall", "mean_log_loss", "model"), 0.9, "log-loss 0.9000 is no better than that of the prevalence"),
    ],
)
def test_a_site_is_refused_what_harms_its_patients(
    judged: Report, path: tuple[str, ...], value: Any, complaint: str
) -> None:
    with pytest.raises(NotAccepted, match=complaint):
        accept(changed(judged, path, value), LIMITS, own_data=True)
