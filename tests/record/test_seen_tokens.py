"""Each token once: in one process, in several, with the database and without it."""

import asyncio
import contextlib
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from service.errors import SchemaOutdated
from service.record.database import Database
from service.record.seen_tokens import ALONE, MOST_SWEPT, SWEPT_EVERY, WITHOUT_TABLE, SeenTokens
from service.record.verification import verify
from tests.record.commands import run
from tests.record.conftest import SECONDS
from tests.record.entries import an_entry, moment
from tests.record.outage import Outage, write_locked
from tests.record.recording import SOON

NOW = 1_800_000_000
LATER = NOW + 300
CHECKOUT = Path(__file__).parent.parent.parent


def digest(number: int = 0) -> str:
    return sha256(str(number).encode()).hexdigest()


@contextlib.contextmanager
def opened(url: str, *, seconds: float = SECONDS, **more: Any) -> Iterator[SeenTokens]:
    """One process of the service, as far as used tokens go; its clock stands still unless the test moves it."""
    seen = SeenTokens(Database(url, seconds=seconds), seconds=seconds, **({"now": lambda: NOW} | more))
    try:
        yield seen
    finally:
        asyncio.run(seen.close())


def kept(database: Database) -> list[tuple[str, int]]:
    with database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT digest, expires FROM seen_tokens ORDER BY expires, digest")
        return [(row.digest, row.expires) for row in rows]


def test_a_token_is_new_once(url: str, database: Database) -> None:
    with opened(url) as seen:
        assert not seen.known(digest())
        assert [asyncio.run(seen.first_time(digest(), LATER)) for _ in range(3)] == [True, False, False]
        assert seen.known(digest())
        assert asyncio.run(seen.first_time(digest(1), LATER))
        assert seen.fault is None
    assert kept(database) == sorted([(digest(), LATER), (digest(1), LATER)])


def test_what_one_process_took_no_other_takes_and_none_after_a_restart(url: str) -> None:
    with opened(url) as first, opened(url) as second:
        assert asyncio.run(first.first_time(digest(), LATER))
        assert not second.known(digest())
        assert not asyncio.run(second.first_time(digest(), LATER))
    with opened(url) as again:
        assert not asyncio.run(again.first_time(digest(), LATER))


def test_of_many_at_once_in_one_process_one_is_first(url: str) -> None:
    async def at_once(seen: SeenTokens) -> list[bool]:
        return await asyncio.gather(*(seen.first_time(digest(), LATER) for _ in range(20)))

    with opened(url) as seen:
        assert asyncio.run(at_once(seen)).count(True) == 1


RACER = """
import asyncio, json, sys, threading
from service.record.database import Database
from service.record.seen_tokens import SeenTokens

url, threads, digests = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
together, taken = threading.Barrier(threads), []

def race():
    # Each thread is like a process: it has a memory and a connection of its own.
    seen = SeenTokens(Database(url, seconds=60), seconds=60, now=lambda: 1_800_000_000)
    async def play():
        for digest in digests:
            together.wait()
            if await seen.first_time(digest, 1_800_000_300):
                taken.append(digest)
        assert seen.fault is None, seen.fault
        await seen.close()
    asyncio.run(play())

sys.stdin.readline()
racing = [threading.Thread(target=race) for _ in range(threads)]
for each in racing:
    each.start()
for each in racing:
    each.join()
print(json.dumps(taken))
"""


def test_of_processes_that_race_one_is_first(url: str, database: Database) -> None:
    """The same tokens, in three processes with three threads each, all at once: each is taken exactly once."""
    digests = [digest(number) for number in range(20)]
    racing = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", RACER, url, "3", *digests],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=CHECKOUT,
        )
        for _ in range(3)
    ]
    told: list[Any] = []
    waiting = [threading.Thread(target=lambda each=each: told.append(each.communicate("go\n", 120))) for each in racing]
    for thread in waiting:
        thread.start()
    for thread in waiting:
        thread.join()
    assert [each.returncode for each in racing] == [0, 0, 0], [said[1] for said in told]
    taken = sorted(each for said in told for each in json.loads(said[0]))
    assert taken == sorted(digests)
    assert {each for each, _ in kept(database)} == set(digests)


