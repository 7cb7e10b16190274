"""Every answer is on record before it is sent, and can be shown again, byte for byte."""

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.errors import StartupError
from service.record.database import Database
from service.settings import Settings
from tests.builders import a_body
from tests.record.entries import an_entry
from tests.service.test_startup import start
from tests.service.visits import post, visit

EMERGENCY = a_body(red_flags={"urinary_retention": True})
NOWHERE = "postgresql://nobody:secret@127.0.0.1:1/nothing"
"""A database that refuses every connection."""


@pytest.fixture
def client() -> Iterator[TestClient]:
    """A service whose record is empty."""
    with TestClient(create_app(Settings()), raise_server_exceptions=False) as found:
        yield found


def rows(sql: str) -> list[Any]:
    """What stands in the record of the test."""
    path = Settings().database_url.get_secret_value().removeprefix("sqlite:///")
    with sqlite3.connect(path) as connection:
        return connection.execute(sql).fetchall()


def until(holds: Callable[[], bool]) -> None:
    """Wait for something to hold; fail where it does not come to hold at all."""
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_answer_is_shown_again_byte_for_byte_also_by_another_process(client: TestClient) -> None:
    """Hazard H-27: what was answered cannot be shown again."""
    answer = client.post("/v1/assessments", json=EMERGENCY)
    assert answer.headers["Nerveroot-Record"] == "stored"
    again = client.get(answer.headers["Location"])
    assert (again.status_code, again.content) == (200, answer.content)
    with TestClient(create_app(Settings())) as restarted:
        assert restarted.get(answer.headers["Location"]).content == answer.content


def test_what_is_kept_says_who_when_and_by_which_versions(client: TestClient) -> None:
    answer = client.post("/v1/assessments", json=EMERGENCY).json()
    [row] = rows("select id, at, tenant, caller, model_version, ruleset_version, software_version from entries")
    provenance = answer["provenance"]
    versions = tuple(provenance[f"{each}_version"] for each in ("model", "ruleset", "software"))
    assert row == (answer["id"], answer["created_at"], "local", "local", *versions)


def test_without_commit_nothing_is_kept(client: TestClient) -> None:
    answer = client.post("/v1/assessments?commit=false", json=EMERGENCY)
    assert (answer.status_code, answer.headers["Nerveroot-Record"]) == (201, "none")
    assert "Location" not in answer.headers
    assert client.get(f"/v1/assessments/{answer.json()['id']}").status_code == 404
    assert rows("select * from entries") == []


def test_what_is_refused_is_not_kept(client: TestClient) -> None:
    assert client.post("/v1/assessments", json=a_body(17)).status_code == 422
    assert rows("select * from entries") == []


@pytest.mark.parametrize("identifier", ["nothing", "00000000-0000-7000-8000-000000000000", "'; --", "%00", "a" * 5000])
def test_what_was_never_answered_is_not_there(client: TestClient, identifier: str) -> None:
    for path in (f"/v1/assessments/{identifier}", f"/v1/assessments/{identifier}/outcome"):
        assert client.get(path).status_code == 404, path


def test_a_reference_is_kept_as_a_keyed_hash_alone(client: TestClient, record_of_the_session: Path) -> None:
    """Hazard H-26: a copy of the database names who was examined."""
    post(client, visit(0, 5, reference="Jane-Doe-1970"))
    [(person, exam)] = rows("select person, exam from contents")
    assert len(person) == 64
    assert "great_toe_extension" in exam
    kept = b"".join(path.read_bytes() for path in record_of_the_session.glob("record-*.sqlite3*"))
    assert person.encode() in kept
    assert b"Jane-Doe" not in kept


@pytest.mark.parametrize("key", [None, "another key of the record, long enough"], ids=["lost", "another"])
def test_with_another_key_the_service_does_not_start(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, key: str | None
) -> None:
    """Hazard H-08: nobody notices that examinations of one person are no longer linked."""
    post(client, visit(0, 5))
    monkeypatch.delenv("NERVEROOT_RECORD_KEY") if key is None else monkeypatch.setenv("NERVEROOT_RECORD_KEY", key)
    with pytest.raises(StartupError, match="began with another key"):
        create_app(Settings())
    done = start()
    assert done.returncode == 2
    assert "nerveroot cannot start: The record began with another key" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_record_of_another_version_keeps_the_service_from_starting_and_says_what_to_do(client: TestClient) -> None:
    with sqlite3.connect(Settings().database_url.get_secret_value().removeprefix("sqlite:///")) as connection:
        connection.execute("update alembic_version set version_num = 'older'")
    done = start()
    assert done.returncode == 2
    assert "nerveroot cannot start: " in done.stderr
    assert "make migrate" in done.stderr or "newer" in done.stderr
    assert "Traceback" not in done.stderr


