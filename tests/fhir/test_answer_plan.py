"""The plan as a RequestGroup, and its orders as proposals: nothing less than the plan asks for, and nothing more."""

from dataclasses import replace
from typing import Any

import pytest

from service.assessment import Advice
from service.fhir.request_group import PHASES, PROFILE, TITLES
from service.fhir.service_requests import OPINION, REFERRALS, WHOLE_SPINE
from service.rules.follow_up import FOLLOW_UP
from service.rules.guideline import Category, Policy, Strength
from service.rules.imaging import IMAGING, ImagingTiming
from service.rules.pathway import Phase
from service.rules.recommendations import RECOMMENDATIONS
from service.terminology.systems import LOINC, RULES
from tests.builders import Body, an_exam
from tests.entrances.patients import PATIENTS
from tests.fhir.answers import Found, answered, as_bundle, by_the_model, exam_of, of_type, the

NO_REFERRAL = {"RE-LIMB", "RE-FLAG-BEFORE", "RE-WORKUP", "RE-AGE-ALONE", "RE-GRADE-FOOT-DROP"}
"""Recommendations of the category that ask for something to be looked at, or imaged, before anybody is referred."""

EMERGENCY: Body = {"red_flags": {"urinary_retention": True}}
FEVER: Body = {"red_flags": {"fever": True}}
WEAK: Body = {"examination": {"strength": {"great_toe_extension": 2}}}
PERSISTENT: Body = {
    "history": {"symptom_duration_days": 70},
    "treatment": {"conservative_care_weeks": 8, "pain_relief": "inadequate", "surgery_candidate": True},
}
UNBEARABLE: Body = {
    "history": {"symptom_duration_days": 70},
    "treatment": {"conservative_care_weeks": 8, "intolerable_pain": True, "surgery_candidate": True},
}
EARLY: Body = {"history": {"symptom_duration_days": 7}}


def plan_of(**sections: Any) -> Found:
    return the(answered(**sections)[1], "RequestGroup")


def orders(bundle: Found) -> dict[str, Found]:
    return {each["code"]["text"]: each for each in of_type(bundle, "ServiceRequest")}


@pytest.mark.parametrize(
    ("sections", "priority"),
    [
        (EMERGENCY, "stat"),
        (FEVER, "urgent"),
        (WEAK, "urgent"),
        ({"age": 63}, "urgent"),
        (PERSISTENT, "routine"),
        (EARLY, "routine"),
    ],
)
def test_the_plan_is_as_urgent_as_the_answer(sections: dict[str, Any], priority: str) -> None:
    assert plan_of(**sections)["priority"] == priority


def test_age_that_only_adds_is_routine() -> None:
    assert plan_of(age=63, policy=Policy.CONTEXTUAL)["priority"] == "routine"


@pytest.mark.parametrize("name", PATIENTS)
def test_every_part_of_the_plan_is_one_action(name: str) -> None:
    """rqg-1: an action has a resource or actions of its own, never both."""
    exam = exam_of(PATIENTS[name])
    answer = by_the_model(exam)
    plan = answer.management
    found = the(as_bundle(exam, answer), "RequestGroup")
    actions = {each["code"][0]["coding"][0]["code"]: each for each in found["action"]}
    assert len(actions) == len(found["action"])
    parts = {each.rule_id: each.text for each in plan.recommendations}
    parts |= {each.rule_id: each.because for each in (plan.imaging, plan.surgery) if each.indicated}
    parts[plan.follow_up.rule_id] = plan.follow_up.because
    assert {rule_id: each["description"] for rule_id, each in actions.items()} == parts
    for advice in plan.recommendations:
        assert actions[advice.rule_id]["textEquivalent"] == advice.text_for_patient
    assert not any("action" in action for action in found["action"])
    notes = " ".join(each["text"] for each in found["note"])
    for decided in (plan.imaging, plan.surgery):
        assert (f"({decided.rule_id}): {decided.because}" in notes) is not decided.indicated


