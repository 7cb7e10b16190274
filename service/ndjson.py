"""Newline-delimited JSON, streamed both ways: lines of a body as they arrive, and an answer that is sent as it is made.

Neither is ever held whole. The next part of the body is read when somebody asks for the next line, and the next part of
the answer is made when the one before has been handed to the network: so a client that sends faster than it reads is
slowed down by TCP alone.

Source: the media type `application/x-ndjson` as jsonltools and ndjson-spec describe it: one value a line, UTF-8, LF;
blank lines mean nothing.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

NDJSON: Final = "application/x-ndjson"
MEDIA_TYPES: Final = (NDJSON, "application/jsonl", "application/ndjson")
"""All in use for the same; none is registered."""
READ_SECONDS: Final = 30.0
"""How long a client may take to read what it was sent before it is left: it would hold its examinations for ever."""

_BLANK: Final = b" \t\r"


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is not blank."""

    number: int
    """From 1, blank lines counted."""
    content: bytes | None
    """Without its end; None where it was longer than it may be, and was thrown away as it came."""


class BodyTooSlow(Exception):
    """Nothing more arrived in time."""


async def lines(request: Request, *, limit: int, seconds: float) -> AsyncGenerator[Line]:
    """The lines of a body in order, each at most `limit` bytes; what comes after the last LF is a line too.

    Raises:
        BodyTooSlow: nothing arrived for `seconds`.
        ClientDisconnect: the client left.
    """
    number, rest, skipping = 1, bytearray(), False
    async with aclosing(_parts(request, seconds)) as parts:
        async for part in parts:
            start = 0
            while (end := part.find(b"\n", start)) >= 0:
                rest += part[start:end]
                start = end + 1
                for line in _line(number, rest, limit, skipping=skipping):
                    yield line
                number, rest, skipping = number + 1, bytearray(), False
            rest += part[start:]
            if len(rest) > limit:
                rest, skipping = bytearray(), True
    for line in _line(number, rest, limit, skipping=skipping):
        yield line


def _line(number: int, content: bytearray, limit: int, *, skipping: bool) -> tuple[Line, ...]:
    if skipping or len(content) > limit:
        return (Line(number, None),)
    return (Line(number, bytes(content)),) if content.strip(_BLANK) else ()


async def _parts(request: Request, seconds: float) -> AsyncGenerator[bytes]:
    stream = aiter(request.stream())
    while True:
        try:
            async with asyncio.timeout(seconds):
                part = await anext(stream)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise BodyTooSlow from None
        yield part


class Streamed(Response):
    """An answer of lines, sent as they are made.

    Not the framework's own: that one reads what arrives meanwhile, to notice when the client leaves, and here the body
    of the request arrives meanwhile.
    """

    media_type = NDJSON

    def __init__(self, made: AsyncIterator[bytes], headers: dict[str, str]) -> None:
        super().__init__(headers=headers)
        del self.headers["content-length"]
        self._made = made

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; the client has READ_SECONDS to read each line.

        Raises:
            ClientDisconnect: it left, or did not read.
        """
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            async for line in self._made:
                async with asyncio.timeout(READ_SECONDS):
                    await send({"type": "http.response.body", "body": line + b"\n", "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except TimeoutError:
            raise ClientDisconnect from None
