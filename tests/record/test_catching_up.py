"""Whether the database can be written is found out by writing, and nothing of that stays."""

from pathlib import Path

import pytest

from service.errors import DatabaseDown
from service.record.catching_up import LITTLE, TRIAL_BYTES, CatchingUp, write_on_trial
from service.record.database import Database
from service.record.journal import Journal
from service.record.verification import verify
from tests.record.disks import files_of_at_most
from tests.record.entries import NOON, an_entry
from tests.record.postgres import Cluster
from tests.record.recording import PATIENCE


def test_a_trial_leaves_nothing(database: Database) -> None:
    database.append([an_entry()])
    before = database.head()
    for _ in range(3):
        write_on_trial(database)
    assert database.head() == before
    assert list(verify(database)) == []
    database.append([an_entry()])
    assert database.head().seq == 2
    assert list(verify(database)) == []


def test_a_trial_finds_that_there_is_no_room(tmp_path: Path) -> None:
    """A disk that is full takes a few bytes here and there: less than an answer proves nothing."""
    database = Database(f"sqlite:///{tmp_path / 'record.sqlite3'}", seconds=PATIENCE)
    database.check_schema()
    database.append([an_entry()])
    with files_of_at_most(TRIAL_BYTES // 2):
        with pytest.raises(DatabaseDown):
            write_on_trial(database)
        assert database.head().seq == 1
    write_on_trial(database)
    with database.writing() as connection:
        assert connection.exec_driver_sql("PRAGMA cache_size").scalar_one() != LITTLE
    assert database.head().seq == 1
    database.close()


def test_a_trial_finds_that_postgresql_can_only_be_read(postgres: Cluster) -> None:
    """As after it was moved to a server that only follows another one."""
    url = f"{postgres.new_database()}?options=-c%20default_transaction_read_only%3Don"
    database = Database(url, seconds=PATIENCE)
    with pytest.raises(DatabaseDown):
        write_on_trial(database)
    assert database.head().seq == 0
    database.close()


AT = {
    "as it was written": ("2026-11-22T12:00:00.000000Z", True),
    "without an offset": ("2026-11-22T12:00:00", False),
    "no time": ("noon", False),
    "empty": ("", False),
}


@pytest.mark.parametrize(("at", "told"), AT.values(), ids=AT)
def test_a_time_that_somebody_altered_is_none(database: Database, folder: Path, at: str, told: bool) -> None:
    database.append([an_entry(at=at)])
    catching_up = CatchingUp(database, Journal(folder))
    catching_up.step(in_doubt=False)
    assert catching_up.head == 1
    assert catching_up.newest == (NOON if told else None)
