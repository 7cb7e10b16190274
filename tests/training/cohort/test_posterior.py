"""The limit is what it says: held against patients who are counted, and against a plain sum over everything hidden."""

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.special import logsumexp

from features.anatomy import ROOTS
from features.encoding import OLD_AGE
from tests.training.conftest import SmallModel
from training.cohort.causes import CAUSES, INVOLVED, SETTINGS
from training.cohort.draw import Cohort, draw
from training.cohort.findings import (
    COLUMN,
    COLUMNS,
    FULL_POWER,
    LOWER,
    NEGATIVE,
    NOT_STATED,
    POSITIVE,
    UNGRADED,
    WHERE,
    Codes,
    rows,
)
from training.cohort.posterior import CHUNK, limit, log_joint, root_set_probabilities, state_mixture
from training.cohort.reading import codes_of
from training.cohort.signs import ALONE, TERRITORY_OF_REGION
from training.cohort.states import STATES, VARIANTS
from training.cohort.symptoms import TARGET_OF_COURSE
from training.cohort.world import World, draw_worlds
from training.estimator import root_log_loss
from training.golden import read_exam

PATIENTS = 400_000
STANDARD_ERRORS = 4
FEWEST = 300
"""Matching patients below which a comparison would say little."""
YOUNG, OLD = 45, 70


@pytest.fixture(scope="module")
def two_ages(world: World) -> World:
    """The published world, were everybody 45 or 70: the ages keep what they say of the causes."""
    kept = np.isin(world.years, (YOUNG, OLD))
    age = np.where(kept, world.age, 0.0)
    return replace(world, age=age / age.sum(axis=1, keepdims=True))


@pytest.fixture(scope="module")
def everybody(two_ages: World) -> Cohort:
    """Patients to be counted, every finding known."""
    return draw([two_ages], PATIENTS, 41, twice=False, completeness="full")


def body(age: int, history: dict[str, Any] | None = None, **examination: Any) -> dict[str, Any]:
    """An exam as it comes over the wire."""
    return {"patient": {"age_years": age}, "history": history or {}, "examination": examination}


def matching(complete: Codes, stated: Codes) -> npt.NDArray[np.bool_]:
    """Who has every stated finding; "weak" stands for any grade below five, a positive raise for any angle: (n,)."""
    members = np.ones(len(complete), dtype=bool)
    for column in np.flatnonzero(stated != NOT_STATED):
        found, wanted = complete[:, column], stated[column]
        if COLUMNS[column] in COLUMNS[WHERE["strength"]] and wanted == UNGRADED:
            members &= found != FULL_POWER
        elif COLUMNS[column] == "straight_leg_raise" and wanted == POSITIVE:
            members &= found != NEGATIVE
        else:
            members &= found == wanted
    return members


