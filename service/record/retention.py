"""Remove what was said of patients once it is old enough, and keep the chain whole.

A purge is an entry of the record itself, written before the first content goes: who removed, when, and up to when.
Outcomes and feedback go with the assessment that they are about. The entries stay: who asked when, and which versions
answered.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Select, delete, func, select

from service.errors import DatabaseDown, RecordFault
from service.record.connections import file_of
from service.record.database import Database
from service.record.entry import Entry, Kind, moment
from service.record.tables import CONTENTS, ENTRIES
from service.version import SOFTWARE_VERSION

EVERYONE = "*"
"""The tenant of a purge: it removes those of all."""

CHUNK = 200
"""Contents that go in one transaction: few enough for answers to be recorded in between."""
_REST = 0.02
"""Seconds between two of them, in which whoever waits for the lock gets it."""

_SEEN = ENTRIES.alias("seen")


class BadPeriod(ValueError):
    """What was stated is no time up to which one may purge; the message says why."""


class NotScrubbed(RecordFault):
    """The contents were removed, but their bytes may still be in the file."""


@dataclass(frozen=True, kw_only=True)
class Removable:
    """How many contents there are that a purge removes, or has removed."""

    assessments: int
    outcomes: int
    feedback: int = 0

    def __bool__(self) -> bool:
        return bool(self.assessments or self.outcomes or self.feedback)

    def __str__(self) -> str:
        return f"{self.assessments} assessments, {self.outcomes} outcomes and {self.feedback} pieces of feedback"


def read_limit(stated: str, now: datetime) -> datetime:
    """The time that `365d` (days before `now`) or `2025-01-01` (the beginning of that day in UTC) means.

    Raises:
        BadPeriod: it means none, or one that is not past.
    """
    days = re.fullmatch(r"([1-9]\d{0,5})d", stated, re.ASCII)
    try:
        if days:
            return now - timedelta(days=int(days[1]))
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", stated, re.ASCII):
            raise ValueError
        limit = datetime.strptime(stated, "%Y-%m-%d").replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise BadPeriod(f"{stated!r} is no period: write 365d for days, or a date such as 2025-01-01.") from None
    if limit > now:
        raise BadPeriod(f"{stated} lies in the future: all that was ever recorded would go.")
    return limit


def removable(database: Database, before: datetime) -> Removable:
    """How many contents are older than `before`."""
    asked = _old(before).with_only_columns(ENTRIES.c.kind, func.count().label("number")).group_by(ENTRIES.c.kind)
    with database.reading() as connection:
        counted = {row.kind: row.number for row in connection.execute(asked)}
    return Removable(
        assessments=counted.get(Kind.ASSESSMENT, 0),
        outcomes=counted.get(Kind.OUTCOME, 0),
        feedback=counted.get(Kind.FEEDBACK, 0),
    )


def purge(
    database: Database,
    *,
    before: datetime,
    now: datetime,
    id: str,  # noqa: A002
    caller: str,
    rest: Callable[[float], None] = time.sleep,
) -> Removable:
    """Remove the contents older than `before`; how many that were.

    `id` and `caller` are those of the entry that says so, which is written only where there is something to remove. An
    interrupted purge is finished by the next one.

    Raises:
        DatabaseDown: the database cannot be reached or written; what is gone is on record.
        NotScrubbed: all is removed, but the bytes could not be overwritten.
    """
    found = removable(database, before)
    if found:
        entry = Entry(
            id=id,
            kind=Kind.PURGE,
            at=moment(now),
            tenant=EVERYONE,
            caller=caller,
            entrance="maintenance",
            software_version=SOFTWARE_VERSION,
            purged_before=moment(before),
        )
        for done in database.append([entry]):
            if done.fault is not None:
                raise DatabaseDown(f"The purge could not be put on record: {done.fault}.")
        written = database.find(EVERYONE, id)
        while written is not None and _remove_some(database, before, written.seq):
            rest(_REST)
    if file_of(database.url) is not None:
        _scrub(database)
    return found


def _old(before: datetime) -> Select[tuple[int]]:
    """The contents that are older than `before`."""
    since = func.coalesce(_SEEN.c.at, ENTRIES.c.at)
    return (
        select(CONTENTS.c.seq)
        .join(ENTRIES, ENTRIES.c.seq == CONTENTS.c.seq)
        .outerjoin(_SEEN, _SEEN.c.id == ENTRIES.c.about)
        .where(since < moment(before))
    )


def _remove_some(database: Database, before: datetime, purge_seq: int) -> int:
    """Of what was on record before the purge: what came later, from the journal, is for the next one."""
    asked = _old(before).where(CONTENTS.c.seq < purge_seq).order_by(CONTENTS.c.seq).limit(CHUNK)
    with database.reading() as connection:
        chosen = list(connection.scalars(asked))
    if chosen:
        with database.writing() as connection:
            connection.execute(delete(CONTENTS).where(CONTENTS.c.seq.in_(chosen)))
    return len(chosen)


SCRUBBING, BETWEEN = 5, 0.5
"""How often it is tried to clear the file while others write, and the seconds in between."""


def _scrub(database: Database) -> None:
    """Overwrite what SQLite still holds of the removed rows.

    Deleted bytes are zeroed at once (`secure_delete`), in the file. The write-ahead log still has them until it is
    emptied, and pages that were rearranged may hold copies until the file is written anew.
    """
    for attempt in range(SCRUBBING, 0, -1):
        try:
            with database.outside_transactions() as connection:
                for statement in ("PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                    busy = connection.execute(statement).fetchone()
                    if busy is not None and busy[0]:
                        raise DatabaseDown("Somebody reads or writes it all the time.")
            return
        except DatabaseDown as fault:
            if attempt == 1:
                raise NotScrubbed(
                    f"All is removed, but the file could not be cleared of the bytes; purge once more. {fault}"
                ) from None
            # A checkpoint by another process is told as busy at once, without waiting for it.
            time.sleep(BETWEEN)
