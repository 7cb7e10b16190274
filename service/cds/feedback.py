"""What became of a card: read tolerantly, and put on record with the assessment that the card was about.

The user's comment is free text and may name people, so it is neither kept nor logged; of a reason only the coded ones
that cards offer are kept, because another may be any text (CDS Hooks 2.0, feedback).

What is on record stays there, so the same thing is put there once, however often it is reported.
"""

import json
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Any, ClassVar, Final

import uuid6
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from service.body import Intricate, Limits, parse, step
from service.cds.answering import ENTRANCE
from service.cds.suggestions import names_by_id
from service.identity.caller import Caller
from service.problems import Fault, Refusal, problem
from service.record.entry import Content, Entry, Kind, moment
from service.record.pseudonyms import Pseudonyms
from service.terminology.override_reasons import ALL_REASONS
from service.version import SOFTWARE_VERSION

MOST_ITEMS: Final = 100
"""Cards of one call; a client that reports more does so in several."""

_LIMITS: Final = Limits(deepest=12, most_values=5_000, longest_list=MOST_ITEMS)
_KNOWN: Final = {(each.system, each.code) for each in ALL_REASONS}
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_YEARS: Final = range(2000, 2200)
"""Years in which somebody may have seen a card; times about the year 1 have no place in other time zones."""

AHEAD: Final = timedelta(days=1)
"""How far the time of somebody who saw a card may be ahead of ours: more than a wrong time zone makes."""

_Text = Annotated[str, Field(min_length=1)]


def _time(stated: Any) -> Any:
    """A number may be seconds or milliseconds, so it is no time."""
    if not isinstance(stated, str):
        raise ValueError
    return stated


def _of_these_years(stated: datetime) -> datetime:
    if stated.year not in _YEARS:
        raise ValueError
    return stated


_Time = Annotated[AwareDatetime, BeforeValidator(_time), AfterValidator(_of_these_years)]


class Outcome(StrEnum):
    """What the user did with the card; that it was ignored is never sent."""

    ACCEPTED = "accepted"
    OVERRIDDEN = "overridden"


@dataclass(frozen=True, kw_only=True)
class _Accepted:
    id: _Text = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class _Coding:
    code: _Text
    system: str | None = None


@dataclass(frozen=True, kw_only=True)
class OverrideReason:
    """Why a card was overridden; what the comment says is not kept, only that there is one."""

    __pydantic_config__: ClassVar = {"alias_generator": to_camel}

    reason: _Coding | None = field(default=None, repr=False)
    user_comment: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class Item:
    """What became of one card."""

    __pydantic_config__: ClassVar = {"alias_generator": to_camel}

    card: _Text
    """Its uuid."""
    outcome: Outcome
    outcome_timestamp: _Time
    accepted_suggestions: tuple[_Accepted, ...] | None = None
    override_reason: OverrideReason | None = field(default=None, repr=False)

    @property
    def assessment(self) -> str | None:
        """The id of the assessment that the card was about; None where the card was none of ours."""
        known = self.card.lower()
        return known if _UUID.fullmatch(known) else None


@dataclass(frozen=True, kw_only=True)
class Feedback:
    """One call."""

    feedback: Annotated[tuple[Item, ...], Field(max_length=MOST_ITEMS)]


_FEEDBACK: Final = TypeAdapter(Feedback)
_SENTENCES: Final = {
    "missing": "is required.",
    "string_too_short": "must not be empty.",
    "dataclass_type": "must be an object.",
    "tuple_type": "must be a list.",
    "string_type": "must be a text.",
    "enum": "must be accepted or overridden.",
    "too_long": f"must have at most {MOST_ITEMS} items.",
}