EXAMS: dict[str, dict[str, Any]] = {
    "nothing": body(YOUNG),
    "nothing, old": body(OLD),
    "sex": {"patient": {"age_years": YOUNG, "sex": "female"}},
    "a weak movement, not graded": body(YOUNG, strength={"great_toe_extension": "weak"}),
    "a weak movement, graded": body(YOUNG, strength={"great_toe_extension": 4}),
    "a movement nearly gone": body(YOUNG, strength={"ankle_dorsiflexion": 2, "great_toe_extension": "weak"}),
    "two weak movements of a root": body(YOUNG, strength={"great_toe_extension": "weak", "hip_abduction": 4.5}),
    "weak for two roots": body(YOUNG, strength={"great_toe_extension": "weak", "plantar_flexion": "weak"}),
    "strong, three movements": body(
        YOUNG, strength={"knee_extension": 5, "great_toe_extension": 5, "plantar_flexion": 5}
    ),
    "walking": body(YOUNG, heel_walk="unable", toe_walk="able"),
    "both jerks": body(YOUNG, reflexes={"patellar": "normal", "achilles": "absent"}),
    "both jerks, old": body(OLD, reflexes={"patellar": "normal", "achilles": "absent"}),
    "a brisk jerk": body(YOUNG, reflexes={"achilles": "brisk"}),
    "a raise, no angle": body(YOUNG, straight_leg_raise={"result": "positive"}),
    "a raise, no angle, old": body(OLD, straight_leg_raise={"result": "positive"}),
    "a raise in range, crossed": body(
        YOUNG, straight_leg_raise={"result": "positive", "angle_degrees": 40}, crossed_straight_leg_raise="positive"
    ),
    "a raise beyond range": body(YOUNG, straight_leg_raise={"result": "positive", "angle_degrees": 80}),
    "negative raise and femoral stretch positive": body(
        YOUNG, straight_leg_raise={"result": "negative"}, femoral_stretch="positive"
    ),
    "two regions of one territory": body(YOUNG, sensation={"dorsum_foot": "reduced", "great_toe": "reduced"}),
    "two regions of one territory, one spared": body(
        YOUNG, sensation={"dorsum_foot": "normal", "great_toe": "reduced"}
    ),
    "the key region without its neighbour": body(YOUNG, sensation={"lateral_foot": "reduced", "heel": "normal"}),
    "sensation of three territories": body(
        YOUNG, sensation={"medial_leg": "normal", "dorsum_foot": "reduced", "lateral_foot": "reduced"}
    ),
    "sensation of no territory": body(YOUNG, sensation={"low_back": "reduced"}),
    "hip": body(YOUNG, hip_internal_rotation_pain="positive", faber="positive"),
    "peroneal nerve": body(YOUNG, fibular_head_tinel="positive", strength={"ankle_dorsiflexion": "weak"}),
    "below the knee, no list": body(YOUNG, {"pain_radiates_below_knee": True}),
    "not below the knee, no list": body(YOUNG, {"pain_radiates_below_knee": False}),
    "no pain listed": body(YOUNG, {"pain_locations": []}),
    "no pain listed, yet below the knee": body(YOUNG, {"pain_locations": [], "pain_radiates_below_knee": True}),
    "buttock alone": body(YOUNG, {"pain_locations": ["buttock"]}),
    "buttock alone, below the knee": body(YOUNG, {"pain_locations": ["buttock"], "pain_radiates_below_knee": True}),
    "buttock alone, not below the knee": body(
        YOUNG, {"pain_locations": ["buttock"], "pain_radiates_below_knee": False}
    ),
    "back and outer leg": body(YOUNG, {"pain_locations": ["low_back", "lateral_leg"]}),
    "calf, said to go below the knee": body(
        YOUNG, {"pain_locations": ["posterior_calf"], "pain_radiates_below_knee": True}
    ),
    "nothing tingles": body(YOUNG, {"paresthesia_locations": []}),
    "the sole tingles": body(YOUNG, {"paresthesia_locations": ["sole"]}),
    "the outer leg tingles": body(YOUNG, {"paresthesia_locations": ["lateral_leg"]}),
    "the dorsum tingles, below the knee": body(
        YOUNG, {"paresthesia_locations": ["dorsum_foot"], "pain_radiates_below_knee": True}
    ),
    "buttock hurts, nothing tingles": body(
        YOUNG, {"pain_locations": ["buttock", "low_back"], "paresthesia_locations": []}
    ),
    "the story of a claudication": body(
        OLD, {"side": "bilateral", "worse_with_walking": True, "relieved_by_flexion": True}
    ),
    "cough and sitting": body(YOUNG, {"worse_with_cough_or_sneeze": True, "worse_with_sitting": True, "side": "left"}),
    "a bit of everything": body(
        YOUNG,
        {"pain_radiates_below_knee": True, "leg_pain_worse_than_back_pain": True},
        strength={"great_toe_extension": "weak"},
        straight_leg_raise={"result": "positive"},
    ),
}


@pytest.mark.parametrize("name", EXAMS)
def test_the_limit_is_the_share_among_patients_with_just_these_findings(
    two_ages: World, everybody: Cohort, name: str
) -> None:
    stated = codes_of(read_exam(EXAMS[name]))
    members = matching(everybody.complete, stated)
    count = members.sum()
    assert count >= FEWEST
    expected = limit([two_ages], stated[None])[0]
    involved = everybody.involved[members]
    found = np.append(involved.mean(axis=0), (~involved.any(axis=1)).mean())
    error = np.sqrt(expected * (1 - expected) / count)
    assert (abs(found - expected) <= STANDARD_ERRORS * error).all(), (found, expected, count)
    # How many patients have the findings at all is known as well: nothing was lost on the way.
    chance = np.exp(logsumexp(log_joint(two_ages, stated[None])))
    assert abs(count / PATIENTS - chance) <= STANDARD_ERRORS * np.sqrt(chance * (1 - chance) / PATIENTS)


def test_the_setting_changes_the_odds_as_among_its_patients(two_ages: World, everybody: Cohort) -> None:
    stated = codes_of(read_exam(EXAMS["a raise, no angle"]))
    members = matching(everybody.complete, stated)
    for position, setting in enumerate(SETTINGS):
        there = members & (everybody.setting == position)
        expected = limit([two_ages], stated[None], setting)[0]
        found = np.append(everybody.involved[there].mean(axis=0), (~everybody.involved[there].any(axis=1)).mean())
        assert (abs(found - expected) <= STANDARD_ERRORS * np.sqrt(expected * (1 - expected) / there.sum())).all()


def test_the_joint_of_the_settings_is_their_mixture(world: World, cohort: Cohort) -> None:
    codes = cohort.codes[:300]
    of_settings = [np.exp(log_joint(world, codes, setting)) for setting in SETTINGS]
    mixed = np.einsum("s,snk->nk", world.setting, np.array(of_settings))
    assert np.exp(log_joint(world, codes)) == pytest.approx(mixed, rel=1e-9, abs=1e-300)
    assert state_mixture(world).sum() == pytest.approx(1)


