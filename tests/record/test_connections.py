"""Connections: where to, how durable, what becomes of one that breaks, and what is told of a fault."""

import sqlite3
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import CompileError, DBAPIError

from service.errors import DatabaseDown, StartupError
from service.record.connections import surfaced
from service.record.database import Database
from tests.record.conftest import SECONDS
from tests.record.entries import an_entry
from tests.record.postgres import Cluster
from tests.record.tampering import execute, file_of

TOLD = {
    "sqlite's own words": (sqlite3.OperationalError("Could not decode 'Mrs Secret'"), "OperationalError"),
    "psycopg's own words": (psycopg.DataError("cannot adapt 'Mrs Secret'"), "DataError"),
    "words that are known": (
        psycopg.OperationalError('connection to "Mrs Secret" failed: Connection refused'),
        "OperationalError (connection refused)",
    ),
    "a code": (psycopg.errors.NotNullViolation("row contains (Mrs Secret)"), "NotNullViolation (23502)"),
    "a driver's fault within another": (
        DBAPIError("insert", {"answer": "Mrs Secret"}, sqlite3.DataError("Mrs Secret")),
        "DataError",
    ),
    "a statement": (CompileError("Mrs Secret"), "CompileError"),
    "a disk": (OSError(28, "No space left on device", "Mrs Secret"), "No space left on device"),
}


@pytest.mark.parametrize(("fault", "said"), TOLD.values(), ids=TOLD)
def test_no_message_of_a_driver_is_passed_on(fault: Exception, said: str) -> None:
    with pytest.raises(DatabaseDown) as down, surfaced():
        raise fault
    assert str(down.value) == f"The database cannot be used: {said}."
    assert down.value.__cause__ is None


def test_a_locked_database_is_down_and_up_again(url: str, database: Database) -> None:
    hurried = Database(url, seconds=0.2)
    entry = an_entry()
    with database.writing() as held:
        held.exec_driver_sql("UPDATE chain SET seq = 1, hash = 'x'")
        with pytest.raises(DatabaseDown):
            hurried.append([entry])
        held.rollback()
    assert [done.fault for done in hurried.append([entry])] == [None]
    hurried.close()


def test_a_restarted_server_is_found_again(postgres: Cluster) -> None:
    database = Database(postgres.new_database(), seconds=SECONDS)
    first, second, third = an_entry(), an_entry(), an_entry()
    database.append([first])
    assert database.find("clinic", first.id) is not None
    postgres.stop(immediate=True)
    with pytest.raises(DatabaseDown) as down:
        database.append([second])
    assert postgres.password not in str(down.value)
    with pytest.raises(DatabaseDown):
        database.find("clinic", first.id)
    postgres.start()
    database.append([second])
    postgres.stop(immediate=True)
    postgres.start()
    # Every connection is broken now, and nobody has noticed yet: no answer may fail for that.
    assert database.find("clinic", first.id) is not None
    database.append([third])
    assert database.head().seq == 3
    database.close()


def test_a_file_that_goes_missing_is_not_replaced_by_an_empty_one(tmp_path: Path) -> None:
    file = tmp_path / "record.sqlite3"
    database = Database(f"sqlite:///{file}", seconds=SECONDS)
    database.check_schema()
    database.append([an_entry()])
    for each in tmp_path.glob("record.sqlite3*"):
        each.rename(tmp_path / f"moved-{each.name}")
    for attempt in (lambda: database.append([an_entry()]), database.head, database.check_schema):
        with pytest.raises(DatabaseDown):
            attempt()
    assert not file.exists()
    for each in tmp_path.glob("moved-*"):
        each.rename(tmp_path / each.name.removeprefix("moved-"))
    database.append([an_entry()])
    assert database.head().seq == 2
    database.close()


def test_what_is_written_is_durable_and_private(url: str, database: Database) -> None:
    file = file_of(url)
    with database.writing() as connection:
        if file is None:
            asked = "SELECT current_setting('synchronous_commit'), current_setting('statement_timeout')"
            assert connection.exec_driver_sql(asked).one() == ("on", f"{SECONDS}s")
            return
        pragmas = {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1}
        assert {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas} == pragmas
    database.append([an_entry()])
    modes = {each.name: oct(each.stat().st_mode & 0o777) for each in file.parent.iterdir()}
    assert modes == dict.fromkeys([file.name, f"{file.name}-wal", f"{file.name}-shm"], "0o600")


def test_commits_wait_for_the_disk_even_where_the_role_says_otherwise(postgres: Cluster) -> None:
    url = postgres.new_database()
    execute(url, f"ALTER DATABASE {url.rpartition('/')[2]} SET synchronous_commit = off")
    database = Database(url, seconds=SECONDS)
    with database.writing() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
    database.close()


@pytest.mark.parametrize(
    "address",
    [
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///x?mode=ro",
        "mysql://u:secret@h/n",
        "secret",
        "postgresql://u:secret@h:port/n",
    ],
)
def test_an_address_that_cannot_hold_the_record_is_refused_without_telling_it(address: str) -> None:
    with pytest.raises(StartupError, match="NERVEROOT_DATABASE_URL") as refused:
        Database(address, seconds=1)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_postgresql_address_may_be_written_in_several_ways(scheme: str) -> None:
    database = Database(f"{scheme}://u:p@h/n", seconds=1)
    assert database.url.drivername == "postgresql+psycopg"
    database.close()


def test_a_server_that_is_not_there_is_down(tmp_path: Path) -> None:
    database = Database("postgresql://u:secret@127.0.0.1:1/n", seconds=1)
    with pytest.raises(DatabaseDown) as down:
        database.append([an_entry()])
    assert "secret" not in str(down.value)
    assert "(connection refused)" in str(down.value)
    database.close()
