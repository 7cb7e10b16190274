"""What is on record: in the database, and before that in the journal, where answers wait while the database is down."""

import logging
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from service.errors import DatabaseDown, RecordUnavailable
from service.record.database import Database
from service.record.entry import Entry
from service.record.journal import Journal
from service.record.reading import Reading
from service.record.receipt import Earlier, Examinations, Mark

T = TypeVar("T")

logger = logging.getLogger(__name__)


class Lookup:
    """Questions to the database and the journal at once; each store has a limit of `seconds`."""

    def __init__(self, database: Database, journal: Journal, *, seconds: float, clock: Callable[[], float]) -> None:
        self._database = database
        self._journal = journal
        self._reading = Reading(seconds=seconds, clock=clock)
        self._journal_reading = Reading(seconds=seconds, name="journal", clock=clock)

    async def find(self, tenant: str, id: str) -> tuple[Entry, Mark] | None:  # noqa: A002
        """The entry of that id, where it is of that tenant, and where it is kept.

        Raises:
            RecordUnavailable: the database cannot be asked.
        """
        # First what waits: it leaves the journal only when it is in the database.
        unread: RecordUnavailable | None = None
        try:
            waiting = await self._of_journal(partial(self._journal.find, tenant, id))
        except RecordUnavailable as fault:
            waiting, unread = None, fault
        if waiting is not None:
            return waiting, Mark.DEFERRED
        stored = await self._of_database(partial(self._database.find, tenant, id))
        if stored is None and unread is not None:
            raise unread
        if stored is None and await self._waits_elsewhere():
            raise RecordUnavailable("it may wait in the journal of another process")
        return None if stored is None else (stored, Mark.STORED)

    async def of_person(self, tenant: str, person: str, limit: int) -> Earlier:
        """The last examinations of one person, latest first, as far as they can be read now."""
        stored: list[str] = []
        waiting: list[Entry] = []
        complete = True
        try:
            waiting = await self._of_journal(partial(self._journal.of_person, tenant, person, limit)) or []
        except Exception as fault:
            complete = unread(fault)
        try:
            stored = await self._of_database(partial(self._database.of_person, tenant, person, limit))
        except Exception as fault:
            complete = unread(fault)
        exams = [entry.content.exam for entry in waiting if entry.content and entry.content.exam]
        if complete and await self._waits_elsewhere():
            complete = False
        # What got into the database in between is in both.
        both = set(stored)
        return Earlier(exams=[*(each for each in exams if each not in both), *stored][:limit], complete=complete)

    async def examinations(self, tenant: str, person: str, limit: int) -> Examinations:
        """The last examinations of one person with their answers, latest first.

        Raises:
            RecordUnavailable: the database cannot be asked.
        """
        complete = True
        waiting: list[Entry] = []
        try:
            waiting = await self._of_journal(partial(self._journal.of_person, tenant, person, limit)) or []
        except Exception as fault:
            complete = unread(fault)
        stored = await self._of_database(partial(self._database.examinations, tenant, person, limit))
        if complete and await self._waits_elsewhere():
            complete = False
        # What got into the database in between is in both.
        known = {entry.id for entry in stored}
        fresh = [entry for entry in waiting if entry.id not in known]
        return Examinations(entries=[*fresh, *stored][:limit], complete=complete)

    async def outcomes(self, tenant: str, about: str) -> list[Entry]:
        """What was stated of an assessment, in the order in which it was.

        Raises:
            RecordUnavailable: the database cannot be asked.
        """
        waiting = await self._of_journal(partial(self._journal.outcomes, tenant, about)) or []
        stored = await self._of_database(partial(self._database.outcomes, tenant, about))
        known = {entry.id for entry in stored}
        return [*stored, *(entry for entry in waiting if entry.id not in known)]

    def _stop_reading(self) -> None:
        for reading in (self._reading, self._journal_reading):
            reading.stop()

    async def _of_journal(self, question: Callable[[], T]) -> T | None:
        if not self._journal.waiting:
            return None
        try:
            return await self._journal_reading.ask(question)
        except (DatabaseDown, OSError) as fault:
            raise RecordUnavailable("the journal cannot be read at present") from fault

    async def _waits_elsewhere(self) -> bool:
        """Whether answers may wait in the journal of another process; also where nobody can tell."""
        try:
            return await self._journal_reading.ask(self._journal.of_others)
        except Exception as fault:
            return not unread(fault)

    async def _of_database(self, question: Callable[[], T]) -> T:
        try:
            return await self._reading.ask(question)
        except DatabaseDown as fault:
            raise RecordUnavailable("the record cannot be read at present") from fault


def unread(fault: Exception) -> bool:
    """False: it could not be read; a fault that no store should have is logged."""
    if not isinstance(fault, DatabaseDown | RecordUnavailable):
        logger.error("the record cannot be read: %s", type(fault).__name__)
    return False
