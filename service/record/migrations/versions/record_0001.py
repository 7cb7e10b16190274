"""The first tables: the chain of entries, their contents, and the triggers that let nobody rewrite them.

The triggers keep accidents away. Who may change the tables may also drop triggers; that is what the chain is for.
"""

from alembic import op
from sqlalchemy import BigInteger, CheckConstraint, Column, Connection, ForeignKey, Integer, Text, text

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

GENESIS = "0" * 64

# Retention may remove the content of what was on record before some purge, and is older than that one says; an outcome
# is as old as the assessment that it is about. No purge reaches into its own future.
COVERED = """
    EXISTS (
        SELECT 1 FROM entries AS purge
        WHERE purge.purged_before > (
            SELECT coalesce((SELECT seen.at FROM entries AS seen WHERE seen.id = gone.about), gone.at)
            FROM entries AS gone WHERE gone.seq = OLD.seq
        ) AND purge.kind = 'purge' AND purge.purged_before <= purge.at AND purge.seq > OLD.seq
    )
"""
SQLITE = (
    ("entries_stay", "BEFORE UPDATE ON entries", "", "entries are never changed"),
    ("entries_remain", "BEFORE DELETE ON entries", "", "entries are never removed"),
    (
        "entries_are_new",  # INSERT OR REPLACE would remove a row without asking the trigger above
        "BEFORE INSERT ON entries",
        "WHEN EXISTS (SELECT 1 FROM entries WHERE seq = NEW.seq OR id = NEW.id OR "
        "(idempotency_key = NEW.idempotency_key AND tenant = NEW.tenant AND caller = NEW.caller))",
        "entries are never replaced",
    ),
    ("contents_stay", "BEFORE UPDATE ON contents", "", "contents are never changed"),
    (
        "contents_are_new",
        "BEFORE INSERT ON contents",
        "WHEN EXISTS (SELECT 1 FROM contents WHERE seq = NEW.seq)",
        "contents are never replaced",
    ),
    (
        "contents_remain",
        "BEFORE DELETE ON contents",
        f"WHEN NOT {COVERED}",
        "contents are removed by a purge alone",
    ),
    ("chain_grows", "BEFORE UPDATE ON chain", "WHEN NEW.seq <= OLD.seq", "the chain never gets shorter"),
    ("chain_remains", "BEFORE DELETE ON chain", "", "the chain keeps its row"),
    ("chain_is_one", "BEFORE INSERT ON chain", "", "the chain has one row"),
)
POSTGRESQL = (
    ("entries_stay", "BEFORE UPDATE OR DELETE ON entries FOR EACH ROW", "true"),
    ("entries_remain", "BEFORE TRUNCATE ON entries FOR EACH STATEMENT", "true"),
    ("contents_stay", "BEFORE UPDATE ON contents FOR EACH ROW", "true"),
    ("contents_covered", "BEFORE DELETE ON contents FOR EACH ROW", f"NOT {COVERED}"),
    ("contents_remain", "BEFORE TRUNCATE ON contents FOR EACH STATEMENT", "true"),
    ("chain_grows", "BEFORE UPDATE ON chain FOR EACH ROW", "NEW.seq <= OLD.seq"),
    ("chain_remains", "BEFORE DELETE ON chain FOR EACH ROW", "true"),
    ("chain_is_kept", "BEFORE TRUNCATE ON chain FOR EACH STATEMENT", "true"),
    ("chain_is_one", "BEFORE INSERT ON chain FOR EACH ROW", "true"),
)


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


def triggers(connection: Connection) -> dict[str, tuple[str, ...]]:
    """The triggers of these tables by name, and the statements that make each, also where it was there in part.

    `service.record.triggers` holds a database against them, until a later version has a function of this name.
    """
    if connection.dialect.name == "sqlite":
        return {
            name: (
                f"DROP TRIGGER IF EXISTS {name}",
                f"CREATE TRIGGER {name} {event} {when} BEGIN SELECT RAISE(ABORT, '{said}'); END",
            )
            for name, event, when, said in SQLITE
        }
    schema = connection.exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    return {
        name: (
            # Temporary tables come last, or one by the name of `entries` would be asked in its place.
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql "
            f"SET search_path = {schema}, pg_temp AS $${_body(refused)}$$",
            f"CREATE OR REPLACE TRIGGER {name} {event} EXECUTE FUNCTION {name}()",
        )
        for name, event, refused in POSTGRESQL
    }


def _body(refused: str) -> str:
    return (
        f" BEGIN IF {refused} THEN RAISE EXCEPTION 'the record is append-only' "
        "USING ERRCODE = 'restrict_violation'; END IF; "
        "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END "
    )
