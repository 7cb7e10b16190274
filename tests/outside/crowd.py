"""Many clients at once that ask until they are told to stop, or the service is gone; and what each of them was told."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count

from bench.load import Answer, Connection, CutOff, Request, Unanswered
from tests.service.serving import PATIENCE

Asked = tuple[Request, Answer]


class Crowd:
    """Clients in a thread; each ends when its connection does, because the service is ended then."""

    def __init__(self, port: int, clients: int, ask: Callable[[int], Request], again: list[Request]) -> None:
        self.answered: list[Asked] = []
        self.unanswered: list[Request] = []
        """Asked, and no answer began: the service may have recorded it, or never have seen it."""
        self.cut_off: list[Request] = []
        self._port, self._clients, self._ask = port, clients, ask
        self._again = iter(list(again))
        self._turns = count()
        self._over = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._all()), name="crowd")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Let each client get its last answer, and end."""
        self._over.set()
        self.join()

    def join(self) -> None:
        """Wait until every client has ended: the service is gone."""
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), "the service keeps clients waiting"

    def wait_for(self, more: int, holds: Callable[[Answer], bool] = lambda answer: True) -> None:
        """Wait until that many more answers of this kind have come."""
        seen, found, until = len(self.answered), 0, time.monotonic() + PATIENCE
        while found < more:
            assert time.monotonic() < until
            assert self._thread.is_alive(), "every client has ended"
            time.sleep(0.01)
            now = len(self.answered)
            found += sum(holds(answer) for _, answer in self.answered[seen:now])
            seen = now

    async def _all(self) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(self._clients):
                group.create_task(self._client())

    async def _client(self) -> None:
        connection = Connection(self._port)
        while not self._over.is_set():
            request = next(self._again, None) or self._ask(next(self._turns))
            try:
                self.answered.append((request, await connection.ask(request)))
            except Unanswered:
                self.unanswered.append(request)
                break
            except CutOff:
                self.cut_off.append(request)
                break
        await connection.close()


@contextmanager
def crowd(
    port: int, ask: Callable[[int], Request], clients: int = 8, again: list[Request] | None = None
) -> Iterator[Crowd]:
    """Clients that ask what `ask` makes of the number of the request, after what is to be asked `again`."""
    made = Crowd(port, clients, ask, again or [])
    made.start()
    try:
        yield made
    finally:
        made.stop()


def with_key(request: Request, key: str) -> Request:
    """The same request with an Idempotency-Key, so that it can be sent again."""
    return replace(request, headers={**request.headers, "Idempotency-Key": key}, kind=key)
