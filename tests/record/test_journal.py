"""The journal by itself: what was appended is there again after whatever happened to the process or its disk."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from service.record.entry import Entry
from service.record.journal import Journal
from service.record.receipt import Kept
from service.record.segment import decoded, encoded
from tests.record.entries import a_content, a_feedback, an_entry, an_outcome
from tests.record.journals import files, left_behind, only_file, opened_at

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
    journal.append([first, second, outcome, a_feedback(first.id)])
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
