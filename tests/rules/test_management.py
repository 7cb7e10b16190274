"""Every rule of management on its table of cases, and what must hold for all of them."""

import re
from datetime import date
from pathlib import Path

import pytest

from features.anatomy import DERMATOMES, DISC_LEVELS, MYOTOMES, REFLEX_ARCS
from features.answer import Answer
from features.consistency import contradictions
from service.assessment import Assessment
from service.rules.citations import citations
from service.rules.guideline import Urgency
from service.rules.red_flags import RED_FLAGS
from service.rules.rulebook import entries
from tests.builders import an_assessment, an_exam, no_classifier
from tests.rules.caveat_cases import RESERVED
from tests.rules.comparison_cases import COMPARED
from tests.rules.decision_cases import DECISIONS
from tests.rules.look_alike_cases import LOOK_ALIKE
from tests.rules.question_cases import ASKED
from tests.rules.recommendation_cases import RECOMMENDED
from tests.rules.red_flag_cases import Sections, flags, weak
from tests.rules.sections import NSAID_REASONS, RECOVERED, SEVERE, care, nsaid

URGENT_BESIDES = {"RE-LIMB", "RE-FLAG-BEFORE"}
"""Recommendations that are urgent in whatever phase a person is."""

OF_THE_RECORD = {"CO-SIDE", "CO-ELSEWHERE", "CA-EARLIER-UNREAD"}
"""Rules of what is on record, which no body states: tests/service/test_earlier.py."""

CASES = {**DECISIONS, **RECOMMENDED, **ASKED, **RESERVED, **LOOK_ALIKE, **COMPARED}
TESTED_APART = {"red_flag", "impression", "abstention"}
ALWAYS_SHOWN = {"CA-UNSCREENED", "CA-SYNTHETIC-COHORT"}


def shown_in(answer: Assessment) -> set[str]:
    """The ids of every rule that the answer shows."""
    plan = answer.management
    return {
        plan.imaging.rule_id,
        plan.surgery.rule_id,
        plan.follow_up.rule_id,
        *(advice.rule_id for advice in plan.recommendations),
        *(question.rule_id for question in answer.questions),
        *(note.rule_id for note in answer.caveats),
        *(each.rule_id for each in answer.impression.consider),
        *(answer.comparison.rule_ids if answer.comparison else ()),
    }


TABLE = [
    pytest.param(rule_id, sections, wanted, id=f"{rule_id} {'shown' if wanted else 'hidden'}: {name}")
    for rule_id, cases in CASES.items()
    for wanted in (True, False)
    for name, sections in (cases.shown if wanted else cases.hidden).items()
]


@pytest.mark.parametrize(("rule_id", "sections", "wanted"), TABLE)
def test_each_rule_on_its_cases(rule_id: str, sections: Sections, wanted: bool) -> None:
    assert (rule_id in shown_in(an_assessment(an_exam(**sections)))) is wanted


def test_every_rule_has_cases_on_both_sides_and_one_that_was_not_assessed() -> None:
    assert CASES.keys() == {rule.rule_id for rule in entries() if rule.kind not in TESTED_APART} - OF_THE_RECORD
    for rule_id, cases in CASES.items():
        assert cases.shown, rule_id
        assert cases.hidden or rule_id in ALWAYS_SHOWN, rule_id
        assert any(name.startswith("?") for name in (*cases.shown, *cases.hidden)) or rule_id in {
            "IM-NOT-A-CANDIDATE",
        }, rule_id


def test_every_rule_has_an_id_of_its_own_a_trigger_and_a_known_source() -> None:
    ids = [rule.rule_id for rule in entries()]
    assert len(set(ids)) == len(ids)
    for rule in entries():
        assert rule.trigger, rule.rule_id
        assert rule.action, rule.rule_id
        assert rule.citations, rule.rule_id
        assert set(rule.citations) <= citations().keys(), rule.rule_id


