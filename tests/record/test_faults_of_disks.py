"""Full and read-only disks under load: what is acknowledged is there afterwards, and what cannot be kept is refused."""

from pathlib import Path

import pytest

from service.record.migration import migrate
from service.record.record import Mark
from tests.record.crash_writer import REFUSED
from tests.record.crashes import PATIENCE, assert_nothing_lost, recover, writing
from tests.record.disks import CHUNK, fill, limit_files, read_only, small_disk
from tests.record.outage import Outage

MEGABYTE = 2**20
DISK = 64
"""Megabytes. What is deferred while it is full must find room on it afterwards, so the clients take their time."""
LOAD = {"clients": 8, "pause": 0.02}
LARGE = 20_000
"""Bytes of an answer, so that files reach their limit soon."""
TIMES = [pytest.param(1, id="once"), pytest.param(5, id="five times", marks=pytest.mark.long)]
HOW = ["disk", "limit"]
"""A small disk that is full, and a limit on the size of files, for machines that let us mount nothing."""
NO_DISK = "this machine lets us mount nothing; the limit stands for it"


def a_database(folder: Path) -> str:
    url = f"sqlite:///{folder / 'record.sqlite3'}"
    migrate(url, seconds=PATIENCE)
    return url


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("how", HOW)
def test_the_disk_of_the_database_is_full(tmp_path: Path, folder: Path, how: str, times: int) -> None:
    with small_disk(tmp_path / "disk", DISK) as real:
        if how == "disk" and not real:
            pytest.skip(NO_DISK)
        url = a_database(tmp_path / "disk")
        with writing(url, folder, bytes=1000 if how == "disk" else LARGE, **LOAD) as process:
            for _ in range(times):
                process.wait_for(20)
                if how == "disk":
                    filler = fill(tmp_path / "disk")
                else:
                    # The log of the database grows over it; the journal does not, in so short a time.
                    limit_files(process.pid, 3 * MEGABYTE)
                process.wait_for(20, Mark.DEFERRED)
                if how == "disk":
                    assert process.count(REFUSED) == 0
                    filler.unlink()
                else:
                    limit_files(process.pid, None)
                process.wait_for(20)
            process.end()
        assert_nothing_lost(url, [process])
        assert list(folder.iterdir()) == []


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("how", HOW)
def test_one_full_disk_for_both(tmp_path: Path, how: str, times: int) -> None:
    """Hazard H-27: the disk is full, and answers that were given are not there."""
    with small_disk(tmp_path / "disk", DISK) as real:
        if how == "disk" and not real:
            pytest.skip(NO_DISK)
        url = a_database(tmp_path / "disk")
        folder = tmp_path / "disk" / "journal"
        with writing(url, folder, **LOAD) as process:
            for _ in range(times):
                process.wait_for(20)
                if how == "disk":
                    filler = fill(tmp_path / "disk")
                else:
                    limit_files(process.pid, CHUNK)
                process.wait_for_unready(20)
                if how == "disk":
                    filler.unlink()
                else:
                    limit_files(process.pid, None)
                process.wait_for(20)
            process.kill()
        recover(url, folder)
        assert_nothing_lost(url, [process])


def test_the_database_is_away_and_the_journal_read_only(url: str, folder: Path, outage: Outage) -> None:
    folder.mkdir()
    with writing(url, folder) as process:
        with read_only(folder) as really:
            if not really:
                pytest.skip("root may write everywhere, and this machine lets us mount nothing")
            process.wait_for(50)
            outage.begin()
            process.wait_for(20, REFUSED)
            assert process.count(Mark.DEFERRED) == 0
        process.wait_for(20, Mark.DEFERRED)
        outage.end()
        process.wait_for(20)
        process.end()
    recover(url, folder)
    assert_nothing_lost(url, [process])
