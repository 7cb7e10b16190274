"""Which way an entry goes: into the database, or into the journal and from there into the database.

While anything waits in the journal, new entries wait there too, so that the record keeps the order in which answers
were given. One thread writes to the database, whichever way an entry comes.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence

from service.errors import DatabaseDown, RecordUnavailable, StartupError
from service.record.catching_up import CatchingUp
from service.record.database import Database
from service.record.journal import Journal
from service.record.pending import Outcome, Pending, deferred, settle, stored
from service.record.receipt import RecordState
from service.record.writer import MOST, GroupCommit

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
TRY_AGAIN = 1.0
"""Seconds after which a journal that cannot be written is tried again."""

logger = logging.getLogger(__name__)


class Deferral:
    """Takes entries in, and sees to it that each is in the database in the end.

    `ask` is called, from any thread, with an entry that has an Idempotency-Key before it goes to the journal: whether
    the key is in the database can often be read while nothing can be written. It puts the entry in once more.
    """

    def __init__(
        self,
        database: Database,
        journal: Journal,
        *,
        seconds: float,
        ask: Callable[[Pending], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._journal = journal
        self._seconds = seconds
        self._ask = ask
        self._clock = clock
        self._catching_up = CatchingUp(database, journal)
        self._direct = GroupCommit(self._store, name="record-database", capacity=DIRECT, between=self._catch_up)
        self._aside = GroupCommit(
            self._journalise, name="record-journal", capacity=ASIDE, most=MOST // 2, between=self._tend
        )
        self._lock = threading.Lock()
        """Held while an entry chooses its way, so that none overtakes those that are moved."""
        self._moved_some = threading.Condition()
        self._shrinking = False
        """Whether the backlog is long, and shrinks."""
        self._fault: str | None = None
        """Why the database cannot be written. After a write that failed, only one that succeeds ends it."""
        self._pause = FIRST_PAUSE
        self._look_at = 0.0
        """When to ask the database how it is."""
        self._tend_at = 0.0
        """When to see to the folder of the journal."""

    def start(self, down: str | None) -> None:
        """Start the threads; `down` says why the database could not be checked, None where it was and is right."""
        self._catching_up.checked = down is None
        if down is not None:
            self.defer(down)
        elif self._journal.waiting:
            self._direct.shut()
        self._aside.start()
        self._direct.start()

    def stop(self, seconds: float) -> bool:
        """End the threads; whether they ended in time."""
        return all([self._direct.stop(seconds), self._aside.stop(seconds)])

    def put(self, pending: Pending, *, waking: bool = True) -> None:
        """Take an entry in. Without `waking` it may wait for a call of `wake`."""
        with self._lock:
            pending.moved = False
            if self._direct.put(pending, waking=waking):
                return
            if not self._direct.is_shut:
                self._move("The database is slower than answers come.")
            self._put_aside([pending])

    def wake(self) -> None:
        """Have what was put in committed."""
        self._direct.wake()

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
            head=self._catching_up.head,
            outdated=self._catching_up.outdated,
            newest=self._catching_up.newest,
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
            if pending.entry.idempotency_key is not None and not pending.asked:
                pending.asked = True
                self._ask(pending)
            elif not self._aside.put(pending):
                refused.append((pending, RecordUnavailable("more answers wait for the journal than can be held")))
        settle(refused)

    def _store(self, batch: list[Pending]) -> None:
        """One commit of the database, behind what got into the journal since `_catch_up` looked.

        A sync of the journal that took longer than `_return` waits may have been acknowledged just now; what its caller
        sends next must not overtake it.
        """
        try:
            while self._journal.ready and not self._direct.is_shut:
                self._catching_up.step(in_doubt=False)
            if self._direct.is_shut:
                return  # the batch was moved behind them
            written = self._database.append([pending.entry for pending in batch])
        except Exception as fault:
            self.defer(_said(fault))
            return
        settle(
            [
                (pending, stored(pending, each))
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
            if self._shrinking:
                self._moved_some.wait(GIVES_WAY)
        try:
            kept = self._journal.append([pending.entry for pending in batch])
        except Exception as fault:
            if not isinstance(fault, OSError):
                logger.error("the journal failed: %s", type(fault).__name__)
            self._tend_at = min(self._tend_at, self._clock() + TRY_AGAIN)
            settle([(pending, RecordUnavailable("neither database nor journal can be written")) for pending in batch])
        else:
            settle([(pending, deferred(pending, each)) for pending, each in zip(batch, kept, strict=True)])

    def _tend(self) -> float:
        """See to the folder of the journal, in the thread that may hang when its disk does; in how many seconds again.

        Nothing of this may hold up the thread that writes to the database.
        """
        if self._clock() >= self._tend_at:
            more = self._journal.adopt(most=1)
            if self._journal.fault is not None:
                self._journal.probe()
            if self._journal.ready:
                self._direct.rouse()
            pause = LOOK_AROUND if self._journal.fault is None else TRY_AGAIN
            self._tend_at = self._clock() + (0.0 if more else pause)
        return max(0.0, self._tend_at - self._clock())

    def _catch_up(self) -> float:
        """Move what waits into the database; in how many seconds to look again."""
        looking = self._clock() >= self._look_at
        if looking:
            self._look_at = self._clock() + LOOK_AROUND
        while looking or self._direct.is_shut or self._journal.ready:
            looking = False
            try:
                self._catching_up.step(in_doubt=self.is_down)
            except Exception as fault:
                self._shrinking = False
                self.defer(_said(fault))
                pause, self._pause = self._pause, min(2 * self._pause, LAST_PAUSE)
                return pause
            with self._moved_some:
                self._shrinking = self._journal.ready > MOST
                self._moved_some.notify_all()
            self._pause = FIRST_PAUSE
            if self._direct.stopping:
                break
            if self._journal.ready <= MOST:
                self._return()
        return LOOK_AROUND

    def _return(self) -> None:
        """Let new entries wait for the database again, behind the few that are left in the journal."""
        with self._lock:
            if self._fault is not None:
                logger.warning("the database is back; %d answers still wait", self._journal.waiting)
            self._fault = None
            self._direct.reopen()
        until = self._clock() + self._seconds
        while self._aside.unsettled and not self._journal.ready and self._clock() < until:
            self._direct.pause(0.001)  # these came before what waits for the database now


def _said(fault: Exception) -> str:
    """What a fault says of itself, if its messages are known to hold nothing of a patient."""
    if isinstance(fault, DatabaseDown | StartupError):
        return str(fault)
    return f"The database cannot be used ({type(fault).__name__})."
