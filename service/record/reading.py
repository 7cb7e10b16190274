"""Questions to the database or the journal: in threads of their own, with a limit of time, and not again and again.

A database that is frozen answers nobody, and whoever asks it hangs. So nobody waits longer than the limit, and after
two in a row have waited in vain the others are told so at once, until a single one has tried again and was answered.
One alone may have been a slow question.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, TypeVar

from service.errors import DatabaseDown

THREADS = 4
MOST_WAITING = 256
"""Questions that wait for a thread; more are refused."""
IN_VAIN = 2
"""Questions in a row without an answer after which it rests."""
REST = 1.0
"""Seconds without questions then."""

T = TypeVar("T")


class Reading:
    """Threads that ask one store; each question within `seconds`."""

    def __init__(
        self,
        *,
        seconds: float,
        name: str = "database",
        threads: int = THREADS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name = name
        self._threads = threads
        self._seconds = seconds
        self._clock = clock
        self._questions: SimpleQueue[tuple[Callable[[], Any], asyncio.Future[Any]] | None] = SimpleQueue()
        self._in_vain = 0
        self._rest_until = 0.0

    def start(self) -> None:
        """Start the threads."""
        for number in range(self._threads):
            # A daemon, because one that hangs in a frozen database must not keep the process from ending.
            name = f"record-reading-{self._name}-{number}"
            threading.Thread(target=self._run, name=name, daemon=True).start()

    def stop(self) -> None:
        """Let the threads end."""
        for _ in range(self._threads):
            self._questions.put(None)

    async def ask(self, question: Callable[[], T], *, seconds: float | None = None) -> T:
        """The answer to a question, within `seconds` where it has less time than others.

        Raises:
            DatabaseDown: there is none in time, or there was none a moment ago.
        """
        now = self._clock()
        if now < self._rest_until or self._questions.qsize() >= MOST_WAITING:
            raise DatabaseDown(f"The {self._name} does not answer.")
        if self._rest_until:
            self._rest_until = now + self._seconds + REST  # this one tries; the others wait for what comes of it
        try:
            answer = await self.within(seconds or self._seconds, question)
        except DatabaseDown:
            self._in_vain += 1
            if self._in_vain >= IN_VAIN:
                self._rest_until = self._clock() + REST
            raise
        self._in_vain, self._rest_until = 0, 0.0
        return answer

    async def within(self, seconds: float | None, question: Callable[[], T]) -> T:
        """The answer to a question that has a limit of its own, whatever became of others.

        Raises:
            DatabaseDown: there is none in time.
        """
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._questions.put((question, future))
        try:
            async with asyncio.timeout(seconds):
                return await future
        except TimeoutError:
            raise DatabaseDown(f"The {self._name} does not answer.") from None

    def _run(self) -> None:
        while (asked := self._questions.get()) is not None:
            question, future = asked
            if future.cancelled():
                continue
            answer, fault = None, None
            try:
                answer = question()
            except Exception as failed:
                fault = failed
            with suppress(RuntimeError):  # the loop is closed
                future.get_loop().call_soon_threadsafe(_answer, future, answer, fault)


def _answer(future: "asyncio.Future[Any]", answer: Any, fault: Exception | None) -> None:
    if future.done():
        return
    if fault is None:
        future.set_result(answer)
    else:
        future.set_exception(fault)
