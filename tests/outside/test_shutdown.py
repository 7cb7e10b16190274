"""A process under load is ended, killed or told to reload; what its clients were told is held against the record."""

import json
import os
import shutil
import signal
import socket
import time
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from bench.load import Answer, Request
from service.app import create_app
from service.record.database import Database
from service.record.verification import verify
from service.settings import RELEASED, Settings
from tests.builders import a_body
from tests.outside.crowd import Asked, crowd, with_key
from tests.service.odd_models import change_manifest, promote
from tests.service.serving import PATIENCE, Running, running

CLIENTS = 8


def asking(turn: int) -> Request:
    """An examination; every third is an emergency."""
    body = a_body(20 + turn % 60, red_flags={"urinary_retention": turn % 3 == 0})
    return Request(path="/v1/assessments?explain=false", body=json.dumps(body).encode())


def asking_with_key(turn: int) -> Request:
    """The same, and it can be sent again."""
    return with_key(asking(turn), str(uuid.uuid4()))


def stored() -> dict[str, bytes]:
    """The answers on record by their id, in a chain that holds."""
    database = Database(Settings().database_url.get_secret_value(), seconds=PATIENCE)
    try:
        assert [str(fault) for fault in verify(database)] == []
        with database.reading() as connection:
            rows = list(connection.exec_driver_sql("SELECT id, answer FROM entries JOIN contents USING (seq)"))
    finally:
        database.close()
    assert [each for each, times in Counter(row.id for row in rows).items() if times > 1] == []
    return {row.id: row.answer.encode() for row in rows}


def acknowledged(answered: list[Asked]) -> dict[str, bytes]:
    """The answers that clients were given, by their id; each of them on record, as they were told."""
    assert Counter(answer.status for _, answer in answered) == {201: len(answered)}
    assert {answer.headers["nerveroot-record"] for _, answer in answered} <= {"stored", "deferred"}
    return {answer.headers["location"].rpartition("/")[2]: answer.body for _, answer in answered}


def ready(service: Running) -> Any:
    """What readiness says."""
    return httpx2.get(f"{service.url}/health/ready", timeout=PATIENCE).json()


def assert_shown_again(service: Running, answers: dict[str, bytes]) -> None:
    """The service shows each answer as it was given."""
    with httpx2.Client(base_url=service.url, timeout=PATIENCE) as client:
        for identifier, body in answers.items():
            shown = client.get(f"/v1/assessments/{identifier}")
            assert (shown.status_code, shown.content) == (200, body)


@pytest.mark.parametrize("rounds", [1, pytest.param(15, marks=pytest.mark.long)])
def test_a_service_that_is_ended_finishes_what_it_accepted(rounds: int) -> None:
    """Hazard H-27: the service is updated in the middle of the day, and with it answers go."""
    told: dict[str, bytes] = {}
    for _ in range(rounds):
        with running() as service, crowd(service.port, asking, CLIENTS) as clients:
            clients.wait_for(60)
            service.end()
            clients.join()
            assert service.process.returncode in (0, -signal.SIGTERM)
            assert {line["level"].lower() for line in service.log()} <= {"info"}
        told |= acknowledged(clients.answered)
        assert clients.cut_off == []
        # Neither an answer that is not stored, nor one that is and was not given.
        assert stored() == told
        assert list(Settings().journal_dir.iterdir()) == []
    with running() as service:
        assert ready(service)["status"] == "ready"
        assert_shown_again(service, dict(list(told.items())[-20:]))


def test_a_request_that_is_half_there_when_the_service_is_ended_is_answered() -> None:
    raw = asking(0).raw()
    with running() as service, socket.create_connection(("127.0.0.1", service.port), PATIENCE) as connection:
        connection.sendall(raw[:-10])
        ready(service)  # asked after it, and answered: the half is there too
        service.process.terminate()
        until = time.monotonic() + PATIENCE
        while not _refuses(service.port):
            assert time.monotonic() < until
            time.sleep(0.01)
        connection.sendall(raw[-10:])
        answer = b""
        while part := connection.recv(65536):
            answer += part
        service.process.wait(PATIENCE)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 201 ")
    assert stored() == {json.loads(body)["id"]: body}


def _refuses(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), PATIENCE):
            return False
    except OSError:
        return True


@pytest.mark.parametrize("rounds", [2, pytest.param(25, marks=pytest.mark.long)])
def test_a_service_that_is_killed_loses_no_answer(rounds: int) -> None:
    """Hazard H-27: an answer that a clinician acts on is lost with the process that gave it.

    After each kill the clients send what was not answered again, with the same Idempotency-Key.
    """
    told: dict[str, bytes] = {}
    keys: set[str] = set()
    again: list[Request] = []
    for _ in range(rounds):
        with running() as service, crowd(service.port, asking_with_key, CLIENTS, again) as clients:
            clients.wait_for(40 + len(again))
            service.process.kill()
            clients.join()
        told |= acknowledged(clients.answered)
        keys |= {request.kind for request, _ in clients.answered}
        again = [*clients.unanswered, *clients.cut_off]
        assert again, "nothing was under way, so little was tested"
    with running() as service:
        with crowd(service.port, asking_with_key, 1, again) as clients:
            clients.wait_for(len(again))
        told |= acknowledged(clients.answered)
        keys |= {request.kind for request, _ in clients.answered}
        assert ready(service)["status"] == "ready"
        assert_shown_again(service, dict(list(told.items())[-40:]))
    # Whatever was under way when it was killed was sent again until it was answered: one answer to each key.
    assert stored() == told
    assert len(told) == len(keys)


