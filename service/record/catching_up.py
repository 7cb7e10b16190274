"""From the journal into the database: the backlog, and whether the database can be used at all."""

import logging
import secrets
from contextlib import suppress
from datetime import datetime

import uuid6
from sqlalchemy import select

from service.errors import SchemaOutdated
from service.record.appending import append, head_of
from service.record.database import Database
from service.record.entry import Content, Entry, Kind
from service.record.journal import Journal
from service.record.tables import ENTRIES
from service.record.writer import MOST

TRIAL_BYTES = 2**18
"""How much is written to find out whether there is room: some answers, since one byte more proves nothing."""
LITTLE = -64
"""What SQLite may keep in memory meanwhile; negative numbers are KiB."""

logger = logging.getLogger(__name__)


class CatchingUp:
    """Moves what waits, a commit at a time, and asks the database how it is. For the thread that writes to it."""

    def __init__(self, database: Database, journal: Journal) -> None:
        self._database = database
        self._journal = journal
        self.checked = False
        """Whether the tables are those of this software."""
        self.outdated: str | None = None
        """How they differ; None where they do not, or where it is not known."""
        self.head: int | None = None
        """The number of the last entry when the database was last asked."""
        self.newest: datetime | None = None
        """The time of that entry."""

    def step(self, *, in_doubt: bool) -> None:
        """One commit of what waits. Where nothing does, ask the database how it is; `in_doubt`, write to it on trial.

        Raises:
            DatabaseDown: it cannot be read or written.
            SchemaOutdated: the tables are older or newer.
            StartupError: it cannot keep what it acknowledges.
        """
        if not self.checked:
            self._check()
        batch = self._journal.oldest(MOST) if self._journal.ready else []
        if batch:
            faults = {each.id: each.fault for each in self._database.append_deferred(batch) if each.fault}
            for fault in faults.values():
                logger.error("an answer that was deferred cannot be stored: %s", fault)
            self._journal.refused([entry for entry in batch if entry.id in faults])
            self._journal.done([entry for entry in batch if entry.id not in faults])
            return
        # A database whose disk is full can be read all the same.
        if in_doubt:
            write_on_trial(self._database)
        self._look()

    def _check(self) -> None:
        try:
            self._database.check_schema()
        except SchemaOutdated as fault:
            self.outdated = str(fault)
            raise
        self.checked, self.outdated = True, None

    def _look(self) -> None:
        with self._database.reading() as connection:
            head = head_of(connection)
            at = connection.scalar(select(ENTRIES.c.at).where(ENTRIES.c.seq == head.seq))
        self.head, self.newest = head.seq, _time(at)


class _TakenBack(Exception):
    """Ends a transaction that is to leave nothing."""


def write_on_trial(database: Database) -> None:
    """Write as much as some answers need, and take it back.

    Raises:
        DatabaseDown: it cannot be written.
    """
    content = Content(salt=secrets.token_hex(16), exam=None, answer=secrets.token_hex(TRIAL_BYTES // 2), person=None)
    named = {"tenant": "", "caller": "", "entrance": "maintenance"}
    trial = Entry(id=str(uuid6.uuid7()), kind=Kind.ASSESSMENT, at="", content=content, **named)
    with suppress(_TakenBack), database.writing() as connection:
        if connection.dialect.name == "sqlite":
            # SQLite writes to disk at the commit, which is not to come; or earlier, where it lacks memory.
            usual = connection.exec_driver_sql("PRAGMA cache_size").scalar_one()
            connection.exec_driver_sql(f"PRAGMA cache_size = {LITTLE}")
            try:
                append(connection, [trial], acknowledged=False)
            finally:
                connection.exec_driver_sql(f"PRAGMA cache_size = {usual}")
        else:
            append(connection, [trial], acknowledged=False)
        raise _TakenBack


def _time(at: str | None) -> datetime | None:
    """A time of the record; one that somebody altered is for the chain to find, and none here."""
    try:
        read = None if at is None else datetime.fromisoformat(at)
    except ValueError:
        return None
    return read if read is not None and read.tzinfo is not None else None
