"""Clients that ask one request after the other over connections that stay open, and know what came of each.

A library for HTTP would send a request again on its own, or hide whether an answer had begun; whoever counts answers
has to know.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

HOST = "127.0.0.1"
PATIENCE = 60.0
"""Seconds after which an answer no longer comes."""


class Unanswered(Exception):
    """No byte of an answer came: the connection was refused, or closed before."""


class CutOff(Exception):
    """The connection ended in the middle of an answer."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is sent."""

    path: str = "/v1/assessments"
    body: bytes = b""
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = ""
    """Whatever the one who sends it wants to know of it afterwards."""

    def raw(self) -> bytes:
        """As it goes over the wire."""
        stated = {"Host": HOST, "Content-Length": str(len(self.body)), "Content-Type": "application/json"}
        head = "".join(f"{name}: {value}\r\n" for name, value in (stated | dict(self.headers)).items())
        return f"{self.method} {self.path} HTTP/1.1\r\n{head}\r\n".encode() + self.body


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What comes back; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float


class Connection:
    """One connection, opened when it is needed."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: Request) -> Answer:
        """Send `request` once, and wait for its answer.

        Raises:
            Unanswered: no answer began.
            CutOff: it did not come to its end.
        """
        began, answer = time.perf_counter(), b""
        try:
            if self._open is None:
                self._open = await asyncio.open_connection(HOST, self._port)
            reader, writer = self._open
            writer.write(request.raw())
            async with asyncio.timeout(PATIENCE):
                answer = await reader.readuntil(b"\r\n\r\n")
                status, headers = _head(answer)
                body = await reader.readexactly(int(headers.get("content-length", "0")))
        except asyncio.IncompleteReadError as fault:
            await self.close()
            raise CutOff if answer or fault.partial else Unanswered from None
        except OSError:
            await self.close()
            raise CutOff if answer else Unanswered from None
        if headers.get("connection") == "close":
            await self.close()
        return Answer(status=status, headers=headers, body=body, seconds=time.perf_counter() - began)

    async def close(self) -> None:
        """Close it; the next request opens another."""
        if self._open is not None:
            writer, self._open = self._open[1], None
            writer.close()
            try:
                await writer.wait_closed()
            except OSError:
                return  # the other side was quicker


def _head(raw: bytes) -> tuple[int, dict[str, str]]:
    first, *lines = raw.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    return int(first.split()[1]), {name.lower(): value.strip() for name, _, value in pairs}


Take = Callable[[Request, Answer], None]


async def keep_asking(port: int, clients: int, requests: Iterator[Request], take: Take) -> None:
    """Let `clients` at once send all of `requests`, and hand every answer to `take`; nothing may stay unanswered."""

    async def client() -> None:
        connection = Connection(port)
        for request in requests:
            take(request, await connection.ask(request))
        await connection.close()

    async with asyncio.TaskGroup() as group:
        for _ in range(clients):
            group.create_task(client())
