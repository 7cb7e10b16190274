"""`$assess` over HTTP: what it refuses, and the place of each fault."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from service.fhir.assess_input import TAKEN
from service.fhir.assess_routes import MAX_FHIR
from service.terminology.systems import QUESTIONNAIRE
from tests.builders import a_body
from tests.entrances.forms import bundle, response
from tests.fhir.answers import Found
from tests.fhir.assessing import ENTRIES, SURROGATE, WEAK, YES, answered, coded, form, parameters, post, refused


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"<QuestionnaireResponse/>", 400),
        (b'{"resourceType": "Bundle", "resourceType": "Parameters"}', 400),
        (b"[]", 422),
        (b'"QuestionnaireResponse"', 422),
        ({}, 422),
        ({"resourceType": "Patient"}, 422),
        ({"resourceType": "questionnaireresponse"}, 422),
        ({"resourceType": ["QuestionnaireResponse"]}, 422),
        ({"resourceType": {"QuestionnaireResponse": 1}}, 422),
        (b"[" * 65 + b"]" * 65, 422),
        (b" " * (MAX_FHIR + 1), 413),
    ],
)
def test_what_is_not_taken_is_refused(client: TestClient, body: Any, status: int) -> None:
    refused(client, body, status)


def test_whoever_sends_something_else_is_told_what_is_taken(client: TestClient) -> None:
    ((place, told),) = refused(client, {"resourceType": "Patient", "id": "somebody"})
    assert place is None
    assert TAKEN in told
    assert "somebody" not in told


FORM = response(WEAK)


@pytest.mark.parametrize(
    ("sent", "places"),
    [
        (parameters(), ["Parameters"]),
        ({"resourceType": "Parameters"}, ["Parameters"]),
        ({"resourceType": "Parameters", "parameter": {"name": "bundle"}}, ["Parameters"]),
        (parameters(previous=FORM), ["Parameters"]),
        (parameters(questionnaireResponse=FORM, bundle=bundle(WEAK)), ["Parameters"]),
        (parameters(questionnaireResponse=bundle(WEAK)), ["Parameters.parameter[0].resource"]),
        (parameters(bundle=FORM), ["Parameters.parameter[0].resource"]),
        (parameters(questionnaireResponse=None), ["Parameters.parameter[0].resource"]),
        (parameters(questionnaireResponse=FORM, exam=FORM), ["Parameters.parameter[1].name"]),
        (
            {"resourceType": "Parameters", "parameter": [{"name": "bundle"}, "form", {"valueString": "form"}]},
            [
                "Parameters.parameter[0].resource",
                "Parameters.parameter[1].name",
                "Parameters.parameter[2].name",
            ],
        ),
        (
            {"resourceType": "Parameters", "parameter": [{"name": "previous", "resource": FORM}] * 2},
            ["Parameters.parameter[1].name"],
        ),
    ],
)
def test_parameters_are_refused_at_their_places(client: TestClient, sent: Found, places: list[str]) -> None:
    assert [place for place, _ in refused(client, sent)] == places


@pytest.mark.parametrize(
    ("sent", "place"),
    [
        (form({"linkId": "examination.strength.toe", "answer": YES}), "QuestionnaireResponse.item[1]"),
        (form(coded("examination.slump", "perhaps")), "QuestionnaireResponse.item[1]"),
        (form({"linkId": "red_flags.fever", "answer": YES * 2}), "QuestionnaireResponse.item[1]"),
        (
            form({"linkId": "history.pain_severity", "answer": [{"valueDecimal": 11}]}),
            "QuestionnaireResponse.item[1]",
        ),
        ({"resourceType": "QuestionnaireResponse", "status": "completed"}, "QuestionnaireResponse"),
        (form(questionnaire=f"{QUESTIONNAIRE}|0.9"), "QuestionnaireResponse.questionnaire"),
        (form(status="entered-in-error"), "QuestionnaireResponse.status"),
        (form(authored="2099-01-01T00:00:00Z"), "QuestionnaireResponse.authored"),
        (form(subject={"reference": "Group/1"}), "QuestionnaireResponse.subject"),
        (form(subject={"reference": "Patient/" + "7" * 121}), "QuestionnaireResponse.subject"),
        (
            form(
                coded("history.pain_locations", "great_toe"),
                {"linkId": "history.pain_radiates_below_knee", "answer": [{"valueBoolean": False}]},
            ),
            "QuestionnaireResponse.item[2]",
        ),
    ],
)
def test_a_form_is_refused_at_the_place_of_its_fault(client: TestClient, sent: Found, place: str) -> None:
    places = [str(each) for each, _ in refused(client, sent)]
    assert len(places) == 1
    assert places[0].startswith(place)


def test_the_place_within_parameters_is_told(client: TestClient) -> None:
    sent = parameters(questionnaireResponse=form({"linkId": "examination.strength.toe", "answer": YES}))
    ((place, _),) = refused(client, sent)
    assert str(place).startswith("Parameters.parameter[0].resource.item[1]")


def test_every_fault_is_told_at_once(client: TestClient) -> None:
    sent = form({"linkId": "toe", "answer": YES}, coded("examination.slump", "perhaps"))
    assert len(refused(client, sent)) == 2


def test_no_refusal_repeats_what_was_sent(client: TestClient) -> None:
    somebody = "Jane-Doe-1970"
    for sent in (
        form({"linkId": somebody, "answer": [{"valueString": somebody}]}),
        form({"linkId": "red_flags.fever", "answer": [{"valueString": somebody}]}),
        form(coded("examination.slump", somebody)),
        form(subject={"reference": f"Practitioner/{somebody}"}),
        form(status=somebody),
        form(authored=somebody),
        form(questionnaire=somebody),
        {"resourceType": somebody},
        {"resourceType": "Parameters", "parameter": [{"name": somebody}]},
        {"resourceType": "Bundle", "type": somebody, "entry": [{"resource": {"resourceType": somebody}}]},
    ):
        assert somebody not in post(client, sent).text


def test_a_form_without_the_age_is_told_which_item_lacks(client: TestClient) -> None:
    bare = {"resourceType": "QuestionnaireResponse", "status": "completed"}
    for sent, place in (
        (bare, "QuestionnaireResponse"),
        (parameters(questionnaireResponse=bare), "Parameters.parameter[0].resource"),
    ):
        lacks = f"{place} has no answer to `patient.age_years`, which is required."
        assert refused(client, sent) == [(place, lacks)]


CONTRADICTION = a_body(history={"pain_locations": ["great_toe"], "pain_radiates_below_knee": False})


@pytest.mark.parametrize("entry", ENTRIES)
def test_faults_are_told_without_places_of_the_other_interface(client: TestClient, entry: str) -> None:
    ((_, told),) = refused(client, ENTRIES[entry](CONTRADICTION))
    assert "is false, but `history.pain_locations` names a region below the knee" in told
    assert "/" not in told


@pytest.mark.parametrize(
    ("link", "place"),
    [
        ([{"relation": "self", "url": "urn:x"}, {"relation": "next", "url": "urn:x"}], "Bundle.link[1]"),
        ({"relation": "next", "url": "urn:x"}, "Bundle.link"),
        (["next"], "Bundle.link"),
    ],
)
def test_a_page_of_a_search_is_refused(client: TestClient, link: Any, place: str) -> None:
    """Hazard H-02: what stands on the next page counts as never found."""
    ((told, _),) = refused(client, {**bundle(WEAK), "type": "searchset", "link": link})
    assert told == place


def test_a_search_that_was_sent_whole_is_taken(client: TestClient) -> None:
    links = [{"relation": name, "url": "urn:x"} for name in ("self", "first", "previous", "last")]
    answered(client, {**bundle(WEAK), "type": "searchset", "link": links})


@pytest.mark.parametrize("kind", ["document", "message", "transaction", "batch", "history", None, SURROGATE])
def test_a_bundle_of_another_type_is_refused(client: TestClient, kind: str | None) -> None:
    ((place, _),) = refused(client, {**bundle(WEAK), "type": kind})
    assert place == "Bundle.type"
