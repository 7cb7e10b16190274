"""The limit is calibrated, fits together, and cannot be beaten."""

import numpy as np
import numpy.typing as npt
import pytest

from features.anatomy import ROOTS
from tests.training.conftest import SmallModel
from training.cohort.causes import CAUSES, INVOLVED, SETTINGS
from training.cohort.draw import Cohort, draw
from training.cohort.findings import (
    COLUMN,
    COLUMNS,
    FULL_POWER,
    NOT_STATED,
    POSITIVE,
    rows,
)
from training.cohort.posterior import CHUNK, limit, log_joint, root_set_probabilities, state_mixture
from training.cohort.reading import codes_of
from training.cohort.states import STATES
from training.cohort.world import World, draw_worlds
from training.estimator import root_log_loss
from training.golden import read_exam

STANDARD_ERRORS = 4


@pytest.fixture(scope="module")
def judged(world: World) -> tuple[Cohort, npt.NDArray[np.float64]]:
    """Examinations of all kinds, with their limit."""
    cohort = draw([world], 30_000, 43, twice=False)
    return cohort, limit([world], cohort.codes)


def truth(cohort: Cohort) -> npt.NDArray[np.float64]:
    """What the columns of the limit say, as it is: (n, 4)."""
    return np.column_stack([cohort.involved, ~cohort.involved.any(axis=1)]).astype(np.float64)


def assert_calibrated(said: npt.NDArray[np.float64], true: npt.NDArray[np.float64]) -> None:
    """The mean is the share, overall and in every tenth."""
    tenths = np.array_split(np.argsort(said), 10)
    for members in (np.arange(len(said)), *tenths):
        error = np.sqrt((said[members] * (1 - said[members])).sum()) / len(members)
        assert abs(said[members].mean() - true[members].mean()) <= STANDARD_ERRORS * error


def test_the_limit_is_calibrated(judged: tuple[Cohort, npt.NDArray[np.float64]]) -> None:
    cohort, said = judged
    for column in range(4):
        assert_calibrated(said[:, column], truth(cohort)[:, column])


@pytest.mark.parametrize("level", range(3))
def test_the_limit_is_calibrated_however_much_is_stated(
    judged: tuple[Cohort, npt.NDArray[np.float64]], level: int
) -> None:
    cohort, said = judged
    there = cohort.completeness == level
    for column in range(4):
        assert_calibrated(said[there, column], truth(cohort)[there, column])


def test_the_limit_is_calibrated_over_several_worlds_taken_together() -> None:
    worlds = draw_worlds(3, 8)
    cohort = draw(worlds, 9_000, 44, twice=False)
    said = limit(worlds, cohort.codes)
    for column in range(4):
        assert_calibrated(said[:, column], truth(cohort)[:, column])
    # Knowing the world says more than not knowing it, and another world says less.
    losses = [root_log_loss(cohort.involved, each) for each in (said, limit(worlds[:1], cohort.codes))]
    assert losses[0] < losses[1]


def test_several_worlds_are_the_mean_of_their_joints(cohort: Cohort) -> None:
    worlds, codes = draw_worlds(3, 9), cohort.codes[:200]
    joint = sum(np.exp(log_joint(world, codes)) for world in worlds)
    by_set = np.asarray(joint) / np.sum(joint, axis=1, keepdims=True)
    assert root_set_probabilities(worlds, codes) == pytest.approx(by_set, rel=1e-9, abs=1e-200)


def test_the_probabilities_fit_together(judged: tuple[Cohort, npt.NDArray[np.float64]]) -> None:
    _, said = judged
    anyone = 1 - said[:, -1]
    assert ((said >= 0) & (said <= 1)).all()
    assert (said[:, : len(ROOTS)].max(axis=1) <= anyone + 1e-12).all()
    assert (anyone <= said[:, : len(ROOTS)].sum(axis=1) + 1e-12).all()


def test_sets_of_roots_that_no_cause_involves_are_ruled_out(world: World, cohort: Cohort) -> None:
    by_set = root_set_probabilities([world], cohort.codes[:500])
    assert by_set.sum(axis=1) == pytest.approx(np.ones(500))
    l4_and_s1 = 0b101
    assert by_set[:, l4_and_s1].max() < 1e-200


@pytest.mark.parametrize("age", [18, 45, 60, 61, 95])
def test_an_empty_examination_gives_the_prior_of_that_age(world: World, age: int) -> None:
    codes = np.full((1, len(COLUMNS)), NOT_STATED, dtype=np.int8)
    codes[:, COLUMN["age_years"]] = age
    by_cause = np.bincount(STATES.cause, weights=state_mixture(world), minlength=len(CAUSES))
    at_age = by_cause * world.age[:, age - 18]
    expected = np.append(at_age @ INVOLVED, at_age @ ~INVOLVED.any(axis=1)) / at_age.sum()
    assert limit([world], codes)[0] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("age", "same_as"), [(96, 95), (120, 95)])
