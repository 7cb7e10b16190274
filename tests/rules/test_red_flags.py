"""Every red flag on its table of cases, and what must hold for all of them."""

import inspect
from operator import attrgetter

import pytest

from features.answer import Answer
from service.rules.findings import tempo_rapid, weakness_progresses
from service.rules.guideline import Policy, RedFlag, Urgency
from service.rules.red_flags import RED_FLAGS
from tests.builders import an_assessment, an_exam, classifier_of, no_classifier
from tests.rules.red_flag_cases import CASES, Sections

BY_ID = {flag.rule_id: flag for flag in RED_FLAGS}
EXPECTED = {"up": Answer.YES, "down": Answer.NO, "unknown": Answer.NOT_ASSESSED}
TABLE = [
    pytest.param(rule_id, sections, answer, id=f"{rule_id} {kind}: {name}")
    for rule_id, cases in CASES.items()
    for kind, answer in EXPECTED.items()
    for name, sections in getattr(cases, kind).items()
]
RAISING = {f"{rule_id}: {name}": case for rule_id, cases in CASES.items() for name, case in cases.up.items()}
FIRST_OF_EACH = {rule_id: next(iter(cases.up.values())) for rule_id, cases in CASES.items()}


@pytest.mark.parametrize(("rule_id", "sections", "answer"), TABLE)
def test_each_flag_on_its_cases(rule_id: str, sections: Sections, answer: Answer) -> None:
    """Hazard H-01: a sign of serious pathology raises no flag."""
    assert BY_ID[rule_id].present(an_exam(**sections)) is answer


def test_every_flag_has_cases_on_every_side() -> None:
    assert CASES.keys() == BY_ID.keys()
    for rule_id, cases in CASES.items():
        assert cases.up, rule_id
        assert cases.down, rule_id
        assert cases.unknown or rule_id in ("RF-AGE-OVER-50", "RF-CES-SUSPECTED"), rule_id


@pytest.mark.parametrize("flag", RED_FLAGS, ids=lambda flag: flag.rule_id)
def test_a_predicate_sees_the_exam_alone(flag: RedFlag) -> None:
    """Hazard H-03: a flag comes to depend on a probability."""
    predicates = [sign.present for sign in flag.signs] + ([flag.when] if flag.when else [])
    for predicate in predicates:
        if not isinstance(predicate, attrgetter):  # which has no signature, and sees what it is called with
            assert list(inspect.signature(predicate).parameters) == ["exam"]
        assert isinstance(predicate(an_exam()), Answer)


@pytest.mark.parametrize("name", RAISING)
def test_a_raised_flag_overrides_and_asks_for_immediate_imaging(name: str) -> None:
    answer = an_assessment(an_exam(**RAISING[name]))
    rule_id = name.split(":")[0]
    shown = next(flag for flag in answer.red_flags.present if flag.rule_id == rule_id)
    assert shown.because
    assert rule_id in answer.management.overridden_by
    assert answer.management.imaging.indicated
    assert answer.management.imaging.timing == "immediate" or answer.management.phase == "motor_deficit_referral"
    assert answer.urgency >= shown.urgency
    assert answer.management.phase in ("emergency", "red_flag_workup", "motor_deficit_referral")


@pytest.mark.parametrize("name", RAISING)
def test_no_probability_talks_a_flag_down(name: str) -> None:
    """Hazard H-03: a reassuring classifier hides an emergency."""
    exam = an_exam(**RAISING[name])
    calm = classifier_of(0.0, 0.0, 0.0, 1.0)
    answers = [an_assessment(exam, classify=classify) for classify in (classifier_of(), calm, no_classifier)]
    first, *others = answers
    for other in others:
        assert other.red_flags == first.red_flags
        assert other.urgency is first.urgency
        assert other.management == first.management


def together(first: Sections, second: Sections) -> Sections:
    """What the first exam states, and of the second what the first left open."""
    both: Sections = {**first}
    for section, stated in second.items():
        both[section] = {**stated, **both.get(section, {})} if isinstance(stated, dict) else both.get(section, stated)
    return both


def never_calmed(one: str, others: dict[str, Sections]) -> None:
    """Assert that what raises `one` is answered as urgently together with each of `others`."""
    first = an_exam(**RAISING[one])
    alone = an_assessment(first).urgency
    open_tempo = weakness_progresses(first) is Answer.YES and tempo_rapid(first) is Answer.NOT_ASSESSED
    for another, second in others.items():
        exam = an_exam(**together(RAISING[one], second))
        # To answer how fast the weakness grew is no further flag: unknown counts as rapid, 48 hours as urgent.
        answers_tempo = open_tempo and tempo_rapid(exam) is Answer.NO
        assert answers_tempo or an_assessment(exam).urgency >= alone, another


@pytest.mark.parametrize("one", RAISING)
def test_a_further_red_flag_never_lowers_urgency(one: str) -> None:
    never_calmed(one, FIRST_OF_EACH)


@pytest.mark.long
@pytest.mark.parametrize("one", RAISING)
def test_no_way_to_raise_a_further_red_flag_lowers_urgency(one: str) -> None:
    never_calmed(one, RAISING)


