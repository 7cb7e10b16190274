"""Bring the tables of a database to the form that this software writes, and tell whether they have it.

The steps are in `migrations/versions`, one module each. A new one is written by hand, beside `tables.py`; the test
that compares the two says what is missing.
"""

from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from service.errors import SchemaOutdated, StartupError
from service.record.connections import create_file, file_of, open_engine, read_url, surfaced

MIGRATE = "run `make migrate` (`python -m service.record migrate`)"
MIGRATIONS = "service.record:migrations"
"""Where the steps are, as Alembic names it."""
_LOCK = 7046029254386353131
"""Of PostgreSQL's advisory locks, the one under which two migrations wait for each other; drawn at random."""
_ON_POSTGRESQL = """
    SELECT tgname AS name, format(
        'CREATE OR REPLACE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql SET %s AS $$%s$$',
        proname, replace(proconfig[1], 'search_path=', 'search_path = '), prosrc
    ) AS sql
    FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
    WHERE tgrelid IN (to_regclass('entries'), to_regclass('contents'), to_regclass('chain')) AND tgenabled IN ('O', 'A')
"""
"""The triggers that are in force, and how the function of each was made."""


@dataclass(frozen=True, kw_only=True)
class Migrated:
    """What a migration did: the versions of the tables before (None: there were none) and after."""

    before: str | None
    after: str
    restored: tuple[str, ...] = ()
    """The triggers that were missing or changed, and were put back."""


def migrate(url: str, *, seconds: float) -> Migrated:
    """Bring the database at `url` to the newest version; where it is there already, nothing happens.

    Raises:
        DatabaseDown: it cannot be reached or written; then nothing was changed.
        SchemaOutdated: it is newer than this software.
        StartupError: it cannot keep what it acknowledges.
    """
    address = read_url(url)
    with surfaced():
        file = file_of(address)
        if file is not None and is_new(file):
            create_file(file)
        engine = open_engine(address, seconds=seconds, writing=True)
        try:
            with engine.begin() as connection:
                return _upgrade(connection)
        finally:
            engine.dispose()


def check(connection: Connection, *, create: bool, triggers: bool = True) -> None:
    """Hold the tables, and their `triggers`, against what this software writes.

    `create` makes them where the database is quite empty.

    Raises:
        SchemaOutdated: they are older or newer, or lack a trigger; the message says what to do.
        StartupError: the database cannot keep what it acknowledges.
    """
    _check_server(connection)
    version = _version(connection)
    if version is None and create and not inspect(connection).get_table_names():
        _upgrade(connection)
    elif version is None:
        raise SchemaOutdated(f"The database holds no record yet: {MIGRATE}.")
    elif version != newest():
        raise SchemaOutdated(
            f"The tables of the record have version {version}, and this software writes {newest()}: {MIGRATE}."
        )
    elif triggers and (damaged := damaged_triggers(connection)):
        raise SchemaOutdated(
            f"Triggers that keep the record append-only are missing or changed ({', '.join(damaged)}). To put them "
            f"back, {MIGRATE}; then verify the record."
        )


def damaged_triggers(connection: Connection) -> list[str]:
    """The triggers of the record that are missing, switched off, or not as the migration made them."""
    there = _triggers_there(connection)
    return [name for name, statements in _triggers(connection).items() if there.get(name) not in statements]


def newest() -> str:
    """The version that this software writes."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def is_new(file: Path) -> bool:
    """Whether nothing was ever written there: no file, or an empty one."""
    return not file.exists() or file.stat().st_size == 0


def _upgrade(connection: Connection) -> Migrated:
    _check_server(connection)
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))  # rewriting a large table takes its time
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    before = _version(connection)
    command.upgrade(_config(connection), "head")
    damaged = damaged_triggers(connection)
    for statement in (each for name in damaged for each in _triggers(connection)[name]):
        connection.exec_driver_sql(statement)
    return Migrated(before=before, after=newest(), restored=tuple(damaged))


def _triggers(connection: Connection) -> dict[str, tuple[str, ...]]:
    """The triggers by name, and the statements that make each, of the newest version that changed any."""
    modules = (script.module for script in ScriptDirectory.from_config(_config()).walk_revisions())
    made: dict[str, tuple[str, ...]] = next(each for each in modules if hasattr(each, "triggers")).triggers(connection)
    return made


def _triggers_there(connection: Connection) -> dict[str, str]:
    """The triggers that are in force, and a statement that made each."""
    on_sqlite = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    asked = text(on_sqlite if connection.dialect.name == "sqlite" else _ON_POSTGRESQL)
    return {row.name: row.sql for row in connection.execute(asked)}


def _version(connection: Connection) -> str | None:
    """The version of the tables, None where there are none.

    Raises:
        SchemaOutdated: this software does not know it.
    """
    heads = MigrationContext.configure(connection).get_current_heads()
    if not heads:
        return None
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if not known.issuperset(heads):
        raise SchemaOutdated(
            f"The tables of the record have version {', '.join(sorted(heads))}, which this software does not know, so "
            f"a newer one made them: run that one. Its own newest is {newest()}."
        )
    return heads[0]


def _check_server(connection: Connection) -> None:
    if connection.dialect.name != "postgresql":
        return
    asked = text("SELECT current_setting('server_encoding'), current_setting('fsync')")
    encoding, fsync = connection.execute(asked).one()
    if encoding != "UTF8":
        raise StartupError(f"The database has the encoding {encoding}: make one with ENCODING 'UTF8' for the record.")
    if fsync == "off":
        raise StartupError("PostgreSQL runs with fsync = off and would lose answers with the power: set it to on.")


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", MIGRATIONS)
    config.set_main_option("path_separator", "os")  # or Alembic warns that it guesses
    config.attributes["connection"] = connection
    return config
