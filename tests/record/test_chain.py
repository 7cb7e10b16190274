"""Every field of an entry and of its content counts for the hash, and nothing else does."""

from dataclasses import fields, replace

import pytest

from service.record.chain import FIELDS, GENESIS, content_digest, entry_hash
from service.record.entry import Content, Damaged, Entry, Kind, is_moment
from tests.record.entries import a_content, an_entry

CONTENT_CHANGES = {"salt": "1" * 32, "exam": None, "answer": "{} ", "person": "somebody"}
CHANGES = {
    "id": "another",
    "kind": Kind.PURGE,
    "at": "2026-11-22T12:00:00.000001Z",
    "tenant": "other",
    "caller": "other",
    "entrance": "fhir",
    "about": "something",
    "model_version": None,
    "ruleset_version": "6",
    "software_version": "",
    "idempotency_key": "key",
    "request_digest": "digest",
    "purged_before": "2020-01-01T00:00:00.000000Z",
}


def hash_of(entry: Entry, seq: int = 1, previous: str = GENESIS) -> str:
    digest = None if entry.content is None else content_digest(entry.content)
    return entry_hash({name: getattr(entry, name) for name in FIELDS}, seq=seq, content=digest, previous=previous)


def test_every_field_has_a_case() -> None:
    assert {*CHANGES} == {*FIELDS} == {each.name for each in fields(Entry)} - {"content"}
    assert {*CONTENT_CHANGES} == {each.name for each in fields(Content)}


@pytest.mark.parametrize("field", CHANGES)
def test_every_field_of_an_entry_changes_its_hash(field: str) -> None:
    entry = an_entry()
    assert hash_of(replace(entry, **{field: CHANGES[field]})) != hash_of(entry)  # type: ignore[arg-type]


@pytest.mark.parametrize("field", CONTENT_CHANGES)
def test_every_field_of_a_content_changes_its_digest(field: str) -> None:
    content = a_content()
    changed = replace(content, **{field: CONTENT_CHANGES[field]})  # type: ignore[arg-type]
    assert content_digest(changed) != content_digest(content)


def test_number_and_the_entry_before_change_the_hash() -> None:
    entry = an_entry()
    assert len({hash_of(entry), hash_of(entry, seq=2), hash_of(entry, previous="1" * 64)}) == 3


@pytest.mark.parametrize("text", ["ü 痛", "\ud800", "\x00", '"\\u0000"'], ids=ascii)
def test_any_text_has_a_digest_of_its_own(text: str) -> None:
    assert content_digest(a_content(answer=text)) != content_digest(a_content(answer=text + " "))


def test_what_is_damaged_hashes_like_no_text_and_equals_none() -> None:
    content = a_content()
    damaged = Damaged(content.answer)
    assert content_digest(replace(content, answer=damaged)) != content_digest(content)
    assert hash_of(an_entry(id="x")) != hash_of(an_entry(id=Damaged("x")))
    assert damaged != content.answer
    assert content.answer != damaged
    assert damaged not in {content.answer}
    assert not is_moment(Damaged(an_entry().at))


def test_the_hash_stays_the_same_for_ever() -> None:
    """Worked out with sha256sum from the canonical JSON, so that no later version hashes otherwise unnoticed."""
    entry = an_entry(id="00000000-0000-7000-8000-000000000000")
    assert entry.content is not None
    assert content_digest(entry.content) == "02826685b92d472237bb7fa3c7b1e7a774a1bf737aab12b9e8ad2f0c22fe9ca8"
    assert hash_of(entry) == "83e3f4c8b95fe8a658992be89c6fd763dba04474b1b27114d382f1bb64b6ed18"