# Idempotency.


def send(client: TestClient, body: Any, key: str | None, query: str = "") -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post(f"/v1/assessments{query}", json=body, headers=headers)


def test_the_same_key_and_body_get_the_same_answer_also_after_a_restart(client: TestClient) -> None:
    first = send(client, EMERGENCY, "k1")
    again = send(client, EMERGENCY, "k1")
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Location"] == first.headers["Location"]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Content-Language" not in again.headers  # the stored answer may be in another one than is asked for now
    with TestClient(create_app(Settings())) as restarted:
        assert send(restarted, EMERGENCY, "k1").content == first.content
    assert rows("select count(*) from entries") == [(1,)]


def test_the_same_key_with_another_body_is_refused(client: TestClient) -> None:
    send(client, EMERGENCY, "k1")
    refused = send(client, a_body(), "k1")
    assert refused.status_code == 422
    assert refused.json()["type"] == "urn:nerveroot:problem:idempotency-key-reused"
    assert rows("select count(*) from entries") == [(1,)]


def test_without_a_key_or_with_another_one_every_request_is_a_new_one(client: TestClient) -> None:
    ids = {send(client, EMERGENCY, key).json()["id"] for key in (None, None, "k1", "k2")}
    assert len(ids) == 4


def test_many_at_once_with_one_key_give_one_row(client: TestClient) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: send(client, EMERGENCY, "k1"), range(32)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert rows("select count(*) from entries") == [(1,)]


def test_a_request_that_is_refused_does_not_use_its_key_up(client: TestClient) -> None:
    assert send(client, a_body(17), "k1").status_code == 422
    assert send(client, EMERGENCY, "k1").status_code == 201


def test_without_commit_a_key_is_not_used_up(client: TestClient) -> None:
    send(client, a_body(), "k1", "?commit=false")
    assert send(client, EMERGENCY, "k1").status_code == 201


@pytest.mark.parametrize("key", ["", " ", "a b", "a" * 256, "ä".encode().decode("latin-1")])
def test_a_key_that_cannot_be_used_is_refused(client: TestClient, key: str) -> None:
    headers = {b"Idempotency-Key": key.encode("latin-1")}
    refused = client.post("/v1/assessments", json=EMERGENCY, headers=headers)
    assert refused.status_code == 400
    assert refused.json()["type"] == "urn:nerveroot:problem:idempotency-key"


# The database is down.


@pytest.fixture
def cut_off() -> Iterator[TestClient]:
    """A service whose database refuses every connection."""
    with TestClient(create_app(Settings(database_url=NOWHERE)), raise_server_exceptions=False) as found:
        yield found


def test_while_the_database_is_down_answers_wait_on_disk(cut_off: TestClient) -> None:
    """Hazard H-14: the database fails, and with it every answer."""
    answer = cut_off.post("/v1/assessments", json=EMERGENCY)
    assert (answer.status_code, answer.headers["Nerveroot-Record"]) == (201, "deferred")
    again = cut_off.get(answer.headers["Location"])
    assert (again.content, again.headers["Nerveroot-Record"]) == (answer.content, "deferred")
    kept = "".join(path.read_text() for path in Settings().journal_dir.glob("*.jsonl"))
    assert answer.json()["id"] in kept


def test_while_the_database_is_down_a_key_still_counts(cut_off: TestClient) -> None:
    first = send(cut_off, EMERGENCY, "k1")
    assert send(cut_off, EMERGENCY, "k1").content == first.content
    assert send(cut_off, a_body(), "k1").status_code == 422


def test_what_waited_is_in_the_database_once_it_is_back() -> None:
    with TestClient(create_app(Settings(database_url=NOWHERE))) as cut_off:
        ids = [cut_off.post("/v1/assessments", json=a_body(40 + number)).json()["id"] for number in range(5)]
    with TestClient(create_app(Settings())) as back:
        last = back.post("/v1/assessments", json=EMERGENCY).json()["id"]
        until(lambda: back.get("/health/ready").json()["status"] == "ready")
    assert [each for (each,) in rows("select id from entries order by seq")] == [*ids, last]


def of_readiness(client: TestClient, name: str) -> Any:
    [found] = [each for each in client.get("/health/ready").json()["checks"] if each["name"] == name]
    return found


def test_readiness_tells_that_the_tables_are_of_another_version(tmp_path: Path) -> None:
    """They came while the service ran; at the start it would have refused them."""
    folder = tmp_path / "later"
    folder.write_text("")
    url = f"sqlite:///{folder / 'record.sqlite3'}"
    with TestClient(create_app(Settings(database_url=url))) as client:
        assert of_readiness(client, "migrations")["status"] == "ready"
        folder.unlink()
        folder.mkdir()
        with closing(sqlite3.connect(folder / "record.sqlite3")) as other:
            other.execute("create table entries (somebody_elses)")
            other.commit()
        until(lambda: of_readiness(client, "migrations")["status"] == "degraded")
        assert "make migrate" in of_readiness(client, "migrations")["detail"]
        assert client.post("/v1/assessments", json=EMERGENCY).headers["Nerveroot-Record"] == "deferred"


