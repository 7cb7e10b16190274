"""Read the whole record and tell everything that is not as it was written.

What a chain cannot see is that it was cut off, or rewritten from some entry on, with all hashes made anew: then it is a
good chain of other entries. A head that was noted elsewhere, an anchor, shows both.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Row, func, select

from service.record.chain import GENESIS, Head, content_digest, entry_hash
from service.record.database import Database
from service.record.entry import Content, Kind, is_moment
from service.record.purges import Purges
from service.record.schema import damaged_triggers
from service.record.tables import CHAIN, CONTENTS, ENTRIES

PAGE = 250
"""Entries that are read at once: a few megabytes. Between pages no transaction is open, so nobody waits for this."""

_OF_ASSESSMENTS = {str(Kind.OUTCOME): "an outcome of", str(Kind.FEEDBACK): "feedback on"}
"""Kinds of entries that are about an assessment of the same tenant, and how that is told."""

_BEFORE_ALL = -(2**62)
_SEEN = ENTRIES.alias("seen")
_ROWS = (
    select(
        *(ENTRIES, CONTENTS.c.salt, CONTENTS.c.exam, CONTENTS.c.answer, CONTENTS.c.person),
        *(_SEEN.c.at.label("seen_at"), _SEEN.c.kind.label("seen_kind"), _SEEN.c.tenant.label("seen_tenant")),
    )
    .outerjoin(CONTENTS, CONTENTS.c.seq == ENTRIES.c.seq)
    .outerjoin(_SEEN, _SEEN.c.id == ENTRIES.c.about)
    .order_by(ENTRIES.c.seq)
    .limit(PAGE)
)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Something that is not as it was written."""

    seq: int
    """The entry that it is about, the first of them where there are several; 0 for the record as a whole."""
    said: str

    def __str__(self) -> str:
        return self.said


class Read(NamedTuple):
    """How far a verification is: the last entry that was read, and the number of the last that will be."""

    head: Head
    last: int


Progress = Callable[[Read], None]


def verify(
    database: Database,
    *,
    anchor: tuple[int, str] | None = None,
    purges: Purges | None = None,
    progress: Progress = lambda read: None,
) -> Iterator[Fault]:
    """Every fault of the record as it is at the first call, in the order of the chain, page by page.

    `anchor` is number and hash of an entry, as they were noted elsewhere; `purges` is filled with those on record, for
    somebody to look at, because one that was forged looks like any other. Purges and new entries may come meanwhile.

    Raises:
        DatabaseDown: it cannot be read.
    """
    purges = Purges() if purges is None else purges
    yield from _trigger_faults(database)
    end, last = _ends(database)
    before, place, anchored = Head(seq=0, hash=GENESIS), _BEFORE_ALL, None
    if anchor is not None and anchor[0] == 0:
        anchored = GENESIS
    progress(Read(before, last))
    while rows := _page(database, place, last, purges):
        for row in rows:
            yield from _faults_of(row, before, purges)
            if row.seq > 0:
                before = Head(seq=row.seq, hash=row.hash)
            if anchor is not None and row.seq == anchor[0]:
                anchored = row.hash
        place = rows[-1].seq
        progress(Read(before, last))
    yield from _end_faults(before, end)
    if anchor is not None and anchored != anchor[1]:
        yield _anchor_fault(anchor[0], anchored)
    yield from _without_entry(database)


def _trigger_faults(database: Database) -> Iterator[Fault]:
    with database.reading() as connection:
        damaged = damaged_triggers(connection)
    if damaged:
        said = f"Triggers that keep the record append-only are missing or changed: {', '.join(damaged)}."
        yield Fault(seq=0, said=said)


def _ends(database: Database) -> tuple[Head | None, int]:
    """The end of the chain as it was noted, None if that is lost, and the largest number there is."""
    largest = select(func.coalesce(func.max(ENTRIES.c.seq), 0)).scalar_subquery()
    with database.reading() as connection:
        noted = connection.execute(select(CHAIN.c.seq, CHAIN.c.hash, largest.label("largest"))).one_or_none()
        if noted is None:
            return None, int(connection.execute(select(largest)).scalar_one())
    return Head(seq=noted.seq, hash=noted.hash) if isinstance(noted.seq, int) else None, noted.largest


