"""The journal by itself: what was appended is there again after whatever happened to the process or its disk."""

import resource
import shutil
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from service.record.entry import Entry
from service.record.journal import Journal, Kept
from service.record.segment import decoded, encoded
from tests.record.entries import a_content, an_entry, an_outcome


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def journal(folder: Path) -> Iterator[Journal]:
    opened = opened_at(folder)
    yield opened
    opened.close()


def opened_at(folder: Path, **limits: int) -> Journal:
    made = Journal(folder, **limits)
    made.open()
    return made


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def only_file(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def left_behind(journal: Journal, folder: Path, elsewhere: Path) -> Path:
    """What a process that is killed now would leave: its files, held by nobody."""
    shutil.copytree(folder, elsewhere)
    return elsewhere


TEXTS = {
    "plain": "{}",
    "accents and other scripts": "é ß 坐骨神经痛 🦵",
    "line ends": "a\nb\r\nc\u2028d",
    "NUL": "a\x00b",
    "half a character of UTF-16": "\ud83d",
    "quotes and backslashes": '{"a": "\\"\\\\"}',
    "much": "x" * 300_000,
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_line_gives_back_the_entry(text: str) -> None:
    entry = an_entry(a_content(answer=text, person=text), idempotency_key="key", request_digest=text)
    line = encoded(entry)
    assert line.count(b"\n") == 1
    assert decoded(line) == entry
    assert decoded(encoded(replace(entry, content=None))) == replace(entry, content=None)


@pytest.mark.parametrize(
    "line",
    [b"", b"\x00\x00", b"[]", b"null", b"1", b'{"entry":{}}', b'{"entry":{},"sha256":"0"}', b"[" * 100_000],
    ids=["empty", "zeros", "list", "null", "number", "no digest", "wrong digest", "deep"],
)
def test_what_was_not_written_is_not_taken_for_an_entry(line: bytes) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        decoded(line)


def test_one_changed_character_is_noticed() -> None:
    line = encoded(an_entry(a_content(answer="L5")))
    with pytest.raises(ValueError, match="cannot be read"):
        decoded(line.replace(b'"L5"', b'"L4"'))


def test_what_waits_is_handed_out_in_order_until_it_is_done(journal: Journal, folder: Path) -> None:
    entries = [an_entry() for _ in range(5)]
    assert journal.append(entries[:2]) == [Kept(), Kept()]
    journal.append(entries[2:])
    assert journal.oldest(3) == entries[:3]
    journal.done(entries[:3])
    assert journal.oldest(3) == entries[3:]
    assert journal.waiting == 2
    journal.done(entries[3:])
    assert journal.waiting == 0
    assert files(folder) == []


def test_nobody_else_reads_it(journal: Journal, folder: Path) -> None:
    journal.append([an_entry()])
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(only_file(folder).stat().st_mode) == 0o600


def test_what_a_process_left_is_taken_over_in_order(journal: Journal, folder: Path, tmp_path: Path) -> None:
    entries = [an_entry() for _ in range(3)]
    journal.append(entries)
    other = opened_at(left_behind(journal, folder, tmp_path / "left"))
    assert other.oldest(9) == entries
    other.append([last := an_entry()])
    assert other.oldest(9) == [*entries, last]
    other.close()
    again = opened_at(tmp_path / "left")
    assert again.oldest(9) == [*entries, last]
    again.done([*entries, last])
    assert files(tmp_path / "left") == []


def test_what_another_process_holds_is_left_alone_until_it_ends(journal: Journal, folder: Path) -> None:
    journal.append([entry := an_entry()])
    other = opened_at(folder)
    assert other.waiting == 0
    journal.close()
    other.adopt()
    assert other.oldest(9) == [entry]
    other.close()


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


def test_files_are_small_so_that_disk_is_freed_while_it_empties(folder: Path) -> None:
    journal = opened_at(folder, segment_bytes=1)
    entries = [an_entry() for _ in range(3)]
    for entry in entries:
        journal.append([entry])
    assert len(files(folder)) == 3
    journal.done(entries[:2])
    assert len(files(folder)) == 1
    assert journal.oldest(9) == entries[2:]
    journal.close()


FIRST = an_entry(idempotency_key="key", request_digest="body")
KEYS = {
    "same key and body": ({}, Kept(replay=FIRST)),
    "same key, other body": ({"request_digest": "other"}, Kept(conflict=True)),
    "other key": ({"idempotency_key": "other"}, Kept()),
    "no key": ({"idempotency_key": None}, Kept()),
    "same key of another caller": ({"caller": "other"}, Kept()),
    "same key of another tenant": ({"tenant": "other"}, Kept()),
}


@pytest.mark.parametrize(("changes", "expected"), KEYS.values(), ids=KEYS)
@pytest.mark.parametrize("together", [True, False], ids=["together", "one after the other"])
def test_an_idempotency_key_that_waits_counts(
    journal: Journal, changes: dict[str, str | None], expected: Kept, together: bool
) -> None:
    second: Entry = replace(FIRST, id="second", **changes)  # type: ignore[arg-type]
    kept = journal.append([FIRST, second]) if together else [*journal.append([FIRST]), *journal.append([second])]
    assert kept == [Kept(), expected]
    assert journal.oldest(9) == ([FIRST, second] if expected == Kept() else [FIRST])
    journal.done([FIRST])
    assert journal.append([replace(FIRST, id="third")]) == [Kept()] or expected == Kept()


def test_a_key_counts_after_a_restart(journal: Journal, folder: Path, tmp_path: Path) -> None:
    journal.append([FIRST])
    other = opened_at(left_behind(journal, folder, tmp_path / "left"))
    assert other.append([replace(FIRST, id="second")]) == [Kept(replay=FIRST)]
    other.close()


def test_what_waits_is_found_by_its_own_tenant_alone(journal: Journal) -> None:
    first, second = (an_entry(a_content(person="somebody", exam=exam)) for exam in ("{}", "[]"))
    outcome = an_outcome(first.id)
    journal.append([first, second, outcome])
    assert journal.find("clinic", first.id) == first
    assert journal.find("other", first.id) is None
    assert journal.find("clinic", "unknown") is None
    assert journal.of_person("clinic", "somebody", 9) == [second, first]
    assert journal.of_person("clinic", "somebody", 1) == [second]
    assert journal.of_person("other", "somebody", 9) == []
    assert journal.outcomes("clinic", first.id) == [outcome]
    assert journal.outcomes("other", first.id) == []
    journal.done([first])
    assert journal.find("clinic", first.id) is None
    assert journal.of_person("clinic", "somebody", 9) == [second]


def test_a_full_disk_keeps_all_or_nothing(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    journal = opened_at(folder)
    journal.append([kept := an_entry()])
    size = only_file(folder).stat().st_size
    too_much = [an_entry(a_content(answer="x" * 5000)) for _ in range(3)]
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 7000, before[1]))
    try:
        for _ in range(2):
            with pytest.raises(OSError, match="File too large"):
                journal.append(too_much)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
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
