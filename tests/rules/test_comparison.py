"""Since last time: what is told of two examinations, and what improvement changes and what it does not."""

from typing import Any

import pytest

from service.rules.comparison import Comparison
from service.rules.guideline import Urgency
from tests.builders import an_assessment, an_exam
from tests.rules.comparison_cases import COMPARED, FALL, GONE, HALF, RISE
from tests.rules.progression_cases import BOTH, pair, toe, told
from tests.rules.sections import FOUND_WELL, NO_PAIN, RECOVERED
from tests.rules.statements import NOW, Sections, earlier, flags, weak


def compare(**sections: Any) -> Comparison:
    found = an_assessment(an_exam(**sections)).comparison
    assert found is not None
    return found


def phase(**sections: Any) -> str:
    return an_assessment(an_exam(**sections)).management.phase


def asked(**sections: Any) -> dict[str, tuple[str, ...]]:
    return {each.rule_id: each.ask for each in an_assessment(an_exam(**sections)).questions}


def test_without_an_earlier_examination_there_is_nothing_to_compare() -> None:
    assert an_assessment(an_exam(**weak(3))).comparison is None


def test_both_dates_and_both_grades_are_told() -> None:
    """Hazard H-08: nobody can see on what "progressive" rests."""
    sections = pair(21 * 24, was=toe(5), now=toe(3))
    found = compare(**sections)
    assert (found.verdict, found.rule_id, found.source) == ("worse", "CO-WORSE", "body")
    assert (found.previous_examined_at, found.examined_at) == (NOW.replace(day=1), NOW)
    assert found.hours_between == 21 * 24
    (change,) = found.changes
    assert (change.finding, change.was, change.now) == ("/examination/strength/great_toe_extension", 5, 3)
    assert (change.direction, change.marked) == ("worse", True)
    assert "great toe extension MRC 5 on 2026-11-01, MRC 3 on 2026-11-22" in found.text
    assert "lifting the big toe (5 of 5 then, 3 of 5 now)" in found.text_for_patient
    assert "2026-11-01" in found.text_for_patient


def test_the_flag_names_what_both_examinations_show() -> None:
    answer = an_assessment(an_exam(**FALL))
    for flag in answer.red_flags.present:
        assert set(flag.because) == {
            *("/examination/strength/great_toe_extension", "/examined_at"),
            *("/previous_examination/examination/strength/great_toe_extension", "/previous_examination/examined_at"),
        }, flag.rule_id


@pytest.mark.parametrize(
    ("hours", "then", "now"),
    [
        (2, "2026-11-22 10:00", "2026-11-22 12:00"),
        (23.5, "2026-11-21", "2026-11-22"),
        (None, "an unstated date", "2026-11-22"),
    ],
)
def test_how_dates_are_told(hours: float | None, then: str, now: str) -> None:
    assert f"MRC 5 on {then}, MRC 4 on {now}" in compare(**pair(hours, was=toe(5), now=toe(4))).text


def test_dates_are_told_in_the_zone_of_the_present_examination() -> None:
    sections = pair(2, was=toe(5), now=toe(4))
    sections["previous_examination"]["examined_at"] = "2026-11-22T01:30:00+02:00"
    assert "MRC 5 on 2026-11-21, MRC 4 on 2026-11-22" in compare(**sections).text


@pytest.mark.parametrize("missing", ["previous", "both"])
def test_with_a_date_missing_the_time_between_is_not_known(missing: str) -> None:
    sections = pair(None, was=toe(5), now=toe(4))
    if missing == "both":
        sections["examined_at"] = None
    found = compare(**sections)
    assert found.hours_between is None
    assert found.previous_examined_at is None
    assert asked(**sections)["QU-PREVIOUS-DATE"] == ("/previous_examination/examined_at",)
    assert an_assessment(an_exam(**sections)).urgency is Urgency.EMERGENCY