# Another model.

VERSIONS = ("1.0.0", "1.2.0")
"""Two releases that do not say the same of these examinations."""
CORRUPT = "9.9.9"
EXAMS = [
    a_body(30 + turn, examination={"strength": {"great_toe_extension": grade}, "reflexes": {"achilles": reflex}})
    for turn, (grade, reflex) in enumerate([(5, "normal"), (3, "normal"), (5, "absent"), (2, "reduced")])
]


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A folder of releases, one of which is cut off."""
    for version in VERSIONS:
        shutil.copytree(RELEASED / version, tmp_path / version)
    shutil.copytree(RELEASED / VERSIONS[1], tmp_path / CORRUPT)
    change_manifest(tmp_path / CORRUPT, version=CORRUPT)
    os.truncate(tmp_path / CORRUPT / "classifier.onnx", 1000)
    promote(tmp_path, VERSIONS[0])
    return tmp_path


REASONS = ("baseline_log_odds", "explanation", "next_examinations")


def said_of(answer: Any) -> Any:
    """What depends on the model."""
    return answer["classifier"], answer["provenance"]["model_sha256"]


def expected(version: str) -> list[Any]:
    """What a service that never had another model says of the examinations."""
    with TestClient(create_app(Settings(model_version=version))) as client:
        return [said_of(client.post("/v1/assessments?commit=false", json=each).json()) for each in EXAMS]


def reload(service: Running, way: str) -> None:
    """Tell the service to take the champion, in either way."""
    if way == "signal":
        service.process.send_signal(signal.SIGHUP)
    else:
        answer = httpx2.post(f"{service.url}/v1/model/reload", timeout=PATIENCE)
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("swaps", [4, pytest.param(60, marks=pytest.mark.long)])
def test_a_reload_under_load_fails_no_request_and_mixes_no_answer(models: Path, swaps: int) -> None:
    """Hazard H-09: the provenance of an answer names another model than the one that gave it."""

    def exam(turn: int) -> Request:
        return Request(body=json.dumps(EXAMS[turn % len(EXAMS)]).encode(), kind=str(turn % len(EXAMS)))

    def of(version: str) -> Any:
        return lambda answer: json.loads(answer.body)["provenance"]["model_version"] == version

    known = {version: expected(version) for version in VERSIONS}
    assert all(one != other for one, other in zip(*known.values(), strict=True))
    with running({"NERVEROOT_MODEL_DIR": str(models)}) as service, crowd(service.port, exam, CLIENTS) as clients:
        clients.wait_for(CLIENTS)
        for turn in range(swaps):
            version = VERSIONS[(turn + 1) % 2]
            promote(models, version)
            reload(service, "signal" if turn % 4 < 2 else "request")
            clients.wait_for(2 * CLIENTS, of(version))
        promote(models, CORRUPT)
        refused = httpx2.post(f"{service.url}/v1/model/reload", timeout=PATIENCE)
        service.process.send_signal(signal.SIGHUP)
        clients.wait_for(4 * CLIENTS, of(version))
        assert ready(service)["model_version"] == version
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:nerveroot:problem:model-not-reloaded")
    assert "SHA-256" in refused.json()["detail"]
    assert (clients.unanswered, clients.cut_off) == ([], [])
    assert stored() == acknowledged(clients.answered)
    for request, answer in clients.answered:
        _assert_of_one_release(answer, int(request.kind), known)


def _assert_of_one_release(answer: Answer, exam: int, known: dict[str, list[Any]]) -> None:
    said = json.loads(answer.body)
    classifier, digest = known[said["provenance"]["model_version"]][exam]
    # On a busy machine an answer is due before its reasons are worked out, and comes without them.
    late = dict.fromkeys(name for name in REASONS if said["classifier"][name] is None)
    assert said_of(said) == (classifier | late, digest)


def test_with_a_corrupt_model_the_rules_answer_and_readiness_says_so(models: Path) -> None:
    """Hazard H-14: no model, and with it no red flags."""
    settings = {"NERVEROOT_MODEL_DIR": str(models), "NERVEROOT_MODEL_VERSION": CORRUPT}
    with running(settings) as service:
        emergency = a_body(red_flags={"urinary_retention": True})
        answer = httpx2.post(f"{service.url}/v1/assessments", json=emergency, timeout=PATIENCE)
        assert (answer.status_code, answer.headers["Nerveroot-Record"]) == (201, "stored")
        assert (answer.json()["urgency"], answer.json()["classifier"]["status"]) == ("emergency", "unavailable")
        said = httpx2.get(f"{service.url}/health/ready", timeout=PATIENCE)
        assert (said.status_code, said.json()["status"], said.json()["model_version"]) == (200, "degraded", "none")
