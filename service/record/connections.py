"""Connections to the database: durable, bounded in time, and faults told without what was written or any secret."""

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from service.errors import DatabaseDown, StartupError
from service.record.entry import Damaged

DATABASE_URLS = "sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"
MOST_READERS = 8
MOST_WAL_BYTES = 64 * 2**20
"""To what the write-ahead log of SQLite is cut after it grew."""

_POSTGRESQL = {"postgres", "postgresql", "postgresql+psycopg"}
_SQLITE = {"sqlite", "sqlite+pysqlite"}
_FULL = 2
_UNREACHABLE = (
    *("connection refused", "timeout expired", "no route to host", "server closed the connection"),
    *("password authentication failed", "no password supplied", "no pg_hba.conf entry", "does not support ssl"),
    *("failed to resolve host", "name or service not known", "too many clients", "does not exist", "starting up"),
)
"""What may be said of a connection that failed; a driver's message may repeat the row, so nothing else of it is."""


def read_url(stated: str) -> URL:
    """The address of a database.

    Raises:
        StartupError: it is none that the record can be in.
    """
    try:
        url = make_url(stated)
    except (ArgumentError, ValueError):
        # What was stated may hold a password, so it is not told.
        raise StartupError(f"NERVEROOT_DATABASE_URL cannot be read. Write {DATABASE_URLS}.") from None
    if url.drivername in _POSTGRESQL:
        return url.set(drivername="postgresql+psycopg")
    if url.drivername not in _SQLITE:
        raise StartupError(f"NERVEROOT_DATABASE_URL names {url.drivername!r}. Write {DATABASE_URLS}.")
    if not url.database or url.database == ":memory:" or url.query:
        raise StartupError("NERVEROOT_DATABASE_URL must name a file for SQLite, and no options: sqlite:///FILE.")
    return url.set(drivername="sqlite+pysqlite")


def file_of(url: URL) -> Path | None:
    """The file of a SQLite database; None for PostgreSQL."""
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def open_engine(url: URL, *, seconds: float, writing: bool) -> Engine:
    """Connections for writing or for reading, each step of which takes at most `seconds`; nothing is opened yet."""
    file = file_of(url)
    # A broken connection is replaced before a reading one is used; the writer tries again by itself, which costs a
    # round trip when it is broken and not every time.
    pool: dict[str, Any] = {"poolclass": QueuePool, "pool_timeout": seconds, "pool_pre_ping": not writing}
    pool |= {"pool_size": 1, "max_overflow": 1} if writing else {"pool_size": 2, "max_overflow": MOST_READERS - 2}
    if file is None:
        return _postgresql(url, seconds, pool)
    return _sqlite(url, file, seconds, pool, writing)


def _sqlite(url: URL, file: Path, seconds: float, pool: dict[str, Any], writing: bool) -> Engine:
    def connect() -> sqlite3.Connection:
        # mode=rw: a file that went missing must not be replaced by an empty one in silence.
        where = f"{file.absolute().as_uri()}?mode=rw"
        opened = sqlite3.connect(where, uri=True, timeout=seconds, isolation_level=None, check_same_thread=False)
        try:
            _make_durable(opened)
        except BaseException:
            opened.close()
            raise
        # Bytes that are no text any more are for the chain to find, not a reason to read or append nothing else.
        opened.text_factory = _lenient
        return opened

    engine = create_engine(url, creator=connect, hide_parameters=True, **pool)

    @event.listens_for(engine, "connect")
    def note_file(_: Any, record: Any) -> None:
        record.info["file"] = _identity(file)

    @event.listens_for(engine, "checkout")
    def is_same_file(_: Any, record: Any, __: Any) -> None:
        if record.info["file"] != _identity(file):
            raise DisconnectionError("the file was replaced")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _make_durable(opened: sqlite3.Connection) -> None:
    """Every commit is on disk before it is acknowledged, and what is deleted is overwritten with zeros."""
    mode = opened.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    for pragma in (
        *("synchronous = FULL", "fullfsync = ON", "checkpoint_fullfsync = ON"),
        *("secure_delete = ON", "foreign_keys = ON", f"journal_size_limit = {MOST_WAL_BYTES}"),
    ):
        opened.execute(f"PRAGMA {pragma}").close()
    if mode != "wal" or opened.execute("PRAGMA synchronous").fetchone()[0] != _FULL:
        raise DatabaseDown("SQLite cannot keep its write-ahead log on that disk: put the file on a local one.")


