"""What moves urgency and what must not: flags, weakness, questions not asked, the classifier."""

import math
from dataclasses import replace

from hypothesis import strategies as st

from features.anatomy import ROOTS, Movement
from features.answer import Answer
from features.involvement import Classify, Involvement, Outside
from service.assessment import Assessment, RedFlagAnswer
from service.rules.guideline import Policy, Urgency
from service.rules.imaging import ImagingTiming, Modality
from service.rules.recommendations import RECOMMENDATIONS
from service.rules.red_flags import RED_FLAGS
from service.rules.surgery import SurgeryTiming
from tests.builders import Body, an_assessment, classifier_of, no_classifier
from tests.properties.changes import ever_weaker, functions_lost, further_flags, stated, unasked, ungraded, with_stated
from tests.properties.strategies import FLAGS, bodies, holds, read

POLICIES = st.sampled_from(Policy)
LEGS = st.sampled_from(["examination", "other_leg"])
MOVEMENTS = st.sampled_from([movement.value for movement in Movement])
BY_POINTER = {flag.rule_id: {sign.pointer for sign in flag.signs} for flag in RED_FLAGS if not flag.derived}
URGENCY_OF_ADVICE = {rule.rule_id: rule.urgency for rule in RECOMMENDATIONS}
EXTREMES = (0.0, 5e-324, 1e-9, 0.5, math.nextafter(1, 0), 1.0)


@st.composite
def classifiers(draw: st.DrawFn) -> Classify:
    """A classifier that says anything, coherent or not, that finds the exam outside what it knows, or that fails."""
    probability = st.sampled_from(EXTREMES) | st.floats(0, 1)
    if draw(st.sampled_from([False, False, False, True])):
        return no_classifier
    said = Involvement(
        roots={root: draw(probability) for root in ROOTS},
        none=draw(probability),
        outside=frozenset(draw(st.sets(st.sampled_from(Outside)))),
    )
    return lambda exam: said


def up_in(found: RedFlagAnswer) -> set[str]:
    return {flag.rule_id for flag in found.present}


@holds(body=bodies(), policy=POLICIES)
def test_a_further_red_flag_never_lowers_urgency(body: Body, policy: Policy) -> None:
    """Hazard H-01: a second sign of serious pathology makes the answer calmer than the first alone."""
    before = an_assessment(read(body), policy=policy).urgency
    for name, further in further_flags(body).items():
        assert an_assessment(read(further), policy=policy).urgency >= before, name


@holds(body=bodies(), policy=POLICIES, leg=LEGS, movement=MOVEMENTS)
def test_more_severe_weakness_never_lowers_urgency(body: Body, policy: Policy, leg: str, movement: str) -> None:
    """Hazard H-08: a leg that is weaker is sent to a surgeon later."""
    grades = [an_assessment(read(each), policy=policy).urgency for each in ever_weaker(body, leg, movement).values()]
    assert grades == sorted(grades)
    steps = [an_assessment(read(each), policy=policy).urgency for each in ungraded(body, leg, movement)]
    assert steps == sorted(steps)


@holds(body=bodies(), policy=POLICIES)
def test_a_failed_test_of_strength_never_lowers_urgency(body: Body, policy: Policy) -> None:
    """Hazard H-08: somebody who cannot walk on the heel is seen later than somebody who can."""
    before = an_assessment(read(body), policy=policy).urgency
    for name, worse in functions_lost(body).items():
        assert an_assessment(read(worse), policy=policy).urgency >= before, name


@holds(body=bodies(), policy=POLICIES, leg=LEGS)
def test_weakness_without_a_grade_is_asked_after_and_a_possible_foot_drop_is_urgent(
    body: Body, policy: Policy, leg: str
) -> None:
    """Hazard H-18: a foot drop is typed as "weak" and treated as mild weakness."""
    for movement in ("ankle_dorsiflexion", "knee_extension"):
        answer = an_assessment(read(with_stated(body, "weak", leg, "strength", movement)), policy=policy)
        asked = {pointer for question in answer.questions for pointer in question.ask}
        assert f"/{leg}/strength/{movement}" in asked
        assert movement != "ankle_dorsiflexion" or answer.urgency >= Urgency.URGENT


