"""Where the time of a request goes, for a collector of OpenTelemetry; without one it costs nothing.

Spans say how long the parts of a request took, with the route, the status and what kind of answer it was. They hold
nothing of the patient: no address, no query, no text of an exception.

The library is loaded only where an address to send to is set. It is not made the tracer of the whole process, so that
FastAPI's own spans, which hold addresses and queries, stay off.
"""

import logging
import re
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from fastapi.telemetry import TelemetryConfig
    from opentelemetry.trace import Span, Tracer

ENDPOINT: Final = "OTEL_EXPORTER_OTLP_ENDPOINT"
TRACES_ENDPOINT: Final = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
"""The variables of the OpenTelemetry specification (OTLP exporter configuration)."""

EXPORT_SECONDS: Final = 2.0
"""How long one attempt to send may take, and the last one when the service ends."""

FASTAPI_TELEMETRY_OFF: "Final[TelemetryConfig]" = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""For `FastAPI(telemetry=…)`: its spans hold addresses, its logs what failed validation."""

_log = logging.getLogger("service.tracing")

# W3C Trace Context, section 3.2: two hexadecimal digits of version, then of version 00 exactly three fields; of a later
# version these three, and more after a dash.
_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class TraceContext:
    """The place of a request in a trace: of the whole, of this step, and whether it is to be kept."""

    trace_id: str
    span_id: str
    sampled: bool


def traceparent(headers: Sequence[tuple[bytes, bytes]]) -> TraceContext | None:
    """The trace that a request continues; None where it states none, or anything but one as the W3C wants it.

    `tracestate` is left out: it may hold anything, and this service asks nobody else in the name of a request.
    """
    stated = [value for name, value in headers if name == b"traceparent"]
    found = _TRACEPARENT.fullmatch(stated[0].decode("latin-1")) if len(stated) == 1 else None
    if found is None:
        return None
    version, trace_id, span_id, flags, more = found.groups()
    if version == "ff" or (version == "00" and more) or not int(trace_id, 16) or not int(span_id, 16):
        return None
    return TraceContext(trace_id=trace_id, span_id=span_id, sampled=bool(int(flags, 16) & 1))


def beginning(came: TraceContext | None) -> TraceContext:
    """The place of a request where nobody collects traces: a step of the trace that it came with, or of a new one."""
    return TraceContext(
        trace_id=came.trace_id if came else secrets.token_hex(16),
        span_id=secrets.token_hex(8),
        sampled=came is not None and came.sampled,
    )


class Step:
    """A part of a request that is being measured; of no effect where nobody collects."""

    def __init__(self, span: "Span | None" = None) -> None:
        self._span = span

    def set(self, **attributes: str | float) -> None:
        """Say something of the step: a version, an urgency, a mark; nothing that was said of the patient."""
        if self._span is not None:
            self._span.set_attributes({f"nerveroot.{name}": value for name, value in attributes.items()})


_NOT_MEASURED: Final = Step()
_INSIDE: "ContextVar[tuple[Tracer, Span] | None]" = ContextVar("inside", default=None)


@contextmanager
def span(name: str) -> Iterator[Step]:
    """Measure a part of the request that is being answered."""
    inside = _INSIDE.get()
    if inside is None:
        yield _NOT_MEASURED
        return
    tracer, around = inside
    from opentelemetry.trace import set_span_in_context

    begun = tracer.start_span(name, set_span_in_context(around))
    token = _INSIDE.set((tracer, begun))
    try:
        yield Step(begun)
    except BaseException as fault:
        _failed(begun, type(fault).__qualname__)
        raise
    finally:
        _INSIDE.reset(token)
        begun.end()


def _failed(begun: "Span", kind: str) -> None:
    from opentelemetry.trace import StatusCode

    begun.set_attribute("error.type", kind)
    begun.set_status(StatusCode.ERROR)


class RequestSpan:
    """The span of a whole request, in the words of OpenTelemetry's conventions for HTTP servers."""

    def __init__(self, tracer: "Tracer", method: str, scheme: str, came: TraceContext | None) -> None:
        from opentelemetry.trace import (
            NonRecordingSpan,
            SpanContext,
            SpanKind,
            TraceFlags,
            set_span_in_context,
        )

        parent = None
        if came is not None:
            remote = SpanContext(
                int(came.trace_id, 16), int(came.span_id, 16), is_remote=True, trace_flags=TraceFlags(int(came.sampled))
            )
            parent = set_span_in_context(NonRecordingSpan(remote))
        self._method = method
        self._span = tracer.start_span(
            method,
            parent,
            kind=SpanKind.SERVER,
            attributes={"http.request.method": method, "url.scheme": scheme},
        )
        self._token: Token[tuple[Tracer, Span] | None] = _INSIDE.set((tracer, self._span))
        known = self._span.get_span_context()
        self.context = TraceContext(
            trace_id=f"{known.trace_id:032x}", span_id=f"{known.span_id:016x}", sampled=known.trace_flags.sampled
        )

    def end(self, *, route: str | None, status: int, record: str | None) -> None:
        """The request is answered."""
        _INSIDE.reset(self._token)
        self._span.set_attribute("http.response.status_code", status)
        if route is not None:
            self._span.update_name(f"{self._method} {route}")
            self._span.set_attribute("http.route", route)
        if record is not None:
            self._span.set_attribute("nerveroot.record", record)
        if status >= 500:
            _failed(self._span, str(status))
        self._span.end()


@dataclass(frozen=True, kw_only=True)
class Tracing:
    """Where spans go to: a queue of its own and a thread that sends it, so that no answer waits for the collector."""

    tracer: "Tracer"
    close: Callable[[], None]
    """Send what waits, at most for some seconds; blocks."""

    def request(self, method: str, scheme: str, came: TraceContext | None) -> RequestSpan:
        """Begin the span of a request."""
        return RequestSpan(self.tracer, method, scheme, came)


def start_tracing(environment: Mapping[str, str], version: str) -> Tracing | None:
    """The tracing that the environment asks for in the variables of OpenTelemetry; None where it asks for none."""
    base = environment.get(ENDPOINT, "").strip()
    endpoint = environment.get(TRACES_ENDPOINT, "").strip() or (base and f"{base.rstrip('/')}/v1/traces")
    off = environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    if not endpoint or off or environment.get("OTEL_TRACES_EXPORTER", "otlp").strip() == "none":
        return None
    if not endpoint.startswith(("http://", "https://")):
        _log.error("no traces: %s and %s take an address with http:// or https://", ENDPOINT, TRACES_ENDPOINT)
        return None
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    named = {"service.version": version, "service.name": environment.get("OTEL_SERVICE_NAME", "").strip()}
    provider = TracerProvider(
        resource=Resource.create({**named, "service.name": named["service.name"] or "nerveroot"}),
        shutdown_on_exit=False,
    )
    exporter = OTLPSpanExporter(endpoint=endpoint, timeout=EXPORT_SECONDS)
    provider.add_span_processor(BatchSpanProcessor(exporter))

    def close() -> None:
        # The library waits up to half a minute for a collector that does not answer.
        ending = threading.Thread(target=provider.shutdown, name="last-traces", daemon=True)
        ending.start()
        ending.join(EXPORT_SECONDS)

    return Tracing(tracer=provider.get_tracer("nerveroot", version), close=close)
