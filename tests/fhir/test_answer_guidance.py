"""What came of the question, and what is missing."""

from typing import Any

import pytest

from features.exam import Exam
from service.fhir.elements import item_coding, items_within
from service.fhir.guidance_response import ENDPOINT, PROFILE
from service.terminology.exam_items import exam_items
from service.terminology.systems import ASSESS, EXAM_ITEMS
from tests.builders import Body, a_body, classifier_of
from tests.fhir.answers import ENDPOINT as WHERE
from tests.fhir.answers import Found, answered, as_bundle, by_the_model, exam_of, the
from tests.properties.strategies import FLAGS

DENIED = dict.fromkeys(FLAGS, False)
TOLD: Body = {
    "history": {"symptom_duration_days": 14, "pain_locations": ["great_toe"], "side": "left"},
    "examination": {
        "strength": {"great_toe_extension": 4},
        "plantar_response": "flexor",
        "clonus": False,
    },
    "treatment": {"nsaid_contraindications": []},
    "red_flags": DENIED,
}


def told(**changed: Any) -> Body:
    """An examination of which nothing more has to be known."""
    return {**TOLD, **changed}


def without(section: str, *names: str) -> Body:
    return told(**{section: {name: value for name, value in TOLD[section].items() if name not in names}})


def guidance(body: Body) -> Found:
    return the(answered(**body)[1], "GuidanceResponse")


def wanted(found: Found) -> list[list[str]]:
    return [
        [code["code"] for code in each["codeFilter"][0]["code"]]
        for each in found.get("dataRequirement", [])
        if each["type"] == "Observation"
    ]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (told(), "success"),
        (without("red_flags", "fever"), "data-required"),
        (without("red_flags", "reduced_anal_tone"), "success"),
        (without("treatment", "nsaid_contraindications"), "data-requested"),
        ({"red_flags": DENIED}, "data-required"),
        ({}, "data-required"),
        ({"red_flags": {"urinary_retention": True}}, "data-requested"),
        ({"red_flags": {"fever": True}}, "data-required"),
    ],
)
def test_the_status(body: Body, status: str) -> None:
    """Second-line flags are not needed; an emergency needs nothing any more, but a question may be left."""
    assert guidance(body)["status"] == status


def test_where_nothing_is_missing_nothing_is_asked_for() -> None:
    assert "dataRequirement" not in guidance(told())


def test_what_is_missing_is_named_by_its_code() -> None:
    """Hazard H-02: a flag that nobody asked about is left unsaid."""
    found = guidance(without("red_flags", "fever", "osteoporosis"))
    assert wanted(found) == [["red_flags.fever"], ["red_flags.osteoporosis"]]
    (first, _) = found["dataRequirement"]
    coding = first["codeFilter"][0]["code"][0]
    assert coding == {"system": EXAM_ITEMS, "code": "red_flags.fever", "display": "Is there fever?"}
    assert first["codeFilter"][0]["path"] == "code"
    assert "Not looked for: Fever; Osteoporosis." in [each["text"] for each in found["note"]]


def test_questions_back_are_told_and_asked_for() -> None:
    answer, bundle = answered(**without("treatment", "nsaid_contraindications"))
    found = the(bundle, "GuidanceResponse")
    assert wanted(found) == [["treatment.nsaid_contraindications"]]
    for each in answer.questions:
        assert {"text": each.text} in found["note"]


def test_an_abstention_for_want_of_findings_asks_for_them() -> None:
    found = guidance({"red_flags": DENIED, "treatment": {"nsaid_contraindications": []}})
    asked = wanted(found)
    assert ["examination.strength.great_toe_extension"] in asked
    assert ["examination.straight_leg_raise.result", "examination.straight_leg_raise.angle_degrees"] in asked


def test_a_contradiction_is_no_want_of_findings() -> None:
    body = told(examination={**TOLD["examination"], "strength": {"plantar_flexion": 2}, "toe_walk": "able"})
    answer, bundle = answered(**body)
    assert answer.classifier.abstained
    assert the(bundle, "GuidanceResponse")["status"] != "data-required"


def test_nothing_is_asked_for_twice() -> None:
    asked = wanted(guidance({"red_flags": {"fever": True}}))
    assert len({tuple(each) for each in asked}) == len(asked)


def test_a_missing_date_is_asked_for_as_the_form_states_it() -> None:
    found = guidance(
        told(
            examination={**TOLD["examination"], "strength": {"great_toe_extension": 3}},
            previous_examination={"examination": {"strength": {"great_toe_extension": 5}}},
        )
    )
    assert {"type": "QuestionnaireResponse", "mustSupport": ["authored"]} in found["dataRequirement"]


def test_the_other_leg_is_asked_for_where_nothing_is_known_of_it() -> None:
    undecided = classifier_of(0.3, 0.3, 0.3, 0.3)
    _, bundle = answered(classify=undecided, **told(other_leg={"hip_internal_rotation_pain": "negative"}))
    found = the(bundle, "GuidanceResponse")
    assert found["status"] == "data-requested"
    assert ["other_leg.strength.great_toe_extension"] in wanted(found)


def test_the_profile_and_what_it_asks_for() -> None:
    """Cdshooksguidanceresponse (FHIR R4): endpoint, requestIdentifier, one identifier, moduleUri."""
    found = guidance(told())
    assert found["meta"] == {"profile": [PROFILE]}
    assert found["extension"] == [{"url": ENDPOINT, "valueUri": WHERE}]
    assert found["requestIdentifier"] == {"value": "0a1b2c3d4e5f6a7b"}
    assert len(found["identifier"]) == 1
    assert found["moduleUri"] == ASSESS


def test_its_result_is_the_plan() -> None:
    _, bundle = answered(**told())
    urls = {each["fullUrl"]: each["resource"]["resourceType"] for each in bundle["entry"]}
    assert urls[the(bundle, "GuidanceResponse")["result"]["reference"]] == "RequestGroup"


def test_since_last_time_is_told() -> None:
    exam: Exam = exam_of(
        a_body(
            examination={"strength": {"great_toe_extension": 3}},
            previous_examination={"examination": {"strength": {"great_toe_extension": 5}}},
        )
    )
    answer = by_the_model(exam)
    assert answer.comparison is not None
    found = the(as_bundle(exam, answer), "GuidanceResponse")
    assert found["note"][0] == {"text": answer.comparison.text}


@pytest.mark.parametrize("code", exam_items())
def test_every_statement_has_its_code(code: str) -> None:
    pointer = exam_items()[code].pointer
    assert items_within(pointer) == [item_coding(pointer)]
    assert item_coding(f"/previous_examination{pointer}") == item_coding(pointer)


@pytest.mark.parametrize(
    "pointer", ["/examined_at", "/previous_examination", "/previous_examination/examined_at", "/x"]
)
def test_what_is_no_statement_has_no_code(pointer: str) -> None:
    assert (item_coding(pointer), items_within(pointer)) == (None, [])


def test_a_group_is_all_of_its_statements() -> None:
    codes = [each["code"] for each in items_within("/other_leg")]
    assert codes == [code for code in exam_items() if code.startswith("other_leg.")]
