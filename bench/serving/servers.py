"""The servers that are measured: each a process on one core, with an address to post the examination to."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Final

import psutil

from bench.load import HOST
from bench.own_service import ROOT

CORE: Final = "0"
"""The core that every server has; the client has another."""
PATIENCE: Final = 120.0
ASSESS: Final = "/v1/assessments"


@dataclass(frozen=True, kw_only=True)
class Server:
    """How one server is started, and what is asked of it. `{port}` in a command stands for the port."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    path: str = ASSESS
    cores: str = CORE


@dataclass(frozen=True, kw_only=True)
class Running:
    """A server that answers."""

    server: Server
    port: int
    process: subprocess.Popen[bytes]
    seconds: float
    """From its start to its first answer."""

    @property
    def url(self) -> str:
        """Where to post to."""
        return f"http://{HOST}:{self.port}{self.server.path}"

    @property
    def mebibytes(self) -> float:
        """What it and its children hold in memory."""
        own = psutil.Process(self.process.pid)
        return sum(each.memory_info().rss for each in (own, *own.children(recursive=True))) / 2**20


def uvicorn(app: str) -> list[str]:
    """The command of an ASGI application, as fast as uvicorn can be."""
    fast = ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
    return [sys.executable, "-m", "uvicorn", app, "--host", HOST, "--port", "{port}", *fast]


def own(name: str, folder: Path, query: str = "") -> Server:
    """The service of this checkout with everything on, and a record of its own in `folder`, which is made."""
    folder.mkdir()
    settings = {
        "PORT": "{port}",
        "DATABASE_URL": f"sqlite:///{folder / 'record.sqlite3'}",
        "JOURNAL_DIR": str(folder / "journal"),
        "RECORD_KEY": os.urandom(32).hex(),
    }
    environment = {f"NERVEROOT_{key}": value for key, value in settings.items()}
    return Server(
        name=name, command=[sys.executable, "-m", "service"], environment=environment, path=f"{ASSESS}{query}"
    )


@contextmanager
def running(server: Server, body: bytes, log: Path) -> Iterator[Running]:
    """`server` for as long as it is measured; what it says goes to `log`.

    Raises:
        RuntimeError: it does not answer `body`; the message is what it said.
    """
    port = _free_port()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("NERVEROOT_")}
    given = {name: value.replace("{port}", str(port)) for name, value in server.environment.items()}
    command = ["taskset", "-c", server.cores, *(part.replace("{port}", str(port)) for part in server.command)]
    began = time.perf_counter()
    with log.open("wb") as said:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**inherited, "OMP_NUM_THREADS": "1", **given}, stdout=said, stderr=said
        )
    try:
        _await_answer(process, port, server.path, body, log)
        yield Running(server=server, port=port, process=process, seconds=time.perf_counter() - began)
    finally:
        _end(process)


def _await_answer(process: subprocess.Popen[bytes], port: int, path: str, body: bytes, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        connection = HTTPConnection(HOST, port, timeout=PATIENCE)
        try:
            connection.request("POST", path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            said = answer.read()
            if answer.status // 100 == 2:
                return
            raise RuntimeError(f"{path} answers {answer.status}: {said[:500].decode(errors='replace')}")
        except (OSError, HTTPException):
            time.sleep(0.02)
        finally:
            connection.close()
    raise RuntimeError(f"it does not answer: {log.read_text(encoding='utf-8', errors='replace')[-2000:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()  # of no effect where it has ended
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(PATIENCE)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