def test_every_source_is_used_and_dated() -> None:
    anatomy = (*MYOTOMES, *DERMATOMES, *REFLEX_ARCS, *DISC_LEVELS)
    used = {key for rule in entries() for key in rule.citations} | {key for row in anatomy for key in row.sources}
    assert used == citations().keys()
    for citation in citations().values():
        assert date.fromisoformat(citation.checked) <= date.today()
        assert citation.title
        assert citation.published_in


ANYTHING = [sections for cases in CASES.values() for sections in (*cases.shown.values(), *cases.hidden.values())]


@pytest.mark.parametrize("number", range(len(ANYTHING)))
def test_what_holds_for_every_answer(number: int) -> None:
    exam = an_exam(**ANYTHING[number])
    answer = an_assessment(exam)
    plan, shown = answer.management, shown_in(answer)
    # The safety net is given every time: to come back for, or, in an emergency, to wait for nothing.
    assert len({"RE-SAFETY-NET", "RE-SAFETY-NET-EMERGENCY"} & shown) == 1
    assert ("RE-SAFETY-NET-EMERGENCY" in shown) is (plan.phase == "emergency")
    # No "no imaging" while an overriding flag is up.
    assert plan.imaging.indicated or not plan.overridden_by
    assert (plan.imaging.modality == "none") is not plan.imaging.indicated
    # The urgency is the highest of all that is shown.
    assert answer.urgency >= max((flag.urgency for flag in answer.red_flags.present), default=Urgency.ROUTINE)
    assert (answer.urgency is Urgency.EMERGENCY) is (plan.phase == "emergency")
    ordinary = plan.phase in ("initial_conservative_care", "persistent_symptoms", "recovered")
    assert (answer.urgency is Urgency.ROUTINE) is (ordinary and not URGENT_BESIDES & shown)
    # The parts agree: urgent means that somebody is sent somewhere; intolerable pain is not called relieved.
    categories = [advice.category for advice in plan.recommendations]
    assert ("referral" in categories) is (answer.urgency is not Urgency.ROUTINE)
    assert "CA-NO-RUSH" not in shown or not plan.surgery.indicated or plan.surgery.timing == "elective_discussion"
    assert "RE-SHARED-DECISION" not in shown or "IM-NOT-A-CANDIDATE" not in shown
    assert not {"RE-NSAID", "RE-NSAID-ASK", "RE-EDUCATION"} & shown or plan.phase not in ("emergency", "recovered")
    assert "RE-FOLLOW-UP" not in shown or 2 <= plan.follow_up.within_days <= 28
    assert exam.treatment.intolerable_pain is not Answer.YES or plan.imaging.rule_id != "IM-RELIEVED"
    # Every statement has a source that is in the answer.
    named = {key for rule in entries() if rule.rule_id in shown for key in rule.citations}
    assert named <= answer.citations.keys()
    # No flag is both up and not assessed, and none is called absent that was not asked.
    up = {flag.rule_id for flag in answer.red_flags.present}
    asked = {flag.rule_id for flag in answer.red_flags.not_assessed}
    assert not up & asked
    for flag in RED_FLAGS:
        if flag.present(exam) is Answer.NOT_ASSESSED and not flag.derived:
            assert flag.rule_id in asked


@pytest.mark.parametrize("reason", NSAID_REASONS)
@pytest.mark.parametrize("more", [{}, SEVERE, {"age": 70}, flags(fever=True), care(8)], ids=str)
def test_no_nsaid_where_it_is_contraindicated(reason: str, more: Sections) -> None:
    """Hazard H-05: an NSAID is given despite a contraindication."""
    treatment = {**more.get("treatment", {}), **nsaid(reason)["treatment"]}
    answer = an_assessment(an_exam(**{**more, "treatment": treatment}))
    medication = [advice for advice in answer.management.recommendations if advice.category == "medication"]
    assert medication
    assert all(advice.text.startswith(("No NSAID", "Instead")) for advice in medication)
    assert any("Do not take" in advice.text_for_patient for advice in medication)


