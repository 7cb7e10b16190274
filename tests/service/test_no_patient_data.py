"""Nothing that is said of a patient comes out anywhere but in the answer to whoever said it.

A marker is planted in everything that takes what somebody types, in requests that are answered and in such that are
refused or fail; then the log at its most talkative, the metrics, the traces, the refusals and the files are searched.
"""

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from features.exam import Exam
from service.app import create_app
from service.identity.__main__ import main as identity
from service.record.record import Record
from service.settings import Settings
from tests.record.tampering import tamper
from tests.service.collector import collecting
from tests.service.planted import MARKER, NUMBER, TRACES_OF_BOTH, TYPE, Planted, good, planted
from tests.service.serving import PATIENCE, running
from tests.service.small_app import logged

NOWHERE = "postgresql://nobody:secret-of-the-database@127.0.0.1:1/nothing"
"""A database that refuses every connection."""


def found_in(text: str) -> list[str]:
    """What of the marker and the number stands in a text."""
    return [each for each in TRACES_OF_BOTH if each in text]


def plain(refusal: str) -> str:
    """A refusal without its pointers: they name fields, as the caller named them."""
    stated = json.loads(refusal)
    for fault in stated.get("errors", ()):
        assert " " not in fault.pop("pointer")
    return json.dumps(stated)


def ask(client: Any, each: Planted) -> Any:
    return client.request(each.method, each.path, headers=each.headers, content=each.body, follow_redirects=False)


def ask_all(client: Any, requests: list[Planted]) -> dict[int, int]:
    """How often each status came; no refusal and no header says the marker."""
    statuses: dict[int, int] = {}
    for each in requests:
        answer = ask(client, each)
        statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
        assert found_in(str(answer.headers.multi_items())) == [], each.name
        if answer.status_code >= 400 and each.method != "HEAD":
            assert found_in(plain(answer.text)) == [], each.name
    return statuses


@pytest.fixture
def log() -> Iterator[Any]:
    """All that is logged, of every logger at every level, as the service writes it."""
    with logged("", logging.DEBUG) as stream, logged("service", logging.DEBUG):
        yield stream


def everywhere(client: TestClient, log: Any) -> str:
    """What comes out of a running service beside its answers."""
    return str(log.getvalue()) + client.get("/metrics").text + client.get("/health/ready").text


def test_neither_log_nor_metrics_nor_refusals_repeat_what_was_sent(log: Any) -> None:
    """Hazard H-26: a name stands in an error message, in a log or in a metric."""
    with TestClient(create_app(Settings()), raise_server_exceptions=False) as client:
        statuses = ask_all(client, planted())
        said = everywhere(client, log)
    assert {201, 400, 404, 405, 413, 415, 422} <= statuses.keys()
    assert not [status for status in statuses if status >= 500]
    assert len(log.getvalue().splitlines()) > sum(statuses.values()) - 10
    assert "nerveroot_" in said
    assert found_in(said) == []


def test_what_is_on_record_holds_no_reference(log: Any) -> None:
    """Hazard H-26: the record names the patient."""
    with TestClient(create_app(Settings()), raise_server_exceptions=False) as client:
        assert ask(client, good()).status_code == 201
    path = Path(Settings().database_url.get_secret_value().removeprefix("sqlite:///"))
    kept = b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))
    assert str(NUMBER).encode() in kept  # the examination itself is on record
    assert MARKER.encode() not in kept


def test_nor_where_the_database_is_out_of_reach(log: Any) -> None:
    """Hazard H-26: the message of a database that fails holds the row."""
    settings = Settings(database_url=NOWHERE)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        answer = ask(client, good())
        assert (answer.status_code, answer.headers["Nerveroot-Record"]) == (201, "deferred")
        ask_all(client, planted()[-40:])
        said = everywhere(client, log)
    assert "secret-of-the-database" not in said
    assert found_in(said) == []
    waiting = b"".join(each.read_bytes() for each in settings.journal_dir.iterdir())
    assert str(NUMBER).encode() in waiting
    assert MARKER.encode() not in waiting


