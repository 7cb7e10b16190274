"""From the bytes of a request to an Exam, or to every fault of it at once."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from features.consistency import contradictions
from features.exam import Exam
from service.body import MAX_BODY, UNREADABLE, Intricate, parse, read_body, step
from service.problems import Fault, Refusal, problem

__all__ = ["EXAM", "MAX_BODY", "MINIMUM_AGE", "read_body", "read_exam", "read_value"]

MINIMUM_AGE: Final = 18
AGE: Final = ("patient", "age_years")
TOO_YOUNG = (
    f"must be {MINIMUM_AGE} or over: the figures and guidelines behind this service are about adults; leg pain in a "
    "child or adolescent has other causes and needs a paediatric assessment."
)

EARLIEST_YEAR: Final = 1900
"""Nobody who is examined today was examined before; times about the year 1 have no place in other time zones."""
TOO_EARLY = f"must be in {EARLIEST_YEAR} or later."

MOST_FAULTS: Final = 100
"""Faults that are named in one refusal."""

EXAM: Final = TypeAdapter(Exam)

T = TypeVar("T")


def read_exam(body: bytes, now: datetime | None = None) -> Exam:
    """The Exam that `body` states; `now` is when an examination without a time was done.

    Raises:
        Refusal: 400 if it is not JSON, 422 with every fault at once if it is not an examination of the contract.
    """
    try:
        stated = parse(body)
        exam = EXAM.validate_json(body)
    except Intricate as found:
        raise _not_an_exam([found.fault]) from None
    except ValidationError as found:
        details = found.errors(include_url=False, include_context=True, include_input=False)
        faults = (*_schema_faults(details), *_contradictions_despite(details, stated, now))
        raise _not_an_exam(faults) from None
    faults = _contradictions(exam, now)
    if faults:
        raise _not_an_exam(faults)
    return exam if exam.examined_at is not None else replace(exam, examined_at=now)


def read_value(adapter: TypeAdapter[T], body: bytes, noun: str, sentences: Mapping[str, str] | None = None) -> T:
    """What `body` states of another kind than an exam; `sentences` says of some places, by pointer, what they take.

    Raises:
        Refusal: 400 if it is not JSON, 422 `invalid-{noun}` with every fault at once if the adapter refuses it.
    """
    whole = f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
    try:
        parse(body)
        return adapter.validate_json(body)
    except Intricate as found:
        raise _refusal(noun, whole, [found.fault]) from None
    except ValidationError as found:
        details = found.errors(include_url=False, include_context=True, include_input=False)
        better = sentences or {}
        faults = [replace(each, detail=better.get(each.pointer, each.detail)) for each in _schema_faults(details)]
        raise _refusal(noun, whole, faults) from None


def _not_an_exam(faults: Sequence[Fault]) -> Refusal:
    return _refusal("exam", "an examination", faults)


def _refusal(kind: str, whole: str, faults: Sequence[Fault]) -> Refusal:
    many = f"{len(faults)} faults were" if len(faults) > 1 else "One fault was"
    named = "each is named" if len(faults) <= MOST_FAULTS else f"the first {MOST_FAULTS} are named"
    return Refusal(
        problem(
            f"invalid-{kind}",
            HTTPStatus.UNPROCESSABLE_ENTITY,
            f"The body is not {whole}",
            f"{many} found; {named} with its place. Nothing was recorded.",
            tuple(faults[:MOST_FAULTS]),
        )
    )


def _schema_faults(details: list[ErrorDetails]) -> tuple[Fault, ...]:
    """A pointer and a sentence for each error, each place named once."""
    unknown = {_path(error) for error in details if _is_about_key(error)}
    found: dict[str, Fault] = {}
    for error in details:
        path = _path(error)
        strange = path in unknown or error["type"] == "unexpected_keyword_argument"
        pointer = _pointer(path)
        if pointer is None:
            pointer, sentence = _pointer(path[:-1]) or "", "holds a field that is not of the contract."
        else:
            sentence = "is no field of the contract." if strange else _sentence(error)
        found.setdefault(pointer, Fault(pointer=pointer, detail=sentence))
    return tuple(found.values())


def _pointer(path: Sequence[str | int]) -> str | None:
    """The place as a JSON pointer; None where a key on the way does not look like the name of a field."""
    steps = [step(part) for part in path]
    return None if None in steps else "".join(each for each in steps if each)


def _is_about_key(error: ErrorDetails) -> bool:
    """Whether the error is about the key of a mapping, which pydantic marks in the place it gives."""
    return "[key]" in error["loc"][1:] and error["type"] == "enum"


def _path(error: ErrorDetails) -> tuple[str | int, ...]:
    """Where the error is; what pydantic says about a key goes to the key."""
    loc = error["loc"]
    return loc[: len(loc) - 1 - loc[::-1].index("[key]")] if _is_about_key(error) else loc


def _sentence(error: ErrorDetails) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if error["loc"] == AGE and kind == "greater_than_equal":
        return TOO_YOUNG
    plain = {
        "missing": "is required.",
        "unexpected_keyword_argument": "is no field of the contract.",
        "finite_number": "must be a finite number.",
        "float_type": "must be a number.",
        "bool_type": "must be true or false; leave it out, or null, if it was not assessed.",
        "string_type": "must be a text.",
        "dataclass_type": "must be an object.",
        "dict_type": "must be an object.",
        "frozen_set_type": "must be a list.",
        "json_invalid": UNREADABLE,
        "timezone_aware": "must be a time with its offset from UTC (RFC 3339).",
        "greater_than_equal": f"must be {context.get('ge', 0):g} or more.",
        "less_than_equal": f"must be {context.get('le', 0):g} or less.",
        "string_too_long": f"must have at most {context.get('max_length')} characters.",
    }
    if kind == "enum":
        return f"must be one of {context['expected']}."
    if kind.startswith("datetime") or kind == "string_pattern_mismatch":
        return plain["timezone_aware"]
    return plain.get(kind, error["msg"].rstrip(".") + ".")


def _contradictions(exam: Exam, now: datetime | None) -> tuple[Fault, ...]:
    found = [Fault(pointer=each.pointer, detail=each.sentence) for each in contradictions(exam, now)]
    before = exam.previous_examination
    stated = (("", exam.examined_at), ("/previous_examination", before.examined_at if before else None))
    return (*(Fault(pointer=f"{place}/examined_at", detail=TOO_EARLY) for place, at in stated if _early(at)), *found)


def _early(at: datetime | None) -> bool:
    return at is not None and at.year < EARLIEST_YEAR


def _contradictions_despite(details: list[ErrorDetails], stated: Any, now: datetime | None) -> tuple[Fault, ...]:
    """The contradictions among what is readable, so that all faults are told at once."""
    if not isinstance(stated, dict):
        return ()
    # Later items of a list go first, so that taking one out does not move the others.
    for path in sorted(map(_path, details), key=lambda path: [str(part).zfill(6) for part in path], reverse=True):
        _take_out(stated, path)
    patient = stated.get("patient")
    stated["patient"] = {"age_years": MINIMUM_AGE, **(patient if isinstance(patient, dict) else {})}
    try:
        return _contradictions(EXAM.validate_json(json.dumps(stated)), now)
    except ValidationError:
        return ()  # still not readable: what was found so far is told


def _take_out(place: Any, path: Sequence[str | int]) -> None:
    """Remove what is at `path`; nothing happens where nothing is there, nor to the whole."""
    if not path:
        return
    *way, last = path
    try:
        for step in way:
            place = place[step]
        del place[last]
    except (KeyError, IndexError, TypeError):
        return