@pytest.mark.parametrize(
    ("hours", "urgency", "phase_of_it"),
    [
        (0.5, Urgency.EMERGENCY, "emergency"),
        (23.9, Urgency.EMERGENCY, "emergency"),
        (24, Urgency.URGENT, "motor_deficit_referral"),
        (2000, Urgency.URGENT, "motor_deficit_referral"),
    ],
)
@pytest.mark.parametrize(
    ("was", "now"),
    [
        (toe(5), toe(4)),
        (
            {"sensation": {"sole": "normal"}, "reflexes": {"achilles": "normal"}},
            {"sensation": {"sole": "reduced"}, "reflexes": {"achilles": "reduced"}},
        ),
    ],
    ids=["a grade", "a new root without weakness"],
)
def test_the_time_between_decides(
    hours: float, urgency: Urgency, phase_of_it: str, was: Sections, now: Sections
) -> None:
    """Hazard H-08: a deficit that grew since yesterday waits like one that grew over months."""
    answer = an_assessment(an_exam(**pair(hours, was=was, now=now)))
    plan = answer.management
    assert (answer.urgency, plan.phase) == (urgency, phase_of_it)
    assert plan.imaging.timing == "immediate"
    assert plan.surgery.timing == ("within_24_hours" if urgency is Urgency.EMERGENCY else "urgent")
    assert "referral" in {advice.category for advice in plan.recommendations}


def test_a_deficit_newly_in_both_legs_gets_mri_and_a_surgeon() -> None:
    answer = an_assessment(an_exam(**told(48, BOTH, False, True)))
    assert answer.urgency is Urgency.URGENT
    assert answer.management.imaging.timing == "immediate"
    assert answer.management.surgery.rule_id == "SU-DEFICIT"
    assert "RE-MOTOR-DEFICIT" in {advice.rule_id for advice in answer.management.recommendations}


@pytest.mark.parametrize(("half", "verdict"), [(HALF, "unchanged"), (FALL, "worse")])
def test_half_a_grade_is_told_and_raises_nothing(half: Sections, verdict: str) -> None:
    found = compare(**half)
    assert found.verdict == verdict
    assert [change.direction for change in found.changes] == ["worse"]
    raised = an_assessment(an_exam(**half)).red_flags.present
    assert bool(raised) is (verdict == "worse")


NOTHING_KNOWN: dict[str, Sections] = {
    "strength then": pair(2, was={}, now=toe(4)),
    "strength now": pair(2, was=toe(5), now={}),
    "red flags then": told(2, "urinary_incontinence", None, False),
    "red flags now": told(2, "urinary_incontinence", False, None),
    "both legs then": told(2, BOTH, None, False),
}


@pytest.mark.parametrize("name", NOTHING_KNOWN)
def test_what_was_not_assessed_on_one_side_is_no_change(name: str) -> None:
    """Hazard H-08: not assessed is read as normal, and a finding that was there all along as new."""
    found = compare(**NOTHING_KNOWN[name])
    assert found.changes == ()
    assert found.verdict == "not_comparable"
    raised = {flag.rule_id for flag in an_assessment(an_exam(**NOTHING_KNOWN[name])).red_flags.present}
    assert not {each for each in raised if each.startswith(("RF-PROGRESSION", "RF-MOTOR"))}


# Recovery.


@pytest.mark.parametrize(
    ("sections", "recovered"),
    [
        ({**NO_PAIN, **pair(48, was=toe(4), now=FOUND_WELL)}, True),
        ({**NO_PAIN, **pair(48, was=toe(5), now=FOUND_WELL)}, True),
        ({**NO_PAIN, **pair(48, was=toe(4), now={})}, False),
        ({**NO_PAIN, **pair(48, was={**toe(4), "heel_walk": "unable"}, now=FOUND_WELL)}, False),
        ({**NO_PAIN, **pair(48, was={"reflexes": {"patellar": "absent"}}, now=FOUND_WELL)}, False),
        ({**RECOVERED, **earlier(48, red_flags={"saddle_anesthesia": True})}, False),
        ({**RECOVERED, **earlier(48, red_flags={BOTH: True})}, False),
        ({**RECOVERED, **told(48, "saddle_anesthesia", True, False)}, True),
        ({**NO_PAIN, **HALF}, False),
        ({"history": {"pain_severity": 0.1}, **GONE}, False),
        ({"history": {"pain_severity": 0, "paresthesia_locations": ["sole"]}, **GONE}, False),
        (GONE, False),
    ],
    ids=[
        *("gone", "never wrong", "strength not tested again", "heel walk not tried again", "reflex not tested again"),
        *("saddle not asked again", "both legs not asked again", "saddle asked and denied", "still weak", "pain 0.1"),
        *("tingles", "pain not asked"),
    ],
)
def test_who_is_called_recovered(sections: Sections, recovered: bool) -> None:
    """Hazard H-08: false reassurance on a deficit that nobody tested again."""
    assert (phase(**sections) == "recovered") is recovered


