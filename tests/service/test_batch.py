"""`POST /v1/assessments/batch`: a line for a line, in order, whatever is wrong with one of them."""

import json
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPResponse
from importlib.resources import files
from typing import Any

import pytest
from starlette.testclient import TestClient

from features.answer import Answer
from service.app import create_app
from service.body import MAX_BODY
from service.consult import Consult
from service.ndjson import NDJSON
from service.settings import Settings
from tests.builders import a_body
from tests.service.serving import PATIENCE, lives, served
from tests.service.visits import flags_of, visit

BATCH = "/v1/assessments/batch"
EXAMS = [
    json.loads(each.read_text(encoding="utf-8"))
    for each in sorted(files("service").joinpath("examples").iterdir(), key=lambda each: each.name)
    if each.is_file()
]
FAULTY = a_body(12)
PROGRESS = {"RF-MOTOR-PROGRESSIVE", "RF-MOTOR-RAPID"}


def ndjson(bodies: Sequence[Any]) -> bytes:
    return b"".join(json.dumps(body).encode() + b"\n" for body in bodies)


def answers(client: TestClient, body: bytes, query: str = "commit=false") -> list[dict[str, Any]]:
    """The lines of the answer; the whole batch was taken."""
    found = client.post(f"{BATCH}?{query}", content=body, headers={"Content-Type": NDJSON})
    assert (found.status_code, found.headers["content-type"]) == (200, NDJSON), found.text
    assert found.content == b"" or found.content.endswith(b"\n")
    return [json.loads(line) for line in found.content.splitlines()]


def without_identity(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name not in ("id", "created_at")}


@pytest.mark.parametrize("query", ["commit=false", "commit=false&explain=false&patient_numbers=true"])
def test_each_line_gets_the_answer_that_it_would_get_alone(client: TestClient, query: str) -> None:
    bodies = [{**body, "patient": {"age_years": body["patient"]["age_years"]}} for body in EXAMS]
    alone = [client.post(f"/v1/assessments?{query}", json=body).json() for body in bodies]
    together = answers(client, ndjson(bodies), query)
    assert [without_identity(each) for each in together] == [without_identity(each) for each in alone]


LINES = [
    pytest.param(b"", [], id="nothing"),
    pytest.param(b"\n \r\n\t\n", [], id="blank lines"),
    pytest.param(ndjson([a_body()]), [None], id="one"),
    pytest.param(ndjson([a_body()]).rstrip(b"\n"), [None], id="one without an end"),
    pytest.param(ndjson([a_body()] * 2).replace(b"\n", b"\r\n"), [None, None], id="ends of Windows"),
    pytest.param(ndjson([a_body(), FAULTY, a_body()]), [None, ("invalid-exam", 422, 2), None], id="a child"),
    pytest.param(b"{\n" + ndjson([a_body()]), [("not-json", 400, 1), None], id="no JSON"),
    pytest.param(b"\n\n{}\n", [("invalid-exam", 422, 3)], id="blank lines count"),
    pytest.param(b"\xff\n" + ndjson([a_body()]), [("not-json", 400, 1), None], id="no text"),
    pytest.param(b"[" * 1000 + b"\n" + ndjson([a_body()]), [("invalid-exam", 422, 1), None], id="nested"),
    pytest.param(
        b" " * (MAX_BODY + 1) + b"\n" + ndjson([a_body()]), [("too-large", 413, 1), None], id="a byte too long"
    ),
    pytest.param(
        ndjson([a_body()])[:-1].ljust(MAX_BODY) + b"\n" + ndjson([a_body()]), [None, None], id="as long as may"
    ),
    pytest.param(b"x" * 1_000_000, [("too-large", 413, 1)], id="a megabyte without an end"),
]


@pytest.mark.parametrize(("body", "expected"), LINES)
def test_a_bad_line_gets_its_problem_and_the_rest_go_on(
    client: TestClient, body: bytes, expected: list[tuple[str, int, int] | None]
) -> None:
    told = [
        (each["type"].rpartition(":")[2], each["status"], each["line"]) if "type" in each else None
        for each in answers(client, body)
    ]
    assert told == expected


def test_every_fault_of_a_line_is_named(client: TestClient) -> None:
    (told,) = answers(client, ndjson([a_body(12, history={"pain_severity": 11})]))
    assert {fault["pointer"] for fault in told["errors"]} == {"/patient/age_years", "/history/pain_severity"}


@pytest.mark.parametrize(
    ("query", "headers", "status", "kind"),
    [
        pytest.param("", {"Content-Type": "application/json"}, 415, "media-type", id="one JSON"),
        pytest.param("", {"Content-Encoding": "gzip"}, 415, "compressed", id="compressed"),
        pytest.param("?commit=perhaps", {}, 422, "invalid-parameter", id="a switch that is neither"),
        pytest.param("?comit=false", {}, 422, "invalid-parameter", id="a mistyped switch"),
        pytest.param("", {"Idempotency-Key": "k"}, 400, "idempotency-key", id="a key for many"),
    ],
)
def test_a_request_that_is_no_batch_is_refused_whole(
    client: TestClient, query: str, headers: dict[str, str], status: int, kind: str
) -> None:
    found = client.post(f"{BATCH}{query}", content=ndjson([a_body()]), headers={"Content-Type": NDJSON, **headers})
    assert (found.status_code, found.json()["type"].rpartition(":")[2]) == (status, kind)


