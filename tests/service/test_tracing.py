"""Traces: the request and its parts in the words of OpenTelemetry, nothing of the patient, and no cost without them."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from starlette.testclient import TestClient

from service.tracing import TRACES_ENDPOINT, TraceContext, span, start_tracing, traceparent
from tests.service.collector import Collector, attributes, collecting
from tests.service.small_app import FAILING, Counted, logged, small_app

ROOT = Path(__file__).parent.parent.parent
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.mark.parametrize(
    ("stated", "sampled"),
    [
        pytest.param([f"00-{TRACE}-{PARENT}-01"], True, id="the example of the recommendation"),
        pytest.param([f"00-{TRACE}-{PARENT}-00"], False, id="not sampled"),
        pytest.param([f"00-{TRACE}-{PARENT}-03"], True, id="further flags"),
        pytest.param([f"cc-{TRACE}-{PARENT}-01"], True, id="a later version"),
        pytest.param([f"cc-{TRACE}-{PARENT}-01-what-will-be"], True, id="a later version with more"),
        pytest.param([f"cc-{TRACE}-{PARENT}-01.what"], None, id="a later version with more and no dash"),
        pytest.param([f"00-{TRACE}-{PARENT}-01-more"], None, id="version 00 with more"),
        pytest.param([f"ff-{TRACE}-{PARENT}-01"], None, id="version ff"),
        pytest.param([f"00-{TRACE.upper()}-{PARENT}-01"], None, id="upper case"),
        pytest.param([f"00-{'0' * 32}-{PARENT}-01"], None, id="no trace"),
        pytest.param([f"00-{TRACE}-{'0' * 16}-01"], None, id="no parent"),
        pytest.param([f"00-{TRACE[1:]}-{PARENT}-01"], None, id="too short"),
        pytest.param([f"00-{TRACE}-{PARENT}-1"], None, id="half a flag"),
        pytest.param([f"00-{TRACE}-{PARENT}-01\n"], None, id="a line end"),
        pytest.param([f"00-{TRACE}-{PARENT}-0g"], None, id="no hexadecimal"),
        pytest.param([""], None, id="empty"),
        pytest.param(["\xe9" * 55], None, id="not ASCII"),
        pytest.param([f"00-{TRACE}-{PARENT}-01"] * 2, None, id="twice"),
        pytest.param([], None, id="none"),
    ],
)
def test_the_trace_that_a_request_continues_is_read_strictly(stated: list[str], sampled: bool | None) -> None:
    found = traceparent([(b"traceparent", each.encode("latin-1")) for each in stated])
    expected = None if sampled is None else TraceContext(trace_id=TRACE, span_id=PARENT, sampled=sampled)
    assert found == expected


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as found:
        yield found


def traced(collector: Collector, path: str, **headers: str) -> list[Span]:
    """The spans of one request, as the collector gets them."""
    tracing = start_tracing({"OTEL_EXPORTER_OTLP_ENDPOINT": collector.address}, "1.2.3")
    assert tracing
    TestClient(small_app(Counted(), tracing=tracing), raise_server_exceptions=False).get(path, headers=headers)
    tracing.close()
    return collector.spans()


def test_a_request_and_its_parts(collector: Collector) -> None:
    with logged() as log:
        assess, record, request = traced(
            collector, "/things/Lovelace?name=Ada", traceparent=f"00-{TRACE}-{PARENT}-01", tracestate="ada=lovelace"
        )
    assert collector.paths == ["/v1/traces"]
    assert collector.resource() | {"service.name": "nerveroot", "service.version": "1.2.3"} == collector.resource()
    assert (request.name, request.kind) == ("GET /things/{thing}", Span.SPAN_KIND_SERVER)
    assert attributes(request) == {
        "http.request.method": "GET",
        "url.scheme": "http",
        "http.route": "/things/{thing}",
        "http.response.status_code": 200,
        "nerveroot.record": "stored",
    }
    assert (assess.name, attributes(assess)) == ("assess", {"nerveroot.urgency": "routine"})
    assert record.name == "record"
    assert {each.trace_id.hex() for each in (assess, record, request)} == {TRACE}
    assert request.parent_span_id.hex() == PARENT
    assert {each.parent_span_id for each in (assess, record)} == {request.span_id}
    assert request.start_time_unix_nano <= assess.start_time_unix_nano <= assess.end_time_unix_nano
    assert assess.end_time_unix_nano <= record.start_time_unix_nano <= request.end_time_unix_nano
    assert f'"span_id": "{request.span_id.hex()}"' in log.getvalue()
    assert b"ovelace" not in b"".join(collector.bodies)


def test_a_failure_is_marked_without_its_message(collector: Collector) -> None:
    assess, request = traced(collector, "/fails/1")
    assert (assess.status.code, attributes(assess)) == (Status.STATUS_CODE_ERROR, {"error.type": "ValueError"})
    assert request.status.code == Status.STATUS_CODE_ERROR
    assert attributes(request)["error.type"] == "500"
    assert not any(each.events or each.status.message for each in (assess, request))
    assert FAILING.encode() not in b"".join(collector.bodies)


def test_an_address_where_nothing_is_has_no_route(collector: Collector) -> None:
    [request] = traced(collector, "/Lovelace")
    assert request.name == "GET"
    assert "http.route" not in attributes(request)


def test_what_is_not_sampled_is_not_sent(collector: Collector) -> None:
    assert traced(collector, "/things/1", traceparent=f"00-{TRACE}-{PARENT}-00") == []


def test_those_who_watch_leave_no_traces(collector: Collector) -> None:
    assert traced(collector, "/health/live") == []


def test_fastapi_adds_no_spans_of_its_own(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its spans hold the address and the query."""
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.address)
    tracing = start_tracing({"OTEL_EXPORTER_OTLP_ENDPOINT": collector.address}, "1.2.3")
    assert tracing
    with TestClient(small_app(Counted(), tracing=tracing)) as client:  # with its start and its end
        client.get("/things/Lovelace?name=Ada")
    tracing.close()
    assert [each.name for each in collector.spans()] == ["assess", "record", "GET /things/{thing}"]
    assert b"ovelace" not in b"".join(collector.bodies)


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({}, id="not asked for"),
        pytest.param({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, id="empty"),
        pytest.param({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_SDK_DISABLED": "TRUE"}, id="off"),
        pytest.param({TRACES_ENDPOINT: "http://x", "OTEL_TRACES_EXPORTER": "none"}, id="no exporter"),
        pytest.param({TRACES_ENDPOINT: "localhost:4317"}, id="no address of the web"),
    ],
)
def test_without_an_address_there_are_no_traces(environment: dict[str, str]) -> None:
    assert start_tracing(environment, "1.2.3") is None


def test_an_address_of_traces_alone_is_taken_as_it_is(collector: Collector) -> None:
    tracing = start_tracing({TRACES_ENDPOINT: f"{collector.address}/here"}, "1.2.3")
    assert tracing
    TestClient(small_app(Counted(), tracing=tracing)).get("/things/1")
    tracing.close()
    assert collector.paths == ["/here"]


def test_without_traces_the_library_is_not_loaded_and_a_part_costs_nothing() -> None:
    with span("assess") as step:
        step.set(urgency="routine")
    program = (
        "import sys; from service.app import create_app; from service.tracing import start_tracing; "
        "start_tracing({}, '1'); print([name for name in sys.modules if name.startswith('opentelemetry.sdk')])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("silent", [False, True], ids=["nobody there", "somebody who never answers"])
def test_a_collector_out_of_reach_changes_no_answer(silent: bool) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        if silent:
            listening.listen()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        tracing = start_tracing({"OTEL_EXPORTER_OTLP_ENDPOINT": address}, "1.2.3")
        assert tracing
        client = TestClient(small_app(Counted(), tracing=tracing))
        answers: set[Any] = {client.get("/things/1").status_code for _ in range(50)}
        tracing.close()
    assert answers == {200}