@holds(body=bodies(), policy=POLICIES)
def test_symptoms_on_both_sides_ask_for_the_other_leg(body: Body, policy: Policy) -> None:
    """Hazard H-20: both legs hurt, one was examined, and the deficit of the other is taken for absent."""
    one_leg = with_stated(with_stated(body, None, "other_leg"), None, "red_flags", "bilateral_neurologic_deficit")
    answer = an_assessment(read(with_stated(one_leg, "bilateral", "history", "side")), policy=policy)
    asked = {pointer for question in answer.questions for pointer in question.ask}
    assert {"/other_leg", "/red_flags/bilateral_neurologic_deficit"} <= asked
    assert not answer.red_flags.screen_complete


@holds(body=bodies(), policy=POLICIES)
def test_not_assessed_never_reads_as_no(body: Body, policy: Policy) -> None:
    """Hazard H-02: leaving a question out, or a test undone, makes the answer calmer or the screen complete."""
    before = an_assessment(read(body), policy=policy)
    for name, silent in unasked(body).items():
        answer = an_assessment(read(silent), policy=policy)
        assert answer.urgency >= before.urgency, name
        assert before.red_flags.screen_complete or not answer.red_flags.screen_complete, name


@holds(body=bodies(), policy=POLICIES)
def test_every_flag_that_nobody_looked_for_is_listed_with_what_would_settle_it(body: Body, policy: Policy) -> None:
    """Hazard H-02: a flag that was not asked vanishes from the answer and is taken for absent."""
    exam = read(body)
    found = an_assessment(exam, policy=policy).red_flags
    listed = {flag.rule_id: flag for flag in found.not_assessed}
    for flag in RED_FLAGS:
        unknown = flag.present(exam) is Answer.NOT_ASSESSED and not flag.derived
        assert (flag.rule_id in listed) is unknown, flag.rule_id
        assert not unknown or listed[flag.rule_id].ask, flag.rule_id
    first_line = {flag.rule_id for flag in RED_FLAGS if flag.first_line}
    assert found.screen_complete is not bool(first_line & listed.keys())
    assert not listed.keys() & {flag.rule_id for flag in found.present}


NEVER_ASKED = "cauda_equina_or_cord_compression"
SECOND_LINE = ("reduced_anal_tone", "post_void_residual_ml", "motor_deterioration_hours")


@holds(body=bodies(), policy=POLICIES)
def test_a_screen_is_complete_only_where_every_question_was_answered(body: Body, policy: Policy) -> None:
    """Hazard H-02: the answer, whatever its rules make of silence, calls a screen with a gap complete."""
    found = an_assessment(read(body), policy=policy).red_flags
    asked = {pointer for flag in found.not_assessed for pointer in flag.ask}
    shown = {pointer for flag in BY_POINTER.keys() & up_in(found) for pointer in BY_POINTER[flag]}
    assert f"/red_flags/{NEVER_ASKED}" not in asked
    for name in set(FLAGS) - {NEVER_ASKED}:
        silent = stated(body, "red_flags", name) is None
        settled = f"/red_flags/{name}" in shown
        assert (f"/red_flags/{name}" in asked) is (silent and not settled), name
        assert not (silent and found.screen_complete and not settled) or name in SECOND_LINE, name


@holds(body=bodies(), policy=POLICIES, classify=classifiers())
def test_no_probability_changes_flags_urgency_or_plan(body: Body, policy: Policy, classify: Classify) -> None:
    """Hazards H-03, H-11, H-14: a probability, an abstention or a failed model talks a red flag down."""
    exam = read(body)
    usual = an_assessment(exam, policy=policy)
    answer = an_assessment(exam, policy=policy, classify=classify)
    assert answer.red_flags == usual.red_flags
    assert answer.urgency is usual.urgency
    assert answer.management == usual.management
    assert answer.questions == usual.questions
    assert answer.classifier.abstained is bool(answer.classifier.abstentions)
    assert not answer.classifier.abstained or answer.classifier.likely_roots == ()