def test_beyond_the_ages_of_the_cohort_the_oldest_counts(world: World, age: int, same_as: int) -> None:
    codes = np.full((2, len(COLUMNS)), NOT_STATED, dtype=np.int8)
    codes[:, COLUMN["age_years"]] = age, same_as
    first, second = limit([world], codes)
    assert first == pytest.approx(second)


def test_what_is_not_stated_changes_nothing(world: World, cohort: Cohort) -> None:
    """Each column in turn: an examination has one answer, whatever else could have been asked."""
    codes = cohort.codes[:1].repeat(len(COLUMNS), axis=0)
    in_a_crowd = limit([world], np.concatenate([cohort.codes[1:50], codes]))[49:]
    assert in_a_crowd == pytest.approx(np.tile(limit([world], cohort.codes[:1]), (len(COLUMNS), 1)), abs=1e-12)
    # Summed over every answer to a question, the joint is what it is without the question.
    stated = codes_of(
        read_exam({"patient": {"age_years": 45}, "examination": {"strength": {"great_toe_extension": "weak"}}})
    )
    before = np.exp(log_joint(world, stated[None]))[0]
    for name, answers in (("achilles", 4), ("sensation.great_toe", 4), ("slump", 2), ("below_knee", 2), ("female", 2)):
        asked = np.tile(stated, (answers, 1))
        asked[:, COLUMN[name]] = range(answers)
        assert np.exp(log_joint(world, asked)).sum(axis=0) == pytest.approx(before, rel=1e-6, abs=1e-290), name


def test_a_vague_finding_is_the_sum_of_the_exact_ones(world: World) -> None:
    signs = {"strength": {"plantar_flexion": "weak"}, "straight_leg_raise": {"result": "positive"}}
    vague = codes_of(read_exam({"patient": {"age_years": 45}, "examination": signs}))
    exact = np.array([vague] * (FULL_POWER * 2))
    exact[:, COLUMN["plantar_flexion"]] = np.tile(range(FULL_POWER), 2)
    exact[:, COLUMN["straight_leg_raise"]] = np.repeat([POSITIVE + 1, POSITIVE + 2], FULL_POWER)
    assert np.exp(log_joint(world, exact)).sum(axis=0) == pytest.approx(
        np.exp(log_joint(world, vague[None]))[0], rel=1e-9, abs=1e-290
    )


def test_more_examinations_than_are_added_up_at_once(world: World, cohort: Cohort) -> None:
    codes = cohort.codes[: CHUNK + 5]
    whole = limit([world], codes)
    assert len(whole) == CHUNK + 5
    assert whole[CHUNK:] == pytest.approx(limit([world], codes[CHUNK:]), abs=1e-12)
    assert limit([world], codes[:0]).shape == (0, 4)


def test_no_classifier_has_a_lower_loss(world: World, small_model: SmallModel) -> None:
    """On average none can; on 8000 examinations that it has not seen, a fitted one does not by far."""
    fresh = draw([world], 8_000, 45, twice=False)
    best = root_log_loss(fresh.involved, limit([world], fresh.codes))
    fitted = root_log_loss(fresh.involved, small_model.model.probabilities(rows(fresh.codes)))
    prevalence = root_log_loss(fresh.involved, np.tile(fresh.involved.mean(axis=0), (len(fresh), 1)))
    assert best < fitted < prevalence


def test_moving_the_limit_in_any_direction_loses(judged: tuple[Cohort, npt.NDArray[np.float64]]) -> None:
    """Sharper, flatter, or drawn towards a root: each is worse than the limit itself."""
    cohort, said = judged
    roots = np.clip(said[:, :3], 1e-9, 1 - 1e-9)
    odds = np.log(roots / (1 - roots))
    best = root_log_loss(cohort.involved, said)
    for moved in (1.15 * odds, 0.85 * odds, odds + 0.2, odds - 0.2):
        assert root_log_loss(cohort.involved, 1 / (1 + np.exp(-moved))) > best


def test_the_joint_of_the_settings_is_their_mixture(world: World, cohort: Cohort) -> None:
    codes = cohort.codes[:300]
    of_settings = [np.exp(log_joint(world, codes, setting)) for setting in SETTINGS]
    mixed = np.einsum("s,snk->nk", world.setting, np.array(of_settings))
    assert np.exp(log_joint(world, codes)) == pytest.approx(mixed, rel=1e-9, abs=1e-300)
    assert state_mixture(world).sum() == pytest.approx(1)