def test_answers_are_on_record_and_know_those_before(client: TestClient) -> None:
    """Hazard H-08: strength that falls from one line to the next is progress, as between two requests."""
    bodies = [visit(0, 5, reference="batch"), visit(48, 2, reference="batch"), FAULTY, visit(96, 2, reference="batch")]
    told = answers(client, ndjson(bodies), "explain=false")
    assert not PROGRESS & flags_of(told[0])
    assert PROGRESS & flags_of(told[1])
    for each in (told[0], told[1], told[3]):
        assert client.get(f"/v1/assessments/{each['id']}").json() == each


def test_a_line_that_fails_says_its_red_flags_and_the_rest_go_on(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hazard H-14: an answer that cannot be given takes its red flags along."""
    assess = Consult._assess

    def fails(consult: Consult, asked: Any, *given: Any, **named: Any) -> Any:
        if asked.exam.red_flags.urinary_retention is Answer.YES:
            raise ValueError
        return assess(consult, asked, *given, **named)

    monkeypatch.setattr(Consult, "_assess", fails)
    told = answers(client, ndjson([a_body(), a_body(red_flags={"urinary_retention": True}), a_body()]))
    assert [("type" in each, each.get("line")) for each in told] == [(False, None), (True, 2), (False, None)]
    assert (told[1]["status"], told[1]["urgency"]) == (500, "emergency")
    assert told[1]["red_flags"]["present"]


class Conversation:
    """One batch on a connection of its own: lines are sent and answers read in whatever order."""

    def __init__(self, port: int, query: str = "commit=false&explain=false") -> None:
        self.connection = socket.create_connection(("127.0.0.1", port), PATIENCE)
        head = f"POST {BATCH}?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {NDJSON}\r\n"
        self.connection.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        self._answer: HTTPResponse | None = None

    def send(self, content: bytes) -> None:
        """Send a part of the body."""
        self.connection.sendall(chunk(content))

    def end(self) -> None:
        """Say that the body is whole."""
        self.connection.sendall(b"0\r\n\r\n")

    def read(self) -> dict[str, Any] | None:
        """The next line; None at the end."""
        if self._answer is None:
            self._answer = HTTPResponse(self.connection)
            self._answer.begin()
        line = self._answer.readline()
        return json.loads(line) if line else None


def chunk(content: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(content), content)


@contextmanager
def conversation(port: int, query: str = "commit=false&explain=false") -> Iterator[Conversation]:
    talk = Conversation(port, query)
    try:
        yield talk
    finally:
        talk.connection.close()


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The whole service behind a real server."""
    with served(create_app(Settings(model_seconds=30)), whole=True) as found:
        yield found


def test_an_answer_comes_before_the_next_line_is_sent(port: int) -> None:
    with conversation(port) as talk:
        for body in (a_body(), FAULTY, a_body(61)):
            content = ndjson([body])
            talk.send(content[:10])
            talk.send(content[10:])
            told = talk.read()
            assert told is not None
            assert ("type" in told) is (body is FAULTY)
        talk.end()
        assert talk.read() is None


def test_who_does_not_read_is_not_read(port: int) -> None:
    """Otherwise the examinations of one client would fill the memory."""
    content = chunk(ndjson([a_body()] * 50))
    with conversation(port) as talk:
        talk.connection.settimeout(2)
        sent, left = 0, b""
        with suppress(TimeoutError):
            while sent < 10**8:
                left = left or content
                done = talk.connection.send(left)
                sent, left = sent + done, left[done:]
        assert sent < 10**8, "a hundred megabytes went in without one answer being read"
        assert lives(port)


def test_a_client_that_leaves_breaks_nothing(port: int) -> None:
    with conversation(port) as talk:
        talk.send(ndjson([a_body()] * 20))
        assert talk.read()
    assert lives(port)


def test_a_body_that_does_not_go_on_is_told_and_ended(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.rest.batch.BODY_SECONDS", 0.5)
    with conversation(port) as talk:
        talk.send(ndjson([a_body()]))
        assert "type" not in (talk.read() or {"type": None})
        assert (talk.read() or {})["status"] == 408
        assert talk.read() is None


def test_many_lines_come_back_in_order(port: int) -> None:
    ages = [18 + number % 80 for number in range(400)]
    with conversation(port) as talk:
        talk.send(ndjson([a_body(age, history={"pain_severity": 12}) if age % 7 == 0 else a_body(age) for age in ages]))
        talk.end()
        for number, age in enumerate(ages, start=1):
            told = talk.read()
            assert told is not None
            assert told.get("line") == (number if age % 7 == 0 else None)
        assert talk.read() is None
