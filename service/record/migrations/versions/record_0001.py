"""The first tables: the chain of entries, their contents, and the triggers that let nobody rewrite them.

The triggers keep accidents away. Who may change the tables may also drop triggers; that is what the chain is for.
"""

from alembic import op
from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Integer, Text, text

from service.record.migrations.triggers_0001 import triggers

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

GENESIS = "0" * 64


def upgrade() -> None:
    """Make the tables, their indexes, the one row of the chain, and the triggers."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    words = Text() if sqlite else Text(collation="C")
    number = Integer() if sqlite else BigInteger()
    op.create_table(
        "entries",
        Column("seq", number, primary_key=True, autoincrement=False),
        Column("id", words, nullable=False, unique=True),
        *(Column(name, words, nullable=False) for name in ("kind", "at", "tenant", "caller", "entrance")),
        *(Column(name, words) for name in ("about", "model_version", "ruleset_version", "software_version")),
        *(Column(name, words) for name in ("idempotency_key", "request_digest", "purged_before", "content_digest")),
        *(Column(name, words, nullable=False) for name in ("previous", "hash")),
    )
    op.create_table(
        "contents",
        Column("seq", number, ForeignKey("entries.seq"), primary_key=True, autoincrement=False),
        Column("salt", words, nullable=False),
        Column("exam", words),
        Column("answer", words, nullable=False),
        Column("person", words),
    )
    chain = op.create_table(
        "chain",
        Column("one", Integer, primary_key=True, autoincrement=False),
        Column("seq", number, nullable=False),
        Column("hash", words, nullable=False),
        CheckConstraint("one = 1", name="chain_has_one_row"),
    )
    _index("entries_by_key", "entries", "idempotency_key", "tenant", "caller", unique=True)
    _index("entries_by_about", "entries", "about", "seq")
    _index("entries_by_purge", "entries", "purged_before")
    op.create_index("entries_by_time", "entries", ["at"])
    _index("contents_by_person", "contents", "person", "seq")
    op.create_table(
        "record_key",
        Column("one", Integer, primary_key=True, autoincrement=False),
        Column("fingerprint", words, nullable=False),
        CheckConstraint("one = 1", name="record_has_one_key"),
    )
    op.bulk_insert(chain, [{"one": 1, "seq": 0, "hash": GENESIS}])
    for statements in triggers(op.get_bind()).values():
        for statement in statements:
            op.get_bind().exec_driver_sql(statement)


def _index(name: str, table: str, *columns: str, unique: bool = False) -> None:
    """An index over the rows in which the first of the columns says something."""
    there = text(f"{columns[0]} IS NOT NULL")
    op.create_index(name, table, list(columns), unique=unique, sqlite_where=there, postgresql_where=there)
