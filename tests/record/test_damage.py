"""One row that is damaged is a matter of that row: everybody else is answered and recorded as before."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from service.errors import DatabaseDown
from service.record.database import Database
from service.record.entry import Entry
from service.record.verification import verify
from tests.record.entries import an_entry
from tests.record.tampering import tamper

HELD = an_entry(id="held", idempotency_key="key", request_digest="body")
BEFALLEN = {
    "an answer that is another": 'UPDATE contents SET answer = \'{"pat":"Mrs Secret"}\' WHERE seq = 1',
    "a kind that is none": "UPDATE entries SET kind = 'Mrs Secret' WHERE seq = 1",
    "a digest that is another": "UPDATE entries SET request_digest = 'Mrs Secret' WHERE seq = 1",
    "a text spelled in another way": "UPDATE contents SET answer = '\ufdd0\"{}\"' WHERE seq = 1",
}
BEFALLEN_ON_SQLITE = {
    "bytes that are no text": "UPDATE contents SET answer = CAST(x'53656372657420ff' AS TEXT) WHERE seq = 1",
    "an answer as bytes": "UPDATE contents SET answer = CAST(answer AS BLOB) WHERE seq = 1",
}


def found(database: Database, *entries: Entry) -> Iterator[Entry]:
    for each in entries:
        stored = database.find(each.tenant, each.id)
        assert stored is not None
        yield stored


def assert_goes_on(url: str, database: Database, statement: str, log: pytest.LogCaptureFixture) -> None:
    """What was damaged is not replayed; whoever asks again is answered anew, and nobody else sees anything of it."""
    database.append([HELD])
    tamper(url, statement)
    again, other = replace(HELD, id="again"), an_entry(idempotency_key="other", request_digest="body")
    assert [(done.replay, done.conflict, done.fault) for done in database.append([again, other])] == [
        (None, False, None)
    ] * 2
    assert [(each.idempotency_key, each.content) for each in found(database, again, other)] == [
        (None, again.content),
        ("other", other.content),
    ]
    assert [done.fault for done in database.append_deferred([replace(HELD, id="deferred")])] == [None]
    assert database.by_key(HELD.tenant, HELD.caller, str(HELD.idempotency_key)) is None
    assert {fault.seq for fault in verify(database)} == {1}
    assert "entry 1 is not as it was written" in log.text
    assert "Secret" not in log.text


@pytest.mark.parametrize("statement", BEFALLEN.values(), ids=BEFALLEN)
def test_one_damaged_row_blocks_no_other(
    url: str, database: Database, statement: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert_goes_on(url, database, statement, caplog)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("statement", BEFALLEN_ON_SQLITE.values(), ids=BEFALLEN_ON_SQLITE)
def test_one_row_of_bytes_blocks_no_other(
    url: str, database: Database, statement: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert_goes_on(url, database, statement, caplog)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("change", ["seq = 'x'", "hash = CAST(hash AS BLOB)"])
def test_an_end_that_is_none_is_told(url: str, database: Database, change: str) -> None:
    tamper(url, f"UPDATE chain SET {change}")  # noqa: S608
    for attempt in (lambda: database.append([an_entry()]), database.head):
        with pytest.raises(DatabaseDown, match="backup"):
            attempt()