def _lenient(stored: bytes) -> str:
    try:
        return stored.decode()
    except UnicodeDecodeError:
        return Damaged(stored.decode(errors="replace"))


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _postgresql(url: URL, seconds: float, pool: dict[str, Any]) -> Engine:
    milliseconds = str(ceil(seconds * 1000))
    limits = {
        "connect_timeout": max(2, ceil(seconds)),
        "tcp_user_timeout": milliseconds,
        "keepalives": 1,
        "keepalives_idle": ceil(seconds),
        "keepalives_interval": 1,
        "keepalives_count": max(2, ceil(seconds)),
        "application_name": "nerveroot",
        "client_encoding": "UTF8",
    }
    stated = {name: value for name, value in limits.items() if name not in url.query}
    engine = create_engine(url, connect_args=stated, hide_parameters=True, **pool)

    @event.listens_for(engine, "connect")
    def set_limits(opened: Any, _: Any) -> None:
        # A role whose commits do not wait for the disk would lose what was acknowledged.
        opened.execute(
            """
            SELECT set_config('statement_timeout', %(limit)s, false), set_config('lock_timeout', %(limit)s, false),
                set_config('idle_in_transaction_session_timeout', %(limit)s, false),
                CASE current_setting('synchronous_commit')
                    WHEN 'off' THEN set_config('synchronous_commit', 'on', false) END
            """,
            {"limit": milliseconds},
        )
        opened.commit()

    return engine


def create_file(file: Path) -> None:
    """An empty file that nobody but its owner reads: there will be patients in it."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))


@contextmanager
def surfaced() -> Iterator[None]:
    """Whatever keeps the database from being reached or written becomes a DatabaseDown.

    Raises:
        DatabaseDown: so it is; neither its message nor its cause holds what was to be written.
    """
    try:
        yield
    except Exception as fault:
        if not isinstance(fault, (SQLAlchemyError, sqlite3.Error, OSError, *_of_psycopg())):
            raise
        raise DatabaseDown(f"The database cannot be used: {told(fault)}.") from None


def told(fault: Exception) -> str:
    """What happened, by its code or class: the message of a driver or a server may quote a row, and is never told."""
    origin = fault.orig if isinstance(fault, DBAPIError) and fault.orig is not None else fault
    if isinstance(origin, (sqlite3.Error, *_of_psycopg())):
        code = getattr(origin, "sqlstate", None) or getattr(origin, "sqlite_errorname", None) or _unreachable(origin)
        return f"{type(origin).__name__} ({code})" if code else type(origin).__name__
    if isinstance(origin, OSError):
        return origin.strerror or type(origin).__name__
    return type(origin).__name__


def _of_psycopg() -> tuple[type[Exception], ...]:
    """The faults of PostgreSQL's driver; none where nobody loaded it, as SQLAlchemy does for such a database alone.

    The driver takes 20 MiB and a tenth of a start, which a record in SQLite need not pay.
    """
    driver = sys.modules.get("psycopg")
    return () if driver is None else (driver.Error,)


def _unreachable(fault: Exception) -> str | None:
    """Why there is no connection, where libpq says so, which has no codes for it."""
    driver = sys.modules.get("psycopg")
    if driver is None or not isinstance(fault, driver.OperationalError):
        return None
    message = str(fault).lower()
    return next((each for each in _UNREACHABLE if each in message), None)