def read_feedback(body: bytes, *, at: datetime) -> tuple[Item, ...]:
    """What a call that came `at` reports; unknown members, and a reason without its display, are taken.

    Raises:
        Refusal: 400 if it is not JSON, or with every fault and its place if it is no feedback, or of the future.
    """
    try:
        said = parse(body, _LIMITS)
        read = _FEEDBACK.validate_python(said)
    except Intricate as found:
        raise _refused((found.fault,)) from None
    except ValidationError as found:
        told = found.errors(include_url=False, include_context=False, include_input=False)
        raise _refused(tuple({fault.pointer: fault for fault in map(_fault, told)}.values())) from None
    ahead = tuple(
        Fault(pointer=f"/feedback/{number}/outcomeTimestamp", detail="must not be more than a day ahead.")
        for number, item in enumerate(read.feedback)
        if item.outcome_timestamp > at + AHEAD
    )
    if ahead:
        raise _refused(ahead)
    return read.feedback


def is_card(entry: Entry, caller: Caller) -> bool:
    """Whether it is the assessment of a card that was shown to this very caller: others have not seen it."""
    return entry.kind is Kind.ASSESSMENT and entry.entrance == ENTRANCE and entry.caller == caller.name


def _fault(error: ErrorDetails) -> Fault:
    pointer = "".join(filter(None, map(step, error["loc"])))
    if pointer.endswith("/outcomeTimestamp") and error["type"] != "missing":
        return Fault(pointer=pointer, detail="must be a time with its offset from UTC (RFC 3339).")
    return Fault(pointer=pointer, detail=_SENTENCES.get(error["type"], "cannot be read."))


def _refused(faults: tuple[Fault, ...]) -> Refusal:
    return Refusal(
        problem(
            "invalid-feedback",
            HTTPStatus.BAD_REQUEST,
            "The body is no feedback of CDS Hooks",
            "Each fault is named with its place. Nothing was recorded.",
            faults[:MOST_ITEMS],
        )
    )


def entry_of(item: Item, assessment: str, *, at: datetime, caller: Caller, pseudonyms: Pseudonyms) -> Entry:
    """What is recorded of the card of one assessment.

    What is kept of it is its own Idempotency-Key: what is reported twice, in one call or because the first could not be
    answered, gets the first receipt. No client can write that key, which has spaces.
    """
    said = json.dumps(kept(item, assessment), sort_keys=True)
    return Entry(
        id=str(uuid6.uuid7()),
        kind=Kind.FEEDBACK,
        at=moment(at),
        tenant=caller.tenant,
        caller=caller.name,
        entrance=ENTRANCE,
        about=assessment,
        software_version=SOFTWARE_VERSION,
        idempotency_key=pseudonyms.idempotency_key(caller.tenant, caller.name, f"feedback on {assessment}: {said}"),
        request_digest=pseudonyms.body(said.encode()),
        content=Content(salt=secrets.token_hex(16), exam=None, answer=said, person=None),
    )


def kept(item: Item, assessment: str) -> Mapping[str, Any]:
    """What is kept of it: nothing that a user could have typed in."""
    reason = item.override_reason
    return {
        "outcome": item.outcome.value,
        "outcome_timestamp": moment(item.outcome_timestamp),
        "accepted_suggestions": [*_accepted(item, assessment)],
        "override_reason": _coded(reason),
        "commented": bool(reason and reason.user_comment),
    }


def _accepted(item: Item, assessment: str) -> Iterator[str]:
    """The suggestions by their names; those of another card are none."""
    names = names_by_id(assessment)
    found = (names.get(each.id.lower()) for each in item.accepted_suggestions or ())
    return (name for name in dict.fromkeys(found) if name is not None)


def _coded(reason: OverrideReason | None) -> dict[str, str] | None:
    """The coded reason; one that no card offers is told as `unknown`, and not repeated."""
    if reason is None or reason.reason is None:
        return None
    key = (reason.reason.system, reason.reason.code)
    known = [each for each in _KNOWN if key in (each, (None, each[1]))]
    return {"system": known[0][0], "code": known[0][1]} if known else {"code": "unknown"}
