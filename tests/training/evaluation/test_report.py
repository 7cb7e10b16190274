"""The report: right probabilities come out as right, the limit at one, and what cannot be said is left unsaid."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from features.anatomy import ROOTS
from features.involvement import Involvement
from tests.training.evaluation.conftest import Simulated, blurred
from training.evaluation.judged import likely
from training.evaluation.report import Report, report
from training.evaluation.subgroups import subgroups

NAMES = ("L4", "L5", "S1")


def leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for each in value.values() for leaf in leaves(each)]
    if isinstance(value, list):
        return [leaf for each in value for leaf in leaves(each)]
    return [value]


def plain(simulated: Simulated, chosen: Any, **changes: Any) -> Report:
    data, right = simulated.data.where(chosen), simulated.right[chosen]
    given = {"baselines": {}, "coverage": 0.9, "limit": None, **changes}
    return report(data, right, np.ones((len(data), 3), dtype=bool), **given)


def test_the_report_is_plain_json(judged: Report) -> None:
    assert json.loads(json.dumps(judged, allow_nan=False)) == judged
    assert {type(leaf) for leaf in leaves(judged)} <= {int, float, str, type(None)}


def test_right_probabilities_come_out_as_right(judged: Report) -> None:
    for cell in judged["overall"]["roots"].values():
        assert cell["calibration_slope"] == pytest.approx(1, abs=0.08)
        assert cell["calibration_intercept"] == pytest.approx(0, abs=0.12)
        assert cell["ece"] < cell["ece_most_by_chance"] < 0.015
        assert cell["mean_probability"] == pytest.approx(cell["prevalence"], abs=0.012)


def test_the_limit_against_itself_is_one(judged: Report) -> None:
    summary = judged["summary"]
    assert {summary[f"log_loss_ratio{kind}"] for kind in ("", "_full", "_sparse")} == {1.0}
    for group in (judged["overall"], *judged["subgroups"]["age"].values()):
        assert all(cell["limit"]["log_loss_ratio"] == 1 for cell in group["roots"].values())


def test_the_summary_is_the_mean_over_the_roots(simulated: Simulated) -> None:
    stated = blurred(simulated.right, 0.5)
    data = simulated.data
    found = report(data, stated, np.ones((len(data), 3), dtype=bool), coverage=0.9, baselines={}, limit=simulated.right)
    full = data.completeness == "full"

    def loss(probability: Any) -> float:
        truth = data.involved[full]
        return float(-np.log(np.where(truth, probability[full, :3], 1 - probability[full, :3])).mean())

    ratio = loss(stated) / loss(simulated.right)
    assert ratio > 1.01
    assert found["summary"]["log_loss_ratio_full"] == pytest.approx(ratio, abs=1e-5)
    assert found["summary"]["log_loss_ratio_sparse"] > 1.01


def test_the_sets_cover_as_they_promise(judged: Report) -> None:
    summary = judged["summary"]
    assert summary["coverage"] == pytest.approx(0.9, abs=0.012)
    assert all(share == pytest.approx(0.9, abs=0.02) for share in summary["coverage_by_root"].values())
    assert abs(summary["worst_subgroup"]["coverage"] - 0.9) <= 0.03
    farthest = max(
        abs(group["sets"]["coverage"] - 0.9)
        for groups in judged["subgroups"].values()
        for group in groups.values()
        if group["sets"]["positives"] >= 900
    )
    assert abs(summary["worst_subgroup"]["coverage"] - 0.9) == pytest.approx(farthest, abs=1e-6)


def test_coverage_and_size_are_counted_over_involved_roots(simulated: Simulated) -> None:
    chosen = np.arange(6000)
    data = simulated.data.where(chosen)
    only_l5 = np.tile([False, True, False], (len(data), 1))
    found = report(data, simulated.right[chosen], only_l5, coverage=0.9, baselines={})
    assert found["summary"]["coverage_by_root"] == {"L4": 0.0, "L5": 1.0, "S1": 0.0}
    share = data.involved[:, 1].sum() / data.involved.sum()
    assert found["summary"]["coverage"] == pytest.approx(share, abs=1e-6)
    assert found["overall"]["sets"]["mean_size"] == 1


def test_subgroups_are_those_of_the_issue(judged: Report, simulated: Simulated) -> None:
    assert {family: list(groups) for family, groups in judged["subgroups"].items()} == {
        "age": ["18-39", "40-59", "60-74", "75+"],
        "sex": ["female", "male", "unknown"],
        "setting": ["primary_care", "specialist", "surgical"],
        "completeness": ["full", "partial", "sparse"],
    }
    for groups in judged["subgroups"].values():
        assert sum(group["n"] for group in groups.values()) == len(simulated.data)


@pytest.mark.parametrize(("age", "band"), [(39, "18-39"), (40, "40-59"), (59, "40-59"), (60, "60-74"), (75, "75+")])
def test_both_sides_of_every_age_band(simulated: Simulated, age: int, band: str) -> None:
    data = simulated.data.where(simulated.data.rows[:, 0] == age)
    assert [name for name, mask in subgroups(data)["age"].items() if mask.all()] == [band]


@pytest.mark.parametrize(("positives", "said"), [(49, False), (50, True)])
def test_a_cell_with_too_few_says_so(simulated: Simulated, positives: int, said: bool) -> None:
    involved = simulated.data.involved[:, 0]
    chosen = np.sort(np.concatenate([np.flatnonzero(involved)[:positives], np.flatnonzero(~involved)[:2000]]))
    cell = plain(simulated, chosen)["overall"]["roots"]["L4"]
    assert ("auc" in cell) is said
    assert ("too_few" in cell) is not said
    if not said:
        assert cell["too_few"] == "49 of 2049 exams; 50 on either side are needed"


def test_without_a_limit_no_distance_is_claimed(simulated: Simulated) -> None:
    found = plain(simulated, np.arange(4000))
    assert found["summary"]["log_loss_ratio_full"] is None
    assert "limit" not in found["overall"]["mean_log_loss"]
    assert "limit" not in found["overall"]["roots"]["L5"]


def test_baselines_that_call_and_baselines_that_state(judged: Report) -> None:
    cell = judged["overall"]["roots"]["L5"]
    textbook = cell["baselines"]["textbook"]
    assert textbook["auc"] == pytest.approx((textbook["sensitivity"] + textbook["specificity"]) / 2, abs=2e-6)
    prevalence = cell["baselines"]["prevalence"]
    assert prevalence["auc"] == 0.5
    share = cell["prevalence"]
    assert prevalence["log_loss"] == pytest.approx(-share * np.log(share) - (1 - share) * np.log(1 - share), abs=1e-5)
    assert cell["log_loss"] < cell["baselines"]["naive_bayes"]["log_loss"]
    assert "sensitivity" not in cell["baselines"]["naive_bayes"]
    # Naive Bayes states no probability of none of the three; the textbook calls it where it calls no root.
    assert set(judged["overall"]["roots"]["none"]["baselines"]) == {"prevalence", "textbook"}


def test_decision_curves_hold_every_policy(judged: Report) -> None:
    curve = judged["decision_curves"]["L5"]
    assert curve["thresholds"][0] == 0.05
    assert curve["thresholds"][-1] == 0.95
    assert set(curve) == {"thresholds", "model", "treat_all", "treat_none", "textbook"}
    # Right probabilities are never worse than acting on everybody or on nobody.
    for own, everybody in zip(curve["model"], curve["treat_all"], strict=True):
        assert own >= max(everybody, 0) - 0.003


def test_reliability_counts_every_exam(judged: Report, simulated: Simulated) -> None:
    for bins in judged["reliability"].values():
        assert sum(bins["count"]) == sum(bins["histogram"]) == len(simulated.data)
        assert all(low <= seen <= high for low, seen, high in _columns(bins))


def _columns(bins: dict[str, list[float]]) -> Any:
    return zip(bins["observed_low"], bins["observed"], bins["observed_high"], strict=True)


def test_likely_roots_are_those_of_the_service(simulated: Simulated) -> None:
    for row, held in zip(simulated.right[:500], likely(simulated.right[:500]), strict=True):
        one = Involvement(roots=dict(zip(ROOTS, row[:3].tolist(), strict=True)), none=float(row[3]))
        assert one.likely_roots == tuple(root for root, there in zip(ROOTS, held, strict=True) if there)


def test_other_names_of_setting_and_completeness_follow(simulated: Simulated) -> None:
    data = replace(simulated.data, setting=np.full(len(simulated.data), "pain clinic"))
    assert list(subgroups(data)["setting"]) == ["pain clinic"]


def test_arrays_that_do_not_belong_together_are_refused(simulated: Simulated) -> None:
    with pytest.raises(ValueError, match="limit has 5 rows for 300 exams"):
        plain(simulated, np.arange(300), limit=simulated.right[:5])
    with pytest.raises(ValueError, match="for 0 exams"):
        plain(simulated, np.arange(0))