def yes(found: Codes, rates: npt.NDArray[np.float64]) -> float:
    """P of answers that are yes or no, or were not asked for."""
    return float(np.prod(np.where(found == 1, rates, np.where(found == 0, 1 - rates, 1.0))))


def pain(codes: Codes, hurts: npt.NDArray[np.float64], named: npt.NDArray[np.float64]) -> float:
    """P of the list of pain, and of what is said of the leg below the knee."""
    listed, below = codes[WHERE["pain"]], codes[COLUMN["below_knee"]]
    nowhere = float(np.prod(1 - hurts[LOWER]) * (listed[LOWER] != 1).all())
    whatever, above = yes(listed[LOWER], named[LOWER]), yes(listed[~LOWER], named[~LOWER])
    return above * {NOT_STATED: whatever, 0: nowhere, 1: whatever - nowhere}[int(below)]


def story(world: World, codes: Codes, cause: int, variant: int) -> float:
    """P of what is told of pain and tingling."""
    told, said = world.symptoms, codes[WHERE["paresthesia"]]
    silent = (1 - told.tingles[cause]) * (said != 1).all()
    own = yes(said, told.tingling[told.own_target[cause, variant]])
    total = 0.0
    for course in np.flatnonzero(told.course[cause]):
        along = yes(said, told.tingling[TARGET_OF_COURSE[course]])
        tingles = told.follows_root[cause] * own + (1 - told.follows_root[cause]) * along
        hurts = told.pain[course]
        listed = told.terse * pain(codes, hurts, hurts * told.named) + (1 - told.terse) * pain(codes, hurts, hurts)
        total += told.course[cause, course] * listed * (told.tingles[cause] * tingles + silent)
    return total


def skin(world: World, felt: Codes, state: int) -> float:
    """P of the sensation of every region: each territory is lost or not."""
    total = 1.0
    for territory in range(ALONE + 1):
        regions = np.flatnonzero((territory == TERRITORY_OF_REGION) & (felt != NOT_STATED))
        kept, gone = (float(np.prod([world.signs.region[is_lost, r, felt[r]] for r in regions])) for is_lost in (0, 1))
        lost = 0.0 if territory == ALONE else world.signs.lost[state, territory]
        total *= (1 - lost) * kept + lost * gone
    return total


def plain_sum(world: World, codes: Codes) -> npt.NDArray[np.float64]:
    """P(what is stated, set of roots) of one examination by the definition, state by state and without logarithms."""
    age, told = int(codes[COLUMN["age_years"]]), world.symptoms
    band, joint = int(age > OLD_AGE), np.zeros(8)
    stories = {pair: story(world, codes, *pair) for pair in product(range(len(CAUSES)), range(len(VARIANTS)))}
    for state, cause in enumerate(STATES.cause):
        weight = sum(
            share * world.state[setting][state] for share, setting in zip(world.setting, SETTINGS, strict=True)
        )
        weight *= world.age[cause, age - world.years[0]] * yes(codes[[COLUMN["female"]]], world.female[[cause]])
        weight *= yes(codes[[COLUMN["both_sides"]]], told.both_sides[[cause]])
        weight *= yes(codes[WHERE["history"]], told.history[cause])
        for kind in ("strength", "function", "reflex", "slr", "test"):
            table = getattr(world.signs, kind)[band, state]
            weight *= np.prod([row[c] for row, c in zip(table, codes[WHERE[kind]], strict=True) if c != NOT_STATED])
        weight *= skin(world, codes[WHERE["sensation"]], state) * stories[cause, STATES.variant[state]]
        joint[INVOLVED[cause] @ (1, 2, 4)] += weight
    return joint


def test_the_sum_is_that_of_its_definition_on_whole_examinations(world: World, cohort: Cohort) -> None:
    by_level = [np.flatnonzero(cohort.completeness == level)[:2] for level in range(3)]
    for codes in cohort.codes[np.concatenate(by_level)]:
        expected = plain_sum(world, codes)
        found = np.exp(log_joint(world, codes[None])[0])
        # Sets of roots that no cause involves get the least number there is, and not nothing.
        assert found == pytest.approx(expected, rel=1e-7, abs=1e-290)


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
    stated = codes_of(read_exam(EXAMS["a weak movement, not graded"]))
    before = np.exp(log_joint(world, stated[None]))[0]
    for name, answers in (("achilles", 4), ("sensation.great_toe", 4), ("slump", 2), ("below_knee", 2), ("female", 2)):
        asked = np.tile(stated, (answers, 1))
        asked[:, COLUMN[name]] = range(answers)
        assert np.exp(log_joint(world, asked)).sum(axis=0) == pytest.approx(before, rel=1e-6, abs=1e-290), name


def test_a_vague_finding_is_the_sum_of_the_exact_ones(world: World) -> None:
    vague = codes_of(
        read_exam(body(YOUNG, strength={"plantar_flexion": "weak"}, straight_leg_raise={"result": "positive"}))
    )
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
