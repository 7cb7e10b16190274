"""What somebody could do to the record who may write to the database: behind the back of service and triggers."""

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg


def file_of(url: str) -> Path | None:
    """The file of a SQLite database; None for PostgreSQL."""
    return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:") else None


def execute(url: str, *statements: str) -> None:
    """Run `statements` by the plain driver, each committed by itself."""
    file = file_of(url)
    if file is not None:
        lite = sqlite3.connect(file, isolation_level=None)
        try:
            for statement in statements:
                lite.execute(statement)
        finally:
            lite.close()
        return
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def tamper(url: str, *statements: str) -> None:
    """Run `statements` with every trigger and foreign key out of the way; afterwards all are back."""
    file = file_of(url)
    if file is None:
        execute(url, "SET session_replication_role = replica", *statements)
        return
    with closing(sqlite3.connect(file)) as connection:
        triggers = list(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    execute(url, *(f"DROP TRIGGER {name}" for name, _ in triggers), *statements, *(made for _, made in triggers))
