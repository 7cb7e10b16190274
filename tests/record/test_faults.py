"""Real processes killed, databases locked, stopped and frozen, under load: nothing acknowledged is lost or doubled.

Each test counts what a process acknowledged against what is stored after recovery, and verifies the chain. Full and
read-only disks are in `test_faults_of_disks.py`. Mitigates hazards of an answer that cannot be shown again.
"""

import time
from pathlib import Path

import pytest

from service.record.database import Database
from service.record.journal import Journal
from service.record.record import Mark
from tests.record.crashes import PATIENCE, Writing, assert_nothing_lost, recover, writing
from tests.record.entries import an_entry
from tests.record.outage import Outage, locked
from tests.record.postgres import Cluster
from tests.record.recording import stored_ids

SHORT_OR_LONG = [pytest.param(1, id="once"), pytest.param(10, id="ten times", marks=pytest.mark.long)]


@pytest.mark.parametrize(
    ("kills", "answers"), [pytest.param(2, 100, id="twice"), pytest.param(12, 2000, id="often", marks=pytest.mark.long)]
)
def test_killed_while_it_writes(url: str, folder: Path, kills: int, answers: int) -> None:
    """Hazard H-27: the process dies, and answers that were given are not there."""
    processes = []
    for _ in range(kills):
        with writing(url, folder, seconds=PATIENCE, clients=32) as process:
            processes.append(process)
            process.wait_for(answers)
            process.kill()
    recover(url, folder)
    assert_nothing_lost(url, processes)


@pytest.mark.parametrize("times", SHORT_OR_LONG)
def test_killed_while_it_defers(url: str, folder: Path, outage: Outage, times: int) -> None:
    processes = []
    for _ in range(times):
        with writing(url, folder) as process:
            processes.append(process)
            process.wait_for(50)
            outage.begin()
            process.wait_for(100, Mark.DEFERRED)
            process.kill()
        outage.end()
    recover(url, folder)
    assert_nothing_lost(url, processes)


@pytest.mark.parametrize(
    ("kills", "answers"),
    [pytest.param(1, 2000, id="once"), pytest.param(12, 30_000, id="often", marks=pytest.mark.long)],
)
def test_killed_while_it_catches_up(url: str, folder: Path, kills: int, answers: int) -> None:
    left = Journal(folder)
    left.open()
    entries = [an_entry() for _ in range(answers)]
    left.append(entries)
    left.close()
    processes = []
    for _ in range(kills):
        before = stored_count(url)
        with writing(url, folder, seconds=PATIENCE, clients=4) as process:
            processes.append(process)
            until = time.monotonic() + PATIENCE
            while stored_count(url) == before:
                assert time.monotonic() < until
            process.kill()
    recover(url, folder)
    ids = {entry.id for entry in entries}
    assert [each for each in stored_ids(url) if each in ids] == [entry.id for entry in entries]
    for process in processes:
        if process.lines:
            assert_nothing_lost(url, [process])


@pytest.mark.parametrize("times", SHORT_OR_LONG)
def test_the_database_is_locked_for_longer_than_an_answer_waits(url: str, folder: Path, times: int) -> None:
    with writing(url, folder) as process:
        for _ in range(times):
            process.wait_for(50)
            with locked(url):
                process.wait_for(50, Mark.DEFERRED)
            process.wait_for(50)
        process.end()
    assert_nothing_lost(url, [process])
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("times", SHORT_OR_LONG)
def test_the_database_crashes_and_comes_back(url: str, folder: Path, outage: Outage, times: int) -> None:
    """Hazard H-27: the database dies, and answers that were given are not there."""
    with writing(url, folder) as process:
        for _ in range(times):
            process.wait_for(50)
            outage.begin()
            process.wait_for(50, Mark.DEFERRED)
            outage.end()
            process.wait_for(50)
        process.end()
    assert_nothing_lost(url, [process])
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("times", SHORT_OR_LONG)
def test_postgresql_freezes_and_goes_on(postgres: Cluster, folder: Path, times: int) -> None:
    url = postgres.new_database()
    with writing(url, folder) as process:
        for _ in range(times):
            process.wait_for(50)
            postgres.freeze()
            try:
                process.wait_for(50, Mark.DEFERRED)
            finally:
                postgres.resume()
            process.wait_for(50)
        process.end()
    assert_nothing_lost(url, [process])
    assert list(folder.iterdir()) == []


def test_it_ends_although_postgresql_is_frozen(postgres: Cluster, folder: Path) -> None:
    url = postgres.new_database()
    with writing(url, folder) as process:
        process.wait_for(50)
        postgres.freeze()
        try:
            process.wait_for(50, Mark.DEFERRED)
            process.end()
        finally:
            postgres.resume()
    recover(url, folder)
    assert_nothing_lost(url, [process])


@pytest.mark.long
def test_several_processes_with_one_record_are_killed_while_it_comes_and_goes(
    url: str, folder: Path, outage: Outage
) -> None:
    processes: list[Writing] = []
    for _ in range(5):
        with writing(url, folder) as one, writing(url, folder) as two, writing(url, folder) as three:
            processes += [one, two, three]
            for process in (one, two, three):
                process.wait_for(200)
            outage.begin()
            for process in (one, two, three):
                process.wait_for(200, Mark.DEFERRED)
            one.kill()
            outage.end()
            two.wait_for(200)
            two.kill()
            three.wait_for(500)
            three.kill()
    recover(url, folder)
    assert_nothing_lost(url, processes)


def stored_count(url: str) -> int:
    database = Database(url, seconds=PATIENCE)
    try:
        return database.head().seq
    finally:
        database.close()
