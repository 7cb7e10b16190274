"""Whether the tables of a database have the form that this software writes; every start of the service asks.

Alembic is not loaded for it: it is for making the tables (`migration.py`), and would take a part of every start.
"""

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

from service.errors import SchemaOutdated, StartupError
from service.record.migrations.triggers_0001 import triggers as triggers_of

MIGRATE = "run `make migrate` (`python -m service.record migrate`)"
VERSIONS: Final = ("0001", "0002")
"""The versions of the tables, oldest first; a test holds them, and `triggers_of`, against the steps of Alembic."""
_ON_POSTGRESQL = """
    SELECT tgname AS name, format(
        'CREATE OR REPLACE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql SET %s AS $$%s$$',
        proname, replace(proconfig[1], 'search_path=', 'search_path = '), prosrc
    ) AS sql
    FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
    WHERE tgrelid IN (to_regclass('entries'), to_regclass('contents'), to_regclass('chain')) AND tgenabled IN ('O', 'A')
"""
"""The triggers that are in force, and how the function of each was made."""


def check(connection: Connection, *, create: bool, triggers: bool = True) -> None:
    """Hold the tables, and their `triggers`, against what this software writes.

    `create` makes them where the database is quite empty.

    Raises:
        SchemaOutdated: they are older or newer, or lack a trigger; the message says what to do.
        StartupError: the database cannot keep what it acknowledges.
    """
    check_server(connection)
    version = version_of(connection)
    if version is None and create and not inspect(connection).get_table_names():
        # Loads Alembic, which no later start needs.
        from service.record.migration import upgrade

        upgrade(connection)
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
    return [name for name, statements in triggers_of(connection).items() if there.get(name) not in statements]


def newest() -> str:
    """The version that this software writes."""
    return VERSIONS[-1]


def is_new(file: Path) -> bool:
    """Whether nothing was ever written there: no file, or an empty one."""
    return not file.exists() or file.stat().st_size == 0


def version_of(connection: Connection) -> str | None:
    """The version of the tables, None where there are none.

    Raises:
        SchemaOutdated: this software does not know it.
    """
    if not inspect(connection).has_table("alembic_version"):
        return None
    stated = sorted(connection.scalars(text("SELECT version_num FROM alembic_version")))
    if not set(stated) <= set(VERSIONS):
        raise SchemaOutdated(
            f"The tables of the record have version {', '.join(stated)}, which this software does not know, so "
            f"a newer one made them: run that one. Its own newest is {newest()}."
        )
    return stated[0] if stated else None


def check_server(connection: Connection) -> None:
    """Hold the database server against what the record needs of it.

    Raises:
        StartupError: it cannot keep what it acknowledges.
    """
    if connection.dialect.name != "postgresql":
        return
    asked = text("SELECT current_setting('server_encoding'), current_setting('fsync')")
    encoding, fsync = connection.execute(asked).one()
    if encoding != "UTF8":
        raise StartupError(f"The database has the encoding {encoding}: make one with ENCODING 'UTF8' for the record.")
    if fsync == "off":
        raise StartupError("PostgreSQL runs with fsync = off and would lose answers with the power: set it to on.")


def _triggers_there(connection: Connection) -> dict[str, str]:
    """The triggers that are in force, and a statement that made each."""
    on_sqlite = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    asked = text(on_sqlite if connection.dialect.name == "sqlite" else _ON_POSTGRESQL)
    return {row.name: row.sql for row in connection.execute(asked)}
