"""`$assess` over HTTP: what it takes, and that `/v1` says the same."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from service.fhir.assess_routes import EXAMPLES
from service.settings import Auth, Settings
from tests.builders import Body, a_body, no_classifier
from tests.entrances.forms import response
from tests.entrances.patients import PATIENTS
from tests.fhir.answers import of_type, the
from tests.fhir.assessing import ENTRIES, WEAK, answered, post, refused, serving
from tests.fhir.shapes import check
from tests.identity.keys import made

EMERGENCY = a_body(red_flags={"urinary_retention": True})


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


def test_links_lead_to_the_public_address(client: TestClient) -> None:
    (extension,) = the(answered(client, response(WEAK)), "GuidanceResponse")["extension"]
    assert extension["valueUri"] == f"{client.base_url}/cds-services"


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
