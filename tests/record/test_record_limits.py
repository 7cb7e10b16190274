"""The record at its limits, on both databases: a backlog, more than can wait, a journal that is of no use."""

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection

from service.errors import RecordUnavailable
from service.record.appending import Written
from service.record.database import Database
from service.record.entry import Entry
from service.record.journal import Journal
from service.record.receipt import Mark, Receipt
from service.record.record import Record
from tests.record.disks import CHUNK, files_of_at_most
from tests.record.entries import a_content, an_entry
from tests.record.outage import Outage, locked
from tests.record.recording import PATIENCE, SOON, caught_up, recorded, stored_ids, until


def test_a_large_backlog_gets_in_before_what_comes_after(url: str, folder: Path) -> None:
    left = Journal(folder)
    left.open()
    entries = [an_entry() for _ in range(700)]
    left.append(entries)
    left.close()
    new = [an_entry() for _ in range(50)]

    async def play() -> None:
        async with recorded(url, folder) as record:
            await asyncio.gather(*map(record.append, new))
            await caught_up(record)

    asyncio.run(play())
    assert stored_ids(url) == [entry.id for entry in (*entries, *new)]


class SlowToCatchUp(Database):
    """A database that takes its time for what was deferred."""

    def append_deferred(self, entries: Sequence[Entry]) -> list[Written]:
        """As slow as one at the other end of a hospital."""
        time.sleep(0.05)
        return super().append_deferred(entries)


def test_a_backlog_comes_to_an_end_under_load(url: str, folder: Path) -> None:
    left = Journal(folder)
    left.open()
    left.append([an_entry() for _ in range(600)])
    left.close()

    async def ask(record: Record) -> None:
        async with asyncio.timeout(PATIENCE):
            while (await record.append(an_entry())).mark is not Mark.STORED:
                pass

    async def play() -> None:
        record = Record(SlowToCatchUp(url, seconds=PATIENCE), Journal(folder), seconds=PATIENCE)
        await record.start()
        await asyncio.gather(*(ask(record) for _ in range(200)))
        await record.close()

    asyncio.run(play())


def test_a_journal_that_cannot_be_written_does_no_harm_while_the_database_works(
    url: str, tmp_path: Path, outage: Outage
) -> None:
    in_the_way = tmp_path / "in the way"
    in_the_way.write_text("a file")
    stored, refused, deferred = (an_entry() for _ in range(3))

    async def play() -> None:
        async with recorded(url, in_the_way / "journal") as record:
            assert (await record.append(stored)).mark is Mark.STORED
            state = record.state()
            assert (state.writable, state.database) == (True, "up")
            assert "journal cannot be written" in str(state.why)
            outage.begin()
            with pytest.raises(RecordUnavailable):
                await record.append(refused)
            await until(lambda: not record.state().writable)
            in_the_way.unlink()
            (in_the_way / "journal").mkdir(parents=True)
            await until(lambda: record.state().writable)  # without anybody asking it to write
            assert (await record.append(deferred)).mark is Mark.DEFERRED
            outage.end()
            await caught_up(record)

    asyncio.run(play())
    assert stored_ids(url) == [stored.id, deferred.id]


