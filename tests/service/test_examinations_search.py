"""The recorded examinations of one person: whose they are, which are shown, and what is said where some are not."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.consult import MOST_READ
from service.record.database import Database
from service.record.retention import purge
from service.settings import Auth, Settings
from tests.builders import a_body
from tests.identity.keys import made
from tests.service.small_app import logged
from tests.service.test_recorded import NOWHERE, rows
from tests.service.visits import post, visit

PATH = "/v1/examinations/search"


@pytest.fixture
def client() -> Iterator[TestClient]:
    """A service whose record is empty."""
    with TestClient(create_app(Settings()), raise_server_exceptions=False) as found:
        yield found


def search(client: TestClient, reference: str = "p1", **more: Any) -> Any:
    answer = client.post(PATH, json={"reference": reference}, **more)
    assert answer.status_code == 200, answer.text
    return answer.json()


def times(found: Any) -> list[str]:
    return [each["examined_at"] for each in found["examinations"]]


def test_the_course_of_one_person_oldest_first(client: TestClient) -> None:
    second = post(client, visit(48, 4))
    first = post(client, visit(0, 5))
    post(client, visit(24, 3, reference="p2"))
    found = search(client)
    assert found["complete"] is True
    assert times(found) == ["2026-11-02T12:00:00Z", "2026-11-04T12:00:00Z"]
    assert [each["id"] for each in found["examinations"]] == [first["id"], second["id"]]
    assert [each["created_at"] for each in found["examinations"]] == [first["created_at"], second["created_at"]]
    assert [each["urgency"] for each in found["examinations"]] == [first["urgency"], second["urgency"]]
    (grade, _) = [each["exam"]["examination"]["strength"] for each in found["examinations"]]
    assert grade == {"great_toe_extension": 5}


def test_nothing_is_stated_that_was_not_and_no_reference(client: TestClient) -> None:
    """Hazards H-04, H-26: silence is drawn as a finding; a hash is undone by what stands beside it."""
    post(client, visit(0, 4, side=None))
    (only,) = search(client)["examinations"]
    assert dict(stated_in(only["exam"])) == {
        "/patient/age_years": 40,
        "/examination/strength/great_toe_extension": 4,
        "/examined_at": "2026-11-02T12:00:00Z",
    }


def stated_in(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """What an examination states, by pointer; null states nothing."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from stated_in(each, f"{pointer}/{name}")
    elif value is not None:
        yield pointer, value


def test_what_is_found_can_be_sent_again(client: TestClient) -> None:
    post(client, visit(0, 4, red_flags={"urinary_retention": True}, other_leg={"slump": "negative"}))
    (only,) = search(client)["examinations"]
    again = post(client, only["exam"], "?commit=false")
    assert again["urgency"] == only["urgency"] == "emergency"


def test_a_correction_comes_after_what_it_corrects(client: TestClient) -> None:
    """Hazard H-10: the slip of the pen is drawn, and not what it was put right to."""
    for hours, grade in ((48, 5), (0, 5), (48, 4)):
        post(client, visit(hours, grade))
    strength = [each["exam"]["examination"]["strength"] for each in search(client)["examinations"]]
    assert [each["great_toe_extension"] for each in strength] == [5, 5, 4]


@pytest.mark.parametrize("reference", ["p1 ", "\tp1"])
def test_white_space_around_a_reference_does_not_count(client: TestClient, reference: str) -> None:
    post(client, visit(0, 5))
    assert len(times(search(client, reference))) == 1


@pytest.mark.parametrize("reference", ["p2", "P1", "p 1", "", " ", "x" * 128, "\N{GRINNING FACE}" * 128])
def test_where_nothing_is_on_record_the_list_is_empty(client: TestClient, reference: str) -> None:
    post(client, visit(0, 5))
    post(client, visit(0, 5, reference=""))
    assert search(client, reference) == {"examinations": [], "complete": True}


def test_it_leaves_nothing_behind(client: TestClient) -> None:
    """Hazard H-26: a look at the course counts as an answer, or the reference stands in a log."""
    post(client, visit(0, 5, reference="Jane-Doe-1970"))
    before = (rows("select count(*) from entries"), answers_counted(client))
    with logged("nerveroot") as log, logged() as own:
        search(client, "Jane-Doe-1970")
        client.post(PATH, json={"reference": "Jane-Doe-1970" * 20})
        client.post(PATH, json={"reference": "Jane-Doe-1970", "Jane-Doe-1970": 1})
    assert (rows("select count(*) from entries"), answers_counted(client)) == before
    assert "Jane-Doe" not in log.getvalue() + own.getvalue()
    assert "Jane-Doe" not in client.get("/metrics").text


def answers_counted(client: TestClient) -> list[str]:
    text = client.get("/metrics").text
    return [line for line in text.splitlines() if line.startswith("nerveroot_assessments_total")]


def test_without_commit_there_is_nothing_to_find(client: TestClient) -> None:
    post(client, visit(0, 5), "?commit=false")
    assert search(client)["examinations"] == []


@pytest.mark.parametrize(
    ("body", "status", "pointers"),
    [
        (b"{}", 422, {"/reference"}),
        (b'{"reference": null}', 422, {"/reference"}),
        (b'{"reference": 17}', 422, {"/reference"}),
        (b'{"reference": ["p1"]}', 422, {"/reference"}),
        (b'{"reference": "%s"}' % (b"x" * 129), 422, {"/reference"}),
        (b'{"reference": "p1", "limit": 3}', 422, {"/limit"}),
        (b'{"tenant": "other", "name": 1}', 422, {"/reference", "/tenant", "/name"}),
        (b'{"reference": "\\ud800"}', 422, {""}),
        (b"[]", 422, {""}),
        (b"", 400, set()),
        (b"{", 400, set()),
        (b'{"reference": "p1", "reference": "p2"}', 400, set()),
        (b'{"reference": "p1"}' + b" " * 2048, 413, set()),
    ],
)
def test_every_fault_of_a_search_is_named(client: TestClient, body: bytes, status: int, pointers: set[str]) -> None:
    refused = client.post(PATH, content=body, headers={"Content-Type": "application/json"})
    assert refused.status_code == status
    assert {fault["pointer"] for fault in refused.json().get("errors", ())} == pointers


