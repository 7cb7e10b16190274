"""The tables of the record, as the newest migration leaves them; a test holds the two against each other.

`entries` is the chain, `contents` what was said of patients (all that retention removes), `chain` the one row that is
locked first by whoever appends: its number and hash are those of the last entry. `seen_tokens` is no part of the
record: it is here because all processes of the service share this database.
"""

import json
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

from service.record.entry import Damaged

_MARK = "\ufdd0"
"""A noncharacter (Unicode 16, section 23.7): no text that people exchange begins with it."""


class AnyText(TypeDecorator[str]):
    """Text that comes back exactly as it went in, whatever it holds.

    Neither database keeps half a character of UTF-16, and PostgreSQL no NUL. A text that holds one is stored as a JSON
    string behind a mark. It is compared byte by byte: an order that depends on a locale changes with the system, and
    with it what an index finds.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Byte by byte is what SQLite does by itself."""
        return Text(collation="C") if dialect.name == "postgresql" else Text()

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The text as the database can keep it."""
        if value is None or (_storable(value) and not value.startswith(_MARK)):
            return value
        return _MARK + json.dumps(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """The text as it was; whatever else somebody wrote there is Damaged, for the chain to find.

        Each text has one spelling, so that what reads like a text is also found by it.
        """
        if value is None or isinstance(value, Damaged):
            return value
        if isinstance(value, bytes):
            return Damaged(value.decode(errors="replace"))
        stored = str(value)
        try:
            text = str(json.loads(stored[1:])) if stored.startswith(_MARK) else stored
        except (ValueError, RecursionError):
            return Damaged(stored)
        return text if self.process_bind_param(text, dialect) == value else Damaged(stored)


def _storable(text: str) -> bool:
    """Whether both databases keep it; in no more time than that takes which looks at every character at once."""
    if "\x00" in text:
        return False
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:  # half a character
        return False


Number = BigInteger().with_variant(Integer, "sqlite")  # of SQLite's types, INTEGER alone makes the key the row number

METADATA = MetaData()

ENTRIES = Table(
    "entries",
    METADATA,
    Column("seq", Number, primary_key=True, autoincrement=False),
    Column("id", AnyText, nullable=False, unique=True),
    Column("kind", AnyText, nullable=False),
    Column("at", AnyText, nullable=False),
    Column("tenant", AnyText, nullable=False),
    Column("caller", AnyText, nullable=False),
    Column("entrance", AnyText, nullable=False),
    Column("about", AnyText),
    Column("model_version", AnyText),
    Column("ruleset_version", AnyText),
    Column("software_version", AnyText),
    Column("idempotency_key", AnyText),
    Column("request_digest", AnyText),
    Column("purged_before", AnyText),
    Column("content_digest", AnyText),
    Column("previous", AnyText, nullable=False),
    Column("hash", AnyText, nullable=False),
)
_KEYED = text("idempotency_key IS NOT NULL")
_ABOUT = text("about IS NOT NULL")
_PURGE = text("purged_before IS NOT NULL")
# The key comes first: it is drawn from tenant and caller, and a look-up by it alone finds what there is.
Index(
    "entries_by_key",
    *(ENTRIES.c.idempotency_key, ENTRIES.c.tenant, ENTRIES.c.caller),
    unique=True,
    sqlite_where=_KEYED,
    postgresql_where=_KEYED,
)
Index("entries_by_about", ENTRIES.c.about, ENTRIES.c.seq, sqlite_where=_ABOUT, postgresql_where=_ABOUT)
Index("entries_by_purge", ENTRIES.c.purged_before, sqlite_where=_PURGE, postgresql_where=_PURGE)
Index("entries_by_time", ENTRIES.c.at)

CONTENTS = Table(
    "contents",
    METADATA,
    Column("seq", Number, ForeignKey(ENTRIES.c.seq), primary_key=True, autoincrement=False),
    Column("salt", AnyText, nullable=False),
    Column("exam", AnyText),
    Column("answer", AnyText, nullable=False),
    Column("person", AnyText),
)
_KNOWN_PERSON = text("person IS NOT NULL")
Index(
    "contents_by_person",
    *(CONTENTS.c.person, CONTENTS.c.seq),
    sqlite_where=_KNOWN_PERSON,
    postgresql_where=_KNOWN_PERSON,
)

CHAIN = Table(
    "chain",
    METADATA,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("seq", Number, nullable=False),
    Column("hash", AnyText, nullable=False),
    CheckConstraint("one = 1", name="chain_has_one_row"),
)

KEY = Table(
    "record_key",
    METADATA,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("fingerprint", AnyText, nullable=False),
    CheckConstraint("one = 1", name="record_has_one_key"),
)
"""What tells the key of the pseudonyms from every other one; the first process that starts writes it."""

SEEN_TOKENS = Table(
    "seen_tokens",
    METADATA,
    Column("digest", AnyText, primary_key=True),
    Column("expires", Number, nullable=False),
)
"""Tokens that are good for one call and were used: a hash of who made each and of its id, until it expires."""
Index("seen_tokens_by_end", SEEN_TOKENS.c.expires)
