"""Whatever is sent: an answer or a refusal with a reason, never a failure, never silence, and the next is served."""

import json
import socket
import struct
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from features.exam import Exam
from service.app import create_app
from service.intake import EXAM, read_exam
from service.problems import Refusal
from service.responding import respond
from service.settings import Settings
from tests.builders import NOON, Body
from tests.properties.strategies import bodies, holds
from tests.service.hostile import EXAMPLES, FIXED, Hostile, hostile
from tests.service.serving import PATIENCE, Running, exchange, lives, running, status_and_body

QUICK, LONG = 300, 5_000
"""Spoiled examinations, beside the fixed bodies."""

GOOD = (EXAMPLES / "exam.json").read_bytes()
TYPE = {"Content-Type": "application/json"}
REFUSED = {400, 408, 413, 415, 422}


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(Settings()), raise_server_exceptions=False) as found:
        yield found


def check(status: int, media_type: str, body: bytes) -> None:
    """An answer, or a problem object that says what is wrong."""
    stated = json.loads(body)
    if status == 201:
        assert media_type == "application/json"
        assert stated["urgency"] in ("routine", "urgent", "emergency")
        return
    assert status in REFUSED
    assert media_type == "application/problem+json"
    assert stated["status"] == status
    assert stated["type"].startswith("urn:nerveroot:problem:")
    assert stated["title"]
    assert stated["detail"]
    assert status != 422 or stated["errors"]


def ask_all(client: TestClient, cases: Iterator[Hostile]) -> dict[int, int]:
    """How often each status came; every one of them is one of those that may come."""
    statuses: dict[int, int] = {}
    for each in cases:
        answer = client.post("/v1/assessments?explain=false", content=each.body, headers=TYPE)
        try:
            check(answer.status_code, answer.headers["content-type"], answer.content)
        except (AssertionError, ValueError, KeyError) as fault:
            raise AssertionError(f"{each.name}: {answer.status_code} {answer.text[:300]}") from fault
        statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
    return statuses


def stays_well(client: TestClient) -> None:
    answer = client.post("/v1/assessments", content=GOOD, headers=TYPE)
    assert answer.status_code == 201
    assert answer.json()["classifier"]["likely_roots"] == ["L5"]


def test_hostile_bodies_are_answered_or_refused(client: TestClient) -> None:
    """Hazards H-14, H-15: a body that nobody thought of ends the service, or is half read."""
    statuses = ask_all(client, hostile(QUICK))
    assert sum(statuses.values()) == QUICK + len(FIXED)
    assert {201, 400, 413, 422} <= statuses.keys()
    stays_well(client)


@pytest.mark.long
def test_many_hostile_bodies_are_answered_or_refused(client: TestClient) -> None:
    """Hazards H-14, H-15: as above, thousands of them."""
    statuses = ask_all(client, hostile(LONG, seed=6))
    assert sum(statuses.values()) == LONG + len(FIXED)
    stays_well(client)


def test_the_same_seed_makes_the_same_bodies() -> None:
    assert list(hostile(50)) == list(hostile(50))
    assert len({each.body for each in hostile(50)}) > 50


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=30,
)
FIELDS = st.sampled_from(
    sorted({name for shape in EXAM.json_schema()["$defs"].values() for name in shape.get("properties", ())})
)
LOOSE = st.recursive(
    JSON_VALUES,
    lambda inner: st.dictionaries(FIELDS, inner, max_size=5),
    max_leaves=20,
)


def read_or_refuse(body: bytes) -> None:
    """Nothing but an exam or a refusal that can be sent comes out."""
    refusal = None
    try:
        assert isinstance(read_exam(body, NOON), Exam)
    except Refusal as refused:
        refusal = refused.problem
    assert refusal is None or (refusal.status in REFUSED and respond(refusal).body)


@given(LOOSE)
@settings(max_examples=200, deadline=None)
def test_any_json_is_an_exam_or_refused(value: Any) -> None:
    """Hazard H-15: what cannot be read is half read."""
    read_or_refuse(json.dumps(value).encode())


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_an_exam_or_refused(body: bytes) -> None:
    read_or_refuse(body)


@holds(body=bodies(), position=st.integers(0), value=JSON_VALUES)
def test_any_examination_with_one_strange_value_is_read_or_refused(body: Body, position: int, value: Any) -> None:
    """Hazard H-15: one strange value among good ones."""
    section = sorted(body)[position % len(body)]
    inner = body[section]
    if isinstance(inner, dict) and inner:
        inner[sorted(inner)[position % len(inner)]] = value
    else:
        body[section] = value
    read_or_refuse(json.dumps(body).encode())


@holds(body=bodies())
def test_an_examination_survives_being_written_and_read_again(body: Body) -> None:
    """Hazard H-15: what is on record is not what was sent."""
    exam = read_exam(json.dumps(body).encode(), NOON)
    assert read_exam(EXAM.dump_json(exam, exclude_none=True), NOON) == exam


