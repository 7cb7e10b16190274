"""The record as the service sees it, on both databases: stored, deferred while the database is away, found either way.

What happens when processes are killed, disks are full and databases freeze is in `test_faults.py`.
"""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from service.errors import KeyReused, RecordUnavailable, SchemaOutdated
from service.record.appending import Written
from service.record.database import Database
from service.record.entry import Entry
from service.record.journal import Journal
from service.record.migration import migrate
from service.record.record import Earlier, Mark, Receipt, Record
from service.record.verification import verify
from tests.record.entries import NOON, a_content, an_entry, an_outcome
from tests.record.outage import Outage, locked
from tests.record.postgres import Cluster

PATIENCE = 60.0
"""More than anything here takes, on a machine that is busy with other things."""
SOON = 0.3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def outage(url: str, backend: str, request: pytest.FixtureRequest) -> Outage:
    cluster: Cluster | None = request.getfixturevalue("postgres") if backend == "postgresql" else None
    return Outage(url, cluster)


@asynccontextmanager
async def recorded(url: str, folder: Path, seconds: float = PATIENCE) -> AsyncIterator[Record]:
    record = Record(Database(url, seconds=seconds), Journal(folder), seconds=seconds)
    await record.start()
    try:
        yield record
    finally:
        await record.close()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.sleep(0.01)


async def caught_up(record: Record) -> None:
    await until(lambda: record.state().deferred == 0 and record.state().database == "up")


def stored_ids(url: str) -> list[str]:
    """Every id in the database in the order of the chain, which must hold."""
    database = Database(url, seconds=PATIENCE)
    try:
        assert list(verify(database)) == []
        with database.reading() as connection:
            return [row.id for row in connection.exec_driver_sql("SELECT id FROM entries ORDER BY seq")]
    finally:
        database.close()


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


def test_what_is_deferred_can_be_found_while_the_database_is_away(url: str, folder: Path, outage: Outage) -> None:
    before, first, second = (an_entry(a_content(person="p", exam=exam)) for exam in ("[1]", "[2]", "[3]"))
    outcome = an_outcome(first.id)

    async def play() -> None:
        async with recorded(url, folder) as record:
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
            await asyncio.sleep(1.1)  # readers rest for a second after a failure
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


FIRST = an_entry(idempotency_key="key", request_digest="body")
SAME, OTHER_BODY = replace(FIRST, id="second"), replace(FIRST, id="second", request_digest="other")
OTHERS = {
    "another caller": replace(FIRST, id="second", caller="other"),
    "another tenant": replace(FIRST, id="second", tenant="other"),
    "no key": replace(FIRST, id="second", idempotency_key=None),
}


def test_an_idempotency_key_gives_the_same_answer_again(url: str, folder: Path) -> None:
    async def play() -> None:
        async with recorded(url, folder) as record:
            await record.append(FIRST)
            again = await record.append(SAME)
            assert (again.entry.id, again.entry.content, again.mark) == (FIRST.id, FIRST.content, Mark.STORED)
            assert again.replayed
            with pytest.raises(KeyReused):
                await record.append(OTHER_BODY)
        async with recorded(url, folder) as record:  # and after a restart
            assert (await record.append(SAME)).entry.id == FIRST.id

    asyncio.run(play())
    assert stored_ids(url) == [FIRST.id]


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_an_idempotency_key_is_that_of_its_caller(url: str, folder: Path, other: Entry) -> None:
    async def play() -> None:
        async with recorded(url, folder) as record:
            assert not (await record.append(FIRST)).replayed
            assert not (await record.append(other)).replayed

    asyncio.run(play())
    assert stored_ids(url) == [FIRST.id, "second"]


def test_two_at_once_with_one_key_give_one_row(url: str, folder: Path, outage: Outage) -> None:
    def entries(key: str) -> list[Entry]:
        return [an_entry(idempotency_key=key, request_digest="body") for _ in range(20)]

    async def play() -> None:
        async with recorded(url, folder) as record:
            for key, mark in (("stored", Mark.STORED), ("deferred", Mark.DEFERRED)):
                if mark is Mark.DEFERRED:
                    outage.begin()
                receipts = await asyncio.gather(*map(record.append, entries(key)))
                assert len({receipt.entry.id for receipt in receipts}) == 1
                assert {receipt.mark for receipt in receipts} == {mark}
                assert sum(not receipt.replayed for receipt in receipts) == 1
            with pytest.raises(KeyReused):
                await record.append(an_entry(idempotency_key="deferred", request_digest="other"))
            outage.end()
            await caught_up(record)
            for key in ("stored", "deferred"):
                assert (await record.append(entries(key)[0])).replayed

    asyncio.run(play())
    assert len(stored_ids(url)) == 2


def test_an_answer_that_was_given_is_kept_although_its_key_is_taken(url: str, folder: Path, outage: Outage) -> None:
    async def play() -> None:
        async with recorded(url, folder) as record:
            await record.append(FIRST)
            outage.begin()
            assert (await record.append(OTHER_BODY)).mark is Mark.DEFERRED  # nobody could know
            outage.end()
            await caught_up(record)
            assert (await record.append(replace(FIRST, id="third"))).entry.id == FIRST.id

    asyncio.run(play())
    assert stored_ids(url) == [FIRST.id, "second"]


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


def test_tables_of_another_version_are_refused_at_the_start(empty_url: str, backend: str, folder: Path) -> None:
    if backend == "sqlite":  # it is made where there is none, so there must be one, with tables of somebody else
        migrate(empty_url, seconds=PATIENCE)
        _forget_version(empty_url)

    async def play() -> None:
        with pytest.raises(SchemaOutdated, match="make migrate"):
            async with recorded(empty_url, folder):
                pass

    asyncio.run(play())
    threads = {thread.name for thread in threading.enumerate()}
    assert not {"record-database", "record-journal"} & threads


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
    _execute(url, "ALTER TABLE alembic_version RENAME TO put_away")


def _remember_version(url: str) -> None:
    _execute(url, "ALTER TABLE put_away RENAME TO alembic_version")


def _execute(url: str, statement: str) -> None:
    database = Database(url, seconds=PATIENCE)
    with database.writing() as connection:
        connection.exec_driver_sql(statement)
    database.close()
