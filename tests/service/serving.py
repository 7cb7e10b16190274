"""A real server on a free port of this machine: in a thread for a small app, as a process for the whole service."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2
import uvicorn

from service.listener import Listener

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 60
"""Seconds after which a test that waits gives up."""


@contextmanager
def served(app: Any, http: type[Listener] = Listener, *, whole: bool = False) -> Iterator[int]:
    """The port of a server for `app` that lives as long as the block; a `whole` service is started and ended too."""
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            port=0,
            http=http,
            ws="none",
            log_config=None,
            access_log=False,
            lifespan="on" if whole else "off",
        )
    )
    thread = Thread(target=server.run)
    thread.start()
    try:
        until = time.monotonic() + PATIENCE
        while not server.started:
            assert time.monotonic() < until
            time.sleep(0.005)
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(PATIENCE)


@dataclass(frozen=True, kw_only=True)
class Running:
    """A service that runs as a process of its own."""

    process: subprocess.Popen[bytes]
    port: int
    errors: Path
    """What it has written to stderr."""

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def log(self) -> list[dict[str, Any]]:
        """The lines of its log."""
        return [json.loads(line) for line in self.errors.read_text(encoding="utf-8").splitlines()]

    def end(self) -> None:
        """Ask it to end, and wait until it has."""
        self.process.terminate()
        self.process.wait(PATIENCE)


@contextmanager
def running(environment: Mapping[str, str] | None = None, program: str | None = None) -> Iterator[Running]:
    """`python -m service`, or `program` in its place, with these settings; ended by its own id."""
    with tempfile.TemporaryDirectory() as folder:
        errors = Path(folder) / "stderr"
        settings = {"NERVEROOT_HOST": "127.0.0.1", "NERVEROOT_PORT": "0", **(environment or {})}
        with errors.open("wb") as stderr:
            process = subprocess.Popen(
                [sys.executable, *(("-c", program) if program else ("-m", "service"))],
                cwd=ROOT,
                env={**os.environ, **settings},
                stderr=stderr,
            )
        try:
            yield Running(process=process, port=_port(process, errors), errors=errors)
        finally:
            process.terminate()  # of no effect where it has ended
            process.wait(PATIENCE)


def _port(process: subprocess.Popen[bytes], errors: Path) -> int:
    until = time.monotonic() + PATIENCE
    announced = "running on http://127.0.0.1:"
    while announced not in (said := errors.read_text(encoding="utf-8")):
        assert process.poll() is None, said
        assert time.monotonic() < until, said
        time.sleep(0.02)
    return int(said.split(announced, 1)[1].split()[0])


def exchange(port: int, *pieces: bytes) -> bytes:
    """All that the server answers to these bytes, until it closes the connection; nothing where it resets it."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        with suppress(ConnectionResetError, BrokenPipeError):
            for piece in pieces:
                connection.sendall(piece)
        return all_answers(connection)


def all_answers(connection: socket.socket) -> bytes:
    """All that comes until the other side closes the connection, or resets it."""
    answer = b""
    with suppress(ConnectionResetError):
        while part := connection.recv(65536):
            answer += part
    return answer


def one_answer(connection: socket.socket) -> bytes:
    """One answer that states its length, on a connection that stays open."""
    answer = b""
    while True:
        part = connection.recv(65536)
        assert part, answer
        answer += part
        head, end, body = answer.partition(b"\r\n\r\n")
        if end and len(body) >= int(head.partition(b"content-length: ")[2].split(b"\r\n")[0]):
            return answer


def status_and_body(answer: bytes) -> tuple[int, bytes]:
    """The status and the body of one raw answer."""
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


def lives(port: int) -> bool:
    """Whether the service still answers."""
    return httpx2.get(f"http://127.0.0.1:{port}/health/live", timeout=PATIENCE).status_code == 200
