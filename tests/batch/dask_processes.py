"""A Dask scheduler and its workers, each a process of its own on this machine, ended by their own ids."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.service.serving import PATIENCE, ROOT


@dataclass(kw_only=True)
class Cluster:
    """The address of the scheduler, and the processes of the workers."""

    address: str
    log: Path
    at: Path
    """Where workers are started."""
    workers: list[subprocess.Popen[bytes]]

    def add(self, environment: Mapping[str, str] | None = None) -> None:
        """Start a worker with one thread and nobody who would start it again."""
        arguments = (self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1")
        self.workers.append(_started("worker", self.log, *arguments, at=self.at, **environment or {}))


@contextmanager
def cluster(folder: Path, count: int, *, at: Path = ROOT, workers_at: Path = ROOT) -> Iterator[Cluster]:
    """A scheduler with so many workers, as long as the block lasts, each started in its folder."""
    told, log = folder / "scheduler.json", folder / "dask.log"
    arguments = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(told))
    scheduler = _started("scheduler", log, *arguments, at=at)
    workers: list[subprocess.Popen[bytes]] = []
    try:
        until = time.monotonic() + PATIENCE
        while not told.exists() or not told.read_bytes():
            assert scheduler.poll() is None, log.read_text(encoding="utf-8")
            assert time.monotonic() < until
            time.sleep(0.05)
        made = Cluster(address=json.loads(told.read_bytes())["address"], log=log, at=workers_at, workers=workers)
        for _ in range(count):
            made.add()
        yield made
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


def _started(program: str, log: Path, *arguments: str, at: Path = ROOT, **environment: str) -> subprocess.Popen[bytes]:
    with log.open("ab") as said:
        return subprocess.Popen(
            [sys.executable, "-m", "dask", program, *arguments],
            cwd=at,
            env={**os.environ, **environment},
            stdout=said,
            stderr=said,
        )
