"""`$assess` over HTTP: what it takes, what it refuses and where, and that `/v1` says the same."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from features.involvement import Classify
from service.app import create_app
from service.fhir.assess_input import TAKEN, UNNAMED_BUNDLE, UNNAMED_FORM
from service.fhir.assess_routes import ADDRESS, EXAMPLES, MAX_FHIR
from service.responding import FHIR_JSON
from service.settings import Auth, Settings
from service.terminology.systems import EXAM_VALUES, QUESTIONNAIRE
from tests.builders import Body, a_body, no_classifier
from tests.entrances.forms import bundle, patient_id, response
from tests.entrances.patients import PATIENTS
from tests.fhir.answers import Found, of_type, the
from tests.fhir.shapes import check
from tests.identity.keys import made

EMERGENCY = a_body(red_flags={"urinary_retention": True})
WEAK = a_body(examination={"strength": {"great_toe_extension": 4}})


@contextmanager
def serving(settings: Settings | None = None, classify: Classify | None = None) -> Iterator[TestClient]:
    """The service, as it is deployed."""
    with TestClient(create_app(settings or Settings(), classify)) as client:
        yield client


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with serving() as client:
        yield client


def post(client: TestClient, body: Any, *, query: str = "", **headers: str) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(f"{ADDRESS}{query}", content=content, headers={"Content-Type": FHIR_JSON} | headers)


def answered(client: TestClient, body: Any, **more: str) -> Found:
    answer = post(client, body, **more)
    assert (answer.status_code, answer.headers["content-type"]) == (200, FHIR_JSON), answer.text
    found: Found = answer.json()
    return found


def parameters(**resources: Any) -> Found:
    listed = [{"name": name, "resource": resource} for name, resource in resources.items()]
    return {"resourceType": "Parameters", "parameter": listed}


def refused(client: TestClient, body: Any, status: int = 422, **more: str) -> list[tuple[str | None, str]]:
    """Place and diagnostics of every issue."""
    answer = post(client, body, **more)
    assert (answer.status_code, answer.headers["content-type"]) == (status, FHIR_JSON), answer.text
    outcome = answer.json()
    check(outcome)
    assert outcome["resourceType"] == "OperationOutcome"
    return [(each.get("expression", [None])[0], each["diagnostics"]) for each in outcome["issue"]]


ENTRIES: dict[str, Callable[[Body], Found]] = {
    "form": response,
    "form in Parameters": lambda body: parameters(questionnaireResponse=response(body)),
    "observations": bundle,
    "observations in Parameters": lambda body: parameters(bundle=bundle(body)),
}


@pytest.mark.parametrize("name", PATIENTS)
def test_the_answer_is_that_of_the_plain_entrance(client: TestClient, name: str) -> None:
    """Probabilities, likely roots, flags, urgency and imaging; by a form and by observations."""
    body: Body = {key: value for key, value in PATIENTS[name].items() if key != "previous_examination"}
    body["patient"] = {key: value for key, value in body["patient"].items() if key != "reference"}
    plain = client.post("/v1/assessments?commit=false", json=body).json()
    for entry in ("form", "observations"):
        found = answered(client, ENTRIES[entry](body), query="?commit=false")
        for leg, said in zip(
            of_type(found, "RiskAssessment"),
            [plain, *([plain["other_leg"]] if plain["other_leg"] else [])],
            strict=True,
        ):
            sent = {each["outcome"]["coding"][0]["code"]: each for each in leg["prediction"]}
            roots = {root: each["probability"] for root, each in said["classifier"]["roots"].items()}
            if said["classifier"]["abstained"]:
                roots = {}
            assert {
                root: each["probabilityDecimal"] for root, each in sent.items() if "probabilityDecimal" in each
            } == {root: pytest.approx(100 * probability, abs=0.1) for root, probability in roots.items()}
            likely = [root for root, each in sent.items() if each["qualitativeRisk"]["text"] == "held to be involved"]
            assert likely == said["classifier"]["likely_roots"]
        flags = {each["code"]["coding"][0]["code"] for each in of_type(found, "DetectedIssue")}
        assert flags == {each["rule_id"] for each in plain["red_flags"]["present"]}
        priority = {"routine": "routine", "urgent": "urgent", "emergency": "stat"}[plain["urgency"]]
        plan = the(found, "RequestGroup")
        assert plan["priority"] == priority
        rules = [each["code"][0]["coding"][0]["code"] for each in plan["action"]]
        imaging = plain["management"]["imaging"]
        assert (imaging["rule_id"] in rules) is imaging["indicated"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_of_the_document_are_answered(client: TestClient, name: str) -> None:
    answered(client, EXAMPLES[name]["value"])


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_way_in_gets_a_bundle(client: TestClient, entry: str) -> None:
    found = answered(client, ENTRIES[entry](WEAK))
    check(found)
    assert found["type"] == "collection"


@pytest.mark.parametrize(
    "media_type",
    [
        "application/json",
        "application/fhir+json; fhirVersion=4.0",
        "application/fhir+json;charset=utf-8; fhirVersion=4.0.1",
        'Application/FHIR+JSON; fhirversion="4.0"',
    ],
)
def test_the_names_of_fhir_json(client: TestClient, media_type: str) -> None:
    answered(client, response(WEAK), **{"Content-Type": media_type})


@pytest.mark.parametrize(
    "media_type",
    [
        "application/fhir+xml",
        "text/plain",
        "",
        "application/fhir+json; fhirVersion=5.0",
        "application/fhir+json; fhirVersion=3.0",
    ],
)
def test_another_media_type_is_refused(client: TestClient, media_type: str) -> None:
    refused(client, response(WEAK), 415, **{"Content-Type": media_type})


def test_who_takes_no_fhir_json_is_told_so(client: TestClient) -> None:
    refused(client, response(WEAK), 406, Accept="application/fhir+xml")


@pytest.mark.parametrize("query", ["?_format=json", "?_pretty=true", "?commit=false&_format=application/fhir%2Bjson"])
def test_parameters_of_every_interaction_are_taken(client: TestClient, query: str) -> None:
    answered(client, response(WEAK), query=query)


@pytest.mark.parametrize("query", ["?comit=false", "?commit=perhaps", "?_summary=true", "?explain=false"])
def test_another_parameter_is_refused(client: TestClient, query: str) -> None:
    refused(client, response(WEAK), query=query)


def test_the_answer_is_on_record_under_its_identifier(client: TestClient) -> None:
    answer = post(client, response(EMERGENCY))
    assert answer.headers["Nerveroot-Record"] == "stored"
    assert answer.headers["Content-Language"] == "en"
    identifier = answer.json()["identifier"]["value"].removeprefix("urn:uuid:")
    stored = client.get(f"/v1/assessments/{identifier}").json()
    assert stored["red_flags"]["present"][0]["rule_id"] == "RF-CES-RETENTION"


def test_without_commit_nothing_is_kept(client: TestClient) -> None:
    answer = post(client, response(EMERGENCY), query="?commit=false")
    assert answer.headers["Nerveroot-Record"] == "none"
    identifier = answer.json()["identifier"]["value"].removeprefix("urn:uuid:")
    assert client.get(f"/v1/assessments/{identifier}").status_code == 404


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


def form(*items: Found, **more: Any) -> Found:
    age = {"linkId": "patient.age_years", "answer": [{"valueDecimal": 44}]}
    return {"resourceType": "QuestionnaireResponse", "status": "completed", "item": [age, *items], **more}


def coded(link: str, code: str) -> Found:
    return {"linkId": link, "answer": [{"valueCoding": {"system": EXAM_VALUES, "code": code}}]}


YES = [{"valueBoolean": True}]


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


def test_what_was_sent_is_referred_to(client: TestClient) -> None:
    found = answered(client, form(id="q1", subject={"reference": "Patient/7", "display": "Jane Doe"}))
    risk = the(found, "RiskAssessment")
    assert risk["basis"] == [{"reference": "QuestionnaireResponse/q1"}]
    assert risk["subject"] == {"reference": "Patient/7"}
    assert "Jane" not in json.dumps(found)


def test_observations_that_were_sent_are_referred_to(client: TestClient) -> None:
    sent = bundle(WEAK)
    for position, entry in enumerate(sent["entry"]):
        if entry["resource"]["resourceType"] == "Observation":
            entry["resource"]["id"] = f"o{position}"
    found = answered(client, sent)
    assert the(found, "RiskAssessment")["basis"] == [{"reference": "Observation/o1"}]
    assert the(found, "RiskAssessment")["subject"] == {"reference": f"Patient/{patient_id(WEAK)}"}


SURROGATE = "\ud800"


def identified(**more: Any) -> Found:
    """An Observation as it is named by `more`: an id, a fullUrl, or both."""
    sent = bundle(WEAK)
    entry = sent["entry"][1]
    entry["resource"] |= {"id": more["id"]} if "id" in more else {}
    entry |= {"fullUrl": more["fullUrl"]} if "fullUrl" in more else {}
    return sent


@pytest.mark.parametrize(
    "sent",
    [
        form(id=SURROGATE),
        form(id="../../<b>"),
        form(id=".."),
        form(id=7),
        parameters(questionnaireResponse=form(id=SURROGATE)),
        identified(id=SURROGATE),
        identified(fullUrl=SURROGATE),
        identified(id="../../<b>"),
        identified(fullUrl="javascript:alert(1)"),
        identified(id=SURROGATE, fullUrl=SURROGATE),
    ],
)
def test_what_is_no_reference_is_not_repeated(client: TestClient, sent: Found) -> None:
    """Hazard H-14: the answer is on record, and cannot be sent for an id that was sent."""
    found = answered(client, sent)
    check(found)
    (basis,) = the(found, "RiskAssessment")["basis"]
    assert basis in (UNNAMED_FORM, UNNAMED_BUNDLE)
    assert [each["what"] for each in the(found, "Provenance")["entity"]] == [basis]


@pytest.mark.parametrize(
    "subject",
    [
        {"reference": "Patient/<script>"},
        {"reference": "<script>"},
        {"reference": SURROGATE},
        {"reference": "Patient/.."},
        {"reference": f"Patient/{SURROGATE}"},
        {"identifier": {"value": SURROGATE}},
        {"identifier": {"system": "urn:x y", "value": "7"}},
    ],
)
def test_a_subject_that_cannot_be_repeated_is_refused(client: TestClient, subject: Found) -> None:
    ((place, told),) = refused(client, form(subject=subject))
    assert str(place).startswith("QuestionnaireResponse")
    assert "<script>" not in told


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


def test_links_lead_to_the_public_address(client: TestClient) -> None:
    (extension,) = the(answered(client, response(WEAK)), "GuidanceResponse")["extension"]
    assert extension["valueUri"] == f"{client.base_url}/cds-services"


EARLIER = form(
    coded("examination.strength.great_toe_extension", "mrc-5"),
    authored="2026-11-01T10:00:00+01:00",
)
LATER = form(
    coded("examination.strength.great_toe_extension", "mrc-3"),
    authored="2026-11-20T10:00:00+01:00",
)


def since(found: Found) -> bool:
    """Whether the strength is told to have fallen."""
    told = [each["text"] for each in the(found, "GuidanceResponse")["note"]]
    return any("great toe extension" in text and "2026-11-01" in text for text in told)


def test_an_earlier_form_is_compared_with(client: TestClient) -> None:
    sent = parameters(questionnaireResponse=LATER, previous=EARLIER)
    found = answered(client, sent, query="?commit=false")
    assert since(found)
    flags = {each["code"]["coding"][0]["code"] for each in of_type(found, "DetectedIssue")}
    assert "RF-MOTOR-PROGRESSIVE" in flags


def test_an_earlier_form_is_compared_with_observations(client: TestClient) -> None:
    body = a_body(44, examination={"strength": {"great_toe_extension": 3}}, examined_at="2026-11-20T10:00:00Z")
    assert since(answered(client, parameters(bundle=bundle(body), previous=EARLIER), query="?commit=false"))


def test_faults_of_the_earlier_form_are_told_at_their_places(client: TestClient) -> None:
    wrong = {**EARLIER, "item": [*EARLIER["item"], {"linkId": "toe", "answer": YES}]}
    ((place, _),) = refused(client, parameters(questionnaireResponse=LATER, previous=wrong))
    assert str(place).startswith("Parameters.parameter[1].resource.item[2]")


def test_an_earlier_form_that_is_later_is_refused(client: TestClient) -> None:
    ((place, told),) = refused(client, parameters(questionnaireResponse=EARLIER, previous=LATER))
    assert place == "Parameters.parameter[1].resource.authored"
    assert told == f"{place} is not earlier than the time of the examination, or than now."


def test_an_earlier_form_of_somebody_else_is_refused(client: TestClient) -> None:
    """Hazard H-10: two people are compared as if they were one."""
    one, other = ({"subject": {"reference": f"Patient/{name}"}} for name in ("one", "other"))
    sent = parameters(questionnaireResponse={**LATER, **one}, previous={**EARLIER, **other})
    ((place, _),) = refused(client, sent)
    assert place == "Parameters.parameter[1].resource.subject"
    answered(client, parameters(questionnaireResponse={**LATER, **one}, previous={**EARLIER, **one}))
    answered(client, parameters(questionnaireResponse={**LATER, **one}, previous=EARLIER))


@pytest.mark.parametrize(
    ("first", "second", "linked"),
    [
        ({"reference": "Patient/a1"}, {"reference": "Patient/a1"}, True),
        ({"reference": "Patient/a2"}, {"reference": "Patient/a2/_history/4"}, True),
        ({"identifier": {"system": "urn:x", "value": "a3"}}, {"identifier": {"system": "urn:x", "value": "a3"}}, True),
        ({"reference": "Patient/a4"}, {"reference": "Patient/a5"}, False),
        ({"reference": "#patient"}, {"reference": "#patient"}, False),
        ({"display": "Jane Doe"}, {"display": "Jane Doe"}, False),
    ],
)
def test_examinations_of_one_subject_are_compared(
    client: TestClient, first: Found, second: Found, linked: bool
) -> None:
    answered(client, {**EARLIER, "subject": first})
    assert since(answered(client, {**LATER, "subject": second})) is linked


def test_without_a_model_the_rules_answer() -> None:
    with serving(classify=no_classifier) as client:
        found = answered(client, response(EMERGENCY))
    assert of_type(found, "RiskAssessment") == []
    assert of_type(found, "DetectedIssue")


def test_where_the_answer_cannot_be_recorded_the_red_flags_are_told_all_the_same(tmp_path: Path) -> None:
    """Hazard H-14: a full disk silences an emergency."""
    (tmp_path / "file").write_text("")
    nowhere = "postgresql://nobody:secret@127.0.0.1:1/nothing"
    with serving(Settings(database_url=nowhere, journal_dir=tmp_path / "file" / "journal")) as client:
        issues = refused(client, response(EMERGENCY), 503)
    assert len(issues) == 2
    assert "Urinary retention (emergency)" in issues[1][1]


def test_who_shows_no_key_is_not_let_in(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    may, may_not = made(file, scopes="assess"), made(file, name="reader", scopes="read")
    with serving(Settings(auth=Auth.API_KEY, api_keys_file=file)) as client:
        refused(client, response(WEAK), 401)
        refused(client, b"not looked at", 401)
        refused(client, response(WEAK), 403, Authorization=f"Bearer {may_not}")
        answered(client, response(WEAK), Authorization=f"Bearer {may}")
