"""What became of cards: read tolerantly, and recorded without a word that a user could have typed in."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from service.cds.feedback import MOST_ITEMS, Item, Outcome, entry_of, is_card, kept, read_feedback
from service.cds.suggestions import DEFER, EXAM_FORM, suggestion_id
from service.identity.caller import LOCAL, Caller, Scope
from service.problems import Refusal
from service.record.entry import Kind
from service.record.pseudonyms import Pseudonyms
from service.terminology.systems import NON_ADHERENCE, OVERRIDE_REASONS
from tests.cds.schema import valid
from tests.record.entries import an_entry

CARD = "0192f0c0-0000-7000-8000-000000000001"
WHEN = "2026-11-22T12:00:00Z"
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEYED = Pseudonyms(b"key")
TYPED_IN = "Mrs Doe of 5 Mill Lane insists"


def accepted(*names: str, **more: Any) -> dict[str, Any]:
    """One card of which suggestions were taken up."""
    taken = [{"id": suggestion_id(CARD, name)} for name in names]
    return {"card": CARD, "outcome": "accepted", "acceptedSuggestions": taken, "outcomeTimestamp": WHEN, **more}


def overridden(reason: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """One card that was overridden."""
    why = {} if reason is None else {"overrideReason": reason}
    return {"card": CARD, "outcome": "overridden", "outcomeTimestamp": WHEN, **why, **more}


def feedback(*items: Any) -> bytes:
    """A call."""
    return json.dumps({"feedback": list(items)}).encode()


def read(item: dict[str, Any]) -> Item:
    (found,) = read_feedback(feedback(item), at=AT)
    return found


OWN = {"reason": {"code": "trauma", "system": OVERRIDE_REASONS}}

KEPT: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "one suggestion": (accepted(DEFER), {"outcome": "accepted", "accepted_suggestions": [DEFER]}),
    "two suggestions": (accepted(EXAM_FORM, DEFER), {"accepted_suggestions": [EXAM_FORM, DEFER]}),
    "the same twice": (accepted(DEFER, DEFER), {"accepted_suggestions": [DEFER]}),
    "a suggestion of another card": (
        accepted(acceptedSuggestions=[{"id": TYPED_IN}]),
        {"outcome": "accepted", "accepted_suggestions": []},
    ),
    "an id in capitals": (
        accepted(acceptedSuggestions=[{"id": suggestion_id(CARD, DEFER).upper()}]),
        {"accepted_suggestions": [DEFER]},
    ),
    "accepted, nobody says what": (
        {"card": CARD, "outcome": "accepted", "outcomeTimestamp": WHEN},
        {"outcome": "accepted", "accepted_suggestions": []},
    ),
    "overridden": (
        overridden(),
        {
            "outcome": "overridden",
            "override_reason": None,
            "commented": False,
            "outcome_timestamp": "2026-11-22T12:00:00.000000Z",
        },
    ),
    "a reason of ours": (
        overridden({"reason": {"code": "trauma", "system": OVERRIDE_REASONS, "display": "Significant trauma"}}),
        {"override_reason": {"system": OVERRIDE_REASONS, "code": "trauma"}},
    ),
    "a reason without display": (
        overridden(OWN),
        {"override_reason": {"system": OVERRIDE_REASONS, "code": "trauma"}},
    ),
    "a reason without system": (
        overridden({"reason": {"code": "patient-refuses"}}),
        {"override_reason": {"system": NON_ADHERENCE, "code": "patient-refuses"}},
    ),
    "a code of another system": (
        overridden({"reason": {"code": "trauma", "system": "urn:other"}}),
        {"override_reason": {"code": "unknown"}},
    ),
    "words in the place of a code": (
        overridden({"reason": {"code": TYPED_IN, "system": TYPED_IN, "display": TYPED_IN}}),
        {"override_reason": {"code": "unknown"}},
    ),
    "a comment": (overridden({"userComment": TYPED_IN}), {"override_reason": None, "commented": True}),
    "a reason and a comment": (
        overridden({**OWN, "userComment": TYPED_IN}),
        {"override_reason": {"system": OVERRIDE_REASONS, "code": "trauma"}, "commented": True},
    ),
    "an empty comment": (overridden({"userComment": ""}), {"commented": False}),
    "nothing but null": (
        overridden(None, overrideReason=None, acceptedSuggestions=None),
        {"override_reason": None, "accepted_suggestions": []},
    ),
    "members that nobody knows": (overridden(OWN, extension={"a": {"b": 1}}, note=TYPED_IN), {"outcome": "overridden"}),
    "another time zone": (
        overridden(outcomeTimestamp="2026-11-22T13:30:00.5+01:30"),
        {"outcome_timestamp": "2026-11-22T12:00:00.500000Z"},
    ),
}


@pytest.mark.parametrize("name", KEPT)
def test_what_is_kept_of_a_card(name: str) -> None:
    """Hazard H-26: free text of users gets into the record."""
    item, expected = KEPT[name]
    found = kept(read(item), CARD)
    assert expected.items() <= found.items()
    assert TYPED_IN not in json.dumps(found)


@pytest.mark.parametrize("name", KEPT)
def test_what_was_read_shows_no_text_of_the_user(name: str) -> None:
    assert TYPED_IN not in repr(read(KEPT[name][0]))


def test_the_shapes_above_are_those_of_cds_hooks() -> None:
    for item in (accepted(DEFER), overridden(), overridden(OWN), overridden({"userComment": "x"})):
        valid("feedback", {"feedback": [item]})


def test_it_is_recorded_as_feedback_about_the_assessment() -> None:
    entry = entry_of(read(accepted(DEFER)), CARD, at=AT, caller=LOCAL, pseudonyms=KEYED)
    assert (entry.kind, entry.about, entry.tenant, entry.entrance) == (Kind.FEEDBACK, CARD, "local", "cds-hooks")
    assert entry.content is not None
    assert entry.content.exam is None
    assert json.loads(entry.content.answer)["accepted_suggestions"] == [DEFER]


def keys_of(item: dict[str, Any], caller: Caller = LOCAL) -> tuple[str | None, str | None]:
    """Under which Idempotency-Key an item is recorded, and what came with it."""
    found = read(item)
    assert found.assessment is not None
    entry = entry_of(found, found.assessment, at=AT, caller=caller, pseudonyms=KEYED)
    return entry.idempotency_key, entry.request_digest


def test_the_same_report_is_the_same_and_any_other_is_another() -> None:
    """What cannot be deleted is not written again because somebody repeats it."""
    same = [
        overridden(OWN),
        overridden(OWN, card=CARD.upper(), note="again"),
        overridden({"reason": {**OWN["reason"], "display": TYPED_IN}}, outcomeTimestamp="2026-11-22T13:00:00+01:00"),
    ]
    assert len({keys_of(item) for item in same}) == 1
    others = [
        overridden(),
        overridden({**OWN, "userComment": TYPED_IN}),
        overridden(OWN, outcomeTimestamp="2026-11-22T12:00:01Z"),
        overridden(OWN, card="0192f0c0-0000-7000-8000-000000000002"),
        accepted(DEFER),
        accepted(EXAM_FORM),
    ]
    other = Caller(tenant=LOCAL.tenant, name="other", scopes=LOCAL.scopes)
    keys = [keys_of(same[0]), keys_of(same[0], other), *map(keys_of, others)]
    assert len({key for key, _ in keys}) == len(keys)


@pytest.mark.parametrize("when", ["2026-11-23T12:00:00Z", "2026-11-22T22:00:00-14:00", "2026-01-01T00:00:00Z"])
def test_a_clock_may_be_ahead_by_a_day(when: str) -> None:
    assert read(overridden(outcomeTimestamp=when)).outcome is Outcome.OVERRIDDEN


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"caller": "https://other.example"}, False),
        ({"entrance": "rest"}, False),
        ({"kind": Kind.OUTCOME, "about": CARD}, False),
        ({"kind": Kind.FEEDBACK, "about": CARD}, False),
    ],
)
def test_whose_card_it_was(changes: dict[str, Any], *, expected: bool) -> None:
    """Hazard H-10: somebody reports on a card that another record system was shown."""
    caller = Caller(tenant="clinic", name="https://ehr.example", scopes=frozenset({Scope.ASSESS}))
    shown = {"tenant": caller.tenant, "caller": caller.name, "entrance": "cds-hooks"}
    assert is_card(an_entry(**(shown | changes)), caller) is expected


@pytest.mark.parametrize(
    ("card", "expected"),
    [(CARD, CARD), (CARD.upper(), CARD), ("card-1", None), (f"{CARD}\n", None), ("../" + CARD, None)],
)
def test_only_a_uuid_can_be_a_card_of_ours(card: str, expected: str | None) -> None:
    assert read(overridden(card=card)).assessment == expected


MALFORMED: dict[str, tuple[bytes, set[str]]] = {
    "not JSON": (b"feedback", set()),
    "a list": (b"[]", {""}),
    "no feedback": (b"{}", {"/feedback"}),
    "no list": (b'{"feedback": {}}', {"/feedback"}),
    "an item that is a text": (feedback("x"), {"/feedback/0"}),
    "nothing in it": (
        feedback({}),
        {"/feedback/0/card", "/feedback/0/outcome", "/feedback/0/outcomeTimestamp"},
    ),
    "the second": (feedback(overridden(), {**overridden(), "outcome": "ignored"}), {"/feedback/1/outcome"}),
    "an empty card": (feedback(overridden(card="")), {"/feedback/0/card"}),
    "a number for a card": (feedback(overridden(card=5)), {"/feedback/0/card"}),
    "no time": (feedback(overridden(outcomeTimestamp="yesterday")), {"/feedback/0/outcomeTimestamp"}),
    "a time without offset": (
        feedback(overridden(outcomeTimestamp="2026-11-22T12:00:00")),
        {"/feedback/0/outcomeTimestamp"},
    ),
    "seconds since 1970": (feedback(overridden(outcomeTimestamp=1795348800)), {"/feedback/0/outcomeTimestamp"}),
    "the year 1": (
        feedback(overridden(outcomeTimestamp="0001-01-01T00:00:00+14:00")),
        {"/feedback/0/outcomeTimestamp"},
    ),
    "the day after tomorrow": (
        feedback(overridden(), overridden(outcomeTimestamp="2026-11-23T12:00:00.000001Z")),
        {"/feedback/1/outcomeTimestamp"},
    ),
    "a time to come, in another time zone": (
        feedback(overridden(outcomeTimestamp="2026-11-23T11:00:00-02:00")),
        {"/feedback/0/outcomeTimestamp"},
    ),
    "a suggestion without id": (
        feedback(accepted(acceptedSuggestions=[{}])),
        {"/feedback/0/acceptedSuggestions/0/id"},
    ),
    "a reason without code": (
        feedback(overridden({"reason": {"display": TYPED_IN}})),
        {"/feedback/0/overrideReason/reason/code"},
    ),
    "too many": (feedback(*[overridden()] * (MOST_ITEMS + 1)), {"/feedback"}),
    "nested without end": (b'{"feedback":' + b"[" * 100 + b"]" * 100 + b"}", {""}),
    "half a character": (
        b'{"feedback": [{"card": "\\ud800"}]}',
        {"/feedback/0/outcome", "/feedback/0/outcomeTimestamp"},
    ),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_no_feedback_is_refused_with_its_places(name: str) -> None:
    body, places = MALFORMED[name]
    with pytest.raises(Refusal) as refused:
        read_feedback(body, at=AT)
    assert refused.value.problem.status == 400
    assert places <= {fault.pointer for fault in refused.value.problem.errors}
    assert TYPED_IN not in repr(refused.value.problem)


def test_nothing_to_report_is_no_fault() -> None:
    assert read_feedback(b'{"feedback": []}', at=AT) == ()


def test_the_outcomes_are_those_of_cds_hooks() -> None:
    assert [each.value for each in Outcome] == ["accepted", "overridden"]
