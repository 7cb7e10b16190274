"""Patients are drawn as the tables say, the same for the same seed, and examined twice by people who differ."""

from collections.abc import Callable
from dataclasses import fields

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.metrics import cohen_kappa_score

from features.anatomy import ROOTS
from training.cohort.causes import CAUSES, SETTINGS
from training.cohort.completeness import COMPLETENESS
from training.cohort.draw import BLOCK, SIX_WEEKS, Cohort, draw
from training.cohort.figures import Figures
from training.cohort.findings import (
    COLUMN,
    COLUMNS,
    FULL_POWER,
    KEPT,
    NEGATIVE,
    NOT_STATED,
    RAISED,
    UNGRADED,
    WHERE,
    Codes,
)
from training.cohort.states import STATES
from training.cohort.world import World, draw_worlds

N = 60_000
STANDARD_ERRORS = 4.5


def arrays(cohort: Cohort) -> dict[str, npt.NDArray[np.generic]]:
    """The arrays of a cohort by name."""
    return {field.name: getattr(cohort, field.name) for field in fields(cohort)}


def close(found: npt.ArrayLike, share: float) -> bool:
    """Within STANDARD_ERRORS of a share."""
    shown = np.asarray(found)
    return bool(abs(shown.mean() - share) <= STANDARD_ERRORS * np.sqrt(share * (1 - share) / len(shown)))


@pytest.fixture(scope="module")
def seen(world: World) -> Cohort:
    """Specialists' patients, many of them examined twice."""
    return draw([world], N, 21, setting="specialist")


def test_the_same_seed_draws_the_same_and_another_does_not(world: World) -> None:
    first, again, other = (arrays(draw([world], 3000, seed)) for seed in (1, 1, 2))
    for name, drawn in first.items():
        np.testing.assert_array_equal(drawn, again[name], err_msg=name)
    assert (first["cause"][:3000] != other["cause"][:3000]).mean() > 0.5


def test_every_world_gives_as_many_patients(world: World) -> None:
    worlds = draw_worlds(3, 1)
    cohort = draw(worlds, 3001, 1, twice=False)
    assert np.bincount(cohort.world).tolist() == [1001, 1000, 1000]
    assert (np.sort(cohort.patient) == np.arange(3001)).all()
    # Patients of a world do not depend on which other worlds there are.
    alone = draw([worlds[0]], 1001, 1, twice=False)
    np.testing.assert_array_equal(alone.codes, cohort.codes[:1001])


def test_more_patients_than_fit_into_a_block(world: World) -> None:
    cohort = draw([world], BLOCK + 100, 1, twice=False)
    assert len(np.unique(cohort.patient)) == BLOCK + 100
    # A block has random numbers of its own.
    assert (cohort.codes[:100] != cohort.codes[BLOCK:]).any()


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_setting_can_be_asked_for(world: World, setting: str) -> None:
    cohort = draw([world], 300, 1, setting=setting)
    assert set(cohort.setting) == {SETTINGS.index(setting)}
    assert set(cohort.completeness) == set(range(len(COMPLETENESS)))


@pytest.mark.parametrize("completeness", COMPLETENESS)
def test_a_completeness_can_be_asked_for(world: World, completeness: str) -> None:
    cohort = draw([world], 300, 1, completeness=completeness)
    assert set(cohort.completeness) == {COMPLETENESS.index(completeness)}
    assert set(cohort.setting) == set(range(len(SETTINGS)))


def test_settings_and_strata_are_mixed_as_designed(cohort: Cohort, figures: Figures) -> None:
    for position, setting in enumerate(SETTINGS):
        assert close(cohort.setting == position, figures.value("setting", setting))
    for position, level in enumerate(COMPLETENESS):
        assert close(cohort.completeness == position, figures.value("stratum", level))


def test_causes_are_as_frequent_as_in_the_tables(seen: Cohort, world: World) -> None:
    once = np.unique(seen.patient, return_index=True)[1]
    expected = np.bincount(STATES.cause, weights=world.state["specialist"], minlength=len(CAUSES))
    for number, share in enumerate(expected):
        assert close(seen.cause[once] == number, float(share)), CAUSES[number]


def test_ages_and_sexes_are_as_frequent_as_in_the_tables(seen: Cohort, world: World) -> None:
    for number in np.flatnonzero(np.bincount(seen.cause, minlength=len(CAUSES)) > 300):
        of_cause = seen.complete[seen.cause == number]
        age, table = of_cause[:, COLUMN["age_years"]], world.age[number]
        mean = table @ world.years
        spread = np.sqrt(table @ np.square(world.years - mean))
        # Patients seen twice count twice: a few more standard errors.
        assert abs(age.mean() - mean) < 1.2 * STANDARD_ERRORS * spread / np.sqrt(len(age)), CAUSES[number]
        women = of_cause[:, COLUMN["female"]].mean()
        assert abs(women - world.female[number]) < 1.2 * STANDARD_ERRORS / np.sqrt(4 * len(age)), CAUSES[number]


