"""The prediction sets keep what they promise, in every group that shows, and refuse to promise on too few exams."""

from dataclasses import replace

import numpy as np
import pytest

from features.anatomy import ROOTS
from features.prediction_sets import Threshold
from tests.training.evaluation.conftest import Simulated, simulate
from training import conformal
from training.conformal import ALWAYS, LEAST_POSITIVES, prediction_sets, threshold
from training.evaluation.subgroups import subgroups


@pytest.fixture(scope="module")
def held() -> Simulated:
    return simulate(40000, 12)


@pytest.fixture(scope="module")
def new() -> Simulated:
    return simulate(40000, 13)


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (8, -1.0),  # 0.1 * 9 < 1: too few to promise nine in ten
        (9, 1.0),  # 0.1 * 10 = 1: the smallest
        (18, 1.0),  # 0.1 * 19 = 1.9
        (19, 2.0),  # 0.1 * 20 = 2: the second smallest
        (99, 10.0),
    ],
)
def test_the_threshold_is_the_corrected_quantile(count: int, expected: float) -> None:
    assert threshold(np.arange(count, 0, -1.0), 0.9, never=-1.0) == expected


@pytest.mark.parametrize("coverage", [0.8, 0.9, 0.95])
def test_coverage_holds_overall_and_in_every_subgroup(held: Simulated, new: Simulated, coverage: float) -> None:
    """Five standard errors of both draws; each root in each subgroup."""
    found = prediction_sets(held.right, held.data, coverage)
    kept = found.sets(new.right, new.data.rows)
    groups = subgroups(new.data)
    everybody = np.ones(len(new.data), dtype=bool)
    for mask in (everybody, *(mask for masks in groups.values() for mask in masks.values())):
        for i in range(len(ROOTS)):
            involved = mask & new.data.involved[:, i]
            error = 5 * np.sqrt(2 * coverage * (1 - coverage) / involved.sum())
            assert kept[involved, i].mean() == pytest.approx(coverage, abs=error)


def test_one_threshold_for_all_would_not_hold(held: Simulated, new: Simulated) -> None:
    """What the terms are for: L4 in the young, S1 in the old."""
    young, old = (subgroups(new.data)["age"][band] for band in ("18-39", "75+"))
    for i, band in ((0, young), (2, old)):
        limit = threshold(held.right[held.data.involved[:, i], i], 0.9)
        involved = band & new.data.involved[:, i]
        assert (new.right[involved, i] >= limit).mean() < 0.85


def test_the_average_holds_however_few_the_exams(new: Simulated) -> None:
    """What the terms take from the exams that set them, the base does not owe: 40 parts of 600 exams."""
    shares = []
    for seed in range(40):
        small = simulate(600, 100 + seed)
        kept = prediction_sets(small.right, small.data, 0.9).sets(new.right, new.data.rows)
        shares.append(kept[new.data.involved].mean())
    # Split conformal is exact up to 1/(m + 1) for m exams that set the base, some 30 at least; four standard errors.
    assert 0.9 - 4 * np.std(shares) / np.sqrt(40) < np.mean(shares) < 0.9 + 1 / 30 + 4 * np.std(shares) / np.sqrt(40)


def test_a_group_that_is_rare_gets_no_term_of_its_own(held: Simulated) -> None:
    few = held.data.where(np.arange(1800))
    found = prediction_sets(held.right[:1800], few, 0.9)
    group = found.groups.of(few.rows)
    s1 = found.thresholds[ROOTS[2]]
    assert isinstance(s1, Threshold)
    positives = [(few.involved[:, 2] & (group[:, 0] == level)).sum() for level in range(4)]
    assert min(positives) < LEAST_POSITIVES
    for term, count in zip(s1.age, positives, strict=True):
        assert term == 0 or count >= LEAST_POSITIVES
    assert any(s1.age)


def test_a_root_with_too_few_exams_is_never_ruled_out(held: Simulated) -> None:
    involved = held.data.involved[:500].copy()
    involved[:, 2] = False
    involved[:8, 2] = True
    few = replace(held.data.where(np.arange(500)), involved=involved)
    found = prediction_sets(held.right[:500], few, 0.9)
    s1 = found.thresholds[ROOTS[2]]
    assert isinstance(s1, Threshold)
    assert s1.base < ALWAYS + 1
    assert found.sets(np.zeros((500, 4)), few.rows)[:, 2].all()


def test_the_exam_that_set_the_threshold_stays_in_whatever_the_library(held: Simulated) -> None:
    """Exams alike set the threshold with their tied probability; rounding in the eighth digit loses none."""
    alike = replace(
        held.data.where(np.arange(40)),
        rows=np.repeat(held.data.rows[:1], 40, axis=0),
        involved=np.ones((40, 3), dtype=bool),
    )
    stated = np.repeat([[0.3, 0.2, 0.1, 0.5]], 40, axis=0)
    found = prediction_sets(stated, alike, 0.9)
    assert found.sets(stated - 1e-8, alike.rows).all()
    assert not found.sets(stated - 1e-4, alike.rows).any()


def test_exams_that_say_nothing_are_a_group_of_their_own(held: Simulated) -> None:
    found = prediction_sets(held.right, held.data, 0.9)
    assert found.groups.stated_from[0] == 1
    assert len(found.groups.stated_from) >= 4
    nothing = np.full_like(held.data.rows, np.nan)
    nothing[:, 0] = 50
    assert prediction_sets(held.right, replace(held.data, rows=nothing), 0.9).groups.stated_from == (1,)


def test_the_same_exams_give_the_same_thresholds(held: Simulated) -> None:
    first, second = (prediction_sets(held.right, held.data, 0.9) for _ in range(2))
    assert first == second
    assert first.method == conformal.METHOD


def test_the_exams_of_one_patient_set_either_terms_or_bases(held: Simulated) -> None:
    """With a single patient in the odd half its lone exam cannot promise anything, so no root is ever ruled out."""
    two = replace(held.data, patients=np.where(np.arange(len(held.data)) == 0, "p1", "p0"))
    found = prediction_sets(held.right, two, 0.9)
    bases = [threshold.base for threshold in found.thresholds.values() if isinstance(threshold, Threshold)]
    assert len(bases) == 3
    assert max(bases) < ALWAYS + 1
