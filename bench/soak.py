"""Does the service hold out? 100,000 examinations, its memory watched, every answer counted (`python -m bench.soak`).

The real service runs as a process with a record of its own on the disk of the folder for temporary files; the clients
are in this one. It is ended as a service is ended; then what was acknowledged is held against what is stored. The exit
status is 1 where memory grew by more than a tenth after the first tenth of the requests, or anything is missing.
"""

import argparse
import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil

from bench.load import Answer, Request, keep_asking
from bench.soaking import requests
from service.record.database import Database
from service.record.verification import verify

ROOT = Path(__file__).parent.parent
REQUESTS = 100_000
CLIENTS = 8
GROWTH = 0.10
"""By how much memory may grow after the first tenth."""
PATIENCE = 60.0


@dataclass(kw_only=True)
class Soaked:
    """What came of it."""

    sent: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    marks: Counter[str] = field(default_factory=Counter)
    acknowledged: set[str] = field(default_factory=set)
    """Ids of answers that were said to be on record."""
    replayed: int = 0
    wrong: list[str] = field(default_factory=list)
    """Answers that are not what they should be."""
    seconds: list[float] = field(default_factory=list)
    resident: list[int] = field(default_factory=list)
    """Bytes of memory of the service after each tenth."""
    took: float = 0.0
    stored: int = 0
    lost: int = 0
    unasked: int = 0
    """Entries that nobody was told of."""
    faults: list[str] = field(default_factory=list)
    """What the verification of the record found."""
    exit_status: int | None = None

    @property
    def growth(self) -> float:
        """By how much memory was larger, at most, than after the first tenth."""
        return max(self.resident[1:], default=0) / self.resident[0] - 1 if self.resident else 0.0

    @property
    def whole(self) -> bool:
        """Whether every answer was right, and all that was acknowledged is stored, once."""
        return not (self.wrong or self.lost or self.unasked or self.faults)

    def __str__(self) -> str:
        p50, p99 = np.percentile(self.seconds, [50, 99]) * 1000
        megabytes = " ".join(f"{each / 2**20:.0f}" for each in self.resident)
        return "\n".join(
            (
                f"requests          {self.sent} in {self.took:.0f} s: {self.sent / self.took:.0f}/s",
                f"statuses          {dict(sorted(self.statuses.items()))}",
                f"record            {dict(self.marks)}, {self.replayed} replayed",
                f"latency           p50 {p50:.1f} ms, p99 {p99:.1f} ms",
                f"memory, MiB       {megabytes} after each tenth; largest growth {self.growth:+.1%}",
                f"acknowledged      {len(self.acknowledged)}; stored {self.stored}, lost {self.lost}, "
                f"stored and not acknowledged {self.unasked}",
                f"record verified   {self.faults or 'no fault'}",
                f"wrong answers     {self.wrong[:5] or 0}",
                f"ended with        {self.exit_status}",
            )
        )


def soak(
    number: int, *, clients: int, seed: int, folder: Path, told: Callable[[str], None] = lambda line: None
) -> Soaked:
    """Start the service, send that many requests, end it, and count; `told` gets a line after each tenth."""
    found = Soaked()
    url = f"sqlite:///{folder / 'record.sqlite3'}"
    with _service(url, folder) as (process, port):
        began = time.perf_counter()
        asyncio.run(_send(found, number, clients, seed, psutil.Process(process.pid), port, told))
        found.took = time.perf_counter() - began
        process.send_signal(signal.SIGTERM)
        found.exit_status = process.wait(PATIENCE)
    _count(found, url)
    return found


async def _send(
    found: Soaked, number: int, clients: int, seed: int, process: psutil.Process, port: int, told: Callable[[str], None]
) -> None:
    known: dict[str, bytes] = {}

    def take(request: Request, answer: Answer) -> None:
        found.sent += 1
        found.statuses[answer.status] += 1
        found.seconds.append(answer.seconds)
        fault = _taken(found, known, request, answer)
        if fault:
            found.wrong.append(f"{fault}: {request.kind or 'examination'}, status {answer.status}")
        if found.sent % max(number // 10, 1) == 0:
            found.resident.append(process.memory_info().rss)
            told(f"{found.sent} requests, {found.resident[-1] / 2**20:.0f} MiB")

    await keep_asking(port, clients, requests(number, seed), take)


def _taken(found: Soaked, known: dict[str, bytes], request: Request, answer: Answer) -> str | None:
    """What is wrong with an answer; what is right is taken down."""
    if request.kind.isdecimal():
        return None if answer.status == int(request.kind) else "another status was due"
    if answer.status != 201:
        return "an examination was refused"
    mark = answer.headers["nerveroot-record"]
    if "idempotency-replayed" in answer.headers:
        found.replayed += 1
    else:
        found.marks[mark] += 1
    found.acknowledged.add(answer.headers["location"].rpartition("/")[2])
    if request.kind and known.setdefault(request.kind, answer.body) != answer.body:
        return "one key has two answers"
    return None


def _count(found: Soaked, url: str) -> None:
    database = Database(url, seconds=PATIENCE)
    try:
        found.faults = [str(fault) for fault in verify(database)]
        with database.reading() as connection:
            ids = [str(row.id) for row in connection.exec_driver_sql("SELECT id FROM entries")]
    finally:
        database.close()
    stored = set(ids)
    found.stored, found.lost = len(ids), len(found.acknowledged - stored)
    found.unasked = len(stored - found.acknowledged) + len(ids) - len(stored)


@contextmanager
def _service(url: str, folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The service on a free port of this machine, with settings of its own and none of the environment's."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("NERVEROOT_")}
    settings = {
        "NERVEROOT_PORT": "0",
        "NERVEROOT_DATABASE_URL": url,
        "NERVEROOT_JOURNAL_DIR": str(folder / "journal"),
        "NERVEROOT_RECORD_KEY": "soak" * 8,
    }
    log = folder / "log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "service"], cwd=ROOT, env={**inherited, **settings}, stderr=errors
        )
    try:
        yield process, _port(process, log)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(PATIENCE)


def _port(process: subprocess.Popen[bytes], log: Path) -> int:
    until, announced = time.monotonic() + PATIENCE, "running on http://127.0.0.1:"
    while announced not in (said := log.read_text(encoding="utf-8")):
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"the service does not start: {said}")
        time.sleep(0.05)
    return int(said.split(announced, 1)[1].split()[0])


def main() -> int:
    """Soak, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--requests", type=int, default=REQUESTS)
    parser.add_argument("--clients", type=int, default=CLIENTS, help="at once, each over a connection of its own")
    parser.add_argument("--seed", type=int, default=1)
    stated = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = soak(
            stated.requests,
            clients=stated.clients,
            seed=stated.seed,
            folder=Path(folder),
            told=lambda line: print(line, file=sys.stderr),
        )
    print(found)
    return 0 if found.whole and found.growth <= GROWTH else 1


if __name__ == "__main__":
    sys.exit(main())