def test_what_was_not_tested_again_is_asked_for() -> None:
    sections = pair(48, was={**toe(4), "reflexes": {"achilles": "absent"}}, now=toe(5), **NO_PAIN)
    assert asked(**sections)["QU-RETEST"] == ("/examination/reflexes/achilles",)
    found = compare(**sections)
    assert found.not_tested_again == ("/examination/reflexes/achilles",)
    assert "not looked for again: Achilles reflex" in found.text
    assert (found.verdict, found.rule_id) == ("better", "CO-BETTER")


def test_recovery_is_said() -> None:
    answer = an_assessment(an_exam(**NO_PAIN, **GONE))
    assert answer.comparison is not None
    assert (answer.comparison.verdict, answer.comparison.rule_id) == ("better", "CO-RESOLVED")
    assert answer.urgency is Urgency.ROUTINE
    assert "gone" in answer.comparison.text_for_patient


@pytest.mark.parametrize(
    ("now", "urgency"),
    [
        ({**RISE, **flags(fever=True, progressive_motor_weakness=False)}, Urgency.EMERGENCY),
        (pair(48, was=toe(1), now=toe(3)), Urgency.URGENT),
        (
            {**told(48, "saddle_anesthesia", True, False), **flags(saddle_anesthesia=False, urinary_retention=True)},
            Urgency.EMERGENCY,
        ),
    ],
    ids=["abscess", "still severe", "cauda equina"],
)
def test_improvement_lowers_no_urgency(now: Sections, urgency: Urgency) -> None:
    """Hazard H-08: "better than last time" calms an answer that stands by itself."""
    answer = an_assessment(an_exam(**now))
    alone = an_assessment(an_exam(**{**now, "previous_examination": None}))
    assert answer.comparison is not None
    assert answer.comparison.verdict == "better"
    assert answer.urgency is alone.urgency is urgency


def test_every_source_of_the_comparison_is_in_the_answer() -> None:
    for cases in COMPARED.values():
        for sections in cases.shown.values():
            answer = an_assessment(an_exam(**sections))
            assert answer.comparison is not None
            assert set(answer.comparison.citations) <= answer.citations.keys()
            for text in (answer.comparison.text, answer.comparison.text_for_patient):
                assert not {"{", "}", "%"} & set(text)
                assert ": ." not in text


# Both legs.


WORSE: Sections = {"strength": {"great_toe_extension": 4}, "sensation": {"dorsum_foot": "reduced"}}
OTHER: Sections = {"strength": {"plantar_flexion": 3.5}, "reflexes": {"achilles": "absent"}}


def test_exchanging_the_legs_exchanges_what_is_said_of_them() -> None:
    """Hazard H-04: the finding of one leg is told of the other."""
    here = an_assessment(an_exam(examination=WORSE, other_leg=OTHER))
    there = an_assessment(an_exam(examination=OTHER, other_leg=WORSE))
    assert here.other_leg is not None
    assert there.other_leg is not None
    assert here.other_leg.classifier.roots == there.classifier.roots
    assert here.other_leg.impression.likely_levels == there.impression.likely_levels
    assert there.other_leg.impression.likely_levels == here.impression.likely_levels
    assert [flag.rule_id for flag in here.red_flags.present] == [flag.rule_id for flag in there.red_flags.present]
    assert here.urgency is there.urgency is Urgency.URGENT


@pytest.mark.parametrize(
    ("grade", "other", "raised"),
    [
        (5, 5, set()),
        (4.5, 5, set()),
        (4.5, 4.5, {"RF-BILATERAL"}),
        (3.5, 3.5, {"RF-BILATERAL"}),
        (3, 4.5, {"RF-BILATERAL", "RF-BILATERAL-SEVERE"}),
        (4.5, 3, {"RF-BILATERAL", "RF-BILATERAL-SEVERE"}),
        (3, 5, set()),
        (3, None, set()),
    ],
)
def test_both_legs_by_their_grades(grade: float, other: float | None, raised: set[str]) -> None:
    legs: Sections = {"examination": toe(grade)}
    if other is not None:
        legs["other_leg"] = toe(other)
    found = {flag.rule_id for flag in an_assessment(an_exam(**legs)).red_flags.present}
    assert found == raised


def test_the_side_changes_nothing_of_the_comparison() -> None:
    """Hazard H-04: the comparison depends on the side."""
    left, right = (compare(**FALL, history={"side": side}) for side in ("left", "right"))
    assert left == right