def test_some_patients_are_examined_twice_and_stay_who_they_are(seen: Cohort, figures: Figures) -> None:
    counts = np.bincount(seen.patient)
    assert set(counts) == {1, 2}
    assert close(counts == 2, figures.value("second_exam", "share"))
    first, second = examined_twice(seen)
    same = {name for name in arrays(seen) if name not in {"codes", "complete", "completeness"}}
    for name in same:
        np.testing.assert_array_equal(arrays(first)[name], arrays(second)[name], err_msg=name)
    for column in ("age_years", "female", "both_sides"):
        np.testing.assert_array_equal(first.complete[:, COLUMN[column]], second.complete[:, COLUMN[column]])
    assert (first.complete != second.complete).any(axis=1).mean() > 0.9


def test_nobody_is_examined_twice_unless_asked(world: World) -> None:
    assert len(draw([world], 500, 1, twice=False)) == 500


def examined_twice(cohort: Cohort) -> tuple[Cohort, Cohort]:
    """The first and the second examinations of those who had two."""
    order = np.argsort(cohort.patient, kind="stable")
    again = np.flatnonzero(np.diff(cohort.patient[order]) == 0)
    return cohort.where(order[again]), cohort.where(order[again + 1])


@pytest.mark.parametrize("kind", ["strength", "reflex", "sensation", "tension", "history"])
def test_examiners_agree_as_far_as_published(seen: Cohort, figures: Figures, kind: str) -> None:
    """Averaged over the signs of a kind, among the young: signs change over 60. For sensation the territories count."""
    young = seen.where(seen.complete[:, COLUMN["age_years"]] <= 60)
    first, second = examined_twice(young)
    reflexes, keys = WHERE["reflex"], ("medial_leg", "dorsum_foot", "lateral_foot")
    abnormal: dict[str, Callable[[Codes], npt.NDArray[np.bool_]]] = {
        "strength": lambda codes: codes[:, WHERE["strength"]] != FULL_POWER,
        "reflex": lambda codes: (codes[:, reflexes] != KEPT) & (codes[:, reflexes] != RAISED),
        "sensation": lambda codes: codes[:, [COLUMN[f"sensation.{key}"] for key in keys]] != KEPT,
        "tension": lambda codes: codes[:, [COLUMN["straight_leg_raise"], COLUMN["slump"]]] != NEGATIVE,
        "history": lambda codes: codes[:, WHERE["history"]] == 1,
    }
    called = (abnormal[kind](examined.complete).T for examined in (first, second))
    kappas = [cohen_kappa_score(one, other) for one, other in zip(*called, strict=True)]
    assert np.mean(kappas) == pytest.approx(figures.value("kappa", kind), abs=0.06)


def test_imaging_errs_as_often_as_published(seen: Cohort, figures: Figures) -> None:
    shown, there = seen.imaging, seen.involved
    for position, root in enumerate(ROOTS):
        spared = shown[~there[:, position], position].mean()
        assert spared == pytest.approx(figures.value("imaging", "seen_without", root), abs=0.01)
    assert shown[there].mean() == pytest.approx(figures.value("imaging", "seen", "root"), abs=0.01)


def test_durations_are_as_frequent_as_published(cohort: Cohort, figures: Figures) -> None:
    assert (cohort.duration_days >= 1).all()
    for position, setting in enumerate(SETTINGS):
        there = cohort.duration_days[cohort.setting == position]
        # Patients seen twice count twice.
        early = figures.value("duration", "under_6_weeks", setting)
        assert (there < SIX_WEEKS).mean() == pytest.approx(early, abs=0.04)
    later = cohort.duration_days[cohort.duration_days >= SIX_WEEKS]
    assert np.median(later) == pytest.approx(figures.value("duration", "median_days_after"), rel=0.05)


def test_all_is_examined_before_anything_is_left_out(cohort: Cohort) -> None:
    assert (cohort.complete != NOT_STATED).all()
    strength, raised = cohort.complete[:, WHERE["strength"]], cohort.complete[:, COLUMN["straight_leg_raise"]]
    assert (strength != UNGRADED).all()
    assert (raised != 1).all()
    assert cohort.codes.shape == (len(cohort), len(COLUMNS))
    stated = cohort.codes != NOT_STATED
    coarser = np.zeros_like(stated)
    coarser[:, WHERE["strength"]], coarser[:, WHERE["slr"]] = True, True
    assert (cohort.codes == cohort.complete)[stated & ~coarser].all()


def test_a_subset_keeps_its_arrays_together(cohort: Cohort) -> None:
    some = cohort.where(cohort.cause == 1)
    assert len(some) == (cohort.cause == 1).sum()
    assert all(len(array) == len(some) for array in arrays(some).values())
    assert (some.involved == cohort.involved[cohort.cause == 1]).all()


def test_signs_of_one_root_go_together_more_than_those_of_two(world: World) -> None:
    """Shared severity: in L5 lesions two signs of L5 go together, one of L5 and one of S1 less, though they do."""
    cohort = draw([world], N, 5, setting="specialist", twice=False)
    paracentral_l5 = [i for i, each in enumerate(CAUSES) if (each.lesion, each.name) == ("paracentral", "L5")]
    l5 = cohort.complete[np.isin(cohort.cause, paracentral_l5)]
    names = ("great_toe_extension", "hip_abduction", "plantar_flexion")
    toe, abduction, plantar = (l5[:, COLUMN[name]] != FULL_POWER for name in names)
    assert np.corrcoef(toe, abduction)[0, 1] > 0.3
    assert 0.01 < np.corrcoef(toe, plantar)[0, 1] < np.corrcoef(toe, abduction)[0, 1]