def test_what_was_not_asked_is_listed_and_nobody_is_told_that_there_are_none() -> None:
    """Hazard H-02: silence is taken for an all-clear."""
    answer = an_assessment(an_exam()).red_flags
    listed = {flag.rule_id for flag in answer.not_assessed}
    assert listed == {flag.rule_id for flag in RED_FLAGS if not flag.derived and flag.rule_id != "RF-AGE-OVER-50"}
    assert all(flag.ask for flag in answer.not_assessed)
    assert not answer.screen_complete
    assert "CA-UNSCREENED" in {note.rule_id for note in an_assessment(an_exam()).caveats}


QUESTIONS = (
    *("urinary_retention", "urinary_incontinence", "new_bladder_symptom", "fecal_incontinence", "saddle_anesthesia"),
    *("bilateral_neurologic_deficit", "progressive_motor_weakness", "history_of_cancer", "unexplained_weight_loss"),
    *("fever", "iv_drug_use", "recent_infection", "immunosuppression"),
    *("osteoporosis", "steroid_use", "significant_trauma"),
)


def screened(*left_out: str) -> Sections:
    answers = {question: False for question in QUESTIONS if question not in left_out}
    return {"red_flags": answers, "examination": {"plantar_response": "flexor"}}


def test_a_full_screen_is_complete_without_the_second_line() -> None:
    """Hazard H-25: a complete screen never reads as complete."""
    answer = an_assessment(an_exam(**screened()))
    assert answer.red_flags.screen_complete
    assert {flag.rule_id for flag in answer.red_flags.not_assessed} == {"RF-CES-TONE", "RF-CES-RESIDUAL"}
    assert "CA-UNSCREENED" not in {note.rule_id for note in answer.caveats}


@pytest.mark.parametrize("question", QUESTIONS)
def test_one_question_left_out_and_the_screen_is_not_complete(question: str) -> None:
    """Hazard H-02: a screen with a gap is called complete."""
    answer = an_assessment(an_exam(**screened(question))).red_flags
    assert not answer.screen_complete
    assert f"/red_flags/{question}" in {pointer for flag in answer.not_assessed for pointer in flag.ask}


def test_age_alone_overrides_as_listed_and_is_marked() -> None:
    """Hazard H-25: an override by age looks like any other."""
    answer = an_assessment(an_exam(51))
    assert answer.management.overridden_by == ("RF-AGE-OVER-50",)
    assert answer.management.override_rests_on_age_alone
    assert answer.management.imaging.timing == "immediate"
    assert answer.urgency is Urgency.URGENT
    assert answer.red_flags.policy is Policy.LISTED
    assert "CA-AGE-ALONE" in {note.rule_id for note in answer.caveats}


def test_age_alone_only_appears_under_the_contextual_policy() -> None:
    answer = an_assessment(an_exam(51), policy=Policy.CONTEXTUAL)
    (shown,) = answer.red_flags.present
    assert (shown.rule_id, shown.overrides, shown.urgency) == ("RF-AGE-OVER-50", False, Urgency.ROUTINE)
    assert answer.management.overridden_by == ()
    assert not answer.management.override_rests_on_age_alone
    assert not answer.management.imaging.indicated
    assert answer.urgency is Urgency.ROUTINE
    assert answer.red_flags.policy is Policy.CONTEXTUAL


@pytest.mark.parametrize("policy", Policy)
@pytest.mark.parametrize(
    ("field", "supported"), [("history_of_cancer", True), ("osteoporosis", True), ("fever", False)]
)
def test_age_adds_to_the_suspicion_of_cancer_and_fracture(policy: Policy, field: str, supported: bool) -> None:
    answer = an_assessment(an_exam(51, red_flags={field: True}), policy=policy)
    shown = next(flag for flag in answer.red_flags.present if flag.rule_id != "RF-AGE-OVER-50")
    assert shown.supported_by == (("RF-AGE-OVER-50",) if supported else ())
    assert not answer.management.override_rests_on_age_alone


@pytest.mark.parametrize("name", [name for name in RAISING if not name.startswith("RF-AGE")])
def test_the_policy_changes_nothing_but_age(name: str) -> None:
    """Hazard H-25: the policy against alarms silences a true one."""
    exam = an_exam(**RAISING[name])
    listed, contextual = (an_assessment(exam, policy=policy) for policy in Policy)
    assert contextual.urgency is listed.urgency
    assert contextual.management.imaging == listed.management.imaging


@pytest.mark.parametrize(
    "name", [name for name, case in RAISING.items() if an_assessment(an_exam(**case)).urgency is Urgency.EMERGENCY]
)
def test_an_emergency_always_carries_an_action_within_24_hours(name: str) -> None:
    """Hazard H-01: cauda equina syndrome is recognised, but nobody is told how fast."""
    answer = an_assessment(an_exam(**RAISING[name]))
    assert answer.management.surgery.timing == "within_24_hours"
    assert answer.management.follow_up.within_days == 0
    referral = [advice for advice in answer.management.recommendations if advice.category == "referral"]
    assert any("24 hours" in advice.text for advice in referral)
    assert answer.impression.text.startswith("Emergency first")
