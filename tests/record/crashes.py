"""What the fault tests count: what a process acknowledged before it was killed, and what is on record afterwards."""

import asyncio
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from service.record.database import Database
from service.record.journal import Journal
from service.record.record import Mark, Record
from tests.record.crash_writer import REFUSED, REPLAYED, STARTED
from tests.record.recording import stored_ids

PATIENCE = 120.0
"""More than anything here takes, on a machine that is busy with other things."""
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Acknowledged:
    """A line of the writing process."""

    client: str
    number: int
    id: str
    mark: str
    writable: bool
    """Whether the record said then that something can be written."""


class Writing:
    """A process that appends as fast as it can, and all that it acknowledged."""

    def __init__(self, url: str, folder: Path, **options: float) -> None:
        stated = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.record.crash_writer", url, str(folder), *stated],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
        )
        self.lines: list[Acknowledged] = []
        self.errors = b""
        self._started = False
        self._threads = [threading.Thread(target=self._read), threading.Thread(target=self._read_errors)]
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    def count(self, mark: str) -> int:
        """How many lines have this mark."""
        return Counter(line.mark for line in list(self.lines))[mark]

    def wait_started(self) -> None:
        """Wait until it appends."""
        self._wait(lambda: self._started)

    def wait_for(self, more: int, mark: str = Mark.STORED) -> None:
        """Wait until it has acknowledged that many more with this mark."""
        wanted = self.count(mark) + more
        self._wait(lambda: self.count(mark) >= wanted)

    def wait_for_unready(self, refusals: int) -> None:
        """Wait until the record said with each of so many refusals in a row that nothing can be written."""
        begun = len(self.lines)

        def holds() -> bool:
            last = [line.writable for line in self.lines[begun:] if line.mark == REFUSED][-refusals:]
            return last == [False] * refusals

        self._wait(holds)

    def kill(self) -> None:
        """Kill it as the system does that runs out of memory: it gets no chance to do anything."""
        self._process.kill()
        self._finish()

    def end(self) -> None:
        """End it as a service is ended; it must end well."""
        self._process.send_signal(signal.SIGTERM)
        self._finish()
        assert self._process.returncode == 0, self.errors.decode()

    def is_over(self) -> bool:
        """Whether it has ended."""
        return self._process.poll() is not None

    def _wait(self, holds: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE
        while not holds():
            assert not self.is_over(), self.errors.decode()
            assert time.monotonic() < until, Counter(line.mark for line in self.lines)
            time.sleep(0.005)

    def _finish(self) -> None:
        self._process.wait(PATIENCE)
        for thread in self._threads:
            thread.join(PATIENCE)
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.strip() == STARTED.encode():
                self._started = True
                continue
            client, number, identifier, mark, writable = line.decode().split()
            stated = Acknowledged(client=client, number=int(number), id=identifier, mark=mark, writable=writable == "1")
            self.lines.append(stated)

    def _read_errors(self) -> None:
        assert self._process.stderr is not None
        self.errors = self._process.stderr.read()


@contextmanager
def writing(url: str, folder: Path, **options: float) -> Iterator[Writing]:
    """A process that appends; it is over when the block is."""
    process = Writing(url, folder, **options)
    try:
        process.wait_started()
        yield process
    finally:
        if not process.is_over():
            process.kill()


def recover(url: str, folder: Path) -> None:
    """Start the record as the service does after a crash, until everything is in the database."""

    async def play() -> None:
        record = Record(Database(url, seconds=PATIENCE), Journal(folder), seconds=PATIENCE)
        await record.start()
        async with asyncio.timeout(PATIENCE):
            while record.state().deferred or record.state().database == "down":
                await asyncio.sleep(0.01)
        assert record.state().why is None
        await record.close()

    asyncio.run(play())
    assert list(folder.iterdir()) == []


def assert_nothing_lost(url: str, processes: list[Writing]) -> None:
    """Each answer that was acknowledged is stored, once, and those of one client in the order in which it got them."""
    stored = stored_ids(url)
    assert [each for each, times in Counter(stored).items() if times > 1] == []
    place = {identifier: number for number, identifier in enumerate(stored)}
    for process in processes:
        acknowledged = [line for line in process.lines if line.mark != REFUSED]
        assert acknowledged, "nothing was acknowledged, so nothing was tested"
        assert [line for line in acknowledged if line.id not in place] == [], "acknowledged answers are lost"
        in_turn: dict[str, list[Acknowledged]] = defaultdict(list)
        for line in acknowledged:
            if line.mark != REPLAYED:
                in_turn[line.client].append(line)
        for lines in in_turn.values():
            given = sorted(lines, key=lambda line: line.number)
            swapped = [each for each in pairwise(given) if place[each[0].id] > place[each[1].id]]
            assert swapped == [], "answers are not in the order in which they were given"
