"""Which of the recorded examinations of a person is compared with, and how far back it is looked."""

from datetime import timedelta
from typing import Any

import pytest

from features.answer import Answer
from features.exam import RememberedExamination
from service.earlier import MOST_EXAMINATIONS, linked
from service.rules.comparison import comparison_of
from service.rules.progression import both_legs_are_new
from tests.builders import NOON
from tests.rules.progression_cases import toe
from tests.service.visits import the_exam


@pytest.mark.parametrize(
    ("then", "now", "same_leg"),
    [
        ("left", "left", True),
        ("left", "right", False),
        ("bilateral", "bilateral", True),
        ("bilateral", "left", True),
        ("left", "bilateral", True),
        (None, None, True),
        (None, "left", True),
        ("left", None, True),
        (None, "bilateral", True),
        ("bilateral", None, True),
    ],
)
@pytest.mark.parametrize("other", [None, toe(5)], ids=["one leg", "both legs"])
def test_only_the_same_leg_is_compared(then: str | None, now: str | None, same_leg: bool, other: Any) -> None:
    """Hazard H-04: one leg is compared with the other."""
    recorded = [the_exam(0, 5, side=then, other_leg=other)]
    exam = linked(the_exam(48, 3, side=now), recorded)
    previous = exam.previous_examination
    assert isinstance(previous, RememberedExamination)
    assert (previous.examination.strength != {}) is (same_leg or other is not None)
    assert previous.side_assumed is (same_leg and then != now)
    assert ("The side is not stated at both" in str(comparison_of(exam))) is previous.side_assumed


@pytest.mark.parametrize(
    ("hours", "then"),
    [
        # hours and grades of the examinations before; now it is 100 h and MRC 4: which of them is compared with
        ([(0, 5), (50, 4)], 50),
        ([(0, 5), (50, 3)], 50),
        ([(0, 5), (77, 4)], 0),
        ([(0, 5), (76, 4)], 76),
        ([(0, 4), (99, 4)], 99),
        ([(90, 5), (99, 4)], 90),
        ([(90, 4), (99, 5)], 99),
        ([(0, 5), (50, 4), (99, 4)], 99),
        # a whole grade lost by halves, and what is none: it rose in between, or has not fallen since the last time
        ([(0, 5), (50, 4.5)], 0),
        ([(0, 5), (20, 4.5), (50, 4.5)], 0),
        ([(0, 5), (20, 5), (50, 4.5)], 20),
        ([(0, 5), (20, None), (50, 4.5)], 0),
        ([(0, 5), (20, 3.5), (50, 4.5)], 50),
        ([(0, 5), (20, 4.5), (50, 4)], 50),
        ([(0, 4.5), (50, 4.5)], 50),
    ],
)
def test_which_of_several_is_compared_with(hours: list[tuple[float, float]], then: float) -> None:
    """Hazard H-08: the latest one, unless an earlier one shows progress that the latest hides."""
    recorded = [the_exam(when, grade) for when, grade in hours]
    previous = linked(the_exam(100, 4), recorded).previous_examination
    assert previous is not None
    assert previous.examined_at == NOON - timedelta(days=20) + timedelta(hours=then)


def test_a_visit_without_an_examination_hides_none() -> None:
    recorded = [the_exam(0, 5), the_exam(50, None)]
    previous = linked(the_exam(100, 5), recorded).previous_examination
    assert previous is not None
    assert previous.examination.strength


def test_strength_that_was_not_tested_last_time_is_compared_with_when_it_was() -> None:
    recorded = [the_exam(0, 5), the_exam(50, None, red_flags={"fever": False})]
    previous = linked(the_exam(100, 4), recorded).previous_examination
    assert previous is not None
    assert previous.examination.strength


@pytest.mark.parametrize(
    ("legs", "stated", "flag"),
    [
        (
            {
                "other_leg": {
                    "strength": {"hip_flexion": 5},
                    "reflexes": {"achilles": "normal"},
                    "sensation": {"sole": "normal"},
                }
            },
            None,
            True,
        ),
        ({"other_leg": {"strength": {"hip_flexion": 5}}}, None, False),
        ({}, None, False),
        ({}, False, True),
        ({"other_leg": {"strength": {"hip_flexion": 4}}}, False, False),
    ],
    ids=["other leg found well", "other leg half examined", "other leg not examined", "denied", "found though denied"],
)
def test_whether_both_legs_were_affected_is_known_of_both_examinations(legs: Any, stated: Any, flag: bool) -> None:
    """Hazard H-20: a deficit newly in both legs is missed, because nobody was asked the first time."""
    recorded = [the_exam(0, 4, red_flags={"bilateral_neurologic_deficit": stated}, **legs)]
    now = linked(the_exam(48, 4, other_leg={"strength": {"hip_flexion": 4}}), recorded)
    assert (both_legs_are_new(now) is Answer.YES) is flag


# How far back.


@pytest.mark.parametrize(("calls", "seen"), [(MOST_EXAMINATIONS - 1, True), (MOST_EXAMINATIONS, False)])
def test_only_the_last_examinations_before_are_weighed(calls: int, seen: bool) -> None:
    """The strength was tested once, and then only the fever was asked after."""
    recorded = [the_exam(hour + 1, None, red_flags={"fever": False}) for hour in range(calls)]
    previous = linked(the_exam(50, 4), [the_exam(0, 5), *recorded]).previous_examination
    assert previous is not None
    assert bool(previous.examination.strength) is seen


def test_what_comes_later_takes_no_place_of_what_came_before() -> None:
    later = [the_exam(100 + hour, 5) for hour in range(MOST_EXAMINATIONS)]
    assert linked(the_exam(50, 3), [the_exam(0, 5), *later]).previous_examination is not None
