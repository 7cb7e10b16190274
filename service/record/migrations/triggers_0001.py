"""The triggers of version 0001, which let nobody rewrite the record: how they are made, and held against a database.

Apart from the step that makes them, because every start of the service asks for them, and needs nothing of Alembic.
What was released is never changed here either: a version with other triggers brings a module of its own.
"""

from sqlalchemy import Connection

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


def triggers(connection: Connection) -> dict[str, tuple[str, ...]]:
    """The triggers of these tables by name, and the statements that make each, also where it was there in part.

    `service.record.schema` holds a database against them, until a later version has others.
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
