"""A purge removes what was said of patients, all of it and nothing else, and the chain holds."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from service.record.appending import stored, stored_entries
from service.record.database import Database
from service.record.entry import Entry, Kind
from service.record.retention import CHUNK, BadPeriod, NotScrubbed, Removable, purge, read_limit, removable
from service.record.tables import ENTRIES
from service.record.verification import verify
from tests.record.commands import run
from tests.record.conftest import SECONDS
from tests.record.entries import NOON, a_content, a_feedback, an_entry, an_outcome, moment
from tests.record.postgres import Cluster
from tests.record.tampering import execute, file_of

YEAR = NOON - timedelta(days=365)
OLD, YOUNG = moment(days_ago=400), moment(days_ago=300)
MARKER = "Zyxwvut"


def purge_all(database: Database, before: datetime = YEAR, name: str = "purge") -> Removable:
    return purge(database, before=before, now=NOON, id=name, caller="keeper", rest=lambda seconds: None)


def contents_left(database: Database, entries: list[Entry]) -> list[bool]:
    found = [database.find(each.tenant, each.id) for each in entries]
    return [each is not None and each.content is not None for each in found]


def test_what_is_old_goes_and_its_outcomes_with_it(database: Database) -> None:
    old, young = an_entry(a_content(person="p"), at=OLD), an_entry(a_content(person="p"), at=YOUNG)
    late, early = an_outcome(old.id, at=YOUNG), an_outcome(young.id, at=YOUNG)
    edge = an_entry(at=moment(days_ago=365))
    other = an_entry(at=OLD, tenant="other")
    database.append([old, young, late, early, edge, other])
    assert removable(database, YEAR) == Removable(assessments=2, outcomes=1)
    assert contents_left(database, [old, late, other]) == [True] * 3
    assert purge_all(database) == Removable(assessments=2, outcomes=1)
    assert contents_left(database, [old, young, late, early, edge, other]) == [False, True, False, True, True, False]
    assert len(database.of_person("clinic", "p", 10)) == 1
    assert list(verify(database)) == []
    found = database.find("*", "purge")
    assert found is not None
    assert (found.kind, found.caller, found.at, found.entrance) == (Kind.PURGE, "keeper", moment(), "maintenance")
    assert found.purged_before == moment(days_ago=365)


def test_feedback_goes_with_the_assessment_that_it_is_about(url: str, database: Database) -> None:
    old, young = an_entry(at=OLD), an_entry(at=YOUNG)
    late, early = a_feedback(old.id, at=YOUNG), a_feedback(young.id, at=YOUNG)
    database.append([old, young, late, early])
    with pytest.raises(Exception, match=r"append-only|purge alone"):
        execute(url, "DELETE FROM contents WHERE seq = 3")
    assert purge_all(database) == Removable(assessments=1, outcomes=0, feedback=1)
    assert contents_left(database, [old, young, late, early]) == [False, True, False, True]
    # What the journal hands in afterwards is as old as what it is about.
    straggler = a_feedback(old.id)
    database.append_deferred([straggler])
    assert purge_all(database, name="again") == Removable(assessments=0, outcomes=0, feedback=1)
    assert contents_left(database, [straggler, early]) == [False, True]
    assert list(verify(database)) == []


def test_a_second_purge_finds_nothing_and_writes_nothing(database: Database) -> None:
    database.append([an_entry(at=OLD), an_entry()])
    purge_all(database)
    head = database.head()
    assert purge_all(database, name="again") == Removable(assessments=0, outcomes=0)
    assert database.head() == head


class Interrupted(Exception):
    """The power goes."""


def test_an_interrupted_purge_is_finished_by_the_next(database: Database) -> None:
    def interrupt(seconds: float) -> None:
        raise Interrupted

    database.append([an_entry(at=OLD) for _ in range(CHUNK + 5)])
    with pytest.raises(Interrupted):
        purge(database, before=YEAR, now=NOON, id="first", caller="keeper", rest=interrupt)
    assert removable(database, YEAR).assessments == 5
    assert list(verify(database)) == []
    assert purge_all(database, name="second").assessments == 5
    assert removable(database, YEAR).assessments == 0
    assert list(verify(database)) == []


def test_a_repeated_request_finds_its_answer_purged(database: Database) -> None:
    old = an_entry(at=OLD, idempotency_key="key", request_digest="body")
    database.append([old])
    purge_all(database)
    [same] = database.append([replace(old, id="second")])
    assert same.replay is not None
    assert (same.replay.id, same.replay.content) == (old.id, None)
    [other] = database.append([replace(old, id="third", request_digest="other")])
    assert other.conflict


def test_what_is_moved_in_later_is_removed_by_the_next_purge(database: Database) -> None:
    database.append([an_entry(at=OLD)])
    purge_all(database)
    late = an_entry(at=OLD)
    database.append_deferred([late])
    assert list(verify(database)) == []
    assert purge_all(database, name="again").assessments == 1
    assert list(verify(database)) == []


def test_only_a_purge_removes_contents(url: str, database: Database) -> None:
    old, young = an_entry(at=OLD), an_entry(at=YOUNG)
    database.append([old, young, an_outcome(young.id, at=YOUNG), an_outcome(old.id, at=YOUNG)])
    database.append([replace(an_entry(kind=Kind.PURGE, purged_before=moment(days_ago=365)), content=None)])
    for seq in (2, 3):
        with pytest.raises(Exception, match=r"append-only|purge alone"):
            execute(url, f"DELETE FROM contents WHERE seq = {seq}")  # noqa: S608
    execute(url, "DELETE FROM contents WHERE seq IN (1, 4)")
    assert list(verify(database)) == []


NO_PURGES: dict[str, dict[str, Any]] = {
    "of all times": {"purged_before": "9999"},
    "of the future": {"purged_before": moment(days_ago=-1)},
    "by another kind": {"kind": Kind.OUTCOME, "about": "x"},
    "without a limit": {"purged_before": None},
}


@pytest.mark.parametrize("changes", NO_PURGES.values(), ids=NO_PURGES)
def test_what_is_no_purge_removes_nothing(url: str, database: Database, changes: dict[str, Any]) -> None:
    """Hazard H-27: whoever may add to the record lets everything in it be removed."""
    database.append([an_entry(at=OLD)])
    stated = {"kind": Kind.PURGE, "tenant": "*", "purged_before": moment(), **changes}
    database.append([replace(an_entry(**stated), content=None)])
    with pytest.raises(Exception, match=r"append-only|purge alone"):
        execute(url, "DELETE FROM contents")
    assert contents_left(database, [database_entry(database, 1)]) == [True]


def database_entry(database: Database, seq: int) -> Entry:
    with database.reading() as connection:
        return stored(connection.execute(stored_entries().where(ENTRIES.c.seq == seq)).one())


def test_a_purge_removes_nothing_of_what_comes_after_it(url: str, database: Database) -> None:
    """Also while it removes: what the journal hands in meanwhile is left to the next one."""
    late: list[Entry] = []

    def hand_in(seconds: float) -> None:
        late.append(an_entry(at=OLD))
        database.append_deferred(late[-1:])

    database.append([an_entry(at=OLD) for _ in range(CHUNK + 5)])
    done = purge(database, before=YEAR, now=NOON, id="purge", caller="keeper", rest=hand_in)
    assert done.assessments == CHUNK + 5
    assert contents_left(database, late) == [True, True]
    with pytest.raises(Exception, match=r"append-only|purge alone"):
        execute(url, "DELETE FROM contents")
    assert list(verify(database)) == []
    assert purge_all(database, name="again").assessments == 2
    assert list(verify(database)) == []


def test_no_table_of_a_session_stands_in_for_the_record(postgres: Cluster) -> None:
    """Hazard H-27: whoever may delete from PostgreSQL makes a temporary table of entries, with a purge in it."""
    url = postgres.new_database()
    database = Database(url, seconds=SECONDS)
    database.append([an_entry(at=OLD)])
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TEMP TABLE entries AS SELECT * FROM public.entries")
        connection.execute(
            "INSERT INTO pg_temp.entries (seq, kind, at, purged_before) "
            "VALUES (2, 'purge', '9999-01-01T00:00:00.000000Z', '9999-01-01T00:00:00.000000Z')"
        )
        with pytest.raises(psycopg.errors.RestrictViolation):
            connection.execute("DELETE FROM contents")
    assert list(verify(database)) == []
    database.close()
    postgres.give_back(url)


def bytes_of(url: str) -> bytes:
    file = file_of(url)
    assert file is not None
    return b"".join(each.read_bytes() for each in sorted(file.parent.iterdir()))


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("length", [1, 500, 20_000])
def test_the_bytes_are_gone_from_the_files(url: str, database: Database, length: int) -> None:
    """While the service runs: `database` keeps its connections open, and goes on afterwards."""
    said = f'{{"text":"{MARKER * length}"}}'
    stays = an_entry(a_content(answer="Stays"), at=YOUNG)
    for _ in range(20):
        content = a_content(exam=said, answer=said, person=f"{MARKER}-person", salt=f"{MARKER}-salt")
        seen = an_entry(content, at=OLD)
        database.append([seen, an_outcome(seen.id, f'["{MARKER}"]'), stays])
    assert database.find("clinic", stays.id) is not None
    assert MARKER.encode() in bytes_of(url)
    other = Database(url, seconds=SECONDS)
    purge_all(other)
    other.close()
    assert MARKER.encode() not in bytes_of(url)
    assert b"Stays" in bytes_of(url)
    assert database.append([an_entry()])[0].fault is None
    assert list(verify(database)) == []


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_bytes_that_cannot_be_cleared_are_told_and_cleared_by_the_next_purge(url: str, database: Database) -> None:
    database.append([an_entry(a_content(answer=MARKER), at=OLD)])
    hurried = Database(url, seconds=0.2)
    with database.reading() as connection:
        connection.exec_driver_sql("SELECT * FROM contents").all()
        with pytest.raises(NotScrubbed, match="once more"):
            purge_all(hurried)
    assert MARKER.encode() in bytes_of(url)
    assert purge_all(hurried, name="again") == Removable(assessments=0, outcomes=0)
    assert MARKER.encode() not in bytes_of(url)
    hurried.close()


LIMITS = {
    "1d": NOON - timedelta(days=1),
    "365d": YEAR,
    "2025-01-01": datetime(2025, 1, 1, tzinfo=UTC),
    "2026-11-22": datetime(2026, 11, 22, tzinfo=UTC),
}


@pytest.mark.parametrize(("stated", "expected"), LIMITS.items())
def test_a_period_is_read(stated: str, expected: datetime) -> None:
    assert read_limit(stated, NOON) == expected


@pytest.mark.parametrize(
    "stated",
    [
        "",
        "0d",
        "-5d",
        "365",
        "1y",
        "999999d",
        "2026-11-23",
        "2025-13-01",
        "2025-1-1",
        "20250101",
        "٣d",
        "2025-01-01T00",
    ],
)
def test_what_is_no_period_is_refused(stated: str) -> None:
    with pytest.raises(BadPeriod):
        read_limit(stated, NOON)


def test_the_command(url: str, database: Database, tmp_path: Path) -> None:
    seen = an_entry(at="2024-05-01T00:00:00.000000Z")
    database.append([seen, an_outcome(seen.id, at="2024-06-01T00:00:00.000000Z"), a_feedback(seen.id), an_entry()])
    future = run(url, "purge", "--older-than", "2999-01-01")
    assert (future.status, future.out) == (2, "")
    assert "future" in future.err
    dry = run(url, "purge", "--older-than", "2025-01-01", "--dry-run")
    what = "the content of 1 assessments, 1 outcomes and 1 pieces of feedback before 2025-01-01 00:00+00:00"
    assert dry.out == f"would remove {what}\n"
    assert contents_left(database, [seen]) == [True]
    done = run(url, "purge", "--older-than", "2025-01-01")
    assert done.status == 0
    assert done.out.startswith(f"removed {what}\n")
    assert ("VACUUM" in done.out) == (file_of(url) is None)
    assert contents_left(database, [seen]) == [False]
    assert list(verify(database)) == []
