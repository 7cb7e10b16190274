"""How the server reads a request: no head longer than it may be, and no waiting for ever for what does not come.

uvicorn limits neither: a client that sends a header byte by byte, or none at all, would keep a connection until the
process has no more of them. Its own limit on idle connections ends with the first byte after an answer, whatever that
byte is. What is not HTTP gets a problem object like every other refusal.
"""

import asyncio
from http import HTTPStatus
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from service.gate import SECURITY_HEADERS
from service.problems import MEDIA_TYPE, problem
from service.responding import respond

LONGEST_HEAD: Final = 32 * 1024
"""Bytes of the address and all headers of one request; access tokens take 2 KiB."""
MOST_HEADERS: Final = 100
HEAD_SECONDS: Final = 10.0
"""How long the head of a request may take to arrive; and the rest of a body that was answered without being read."""


class Listener(HttpToolsProtocol):
    """One connection."""

    head_seconds = HEAD_SECONDS

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has connected: the head of its first request is due."""
        super().connection_made(transport)
        self._head = 0
        self._in_body = False
        self._due: asyncio.TimerHandle | None = None
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended."""
        self._nothing_is_due()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser, and see to it that a head does not grow without end."""
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._due is None:
            # Bytes that are no new request, as an empty line or a body nobody reads, are no reason to wait for ever.
            if not self._answering():
                self._await_head()
        elif not self._in_body:
            self._head += len(data)
            if self._head > LONGEST_HEAD:
                self._too_long()

    def on_message_begin(self) -> None:
        """A further request begins on the same connection."""
        super().on_message_begin()
        self._parsed = 0
        if self._due is None:
            self._await_head()

    def on_url(self, url: bytes) -> None:
        """The address, or a part of it."""
        super().on_url(url)
        self._parse(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        super().on_header(name, value)
        self._parse(len(name) + len(value))

    def on_headers_complete(self) -> None:
        """The head is there; the body has a limit of its own, as long as somebody reads it."""
        self._nothing_is_due()
        self._in_body = True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The body is there too."""
        self._in_body = False
        self._nothing_is_due()
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP."""
        self._refuse(HTTPStatus.BAD_REQUEST, "The request is not HTTP as it should be")

    def _parse(self, size: int) -> None:
        """Count what the parser has found of a head: a whole one may come in one piece."""
        self._parsed += size
        if self._parsed > LONGEST_HEAD or len(self.headers) > MOST_HEADERS:
            self._too_long()
            raise ValueError("the head of the request is too long")  # the parser stops

    def _too_long(self) -> None:
        self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "The head of the request is too long")

    def _await_head(self) -> None:
        self._head = 0
        self._due = self.loop.call_later(self.head_seconds, self._too_late)

    def _nothing_is_due(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _too_late(self) -> None:
        self._due = None
        if self.transport.is_closing():
            return
        if self._answering():
            self._await_head()  # the head of a request that was sent before the answer to the last one was out
        elif self._head and not self._in_body:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, "The head of the request did not arrive in time")
        else:
            self.transport.close()

    def _answering(self) -> bool:
        cycle: Any = self.cycle  # none before the first request
        return cycle is not None and not cycle.response_complete

    def _refuse(self, status: HTTPStatus, title: str) -> None:
        self._nothing_is_due()
        if self.transport.is_closing():
            return  # it was refused before
        if self._answering() and self.cycle.response_started:
            self.transport.close()  # a refusal would stand in the middle of an answer
            return
        kind = status.name.lower().replace("_", "-")
        answer = respond(problem(kind, status, title, "Nothing was read; the connection ends."))
        headers = {
            b"content-type": MEDIA_TYPE.encode(),
            b"content-length": str(len(answer.body)).encode(),
            b"connection": b"close",
            **dict(SECURITY_HEADERS),
        }
        lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers.items())
        self.transport.write(
            b"HTTP/1.1 %d %s\r\n%s\r\n%s" % (status, status.phrase.encode(), lines, bytes(answer.body))
        )
        self.transport.close()