def test_readiness_tells_that_the_clock_is_behind_the_record(client: TestClient) -> None:
    client.post("/v1/assessments", json=EMERGENCY)
    with closing(Database(Settings().database_url.get_secret_value(), seconds=30)) as database:
        database.append([an_entry(at="2199-01-01T00:00:00.000000Z")])
    with TestClient(create_app(Settings())) as restarted:
        until(lambda: of_readiness(restarted, "clock")["status"] == "degraded")
        assert "2199-01-01T00:00:00" in of_readiness(restarted, "clock")["detail"]


def test_an_earlier_examination_that_waits_is_compared_and_the_answer_says_what_it_cannot_see(
    cut_off: TestClient,
) -> None:
    """Hazard H-08: the record cannot be asked, and silence is read as no change."""
    first = post(cut_off, visit(0, 5))
    second = post(cut_off, visit(48, 3))
    assert second["comparison"]["verdict"] == "worse"
    for answer in (first, second):
        assert "CA-EARLIER-UNREAD" in {note["rule_id"] for note in answer["caveats"]}
    without = post(cut_off, a_body())
    assert "CA-EARLIER-UNREAD" not in {note["rule_id"] for note in without["caveats"]}


def test_outcomes_have_to_wait(cut_off: TestClient) -> None:
    identifier = cut_off.post("/v1/assessments", json=EMERGENCY).json()["id"]
    stated = {"roots": [], "confirmed_by": "mri", "confirmed_on": "2026-11-20"}
    refused = cut_off.put(f"/v1/assessments/{identifier}/outcome", json=stated)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")


@pytest.mark.parametrize("body", [EMERGENCY, a_body()], ids=["emergency", "calm"])
def test_where_nothing_can_be_written_the_red_flags_are_told_all_the_same(tmp_path: Path, body: Any) -> None:
    """Hazard H-14: a full disk silences an emergency."""
    (tmp_path / "file").write_text("")
    settings = Settings(database_url=NOWHERE, journal_dir=tmp_path / "file" / "journal")
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        refused = client.post("/v1/assessments", json=body)
        told = client.post("/v1/assessments?commit=false", json=body).json()
        assert client.get("/health/ready").status_code == 503
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    said = refused.json()
    assert said["type"] == "urn:nerveroot:problem:not-recorded"
    assert (said["urgency"], said["red_flags"]) == (told["urgency"], told["red_flags"])


def test_where_the_service_breaks_the_red_flags_are_told_all_the_same() -> None:
    """Hazard H-14: a fault in the texts silences an emergency."""

    def broken(exam: Any) -> Any:
        raise ZeroDivisionError("secret detail")

    with TestClient(create_app(Settings(), broken), raise_server_exceptions=False) as client:
        refused = client.post("/v1/assessments", json=EMERGENCY)
    assert refused.status_code == 500
    assert refused.json()["urgency"] == "emergency"
    assert [flag["rule_id"] for flag in refused.json()["red_flags"]["present"]] == ["RF-CES-RETENTION"]
    assert "secret" not in refused.text
    assert rows("select * from entries") == []


def test_a_counter_that_fails_takes_no_answer_along(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hazard H-14: an answer is on record, and the client gets a fault."""

    def broken(*_: Any) -> None:
        raise KeyError("secret detail")

    monkeypatch.setattr("service.drift.Drift.seen", broken, raising=False)
    monkeypatch.setattr("service.metrics.encode", broken)
    assert client.post("/v1/assessments", json=EMERGENCY).status_code == 201


def test_a_record_that_cannot_be_read_in_a_way_that_nobody_expects(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hazard H-08: the read fails, and with it the answer; or the answer does not say that it failed."""

    async def broken(*_: Any) -> None:
        raise KeyError("secret detail")

    monkeypatch.setattr("service.record.record.Record.of_person", broken)
    answer = post(client, visit(48, 3))
    assert "CA-EARLIER-UNREAD" in {note["rule_id"] for note in answer["caveats"]}


def test_what_is_kept_is_json_that_people_can_read(client: TestClient) -> None:
    body = json.loads((Path(__file__).parent.parent.parent / "service" / "examples" / "exam.json").read_text())
    answer = client.post("/v1/assessments", json=body)
    [(exam, kept)] = rows("select exam, answer from contents")
    assert json.loads(exam)["examination"]["strength"] == body["examination"]["strength"]
    assert kept.encode() == answer.content
