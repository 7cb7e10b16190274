"""What every request passes: a name, safe headers, one line in the log, and an answer whatever breaks."""

import asyncio
import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.gate import HSTS, SECURITY_HEADERS, UNMATCHED
from tests.service.small_app import FAILING, Counted, logged, small_app


def client_of(counted: Counted, **options: Any) -> TestClient:
    return TestClient(small_app(counted, **options), raise_server_exceptions=False)


@pytest.fixture
def counted() -> Counted:
    return Counted()


@pytest.mark.parametrize(
    ("stated", "taken"),
    [
        pytest.param("0190f3d2-8a5b-7c1e-9f00-b2a4c6d8e0f1", True, id="a UUID"),
        pytest.param("0190F3D2-8A5B-7C1E-9F00-B2A4C6D8E0F1", True, id="a UUID in capitals"),
        pytest.param("01ARZ3NDEKTSV4RRFFQ69G5FAV", True, id="a ULID"),
        pytest.param("a" * 16, True, id="16 hexadecimal digits"),
        pytest.param("0a" * 32, True, id="64 hexadecimal digits"),
        pytest.param("a" * 15, False, id="15 hexadecimal digits"),
        pytest.param("0a" * 32 + "b", False, id="65 hexadecimal digits"),
        pytest.param("1" * 16, False, id="digits alone, as patients are numbered"),
        pytest.param("1" * 26, False, id="26 digits alone"),
        pytest.param("A123456780", False, id="an insurance number"),
        pytest.param("A1234567801080180071", False, id="an insurance number with that of the insurer"),
        pytest.param("1A" + "1" * 24, False, id="26 digits and a letter"),
        pytest.param("Ada.Lovelace-1815", False, id="a name"),
        pytest.param("adalovelacebornin1815-1210", False, id="26 characters of which one is none of a ULID"),
        pytest.param("0190f3d2-8a5b-7c1e-9f00-b2a4c6d8e0f1x", False, id="more than a UUID"),
        pytest.param("x" * 32, False, id="no hexadecimal digits"),
        pytest.param("", False, id="empty"),
        pytest.param("Ada Lovelace", False, id="with a space"),
        pytest.param('"}\\n', False, id="would end a line of JSON"),
        pytest.param("é".encode().decode("latin-1"), False, id="not ASCII"),
    ],
)
def test_the_request_id_of_the_client_is_taken_where_a_machine_made_it(
    counted: Counted, stated: str, taken: bool
) -> None:
    with logged() as log:
        answer = client_of(counted).get("/things/1", headers=[("X-Request-ID", stated.encode("latin-1"))])  # type: ignore[arg-type]
    given = answer.headers["X-Request-ID"]
    assert (given == stated) is taken
    assert taken or (len(given) == 32 and int(given, 16))
    assert [json.loads(line)["request_id"] for line in log.getvalue().splitlines()] == [given]


def test_two_request_ids_are_none(counted: Counted) -> None:
    stated = ["a" * 32, "b" * 32]
    answer = client_of(counted).get("/things/1", headers=[("X-Request-ID", each) for each in stated])
    assert answer.headers["X-Request-ID"] not in stated


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/things/1", 200),
        ("HEAD", "/things/1", 405),
        ("GET", "/nothing", 404),
        ("DELETE", "/things/1", 405),
        ("POST", "/things", 415),
        ("GET", "/fails/1", 500),
    ],
)
def test_every_answer_has_the_security_headers(counted: Counted, method: str, path: str, status: int) -> None:
    """Hazard H-26: an answer stays in a cache, or is framed by a page that reads it."""
    answer = client_of(counted).request(method, path)
    assert answer.status_code == status
    for name, value in SECURITY_HEADERS:
        assert answer.headers.get_list(name.decode()) == [value.decode()]
    assert HSTS[0].decode() not in answer.headers


def test_a_route_may_set_its_own(counted: Counted) -> None:
    answer = client_of(counted).post("/things", content=b"{}", headers={"Content-Type": "application/json"})
    assert answer.headers.get_list("Cache-Control") == ["max-age=60"]
    assert answer.headers.get_list("Content-Security-Policy") == ["own"]


def test_over_https_the_browser_is_told_to_stay_there(counted: Counted) -> None:
    app = small_app(counted)
    answer = TestClient(app, base_url="https://testserver").get("/things/1")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_one_line_a_request_with_the_template_and_never_the_address(counted: Counted) -> None:
    """Hazard H-26: a reference in an address stands in the log."""
    with logged() as log:
        client_of(counted).get("/things/Lovelace?name=Ada", headers={"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"})
    [line] = [json.loads(each) for each in log.getvalue().splitlines()]
    assert line.pop("time").endswith("+00:00")
    assert line.pop("seconds") >= 0
    assert len(line.pop("request_id")) == 32
    assert line.pop("span_id") not in ("b" * 16, "0" * 16)
    assert line == {
        "level": "info",
        "logger": "service.request",
        "message": "answered",
        "trace_id": "a" * 32,
        "method": "GET",
        "route": "/things/{thing}",
        "status": 200,
        "record": "stored",
        "tenant": "local",
        "caller": "local",
    }


