"""Append, find and list, on both databases: once, in order, whatever the texts hold, and with many at once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from typing import Any

import pytest

from service.record.chain import GENESIS
from service.record.database import Database
from service.record.entry import Entry
from service.record.verification import verify
from tests.record.conftest import SECONDS
from tests.record.entries import a_content, an_entry, an_outcome
from tests.record.tampering import execute, file_of

AWKWARD = {
    "unicode": "Schmerz 痛み 🦵 é",
    "line ends": "a\r\nb\u2028c",
    "escaped NUL": '{"a":"\\u0000"}',
    "NUL": "before\x00after",
    "half a character": "\ud83e",
    "the halves in the wrong order": "\udd15\ud83e",
    "noncharacter": "\ufdd0",
    "noncharacter before JSON": '\ufdd0"x"',
    "empty": "",
    "quotes": "'; DROP TABLE entries; --",
    "placeholders": "%s :name ? %(x)s {0}",
}


def stored_of(database: Database, entry: Entry) -> Entry:
    found = database.find(entry.tenant, entry.id)
    assert found is not None
    return Entry(**{name: getattr(found, name) for name in Entry.__dataclass_fields__})


def test_what_is_appended_is_found_as_it_was(database: Database) -> None:
    entries = [an_entry(), an_entry(a_content(exam=None, person="p"), about="x"), replace(an_entry(), content=None)]
    assert [done.id for done in database.append(entries)] == [each.id for each in entries]
    assert [stored_of(database, each) for each in entries] == entries
    assert database.head().seq == 3


def test_an_empty_record_has_an_empty_head(database: Database) -> None:
    assert database.head() == (0, GENESIS)
    assert database.append([]) == []


@pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD)
def test_any_text_comes_back_as_it_was(database: Database, text: str) -> None:
    entry = an_entry(
        a_content(exam=text, answer=text, person=text), id=f"id {text}", tenant=text, caller=text, idempotency_key=text
    )
    [done] = database.append([entry])
    assert done.fault is None
    assert stored_of(database, entry) == entry
    assert database.of_person(text, text, 1) == [text]
    [again] = database.append([replace(entry, id="another")])
    assert again.replay is not None
    assert list(verify(database)) == []


def test_a_tenant_finds_its_own_alone(database: Database) -> None:
    ours, theirs = an_entry(a_content(person="p")), an_entry(a_content(person="p"), tenant="other")
    outcome = an_outcome(ours.id, tenant="other")
    database.append([ours, theirs, outcome])
    assert database.find("other", ours.id) is None
    assert database.find("clinic", theirs.id) is None
    assert database.outcomes("clinic", ours.id) == []
    assert len(database.of_person("clinic", "p", 10)) == 1


def test_examinations_of_a_person_come_latest_first(database: Database) -> None:
    exams = [f'{{"n":{number}}}' for number in range(5)]
    database.append([an_entry(a_content(exam=exam, person="p")) for exam in exams])
    database.append([an_entry(a_content(exam="other", person="q")), an_entry(a_content(exam=None, person="p"))])
    assert database.of_person("clinic", "p", 3) == exams[:1:-1]
    assert database.of_person("clinic", "nobody", 3) == []


def test_outcomes_come_in_the_order_in_which_they_were_stated(database: Database) -> None:
    seen = an_entry()
    stated = [an_outcome(seen.id, roots) for roots in ('["L4"]', "[]", '["S1"]')]
    database.append([seen, *stated])
    assert [each.id for each in database.outcomes("clinic", seen.id)] == [each.id for each in stated]


HELD = an_entry(id="held", idempotency_key="key", request_digest="body")
REPEATS: dict[str, tuple[dict[str, Any], str]] = {
    "same id": ({"id": "held"}, "there"),
    "same id, other body": ({"id": "held", "request_digest": "other"}, "there"),
    "same key, same body": ({}, "replay"),
    "same key, other body": ({"request_digest": "other"}, "conflict"),
    "same key, other caller": ({"caller": "other"}, "written"),
    "same key, other tenant": ({"tenant": "other"}, "written"),
    "other key": ({"idempotency_key": "other"}, "written"),
    "no key": ({"idempotency_key": None, "request_digest": None}, "written"),
}


@pytest.mark.parametrize("at_once", [False, True], ids=["later", "in one batch"])
@pytest.mark.parametrize(("changes", "expected"), REPEATS.values(), ids=REPEATS)
def test_a_key_gives_one_entry(database: Database, changes: dict[str, Any], expected: str, at_once: bool) -> None:
    second = replace(HELD, **({"id": "second"} | changes))
    if at_once:
        [first, done] = database.append([HELD, second])
    else:
        [first], [done] = database.append([HELD]), database.append([second])
    assert (first.replay, first.conflict, first.fault) == (None, False, None)
    assert database.head().seq == (2 if expected == "written" else 1)
    assert done.conflict == (expected == "conflict")
    assert (None if done.replay is None else done.replay.id) == ("held" if expected == "replay" else None)
    if done.replay is not None:
        assert (done.replay.seq, done.replay.content) == (1, HELD.content)


@pytest.mark.parametrize(("changes", "expected"), REPEATS.values(), ids=REPEATS)
def test_what_was_acknowledged_is_written_whatever_its_key(
    database: Database, changes: dict[str, Any], expected: str
) -> None:
    second = replace(HELD, **({"id": "second"} | changes))
    for entries in ([HELD], [second], [HELD, second]):
        done = database.append_deferred(entries)
        assert [(each.replay, each.conflict, each.fault) for each in done] == [(None, False, None)] * len(entries)
    assert database.head().seq == (1 if expected == "there" else 2)
    if expected in {"replay", "conflict"}:
        assert stored_of(database, second) == replace(second, idempotency_key=None, request_digest=None)
    assert list(verify(database)) == []


def test_one_bad_row_fails_alone(database: Database) -> None:
    good = [an_entry(), an_entry(), an_entry()]
    bad = an_entry(tenant=None, caller="Mrs Secret")
    done = database.append([good[0], bad, *good[1:]])
    assert [each.fault is None for each in done] == [True, False, True, True]
    assert "Secret" not in str(done[1].fault)
    assert [stored_of(database, each) for each in good] == good
    assert list(verify(database)) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET tenant = 'mine' WHERE seq = 1",
        "DELETE FROM entries WHERE seq = 2",
        "UPDATE contents SET answer = 'x' WHERE seq = 1",
        "DELETE FROM contents WHERE seq = 1",
        "UPDATE chain SET seq = 1",
        "DELETE FROM chain",
        "INSERT INTO chain (one, seq, hash) VALUES (2, 5, 'x')",
    ],
)
def test_the_database_itself_refuses_to_rewrite(url: str, database: Database, statement: str) -> None:
    database.append([an_entry(), an_entry()])
    with pytest.raises(Exception, match=r"append-only|never|alone|keeps|one row"):
        execute(url, statement)
    assert list(verify(database)) == []


@pytest.mark.parametrize("table", ["entries", "contents", "chain"])
def test_no_table_is_emptied_or_overwritten_by_a_shortcut(url: str, database: Database, table: str) -> None:
    database.append([an_entry(), an_entry()])
    replaced = f"REPLACE INTO {table} SELECT * FROM {table}"  # noqa: S608
    shortcut = replaced if file_of(url) else f"TRUNCATE {table} CASCADE"
    with pytest.raises(Exception, match=r"append-only|never|one row"):
        execute(url, shortcut)
    assert list(verify(database)) == []


def _append_many(url: str, count: int) -> None:
    database = Database(url, seconds=SECONDS)
    for _ in range(count):
        assert database.append([an_entry(), an_entry()])[1].fault is None
    database.close()


def test_the_chain_holds_over_many_writers_at_once(url: str, database: Database) -> None:
    processes = [get_context("spawn").Process(target=_append_many, args=(url, 20)) for _ in range(3)]
    for process in processes:
        process.start()
    with ThreadPoolExecutor(4) as threads:
        entries = [an_entry(a_content(person="p")) for _ in range(40)]
        done = threads.map(lambda entry: (database.append([entry]), database.find("clinic", entry.id)), entries)
        assert all(found is not None for _, found in done)
    for process in processes:
        process.join()
        assert process.exitcode == 0
    assert database.head().seq == 3 * 20 * 2 + 40
    assert len(database.of_person("clinic", "p", 100)) == 40
    assert list(verify(database)) == []


def test_two_at_once_with_one_key_give_one_entry(database: Database) -> None:
    entries = [an_entry(idempotency_key="key", request_digest="body") for _ in range(16)]
    with ThreadPoolExecutor(8) as threads:
        done = list(threads.map(lambda entry: database.append([entry])[0], entries))
    holders = {each.replay.id if each.replay else each.id for each in done}
    assert len(holders) == 1
    assert database.head().seq == 1


def test_a_reader_does_not_wait_for_the_writer(database: Database) -> None:
    seen = an_entry()
    database.append([seen])
    with database.writing() as busy:
        busy.exec_driver_sql("UPDATE chain SET seq = 2, hash = 'x'")
        assert database.find("clinic", seen.id) is not None
        assert database.head().seq == 1
        busy.rollback()
