"""Which tokens were used: each is good for one call, whichever process of the service it comes to.

Whoever inserts the digest of a token first was first; the database decides, once for all processes. Every process
remembers what it took itself as well, and asks that memory first. While the database is down that memory decides alone
(decision 20): a service that is degraded still answers.
"""

import logging
import sqlite3
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from sqlalchemy import delete, event, select, text
from sqlalchemy.exc import DBAPIError

from service.errors import DatabaseDown
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

ALONE = "Which tokens were used is not shared with other processes: the database does not take it."

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
        self._taken = 0
        # One thread: on SQLite several would only wait for each other.
        self._asking = Reading(seconds=seconds, name="table of used tokens", threads=1, clock=clock)
        self._started = False
        self._alone = False

    @property
    def fault(self) -> str | None:
        """That other processes do not learn of tokens at present; None where they do, or nobody has shown one yet."""
        return ALONE if self._alone else None

    def known(self, digest: str) -> bool:
        """Whether the token of that digest was used in this process, as far as it remembers."""
        return digest in self._mine

    async def first_time(self, digest: str, expires: int) -> bool:
        """Whether the token of that digest was never used; from now on it was, until `expires` (seconds since 1970)."""
        if self.known(digest):
            return False
        # Before the database is asked: of two that come to this process at once, one is the first in any case.
        self._mine[digest] = None
        if len(self._mine) > self._kept:
            self._mine.popitem(last=False)
        if not self._started:
            self._started = True
            self._asking.start()
        try:
            first = await self._asking.ask(lambda: self._take(digest, expires))
        except Exception as fault:
            self._decide_alone(fault)
            return True
        if self._alone:
            logger.warning("which tokens were used is shared with other processes again")
            self._alone = False
        return first

    async def close(self) -> None:
        """End the thread and close every connection."""
        if self._started:
            self._asking.stop()
        self._engine.dispose()

    def _decide_alone(self, fault: Exception) -> None:
        if not self._alone:
            why = str(fault) if isinstance(fault, DatabaseDown) else type(fault).__name__
            logger.error("which tokens were used is known to this process alone: %s", why)
        self._alone = True
        self._unshared()

    def _take(self, digest: str, expires: int) -> bool:
        with surfaced():
            try:
                first = self._insert(digest, expires)
            except DBAPIError as fault:
                if not fault.connection_invalidated:
                    raise
                # The connection was broken, most likely since its last use. Should the row have come through all the
                # same, one token is refused that was good.
                first = self._insert(digest, expires)
        if self._taken % SWEPT_EVERY == 0:
            with suppress(DBAPIError):  # the next one does it
                self._sweep()
        self._taken += 1
        return first

    def _insert(self, digest: str, expires: int) -> bool:
        with self._engine.begin() as connection:
            return connection.execute(_TAKE, {"digest": digest, "expires": expires}).rowcount == 1

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


def _hurry(opened: Any, _: Any) -> None:
    """Commits need not wait for the disk: what a power cut makes it forget is some tokens of the last second.

    On SQLite the answer that follows brings them to disk too, since both are in one write-ahead log.
    """
    if isinstance(opened, sqlite3.Connection):
        opened.execute("PRAGMA synchronous = NORMAL").close()
    else:
        opened.execute("SELECT set_config('synchronous_commit', 'off', false)")
        opened.commit()
