"""The servers that are measured: each a process on one core, with an address to post its body to."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
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
QUIET: Final = 0.1
"""Seconds in which a server that has nothing to do uses less than a tenth of a core."""
PORTS: Final = ("{port}", "{port_2}")
"""What stands for a free port in a command or a setting; requests go to the first."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """How one server is started, and what is asked of it.

    `body` is the file that is posted to `path`. A server gets nothing of the environment that is meant for the service,
    and `environment` besides, where `{port}` stands for its port, as in `command`. It runs in `folder`, on `cores`.
    """

    name: str
    command: Sequence[str]
    path: str
    body: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path = ROOT
    cores: str = CORE


@dataclass(frozen=True, kw_only=True)
class Running:
    """A server that answers."""

    server: Server
    port: int
    process: subprocess.Popen[bytes]
    seconds: float
    """From its start to its first answer."""
    answer: bytes
    """That first answer."""

    @property
    def url(self) -> str:
        """Where to post to."""
        return f"http://{HOST}:{self.port}{self.server.path}"

    @property
    def mebibytes(self) -> float:
        """What it and its children hold in memory; what they share counts for each."""
        return sum(each.memory_info().rss for each in _family(self.process)) / 2**20

    @property
    def cpu_seconds(self) -> float:
        """What it and its children have used of the processor."""
        times = [each.cpu_times() for each in _family(self.process)]
        return sum(each.user + each.system for each in times)

    def settle(self) -> None:
        """Wait until it has nothing to do: a load that ends leaves requests behind, which would slow the next server.

        Raises:
            RuntimeError: it is still busy after a long time.
        """
        until = time.monotonic() + PATIENCE
        before = self.cpu_seconds
        while time.monotonic() < until:
            time.sleep(QUIET)
            now = self.cpu_seconds
            if now - before <= QUIET / 10:
                return
            before = now
        raise RuntimeError(f"{self.server.name} is busy, with nothing to do")


@contextmanager
def running(server: Server, log: Path) -> Iterator[Running]:
    """`server` for as long as it is measured; what it says goes to `log`.

    Raises:
        RuntimeError: it does not answer its body; the message is what it said.
    """
    ports = dict(zip(PORTS, _free_ports(len(PORTS)), strict=True))
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("NERVEROOT_")}
    given = {name: _with_ports(value, ports) for name, value in server.environment.items()}
    command = ["taskset", "-c", server.cores, *(_with_ports(part, ports) for part in server.command)]
    began = time.perf_counter()
    with log.open("wb") as said:
        process = subprocess.Popen(
            command,
            cwd=server.folder,
            env={**inherited, "OMP_NUM_THREADS": "1", **given},
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    try:
        port = ports[PORTS[0]]
        answer = _first_answer(process, port, server, log)
        seconds = time.perf_counter() - began
        yield Running(server=server, port=port, process=process, seconds=seconds, answer=answer)
    finally:
        _end(process)


def _with_ports(text: str, ports: Mapping[str, int]) -> str:
    for name, port in ports.items():
        text = text.replace(name, str(port))
    return text


def _first_answer(process: subprocess.Popen[bytes], port: int, server: Server, log: Path) -> bytes:
    until = time.monotonic() + PATIENCE
    body = server.body.read_bytes()
    while process.poll() is None and time.monotonic() < until:
        connection = HTTPConnection(HOST, port, timeout=PATIENCE)
        try:
            connection.request("POST", server.path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            said = answer.read()
            if answer.status // 100 == 2:
                return said
            raise RuntimeError(f"{server.path} answers {answer.status}: {said[:500].decode(errors='replace')}")
        except (OSError, HTTPException):
            time.sleep(0.02)
        finally:
            connection.close()
    text = log.read_text(encoding="utf-8", errors="replace")
    raise RuntimeError(f"{server.name} does not answer: {text[-2000:]}")


def _family(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """The process and all below it: some servers answer from a child, in a session of its own."""
    try:
        first = psutil.Process(process.pid)
        return [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _end(process: subprocess.Popen[bytes]) -> None:
    family = _family(process)  # asked first: who has lost its parent is not found any more
    for stop, patience in ((signal.SIGTERM, PATIENCE / 4), (signal.SIGKILL, PATIENCE)):
        for each in family:
            with suppress(psutil.NoSuchProcess):
                each.send_signal(stop)
        _, family = psutil.wait_procs(family, timeout=patience)
    process.wait(PATIENCE)


def _free_ports(number: int) -> list[int]:
    probes = [socket.socket() for _ in range(number)]
    try:
        for probe in probes:
            probe.bind((HOST, 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()
