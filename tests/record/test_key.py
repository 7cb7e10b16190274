"""The key of the keyed hashes: made once, kept, and never a part of one."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from service.errors import StartupError
from service.record import key as module
from service.record.key import KEY_FILE, record_key
from service.settings import SHORTEST_KEY


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The address of a record in a folder that is not there yet."""
    return f"sqlite:///{tmp_path / 'kept' / 'record.sqlite3'}"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where its key is kept."""
    return tmp_path / "kept" / KEY_FILE


def test_what_was_stated_counts_and_no_file_is_made(url: str, path: Path, tmp_path: Path) -> None:
    assert record_key("stated by somebody", url, tmp_path) == b"stated by somebody"
    assert not path.exists()


def test_it_is_made_once_and_kept_for_its_owner_alone(url: str, path: Path, tmp_path: Path) -> None:
    made = record_key(None, url, tmp_path)
    assert len(bytes.fromhex(made.decode())) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o077 == 0
    assert [each.name for each in path.parent.iterdir()] == [KEY_FILE]
    assert record_key(None, url, tmp_path) == made
    assert record_key(None, f"sqlite:///{tmp_path / 'other' / 'record.sqlite3'}", tmp_path) != made


def test_without_a_file_beside_it_another_folder_is_taken(tmp_path: Path) -> None:
    made = record_key(None, "postgresql://u:p@h/n", tmp_path)
    assert (tmp_path / KEY_FILE).read_bytes() == made


def test_of_several_that_start_at_once_all_have_the_same(
    url: str, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Containers on one disk: every process has the same number there, and all find no file at the same time."""
    count = 8
    together = Barrier(count)
    make = module._make

    def all_at_once(where: Path) -> None:
        together.wait()
        make(where)

    monkeypatch.setattr(module, "_make", all_at_once)
    monkeypatch.setattr(os, "getpid", lambda: 1)
    with ThreadPoolExecutor(count) as threads:
        keys = list(threads.map(lambda _: record_key(None, url, tmp_path), range(count)))
    assert set(keys) == {path.read_bytes()}
    assert [each.name for each in path.parent.iterdir()] == [KEY_FILE]


@pytest.mark.parametrize("length", [0, 1, SHORTEST_KEY - 1])
def test_one_that_was_cut_off_is_refused_and_left_as_it_is(url: str, path: Path, tmp_path: Path, length: int) -> None:
    """With another key the earlier examinations of a person are not found, and nobody is told."""
    path.parent.mkdir()
    path.write_bytes(b"k" * length)
    with pytest.raises(StartupError, match=f"it has {length} bytes") as refused:
        record_key(None, url, tmp_path)
    assert "backup" in str(refused.value)
    assert path.read_bytes() == b"k" * length


def test_one_of_the_shortest_length_is_taken(url: str, path: Path, tmp_path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"k" * SHORTEST_KEY)
    assert record_key(None, url, tmp_path) == b"k" * SHORTEST_KEY


def test_one_that_cannot_be_read_is_refused(url: str, path: Path, tmp_path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(StartupError, match="NERVEROOT_RECORD_KEY"):
        record_key(None, url, tmp_path)


def test_where_it_cannot_be_made_the_start_is_refused(url: str, path: Path, tmp_path: Path) -> None:
    path.parent.touch()
    with pytest.raises(StartupError, match="NERVEROOT_RECORD_KEY"):
        record_key(None, url, tmp_path)
