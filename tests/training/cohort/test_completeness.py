"""What is written down depends on the examiner, never on what was found."""

import numpy as np
import pytest

from training.cohort.completeness import COMPLETENESS, FULL, PARTIAL, SIGN_COLUMNS, SPARSE, USUAL
from training.cohort.draw import Cohort, draw
from training.cohort.figures import Figures
from training.cohort.findings import COLUMN, COLUMNS, FULL_POWER, NEGATIVE, NOT_STATED, POSITIVE, UNGRADED, WHERE
from training.cohort.world import World

N = 40_000
LARGEST_Z = 5.0
"""About three hundred comparisons are made at once."""


@pytest.fixture(scope="module")
def strata(world: World) -> dict[str, Cohort]:
    """Many examinations of every completeness."""
    return {level: draw([world], N, 31, completeness=level, twice=False) for level in COMPLETENESS}


def z_of_difference(told: np.ndarray, found: np.ndarray) -> float:
    """The z statistic of the difference in how often something is told, by whether it was found."""
    with_it, without = told[found], told[~found]
    pooled = told.mean()
    error = np.sqrt(pooled * (1 - pooled) * (1 / len(with_it) + 1 / len(without)))
    return float((with_it.mean() - without.mean()) / error) if error > 0 else 0.0


@pytest.mark.parametrize("level", COMPLETENESS)
def test_what_is_stated_does_not_depend_on_what_was_found(strata: dict[str, Cohort], level: str) -> None:
    cohort = strata[level]
    stated = cohort.codes != NOT_STATED
    normal = np.zeros(len(COLUMNS), dtype=np.int8)
    normal[WHERE["strength"]] = FULL_POWER
    found = np.asarray(cohort.complete != normal)
    found[:, COLUMN["age_years"]] = cohort.complete[:, COLUMN["age_years"]] > 60
    largest = {name: z_of_difference(stated[:, column], found[:, column]) for name, column in COLUMN.items()}
    assert max(map(abs, largest.values())) < LARGEST_Z, max(largest.items(), key=lambda item: abs(item[1]))


@pytest.mark.parametrize("level", COMPLETENESS)
def test_what_is_stated_does_not_depend_on_the_roots_or_the_setting(strata: dict[str, Cohort], level: str) -> None:
    cohort = strata[level]
    stated = cohort.codes != NOT_STATED
    any_root, surgical = np.asarray(cohort.involved.any(axis=1)), np.asarray(cohort.setting == 2)
    for name, column in COLUMN.items():
        assert abs(z_of_difference(stated[:, column], any_root)) < LARGEST_Z, name
        assert abs(z_of_difference(stated[:, column], surgical)) < LARGEST_Z, name


@pytest.mark.parametrize("level", COMPLETENESS)
def test_grades_and_angles_are_left_out_of_whole_examinations_whatever_they_are(
    strata: dict[str, Cohort], level: str, figures: Figures
) -> None:
    cohort = strata[level]
    strength = np.where(
        cohort.codes[:, WHERE["strength"]] == NOT_STATED, FULL_POWER, cohort.codes[:, WHERE["strength"]]
    )
    weak = strength != FULL_POWER
    ungraded = (strength == UNGRADED) & weak
    told = weak.any(axis=1)
    share = figures.value("stated", level, "ungraded")
    assert (ungraded.any(axis=1) == (ungraded.sum(axis=1) == weak.sum(axis=1)))[told].all()
    assert ungraded.any(axis=1)[told].mean() == pytest.approx(share, abs=0.04)
    raised = cohort.codes[:, COLUMN["straight_leg_raise"]]
    positive = (raised != NOT_STATED) & (raised != NEGATIVE)
    angled = figures.value("stated", level, "angle")
    assert (raised[positive] != POSITIVE).mean() == pytest.approx(angled, abs=0.04)


def test_more_is_stated_the_more_complete_the_examination(strata: dict[str, Cohort]) -> None:
    count = {level: (cohort.codes[:, SIGN_COLUMNS] != NOT_STATED).sum(axis=1) for level, cohort in strata.items()}
    assert count[FULL].mean() > 1.5 * count[PARTIAL].mean() > 3 * count[SPARSE].mean()
    assert np.quantile(count[FULL], 0.05) > np.quantile(count[PARTIAL], 0.5)
    assert np.median(count[SPARSE]) <= 6


@pytest.mark.parametrize("level", COMPLETENESS)
def test_the_age_is_always_stated_and_lists_are_whole(strata: dict[str, Cohort], level: str) -> None:
    stated = strata[level].codes != NOT_STATED
    assert stated[:, COLUMN["age_years"]].all()
    for kind in ("pain", "paresthesia"):
        assert (stated[:, WHERE[kind]].all(axis=1) == stated[:, WHERE[kind]].any(axis=1)).all()


@pytest.mark.parametrize("level", COMPLETENESS)
def test_tests_are_stated_as_often_as_designed(strata: dict[str, Cohort], level: str, figures: Figures) -> None:
    stated = strata[level].codes != NOT_STATED
    bare = figures.value("bare", "share", SPARSE) if level == SPARSE else 0.0
    for usual, row in ((USUAL, "key"), (~USUAL, "further")):
        designed = figures.value("stated", level, row) * (1 - bare)
        # Where examiners differ much, the shares are cut at 0 and 1.
        assert stated[:, SIGN_COLUMNS[usual]].mean() == pytest.approx(designed, abs=0.03)


def test_a_bare_examination_states_age_and_perhaps_sex(strata: dict[str, Cohort], figures: Figures) -> None:
    others = [column for name, column in COLUMN.items() if name not in {"age_years", "female"}]
    nothing = {level: (cohort.codes[:, others] == NOT_STATED).all(axis=1) for level, cohort in strata.items()}
    assert nothing[SPARSE].mean() == pytest.approx(figures.value("bare", "share", SPARSE), abs=0.02)
    assert not nothing[FULL].any()
    assert set(strata[SPARSE].codes[nothing[SPARSE], COLUMN["female"]]) == {NOT_STATED, 0, 1}