def test_what_comes_first_stands_first() -> None:
    titles = [each["title"] for each in plan_of(**EMERGENCY)["action"]]
    assert titles[:3] == ["Referral and work-up", "Imaging", "Spinal surgeon"]
    assert [each["priority"] for each in plan_of(**EMERGENCY)["action"]][:3] == ["stat", "stat", "stat"]


def test_the_sources_are_named() -> None:
    action = next(each for each in plan_of(**EARLY)["action"] if each["title"] == "Activity")
    source = next(each for each in action["documentation"] if each["label"] == "ng59")
    assert source["type"] == "citation"
    assert source["display"].startswith("Low back pain and sciatica in over 16s")
    assert source["url"] == "https://www.nice.org.uk/guidance/ng59"
    links = [each["url"] for each in action["documentation"] if "doi.org" in each.get("url", "")]
    assert all(link.startswith("https://doi.org/10.") for link in links)


def test_the_profile_and_what_it_asks_for() -> None:
    """Cdshooksrequestgroup (FHIR R4): one identifier, one instantiatesUri."""
    found = plan_of(**EARLY)
    assert found["meta"] == {"profile": [PROFILE]}
    assert len(found["identifier"]) == 1
    assert found["instantiatesUri"] == [RULES]


def test_every_phase_and_category_has_a_name() -> None:
    assert PHASES.keys() == set(Phase)
    assert TITLES.keys() == set(Category)


@pytest.mark.parametrize(
    ("examined_at", "sections", "window"),
    [
        ("2026-11-22T12:00:00Z", EARLY, ("2026-11-22", "2026-12-20")),
        ("2026-11-22T12:00:00Z", EMERGENCY, ("2026-11-22", "2026-11-22")),
        ("2026-11-23T02:00:00+14:00", EARLY, ("2026-11-23", "2026-12-21")),
        ("2026-11-01T12:00:00Z", EARLY, ("2026-11-22", "2026-12-20")),
    ],
)
def test_the_follow_up_counts_from_the_day_of_the_answer(
    examined_at: str, sections: dict[str, Any], window: tuple[str, str]
) -> None:
    """At noon of 22 November in UTC it is the 23rd fourteen hours east of it."""
    follow_ups = {rule.rule_id for rule in FOLLOW_UP}
    found = plan_of(examined_at=examined_at, **sections)
    (action,) = (each for each in found["action"] if each["code"][0]["coding"][0]["code"] in follow_ups)
    assert (action["timingPeriod"]["start"], action["timingPeriod"]["end"]) == window


MRI, LUMBAR_MRI = "MRI of the lumbar spine", "24968-0"


@pytest.mark.parametrize(
    ("sections", "text", "code", "priority"),
    [
        (EMERGENCY, MRI, LUMBAR_MRI, "stat"),
        (FEVER, MRI, LUMBAR_MRI, "asap"),
        ({"age": 63}, MRI, LUMBAR_MRI, "asap"),
        (WEAK, MRI, LUMBAR_MRI, "urgent"),
        (PERSISTENT, MRI, LUMBAR_MRI, "routine"),
        (
            {"red_flags": {"significant_trauma": True}, "treatment": {"mri_contraindicated": True}},
            "CT of the lumbar spine",
            "24963-1",
            "asap",
        ),
        (
            {**EMERGENCY, "treatment": {"mri_contraindicated": True}},
            "CT myelography of the lumbar spine",
            None,
            "stat",
        ),
        ({"examination": {"plantar_response": "extensor"}}, "MRI of the whole spine", None, "asap"),
        (
            {"red_flags": {"history_of_cancer": True}, "examination": {"strength": {"ankle_dorsiflexion": 4}}},
            "MRI of the whole spine",
            None,
            "stat",
        ),
        (
            {"red_flags": {"urinary_retention": True, "history_of_cancer": True}},
            "MRI of the whole spine",
            None,
            "stat",
        ),
    ],
)
def test_imaging_is_proposed_as_the_plan_asks(
    sections: dict[str, Any], text: str, code: str | None, priority: str
) -> None:
    answer, bundle = answered(**sections)
    assert answer.management.imaging.indicated
    order = orders(bundle)[text]
    assert order["priority"] == priority
    coded = order["code"].get("coding", [])
    assert [(each["system"], each["code"]) for each in coded] == ([(LOINC, code)] if code else [])
    assert order["reasonCode"] == [{"text": answer.management.imaging.because}]
    raised = [flag.label for flag in answer.red_flags.present]
    assert [each["display"] for each in order.get("supportingInfo", [])] == raised


