"""The limit is what it says: held against patients who are drawn and counted."""

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.special import logsumexp

from training.cohort.causes import SETTINGS
from training.cohort.draw import Cohort, draw
from training.cohort.figures import Figures
from training.cohort.findings import (
    COLUMNS,
    FULL_POWER,
    NEGATIVE,
    NOT_STATED,
    POSITIVE,
    UNGRADED,
    WHERE,
    Codes,
)
from training.cohort.posterior import limit, log_joint
from training.cohort.reading import codes_of
from training.cohort.world import World, build
from training.golden import read_exam

PATIENTS = 400_000
STANDARD_ERRORS = 4
FEWEST = 300
"""Matching patients below which a comparison would say little."""
YOUNG, OLD = 45, 70


def of_ages(world: World, *years: int) -> World:
    """A world, were everybody of these ages, which keep what they say of the causes."""
    age = np.where(np.isin(world.years, years), world.age, 0.0)
    return replace(world, age=age / age.sum(axis=1, keepdims=True))


@pytest.fixture(scope="module")
def two_ages(world: World) -> World:
    return of_ages(world, YOUNG, OLD)


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


def assert_as_counted(world: World, everybody: Cohort, exam: dict[str, Any]) -> None:
    """The limit of an exam is the share among the patients who have its findings, and so is how many have them."""
    stated = codes_of(read_exam(exam))
    members = matching(everybody.complete, stated)
    count = members.sum()
    assert count >= FEWEST
    expected = limit([world], stated[None])[0]
    involved = everybody.involved[members]
    found = np.append(involved.mean(axis=0), (~involved.any(axis=1)).mean())
    error = np.sqrt(expected * (1 - expected) / count)
    assert (abs(found - expected) <= STANDARD_ERRORS * error).all(), (found, expected, count)
    chance = np.exp(logsumexp(log_joint(world, stated[None])))
    assert abs(count / len(members) - chance) <= STANDARD_ERRORS * np.sqrt(chance * (1 - chance) / len(members))


@pytest.mark.parametrize("name", EXAMS)
def test_the_limit_is_the_share_among_patients_with_just_these_findings(
    two_ages: World, everybody: Cohort, name: str
) -> None:
    assert_as_counted(two_ages, everybody, EXAMS[name])


def test_signs_change_after_sixty_and_not_at_sixty(world: World) -> None:
    at_the_edge = of_ages(world, 60, 61)
    everybody = draw([at_the_edge], 60_000, 46, twice=False)
    for age in (60, 61):
        assert_as_counted(at_the_edge, everybody, body(age, reflexes={"achilles": "absent"}))
        assert_as_counted(at_the_edge, everybody, body(age, straight_leg_raise={"result": "positive"}))


def test_variants_move_tingling_and_numbness_together(figures: Figures) -> None:
    """In a world where skin is seldom supplied as usual and tingling follows the root: else both show too little."""
    table = figures.table
    rare = (table["table"] == "variant") | (table["row"] == "follows_root")
    odd = of_ages(build(Figures(table.assign(value=table["value"].mask(rare, 0.45)))), YOUNG)
    everybody = draw([odd], 150_000, 47, twice=False)
    for tingling in (["sole"], ["dorsum_foot"], ["lateral_leg"]):
        for numb in ("medial_leg", "dorsum_foot", "lateral_foot"):
            exam = body(YOUNG, {"paresthesia_locations": tingling}, sensation={numb: "reduced"})
            if matching(everybody.complete, codes_of(read_exam(exam))).sum() >= FEWEST:
                assert_as_counted(odd, everybody, exam)
        assert_as_counted(odd, everybody, body(YOUNG, {"paresthesia_locations": tingling}))


def test_the_setting_changes_the_odds_as_among_its_patients(two_ages: World, everybody: Cohort) -> None:
    stated = codes_of(read_exam(EXAMS["a raise, no angle"]))
    members = matching(everybody.complete, stated)
    for position, setting in enumerate(SETTINGS):
        there = members & (everybody.setting == position)
        expected = limit([two_ages], stated[None], setting)[0]
        found = np.append(everybody.involved[there].mean(axis=0), (~everybody.involved[there].any(axis=1)).mean())
        assert (abs(found - expected) <= STANDARD_ERRORS * np.sqrt(expected * (1 - expected) / there.sum())).all()
