"""The record as the service sees it, on both databases: stored, deferred while the database is away, found either way.

What happens when processes are killed, disks are full and databases freeze is in `test_faults.py`.
"""

import asyncio
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from service.errors import RecordUnavailable
from service.record.appending import Written
from service.record.database import Database
from service.record.entry import Entry
from service.record.journal import Journal
from service.record.reading import REST
from service.record.receipt import Earlier, Mark, Receipt
from service.record.record import Record
from tests.record.entries import NOON, a_content, an_entry, an_outcome
from tests.record.outage import Outage, locked, write_locked
from tests.record.recording import PATIENCE, SOON, caught_up, recorded, stored_ids, until


def test_an_answer_is_in_the_database_when_it_is_acknowledged(url: str, folder: Path) -> None:
    entries = [an_entry() for _ in range(40)]

    async def play() -> None:
        async with recorded(url, folder) as record:
            receipts = await asyncio.gather(*map(record.append, entries))
            assert receipts == [Receipt(entry=entry, mark=Mark.STORED) for entry in entries]
            assert stored_ids(url) == [entry.id for entry in entries]
            state = record.state()
            assert (state.writable, state.database, state.why, state.deferred) == (True, "up", None, 0)

    asyncio.run(play())
    assert list(folder.iterdir()) == []