def test_more_than_can_wait_for_the_database_goes_to_the_journal(
    url: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.record.deferral.DIRECT", 5)
    entries = [an_entry() for _ in range(300)]

    async def play() -> None:
        async with recorded(url, folder) as record:
            with locked(url):
                appended = [asyncio.create_task(record.append(entry)) for entry in entries]
                receipts = await asyncio.gather(*appended)
            assert {receipt.mark for receipt in receipts} == {Mark.DEFERRED}
            await caught_up(record)

    asyncio.run(play())
    assert stored_ids(url) == [entry.id for entry in entries]


def test_more_than_both_can_hold_is_refused(url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.record.deferral.DIRECT", 5)
    monkeypatch.setattr("service.record.deferral.ASIDE", 10)
    entries = [an_entry() for _ in range(300)]

    async def play() -> None:
        async with recorded(url, folder) as record:
            with locked(url):
                outcomes = await asyncio.gather(*map(record.append, entries), return_exceptions=True)
            kept = [outcome.entry.id for outcome in outcomes if isinstance(outcome, Receipt)]
            refused = [outcome for outcome in outcomes if isinstance(outcome, RecordUnavailable)]
            assert len(kept) >= 10
            assert len(refused) == len(entries) - len(kept)
            assert refused
            await caught_up(record)
            assert set(kept) <= set(stored_ids(url))

    asyncio.run(play())


def test_a_caller_that_goes_away_breaks_nothing(url: str, folder: Path) -> None:
    entries = [an_entry() for _ in range(30)]

    async def play() -> None:
        async with recorded(url, folder) as record:
            tasks = [asyncio.create_task(record.append(entry)) for entry in entries]
            await asyncio.sleep(0)
            for task in tasks[::2]:
                task.cancel()
            await asyncio.gather(*tasks[1::2])
            again = await record.append(entries[0])  # it may be there already, and is not written twice
            assert again.mark is Mark.STORED

    asyncio.run(play())
    ids = stored_ids(url)
    assert len(ids) == len(set(ids))
    assert {entry.id for entry in (*entries[1::2], entries[0])} <= set(ids)


def test_a_journal_folder_that_hangs_does_no_harm_while_the_database_works(
    url: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.record.deferral.LOOK_AROUND", 0.01)
    hangs, go = threading.Event(), threading.Event()

    def adopt(path: Path) -> None:
        hangs.set()
        assert go.wait(PATIENCE)

    async def play() -> None:
        async with recorded(url, folder, seconds=2.0) as record:
            monkeypatch.setattr("service.record.folder.Segment.adopt", adopt)
            (folder / "deferred-left.jsonl").touch()
            await until(hangs.is_set)
            for _ in range(20):
                assert (await record.append(an_entry())).mark is Mark.STORED
            assert record.state().why is None
            go.set()

    asyncio.run(play())
    assert len(stored_ids(url)) == 20


def test_what_a_journal_file_does_ends_neither_the_start_nor_a_thread(
    url: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.record.deferral.LOOK_AROUND", 0.01)
    (folder / "deferred-before.jsonl").mkdir(parents=True)

    async def play() -> None:
        async with recorded(url, folder) as record:
            assert "1 file(s) of the journal cannot be read" in str(record.state().why)
            (folder / "deferred-later.jsonl").mkdir()
            await until(lambda: "2 file(s)" in str(record.state().why))
            assert (await record.append(an_entry())).mark is Mark.STORED
            for name in ("before", "later"):
                (folder / f"deferred-{name}.jsonl").rmdir()
            await until(lambda: record.state().why is None)
            await until(lambda: record.state().head == 1)

    asyncio.run(play())


def test_what_another_process_left_is_taken_over_while_it_runs(
    url: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.record.deferral.LOOK_AROUND", 0.01)
    entries = [an_entry() for _ in range(5)]

    async def play() -> None:
        async with recorded(url, folder) as record:
            left = Journal(folder)
            for entry in entries:
                left.append([entry])
            left.close()
            await until(lambda: record.state().head == len(entries))

    asyncio.run(play())
    assert stored_ids(url) == [entry.id for entry in entries]
    assert list(folder.iterdir()) == []


class Counting(Database):
    """A database that counts how often it is asked or written to."""

    tries = 0

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One more."""
        self.tries += 1
        with super().reading() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One more."""
        self.tries += 1
        with super().writing() as connection:
            yield connection


def test_what_could_not_be_written_is_not_writable_because_it_can_be_read(tmp_path: Path, folder: Path) -> None:
    """Hazard H-14: the disk is full, and readiness says that all is well."""
    database = Counting(f"sqlite:///{tmp_path / 'record.sqlite3'}", seconds=SOON)

    async def play() -> None:
        record = Record(database, Journal(folder), seconds=SOON)
        await record.start()
        await record.append(an_entry())
        with files_of_at_most(CHUNK):
            with pytest.raises(RecordUnavailable):
                await record.append(an_entry(a_content(answer="x" * 10 * CHUNK)))
            wanted = database.tries + 4

            def tried_often() -> bool:
                assert record.state().writable is False
                return database.tries >= wanted

            await until(tried_often)
        await until(lambda: record.state().why is None)
        assert (await record.append(an_entry())).mark is Mark.STORED
        await record.close()

    asyncio.run(play())
