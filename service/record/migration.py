"""Bring the tables of a database to the form that this software writes; `schema.py` tells whether they have it.

The steps are in `migrations/versions`, one module each. A new one is written by hand, beside `tables.py` and the
versions in `schema.py`; the tests that compare them say what is missing.
"""

from dataclasses import dataclass

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from service.record.connections import create_file, file_of, open_engine, read_url, surfaced
from service.record.migrations.triggers_0001 import triggers
from service.record.schema import check_server, damaged_triggers, is_new, newest, version_of

MIGRATIONS = "service.record:migrations"
"""Where the steps are, as Alembic names it."""
_LOCK = 7046029254386353131
"""Of PostgreSQL's advisory locks, the one under which two migrations wait for each other; drawn at random."""


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
                return upgrade(connection)
        finally:
            engine.dispose()


def upgrade(connection: Connection) -> Migrated:
    """Bring the tables to the newest version, and put back the triggers that are not as they should be.

    Raises:
        SchemaOutdated: they are newer than this software.
        StartupError: the database cannot keep what it acknowledges.
    """
    check_server(connection)
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))  # rewriting a large table takes its time
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    before = version_of(connection)
    command.upgrade(_config(connection), "head")
    damaged = damaged_triggers(connection)
    for statement in (each for name in damaged for each in triggers(connection)[name]):
        connection.exec_driver_sql(statement)
    return Migrated(before=before, after=newest(), restored=tuple(damaged))


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", MIGRATIONS)
    config.set_main_option("path_separator", "os")  # or Alembic warns that it guesses
    config.attributes["connection"] = connection
    return config