def test_nor_where_a_row_of_the_record_is_damaged(log: Any) -> None:
    """Hazard H-26: the driver repeats the text that it cannot read, in the log and on the open page of health."""
    first = good()
    path = Settings().database_url.get_secret_value().removeprefix("sqlite:///")
    with TestClient(create_app(Settings()), raise_server_exceptions=False) as client:
        assert ask(client, first).status_code == 201
        spoilt = f'{{"patient":"{MARKER} {NUMBER} '.encode().hex() + "ff"
        for column in ("answer", "exam"):
            tamper(f"sqlite:///{path}", f"UPDATE contents SET {column} = CAST(x'{spoilt}' AS TEXT)")  # noqa: S608
            again, other = ask(client, first), ask(client, replace(first, headers=TYPE))
            for answer in (again, other):
                assert (answer.status_code, answer.headers["Nerveroot-Record"]) == (201, "stored")
            assert "Idempotency-Replayed" not in again.headers
        ready = client.get("/health/ready")
        said = everywhere(client, log)
    assert ready.status_code == 200
    assert "is not as it was written" in said
    assert found_in(said) == []


def fails(exam: Exam) -> Any:
    raise ValueError(f"{MARKER} {exam!r}")


def fails_behind(exam: Exam) -> Any:
    try:
        fails(exam)
    except ValueError as fault:
        raise RuntimeError(MARKER) from fault


@pytest.mark.parametrize("model", [fails, fails_behind], ids=lambda each: each.__name__)
def test_nor_where_the_model_says_so_in_its_exception(log: Any, model: Any) -> None:
    """Hazard H-26: an exception repeats the examination."""
    with TestClient(create_app(Settings(), model), raise_server_exceptions=False) as client:
        answer = ask(client, good())
        said = everywhere(client, log)
    assert answer.status_code == 201 or found_in(plain(answer.text)) == []
    assert f'"builtins.{"ValueError" if model is fails else "RuntimeError"}"' in said
    assert found_in(said) == []


def test_nor_where_the_record_fails_in_a_way_that_nobody_expects(log: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hazard H-26: SQLAlchemy repeats the statement with its values."""

    async def broken(*_: object) -> None:
        raise OperationalError(f"insert {MARKER}", {"answer": MARKER}, ValueError(MARKER))

    monkeypatch.setattr(Record, "append", broken)
    with TestClient(create_app(Settings()), raise_server_exceptions=False) as client:
        answer = ask(client, good())
        said = everywhere(client, log)
    assert answer.status_code in (500, 503)
    assert found_in(plain(answer.text)) == []
    assert "OperationalError" in said
    assert found_in(said) == []


def test_nor_where_a_caller_shows_a_wrong_key(log: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Hazard H-26: a key, or what was taken for one, stands in the log."""
    path = tmp_path / "keys.json"
    made = ["create", "--tenant", "clinic", "--name", "app", "--scopes", "assess,read,admin"]
    assert identity(["--file", str(path), *made]) == 0
    key = capsys.readouterr().out.strip()
    settings = Settings(auth="api_key", api_keys_file=path)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        for wrong in (MARKER, key[:-1], f"{key}{MARKER}", f"nerveroot_{MARKER}_{MARKER}"):
            for header in ({"Authorization": f"Bearer {wrong}"}, {"X-API-Key": wrong}):
                answer = client.get("/v1/assessments/x", headers=header)
                assert answer.status_code == 401
                assert found_in(answer.text + str(answer.headers.multi_items())) == []
        shown = {"Authorization": f"Bearer {key}"}
        first = good()
        answer = client.post("/v1/assessments", headers={**first.headers, **shown}, content=first.body)
        assert answer.status_code == 201
        said = str(log.getvalue()) + client.get("/metrics", headers=shown).text
    assert key.rsplit("_", 1)[1] not in said
    assert found_in(said) == []


def test_nor_does_a_whole_process_that_says_all_it_can(tmp_path: Path) -> None:
    """Hazard H-26: as above, with what the server, the libraries and the traces say; of stderr, every byte."""
    with collecting() as collector:
        talkative = {"NERVEROOT_LOG_LEVEL": "debug", "OTEL_EXPORTER_OTLP_ENDPOINT": collector.address}
        with running(talkative) as service:
            with httpx2.Client(base_url=service.url, timeout=PATIENCE) as client:
                statuses = ask_all(client, planted(every=5))
                metrics = client.get("/metrics").text
            # It has ended: what waited was sent.
            lines = service.log()
        sent = b"".join(collector.bodies).decode("latin-1")
    assert {201, 400, 404, 405, 413, 415, 422} <= statuses.keys()
    assert len(lines) > sum(statuses.values()) - 10
    assert found_in(json.dumps(lines) + metrics + sent) == []
    assert "assess" in sent
