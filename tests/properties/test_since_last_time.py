"""Examinations one after the other: what fell raises, what improved lowers nothing that stands by itself."""

from datetime import timedelta

from hypothesis import strategies as st

from features.answer import Answer
from service.rules.findings import fallen
from service.rules.guideline import Policy, Urgency
from tests.builders import NOON, Body, an_assessment
from tests.properties.changes import stated, was_normal, was_worse, with_stated
from tests.properties.strategies import bodies, holds, read

POLICIES = st.sampled_from(Policy)
EARLIER = st.sampled_from([None, *((NOON - timedelta(hours=hours)).isoformat() for hours in (1, 23.9, 24, 48, 2000))])
GROWS = ("RF-MOTOR-RAPID", "RF-MOTOR-PROGRESSIVE")


@holds(body=bodies(), when=EARLIER, policy=POLICIES)
def test_to_have_been_better_never_lowers_urgency(body: Body, when: str | None, policy: Policy) -> None:
    """Hazard H-08: a better earlier examination calms the answer that the present one gets by itself."""
    alone = an_assessment(read(with_stated(body, None, "previous_examination")), policy=policy)
    compared = an_assessment(read(was_normal(body, when)), policy=policy)
    assert compared.urgency >= alone.urgency


@holds(body=bodies(), when=EARLIER, policy=POLICIES)
def test_to_have_been_worse_raises_nothing(body: Body, when: str | None, policy: Policy) -> None:
    """Hazards H-08, H-25: improvement is taken for progress of the deficit, and alarms are no longer believed."""
    alone = an_assessment(read(with_stated(body, None, "previous_examination")), policy=policy)
    compared = an_assessment(read(was_worse(body, when)), policy=policy)
    assert {flag.rule_id for flag in compared.red_flags.present} == {flag.rule_id for flag in alone.red_flags.present}
    # An emergency that nobody asked about again is asked about today, and that is all that the past may raise.
    left_open = any(advice.rule_id == "RE-FLAG-BEFORE" for advice in compared.management.recommendations)
    assert compared.urgency is max(alone.urgency, Urgency.URGENT if left_open else Urgency.ROUTINE)


@holds(body=bodies(), when=EARLIER, policy=POLICIES)
def test_a_grade_lost_since_last_time_is_progress_by_itself(body: Body, when: str | None, policy: Policy) -> None:
    """Hazard H-08: strength falls between two visits, nobody says "progressive", and nobody notices."""
    exam = read(was_normal(with_stated(body, None, "red_flags"), when))
    shown = {flag.rule_id for flag in an_assessment(exam, policy=policy).red_flags.present}
    assert bool(fallen(exam)) <= bool(shown & set(GROWS))
    grades = (stated(body, "examination", "strength") or {}).values()
    lost = [grade for grade in grades if isinstance(grade, int | float) and grade <= 4]
    assert bool(fallen(exam)) is bool(lost)
    assert exam.red_flags.progressive_motor_weakness is Answer.NOT_ASSESSED


@holds(body=bodies())
def test_only_what_was_assessed_twice_is_a_change(body: Body) -> None:
    """Hazard H-08: silence at one of two visits is told as progress, or as recovery."""
    answer = an_assessment(read(body))
    assert (answer.comparison is None) is (body.get("previous_examination") is None)
    for change in answer.comparison.changes if answer.comparison else ():
        for visit in (body, body["previous_examination"]):
            # A deficit in both legs may be told, or shown by the examination of both.
            both_legs = ("/other_leg", "/red_flags/bilateral_neurologic_deficit")
            places = both_legs if change.finding in both_legs else (change.finding,)
            assert any(stated(visit, *place.split("/")[1:]) is not None for place in places), change.finding
        assert change.was != change.now


@holds(body=bodies(), policy=POLICIES)
def test_a_reference_by_itself_changes_nothing(body: Body, policy: Policy) -> None:
    """Hazard H-10: the rules look something up by a reference, and answer for another person."""
    named, unnamed = (with_stated(body, reference, "patient", "reference") for reference in ("somebody", None))
    assert an_assessment(read(named), policy=policy) == an_assessment(read(unnamed), policy=policy)
