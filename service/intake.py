"""From the bytes of a request to an Exam, or to every fault of it at once."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from starlette.requests import Request

from features.consistency import contradictions
from features.exam import Exam
from service.problems import Fault, Refusal, problem

MAX_BODY: Final = 64 * 1024
"""Bytes; a full examination is about 2 KiB."""

MINIMUM_AGE: Final = 18
AGE: Final = ("patient", "age_years")
TOO_YOUNG = (
    f"must be {MINIMUM_AGE} or over: the figures and guidelines behind this service are about adults; leg pain in a "
    "child or adolescent has other causes and needs a paediatric assessment."
)

UNREADABLE = "is nested too deeply, or holds half a character or a number of thousands of digits: no examination does."

EXAM: Final = TypeAdapter(Exam)


async def read_body(request: Request) -> bytes:
    """The body of a request that says it is JSON and is not too long.

    Raises:
        Refusal: 415 for another media type, 413 for more than 64 KiB.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise Refusal(
            problem(
                "media-type",
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                "The body must be JSON",
                "Send the examination with the header `Content-Type: application/json`.",
            )
        )
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_BODY:
            raise Refusal(
                problem(
                    "too-large",
                    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                    "The body is too long",
                    f"One examination may take up to {MAX_BODY // 1024} KiB.",
                )
            )
    return bytes(body)


def read_exam(body: bytes, now: datetime | None = None) -> Exam:
    """The Exam that `body` states; `now` is when an examination without a time was done.

    Raises:
        Refusal: 400 if it is not JSON, 422 with every fault at once if it is not an examination of the contract.
    """
    stated = _parse(body)
    try:
        exam = EXAM.validate_json(body)
    except ValidationError as found:
        details = found.errors(include_url=False, include_context=True, include_input=False)
        faults = (*_schema_faults(details), *_contradictions_despite(details, stated, now))
        raise _not_an_exam(faults) from None
    faults = _contradictions(exam, now)
    if faults:
        raise _not_an_exam(faults)
    return exam if exam.examined_at is not None else replace(exam, examined_at=now)


def _parse(body: bytes) -> Any:
    """The JSON value; the standard parser, because it alone tells of a key that is there twice."""
    try:
        return json.loads(body.decode("utf-8"), object_pairs_hook=_without_repeats)
    except (json.JSONDecodeError, UnicodeDecodeError) as fault:
        where = f" (line {fault.lineno}, column {fault.colno})" if isinstance(fault, json.JSONDecodeError) else ""
        raise _not_json(f"The body is not JSON in UTF-8{where}.") from None
    except _RepeatedKey as fault:
        title = "A key is there twice"
        raise Refusal(problem("repeated-key", HTTPStatus.BAD_REQUEST, title, str(fault))) from None
    except (ValueError, RecursionError):
        raise _not_an_exam((Fault(pointer="", detail=UNREADABLE),)) from None


def _not_json(reason: str) -> Refusal:
    return Refusal(problem("not-json", HTTPStatus.BAD_REQUEST, "The body cannot be read as JSON", reason))


class _RepeatedKey(ValueError):
    """A key that is there twice: which of the two answers counts is anybody's guess."""


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise _RepeatedKey("A key is there twice in one object; which of the two counts cannot be known.")
    return made


def _not_an_exam(faults: Sequence[Fault]) -> Refusal:
    many = f"{len(faults)} faults were" if len(faults) > 1 else "One fault was"
    return Refusal(
        problem(
            "invalid-exam",
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "The body is not an examination",
            f"{many} found; each is named with its place. Nothing was recorded.",
            tuple(faults),
        )
    )


def _schema_faults(details: list[ErrorDetails]) -> tuple[Fault, ...]:
    """A pointer and a sentence for each error, each place named once."""
    unknown = {_path(error) for error in details if _is_about_key(error)}
    found: dict[tuple[str | int, ...], Fault] = {}
    for error in details:
        path = _path(error)
        sentence = "is no field of the contract." if path in unknown else _sentence(error)
        found.setdefault(path, Fault(pointer=_pointer(path), detail=sentence))
    return tuple(found.values())


def _is_about_key(error: ErrorDetails) -> bool:
    """Whether the error is about the key of a mapping, which pydantic marks in the place it gives."""
    return "[key]" in error["loc"][1:] and error["type"] == "enum"


def _path(error: ErrorDetails) -> tuple[str | int, ...]:
    """Where the error is; what pydantic says about a key goes to the key."""
    loc = error["loc"]
    return loc[: len(loc) - 1 - loc[::-1].index("[key]")] if _is_about_key(error) else loc


def _pointer(path: Sequence[str | int]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


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
    return tuple(Fault(pointer=found.pointer, detail=found.sentence) for found in contradictions(exam, now))


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