@holds(body=bodies(), policy=POLICIES)
def test_urgency_is_the_highest_of_its_parts(body: Body, policy: Policy) -> None:
    """Hazard H-01: the one word that an app shows first is calmer than what the answer asks for."""
    answer = an_assessment(read(body), policy=policy)
    plan = answer.management
    surgery = {SurgeryTiming.WITHIN_24_HOURS: Urgency.EMERGENCY, SurgeryTiming.URGENT: Urgency.URGENT}
    soon = plan.imaging.timing in (ImagingTiming.IMMEDIATE, ImagingTiming.URGENT)
    parts = (
        Urgency.URGENT if soon else Urgency.ROUTINE,
        surgery.get(plan.surgery.timing, Urgency.ROUTINE),
        *(flag.urgency for flag in answer.red_flags.present),
        *(URGENCY_OF_ADVICE[advice.rule_id] for advice in plan.recommendations),
    )
    assert answer.urgency is max(parts)


def check_emergency(answer: Assessment) -> None:
    """An emergency is one in every part of the answer, and never without a limit of 24 hours."""
    plan = answer.management
    assert plan.phase == "emergency"
    assert plan.imaging.timing is ImagingTiming.IMMEDIATE
    assert plan.surgery.timing is SurgeryTiming.WITHIN_24_HOURS
    assert plan.follow_up.within_days == 0
    sent = [advice for advice in plan.recommendations if advice.category == "referral"]
    assert any("24 hours" in advice.text and "hospital" in advice.text_for_patient for advice in sent)
    assert "hospital" in answer.impression.text_for_patient


@holds(body=bodies(), policy=POLICIES)
def test_an_emergency_always_carries_an_action_within_24_hours(body: Body, policy: Policy) -> None:
    """Hazards H-01, H-17: an emergency is recognised, but nobody is told how fast, or only something mild."""
    answer = an_assessment(read(body), policy=policy)
    assert "safety_net" in {advice.category for advice in answer.management.recommendations}
    if answer.urgency is Urgency.EMERGENCY:
        check_emergency(answer)


@holds(body=bodies(), policy=POLICIES)
def test_imaging_follows_the_flags_and_what_speaks_against_mri(body: Body, policy: Policy) -> None:
    """Hazards H-06, H-23: a flag without imaging; MRI in a person for whom it is not safe."""
    plan = an_assessment(read(body), policy=policy).management
    assert plan.imaging.indicated or not plan.overridden_by
    assert (plan.imaging.modality is Modality.NONE) is not plan.imaging.indicated
    assert (plan.imaging.timing is ImagingTiming.NOT_NOW) is not plan.imaging.indicated
    assert plan.imaging.indicated or plan.phase not in ("emergency", "red_flag_workup", "motor_deficit_referral")
    without = read(with_stated(body, True, "treatment", "mri_contraindicated"))
    instead = an_assessment(without, policy=policy).management.imaging
    assert instead.modality is not Modality.MRI
    assert instead.indicated is plan.imaging.indicated


@holds(body=bodies(), policy=POLICIES)
def test_nothing_is_imaged_without_a_reason(body: Body, policy: Policy) -> None:
    """Hazard H-06: scans in the first weeks, without a flag, a severe deficit or care that failed."""
    exam = read(body)
    plan = an_assessment(exam, policy=policy, classify=classifier_of(0.99, 0.99, 0.99, 0.0)).management
    if plan.imaging.indicated and plan.phase == "persistent_symptoms":
        assert (exam.treatment.conservative_care_weeks or 0) >= 6
        candidates = (exam.treatment.surgery_candidate, exam.treatment.epidural_injection_candidate)
        assert Answer.YES in candidates
    assert not plan.imaging.indicated or plan.phase not in ("initial_conservative_care", "recovered")


@holds(body=bodies())
def test_the_policy_changes_nothing_but_what_rests_on_age(body: Body) -> None:
    """Hazard H-06: the choice of a site against scans at every age over 50 silences another flag."""
    exam = read(body)
    listed, contextual = (an_assessment(exam, policy=policy) for policy in Policy)
    assert contextual.urgency <= listed.urgency
    ids = [[flag.rule_id for flag in answer.red_flags.present] for answer in (listed, contextual)]
    assert ids[0] == ids[1]
    if exam.patient.age_years <= 50 or set(listed.management.overridden_by) - {"RF-AGE-OVER-50"}:
        assert replace(contextual.management, overridden_by=()) == replace(listed.management, overridden_by=())
