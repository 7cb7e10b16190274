"""Whatever somebody does to the rows behind the back of the service, verification finds it and names the entry."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from service.record.chain import GENESIS, entry_hash
from service.record.database import Database
from service.record.entry import Kind
from service.record.retention import purge
from service.record.tables import ENTRIES
from service.record.verification import PAGE, Read, verify
from tests.record.commands import run, run_process
from tests.record.entries import NOON, an_entry, an_outcome, moment
from tests.record.postgres import Cluster
from tests.record.tampering import file_of, tamper

COLUMNS = (
    "seq, id, kind, at, tenant, caller, entrance, about, model_version, ruleset_version, software_version, "
    "idempotency_key, request_digest, purged_before, content_digest, previous, hash"
)
COPY = f"INSERT INTO entries ({COLUMNS}) SELECT {{seq}}, 'new', " + COLUMNS.removeprefix("seq, id, ")

TAMPERING: dict[str, tuple[tuple[str, ...], list[tuple[int, str]]]] = {
    "a field changed": (("UPDATE entries SET caller = 'x' WHERE seq = 4",), [(4, "altered")]),
    "a time changed": (("UPDATE entries SET at = '2026-11-23T12:00:00.000000Z' WHERE seq = 4",), [(4, "altered")]),
    "a field removed": (("UPDATE entries SET model_version = NULL WHERE seq = 4",), [(4, "altered")]),
    "a field added": (("UPDATE entries SET about = id WHERE seq = 4",), [(4, "altered")]),
    "a kind that is none": (("UPDATE entries SET kind = 'nonsense' WHERE seq = 4",), [(4, "altered")]),
    "a hash changed": (("UPDATE entries SET hash = 'x' WHERE seq = 4",), [(4, "altered"), (5, "does not follow")]),
    "two ids exchanged": (
        (
            "UPDATE entries SET id = 'x' WHERE seq = 4",
            "UPDATE entries SET id = 'y' WHERE seq = 5",
        ),
        [(4, "altered"), (5, "altered")],
    ),
    "an answer changed": (
        ('UPDATE contents SET answer = \'{"urgency":"routine"}\' WHERE seq = 4',),
        [(4, "content of entry 4 was altered")],
    ),
    "an examination changed": (("UPDATE contents SET exam = NULL WHERE seq = 4",), [(4, "content of entry 4 was alt")]),
    "a person changed": (("UPDATE contents SET person = 'x' WHERE seq = 4",), [(4, "content of entry 4 was altered")]),
    "a content and its digest changed": (
        ("UPDATE contents SET answer = 'x' WHERE seq = 4", "UPDATE entries SET content_digest = 'x' WHERE seq = 4"),
        [(4, "altered"), (4, "content of entry 4 was altered")],
    ),
    "an entry removed": (
        ("DELETE FROM contents WHERE seq = 4", "DELETE FROM entries WHERE seq = 4"),
        [(4, "Entry 4 is missing")],
    ),
    "several entries removed": (
        ("DELETE FROM contents WHERE seq IN (3, 4, 5)", "DELETE FROM entries WHERE seq IN (3, 4, 5)"),
        [(3, "Entries 3 to 5 are missing"), (7, "not on record")],
    ),
    "the first entries removed": (
        ("DELETE FROM contents WHERE seq < 3", "DELETE FROM entries WHERE seq < 3"),
        [(1, "Entries 1 to 2 are missing")],
    ),
    "an entry removed and the rest moved up": (
        (
            "DELETE FROM contents WHERE seq >= 7",
            "DELETE FROM entries WHERE seq = 7",
            "UPDATE entries SET seq = 7 WHERE seq = 8",
            "UPDATE chain SET seq = 7",
        ),
        [(7, "altered"), (7, "does not follow")],
    ),
    "the last entries removed": (
        ("DELETE FROM contents WHERE seq > 6", "DELETE FROM entries WHERE seq > 6"),
        [(7, "Entries 7 to 8 are missing: the record was cut off")],
    ),
    "all entries removed": (
        ("DELETE FROM contents", "DELETE FROM entries"),
        [(1, "Entries 1 to 8 are missing")],
    ),
    "the last entry removed and the end set back": (
        ("DELETE FROM contents WHERE seq > 7", "DELETE FROM entries WHERE seq > 7", "UPDATE chain SET seq = 7"),
        [(7, "not the one that the chain ends with")],
    ),
    "the end lost": (("DELETE FROM chain",), [(8, "no row")]),
    "a content removed": (("DELETE FROM contents WHERE seq = 4",), [(4, "missing, and no purge explains it")]),
    "an entry added at the end": (
        (COPY.format(seq=9) + " FROM entries WHERE seq = 8",),
        [(9, "altered"), (9, "does not follow"), (9, "beyond the end")],
    ),
    "an entry added at the beginning": ((COPY.format(seq=0) + " FROM entries WHERE seq = 1",), [(0, "was added")]),
    "a content added where there was none": (
        ("INSERT INTO contents (seq, salt, answer) VALUES (8, 's', 'x')",),
        [(8, "had no content")],
    ),
    "a content of no entry": (
        ("INSERT INTO contents (seq, salt, answer) VALUES (99, 's', 'x')",),
        [(99, "no such entry")],
    ),
    "an assessment given to another tenant": (
        ("UPDATE entries SET tenant = 'other' WHERE seq = 3",),
        [(3, "altered"), (7, "not on record")],
    ),
}


@pytest.fixture
def record(database: Database) -> Database:
    """Six assessments, an outcome of the third, and a purge that found nothing to remove."""
    seen = [an_entry() for _ in range(6)]
    purge = an_entry(kind=Kind.PURGE, purged_before=moment(days_ago=900), tenant="*")
    database.append([*seen, an_outcome(seen[2].id), replace(purge, content=None)])
    assert list(verify(database)) == []
    return database


@pytest.mark.parametrize(("statements", "expected"), TAMPERING.values(), ids=TAMPERING)
def test_tampering_is_found(
    url: str, record: Database, statements: tuple[str, ...], expected: list[tuple[int, str]]
) -> None:
    """Hazard H-27: an answer is changed, or goes, and nobody sees it."""
    tamper(url, *statements)
    found = list(verify(record))
    assert [fault.seq for fault in found] == [seq for seq, _ in expected]
    for fault, (_, words) in zip(found, expected, strict=True):
        assert words in str(fault)


def test_an_entry_that_was_replaced_with_its_hash_made_anew_is_found(url: str, record: Database) -> None:
    """Somebody who knows how entries are hashed makes one look right; the next one does not follow on it any more."""
    with record.reading() as connection:
        row = connection.execute(select(ENTRIES).where(ENTRIES.c.seq == 4)).one()
    forged = {**row._asdict(), "caller": "x"}
    hashed = entry_hash(forged, seq=4, content=row.content_digest, previous=row.previous)
    tamper(url, f"UPDATE entries SET caller = 'x', hash = '{hashed}' WHERE seq = 4")  # noqa: S608
    [fault] = verify(record)
    assert (fault.seq, str(fault)) == (5, "Entry 5 does not follow on entry 4: one of the two was replaced.")


def test_an_anchor_shows_what_the_chain_cannot(url: str, record: Database) -> None:
    anchor = record.head()
    assert list(verify(record, anchor=anchor)) == []
    assert list(verify(record, anchor=(0, GENESIS))) == []
    record.append([an_entry()])
    assert list(verify(record, anchor=anchor)) == []
    tamper(
        url,
        "DELETE FROM contents WHERE seq > 6",
        "DELETE FROM entries WHERE seq > 6",
        "UPDATE chain SET seq = 6, hash = (SELECT hash FROM entries WHERE seq = 6)",
    )
    assert list(verify(record)) == []
    [fault] = verify(record, anchor=anchor)
    assert str(fault) == "Entry 8, which was noted as an anchor, is not on record: it was cut off."
    record.append([an_entry() for _ in range(3)])
    assert list(verify(record)) == []
    [fault] = verify(record, anchor=anchor)
    assert "rewritten" in str(fault)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)  # PostgreSQL takes no such bytes
def test_bytes_that_are_no_text_are_found_and_do_not_stop_it(url: str, record: Database) -> None:
    tamper(
        url,
        "UPDATE contents SET answer = CAST(x'ff00fe' AS TEXT) WHERE seq = 2",
        "UPDATE contents SET answer = x'7b7d20' WHERE seq = 3",
    )
    assert [fault.seq for fault in verify(record)] == [2, 3]


def test_a_long_record_is_read_in_pages_while_it_grows(database: Database) -> None:
    count = 2 * PAGE + 10
    database.append([an_entry() for _ in range(count)])
    told: list[Read] = []

    def progress(read: Read) -> None:
        told.append(read)
        database.append([an_entry()])

    assert list(verify(database, progress=progress)) == []
    assert [read.head.seq for read in told] == [0, PAGE, 2 * PAGE, count]
    assert {read.last for read in told} == {count}


def test_the_command_prints_the_head_and_takes_it_as_an_anchor(url: str, record: Database) -> None:
    head = str(record.head())
    good = run(url, "verify", "--anchor", head)
    assert (good.status, good.out.splitlines()[-1]) == (0, head)
    tamper(url, "UPDATE contents SET answer = 'x' WHERE seq = 4")
    bad = run(url, "verify", "--anchor", f"8:{GENESIS}")
    assert (bad.status, bad.out.splitlines()) == (
        1,
        [
            "The content of entry 4 was altered.",
            "Entry 8 is another than the one that was noted as an anchor: the record was rewritten.",
        ],
    )


def test_the_command_needs_a_record(empty_url: str) -> None:
    refused = run(empty_url, "verify")
    assert refused.status == 2
    file = file_of(empty_url)
    assert ("make migrate" if file is None else "unable to open") in refused.err
    assert file is None or not file.exists()


def test_a_purge_may_come_meanwhile(database: Database) -> None:
    database.append([an_entry(at=moment(days_ago=500)) for _ in range(PAGE + 10)])
    purged = []

    def progress(read: Read) -> None:
        if read.head.seq == PAGE:
            purged.append(purge(database, before=NOON, now=NOON, id="purge", caller="keeper"))

    assert list(verify(database, progress=progress)) == []
    assert [each.assessments for each in purged] == [PAGE + 10]


@pytest.mark.parametrize("anchor", ["", "5", "5:", "x:" + "0" * 64, "-1:" + "0" * 64, "5:" + "0" * 63])
def test_an_anchor_that_is_none_is_refused(anchor: str) -> None:
    refused = run("", "verify", f"--anchor={anchor}")
    assert refused.status == 2
    assert "an anchor is what `verify` printed" in refused.err


def test_no_command_prints_the_password(postgres: Cluster) -> None:
    url = postgres.new_database()
    shown = run_process(url, "verify")
    assert "record: postgresql+psycopg://nerveroot:***@" in shown.err
    wrong = run_process(url.replace(postgres.password, "another-secret"), "verify")
    assert wrong.status == 2
    told = shown.out + shown.err + wrong.out + wrong.err
    assert postgres.password not in told
    assert "another-secret" not in told