@pytest.mark.parametrize("others", [(), ("peptic_ulcer",), ("peptic_ulcer", "chronic_kidney_disease", "heart_failure")])
def test_in_pregnancy_no_other_reason_brings_back_a_drug(others: tuple[str, ...]) -> None:
    """Hazard H-05: the alternative for an ulcer is given to a pregnant woman."""
    answer = an_assessment(an_exam(**nsaid("pregnancy", *others)))
    instead = [advice for advice in answer.management.recommendations if advice.rule_id.startswith("RE-INSTEAD")]
    assert [advice.rule_id for advice in instead] == ["RE-INSTEAD-PREGNANCY"]
    assert not any("weak opioid" in advice.text for advice in answer.management.recommendations)


def test_pregnancy_counts_wherever_it_is_stated() -> None:
    """Hazards H-05, H-13: pregnancy is stated, but not in the list of reasons."""
    answer = an_assessment(an_exam(patient={"pregnant": True}, treatment={"nsaid_contraindications": []}))
    assert "RE-NSAID-NOT-PREGNANCY" in shown_in(answer)
    assert "RE-NSAID" not in shown_in(answer)


@pytest.mark.parametrize(
    ("sections", "modality"),
    [
        (flags(urinary_retention=True), "mri"),
        ({**flags(urinary_retention=True), "treatment": {"mri_contraindicated": False}}, "mri"),
        ({**flags(urinary_retention=True), "treatment": {"mri_contraindicated": True}}, "ct_myelography"),
        ({**flags(fever=True), "treatment": {"mri_contraindicated": True}}, "ct"),
        ({**flags(significant_trauma=True), "treatment": {"mri_contraindicated": True}}, "ct"),
        (
            {**flags(significant_trauma=True, urinary_retention=True), "treatment": {"mri_contraindicated": True}},
            "ct_myelography",
        ),
        ({**SEVERE, "treatment": {"mri_contraindicated": True}}, "ct_myelography"),
        ({**SEVERE, "age": 70, "treatment": {"mri_contraindicated": True}}, "ct_myelography"),
        ({"age": 70, "treatment": {"mri_contraindicated": True}}, "ct"),
        ({**flags(history_of_cancer=True), "treatment": {"mri_contraindicated": True}}, "ct_myelography"),
        (
            {**flags(history_of_cancer=True, significant_trauma=True), "treatment": {"mri_contraindicated": True}},
            "ct_myelography",
        ),
        ({"treatment": {"mri_contraindicated": True}}, "none"),
    ],
)
def test_mri_is_preferred_and_ct_takes_its_place(sections: Sections, modality: str) -> None:
    """Hazard H-23: MRI with a pacemaker, a needle through infected tissue."""
    assert an_assessment(an_exam(**sections)).management.imaging.modality == modality


GRADES = (5, 4.5, 4, 3.5, 3, 2.5, 2, 1, 0)


@pytest.mark.parametrize("movement", ["ankle_dorsiflexion", "great_toe_extension", "knee_extension", "hip_flexion"])
@pytest.mark.parametrize("more", [{}, flags(history_of_cancer=True), {"age": 70}], ids=["alone", "cancer", "70"])
def test_more_severe_weakness_never_lowers_urgency(movement: str, more: Sections) -> None:
    """Hazard H-08: a weaker leg is sent later."""
    found = [an_assessment(an_exam(**{**more, **weak(grade, movement)})).urgency for grade in GRADES]
    assert found == sorted(found)


def test_the_thresholds_of_weakness() -> None:
    """Hazards H-08, H-16: a severe deficit falls on the wrong side of the threshold."""

    def phase(grade: object) -> str:
        return an_assessment(an_exam(**weak(grade))).management.phase

    assert phase(3) == "motor_deficit_referral"
    assert phase(3.5) == "initial_conservative_care"
    assert phase("weak") == "initial_conservative_care"