def test_what_has_expired_is_removed_some_at_a_time(url: str, database: Database) -> None:
    over = MOST_SWEPT + 10
    with database.writing() as connection:
        for number in range(over):
            connection.exec_driver_sql(
                f"INSERT INTO seen_tokens VALUES ('{digest(number)}', {NOW - over + number})"  # noqa: S608
            )
    with opened(url) as seen:
        assert asyncio.run(seen.first_time("still good", NOW))
        left = kept(database)
        assert [expires for _, expires in left] == [*range(NOW - 10, NOW), NOW]
        for number in range(SWEPT_EVERY - 1):
            assert asyncio.run(seen.first_time(f"new {number}", LATER))
        assert len(kept(database)) == 11 + SWEPT_EVERY - 1
        assert asyncio.run(seen.first_time("one more", LATER))
        assert [each for each, expires in kept(database) if expires <= NOW] == ["still good"]


def test_the_memory_of_one_process_has_an_end(url: str) -> None:
    with opened(url, kept=2) as seen:
        for number in range(3):
            asyncio.run(seen.first_time(digest(number), LATER))
        assert [seen.known(digest(number)) for number in range(3)] == [False, True, True]
        # What it forgot, the database knows.
        assert not asyncio.run(seen.first_time(digest(0), LATER))