@pytest.mark.parametrize(
    ("method", "path", "seen"),
    [
        ("GET", "/things/1", ("/things/{thing}", "GET", 200)),
        ("GET", "/things/2", ("/things/{thing}", "GET", 200)),
        ("PATCH", "/things/2", ("/things/{thing}", "PATCH", 405)),
        ("GET", "/things", ("/things", "GET", 405)),
        ("GET", "/Ada", (UNMATCHED, "GET", 404)),
        ("LOVELACE", "/things/1", ("/things/{thing}", "OTHER", 405)),
        ("GET", "/fails/1", ("/fails/{thing}", "GET", 500)),
    ],
)
def test_what_is_counted_is_one_of_few(counted: Counted, method: str, path: str, seen: Any) -> None:
    client_of(counted).request(method, path)
    assert counted.requests == [seen]


def test_an_unexpected_fault_is_answered_and_logged_without_its_message(counted: Counted) -> None:
    """Hazards H-14, H-26: the message of an exception holds a value of the patient."""
    with logged() as log:
        answer = client_of(counted).get("/fails/1")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert FAILING not in answer.text
    assert FAILING not in log.getvalue()
    failed, answered = [json.loads(line) for line in log.getvalue().splitlines()]
    assert failed["message"] == "a request failed"
    assert failed["fault"][0] == "builtins.ValueError"
    assert failed["fault"][-1].startswith("  tests/service/small_app.py:")
    assert failed["fault"][-1].endswith(" fail")
    assert (answered["status"], answered["level"]) == (500, "warning")
    assert answered["request_id"] == failed["request_id"] == answer.headers["X-Request-ID"]


def test_half_an_answer_ends_as_half_an_answer(counted: Counted) -> None:
    """Hazard H-14: half a stream looks like a whole one."""
    with pytest.raises(ValueError, match=FAILING):
        TestClient(small_app(counted)).get("/breaks-off")
    assert counted.requests == [("/breaks-off", "GET", 500)]


def test_pages_of_other_origins_read_a_failure_too(counted: Counted) -> None:
    answer = client_of(counted, origins=("https://app.example",)).get(
        "/fails/1", headers={"Origin": "https://app.example"}
    )
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (500, "https://app.example")


def test_a_preflight_is_answered_inside_the_gate(counted: Counted) -> None:
    asked = {"Origin": "https://app.example", "Access-Control-Request-Method": "GET"}
    answer = client_of(counted, origins=("https://app.example",)).options("/things/1", headers=asked)
    assert answer.status_code == 200
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert counted.requests == [(UNMATCHED, "OPTIONS", 200)]


def test_those_who_come_on_top_are_told_so_and_whoever_watches_is_not() -> None:
    """Hazard H-14: a service that is overrun says nothing at all."""
    counted = Counted()
    app = small_app(counted, most_at_once=1, body_seconds=5)
    statuses: dict[str, int] = {}

    async def ask(path: str, arrive: asyncio.Event) -> None:
        async def receive() -> Any:
            await arrive.wait()
            return {"type": "http.request", "body": b"{}", "more_body": False}

        async def send(message: Any) -> None:
            statuses.setdefault(path, message.get("status"))

        method = "POST" if path == "/things" else "GET"
        headers = [(b"content-type", b"application/json")]
        scope = {"type": "http", "method": method, "path": path, "headers": headers, "query_string": b""}
        await app({**scope, "scheme": "http", "server": ("test", 80)}, receive, send)

    async def run() -> None:
        arrived = asyncio.Event()
        first = asyncio.create_task(ask("/things", arrived))
        await asyncio.sleep(0)
        await ask("/things/1", arrived)
        await ask("/health/live", arrived)
        arrived.set()
        await first
        await ask("/things/2", arrived)

    asyncio.run(run())
    assert statuses == {"/things/1": 503, "/health/live": 200, "/things": 200, "/things/2": 200}


def test_a_client_that_leaves_is_counted_as_gone() -> None:
    counted = Counted()
    app = small_app(counted, body_seconds=5)

    async def run() -> None:
        async def never() -> Any:
            await asyncio.Event().wait()

        async def send(message: Any) -> None:
            raise AssertionError("nobody is there to read it")

        headers = [(b"content-type", b"application/json")]
        scope = {"type": "http", "method": "POST", "path": "/things", "headers": headers, "query_string": b""}
        task = asyncio.create_task(app({**scope, "scheme": "http", "server": ("test", 80)}, never, send))
        await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())
    assert counted.requests == [("/things", "POST", 499)]