test_any_examination_with_one_strange_value_at_length = pytest.mark.long(
    test_any_examination_with_one_strange_value_is_read_or_refused.at_length  # type: ignore[attr-defined]
)
test_an_examination_survives_at_length = pytest.mark.long(
    test_an_examination_survives_being_written_and_read_again.at_length  # type: ignore[attr-defined]
)


@pytest.fixture(scope="module")
def service() -> Iterator[Running]:
    """The whole service as a process of its own."""
    with running() as found:
        yield found


POST = b"POST /v1/assessments?explain=false HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
CLOSE = b"Connection: close\r\n"


def posted(body: bytes, *headers: bytes) -> bytes:
    return POST + CLOSE + b"".join(headers) + b"Content-Length: %d\r\n\r\n" % len(body) + body


@pytest.mark.parametrize(
    ("pieces", "statuses"),
    [
        pytest.param((posted(GOOD),), {201}, id="a good one"),
        pytest.param((posted(b"[" * 60_000),), {422}, id="60,000 lists"),
        pytest.param((posted(GOOD, b"Content-Encoding: gzip\r\n"),), {415}, id="compressed, it says"),
        pytest.param((posted(GOOD[: len(GOOD) // 2]),), {400}, id="cut off"),
        pytest.param((POST + CLOSE + b"Content-Length: 5\r\n\r\n" + GOOD,), {400}, id="longer than it says"),
        pytest.param((POST + b"Content-Length: x\r\n\r\n",), {400}, id="a length that is none"),
        pytest.param((POST + b"Content-Length: 1e9\r\n\r\n",), {400}, id="a length as a float"),
        pytest.param((POST + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\n",), {400}, id="a huge chunk"),
        pytest.param((POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",), {400}, id="smuggling"),
        pytest.param((b"\x00" * 1_000,), {400}, id="NUL"),
        pytest.param(
            (b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n" + CLOSE + b"\r\n",), {400, 404}, id="bytes in the address"
        ),
        pytest.param(
            (b"GET /%ff%00%zz HTTP/1.1\r\nHost: x\r\n" + CLOSE + b"\r\n",), {404}, id="escapes in the address"
        ),
        pytest.param(
            (b"GET //[::x HTTP/1.1\r\nHost: x\r\n" + CLOSE + b"\r\n",), {400, 404}, id="an address that is none"
        ),
        pytest.param(
            (b"GET /v1/rules?%ff=%fe&a HTTP/1.1\r\nHost: [\r\n" + CLOSE + b"\r\n",), {403}, id="a host that is none"
        ),
        pytest.param((b"GET /health/live HTTP/9.9\r\n" + CLOSE + b"\r\n",), {400, 505}, id="a version of the future"),
        pytest.param((b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",), {400}, id="HTTP/2"),
        pytest.param(
            (b"GET /health/live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n\r\n",),
            {200, 400},
            id="a web socket",
        ),
    ],
)
def test_the_nastiest_over_the_wire(service: Running, pieces: tuple[bytes, ...], statuses: set[int]) -> None:
    """Hazard H-14: what a test client would never send silences the service."""
    status, body = status_and_body(exchange(service.port, *pieces))
    assert status in statuses
    if status >= 400:
        assert json.loads(body)["status"] == status
    assert lives(service.port)


@pytest.mark.parametrize("in_chunks", [False, True], ids=["at once", "in chunks"])
def test_ten_megabytes_are_refused(service: Running, in_chunks: bool) -> None:
    body = b'{"patient": {"age_years": 40, "reference": "' + b"x" * 10_000_000 + b'"}}'
    content = iter([body[first : first + 100_000] for first in range(0, len(body), 100_000)]) if in_chunks else body
    answer = httpx2.post(f"{service.url}/v1/assessments", content=content, headers=TYPE, timeout=PATIENCE)
    assert answer.status_code == 413
    check(413, answer.headers["content-type"], answer.content)
    assert lives(service.port)


def test_clients_that_leave_in_the_middle_leave_nothing_behind(service: Running) -> None:
    """Hazard H-14: a client that breaks off takes others with it."""
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", service.port), PATIENCE) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset, no farewell
            connection.sendall(POST + b"Content-Length: 1000\r\n\r\n{")
    assert lives(service.port)


def test_many_slow_clients_do_not_hold_up_a_quick_one(service: Running) -> None:
    """Hazard H-14: a hundred clients that never finish their body keep all others waiting."""
    slow = [socket.create_connection(("127.0.0.1", service.port), PATIENCE) for _ in range(100)]
    try:
        for connection in slow:
            connection.sendall(POST + b"Content-Length: 1000\r\n\r\n{")
        assert status_and_body(exchange(service.port, posted(GOOD)))[0] == 201
    finally:
        for connection in slow:
            connection.close()


def test_the_log_of_all_this_holds_no_failure(service: Running) -> None:
    lines = service.log()
    assert lines
    assert [line for line in lines if line["level"] in ("error", "critical") or "fault" in line] == []
