"""Append, find and list, on both databases: once, in order, whatever the texts hold, and with many at once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from service.errors import DatabaseDown, StartupError
from service.record.chain import GENESIS
from service.record.database import Database
from service.record.entry import Entry
from service.record.verification import verify
from tests.record.conftest import SECONDS
from tests.record.entries import a_content, an_entry, an_outcome
from tests.record.postgres import Cluster
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


def test_a_locked_database_is_down_and_up_again(url: str, database: Database) -> None:
    hurried = Database(url, seconds=0.2)
    entry = an_entry()
    with database.writing() as held:
        held.exec_driver_sql("UPDATE chain SET seq = 1, hash = 'x'")
        with pytest.raises(DatabaseDown):
            hurried.append([entry])
        held.rollback()
    assert [done.fault for done in hurried.append([entry])] == [None]
    hurried.close()


def test_a_restarted_server_is_found_again(postgres: Cluster) -> None:
    database = Database(postgres.new_database(), seconds=SECONDS)
    first, second, third = an_entry(), an_entry(), an_entry()
    database.append([first])
    assert database.find("clinic", first.id) is not None
    postgres.stop(immediate=True)
    with pytest.raises(DatabaseDown) as down:
        database.append([second])
    assert postgres.password not in str(down.value)
    with pytest.raises(DatabaseDown):
        database.find("clinic", first.id)
    postgres.start()
    database.append([second])
    postgres.stop(immediate=True)
    postgres.start()
    # Every connection is broken now, and nobody has noticed yet: no answer may fail for that.
    assert database.find("clinic", first.id) is not None
    database.append([third])
    assert database.head().seq == 3
    database.close()


def test_a_file_that_goes_missing_is_not_replaced_by_an_empty_one(tmp_path: Path) -> None:
    file = tmp_path / "record.sqlite3"
    database = Database(f"sqlite:///{file}", seconds=SECONDS)
    database.check_schema()
    database.append([an_entry()])
    for each in tmp_path.glob("record.sqlite3*"):
        each.rename(tmp_path / f"moved-{each.name}")
    for attempt in (lambda: database.append([an_entry()]), database.head, database.check_schema):
        with pytest.raises(DatabaseDown):
            attempt()
    assert not file.exists()
    for each in tmp_path.glob("moved-*"):
        each.rename(tmp_path / each.name.removeprefix("moved-"))
    database.append([an_entry()])
    assert database.head().seq == 2
    database.close()


def test_what_is_written_is_durable_and_private(url: str, database: Database) -> None:
    file = file_of(url)
    with database.writing() as connection:
        if file is None:
            asked = "SELECT current_setting('synchronous_commit'), current_setting('statement_timeout')"
            assert connection.exec_driver_sql(asked).one() == ("on", f"{SECONDS}s")
            return
        pragmas = {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1}
        assert {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas} == pragmas
    database.append([an_entry()])
    modes = {each.name: oct(each.stat().st_mode & 0o777) for each in file.parent.iterdir()}
    assert modes == dict.fromkeys([file.name, f"{file.name}-wal", f"{file.name}-shm"], "0o600")


def test_commits_wait_for_the_disk_even_where_the_role_says_otherwise(postgres: Cluster) -> None:
    url = postgres.new_database()
    execute(url, f"ALTER DATABASE {url.rpartition('/')[2]} SET synchronous_commit = off")
    database = Database(url, seconds=SECONDS)
    with database.writing() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
    database.close()


@pytest.mark.parametrize(
    "address",
    [
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///x?mode=ro",
        "mysql://u:secret@h/n",
        "secret",
        "postgresql://u:secret@h:port/n",
    ],
)
def test_an_address_that_cannot_hold_the_record_is_refused_without_telling_it(address: str) -> None:
    with pytest.raises(StartupError, match="NERVEROOT_DATABASE_URL") as refused:
        Database(address, seconds=1)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_postgresql_address_may_be_written_in_several_ways(scheme: str) -> None:
    database = Database(f"{scheme}://u:p@h/n", seconds=1)
    assert database.url.drivername == "postgresql+psycopg"
    database.close()


def test_a_server_that_is_not_there_is_down(tmp_path: Path) -> None:
    database = Database("postgresql://u:secret@127.0.0.1:1/n", seconds=1)
    with pytest.raises(DatabaseDown) as down:
        database.append([an_entry()])
    assert "secret" not in str(down.value)
    assert "refused" in str(down.value)
    database.close()
