"""The record in SQLite or PostgreSQL, asked and written synchronously; safe to use from several threads.

Writing and reading have connections of their own: who reads never waits for the writer.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select
from sqlalchemy.exc import DataError, DBAPIError

from service.errors import StartupError
from service.record.appending import StoredEntry, Written, append, head_of, intact, stored, stored_entries
from service.record.chain import Head
from service.record.connections import create_file, file_of, open_engine, read_url, surfaced, told
from service.record.entry import Entry, Kind
from service.record.schema import check, is_new
from service.record.tables import CONTENTS, ENTRIES, KEY

_OF_ONE_ROW = {
    *("23502", "23514", "54000"),  # PostgreSQL: null where none may be, a check, more than an index takes
    *("SQLITE_CONSTRAINT_NOTNULL", "SQLITE_CONSTRAINT_CHECK"),
}

# Made once, because every answer to somebody who was here before asks it.
_OF_PERSON = (
    select(CONTENTS.c.exam)
    .join(ENTRIES, ENTRIES.c.seq == CONTENTS.c.seq)
    .where(CONTENTS.c.person == bindparam("person"), CONTENTS.c.exam.is_not(None))
    .where(ENTRIES.c.tenant == bindparam("tenant"), ENTRIES.c.kind == str(Kind.ASSESSMENT))
    .order_by(CONTENTS.c.seq.desc())
    .limit(bindparam("limit"))
)


class Database:
    """The tables of the record at `url`; every step takes at most `seconds`, and nothing is opened before it is needed.

    Whatever keeps it from being reached, read or written is a DatabaseDown, whichever method is called.
    """

    def __init__(self, url: str, *, seconds: float, key: str | None = None) -> None:
        """With `key`, the fingerprint of the key of the pseudonyms, the record must be one that began with that key."""
        self.url = read_url(url)
        self._writer = open_engine(self.url, seconds=seconds, writing=True)
        self._reader = open_engine(self.url, seconds=seconds, writing=False)
        self._seen = False
        self._key = key

    def check_schema(self, *, create: bool = True, triggers: bool = True) -> None:
        """Hold the tables, and their `triggers`, against what this software writes.

        `create` makes a SQLite database that does not exist, once: a file that goes missing while the service runs is a
        fault, and not a new record.

        Raises:
            SchemaOutdated: they are older or newer, or lack a trigger; the message says what to do.
            StartupError: the database cannot keep what it acknowledges, or began with another key.
        """
        with surfaced():
            file = file_of(self.url)
            may_create = create and file is not None and not self._seen
            if may_create and file is not None and is_new(file):
                create_file(file)
            # To look, nobody need wait for the writer.
            with (self._writer if may_create else self._reader).begin() as connection:
                check(connection, create=may_create, triggers=triggers)
            if self._key is not None:
                self._check_key(self._key)
            self._seen = True

    def _check_key(self, fingerprint: str) -> None:
        with self.reading() as connection:
            known = connection.scalar(select(KEY.c.fingerprint))
        if known is None:
            with self.writing() as connection:
                known = connection.scalar(select(KEY.c.fingerprint))
                if known is None:
                    connection.execute(insert(KEY).values(one=1, fingerprint=fingerprint))
                    return
        if known != fingerprint:
            raise StartupError(
                "The record began with another key: examinations of one person would no longer be linked, nor repeated "
                "requests be known. Set NERVEROOT_RECORD_KEY, or put record.key back, as it was."
            )

    def append(self, entries: Sequence[Entry]) -> list[Written]:
        """Append `entries` in one transaction, in order, each once; what became of each, in their order.

        An entry whose id is on record is not written again, so that after a DatabaseDown, when nobody knows whether the
        commit came through, the same call can be made again. One whose Idempotency-Key its caller used before is
        answered with a replay or a conflict; within a batch the first holds the key.
        """
        return self._append(entries, acknowledged=False)

    def append_deferred(self, entries: Sequence[Entry]) -> list[Written]:
        """Append `entries` that were acknowledged already: also those whose Idempotency-Key is taken, without it."""
        return self._append(entries, acknowledged=True)

    def find(self, tenant: str, id: str) -> StoredEntry | None:  # noqa: A002
        """The entry `id`, if it is one of `tenant`."""
        with self.reading() as connection:
            asked = stored_entries().where(ENTRIES.c.id == id, ENTRIES.c.tenant == tenant)
            found = connection.execute(asked).one_or_none()
        return None if found is None else stored(found)

    def by_key(self, tenant: str, caller: str, key: str) -> StoredEntry | None:
        """The entry that came with the Idempotency-Key `key` of this caller, if it is as it was written."""
        asked = stored_entries().where(
            ENTRIES.c.idempotency_key == key, ENTRIES.c.tenant == tenant, ENTRIES.c.caller == caller
        )
        with self.reading() as connection:
            found = connection.execute(asked).one_or_none()
        return None if found is None else intact(found)

    def of_person(self, tenant: str, person: str, limit: int) -> list[str]:
        """The examinations of `person` as JSON, those recorded last first."""
        with self.reading() as connection:
            return list(connection.scalars(_OF_PERSON, {"tenant": tenant, "person": person, "limit": limit}))

    def examinations(self, tenant: str, person: str, limit: int) -> list[StoredEntry]:
        """The examinations of `person` with their answers, those recorded last first."""
        asked = (
            stored_entries()
            .where(CONTENTS.c.person == person, CONTENTS.c.exam.is_not(None))
            .where(ENTRIES.c.tenant == tenant, ENTRIES.c.kind == str(Kind.ASSESSMENT))
            .order_by(ENTRIES.c.seq.desc())
            .limit(limit)
        )
        with self.reading() as connection:
            return [stored(row) for row in connection.execute(asked)]

    def outcomes(self, tenant: str, about: str) -> list[StoredEntry]:
        """What was stated of the assessment `about`, in the order in which it was recorded."""
        asked = (
            stored_entries()
            .where(ENTRIES.c.about == about, ENTRIES.c.tenant == tenant, ENTRIES.c.kind == str(Kind.OUTCOME))
            .order_by(ENTRIES.c.seq)
        )
        with self.reading() as connection:
            return [stored(row) for row in connection.execute(asked)]

    def head(self) -> Head:
        """Number and hash of the last entry: one row of a table of one row, however long the record is."""
        with self.reading() as connection:
            return head_of(connection)

    def close(self) -> None:
        """Close every connection."""
        for engine in (self._writer, self._reader):
            engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that reads, for the commands of this package."""
        with surfaced(), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes, for the commands of this package; the service appends."""
        with surfaced(), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def outside_transactions(self) -> Iterator[Any]:
        """The driver's own connection, for what cannot be done within a transaction."""
        with surfaced():
            pooled = self._writer.raw_connection()
            try:
                yield pooled.driver_connection
            finally:
                pooled.close()

    def _append(self, entries: Sequence[Entry], *, acknowledged: bool) -> list[Written]:
        with surfaced():
            try:
                return self._commit(entries, acknowledged=acknowledged)
            except DBAPIError as fault:
                if not _about_a_row(fault):
                    raise
                if len(entries) == 1:
                    return [Written(id=entries[0].id, fault=f"the database does not take it: {told(fault)}")]
        # One of them fails all; by themselves, only that one fails.
        return [done for entry in entries for done in self._append([entry], acknowledged=acknowledged)]

    def _commit(self, entries: Sequence[Entry], *, acknowledged: bool) -> list[Written]:
        try:
            with self._writer.begin() as connection:
                return append(connection, entries, acknowledged=acknowledged)
        except DBAPIError as fault:
            if not fault.connection_invalidated:
                raise
        # The connection was broken, most likely since its last use. Whether this commit came through does not matter:
        # what is on record is not written again.
        with self._writer.begin() as connection:
            return append(connection, entries, acknowledged=acknowledged)


def _about_a_row(fault: DBAPIError) -> bool:
    """Whether the database refused a row for what it holds, and would take others.

    A number, id or key that is taken is not of that kind: they are looked up first, so the record contradicts itself.
    """
    code = getattr(fault.orig, "sqlstate", None) or getattr(fault.orig, "sqlite_errorname", None)
    return isinstance(fault, DataError) or code in _OF_ONE_ROW