def _page(database: Database, after: int, last: int, purges: Purges) -> list[Row[Any]]:
    """The next entries, none at the end."""
    with database.reading() as connection:
        rows = list(connection.execute(_ROWS.where(ENTRIES.c.seq > after, ENTRIES.c.seq <= last)))
        # Asked after the rows: a purge is on record before the first content goes.
        purges.read(connection)
    return rows


def _faults_of(row: Row[Any], before: Head, purges: Purges) -> Iterator[Fault]:
    """What is wrong with one entry, as it stands after `before`."""
    seq = row.seq
    if seq <= 0:
        yield Fault(seq=seq, said=f"Entry {seq} was added: the first number is 1.")
        return
    if seq > before.seq + 1:
        yield Fault(seq=before.seq + 1, said=f"{_entries(before.seq + 1, seq - 1)} missing.")
    if entry_hash(row._asdict(), seq=seq, content=row.content_digest, previous=row.previous) != row.hash:
        yield Fault(seq=seq, said=f"Entry {seq} was altered: its hash is not that of its fields.")
    if seq == before.seq + 1 and row.previous != before.hash:
        follows = (
            f"on entry {before.seq}: one of the two was replaced" if before.seq else "on nothing, as the first must"
        )
        yield Fault(seq=seq, said=f"Entry {seq} does not follow {follows}.")
    if not is_moment(row.at):
        yield Fault(seq=seq, said=f"The time of entry {seq} is none.")
    if said := purges.fault(row):
        yield Fault(seq=seq, said=said)
    yield from _content_faults(row, purges)
    said = _OF_ASSESSMENTS.get(row.kind)
    if said is not None and (row.seen_kind, row.seen_tenant) != (Kind.ASSESSMENT, row.tenant):
        yield Fault(seq=seq, said=f"Entry {seq} is {said} an assessment that is not on record.")


def _content_faults(row: Row[Any], purges: Purges) -> Iterator[Fault]:
    if row.salt is None:
        if row.content_digest is not None and not purges.explains(row.seq, row.seen_at or row.at):
            yield Fault(seq=row.seq, said=f"The content of entry {row.seq} is missing, and no purge explains it.")
        return
    if row.content_digest is None:
        yield Fault(seq=row.seq, said=f"Entry {row.seq} had no content when it was written, and has one now.")
    elif content_digest(_content(row)) != row.content_digest:
        yield Fault(seq=row.seq, said=f"The content of entry {row.seq} was altered.")


def _content(row: Row[Any]) -> Content:
    return Content(salt=row.salt, exam=row.exam, answer=row.answer, person=row.person)


def _end_faults(last: Head, end: Head | None) -> Iterator[Fault]:
    """What is wrong with the end of the chain, as it was noted, after the `last` entry that is there."""
    if end is None:
        said = "Where the chain ends is not noted any more: the table `chain` has no row, or no number in it."
        yield Fault(seq=last.seq, said=said)
    elif last.seq < end.seq:
        said = f"{_entries(last.seq + 1, end.seq)} missing: the record was cut off at its end."
        yield Fault(seq=last.seq + 1, said=said)
    elif last.seq > end.seq:
        said = f"{_entries(end.seq + 1, last.seq)} beyond the end of the chain, which is {end.seq}."
        yield Fault(seq=end.seq + 1, said=said)
    elif last.hash != end.hash:
        yield Fault(seq=last.seq, said=f"Entry {last.seq} is not the one that the chain ends with.")


def _anchor_fault(seq: int, found: str | None) -> Fault:
    if found is None:
        return Fault(seq=seq, said=f"Entry {seq}, which was noted as an anchor, is not on record: it was cut off.")
    said = f"Entry {seq} is another than the one that was noted as an anchor: the record was rewritten."
    return Fault(seq=seq, said=said)


def _without_entry(database: Database) -> Iterator[Fault]:
    asked = (
        select(CONTENTS.c.seq)
        .outerjoin(ENTRIES, ENTRIES.c.seq == CONTENTS.c.seq)
        .where(ENTRIES.c.seq.is_(None))
        .order_by(CONTENTS.c.seq)
    )
    with database.reading() as connection:
        for (seq,) in connection.execution_options(yield_per=PAGE).execute(asked):
            yield Fault(seq=seq, said=f"There is a content of entry {seq}, and no such entry.")


def _entries(first: int, last: int) -> str:
    return f"Entry {first} is" if first == last else f"Entries {first} to {last} are"