@pytest.mark.parametrize(
    ("sections", "phase"),
    [
        ({}, "initial_conservative_care"),
        (care(), "persistent_symptoms"),
        (RECOVERED, "recovered"),
        ({"history": {"pain_severity": 0}}, "initial_conservative_care"),
        (SEVERE, "motor_deficit_referral"),
        ({"age": 55, **SEVERE}, "motor_deficit_referral"),
        ({"age": 55}, "red_flag_workup"),
        ({**flags(osteoporosis=True), **SEVERE}, "red_flag_workup"),
        (flags(urinary_retention=True, fever=True), "emergency"),
        (flags(progressive_motor_weakness=True, motor_deterioration_hours=24), "motor_deficit_referral"),
        ({**flags(urinary_retention=True), "history": {"pain_severity": 0}}, "emergency"),
    ],
)
def test_the_phase_is_the_most_pressing_one(sections: Sections, phase: str) -> None:
    assert an_assessment(an_exam(**sections)).management.phase == phase


def test_management_does_not_need_the_classifier() -> None:
    """Hazard H-03: the plan comes to depend on a probability."""
    exam = an_exam(**care(surgery_candidate=True))
    with_it, without = an_assessment(exam), an_assessment(exam, classify=no_classifier)
    assert without.management == with_it.management
    assert without.classifier.status == "unavailable"
    assert all(root.probability is None for root in without.classifier.roots.values())
    assert [each.rule_id for each in without.classifier.abstentions] == ["AB-UNAVAILABLE", "AB-NOTHING-STATED"]
    assert without.impression.pattern == "undetermined"
    assert "CA-SYNTHETIC-COHORT" not in shown_in(without)


def test_an_unknown_candidacy_is_a_question_back_and_not_a_yes() -> None:
    """Hazard H-06: a scan whose result nobody could act on."""
    answer = an_assessment(an_exam(**care(8)))
    assert not answer.management.imaging.indicated
    question = next(each for each in answer.questions if each.rule_id == "QU-CANDIDATE")
    assert question.ask == ("/treatment/surgery_candidate", "/treatment/epidural_injection_candidate")


def test_every_statement_without_a_published_source_is_on_the_page_that_says_so() -> None:
    page = (Path(__file__).parent.parent.parent / "docs" / "guideline.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\b(?:RF|IM|SU|FU|RE|QU|CA|IP|LA|AB|CO)-[A-Z0-9-]+", page))
    citing = {rule.rule_id for rule in entries() if "nerveroot_guideline" in rule.citations}
    assert citing <= named
    assert named <= {rule.rule_id for rule in entries()}


@pytest.mark.parametrize(
    ("other_leg", "ask"),
    [
        ({"strength": {"ankle_dorsiflexion": "weak"}}, "/other_leg/strength/ankle_dorsiflexion"),
        ({"heel_walk": "unable"}, "/other_leg/strength/ankle_dorsiflexion"),
    ],
)
def test_the_question_names_the_leg_that_is_meant(other_leg: Sections, ask: str) -> None:
    """Hazards H-04, H-18: the leg that is not meant is graded."""
    questions = an_assessment(an_exam(other_leg=other_leg)).questions
    assert [question.ask for question in questions if question.rule_id == "QU-FOOT-DROP"] == [(ask,)]


def test_age_takes_nothing_from_the_treatment_of_sciatica() -> None:
    young = an_assessment(an_exam(40, **care(8, surgery_candidate=True)))
    old = an_assessment(an_exam(70, **care(8, surgery_candidate=True)))
    assert shown_in(young) - {"IM-CANDIDATE", "FU-PERSISTENT", "RE-FOLLOW-UP"} <= shown_in(old)


def test_intolerable_pain_without_pain_is_a_contradiction() -> None:
    exam = an_exam(history={"pain_severity": 0}, treatment={"intolerable_pain": True})
    assert [found.pointer for found in contradictions(exam)] == ["/treatment/intolerable_pain"]