def test_while_the_database_is_down_each_process_decides_alone_and_says_so(
    url: str, outage: Outage, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[str] = []
    with opened(url, unshared=lambda: told.append("unshared"), seconds=5) as seen, opened(url, seconds=5) as other:
        assert asyncio.run(seen.first_time(digest(0), LATER))
        outage.begin()
        caplog.clear()
        assert not asyncio.run(seen.first_time(digest(0), LATER))
        assert [asyncio.run(seen.first_time(digest(1), LATER)) for _ in range(2)] == [True, False]
        assert asyncio.run(seen.first_time(digest(2), LATER))
        assert asyncio.run(other.first_time(digest(1), LATER))  # decision 20: nobody can tell it
        assert (seen.fault, told) == (ALONE, ["unshared", "unshared"])
        said = [each.message for each in caplog.records if each.name == "service.record.seen_tokens"]
        assert len(said) == 2, "once a process"
        assert all("this process alone" in each for each in said)
        assert digest(1) not in caplog.text
        outage.end()
        assert asyncio.run(taken_by(seen))
        assert (seen.fault, told.count("unshared")) == (None, len(told))
        assert not asyncio.run(seen.first_time(digest(1), LATER))
        # The database was told of what was taken meanwhile, before it was said that it is shared again.
        assert not asyncio.run(other.first_time(digest(2), LATER))
    with opened(url) as third:
        assert [asyncio.run(third.first_time(digest(number), LATER)) for number in (1, 2)] == [False, False]


def test_what_was_taken_in_an_outage_is_told_some_at_a_time(
    url: str, outage: Outage, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until all of it is told, it is not said that it is."""
    monkeypatch.setattr("service.record.seen_tokens.MOST_TOLD", 2)
    moved = [0.0]
    with opened(url, seconds=5, kept=4, clock=lambda: moved[0]) as seen:
        assert asyncio.run(seen.first_time("before", LATER))
        outage.begin()
        for number in range(5):
            assert asyncio.run(seen.first_time(digest(number), LATER))
        outage.end()
        moved[0] = 60.0  # it rested, after questions in vain
        assert asyncio.run(seen.first_time("after", LATER))
        assert (seen.fault, len(set(map(digest, range(5))) & {each for each, _ in kept(database)})) == (ALONE, 2)
        assert asyncio.run(seen.first_time("long after", LATER))
        assert seen.fault is None
        told = {each for each, _ in kept(database)}
    # What it keeps of an outage has an end, as its memory has.
    assert told - {"before"} == {"after", "long after", *(digest(number) for number in range(1, 5))}


def test_what_was_taken_in_an_outage_is_told_at_the_end(url: str, outage: Outage) -> None:
    """Who is restarted while the database is back and no further token came loses nothing."""
    with opened(url, seconds=5) as seen:
        assert asyncio.run(seen.first_time(digest(0), LATER))
        outage.begin()
        assert asyncio.run(seen.first_time(digest(1), LATER))
        outage.end()
    with opened(url) as again:
        assert not asyncio.run(again.first_time(digest(1), LATER))


def test_what_was_taken_in_an_outage_is_told_without_a_further_token(url: str, outage: Outage) -> None:
    with opened(url, seconds=5) as seen, opened(url) as other:
        outage.begin()
        assert asyncio.run(seen.first_time(digest(), LATER))
        outage.end()
        asyncio.run(shared_by(seen))
        assert not asyncio.run(other.first_time(digest(), LATER))


def test_other_tables_are_no_outage(url: str, database: Database, caplog: pytest.LogCaptureFixture) -> None:
    """They do not pass by themselves: tokens would be good at every process for good."""
    with opened(url) as seen:
        with database.writing() as connection:
            connection.exec_driver_sql("ALTER TABLE seen_tokens RENAME TO elsewhere")
        for _ in range(2):
            with pytest.raises(SchemaOutdated, match="make migrate"):
                asyncio.run(seen.first_time(digest(), LATER))
        assert seen.fault == WITHOUT_TABLE
        assert [each.message for each in caplog.records if each.name == "service.record.seen_tokens"] == [WITHOUT_TABLE]
        with database.writing() as connection:
            connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO seen_tokens")
        assert asyncio.run(seen.first_time(digest(), LATER)), "it was not used up"
        assert seen.fault is None


async def shared_by(seen: SeenTokens) -> None:
    """Wait until what was taken in an outage is shared, without a further token."""
    async with asyncio.timeout(30):
        while seen.fault is not None:
            seen.share()
            await asyncio.sleep(0.1)


async def taken_by(seen: SeenTokens) -> bool:
    """Whether the database takes tokens again, some time after it came back."""
    for number in range(100, 160):
        assert await seen.first_time(digest(number), LATER)
        if seen.fault is None:
            return True
        await asyncio.sleep(0.1)
    return False


def test_a_database_that_is_held_up_holds_nobody_up(url: str, caplog: pytest.LogCaptureFixture) -> None:
    """On PostgreSQL somebody who writes to the record does not keep others from noting tokens."""
    caplog.set_level(logging.ERROR)
    with opened(url, seconds=SOON) as seen, opened(url) as other:
        assert asyncio.run(seen.first_time(digest(0), LATER))
        with write_locked(url):
            assert asyncio.run(seen.first_time(digest(1), LATER))
            assert not asyncio.run(seen.first_time(digest(1), LATER))
            assert (seen.fault is None) == url.startswith("postgresql")
        assert not asyncio.run(other.first_time(digest(0), LATER))
        # What was given up while it waited is made up for.
        assert asyncio.run(taken_by(seen))
        assert not asyncio.run(other.first_time(digest(1), LATER))


def test_tokens_are_no_part_of_the_record(url: str, database: Database) -> None:
    database.append([an_entry(at=moment(days_ago=400))])
    head = database.head()
    with opened(url) as seen:
        assert asyncio.run(seen.first_time(digest(), LATER))
    assert database.head() == head
    assert list(verify(database, anchor=head)) == []
    purged = run(url, "purge", "--older-than", moment(days_ago=365)[:10])
    assert "the content of 1 assessments" in purged.out
    assert kept(database) == [(digest(), LATER)]


def test_a_broken_connection_is_replaced(url: str, outage: Outage) -> None:
    """Who was idle while the database restarted still shares the next token."""
    with opened(url) as seen:
        assert asyncio.run(seen.first_time(digest(0), LATER))
        outage.begin()
        outage.end()
        assert asyncio.run(seen.first_time(digest(1), LATER))
        assert seen.fault is None


def test_closing_without_a_token_is_safe(url: str) -> None:
    with opened(url) as seen:
        assert seen.fault is None
