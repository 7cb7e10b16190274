"""Which tokens were used: each is good for one call, whichever process of the service it comes to.

Whoever inserts the digest of a token first was first; the database decides, once for all processes. Every process
remembers what it took itself as well, and asks that memory first. While the database is down that memory decides alone
(decision 20): a service that is degraded still answers. What the database did not learn of meanwhile it is told before
anything else once it is back.
"""

import asyncio
import logging
import sqlite3
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import islice
from typing import Any

from sqlalchemy import delete, event, select, text
from sqlalchemy.exc import DBAPIError

from service.errors import DatabaseDown, SchemaOutdated
from service.record.connections import open_engine, surfaced
from service.record.database import Database
from service.record.reading import Reading
from service.record.tables import SEEN_TOKENS

KEPT = 20_000
"""Digests in the memory of one process, some megabytes; beyond that it forgets the one that it took first."""

SWEPT_EVERY = 64
"""Tokens after which those that have expired are removed."""
MOST_SWEPT = 256
"""How many of them at once: more than came since the last time, few enough for nobody to wait for it."""

MOST_TOLD = 1_000
"""Tokens of an outage that the database is told of at once, some milliseconds of work."""

ALONE = "Which tokens were used is not shared with other processes: the database does not take it."

WITHOUT_TABLE = (
    "Which tokens were used cannot be remembered: the tables of the database are others. Run `make migrate`."
)

_OF_THE_SCHEMA = ("42", "SQLITE_ERROR")
"""How the codes begin of statements that the tables do not fit: class 42 of PostgreSQL. SQLite has other codes for what
passes by itself (busy, full, not to be opened).
"""

_TAKE = text("INSERT INTO seen_tokens (digest, expires) VALUES (:digest, :expires) ON CONFLICT DO NOTHING")
"""Both databases understand it, and let one of two through that come at once."""

logger = logging.getLogger(__name__)


