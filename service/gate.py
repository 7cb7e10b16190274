"""What every request passes, whichever entrance it goes to: a name, a place in a trace, safe headers, one log line.

Two layers of plain ASGI. `Gate` is the outermost: it sees what is sent at last, refusals and failures included.
`LastResort` is the innermost: it turns an exception that nobody expected into an answer, before a server or a framework
prints it with its message.
"""

import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable
from http import HTTPStatus
from typing import Final, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.logs import ASKED, Asked
from service.problems import problem
from service.responding import respond
from service.tracing import Tracing, beginning, traceparent

REQUEST_ID: Final = b"x-request-id"
RECORD: Final = b"nerveroot-record"

MOST_AT_ONCE: Final = 512
"""Requests that are answered at the same time; each may hold a body of 64 KiB while it waits."""

ALWAYS_ANSWERED: Final = ("/health/live", "/health/ready", "/metrics")
"""Who watches must see a service that is overrun; what they ask again and again is not worth a log line."""

UNMATCHED: Final = "unmatched"
"""The route of an address where nothing is: addresses are endless, labels must not be."""

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})
OTHER_METHOD: Final = "OTHER"

CLIENT_GONE: Final = 499
"""The status of a request whose client left before the answer began; as nginx counts them."""

SECURITY_HEADERS: Final = (
    # OWASP Secure Headers Project and its REST cheat sheet: answers are data, so nothing in them may run or be framed.
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
HSTS: Final = (b"strict-transport-security", b"max-age=31536000")
"""Only over https: sent in the clear it means nothing (RFC 6797, section 7.2)."""

_log = logging.getLogger("service.request")
_ID = re.compile(
    rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # UUID (RFC 9562)
    # Of two letters or more: digits, also after a single letter, may be the number of a patient.
    rb"|(?=([0-9]*[a-f]){2})[0-9a-f]{16,64}"  # random bytes
    rb"|(?=([0-9]*[a-z]){2})[0-7][0-9a-hjkmnp-tv-z]{25}",  # ULID
    re.IGNORECASE,
)
"""Ids that machines make. Whatever people might write, or number patients with, does not get into logs."""


class Seen(Protocol):
    """Whoever counts requests; every text it is given is one of few."""

    def __call__(self, route: str, method: str, status: int, seconds: float) -> None:
        """One request was answered; `route` is a template, as in `/v1/assessments/{assessment_id}`."""


class Gate:
    """The outermost layer: names the request, measures it, guards the answer."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        seen: Seen,
        tracing: Tracing | None = None,
        most_at_once: int = MOST_AT_ONCE,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._app = app
        self._seen = seen
        self._tracing = tracing
        self._most = most_at_once
        self._clock = clock
        self._inside = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = self._clock()
        # Here, so that whoever gets a copy of the scope writes into the same place.
        state = scope.setdefault("state", {})
        method = scope["method"] if scope["method"] in METHODS else OTHER_METHOD
        request_id = _request_id(scope["headers"])
        came = traceparent(scope["headers"])
        watching = scope["path"] in ALWAYS_ANSWERED
        span = self._tracing.request(method, scope["scheme"], came) if self._tracing and not watching else None
        place = span.context if span else beginning(came)
        token = ASKED.set(Asked(request_id=request_id.decode(), trace_id=place.trace_id, span_id=place.span_id))
        sent = _Sent(send, request_id=request_id, over_https=scope["scheme"] == "https")
        self._inside += 1
        try:
            if self._inside > self._most and not watching:
                await _too_many(scope["path"])(scope, receive, sent)
            else:
                await self._app(scope, receive, sent)
        except Exception:
            sent.status = int(HTTPStatus.INTERNAL_SERVER_ERROR)  # whatever was begun, it did not come to its end
            raise
        finally:
            self._inside -= 1
            route, seconds = _route(scope), self._clock() - began
            status = sent.status or CLIENT_GONE
            if span:
                span.end(route=None if route == UNMATCHED else route, status=status, record=sent.record)
            self._seen(route=route, method=method, status=status, seconds=seconds)
            caller = state.get("caller")
            _log.log(
                _level(status, watching=watching),
                "answered",
                extra={
                    "method": method,
                    "route": route,
                    "status": status,
                    "seconds": round(seconds, 6),
                    "record": sent.record,
                    "tenant": getattr(caller, "tenant", None),
                    "caller": getattr(caller, "name", None),
                },
            )
            ASKED.reset(token)


class LastResort:
    """The innermost layer: an exception that nobody expected is logged without its message, and answered."""

    def __init__(self, app: ASGIApp, *, answer: Callable[[Request, Exception], Awaitable[Response]]) -> None:
        self._app = app
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as fault:
            if begun:
                raise  # half an answer is out: the server ends the connection, so that nobody takes it for a whole one
            _log.error("a request failed", exc_info=fault)
            response = await self._answer(Request(scope), fault)
            await response(scope, receive, send)


class _Sent:
    """What is sent, with the headers that every answer has; and what of it the log tells."""

    def __init__(self, send: Send, *, request_id: bytes, over_https: bool) -> None:
        self._send = send
        self._always = ((REQUEST_ID, request_id), *SECURITY_HEADERS, *((HSTS,) if over_https else ()))
        self.status: int | None = None
        self.record: str | None = None

    async def __call__(self, message: Message) -> None:
        """Pass a message on to the server."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = list(message.get("headers", ()))
            there = {name.lower() for name, _ in headers}
            if RECORD in there:
                self.record = next(value.decode("latin-1") for name, value in headers if name.lower() == RECORD)
            headers.extend(header for header in self._always if header[0] not in there)
            message = {**message, "headers": headers}
        await self._send(message)


def _request_id(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The id that the client gave the request, where it looks like one that a machine made; otherwise a new one."""
    stated = [value for name, value in headers if name == REQUEST_ID]
    if len(stated) == 1 and _ID.fullmatch(stated[0]):
        return stated[0]
    return secrets.token_hex(16).encode()


def _route(scope: Scope) -> str:
    """The template of the route that was found, never the address itself."""
    route = scope.get("route")
    return getattr(route, "path_format", None) or getattr(route, "path", None) or UNMATCHED


def _level(status: int, *, watching: bool) -> int:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return logging.WARNING
    return logging.DEBUG if watching else logging.INFO


def _too_many(path: str) -> Response:
    return respond(
        problem(
            "busy",
            HTTPStatus.SERVICE_UNAVAILABLE,
            "Too many requests at once",
            "Nothing was read. Ask again in a second; do not wait for it: use your clinical judgement.",
        ),
        {"Retry-After": "1"},
        path=path,
    )
