"""Several services before one database, and clients that go round: what a load balancer and its callers do."""

import random
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import httpx2

from bench.soaking import examination
from tests.service.serving import PATIENCE, Running, running

ASSESSMENTS = "/v1/assessments"


class Services:
    """So many processes of the service, each with a journal of its own, with one database and one key."""

    def __init__(self, url: str, folder: Path, number: int) -> None:
        shared = {"NERVEROOT_DATABASE_URL": url, "NERVEROOT_RECORD_KEY": secrets.token_hex(32)}
        self._settings: list[Mapping[str, str]] = [
            {**shared, "NERVEROOT_JOURNAL_DIR": str(folder / f"journal-{each}")} for each in range(number)
        ]
        self._ends = [ExitStack() for _ in range(number)]
        with ThreadPoolExecutor(number) as at_once:
            self._running: list[Running] = list(at_once.map(self._start, range(number)))

    @property
    def urls(self) -> list[str]:
        """Where they listen, or listened before they were killed."""
        return [each.url for each in self._running]

    def kill(self, number: int) -> None:
        """Kill one as the system does that runs out of memory."""
        self._running[number].process.kill()

    def end(self, number: int) -> int:
        """Ask one to end, and wait until it has; its exit status."""
        self._running[number].end()
        return int(self._running[number].process.returncode)

    def start(self, number: int) -> None:
        """Start one that is over again, on another port, with the journal that it had."""
        self._ends[number].close()
        self._running[number] = self._start(number)

    def end_all(self) -> None:
        """End them all: what they acknowledged is in the database then."""
        for each in self._ends:
            each.close()

    def _start(self, number: int) -> Running:
        return self._ends[number].enter_context(running(self._settings[number]))


@contextmanager
def services(url: str, folder: Path, number: int) -> Iterator[Services]:
    """Services that are over when the block is."""
    started = Services(url, folder, number)
    try:
        yield started
    finally:
        started.end_all()


@dataclass(frozen=True, kw_only=True)
class Acknowledged:
    """An answer that a client got: under which key it asked, what it was, and how often it had to ask."""

    key: str
    id: str
    body: bytes
    attempts: int


class Client:
    """Posts one examination after the other, each with a key, to one service after the other, until it is told to end.

    Where a service is not there, breaks off or cannot answer, it asks the next one, with the same key.
    """

    def __init__(self, name: str, to: Services) -> None:
        self._name, self._to = name, to
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name)
        self.acknowledged: list[Acknowledged] = []
        self.refused: list[int] = []
        """The statuses of answers that were none."""
        self.given_up: str | None = None
        self._thread.start()

    def end(self) -> None:
        """Let it finish what it asks."""
        self._over.set()
        self._thread.join(2 * PATIENCE)

    def wait_for(self, more: int) -> None:
        """Wait until it got so many answers more."""
        wanted, until = len(self.acknowledged) + more, time.monotonic() + PATIENCE
        while len(self.acknowledged) < wanted:
            assert self.given_up is None, self.given_up
            assert time.monotonic() < until, f"{self._name} got {len(self.acknowledged)} of {wanted}"
            time.sleep(0.01)

    def _run(self) -> None:
        drawn = random.Random(self._name)  # noqa: S311 - nothing here is a secret
        turn = drawn.randrange(3)
        with httpx2.Client(timeout=PATIENCE) as connection:
            while not self._over.is_set():
                key, body = f"{self._name}-{len(self.acknowledged)}", examination(drawn)
                until = time.monotonic() + PATIENCE
                for attempt in range(1, 1_000_000):
                    urls = self._to.urls
                    turn += 1
                    answer = self._asked(connection, urls[turn % len(urls)], key, body)
                    if answer is not None:
                        identifier = answer.headers["Location"].rpartition("/")[2]
                        self.acknowledged.append(
                            Acknowledged(key=key, id=identifier, body=answer.content, attempts=attempt)
                        )
                        break
                    if time.monotonic() > until:
                        self.given_up = f"{key} was answered by nobody; last refusals {self.refused[-5:]}"
                        return
                    time.sleep(0.01)

    def _asked(self, connection: httpx2.Client, url: str, key: str, body: bytes) -> httpx2.Response | None:
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        try:
            answer = connection.post(f"{url}{ASSESSMENTS}?explain=false", content=body, headers=headers)
        except httpx2.TransportError:
            return None
        if answer.status_code in (HTTPStatus.OK, HTTPStatus.CREATED):
            return answer
        self.refused.append(answer.status_code)
        return None