def test_the_address_takes_no_reference(client: TestClient) -> None:
    assert client.post(f"{PATH}?reference=p1", json={"reference": "p1"}).status_code == 422
    refused = client.get(f"{PATH}?reference=p1")
    assert (refused.status_code, refused.headers["Allow"]) == (405, "POST")
    assert client.post(PATH, content='{"reference": "p1"}', headers={"Content-Type": "text/plain"}).status_code == 415


def test_another_tenant_sees_nothing_and_without_the_scope_nobody_does(tmp_path: Path) -> None:
    """Hazard H-10: a reference of one hospital means somebody else at another."""
    file = tmp_path / "keys.json"
    keys = {
        "own": made(file),
        "other": made(file, tenant="practice"),
        "no scope": made(file, name="sender", scopes="assess,outcome,admin"),
    }
    headers = {name: {"X-API-Key": key} for name, key in keys.items()}
    with TestClient(create_app(Settings(auth=Auth.API_KEY, api_keys_file=file))) as client:
        assert client.post("/v1/assessments", json=visit(0, 5), headers=headers["own"]).status_code == 201
        assert len(times(search(client, headers=headers["own"]))) == 1
        assert search(client, headers=headers["other"]) == {"examinations": [], "complete": True}
        for name, status in (("no scope", 403), (None, 401)):
            refused = client.post(PATH, json={"reference": "p1"}, headers=headers.get(name or "", {}))
            assert refused.status_code == status


def test_what_retention_removed_is_not_there(client: TestClient) -> None:
    """Hazard H-26: content that was removed is shown all the same."""
    post(client, visit(0, 5))
    now = datetime.now(UTC) + timedelta(seconds=1)
    with closing(Database(Settings().database_url.get_secret_value(), seconds=30)) as database:
        removed = purge(database, before=now, now=now, id="purge", caller="test")
    assert removed.assessments == 1
    assert search(client) == {"examinations": [], "complete": True}


def test_more_than_are_shown_are_said_to_be_more(client: TestClient) -> None:
    for hour in range(MOST_READ):
        post(client, visit(hour, 4))
    assert search(client)["complete"] is True
    post(client, visit(MOST_READ, 4))
    found = search(client)
    assert (len(found["examinations"]), found["complete"]) == (MOST_READ, False)
    assert times(found)[0] == "2026-11-02T13:00:00Z"


@pytest.mark.parametrize(
    "change",
    ["update contents set exam = '{}' where seq = 1", "update contents set answer = '{}' where seq = 1"],
    ids=["exam", "answer"],
)
def test_what_can_no_longer_be_read_is_said_to_be_missing(client: TestClient, change: str) -> None:
    """Hazard H-08: an examination is missing from the course, and nobody is told."""
    for hours in (0, 48):
        post(client, visit(hours, 4))
    path = Settings().database_url.get_secret_value().removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as other:
        for (name,) in other.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            other.execute(f'drop trigger "{name}"')
        other.execute(change)
        other.commit()
    found = search(client)
    assert (times(found), found["complete"]) == (["2026-11-04T12:00:00Z"], False)


def test_what_waits_in_the_journal_is_there_too(tmp_path: Path) -> None:
    """Hazard H-08: while another program holds the database, what was just found is missing from the course."""
    settings = Settings(record_seconds=0.3)
    path = settings.database_url.get_secret_value().removeprefix("sqlite:///")
    with TestClient(create_app(settings)) as client:
        post(client, visit(0, 5))
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("begin immediate")
            answer = client.post("/v1/assessments", json=visit(48, 4))
            assert answer.headers["Nerveroot-Record"] == "deferred"
            found = search(client)
            other.execute("rollback")
    assert times(found) == ["2026-11-02T12:00:00Z", "2026-11-04T12:00:00Z"]
    assert found["examinations"][1]["id"] == answer.json()["id"]
    assert found["complete"] is True


def test_where_the_record_cannot_be_read_nobody_is_told_that_it_is_empty() -> None:
    """Hazard H-08: silence of the database is drawn as a first visit."""
    with TestClient(create_app(Settings(database_url=NOWHERE)), raise_server_exceptions=False) as client:
        post(client, visit(0, 5))
        refused = client.post(PATH, json={"reference": "p1"})
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
        assert refused.json()["type"] == "urn:nerveroot:problem:record-unavailable"


def test_it_is_documented_as_it_answers(client: TestClient) -> None:
    post(client, {**a_body(patient={"reference": "p1"}), "examined_at": "2026-11-02T12:00:00Z"})
    document = client.get("/openapi.json").json()
    operation = document["paths"][PATH]["post"]
    answered = operation["responses"]["200"]["content"]["application/json"]["schema"]
    jsonschema.validate(search(client), {"components": document["components"], **answered})
    asked = operation["requestBody"]["content"]["application/json"]
    jsonschema.validate(asked["example"], asked["schema"])
    assert asked["schema"]["required"] == ["reference"]
    assert asked["schema"]["additionalProperties"] is False
    assert {"401", "403", "413", "415", "422", "429", "503"} <= operation["responses"].keys()
    assert document["components"]["schemas"]["Exam"]["required"] == ["patient"]
