"""The record as the rest of the service sees it: append, find, and how it is doing.

An entry that was acknowledged is on disk: in the database, or, while that is down, in the journal.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from service.errors import DatabaseDown, KeyReused, RecordUnavailable
from service.record.database import Database
from service.record.deferral import Deferral
from service.record.entry import Entry
from service.record.journal import Journal
from service.record.lookup import Lookup, unread
from service.record.pending import Pending, found, joined, settle
from service.record.receipt import Earlier, Examinations, Mark, Receipt, RecordState
from service.record.waiting import Key, key_of

__all__ = ["Earlier", "Examinations", "Mark", "Receipt", "Record", "RecordState"]

STARTING = 30.0
"""Seconds that the database has at the start, when its tables are looked at or made."""
CLOSING = 5.0
"""Seconds at the end for what waits in the journal to get into the database; the rest does so after the next start."""

logger = logging.getLogger(__name__)


class Record(Lookup):
    """The record in a database, with a journal that stands in for it; all on one event loop."""

    def __init__(
        self, database: Database, journal: Journal, *, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(database, journal, seconds=seconds, clock=clock)
        self._seconds = seconds
        self._deferral = Deferral(database, journal, seconds=seconds, ask=self._ask_soon, clock=clock)
        self._asking: set[asyncio.Task[None]] = set()
        self._open = False
        self._under_way: set[Pending] = set()
        self._keyed: dict[Key, Pending] = {}
        """Those under way that came with an Idempotency-Key."""
        self._waking = False

    async def start(self) -> None:
        """Take over what was left in the journal, and look whether the database is the right one.

        A database that is down, or a journal that cannot be written, is told by `state()` and mends itself.

        Raises:
            SchemaOutdated: the tables are not those of this software.
            StartupError: the database cannot keep what it acknowledges.
        """
        down = None
        for reading in (self._reading, self._journal_reading):
            reading.start()
        try:
            await self._open_journal()
            await self._reading.within(STARTING, self._database.check_schema)
            logger.info("the record is open: head %s", await self._reading.within(STARTING, self._database.head))
        except DatabaseDown as fault:
            down = str(fault)
        except BaseException:
            self._stop_reading()
            self._journal.close()
            self._database.close()
            raise
        self._deferral.start(down)
        self._open = True

    async def close(self) -> None:
        """Take nothing more, finish what was accepted, and let go of the database and the journal."""
        if not self._open:
            return
        self._open = False
        # What was accepted ends by itself, within the time that each entry has.
        await _until(lambda: not self._under_way, 2 * self._seconds + 1)
        await _until(lambda: not self._deferral.backlog or self._deferral.is_down, CLOSING)
        ended = await asyncio.to_thread(self._deferral.stop, self._seconds + 1)
        if not ended:
            logger.error("the database or the journal hangs; the process ends without it")
        if self._journal.waiting:
            logger.warning("%d answers stay in the journal until the next start", self._journal.waiting)
        if not self._deferral.is_down:
            with suppress(DatabaseDown):
                head = await self._reading.within(self._seconds, self._database.head)
                logger.info("the record closes: head %s", head)
        self._stop_reading()
        if ended:
            self._journal.close()
            self._database.close()

    async def append(self, entry: Entry) -> Receipt:
        """Put an entry on record: when this returns, it is on disk.

        Raises:
            KeyReused: its Idempotency-Key came with another body before.
            RecordUnavailable: it could be written neither into the database nor into the journal.
        """
        key = key_of(entry)
        while key is not None and (first := self._keyed.get(key)) and not first.future.done():
            # Which of two reaches a store first is chance, and the two need not go the same way: so the second does not
            # go at all, unless the first is refused for a third.
            try:
                receipt = await asyncio.shield(first.future)
            except KeyReused:
                continue
            return joined(entry, first.entry, receipt)
        # A caller that goes away takes nothing back.
        return await asyncio.shield(self._begin(entry, key).future)

    def _begin(self, entry: Entry, key: Key | None) -> Pending:
        if not self._open:
            raise RecordUnavailable("the record is closed")
        pending = Pending(entry)
        loop = pending.future.get_loop()
        late = loop.call_later(self._seconds, self._late, pending)
        self._under_way.add(pending)
        if key is not None:
            self._keyed[key] = pending

        def settled(_: object) -> None:
            late.cancel()
            self._under_way.discard(pending)
            if key is not None and self._keyed.get(key) is pending:
                del self._keyed[key]

        pending.future.add_done_callback(settled)
        self._deferral.put(pending, waking=False)
        if not self._waking:
            self._waking = True
            loop.call_soon(self._wake)
        return pending

    def state(self) -> RecordState:
        """How the record is doing."""
        return self._deferral.state()

    async def _open_journal(self) -> None:
        try:
            await self._journal_reading.within(STARTING, self._journal.open)
        except Exception as fault:
            # What it holds is taken over when it answers.
            logger.error("the journal cannot be opened: %s", type(fault).__name__)

    def _wake(self) -> None:
        """Have what was appended committed, now that every request that was there has had its turn.

        Who works out answers and who commits share one interpreter: a commit for each answer would cost more than the
        answers. So those that came together share one, and one that came alone waits for nobody.
        """
        self._waking = False
        self._deferral.wake()

    def _ask_soon(self, pending: Pending) -> None:
        """Have the Idempotency-Key of an entry looked up in the database; from any thread."""

        def ask() -> None:
            task = asyncio.get_running_loop().create_task(self._ask(pending))
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)

        with suppress(RuntimeError):  # the loop is closed, and nobody waits any more
            pending.future.get_loop().call_soon_threadsafe(ask)

    async def _ask(self, pending: Pending) -> None:
        """Settle an entry whose Idempotency-Key is in the database; put others in, also where that cannot be read."""
        entry = pending.entry
        question = partial(self._database.by_key, entry.tenant, entry.caller, entry.idempotency_key or "")
        try:
            # Less than the time that there is, so that enough of it is left for the journal.
            first = await self._reading.ask(question, seconds=self._seconds / 2)
        except Exception as fault:
            unread(fault)
            first = None
        if first is None:
            self._deferral.put(pending)
        else:
            settle([(pending, found(pending, first))])

    def _late(self, pending: Pending) -> None:
        """The time for the database is over, and that for the journal begins."""
        if pending.future.done():
            return
        if not pending.moved:
            self._deferral.defer("The database does not answer in time.")
        given_up = pending, RecordUnavailable("neither database nor journal answers in time")
        pending.future.get_loop().call_later(self._seconds, settle, [given_up])


async def _until(holds: Callable[[], bool], seconds: float) -> None:
    """Wait for something to hold, that long at most."""
    until = asyncio.get_running_loop().time() + seconds
    while not holds() and asyncio.get_running_loop().time() < until:
        await asyncio.sleep(0.01)
