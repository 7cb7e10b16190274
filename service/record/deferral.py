"""Which way an entry goes: into the database, or into the journal and from there into the database.

While anything waits in the journal, new entries wait there too, so that the record keeps the order in which answers
were given. One thread writes to the database, whichever way an entry comes.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import select

from service.errors import DatabaseDown, KeyReused, RecordUnavailable, SchemaOutdated, StartupError
from service.record.appending import Written, head_of
from service.record.database import Database
from service.record.journal import Journal, Kept
from service.record.receipt import Mark, Receipt, RecordState
from service.record.tables import ENTRIES
from service.record.writer import MOST, GroupCommit, Outcome, Pending, settle

DIRECT = 1024
"""Entries that wait for the database at most; a database with more before it is too slow, and counts as down."""
ASIDE = 8192
"""Entries that wait for the journal at most; above, nothing can be kept."""
FIRST_PAUSE, LAST_PAUSE = 0.1, 2.0
"""Seconds between attempts at a database that is down; doubled each time."""
GIVES_WAY = 0.25
"""Seconds that a sync of the journal waits at most for a commit of the backlog."""
LOOK_AROUND = 5.0
"""Seconds after which the database is asked how it is, though nobody needs it, and left journals are looked for."""

logger = logging.getLogger(__name__)


class Deferral:
    """Takes entries in, and sees to it that each is in the database in the end."""

    def __init__(
        self, database: Database, journal: Journal, *, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._journal = journal
        self._seconds = seconds
        self._clock = clock
        self._direct = GroupCommit(self._store, name="record-database", capacity=DIRECT, between=self._catch_up)
        self._aside = GroupCommit(self._journalise, name="record-journal", capacity=ASIDE, most=MOST // 2)
        self._lock = threading.Lock()
        """Held while an entry chooses its way, so that none overtakes those that are moved."""
        self._moved_some = threading.Condition()
        self._catching_up = False
        self._fault: str | None = None
        self._checked = False
        self._pause = FIRST_PAUSE
        self._look_at = 0.0
        self._head: int | None = None
        self._newest: datetime | None = None
        self._outdated: str | None = None

    def start(self, down: str | None) -> None:
        """Start the threads; `down` says why the database could not be checked, None where it was and is right."""
        self._checked = down is None
        if down is not None:
            self.defer(down)
        elif self._journal.waiting:
            self._direct.shut()
        self._aside.start()
        self._direct.start()

    def stop(self, seconds: float) -> bool:
        """End the threads; whether they ended in time."""
        return all([self._direct.stop(seconds), self._aside.stop(seconds)])

    def put(self, pending: Pending) -> None:
        """Take an entry in."""
        with self._lock:
            if self._direct.put(pending):
                return
            if not self._direct.is_shut:
                self._move("The database is slower than answers come.")
            self._put_aside([pending])

    def defer(self, why: str) -> None:
        """Send what waits for the database, and all that comes, to the journal, until the database is back."""
        with self._lock:
            self._move(why)

    @property
    def backlog(self) -> int:
        """Entries that are in the journal, or on the way there; some are counted twice for a moment."""
        return self._journal.waiting + self._aside.unsettled

    @property
    def is_down(self) -> bool:
        """Whether the database failed when it was last asked."""
        return self._fault is not None

    def state(self) -> RecordState:
        """How the record is doing."""
        sentences = [each for each in (self._fault, self._journal.fault, self._journal.damage) if each]
        return RecordState(
            writable=self._fault is None or self._journal.fault is None,
            database="up" if self._fault is None else "down",
            why=" ".join(f"{each[0].upper()}{each[1:].rstrip('.')}." for each in sentences) or None,
            deferred=self._journal.waiting,
            head=self._head,
            outdated=self._outdated,
            newest=self._newest,
        )

    def _move(self, why: str) -> None:
        if self._fault is None:
            logger.error("answers are deferred: %s", why)
        elif self._fault != why:
            logger.warning("answers are still deferred: %s", why)
        self._fault = why
        self._put_aside(self._direct.shut())

    def _put_aside(self, moved: Sequence[Pending]) -> None:
        refused: list[tuple[Pending, Outcome]] = []
        for pending in moved:
            pending.moved = True
            if not self._aside.put(pending):
                refused.append((pending, RecordUnavailable("more answers wait for the journal than can be held")))
        settle(refused)

    def _store(self, batch: list[Pending]) -> None:
        """One commit of the database."""
        try:
            written = self._database.append([pending.entry for pending in batch])
        except Exception as fault:
            self.defer(_said(fault))
            return
        settle(
            [
                (pending, _stored(pending, each))
                for pending, each in zip(batch, written, strict=True)
                # What went to the journal as well is answered from there, unless it is in the database as it stands.
                if not pending.moved or not (each.replay or each.conflict or each.fault)
            ]
        )

    def _journalise(self, batch: list[Pending]) -> None:
        """One sync of the journal.

        While the backlog shrinks, there is one for each commit, which takes twice as many out: so it comes to an end,
        however many ask.
        """
        with self._moved_some:
            if self._catching_up:
                self._moved_some.wait(GIVES_WAY)
        try:
            kept = self._journal.append([pending.entry for pending in batch])
        except Exception as fault:
            if not isinstance(fault, OSError):
                logger.error("the journal failed: %s", type(fault).__name__)
            settle([(pending, RecordUnavailable("neither database nor journal can be written")) for pending in batch])
        else:
            settle([(pending, _deferred(pending, each)) for pending, each in zip(batch, kept, strict=True)])

    def _catch_up(self) -> float:
        """Move what waits into the database; in how many seconds to look again."""
        looking = self._clock() >= self._look_at
        if looking:
            self._look_at = self._clock() + LOOK_AROUND
            self._journal.adopt()
        if self._journal.fault is not None and (looking or self._direct.is_shut):
            self._journal.probe()
        while looking or self._direct.is_shut or self._journal.waiting:
            looking = False
            try:
                self._move_some()
            except Exception as fault:
                self._catching_up = False
                self.defer(_said(fault))
                pause, self._pause = self._pause, min(2 * self._pause, LAST_PAUSE)
                return pause
            self._pause = FIRST_PAUSE
            if self._direct.stopping:
                break
            if self._journal.waiting <= MOST:
                self._return()
        return LOOK_AROUND

    def _move_some(self) -> None:
        """One commit of what waits; where nothing does, ask the database how it is."""
        if not self._checked:
            self._check()
        batch = self._journal.oldest(MOST)
        if not batch:
            self._look()
            return
        faults = {each.id: each.fault for each in self._database.append_deferred(batch) if each.fault}
        for fault in faults.values():
            logger.error("an answer that was deferred cannot be stored: %s", fault)
        self._journal.refused([entry for entry in batch if entry.id in faults])
        self._journal.done([entry for entry in batch if entry.id not in faults])
        with self._moved_some:
            self._catching_up = self._journal.waiting > MOST
            self._moved_some.notify_all()

    def _check(self) -> None:
        try:
            self._database.check_schema()
        except SchemaOutdated as fault:
            self._outdated = str(fault)
            raise
        self._checked, self._outdated = True, None

    def _look(self) -> None:
        """Ask the database how it is."""
        with self._database.reading() as connection:
            head = head_of(connection)
            at = connection.scalar(select(ENTRIES.c.at).where(ENTRIES.c.seq == head.seq))
        self._head, self._newest = head.seq, _time(at)

    def _return(self) -> None:
        """Let new entries wait for the database again, behind the few that are left in the journal."""
        with self._lock:
            if self._fault is not None:
                logger.warning("the database is back; %d answers still wait", self._journal.waiting)
            self._fault = None
            self._direct.reopen()
        until = self._clock() + self._seconds
        while self._aside.unsettled and not self._journal.waiting and self._clock() < until:
            self._direct.pause(0.001)  # these came before what waits for the database now


def _time(at: str | None) -> datetime | None:
    """A time of the record; one that somebody altered is for the chain to find, and none here."""
    try:
        read = None if at is None else datetime.fromisoformat(at)
    except ValueError:
        return None
    return read if read is not None and read.tzinfo is not None else None


def _said(fault: Exception) -> str:
    """What a fault says of itself, if its messages are known to hold nothing of a patient."""
    if isinstance(fault, DatabaseDown | StartupError):
        return str(fault)
    return f"The database cannot be used ({type(fault).__name__})."


def _stored(pending: Pending, written: Written) -> Outcome:
    if written.fault:
        return RecordUnavailable(written.fault)
    if written.conflict:
        return KeyReused("the Idempotency-Key came with another body before")
    return Receipt(entry=written.replay or pending.entry, mark=Mark.STORED, replayed=written.replay is not None)


def _deferred(pending: Pending, kept: Kept) -> Outcome:
    if kept.conflict:
        return KeyReused("the Idempotency-Key came with another body before")
    return Receipt(entry=kept.replay or pending.entry, mark=Mark.DEFERRED, replayed=kept.replay is not None)
