"""Idempotency-Keys: one answer to each, wherever it is kept, on both databases."""

import asyncio
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from service.errors import KeyReused
from service.record.entry import Entry
from service.record.journal import Journal
from service.record.receipt import Kept, Mark, Receipt
from tests.record.entries import an_entry
from tests.record.outage import Outage, write_locked
from tests.record.recording import PATIENCE, SOON, caught_up, recorded, stored_ids, until

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


def test_two_at_once_with_one_key_and_two_bodies_give_one_row(url: str, folder: Path) -> None:
    async def play() -> None:
        async with recorded(url, folder) as record:
            first, second = await asyncio.gather(*map(record.append, (FIRST, OTHER_BODY)), return_exceptions=True)
            assert isinstance(first, Receipt)
            assert not first.replayed
            assert isinstance(second, KeyReused)

    asyncio.run(play())
    assert stored_ids(url) == [FIRST.id]


def test_two_at_once_of_which_the_first_is_refused_for_a_third(url: str, folder: Path) -> None:
    """The second has the body that is on record: what befell the first is nothing to it."""

    async def play() -> None:
        async with recorded(url, folder) as record:
            await record.append(FIRST)
            third = replace(FIRST, id="third")
            refused, again = await asyncio.gather(*map(record.append, (OTHER_BODY, third)), return_exceptions=True)
            assert isinstance(refused, KeyReused)
            assert isinstance(again, Receipt)
            assert (again.entry.id, again.replayed) == (FIRST.id, True)

    asyncio.run(play())
    assert stored_ids(url) == [FIRST.id]


def test_the_key_of_a_caller_that_went_away_counts(url: str, folder: Path) -> None:
    async def play() -> None:
        async with recorded(url, folder) as record:
            gone = asyncio.create_task(record.append(FIRST))
            await asyncio.sleep(0)
            gone.cancel()
            again = await record.append(SAME)
            assert (again.entry.id, again.replayed) == (FIRST.id, True)

    asyncio.run(play())
    assert stored_ids(url) == [FIRST.id]


def test_a_key_on_its_way_to_the_journal_counts_when_the_database_is_back(
    url: str, folder: Path, outage: Outage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sync takes longer than the database waits for it: the second must not be stored beside the first."""
    append, slow, go = Journal.append, threading.Event(), threading.Event()
    passed = 0.0

    def slowly(journal: Journal, entries: Sequence[Entry]) -> list[Kept]:
        slow.set()
        assert go.wait(PATIENCE)
        return append(journal, entries)

    def clock() -> float:
        return time.monotonic() + passed

    async def play() -> None:
        nonlocal passed
        async with recorded(url, folder, clock=clock) as record:
            outage.begin()
            monkeypatch.setattr(Journal, "append", slowly)
            first = asyncio.create_task(record.append(FIRST))
            await asyncio.to_thread(slow.wait, PATIENCE)
            outage.end()
            await until(lambda: record.state().database == "up")
            second = asyncio.create_task(record.append(SAME))
            passed = PATIENCE
            await asyncio.sleep(0.1)  # in which it would be stored
            go.set()
            assert [each.replayed for each in await asyncio.gather(first, second)] == [False, True]

    asyncio.run(play())
    assert stored_ids(url) == [FIRST.id]


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


def test_a_key_that_is_stored_counts_while_nothing_can_be_written(url: str, folder: Path) -> None:
    async def play() -> None:
        async with recorded(url, folder, seconds=SOON) as record:
            await record.append(FIRST)
            with write_locked(url):
                assert (await record.append(an_entry())).mark is Mark.DEFERRED
                again = await record.append(SAME)
                assert (again.entry.id, again.mark, again.replayed) == (FIRST.id, Mark.STORED, True)
                with pytest.raises(KeyReused):
                    await record.append(OTHER_BODY)
                new = replace(FIRST, id="new", idempotency_key="new")
                assert (await record.append(new)).mark is Mark.DEFERRED
                assert (await record.append(replace(new, id="third"))).entry == new
            await caught_up(record)
            assert (await record.append(SAME)).entry.id == FIRST.id

    asyncio.run(play())
    assert len(stored_ids(url)) == 3


def test_the_first_that_finds_nothing_can_be_written_has_its_key_looked_up_too(url: str, folder: Path) -> None:
    async def play() -> None:
        async with recorded(url, folder, seconds=SOON) as record:
            await record.append(FIRST)
            with write_locked(url):
                assert (await record.append(SAME)).entry.id == FIRST.id
            await caught_up(record)

    asyncio.run(play())
    assert stored_ids(url) == [FIRST.id]


def test_the_key_of_an_answer_that_got_in_unseen_is_its_own(url: str, folder: Path, outage: Outage) -> None:
    """A commit came through after it was given up: the answer is the entry itself, and not a replay."""

    async def play() -> None:
        async with recorded(url, folder, seconds=SOON) as record:
            await record.append(FIRST)
            with write_locked(url):
                again = await record.append(FIRST)
                assert (again.entry.id, again.mark, again.replayed) == (FIRST.id, Mark.STORED, False)
            await caught_up(record)

    asyncio.run(play())
    assert stored_ids(url) == [FIRST.id]
