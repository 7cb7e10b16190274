"""Every line of the decision table: one rule decides on imaging, one on surgery, one on follow-up, and they agree."""

from collections.abc import Iterable
from functools import cache
from itertools import chain

import pytest

from service.assessment import Assessment
from service.rules.follow_up import FOLLOW_UP
from service.rules.guideline import Policy, Urgency
from service.rules.imaging import IMAGING, ImagingTiming
from service.rules.surgery import SURGERY, SurgeryTiming
from tests.builders import an_assessment, an_exam
from tests.properties.decision_table import FEW_COURSES, STRENGTHS, Course, Row, courses, flag_sets, rows
from tests.properties.test_urgency import check_emergency
from tests.rules.decision_cases import DECISIONS

BESIDE_THE_TABLE = {"FU-LIMB", "FU-FLAG-BEFORE", "FU-ZOSTER", "FU-WEAKER"}
"""Rules on what the table has no column for: pulses, a rash, the previous examination."""

PRESSING = ("emergency", "red_flag_workup", "motor_deficit_referral")


def check(row: Row) -> Assessment:
    """The answer to one line, held against what the line itself says, and its parts against one another."""
    answer = an_assessment(an_exam(**{**row.body, "age": row.age}), policy=row.policy)
    plan = answer.management
    assert (answer.urgency is Urgency.EMERGENCY) is row.emergency, row
    assert (answer.urgency is Urgency.ROUTINE) is not (row.emergency or row.urgent), row
    assert plan.imaging.indicated is row.imaged, row
    assert (plan.phase in PRESSING) is (answer.urgency is not Urgency.ROUTINE), row
    assert plan.phase != "recovered" or (row.recovered and not plan.imaging.indicated), row
    assert plan.phase == "recovered" or not row.recovered or plan.phase in PRESSING, row
    # The parts agree with one another.
    if row.emergency:
        check_emergency(answer)
    referred = any(advice.category == "referral" for advice in plan.recommendations)
    assert referred is (answer.urgency is not Urgency.ROUTINE), row
    assert plan.surgery.timing is not SurgeryTiming.WITHIN_24_HOURS or row.emergency, row
    assert plan.surgery.timing is not SurgeryTiming.URGENT or plan.imaging.indicated, row
    assert plan.imaging.timing is not ImagingTiming.ROUTINE or answer.urgency is Urgency.ROUTINE, row
    assert (plan.follow_up.within_days <= 7) is (answer.urgency is not Urgency.ROUTINE), row
    drugs = [advice for advice in plan.recommendations if advice.category == "medication"]
    assert not drugs or not row.emergency, row
    return answer


def check_all(lines: Iterable[Row]) -> frozenset[str]:
    """The ids of every rule that decided on a line."""
    deciding = set()
    for row in lines:
        plan = check(row).management
        deciding |= {plan.imaging.rule_id, plan.surgery.rule_id, plan.follow_up.rule_id}
    return frozenset(deciding)


QUICK_COURSES = tuple(
    course for course in courses() if course.pain in (None, 0) or (course.pain, course.candidate) == (8, True)
)


@cache
def decided_by_flags() -> frozenset[str]:
    """The rules that decide where up to two flags are up, with any weakness; with one flag, in other courses too."""
    two = rows(flag_sets(2), STRENGTHS, FEW_COURSES[:1])
    return check_all(chain(two, rows(flag_sets(1), STRENGTHS, FEW_COURSES[1:])))


@cache
def decided_by_course() -> frozenset[str]:
    """The rules that decide where no flag is up and strength was not tested."""
    return check_all(row for row in rows(flag_sets(0), ("not tested",), QUICK_COURSES) if row.tempo is None)


def test_every_combination_of_flags_and_weakness() -> None:
    """Hazards H-01, H-08: two rules of the pathway contradict each other, or one hides another."""
    assert {"IM-EMERGENCY", "SU-DEFICIT", "FU-FOOT-DROP"} <= decided_by_flags()


def test_every_course_of_treatment() -> None:
    """Hazard H-06: imaging is asked for, or withheld, against what care, relief and candidacy say."""
    assert {"IM-CANDIDATE", "IM-NOT-A-CANDIDATE", "SU-INTOLERABLE"} <= decided_by_course()


def test_every_rule_decides_somewhere() -> None:
    """Hazard H-01: a rule that an earlier one always hides looks as if it protected somebody."""
    everywhere = {rule.rule_id for rule in (*IMAGING, *SURGERY, *FOLLOW_UP)}
    assert decided_by_flags() | decided_by_course() == everywhere - BESIDE_THE_TABLE
    assert DECISIONS.keys() >= BESIDE_THE_TABLE, "those decide in their own cases"


class _Calm(Row):
    """A line that denies its own emergency."""

    emergency = False


def test_a_line_that_is_answered_otherwise_than_it_says_is_noticed() -> None:
    stated = {
        "age": 40,
        "policy": Policy.LISTED,
        "flags": frozenset({"cauda"}),
        "tempo": None,
        "strength": "mild",
        "course": Course(),
    }
    check(Row(**stated))  # type: ignore[arg-type]
    with pytest.raises(AssertionError):
        check(_Calm(**stated))  # type: ignore[arg-type]


@pytest.mark.long
def test_every_combination_of_flags_weakness_and_course() -> None:
    """Hazards H-01, H-08: the whole table of flags, with three courses of treatment."""
    check_all(rows(flag_sets(6), STRENGTHS, FEW_COURSES))


@pytest.mark.long
def test_every_course_of_treatment_with_every_weakness_and_flag() -> None:
    """Hazard H-06: the whole table of courses, with one flag or none."""
    check_all(rows(flag_sets(1), STRENGTHS, QUICK_COURSES[::7]))
    check_all(row for row in rows(flag_sets(0), STRENGTHS, tuple(courses())) if row.tempo is None)
