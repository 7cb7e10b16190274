"""Whatever somebody does to the rows behind the back of the service, verification finds it and names the entry."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from service.record.chain import GENESIS, entry_hash
from service.record.database import Database
from service.record.entry import Kind
from service.record.purges import Purges
from service.record.tables import ENTRIES
from service.record.verification import PAGE, Read, verify
from tests.record.commands import run, run_process
from tests.record.entries import NOON, a_content, a_feedback, an_entry, an_outcome, moment
from tests.record.postgres import Cluster
from tests.record.tampering import execute, file_of, tamper

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
    "a text spelled in another way": (
        ("UPDATE entries SET tenant = '\ufdd0\"clinic\"' WHERE seq = 4",),
        [(4, "altered")],
    ),
    "a person spelled in another way": (
        ("UPDATE contents SET person = '\ufdd0\"p\"' WHERE seq = 4",),
        [(4, "content of entry 4 was altered")],
    ),
    "the spelling of a text that begins with the mark": (
        ("UPDATE contents SET answer = '\ufdd0\"{}\"' WHERE seq = 6",),
        [(6, "content of entry 6 was altered")],
    ),
    "a time that is none": (
        ("UPDATE entries SET at = 'noon' WHERE seq = 4",),
        [(4, "altered"), (4, "time of entry 4 is none")],
    ),
    "a time written in another way": (
        ("UPDATE entries SET at = '2024-12-22 12:00:00Z' WHERE seq = 4",),
        [(4, "altered"), (4, "time of entry 4 is none")],
    ),
    "a limit given to what is no purge": (
        ("UPDATE entries SET purged_before = at WHERE seq = 4",),
        [(4, "altered"), (4, "is no purge")],
    ),
    "a purge without a limit": (
        ("UPDATE entries SET purged_before = NULL WHERE seq = 8",),
        [(8, "altered"), (8, "does not say up to when")],
    ),
    "a purge of what did not exist yet": (
        ("UPDATE entries SET purged_before = '2030-01-01T00:00:00.000000Z' WHERE seq = 8",),
        [(8, "altered"), (8, "did not exist yet")],
    ),
    "an assessment given to another tenant": (
        ("UPDATE entries SET tenant = 'other' WHERE seq = 3",),
        [(3, "altered"), (7, "not on record")],
    ),
}
TAMPERING_OF_SQLITE: dict[str, tuple[tuple[str, ...], list[tuple[int, str]]]] = {
    # PostgreSQL keeps no bytes in a column of texts, and no text that is none.
    "an id as bytes": (("UPDATE entries SET id = CAST(id AS BLOB) WHERE seq = 4",), [(4, "altered")]),
    "a tenant as bytes": (("UPDATE entries SET tenant = CAST(tenant AS BLOB) WHERE seq = 4",), [(4, "altered")]),
    "a person as bytes": (
        ("UPDATE contents SET person = CAST(person AS BLOB) WHERE seq = 4",),
        [(4, "content of entry 4 was altered")],
    ),
    "an answer as bytes": (
        ("UPDATE contents SET answer = x'7b7d' WHERE seq = 3",),
        [(3, "content of entry 3 was alt")],
    ),
    "bytes that are no text": (
        ("UPDATE contents SET answer = CAST(x'ff00fe' AS TEXT) WHERE seq = 2",),
        [(2, "content of entry 2 was altered")],
    ),
    "bytes that read like the text": (
        ("UPDATE contents SET answer = CAST(x'ff' AS TEXT) WHERE seq = 5",),
        [(5, "content of entry 5 was altered")],
    ),
    "an end that is no number": (("UPDATE chain SET seq = 'x'",), [(8, "no number in it")]),
    "an end as bytes": (("UPDATE chain SET hash = CAST(hash AS BLOB)",), [(8, "not the one that the chain ends with")]),
}


@pytest.fixture
def record(database: Database) -> Database:
    """Six assessments of long ago, an outcome of the third, and a purge that found nothing to remove."""
    then = moment(days_ago=700)
    seen = [an_entry(a_content(person="p"), at=then) for _ in range(4)]
    seen += [an_entry(a_content(answer=answer), at=then) for answer in ("\ufffd", '\ufdd0"{}"')]
    purge = an_entry(kind=Kind.PURGE, purged_before=moment(days_ago=900), tenant="*", caller="keeper", at=then)
    database.append([*seen, an_outcome(seen[2].id, at=then), replace(purge, content=None)])
    assert list(verify(database, purges=Purges(NOON))) == []
    return database


@pytest.mark.parametrize(("statements", "expected"), TAMPERING.values(), ids=TAMPERING)
def test_tampering_is_found(
    url: str, record: Database, statements: tuple[str, ...], expected: list[tuple[int, str]]
) -> None:
    """Hazard H-27: an answer is changed, or goes, and nobody sees it."""
    tamper(url, *statements)
    assert_found(record, expected)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("statements", "expected"), TAMPERING_OF_SQLITE.values(), ids=TAMPERING_OF_SQLITE)
def test_what_only_reads_like_it_is_found(
    url: str, record: Database, statements: tuple[str, ...], expected: list[tuple[int, str]]
) -> None:
    """Hazard H-27: an answer is still there, and nobody finds it any more."""
    tamper(url, *statements)
    assert_found(record, expected)


def assert_found(record: Database, expected: list[tuple[int, str]]) -> None:
    found = list(verify(record, purges=Purges(NOON)))
    assert [fault.seq for fault in found] == [seq for seq, _ in expected]
    for fault, (_, words) in zip(found, expected, strict=True):
        assert words in str(fault)


@pytest.mark.parametrize(
    ("tenant", "about", "expected"),
    [
        ("clinic", "seen", []),
        ("other", "seen", [(3, "feedback on an assessment that is not on record")]),
        ("clinic", "nowhere", [(3, "feedback on an assessment that is not on record")]),
        ("clinic", "feedback", [(3, "feedback on an assessment that is not on record")]),
    ],
    ids=["on an assessment", "on one of another tenant", "on nothing", "on other feedback"],
)
def test_feedback_is_on_an_assessment_of_the_same_tenant(
    database: Database, tenant: str, about: str, expected: list[tuple[int, str]]
) -> None:
    database.append([an_entry(id="seen"), a_feedback("seen", id="feedback")])
    database.append([a_feedback(about, tenant=tenant)])
    assert_found(database, expected)


def test_triggers_that_are_gone_are_found(url: str, record: Database) -> None:
    """Hazard H-27: the record can be changed, and nobody sees that it can."""
    table = "" if file_of(url) else " ON entries"
    execute(url, f"DROP TRIGGER entries_stay{table}")
    [fault] = verify(record)
    said = "Triggers that keep the record append-only are missing or changed: entries_stay."
    assert (fault.seq, str(fault)) == (0, said)
    shown = run(url, "verify")
    assert (shown.status, shown.out.splitlines()[0]) == (1, said)


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
    at, before = moment(days_ago=700), moment(days_ago=900)
    purge = f"Entry 8 is a purge of {at} by keeper: 0 contents from before {before} are gone."
    good = run(url, "verify", "--anchor", head)
    assert (good.status, good.out.splitlines()[0], good.out.splitlines()[-1]) == (0, purge, head)
    tamper(url, "UPDATE contents SET answer = 'x' WHERE seq = 4")
    bad = run(url, "verify", "--anchor", f"8:{GENESIS}")
    assert (bad.status, bad.out.splitlines()) == (
        1,
        [
            "The content of entry 4 was altered.",
            "Entry 8 is another than the one that was noted as an anchor: the record was rewritten.",
            purge,
        ],
    )


def test_the_command_needs_a_record(empty_url: str) -> None:
    refused = run(empty_url, "verify")
    assert refused.status == 2
    file = file_of(empty_url)
    assert ("make migrate" if file is None else "SQLITE_CANTOPEN") in refused.err
    assert file is None or not file.exists()


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
