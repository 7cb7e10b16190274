"""A database that is away for a while, and comes back as it was."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from service.record.connections import file_of, read_url
from tests.record.postgres import Cluster


class Outage:
    """The one database at `url`: SQLite's folder is elsewhere meanwhile, with a file in its place, so that no new one
    can be made there; PostgreSQL is stopped as in a crash.
    """

    def __init__(self, url: str, cluster: Cluster | None) -> None:
        self._file = file_of(read_url(url))
        self._cluster = cluster

    def begin(self) -> None:
        """From now on nothing can be read or written."""
        if self._file is not None:
            self._file.parent.rename(self._away)
            self._file.parent.touch()
        elif self._cluster is not None:
            self._cluster.stop(immediate=True)

    def end(self) -> None:
        """It is back."""
        if self._file is not None:
            self._file.parent.unlink()
            self._away.rename(self._file.parent)
        elif self._cluster is not None:
            self._cluster.start()

    @property
    def _away(self) -> Path:
        assert self._file is not None
        return self._file.parent.with_name("away")


@contextmanager
def write_locked(url: str) -> Iterator[None]:
    """Another process is in the middle of writing, and does not come to an end; who reads does not notice."""
    file = file_of(read_url(url))
    if file is None:
        with psycopg.connect(url, autocommit=False) as connection:
            connection.execute("SELECT * FROM chain FOR UPDATE")
            yield
        return
    other = sqlite3.connect(file, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        yield
    finally:
        other.close()


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Another process is in the middle of writing, and does not come to an end."""
    file = file_of(read_url(url))
    if file is None:
        with psycopg.connect(url, autocommit=False) as connection:
            connection.execute("LOCK TABLE chain IN ACCESS EXCLUSIVE MODE")
            yield
        return
    other = sqlite3.connect(file, isolation_level=None)
    try:
        other.execute("BEGIN EXCLUSIVE")
        yield
    finally:
        other.close()
