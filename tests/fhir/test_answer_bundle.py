"""The answer as a Bundle: every resource is valid, refers to what is there, and says what the plain answer says."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from features.exam import Exam
from service.assessment import Assessment
from service.rules.guideline import Policy
from service.terminology.standard_codes import standard_codes
from tests.builders import NOON, Body, a_body, an_assessment, classifier_of, no_classifier
from tests.entrances.patients import PATIENTS
from tests.fhir.answers import (
    FORM,
    ID,
    SUBJECT,
    Found,
    answered,
    as_bundle,
    by_the_model,
    exam_of,
    of_type,
    released,
    the,
)
from tests.fhir.shapes import check, codings, misdirected, nothings, walk
from tests.properties.strategies import bodies, holds, read

MORE: dict[str, Body] = {
    "retention": a_body(red_flags={"urinary_retention": True}),
    "retention, MRI contraindicated": a_body(
        red_flags={"urinary_retention": True}, treatment={"mri_contraindicated": True}
    ),
    "compression known": a_body(red_flags={"cauda_equina_or_cord_compression": True}),
    "fever": a_body(red_flags={"fever": True}, treatment={"mri_contraindicated": True}),
    "trauma, MRI contraindicated": a_body(
        red_flags={"significant_trauma": True}, treatment={"mri_contraindicated": True}
    ),
    "upper motor neuron": a_body(examination={"plantar_response": "extensor", "clonus": True}),
    "severe weakness": a_body(examination={"strength": {"great_toe_extension": 2}}),
    "growing weakness": a_body(red_flags={"progressive_motor_weakness": True, "motor_deterioration_hours": 12}),
    "contradiction": a_body(examination={"strength": {"plantar_flexion": 2}, "toe_walk": "able"}),
    "recovered": a_body(
        history={"pain_severity": 0, "pain_locations": [], "paresthesia_locations": []},
        examination={"strength": {"great_toe_extension": 5}, "reflexes": {"achilles": "normal"}},
    ),
    "compared": a_body(
        examination={"strength": {"great_toe_extension": 3}},
        examined_at=NOON.isoformat(),
        previous_examination={
            "examined_at": "2026-11-20T12:00:00+01:00",
            "examination": {"strength": {"great_toe_extension": 5}},
        },
    ),
    "compared, undated": a_body(
        examination={"strength": {"great_toe_extension": 3}},
        previous_examination={"examination": {"strength": {"great_toe_extension": 5}}},
    ),
    "another time zone": a_body(50, examined_at="2026-11-22T09:30:00.25-11:30"),
    "both sides": a_body(history={"side": "bilateral"}),
    "intolerable": a_body(
        treatment={"conservative_care_weeks": 9, "intolerable_pain": True, "surgery_candidate": True}
    ),
    "pregnant, contraindicated": a_body(
        30,
        patient={"sex": "female", "pregnant": True},
        red_flags={"fecal_incontinence": True},
        treatment={"mri_contraindicated": True},
    ),
}
EXAMS = {**PATIENTS, **MORE}

REQUIRED: dict[str, dict[str, set[str]]] = {
    "Bundle": {"type": {"collection"}},
    "RiskAssessment": {"status": {"final"}},
    "GuidanceResponse": {"status": {"success", "data-requested", "data-required"}},
    "RequestGroup": {
        "status": {"draft"},
        "intent": {"proposal"},
        "priority": {"routine", "urgent", "stat"},
    },
    "ServiceRequest": {
        "status": {"draft"},
        "intent": {"proposal"},
        "priority": {"routine", "urgent", "asap", "stat"},
    },
    "DetectedIssue": {"status": {"final"}, "severity": {"low", "moderate", "high"}},
    "Provenance": {},
    "Device": {"status": {"active"}},
}
"""Codes of FHIR R4 (required bindings) that are sent; fhir.resources takes any text for them."""


@pytest.fixture(scope="module", params=list(EXAMS))
def case(request: pytest.FixtureRequest) -> tuple[Exam, Assessment, Found]:
    exam = exam_of(EXAMS[request.param])
    answer = by_the_model(exam)
    return exam, answer, as_bundle(exam, answer, card=released().card)


def test_there_are_thirty() -> None:
    assert len(EXAMS) >= 30


def test_every_resource_is_valid(case: tuple[Exam, Assessment, Found]) -> None:
    *_, bundle = case
    check(bundle)
    for each in bundle["entry"]:
        check(each["resource"])


def test_required_codes_are_those_of_the_standard(case: tuple[Exam, Assessment, Found]) -> None:
    *_, bundle = case
    for each in (bundle, *(entry["resource"] for entry in bundle["entry"])):
        for name, allowed in REQUIRED[each["resourceType"]].items():
            assert each[name] in allowed


def references(bundle: Found) -> Iterator[str]:
    for _, value in walk(bundle):
        if isinstance(value, dict) and "reference" in value:
            yield value["reference"]


def assert_references_resolve(bundle: Found) -> None:
    urls = [each["fullUrl"] for each in bundle["entry"]]
    assert len(set(urls)) == len(urls)
    assert set(references(bundle)) <= {*urls, SUBJECT["reference"], FORM["reference"]}


def test_every_reference_resolves_within_or_is_what_was_sent(case: tuple[Exam, Assessment, Found]) -> None:
    *_, bundle = case
    assert_references_resolve(bundle)


def kinds_of(bundle: Found) -> dict[str, str]:
    """The type of each resource, by its address."""
    return {each["fullUrl"]: each["resource"]["resourceType"] for each in bundle["entry"]}


def test_every_reference_is_to_a_type_that_may_stand_there(case: tuple[Exam, Assessment, Found]) -> None:
    *_, bundle = case
    for each in bundle["entry"]:
        assert misdirected(each["resource"], kinds_of(bundle)) == []


def test_a_reference_to_another_type_is_seen() -> None:
    """What the test before rests on."""
    for kind, wrong in (("QuestionnaireResponse", ["/reasonReference: QuestionnaireResponse"]), ("Condition", [])):
        sent = {
            "resourceType": "GuidanceResponse",
            "moduleUri": "urn:x",
            "status": "success",
            "reasonReference": [{"reference": f"{kind}/1"}],
        }
        assert misdirected(sent, {}) == wrong
    nested = {"resourceType": "DetectedIssue", "status": "final", "evidence": [{"detail": [{"reference": "urn:a"}]}]}
    assert misdirected(nested, {"urn:a": "Device"}) == []
    action = {"action": [{"resource": {"reference": "urn:a"}, "participant": [{"reference": "urn:a"}]}]}
    plan = {"resourceType": "RequestGroup", "status": "draft", "intent": "proposal", **action}
    assert misdirected(plan, {"urn:a": "ServiceRequest"}) == ["/action/participant: ServiceRequest"]


BASIS = tuple(
    {"reference": f"{kind}/1"}
    for kind in ("QuestionnaireResponse", "Observation", "Condition", "MedicationStatement", "Patient")
)


def test_what_was_sent_is_a_reason_where_it_may_be_one_and_a_source_in_any_case() -> None:
    exam = exam_of(EXAMS["retention"])
    bundle = as_bundle(exam, by_the_model(exam), basis=BASIS)
    for each in bundle["entry"]:
        assert misdirected(each["resource"], kinds_of(bundle)) == []
    assert the(bundle, "GuidanceResponse")["reasonReference"] == list(BASIS[1:3])
    assert the(bundle, "RiskAssessment")["basis"] == list(BASIS)
    assert [each["what"] for each in the(bundle, "Provenance")["entity"]] == list(BASIS)


def test_provenance_is_of_everything_that_was_made(case: tuple[Exam, Assessment, Found]) -> None:
    *_, bundle = case
    provenance = the(bundle, "Provenance")
    made = [each for each in bundle["entry"] if each["resource"]["resourceType"] not in ("Device", "Provenance")]
    assert [each["reference"] for each in provenance["target"]] == [each["fullUrl"] for each in made]
    devices = [each["fullUrl"] for each in bundle["entry"] if each["resource"]["resourceType"] == "Device"]
    assert [each["who"]["reference"] for each in provenance["agent"]] == devices
    assert provenance["entity"] == [{"role": "source", "what": FORM}]


def test_the_identifier_is_the_one_on_record(case: tuple[Exam, Assessment, Found]) -> None:
    _, answer, bundle = case
    stated = {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{answer.id}"}
    assert bundle["identifier"] == stated
    assert the(bundle, "GuidanceResponse")["identifier"] == [stated]
    assert the(bundle, "RequestGroup")["groupIdentifier"] == stated


def test_every_answer_says_what_it_is_not(case: tuple[Exam, Assessment, Found]) -> None:
    _, answer, bundle = case
    for kind in ("RiskAssessment", "GuidanceResponse", "RequestGroup"):
        for each in of_type(bundle, kind):
            assert {"text": answer.disclaimer} in each["note"]


def test_codings_outside_our_systems_are_of_the_list(case: tuple[Exam, Assessment, Found]) -> None:
    *_, bundle = case
    for _, coding in codings(bundle):
        if not coding["system"].startswith("urn:nerveroot:"):
            assert standard_codes()[coding["system"], coding["code"]].display == coding["display"]


def test_the_same_answer_is_the_same_bundle() -> None:
    exam = exam_of(EXAMS["severe weakness"])
    assert as_bundle(exam, by_the_model(exam)) == as_bundle(exam, by_the_model(exam))


def test_another_answer_has_other_urls() -> None:
    exam = exam_of(EXAMS["severe weakness"])
    answer = by_the_model(exam)
    one = as_bundle(exam, answer)
    two = as_bundle(exam, replace(answer, id=ID.replace("1", "2")))
    assert not {each["fullUrl"] for each in one["entry"]} & {each["fullUrl"] for each in two["entry"]}


def test_who_was_not_named_is_not_named() -> None:
    exam = exam_of(EXAMS["severe weakness"])
    nobody = {"display": "somebody"}
    bundle = as_bundle(exam, by_the_model(exam), subject=nobody)
    check(bundle)
    for kind, name in (("RiskAssessment", "subject"), ("ServiceRequest", "subject"), ("DetectedIssue", "patient")):
        for each in of_type(bundle, kind):
            assert each[name] == nobody


def test_without_a_model_the_rules_answer_and_say_so() -> None:
    answer, bundle = answered(red_flags={"fever": True}, classify=no_classifier)
    assert of_type(bundle, "RiskAssessment") == []
    assert [each["deviceName"][0]["name"] for each in of_type(bundle, "Device")] == ["nerveroot rules"]
    told = " ".join(each["text"] for each in the(bundle, "GuidanceResponse")["note"])
    assert "The classifier could not answer." in told
    assert answer.impression.text in told
    assert of_type(bundle, "DetectedIssue")
    assert of_type(bundle, "ServiceRequest")
    assert_references_resolve(bundle)
    check(bundle)


CLASSIFIERS = {
    "L5": classifier_of(),
    "nothing": classifier_of(0.01, 0.0, 1.0, 0.0),
    "undecided": classifier_of(0.34, 0.33, 0.35, 0.3),
    "none": no_classifier,
}


@holds(body=bodies())
def test_no_exam_makes_a_bundle_that_breaks(body: Any) -> None:
    """Nothing is null or empty, references resolve, an order has a rule, and a red flag is always told."""
    exam = read(body)
    for classify in CLASSIFIERS.values():
        for policy in Policy:
            answer = an_assessment(exam, classify=classify, policy=policy)
            bundle = as_bundle(exam, answer)
            assert nothings(bundle) == []
            assert_references_resolve(bundle)
            flags = {each["code"]["coding"][0]["code"] for each in of_type(bundle, "DetectedIssue")}
            assert flags == {flag.rule_id for flag in answer.red_flags.present}
            orders = {each["id"] for each in of_type(bundle, "ServiceRequest")}
            asked = {
                each["resource"]["reference"].removeprefix("urn:uuid:")
                for each in the(bundle, "RequestGroup")["action"]
                if "resource" in each
            }
            assert orders == asked
