"""Questions to the database: in threads of their own, with a limit of time, and not again at once after a failure.

A database that is frozen answers nobody, and whoever asks it hangs. So nobody waits longer than the limit, and after
one has waited in vain the others are told so at once, until a single one has tried again and was answered.
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
REST = 1.0
"""Seconds without questions after one was not answered."""

T = TypeVar("T")


class Reading:
    """Threads that ask the database; each question within `seconds`."""

    def __init__(self, *, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._questions: SimpleQueue[tuple[Callable[[], Any], asyncio.Future[Any]] | None] = SimpleQueue()
        self._rest_until = 0.0

    def start(self) -> None:
        """Start the threads."""
        for number in range(THREADS):
            # A daemon, because one that hangs in a frozen database must not keep the process from ending.
            threading.Thread(target=self._run, name=f"record-reading-{number}", daemon=True).start()

    def stop(self) -> None:
        """Let the threads end."""
        for _ in range(THREADS):
            self._questions.put(None)

    async def ask(self, question: Callable[[], T]) -> T:
        """The answer to a question.

        Raises:
            DatabaseDown: there is none in time, or there was none a moment ago.
        """
        now = self._clock()
        if now < self._rest_until or self._questions.qsize() >= MOST_WAITING:
            raise DatabaseDown("The database does not answer.")
        if self._rest_until:
            self._rest_until = now + self._seconds + REST  # this one tries; the others wait for what comes of it
        try:
            answer = await self.within(self._seconds, question)
        except DatabaseDown:
            self._rest_until = self._clock() + REST
            raise
        self._rest_until = 0.0
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
            raise DatabaseDown("The database does not answer.") from None

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
