"""A small service behind the real gate, with routes that fail in the ways that tests ask for."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import StreamingResponse

from service.faults import HANDLERS, failed
from service.gate import MOST_AT_ONCE, Gate, LastResort
from service.identity.caller import LOCAL
from service.intake import read_body
from service.logs import JsonLines
from service.tracing import FASTAPI_TELEMETRY_OFF, Tracing, span

FAILING = "Ada Lovelace, born 1815"
"""What an exception of the small service says."""


@dataclass
class Counted:
    """What the gate tells of each request."""

    requests: list[tuple[str, str, int]] = field(default_factory=list)

    def __call__(self, route: str, method: str, status: int, seconds: float) -> None:
        """Take one request down."""
        assert seconds >= 0
        self.requests.append((route, method, status))


def small_app(
    counted: Counted,
    *,
    tracing: Tracing | None = None,
    most_at_once: int = MOST_AT_ONCE,
    origins: tuple[str, ...] = (),
    body_seconds: float = 0.2,
) -> FastAPI:
    """The layers in the order of the real service, around a few routes."""
    app = FastAPI(exception_handlers=HANDLERS, telemetry=FASTAPI_TELEMETRY_OFF)

    @app.get("/things/{thing}")
    async def read(thing: str, request: Request) -> Response:
        request.state.caller = LOCAL
        with span("assess") as step:
            step.set(urgency="routine")
        with span("record"):
            pass
        return Response("{}", media_type="application/json", headers={"Nerveroot-Record": "stored"})

    @app.post("/things")
    async def write(request: Request) -> Response:
        body = await read_body(request, limit=100, seconds=body_seconds)
        return Response(str(len(body)), headers={"Cache-Control": "max-age=60", "Content-Security-Policy": "own"})

    @app.get("/fails/{thing}")
    async def fail(thing: str) -> None:
        with span("assess"):
            raise ValueError(FAILING)

    @app.get("/breaks-off")
    async def break_off() -> Response:
        async def half() -> Any:
            yield b"half"
            raise ValueError(FAILING)

        return StreamingResponse(half())

    @app.get("/health/live")
    async def live() -> dict[str, str]:
        return {"status": "live"}

    app.add_middleware(LastResort, answer=failed)
    if origins:
        app.add_middleware(CORSMiddleware, allow_origins=origins, expose_headers=["X-Request-ID"])
    app.add_middleware(Gate, seen=counted, tracing=tracing, most_at_once=most_at_once)
    return app


@contextmanager
def logged(name: str = "service", level: int = logging.DEBUG) -> Iterator[StringIO]:
    """The log as the service writes it, of one logger and those below it, while the block runs."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger(name)
    before = logger.level
    logger.setLevel(level)
    logger.addHandler(handler)
    try:
        yield stream
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