class SeenTokens:
    """The tokens that were used, in the database of the record and in this process; on one event loop."""

    def __init__(
        self,
        database: Database,
        *,
        seconds: float,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
        unshared: Callable[[], None] = lambda: None,
        kept: int = KEPT,
    ) -> None:
        """`now` counts seconds since 1970; `unshared` is called for each token that the database did not learn of."""
        self._engine = open_engine(database.url, seconds=seconds, writing=True)
        event.listen(self._engine, "connect", _hurry)
        self._now = now
        self._unshared = unshared
        self._kept = kept
        self._mine: OrderedDict[str, None] = OrderedDict()
        self._owed: OrderedDict[str, int] = OrderedDict()
        self._taken = 0
        # One thread: on SQLite several would only wait for each other.
        self._asking = Reading(seconds=seconds, name="table of used tokens", threads=1, clock=clock)
        self._started = False
        self._fault: str | None = None
        self._sharing: asyncio.Task[None] | None = None

    @property
    def fault(self) -> str | None:
        """That other processes do not learn of tokens at present; None where they do, or nobody has shown one yet."""
        return self._fault

    def known(self, digest: str) -> bool:
        """Whether the token of that digest was used in this process, as far as it remembers."""
        return digest in self._mine

    async def first_time(self, digest: str, expires: int) -> bool:
        """Whether the token of that digest was never used; from now on it was, until `expires` (seconds since 1970).

        Raises:
            SchemaOutdated: the tables are not those of this software, which does not pass by itself; it is not used up.
        """
        if self.known(digest):
            return False
        # Before the database is asked: of two that come to this process at once, one is the first in any case.
        self._mine[digest] = None
        if len(self._mine) > self._kept:
            self._mine.popitem(last=False)
        try:
            return await self._ask({digest: expires})
        except SchemaOutdated as fault:
            self._mine.pop(digest, None)
            self._say(WITHOUT_TABLE, str(fault))
            raise
        except Exception as fault:
            # Also one that waited when it was given up: whether it came through after all does not matter.
            self._owed[digest] = expires
            if len(self._owed) > self._kept:
                self._owed.popitem(last=False)
            self._unshared()
            why = str(fault) if isinstance(fault, DatabaseDown) else type(fault).__name__
            self._say(ALONE, f"which tokens were used is known to this process alone: {why}")
            return True

    def share(self) -> None:
        """Begin to tell the database of what it does not know yet, where there is any; nobody waits for it."""
        if self._owed and (self._sharing is None or self._sharing.done()):
            self._sharing = asyncio.create_task(self._settle())

    async def close(self) -> None:
        """Tell the database of what it does not know yet, end the thread and close every connection."""
        if self._sharing is not None:
            await self._sharing
        await self._settle()
        if self._started:
            self._asking.stop()
        self._engine.dispose()

    async def _settle(self) -> None:
        """Tell the database of what it does not know yet; what fails stays owed, and has been logged."""
        with suppress(DatabaseDown, SchemaOutdated):
            while self._owed:
                await self._ask({})

    async def _ask(self, new: Mapping[str, int]) -> bool:
        """Whether all that is `new` is new to the database, which is first told of what it does not know yet."""
        if not self._started:
            self._started = True
            self._asking.start()
        told = dict(islice(self._owed.items(), MOST_TOLD))
        first = await self._asking.ask(lambda: self._take(told, new))
        for digest in told:
            self._owed.pop(digest, None)
        if self._fault is not None and not self._owed:
            logger.warning("which tokens were used is shared with other processes again")
            self._fault = None
        return first

    def _say(self, fault: str, said: str) -> None:
        """Log a change for the worse, once."""
        if fault != self._fault:
            logger.error("%s", said)
        self._fault = fault

    def _take(self, told: Mapping[str, int], new: Mapping[str, int]) -> bool:
        with surfaced():
            try:
                first = self._insert_again(told, new)
            except DBAPIError as fault:
                if _of_the_schema(fault):
                    raise SchemaOutdated(WITHOUT_TABLE) from None
                raise
        if self._taken % SWEPT_EVERY == 0:
            with suppress(DBAPIError):  # the next one does it
                self._sweep()
        self._taken += 1
        return first

    def _insert_again(self, told: Mapping[str, int], new: Mapping[str, int]) -> bool:
        try:
            return self._insert(told, new)
        except DBAPIError as fault:
            if not fault.connection_invalidated:
                raise
        # The connection was broken, most likely since its last use. Should the row have come through all the same, one
        # token is refused that was good.
        return self._insert(told, new)

    def _insert(self, told: Mapping[str, int], new: Mapping[str, int]) -> bool:
        with self._engine.begin() as connection:
            if told:
                # In the order of the digests, so that two processes that tell the same do not lock each other out.
                connection.execute(_TAKE, [{"digest": each, "expires": told[each]} for each in sorted(told)])
            taken = [connection.execute(_TAKE, {"digest": each, "expires": new[each]}).rowcount for each in new]
        return all(count == 1 for count in taken)

    def _sweep(self) -> None:
        """Remove some of those that have expired, the oldest first; others may do so at the same time."""
        ended = (
            select(SEEN_TOKENS.c.digest)
            .where(SEEN_TOKENS.c.expires < self._now())
            .order_by(SEEN_TOKENS.c.expires)
            .limit(MOST_SWEPT)
            .with_for_update(skip_locked=True)
        )
        with self._engine.begin() as connection:
            connection.execute(delete(SEEN_TOKENS).where(SEEN_TOKENS.c.digest.in_(ended)))


def _of_the_schema(fault: DBAPIError) -> bool:
    """Whether the database understood the question, and has no such table."""
    code = getattr(fault.orig, "sqlstate", None) or getattr(fault.orig, "sqlite_errorname", None)
    return str(code).startswith(_OF_THE_SCHEMA)


def _hurry(opened: Any, _: Any) -> None:
    """Commits need not wait for the disk: what a power cut makes it forget is some tokens of the last second.

    On SQLite the answer that follows brings them to disk too, since both are in one write-ahead log.
    """
    if isinstance(opened, sqlite3.Connection):
        opened.execute("PRAGMA synchronous = NORMAL").close()
    else:
        opened.execute("SELECT set_config('synchronous_commit', 'off', false)")
        opened.commit()
