"""What one transaction appends: which entries are new, which were there, and how each follows on the one before."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, insert, select, update

from service.errors import DatabaseDown
from service.record.chain import FIELDS, Head, content_digest, entry_hash, stated_in
from service.record.entry import Content, Damaged, Entry, Kind
from service.record.tables import CHAIN, CONTENTS, ENTRIES

_Key = tuple[str, str, str]

# Made once: to make a statement, and to find what it was compiled to, takes longer than to run it.
_HEAD = select(CHAIN.c.seq, CHAIN.c.hash)
_LOCKED_HEAD = _HEAD.with_for_update()
_KNOWN = select(ENTRIES.c.id).where(ENTRIES.c.id.in_(bindparam("ids", expanding=True)))
_ENTRY, _CONTENT, _GROWN = insert(ENTRIES), insert(CONTENTS), update(CHAIN)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class StoredEntry(Entry):
    """An entry as it is on record; its content is None where there was none, or where retention removed it."""

    seq: int
    """Its number in the chain."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """What became of one entry: with neither replay, conflict nor fault it is on record."""

    id: str
    replay: StoredEntry | None = None
    """What is on record under the same Idempotency-Key and the same body; the entry itself was not written."""
    conflict: bool = False
    """The Idempotency-Key came with another body before; not written."""
    fault: str | None = None
    """The database takes no such row, while it takes others; not written. Holds nothing of the entry."""


def stored_entries() -> Select[Any]:
    """Entries with their content, ready for `stored`."""
    return select(ENTRIES, CONTENTS.c.salt, CONTENTS.c.exam, CONTENTS.c.answer, CONTENTS.c.person).outerjoin(
        CONTENTS, CONTENTS.c.seq == ENTRIES.c.seq
    )


def stored(row: Row[Any]) -> StoredEntry:
    """The entry that a row of `stored_entries` holds."""
    stated = row._mapping
    content = Content(**{name: stated[name] for name in ("salt", "exam", "answer", "person")})
    return StoredEntry(
        **{name: stated[name] for name in FIELDS if name != "kind"},
        kind=Kind(stated["kind"]),
        seq=stated["seq"],
        content=None if stated["salt"] is None else content,
    )


def intact(row: Row[Any]) -> StoredEntry | None:
    """The entry that a row of `stored_entries` holds; None where it is not as it was written, and must not be replayed.

    `verify` tells what befell it; whoever appends or asks goes on.
    """
    hashed = entry_hash(row._asdict(), seq=row.seq, content=row.content_digest, previous=row.previous)
    try:
        found = stored(row)
    except ValueError:  # a kind that is none
        found = None
    if found and hashed == row.hash and (not found.content or content_digest(found.content) == row.content_digest):
        return found
    logger.error("entry %d is not as it was written and is not replayed: verify the record", row.seq)
    return None


def head_of(connection: Connection, *, locked: bool = False) -> Head:
    """The last entry; `locked` keeps every other process from appending until the transaction ends.

    Raises:
        DatabaseDown: the row that says so is gone, or says something else.
    """
    found = connection.execute(_LOCKED_HEAD if locked else _HEAD).one_or_none()
    if found is None:
        raise DatabaseDown("The table `chain` of the record has lost its row: restore it from a backup.")
    if not isinstance(found.seq, int) or isinstance(found.hash, Damaged):
        raise DatabaseDown("The row of the table `chain` of the record is damaged: restore it from a backup.")
    return Head(seq=found.seq, hash=found.hash)


def append(connection: Connection, entries: Sequence[Entry], *, acknowledged: bool) -> list[Written]:
    """Append what is not there yet, in order, within the transaction of `connection`.

    An entry that was `acknowledged` is written even where its Idempotency-Key is taken, and any entry where what holds
    the key is damaged: then without that key.
    """
    head = head_of(connection, locked=True)
    known = set(connection.scalars(_KNOWN, {"ids": [each.id for each in entries]}))
    taken = _taken(connection, entries)
    done: list[Written] = []
    rows: list[dict[str, Any]] = []
    contents: list[dict[str, Any]] = []
    for entry in entries:
        key = _key(entry)
        holder = taken.get(key) if key else None
        if entry.id in known:
            done.append(Written(id=entry.id))
            continue
        if holder is not None and not acknowledged:
            same = holder.request_digest == entry.request_digest
            done.append(Written(id=entry.id, replay=holder if same else None, conflict=not same))
            continue
        kept = replace(entry, idempotency_key=None, request_digest=None) if key in taken else entry
        row, head = _link(kept, head)
        rows.append(row)
        if kept.content is not None:
            contents.append({"seq": head.seq, **stated_in(kept.content)})
        done.append(Written(id=entry.id))
        known.add(entry.id)
        if key and key not in taken:
            stated = {name: getattr(kept, name) for name in FIELDS}
            taken[key] = StoredEntry(**stated, content=kept.content, seq=head.seq)
    if rows:
        # A list of rows is one prepared statement, which psycopg sends as a pipeline: measured at 1.7 times the rows a
        # second of one INSERT with many VALUES, and alike on SQLite.
        connection.execute(_ENTRY, rows)
        if contents:
            connection.execute(_CONTENT, contents)
        connection.execute(_GROWN, head._asdict())
    return done


def _link(entry: Entry, head: Head) -> tuple[dict[str, Any], Head]:
    """The row of `entry` as it follows on `head`, and the head it becomes."""
    stated = {name: getattr(entry, name) for name in FIELDS}
    stated["kind"] = str(entry.kind)
    digest = None if entry.content is None else content_digest(entry.content)
    seq = head.seq + 1
    hashed = entry_hash(stated, seq=seq, content=digest, previous=head.hash)
    row = {**stated, "seq": seq, "content_digest": digest, "previous": head.hash, "hash": hashed}
    return row, Head(seq=seq, hash=hashed)


def _key(entry: Entry) -> _Key | None:
    return None if entry.idempotency_key is None else (entry.idempotency_key, entry.tenant, entry.caller)


def _taken(connection: Connection, entries: Sequence[Entry]) -> dict[_Key | None, StoredEntry | None]:
    """Who holds the keys of `entries` already; None where that is damaged."""
    keys = {each.idempotency_key for each in entries if each.idempotency_key is not None}
    if not keys:
        return {}
    found = connection.execute(stored_entries().where(ENTRIES.c.idempotency_key.in_(keys)))
    return {(row.idempotency_key, row.tenant, row.caller): intact(row) for row in found}
