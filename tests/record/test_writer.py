"""Group commit by itself: what waits shares a commit, and nothing that was taken in is forgotten."""

import asyncio
import threading
from collections.abc import Callable, Iterator

import pytest

from service.errors import RecordUnavailable
from service.record.pending import Pending, settle
from service.record.receipt import Mark, Receipt
from service.record.writer import MOST, GroupCommit
from tests.record.entries import an_entry

SECONDS = 30
"""More than anything here takes."""


class Held:
    """A commit that waits until it is let go, and remembers how many entries it was given each time."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.begun = threading.Semaphore(0)
        self.go = threading.Semaphore(0)

    def __call__(self, batch: list[Pending]) -> None:
        """One commit."""
        self.sizes.append(len(batch))
        self.begun.release()
        assert self.go.acquire(timeout=SECONDS)
        settle([(pending, Receipt(entry=pending.entry, mark=Mark.STORED)) for pending in batch])


@pytest.fixture
def commit() -> Iterator[Held]:
    held = Held()
    yield held
    for _ in range(10):
        held.go.release()


def started(commit: Callable[[list[Pending]], None], capacity: int = 1000) -> GroupCommit:
    group = GroupCommit(commit, name="test", capacity=capacity)
    group.start()
    return group


def test_all_that_waits_shares_the_next_commit(commit: Held) -> None:
    async def play() -> None:
        group = started(commit)
        first, *others = [Pending(an_entry()) for _ in range(MOST + 45)]
        assert group.put(first)
        assert await asyncio.to_thread(commit.begun.acquire, timeout=SECONDS)
        assert all(group.put(pending) for pending in others)
        for _ in range(3):
            commit.go.release()
        receipts = await asyncio.gather(*(pending.future for pending in (first, *others)))
        assert [receipt.entry for receipt in receipts] == [pending.entry for pending in (first, *others)]
        assert group.stop(SECONDS)

    asyncio.run(play())
    assert commit.sizes == [1, MOST, 44]


def test_it_takes_no_more_than_it_can_hold(commit: Held) -> None:
    async def play() -> None:
        group = started(commit, capacity=2)
        taken = [Pending(an_entry()) for _ in range(3)]
        assert group.put(taken[0])
        assert await asyncio.to_thread(commit.begun.acquire, timeout=SECONDS)
        assert group.put(taken[1])
        assert group.put(taken[2])
        assert not group.put(Pending(an_entry()))
        assert group.unsettled == 3
        commit.go.release()
        commit.go.release()
        await asyncio.gather(*(pending.future for pending in taken))
        assert group.stop(SECONDS)
        assert group.unsettled == 0

    asyncio.run(play())


def test_shut_gives_back_what_is_not_committed_in_order(commit: Held) -> None:
    async def play() -> None:
        group = started(commit)
        taken = [Pending(an_entry()) for _ in range(3)]
        assert group.put(taken[0])
        assert await asyncio.to_thread(commit.begun.acquire, timeout=SECONDS)
        assert group.put(taken[1])
        assert group.put(taken[2])
        assert group.shut() == taken
        assert group.shut() == []
        assert not group.put(Pending(an_entry()))
        group.reopen()
        last = Pending(an_entry())
        assert group.put(last)
        commit.go.release()
        commit.go.release()
        await last.future
        assert taken[0].future.done()  # its commit ran on
        assert not taken[1].future.done()
        assert group.stop(SECONDS)

    asyncio.run(play())


def test_stop_commits_what_was_taken_in(commit: Held) -> None:
    async def play() -> None:
        group = started(commit)
        taken = [Pending(an_entry()) for _ in range(MOST + 1)]
        assert all(group.put(pending) for pending in taken)
        for _ in range(3):
            commit.go.release()
        assert await asyncio.to_thread(group.stop, SECONDS)
        assert not group.put(Pending(an_entry()))
        assert len(await asyncio.gather(*(pending.future for pending in taken))) == MOST + 1

    asyncio.run(play())
    assert sum(commit.sizes) == MOST + 1


def test_stop_says_when_a_commit_hangs(commit: Held) -> None:
    async def play() -> None:
        group = started(commit)
        assert group.put(Pending(an_entry()))
        assert await asyncio.to_thread(commit.begun.acquire, timeout=SECONDS)
        assert not group.stop(0.01)

    asyncio.run(play())


def test_whoever_no_longer_waits_disturbs_nobody(commit: Held) -> None:
    async def play() -> None:
        group = started(commit)
        gone, waits = Pending(an_entry()), Pending(an_entry())
        assert group.put(gone)
        assert group.put(waits)
        gone.future.cancel()
        commit.go.release()
        commit.go.release()
        assert (await waits.future).entry == waits.entry
        assert group.stop(SECONDS)

    asyncio.run(play())


def test_a_loop_that_is_closed_disturbs_nobody(commit: Held, caplog: pytest.LogCaptureFixture) -> None:
    async def play() -> GroupCommit:
        group = started(commit)
        assert group.put(Pending(an_entry()))
        return group

    group = asyncio.run(play())
    commit.go.release()
    assert group.stop(SECONDS)
    assert [record.levelname for record in caplog.records] == ["WARNING"]


BREAKS = {"between": "between", "the commit": "commit"}


@pytest.mark.parametrize("where", BREAKS.values(), ids=BREAKS)
def test_a_fault_that_nobody_expects_does_not_end_the_thread(
    where: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("service.record.writer.AFTER_A_FAULT", 0.01)
    broken = threading.Event()
    broken.set()

    def breaks_at(place: str) -> None:
        if where == place and broken.is_set():
            raise ZeroDivisionError("secret detail")

    def between() -> None:
        breaks_at("between")

    def commit(batch: list[Pending]) -> None:
        breaks_at("commit")
        settle([(pending, Receipt(entry=pending.entry, mark=Mark.STORED)) for pending in batch])

    async def play() -> None:
        group = GroupCommit(commit, name="test", capacity=9, between=between)
        group.start()
        first, second = Pending(an_entry()), Pending(an_entry())
        assert group.put(first)
        if where == "commit":
            with pytest.raises(RecordUnavailable):
                await first.future
        else:
            await first.future
        broken.clear()
        assert group.put(second)
        assert (await second.future).entry == second.entry
        assert group.stop(SECONDS)

    asyncio.run(play())
    assert {record.levelname for record in caplog.records} == {"ERROR"}
    assert "ZeroDivisionError" in caplog.text
    assert "secret" not in caplog.text