@pytest.mark.parametrize(
    "sections",
    [EARLY, {}, {"history": {"symptom_duration_days": 60}}, {"treatment": {"conservative_care_weeks": 8}}],
)
def test_where_the_plan_asks_for_no_imaging_none_is_proposed(sections: dict[str, Any]) -> None:
    answer, bundle = answered(**sections)
    assert not answer.management.imaging.indicated
    assert orders(bundle) == {}
    assert not any("resource" in each for each in the(bundle, "RequestGroup")["action"])


def test_the_rules_that_ask_for_the_whole_spine_are_there() -> None:
    assert {rule.rule_id for rule in (*IMAGING, *RECOMMENDATIONS)} >= WHOLE_SPINE


def test_whoever_images_is_told_what_to_ask_first() -> None:
    order = orders(answered(**WEAK)[1])[MRI]
    assert [each["text"].startswith("Is MRI safe") for each in order["note"]] == [True]
    asked: Body = {**WEAK, "treatment": {"mri_contraindicated": False}}
    assert "note" not in orders(answered(**asked)[1])[MRI]


def test_every_recommendation_to_refer_is_an_order_or_known_to_be_none() -> None:
    of_the_category = {rule.rule_id for rule in RECOMMENDATIONS if rule.category is Category.REFERRAL}
    assert of_the_category == REFERRALS.keys() | NO_REFERRAL
    assert not REFERRALS.keys() & NO_REFERRAL


@pytest.mark.parametrize(
    ("sections", "text", "priority", "asked_by"),
    [
        (EMERGENCY, REFERRALS["RE-EMERGENCY-CAUDA"], "stat", {"RE-EMERGENCY-CAUDA"}),
        (WEAK, REFERRALS["RE-MOTOR-DEFICIT"], "urgent", {"RE-MOTOR-DEFICIT", "SU-DEFICIT"}),
        (UNBEARABLE, OPINION, "routine", {"SU-INTOLERABLE"}),
    ],
)
def test_one_referral_whoever_asks_for_it(
    sections: dict[str, Any], text: str, priority: str, asked_by: set[str]
) -> None:
    _, bundle = answered(**sections)
    order = orders(bundle)[text]
    assert order["priority"] == priority
    url = next(each["fullUrl"] for each in bundle["entry"] if each["resource"] == order)
    actions = the(bundle, "RequestGroup")["action"]
    standing = {
        each["code"][0]["coding"][0]["code"] for each in actions if each.get("resource", {}).get("reference") == url
    }
    assert standing >= asked_by


def test_a_red_flag_that_is_worked_up_refers_to_no_surgeon() -> None:
    assert list(orders(answered(**FEVER)[1])) == [MRI]


def test_physiotherapy_is_proposed_where_it_is_recommended() -> None:
    exam = an_exam(history={"symptom_duration_days": 7})
    answer = by_the_model(exam)
    advice = Advice(
        rule_id="RE-ACTIVITY",
        category=Category.PHYSIOTHERAPY,
        text="Exercise under guidance.",
        text_for_patient="Exercise.",
        strength=Strength.WEAK,
        citations=(),
    )
    management = replace(answer.management, recommendations=(advice,))
    (order,) = of_type(as_bundle(exam, replace(answer, management=management)), "ServiceRequest")
    assert order["code"]["coding"][0]["code"] == "91251008"
    assert (order["status"], order["intent"], order["priority"]) == ("draft", "proposal", "routine")


def test_imaging_at_once_is_stat_in_an_emergency_alone() -> None:
    for sections, urgency, priority in ((EMERGENCY, "emergency", "stat"), ({"age": 63}, "urgent", "asap")):
        answer, bundle = answered(**sections)
        assert (answer.urgency.value, answer.management.imaging.timing) == (urgency, ImagingTiming.IMMEDIATE)
        assert orders(bundle)[MRI]["priority"] == priority
