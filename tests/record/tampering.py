"""What somebody could do to the record who may write to the database: behind the back of the service, triggers gone."""

import sqlite3
from pathlib import Path

import psycopg

TRIGGERS = {
    "entries": ("entries_stay", "entries_remain", "entries_are_new"),
    "contents": ("contents_stay", "contents_are_new", "contents_covered", "contents_remain"),
    "chain": ("chain_grows", "chain_remains", "chain_is_kept", "chain_is_one"),
}


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
    """Run `statements` with every trigger and foreign key out of the way."""
    names = [(table, name) for table, triggers in TRIGGERS.items() for name in triggers]
    if file_of(url) is not None:
        execute(url, *(f"DROP TRIGGER IF EXISTS {name}" for _, name in names), *statements)
        return
    drops = [f"DROP TRIGGER IF EXISTS {name} ON {table}" for table, name in names]
    execute(url, *drops, "ALTER TABLE contents DROP CONSTRAINT IF EXISTS contents_seq_fkey", *statements)
