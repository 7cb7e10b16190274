"""Which of the remembered examinations is compared with, what is kept of a person, and what is forgotten."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from features.answer import Answer
from features.exam import RememberedExamination
from service.earlier import MOST_EXAMINATIONS, Earlier
from service.rules.comparison import comparison_of
from service.rules.progression import both_legs_are_new
from tests.builders import NOON
from tests.rules.progression_cases import toe
from tests.service.visits import the_exam


@pytest.mark.parametrize(
    ("then", "now", "linked"),
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
def test_only_the_same_leg_is_compared(then: str | None, now: str | None, linked: bool, other: Any) -> None:
    """Hazard H-04: one leg is compared with the other."""
    memory = Earlier(people=10, key=b"k")
    memory.remember(the_exam(0, 5, side=then, other_leg=other))
    exam = memory.linked(the_exam(48, 3, side=now))
    previous = exam.previous_examination
    assert isinstance(previous, RememberedExamination)
    assert (previous.examination.strength != {}) is (linked or other is not None)
    assert previous.side_assumed is (linked and then != now)
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
    memory = Earlier(people=10, key=b"k")
    for when, grade in hours:
        memory.remember(the_exam(when, grade))
    previous = memory.linked(the_exam(100, 4)).previous_examination
    assert previous is not None
    assert previous.examined_at == NOON - timedelta(days=20) + timedelta(hours=then)


def test_a_visit_without_an_examination_hides_none() -> None:
    memory = Earlier(people=10, key=b"k")
    memory.remember(the_exam(0, 5))
    memory.remember(the_exam(50, None))
    previous = memory.linked(the_exam(100, 5)).previous_examination
    assert previous is not None
    assert previous.examination.strength


def test_strength_that_was_not_tested_last_time_is_compared_with_when_it_was() -> None:
    memory = Earlier(people=10, key=b"k")
    memory.remember(the_exam(0, 5))
    memory.remember(the_exam(50, None, red_flags={"fever": False}))
    previous = memory.linked(the_exam(100, 4)).previous_examination
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
    memory = Earlier(people=10, key=b"k")
    memory.remember(the_exam(0, 4, red_flags={"bilateral_neurologic_deficit": stated}, **legs))
    now = memory.linked(the_exam(48, 4, other_leg={"strength": {"hip_flexion": 4}}))
    assert (both_legs_are_new(now) is Answer.YES) is flag


# What is kept.


def test_of_a_person_only_the_last_examinations_are_kept() -> None:
    memory = Earlier(people=10, key=b"k")
    for hour in range(MOST_EXAMINATIONS + 1):
        memory.remember(the_exam(hour, 5))
    assert memory.linked(the_exam(0.5, 3)).previous_examination is None
    assert memory.linked(the_exam(1.5, 3)).previous_examination is not None


def test_who_was_not_asked_about_for_longest_is_forgotten() -> None:
    memory = Earlier(people=2, key=b"k")
    memory.remember(the_exam(0, 5, reference="a"))
    memory.remember(the_exam(0, 5, reference="b"))
    memory.linked(the_exam(1, 5, reference="a"))
    memory.remember(the_exam(0, 5, reference="c"))
    known = [memory.linked(the_exam(2, 5, reference=each)).previous_examination is not None for each in "abc"]
    assert known == [True, False, True]


def test_neither_reference_nor_person_is_kept() -> None:
    """Hazard H-26: a dump of the memory names who was examined."""
    memory = Earlier(people=2, key=b"k")
    memory.remember(the_exam(0, 5, reference="Jane-Doe-1970"))
    kept = repr(vars(memory))
    assert "great_toe_extension" in kept
    assert "Jane" not in kept
    assert "age_years" not in kept
    other = Earlier(people=2, key=b"another")
    other.remember(the_exam(0, 5, reference="Jane-Doe-1970"))
    assert repr(vars(other)["_visits"]) != repr(vars(memory)["_visits"])


@pytest.fixture
def impatient_threads() -> Iterator[None]:
    """Threads that take turns so often that whatever is not guarded is interrupted."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("impatient_threads")
def test_many_at_once_lose_nothing() -> None:
    visits = [the_exam(hour, 5) for hour in range(MOST_EXAMINATIONS)]
    later = [the_exam(hour + 0.5, 5) for hour in range(MOST_EXAMINATIONS)]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(20):
            memory = Earlier(people=10, key=b"k")
            list(pool.map(memory.remember, visits))
            found = [memory.linked(exam).previous_examination for exam in later]
            assert [each and each.examined_at for each in found] == [each.examined_at for each in visits]
