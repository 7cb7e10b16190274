"""How the record starts and ends, on both databases: what was left is taken over, what was accepted is kept."""

import asyncio
import threading
from pathlib import Path

import pytest

from service.errors import RecordUnavailable, SchemaOutdated
from service.record.database import Database
from service.record.migration import migrate
from service.record.receipt import Mark
from tests.record.entries import an_entry
from tests.record.outage import Outage, locked
from tests.record.recording import PATIENCE, SOON, caught_up, execute, recorded, stored_ids, until


def test_it_starts_without_a_database(url: str, folder: Path, outage: Outage) -> None:
    entries = [an_entry() for _ in range(3)]

    async def play() -> None:
        outage.begin()
        async with recorded(url, folder, seconds=SOON) as record:
            assert record.state().database == "down"
            assert (await record.append(entries[0])).mark is Mark.DEFERRED
        async with recorded(url, folder, seconds=SOON) as record:  # what waits survives a restart
            assert record.state().deferred == 1
            assert await record.find("clinic", entries[0].id) == (entries[0], Mark.DEFERRED)
            assert (await record.append(entries[1])).mark is Mark.DEFERRED
            outage.end()
            await caught_up(record)
            assert (await record.append(entries[2])).mark is Mark.STORED

    asyncio.run(play())
    assert stored_ids(url) == [entry.id for entry in entries]


def test_tables_of_another_version_are_refused_at_the_start(empty_url: str, backend: str, folder: Path) -> None:
    if backend == "sqlite":  # it is made where there is none, so there must be one, with tables of somebody else
        migrate(empty_url, seconds=PATIENCE)
        _forget_version(empty_url)

    async def play() -> None:
        with pytest.raises(SchemaOutdated, match="make migrate"):
            async with recorded(empty_url, folder):
                pass

    before = set(threading.enumerate())
    asyncio.run(play())
    left = {thread.name for thread in set(threading.enumerate()) - before}
    assert not {"record-database", "record-journal"} & left


def test_tables_of_another_version_that_come_back_keep_answers_deferred(
    url: str, folder: Path, outage: Outage, backend: str
) -> None:
    entry = an_entry()

    async def play() -> None:
        _forget_version(url)
        outage.begin()
        async with recorded(url, folder, seconds=2.0) as record:
            assert (await record.append(entry)).mark is Mark.DEFERRED
            outage.end()
            await until(lambda: "make migrate" in str(record.state().why))
            assert record.state().database == "down"
            assert record.state().deferred == 1
            assert "make migrate" in str(record.state().outdated)
            _remember_version(url)
            await caught_up(record)
            assert record.state().outdated is None

    asyncio.run(play())
    assert stored_ids(url) == [entry.id]


def test_closing_finishes_what_was_accepted(url: str, folder: Path) -> None:
    entries = [an_entry() for _ in range(600)]

    async def play() -> None:
        async with recorded(url, folder) as record:
            tasks = [asyncio.create_task(record.append(entry)) for entry in entries]
            await asyncio.sleep(0)
        assert {(await task).mark for task in tasks} == {Mark.STORED}
        with pytest.raises(RecordUnavailable, match="closed"):
            await record.append(an_entry())
        await record.close()

    asyncio.run(play())
    assert stored_ids(url) == [entry.id for entry in entries]


def test_closing_while_the_database_is_locked_journals_what_was_accepted(url: str, folder: Path) -> None:
    entries = [an_entry() for _ in range(20)]

    async def play() -> None:
        with locked(url):
            async with recorded(url, folder, seconds=SOON) as record:
                tasks = [asyncio.create_task(record.append(entry)) for entry in entries]
                await asyncio.sleep(0)
            assert {(await task).mark for task in tasks} == {Mark.DEFERRED}
        async with recorded(url, folder) as record:
            await caught_up(record)

    asyncio.run(play())
    assert stored_ids(url) == [entry.id for entry in entries]


def _forget_version(url: str) -> None:
    execute(url, "ALTER TABLE alembic_version RENAME TO put_away")


def _remember_version(url: str) -> None:
    execute(url, "ALTER TABLE put_away RENAME TO alembic_version")


def test_the_head_is_logged_when_it_starts_and_ends(url: str, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Hazard H-27: a record that was cut off or worked out anew is seen by what was kept elsewhere."""
    caplog.set_level("INFO", logger="service")
    heads = []

    async def play() -> None:
        async with recorded(url, folder) as record:
            heads.append(_head(url))
            await record.append(an_entry())
        heads.append(_head(url))

    asyncio.run(play())
    said = [record.getMessage() for record in caplog.records if "head " in record.getMessage()]
    assert [message.rsplit("head ", 1)[1] for message in said] == heads


def _head(url: str) -> str:
    database = Database(url, seconds=PATIENCE)
    try:
        return str(database.head())
    finally:
        database.close()
