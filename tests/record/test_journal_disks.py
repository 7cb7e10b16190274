"""The journal on disks that fail: what was acknowledged is there again, and what cannot be read is told and kept."""

import errno
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from service.record.entry import Entry
from service.record.folder import TRIAL_BYTES
from service.record.journal import Journal
from service.record.receipt import Kept
from service.record.segment import encoded
from tests.record.disks import files_of_at_most
from tests.record.entries import a_content, an_entry, an_outcome
from tests.record.journals import files, left_behind, only_file, opened_at


def test_a_torn_last_line_was_never_acknowledged(journal: Journal, folder: Path, tmp_path: Path) -> None:
    kept, torn = an_entry(), an_entry()
    journal.append([kept, torn])
    left = left_behind(journal, folder, tmp_path / "left")
    file = only_file(left)
    whole = file.read_bytes()
    for length in (len(whole) - 1, len(encoded(kept)) + 1, len(encoded(kept))):
        file.write_bytes(whole[:length])
        other = opened_at(left)
        assert other.oldest(9) == [kept]
        assert other.damage is None
        other.close()


def test_a_damaged_line_is_kept_for_somebody_to_look_at(
    journal: Journal, folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    entries = [an_entry(a_content(answer=f"answer {number}")) for number in range(3)]
    journal.append(entries)
    left = left_behind(journal, folder, tmp_path / "left")
    file = only_file(left)
    file.write_bytes(file.read_bytes().replace(b"answer 1", b"answer 7"))
    damaged = file.read_bytes()
    other = opened_at(left)
    assert other.oldest(9) == [entries[0], entries[2]]
    other.done([entries[0], entries[2]])
    assert files(left) == [f"{file.name}.damaged"]
    assert only_file(left).read_bytes() == damaged
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "answer" not in caplog.text
    assert "1 damaged file" in str(other.damage)
    other.close()
    assert "1 damaged file" in str(opened_at(left).damage)


def test_a_line_that_the_disk_no_longer_gives_back_is_kept_too(journal: Journal, folder: Path) -> None:
    entries = [an_entry(a_content(answer=f"answer {number}")) for number in range(3)]
    journal.append(entries)
    file = only_file(folder)
    with file.open("r+b") as opened:
        opened.seek(file.read_bytes().index(b"answer 1"))
        opened.write(b"\x00")
    assert journal.oldest(9) == [entries[0], entries[2]]
    assert journal.find(entries[1].tenant, entries[1].id) is None
    journal.done([entries[0], entries[2]])
    assert files(folder) == [f"{file.name}.damaged"]


def test_what_the_database_refuses_stays_in_its_file(journal: Journal, folder: Path) -> None:
    good, refused = an_entry(), an_entry()
    journal.append([refused, good])
    name = only_file(folder).name
    journal.refused([refused])
    journal.done([good])
    assert files(folder) == [f"{name}.damaged"]
    assert journal.waiting == 0


def test_a_full_disk_keeps_all_or_nothing(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    journal = opened_at(folder)
    journal.append([kept := an_entry()])
    size = only_file(folder).stat().st_size
    too_much = [an_entry(a_content(answer="x" * 5000)) for _ in range(3)]
    with files_of_at_most(size + 7000):
        for _ in range(2):
            with pytest.raises(OSError, match="File too large"):
                journal.append(too_much)
    assert "cannot be written" in str(journal.fault)
    assert len(caplog.records) == 1
    assert only_file(folder).stat().st_size == size
    assert journal.oldest(9) == [kept]
    journal.append(too_much)
    assert journal.fault is None
    assert journal.oldest(9) == [kept, *too_much]
    journal.close()
    assert opened_at(folder).oldest(9) == [kept, *too_much]


def test_a_folder_that_cannot_be_made_is_told_and_mends_itself(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    in_the_way = tmp_path / "in the way"
    in_the_way.write_text("a file")
    journal = opened_at(in_the_way / "journal")
    assert "cannot be written" in str(journal.fault)
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    with pytest.raises(OSError, match="Not a directory"):
        journal.append([an_entry()])
    in_the_way.unlink()
    journal.open()
    assert journal.fault is None
    journal.append([an_entry()])
    assert journal.waiting == 1
    journal.close()


def test_a_sync_that_fails_acknowledges_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = opened_at(folder)
    journal.append([kept := an_entry()])
    begun = only_file(folder)
    size = begun.stat().st_size

    def fails(descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as disk:
        disk.setattr("service.record.segment.os.fsync", fails)
        with pytest.raises(OSError, match="Input/output"):
            journal.append([an_entry()])
    assert begun.stat().st_size == size
    journal.append([after := an_entry()])
    assert begun.stat().st_size == size  # after such a fault nothing more is trusted to that file
    assert journal.oldest(9) == [kept, after]
    journal.close()


def a_link_to_itself(path: Path) -> None:
    path.symlink_to(path)


NO_FILES: dict[str, Callable[[Path], None]] = {
    "a folder": Path.mkdir,
    "a pipe": os.mkfifo,
    "a link to itself": a_link_to_itself,
}


@pytest.mark.parametrize("make", NO_FILES.values(), ids=NO_FILES)
def test_what_is_no_file_is_told_and_harms_nothing(
    folder: Path, make: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    folder.mkdir()
    odd = folder / "deferred-odd.jsonl"
    make(odd)
    journal = opened_at(folder)
    before = descriptors()
    journal.adopt()
    journal.adopt()
    assert descriptors() == before
    assert "1 file(s) of the journal cannot be read" in str(journal.damage)
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert journal.fault is None
    journal.append([entry := an_entry()])
    assert journal.oldest(9) == [entry]
    (odd.rmdir if odd.is_dir() else odd.unlink)()
    journal.adopt()
    assert journal.damage is None
    journal.close()


def test_a_disk_that_does_not_answer_now_may_do_so_later(
    journal: Journal, folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first = an_entry(a_content(person="somebody"), idempotency_key="key", request_digest="body")
    journal.append([first, second := an_entry()])
    with monkeypatch.context() as disk:
        disk.setattr("service.record.segment.os.pread", fails)
        assert journal.oldest(9) == []
        assert (journal.waiting, journal.ready) == (2, 0)
        assert "2 answer(s) in the journal cannot be read just now" in str(journal.damage)
        for asked in (
            lambda: journal.find("clinic", first.id),
            lambda: journal.of_person("clinic", "somebody", 9),
        ):
            with pytest.raises(OSError, match="Input/output"):
                asked()
        again, other = (replace(first, id="again", request_digest=body) for body in ("body", "other"))
        assert journal.append([again, other, third := an_entry()]) == [Kept(unread=True), Kept(conflict=True), Kept()]
    assert journal.oldest(9) == [third]  # one that cannot be read does not hold up the others
    journal.adopt()
    assert journal.oldest(9) == [first, second, third]
    assert journal.damage is None
    assert journal.append([replace(first, id="again")]) == [Kept(replay=first)]
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_nothing_is_left_of_a_line_that_is_lost(journal: Journal, folder: Path) -> None:
    about = an_entry().id
    lost: list[Entry] = [
        an_entry(a_content(answer="lost", person="somebody"), idempotency_key="key", request_digest="body"),
        an_outcome(about, roots='"lost"'),
    ]
    journal.append([*lost, an_entry()])
    file = only_file(folder)
    file.write_bytes(file.read_bytes().replace(b"lost", b"last"))
    assert len(journal.oldest(9)) == 1
    assert journal.of_person("clinic", "somebody", 9) == []
    assert journal.outcomes("clinic", about) == []
    second = replace(lost[0], id="second")
    assert journal.append([second]) == [Kept()]  # nobody can be given the answer that is lost
    assert journal.append([replace(second, id="third")]) == [Kept(replay=second)]


def test_a_trial_needs_as_much_room_as_answers_do(folder: Path) -> None:
    with files_of_at_most(TRIAL_BYTES // 2):
        journal = opened_at(folder)
        assert "cannot be written" in str(journal.fault)
        journal.append([entry := an_entry()])  # there is room for a small one, so it can be written
        assert journal.fault is None
        journal.probe()
        assert "cannot be written" in str(journal.fault)
    journal.probe()
    assert journal.fault is None
    assert journal.oldest(9) == [entry]
    journal.close()


def test_a_process_without_descriptors_leaves_none_behind(folder: Path) -> None:
    journal = opened_at(folder)
    before = descriptors()
    with one_descriptor_left():  # for the file, and none for its folder
        with pytest.raises(OSError, match=os.strerror(errno.EMFILE)):
            journal.append([an_entry()])
        journal.probe()
        assert "cannot be written" in str(journal.fault)
    assert descriptors() == before
    assert files(folder) == []
    journal.append([an_entry()])
    journal.close()


def fails(*_: object) -> bytes:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def descriptors() -> int:
    return int(psutil.Process().num_fds())


@contextmanager
def one_descriptor_left() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors() + 8, before[1]))
    held: list[int] = []
    try:
        while take_one(held):
            pass
        os.close(held.pop())
        yield
    finally:
        for descriptor in held:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def take_one(held: list[int]) -> bool:
    try:
        held.append(os.open(os.devnull, os.O_RDONLY))
    except OSError:
        return False
    return True
