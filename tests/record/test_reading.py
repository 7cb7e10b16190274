"""Questions to the database: nobody waits for one that hangs, and it is not asked by everybody while it does."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from service.errors import DatabaseDown
from service.record.reading import IN_VAIN, REST, THREADS, Reading

SECONDS = 30.0
"""More than anything here takes."""
SOON = 0.01


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """What it shows."""
        return self.now


@pytest.fixture
def frozen() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def fails() -> None:
    raise DatabaseDown("down")


def test_questions_are_answered_side_by_side(frozen: threading.Event) -> None:
    async def play() -> None:
        reading = Reading(seconds=SECONDS)
        reading.start()
        meeting = threading.Barrier(THREADS)  # passed only when as many questions are asked at once
        await asyncio.gather(*(reading.ask(lambda: meeting.wait(SECONDS)) for _ in range(THREADS)))
        reading.stop()

    asyncio.run(play())


def test_nobody_waits_longer_than_the_limit(frozen: threading.Event) -> None:
    async def play() -> None:
        reading = Reading(seconds=SOON)
        reading.start()
        with pytest.raises(DatabaseDown):
            await reading.ask(lambda: frozen.wait(SECONDS))
        reading.stop()

    asyncio.run(play())


def test_one_slow_question_keeps_nobody_from_asking() -> None:
    async def play() -> None:
        reading = Reading(seconds=SECONDS, clock=Clock())
        reading.start()
        for _ in range(3):
            with pytest.raises(DatabaseDown):
                await reading.ask(fails)
            assert await reading.ask(lambda: "answered") == "answered"
        reading.stop()

    asyncio.run(play())


def test_a_question_may_have_less_time_than_others(frozen: threading.Event) -> None:
    async def play() -> None:
        reading = Reading(seconds=SECONDS)
        reading.start()
        with pytest.raises(DatabaseDown):
            await reading.ask(lambda: frozen.wait(SECONDS), seconds=SOON)
        reading.stop()

    asyncio.run(play())


def test_after_failures_in_a_row_a_single_question_tries_again() -> None:
    async def play() -> None:
        clock = Clock()
        reading = Reading(seconds=SECONDS, clock=clock)
        reading.start()
        asked = []
        for _ in range(IN_VAIN):
            with pytest.raises(DatabaseDown):
                await reading.ask(fails)
        with pytest.raises(DatabaseDown):
            await reading.ask(lambda: asked.append("too soon"))
        clock.now += REST
        go = threading.Event()
        trying = asyncio.create_task(reading.ask(lambda: go.wait(SECONDS)))
        await asyncio.sleep(0)
        with pytest.raises(DatabaseDown):
            await reading.ask(lambda: asked.append("while another tries"))
        go.set()
        assert await trying
        await reading.ask(lambda: asked.append("after it was answered"))
        assert asked == ["after it was answered"]
        reading.stop()

    asyncio.run(play())


def test_a_fault_of_the_question_is_told_as_it_is() -> None:
    async def play() -> None:
        reading = Reading(seconds=SECONDS)
        reading.start()
        with pytest.raises(ZeroDivisionError):
            await reading.ask(lambda: 1 / 0)
        assert await reading.ask(lambda: 1) == 1
        reading.stop()

    asyncio.run(play())


def test_too_many_questions_are_refused_at_once(frozen: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.record.reading.MOST_WAITING", 2)

    async def play() -> None:
        reading = Reading(seconds=SECONDS)
        reading.start()
        hanging = [asyncio.create_task(reading.ask(lambda: frozen.wait(SECONDS))) for _ in range(THREADS + 9)]
        finished, waiting = await asyncio.wait(hanging, timeout=SECONDS, return_when=asyncio.FIRST_EXCEPTION)
        assert all(isinstance(each.exception(), DatabaseDown) for each in finished)
        frozen.set()
        assert all(await asyncio.gather(*waiting))
        reading.stop()

    asyncio.run(play())