def test_answers_that_come_together_share_one_commit(url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commits: list[int] = []
    append = Database.append

    def counted(database: Database, entries: Sequence[Entry]) -> list[Written]:
        commits.append(len(entries))
        return append(database, entries)

    monkeypatch.setattr(Database, "append", counted)

    async def play() -> None:
        async with recorded(url, folder) as record:
            await until(lambda: record.state().head == 0)  # it has looked, and waits for something to do
            await record.append(an_entry())
            await asyncio.gather(*(record.append(an_entry()) for _ in range(20)))

    asyncio.run(play())
    assert commits == [1, 20]


def test_it_tells_the_last_entry_and_when_it_was(url: str, folder: Path) -> None:
    async def play() -> None:
        async with recorded(url, folder) as record:
            await until(lambda: record.state().head == 0)
            assert record.state().newest is None
            for _ in range(3):
                await record.append(an_entry())
        async with recorded(url, folder) as record:
            await until(lambda: record.state().head == 3)
            assert record.state().newest == NOON

    asyncio.run(play())


def test_while_the_database_is_away_answers_are_deferred(url: str, folder: Path, outage: Outage) -> None:
    entries = [an_entry() for _ in range(30)]

    async def play() -> None:
        async with recorded(url, folder) as record:
            assert (await record.append(entries[0])).mark is Mark.STORED
            outage.begin()
            receipts = [await record.append(entry) for entry in entries[1:10]]
            receipts += await asyncio.gather(*map(record.append, entries[10:20]))
            assert {receipt.mark for receipt in receipts} == {Mark.DEFERRED}
            state = record.state()
            assert (state.writable, state.database, state.deferred) == (True, "down", 19)
            assert "database" in str(state.why)
            outage.end()
            await caught_up(record)
            receipts = await asyncio.gather(*map(record.append, entries[20:]))
            assert {receipt.mark for receipt in receipts} == {Mark.STORED}
            assert record.state().why is None

    asyncio.run(play())
    assert stored_ids(url) == [entry.id for entry in entries]
    assert list(folder.iterdir()) == []


def test_a_late_sync_of_the_journal_is_not_overtaken(url: str, folder: Path) -> None:
    """The journal acknowledges after the database was let in again: what its caller sends next comes behind it."""
    late, following = an_entry(), an_entry()

    async def play() -> None:
        journal = Journal(folder)
        record = Record(Database(url, seconds=PATIENCE), journal, seconds=PATIENCE)
        await record.start()
        await until(lambda: record.state().head == 0)  # it has looked, and waits for something to do
        await asyncio.to_thread(journal.append, [late])
        assert (await record.append(following)).mark is Mark.STORED
        await record.close()

    asyncio.run(play())
    assert stored_ids(url) == [late.id, following.id]


def test_what_is_deferred_can_be_found_while_the_database_is_away(url: str, folder: Path, outage: Outage) -> None:
    before, first, second = (an_entry(a_content(person="p", exam=exam)) for exam in ("[1]", "[2]", "[3]"))
    outcome = an_outcome(first.id)
    ahead = 0.0

    async def play() -> None:
        nonlocal ahead
        async with recorded(url, folder, clock=lambda: time.monotonic() + ahead) as record:
            await record.append(before)
            outage.begin()
            for entry in (first, second, outcome):
                await record.append(entry)
            assert await record.find("clinic", first.id) == (first, Mark.DEFERRED)
            assert await record.of_person("clinic", "p", 9) == Earlier(exams=["[3]", "[2]"], complete=False)
            for tenant, wanted in (("clinic", before.id), ("other", first.id)):
                with pytest.raises(RecordUnavailable):
                    await record.find(tenant, wanted)
            with pytest.raises(RecordUnavailable):
                await record.outcomes("clinic", first.id)
            outage.end()
            await caught_up(record)
            ahead = 2 * REST
            found = await record.find("clinic", first.id)
            assert found is not None
            assert found[1] is Mark.STORED
            assert found[0].content == first.content
            assert await record.find("other", first.id) is None
            assert await record.of_person("clinic", "p", 9) == Earlier(exams=["[3]", "[2]", "[1]"], complete=True)
            assert await record.of_person("clinic", "p", 2) == Earlier(exams=["[3]", "[2]"], complete=True)
            assert [each.id for each in await record.outcomes("clinic", first.id)] == [outcome.id]

    asyncio.run(play())


def test_what_waits_is_found_beside_what_is_stored_while_the_database_is_locked(url: str, folder: Path) -> None:
    stored, waiting = (an_entry(a_content(person="p", exam=exam)) for exam in ("[1]", "[2]"))
    outcomes = [an_outcome(stored.id) for _ in range(2)]

    async def play() -> None:
        async with recorded(url, folder, seconds=SOON) as record:
            assert (await record.append(stored)).mark is Mark.STORED
            assert (await record.append(outcomes[0])).mark is Mark.STORED
            with locked(url):
                assert (await record.append(waiting)).mark is Mark.DEFERRED
                assert (await record.append(outcomes[1])).mark is Mark.DEFERRED
                assert await record.of_person("clinic", "p", 9) == Earlier(exams=["[2]", "[1]"], complete=True)
                assert [each.id for each in await record.outcomes("clinic", stored.id)] == [e.id for e in outcomes]
            await caught_up(record)

    asyncio.run(play())
    assert stored_ids(url) == [stored.id, outcomes[0].id, waiting.id, outcomes[1].id]


def test_a_journal_that_cannot_be_read_is_told(url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored, waiting = (an_entry(a_content(person="p", exam=exam)) for exam in ("[1]", "[2]"))

    async def play() -> None:
        async with recorded(url, folder, seconds=SOON) as record:
            await record.append(stored)
            with write_locked(url):
                assert (await record.append(waiting)).mark is Mark.DEFERRED
                with monkeypatch.context() as disk:
                    disk.setattr("service.record.segment.os.pread", _fails)
                    assert await record.of_person("clinic", "p", 9) == Earlier(exams=["[1]"], complete=False)
                    with pytest.raises(RecordUnavailable):
                        await record.find("clinic", waiting.id)
                    assert await record.find("clinic", stored.id) is not None
                assert await record.find("clinic", waiting.id) == (waiting, Mark.DEFERRED)
            await caught_up(record)

    asyncio.run(play())
    assert stored_ids(url) == [stored.id, waiting.id]


def test_nobody_waits_for_a_journal_that_hangs(url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()
    stored, waiting = (an_entry(a_content(person="p", exam=exam)) for exam in ("[1]", "[2]"))

    async def play() -> None:
        async with recorded(url, folder, seconds=SOON) as record:
            await record.append(stored)
            with write_locked(url):
                await record.append(waiting)
                monkeypatch.setattr(Journal, "of_person", lambda *_: go.wait(PATIENCE))
                assert await record.of_person("clinic", "p", 9) == Earlier(exams=["[1]"], complete=False)
                go.set()
            await caught_up(record)

    asyncio.run(play())


def _fails(*_: object) -> bytes:
    raise OSError(5, "Input/output error")
