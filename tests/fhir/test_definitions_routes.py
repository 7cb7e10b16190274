"""Reading and searching definitions over HTTP: what is found, in which format, and what is refused."""

from collections.abc import Iterator
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.faults import HANDLERS
from service.fhir.definitions import SERVED
from service.fhir.definitions_routes import definitions
from service.models import Models
from service.responding import FHIR_JSON
from service.settings import Auth, Settings
from service.terminology.systems import ASSESS, CONTENT_VERSION, EXAM_ITEMS, QUESTIONNAIRE, value_set
from tests.fhir.shapes import check

ADDRESS = "https://nerveroot.example"


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    """A service that has the definitions and nothing else."""
    models = Models(Settings())
    app = FastAPI(exception_handlers=HANDLERS)
    app.include_router(definitions(lambda: models.current, lambda _: ADDRESS, auth=Auth.NONE, cors=False))
    with TestClient(app) as client:
        yield client


def found(client: TestClient, path: str) -> list[str]:
    """The ids that a search finds; the Bundle is checked on the way."""
    answer = client.get(f"/fhir/{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, FHIR_JSON)
    bundle = answer.json()
    check(bundle)
    entries = bundle.get("entry", [])
    assert (bundle["type"], bundle["total"]) == ("searchset", len(entries))
    kind = path.partition("?")[0]
    for each in entries:
        assert each["fullUrl"] == f"{ADDRESS}/fhir/{kind}/{each['resource']['id']}"
        assert each["resource"]["resourceType"] == kind
        assert each["search"] == {"mode": "match"}
    return [each["resource"]["id"] for each in entries]


def self_link(client: TestClient, path: str) -> str:
    """The address that the answer names as its own."""
    (link,) = client.get(f"/fhir/{path}").json()["link"]
    assert link["relation"] == "self"
    return str(link["url"])


def test_metadata(client: TestClient) -> None:
    answer = client.get("/fhir/metadata")
    assert (answer.status_code, answer.headers["content-type"]) == (200, FHIR_JSON)
    check(answer.json())
    assert answer.json()["implementation"]["url"] == f"{ADDRESS}/fhir"


def test_everything_that_metadata_lists_can_be_searched_and_read(client: TestClient) -> None:
    (server,) = client.get("/fhir/metadata").json()["rest"]
    listed = [each["type"] for each in server["resource"] if "interaction" in each]
    assert listed == [*SERVED]
    for kind in listed:
        ids = found(client, kind)
        assert ids
        for each in ids:
            answer = client.get(f"/fhir/{kind}/{each}")
            assert (answer.status_code, answer.headers["content-type"]) == (200, FHIR_JSON)
            assert (answer.json()["resourceType"], answer.json()["id"]) == (kind, each)


@pytest.mark.parametrize(
    ("path", "ids"),
    [
        (f"Questionnaire?url={QUESTIONNAIRE}", ["nerveroot-exam"]),
        (f"Questionnaire?url={quote(QUESTIONNAIRE, safe='')}", ["nerveroot-exam"]),
        (f"Questionnaire?url={QUESTIONNAIRE}|{CONTENT_VERSION}", ["nerveroot-exam"]),
        (f"Questionnaire?url={QUESTIONNAIRE}|0.0.1", []),
        (f"Questionnaire?url={QUESTIONNAIRE}&version={CONTENT_VERSION}", ["nerveroot-exam"]),
        (f"Questionnaire?url={QUESTIONNAIRE}&version=0.0.1", []),
        ("Questionnaire?url=urn:another", []),
        ("Questionnaire?url=urn:nerveroot", []),
        ("Questionnaire?_id=nerveroot-exam", ["nerveroot-exam"]),
        ("Questionnaire?name=nerverootexam", ["nerveroot-exam"]),
        ("Questionnaire?name=Exam", []),
        ("Questionnaire?status=active", ["nerveroot-exam"]),
        ("Questionnaire?status=http://hl7.org/fhir/publication-status|active", ["nerveroot-exam"]),
        ("Questionnaire?status=draft", []),
        ("Questionnaire?url=", ["nerveroot-exam"]),
        (f"OperationDefinition?url={ASSESS}", ["assess"]),
        (f"CodeSystem?url={EXAM_ITEMS}", ["exam-items"]),
        ("CodeSystem?_id=tasks,rules", ["rules", "tasks"]),
        (f"ValueSet?url={value_set('red-flag-findings')}", ["red-flag-findings"]),
        (f"ValueSet?url={value_set('sex')}&_id=side", []),
        ("Device?_id=nerveroot-rules-0", []),
    ],
)
def test_a_search_finds_what_matches(client: TestClient, path: str, ids: list[str]) -> None:
    assert found(client, path) == ids


def test_the_devices_are_those_of_what_answers_now(client: TestClient) -> None:
    assert [each.rpartition("-")[0] for each in found(client, "Device")] == ["nerveroot-classifier", "nerveroot-rules"]


@pytest.mark.parametrize("query", ["_summary=true", "_format=json", "_count=10", "publisher=nerveroot", "_pretty=true"])
def test_what_is_not_searched_for_is_left_out_of_the_self_link(client: TestClient, query: str) -> None:
    assert found(client, f"Questionnaire?{query}") == ["nerveroot-exam"]
    assert self_link(client, f"Questionnaire?{query}") == f"{ADDRESS}/fhir/Questionnaire"


def test_the_self_link_says_what_was_searched_for(client: TestClient) -> None:
    link = urlsplit(self_link(client, f"Questionnaire?url={QUESTIONNAIRE}&_count=3&status=active"))
    assert f"{link.scheme}://{link.netloc}{link.path}" == f"{ADDRESS}/fhir/Questionnaire"
    assert parse_qsl(link.query) == [("url", QUESTIONNAIRE), ("status", "active")]


def refused(client: TestClient, path: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
    """The status and the kind of an OperationOutcome."""
    answer = client.get(f"/fhir/{path}", headers=headers or {})
    assert answer.headers["content-type"] == FHIR_JSON
    check(answer.json())
    assert answer.json()["resourceType"] == "OperationOutcome"
    (issue,) = answer.json()["issue"]
    return answer.status_code, issue["code"]


@pytest.mark.parametrize("path", ["Questionnaire/other", "CodeSystem/nerveroot-exam", "Device/none", "ValueSet/SEX"])
def test_what_is_not_there_is_not_found(client: TestClient, path: str) -> None:
    assert refused(client, path) == (404, "not-found")


@pytest.mark.parametrize("path", ["Patient", "Patient/1", "QuestionnaireResponse", "Questionnaire/nerveroot-exam/x"])
def test_resources_of_patients_are_not_here(client: TestClient, path: str) -> None:
    assert refused(client, path) == (404, "not-found")


@pytest.mark.parametrize("query", ["name:contains=exam", "url:below=urn:nerveroot", "_id:not=x"])
def test_a_modifier_is_refused_and_not_ignored(client: TestClient, query: str) -> None:
    """FHIR R4, search.html: a search with a modifier that is not supported is rejected."""
    assert refused(client, f"Questionnaire?{query}") == (400, "structure")


def test_a_strict_client_is_told_of_a_parameter_that_is_not_supported(client: TestClient) -> None:
    strict = {"Prefer": "return=minimal; handling=strict"}
    assert refused(client, "Questionnaire?publisher=x", strict) == (400, "structure")
    for query in (f"url={QUESTIONNAIRE}", "_format=json"):
        assert client.get(f"/fhir/Questionnaire?{query}", headers=strict).status_code == 200
    lenient = {"Prefer": "handling=lenient"}
    assert client.get("/fhir/Questionnaire?publisher=x", headers=lenient).status_code == 200


ACCEPTED = [
    "",
    "*/*",
    "application/*",
    "application/json",
    "application/fhir+json",
    "APPLICATION/FHIR+JSON",
    "application/fhir+json; fhirVersion=4.0",
    "application/fhir+json;charset=utf-8",
    "application/fhir+xml, application/fhir+json;q=0.5",
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
]
NOT_ACCEPTED = [
    "application/fhir+xml",
    "application/xml",
    "text/turtle",
    "text/html",
    "application/fhir+json; fhirVersion=5.0",
    "application/fhir+json;q=0",
    "application/fhir+xml, application/json;q=0.0",
]
PATHS = ["metadata", "Questionnaire", "Questionnaire/nerveroot-exam"]


@pytest.mark.parametrize("path", PATHS)
def test_head_has_the_headers_of_get_and_no_body(client: TestClient, path: str) -> None:
    """RFC 9110, 9.3.2."""
    got, headed = client.get(f"/fhir/{path}"), client.head(f"/fhir/{path}")
    assert (headed.status_code, headed.content) == (200, b"")
    assert headed.headers == got.headers
    assert int(headed.headers["content-length"]) == len(got.content)
    assert client.delete(f"/fhir/{path}").headers["allow"] == "GET, HEAD"


def test_the_openapi_document_has_each_read_once(client: TestClient) -> None:
    app = client.app
    assert isinstance(app, FastAPI)
    assert {method for each in app.openapi()["paths"].values() for method in each} == {"get"}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("accept", ACCEPTED)
def test_a_client_that_takes_fhir_json_gets_it(client: TestClient, path: str, accept: str) -> None:
    answer = client.get(f"/fhir/{path}", headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, FHIR_JSON)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("accept", NOT_ACCEPTED)
def test_a_client_that_takes_no_fhir_json_is_told_so(client: TestClient, path: str, accept: str) -> None:
    assert refused(client, path, {"Accept": accept}) == (406, "not-supported")


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("json", 200),
        ("application/json", 200),
        ("application/fhir+json", 200),
        ("application/fhir%2Bjson", 200),
        ("", 200),
        ("xml", 406),
        ("application/fhir%2Bxml", 406),
        ("ttl", 406),
    ],
)
def test_the_format_in_the_address_counts_before_the_header(client: TestClient, asked: str, status: int) -> None:
    for accept in ("application/fhir+json", "*/*"):
        answer = client.get(f"/fhir/Questionnaire?_format={asked}", headers={"Accept": accept})
        assert answer.status_code == status
    if status == 200 and asked:
        answer = client.get(f"/fhir/metadata?_format={asked}", headers={"Accept": "application/fhir+xml"})
        assert answer.status_code == 200


def test_the_openapi_document_names_the_routes_and_what_they_refuse(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    for kind in SERVED:
        search, read = paths[f"/fhir/{kind}"]["get"], paths[f"/fhir/{kind}/{{resource_id}}"]["get"]
        assert {"200", "400", "406"} <= search["responses"].keys()
        assert {"200", "404", "406"} <= read["responses"].keys()
        assert search["responses"]["200"]["content"].keys() == {FHIR_JSON}
        assert "_id" in {each["name"] for each in search["parameters"]}
