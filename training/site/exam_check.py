"""One exam of a site, checked as strictly as the service checks a request: the contract first, contradictions next.

The contradictions of a faulty exam are looked for among what is readable, so that one export mends everything.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from features.consistency import contradictions
from features.exam import Exam
from training.site.columns import EXAM, Json
from training.site.faults import Faults
from training.site.leakage import OUTCOME_AS_FEATURE, names_outcome

TOO_YOUNG = "must be 18 or over: the evidence and the model are about adults. Take children out of the table."
NO_FIELD = "is no field of the contract."
EMPTY_MEANS = "leave it empty if it was not assessed"


def checked(stated: Any, row: int, prefix: str, now: datetime, faults: Faults) -> Exam | None:
    """The exam that `stated` (JSON) is, or None and every fault of it in `faults`.

    `prefix` goes before the dotted column, `now` is the time that no examination may lie after.
    """
    try:
        exam = EXAM.validate_json(json.dumps(stated))
    except ValidationError as found:
        details: list[Json] = [{**error} for error in found.errors(include_url=False, include_input=False)]
        unknown = {_path(error) for error in details if _about_key(error)}
        # Told once for each column, the first fault of it: two wrong entries of one list are one thing to mend.
        first: dict[str, str] = {}
        for error in details:
            path = _path(error)
            first.setdefault(_column(prefix, path), _sentence(error, unknown=path in unknown))
        for column, sentence in first.items():
            faults.add(row, column, sentence)
        _tell_contradictions(_readable_rest(stated, details), row, prefix, now, faults)
        return None
    return exam if _tell_contradictions(exam, row, prefix, now, faults) else None


def _tell_contradictions(exam: Exam | None, row: int, prefix: str, now: datetime, faults: Faults) -> bool:
    """Whether the exam has none; what it has goes to `faults`."""
    found = contradictions(exam, now) if exam else ()
    for one in found:
        faults.add(row, prefix + one.pointer.strip("/").replace("/", "."), _in_dots(one.sentence))
    return not found


def _in_dots(sentence: str) -> str:
    """The sentence with its JSON pointers written as columns."""
    return " ".join(word.strip("/").replace("/", ".") if word.startswith("/") else word for word in sentence.split(" "))


def _about_key(error: Json) -> bool:
    return bool("[key]" in error["loc"][1:] and error["type"] == "enum")


def _path(error: Json) -> tuple[str | int, ...]:
    loc: tuple[str | int, ...] = error["loc"]
    return loc[: len(loc) - 1 - loc[::-1].index("[key]")] if _about_key(error) else loc


def _column(prefix: str, path: Sequence[str | int]) -> str:
    """The dotted column; an entry of a list is told of its column."""
    return prefix + ".".join(part for part in path if isinstance(part, str)) if path else "exam"


def _sentence(error: Json, *, unknown: bool) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if unknown or kind == "unexpected_keyword_argument":
        return OUTCOME_AS_FEATURE if names_outcome(_column("", _path(error))) else NO_FIELD
    if error["loc"] == ("patient", "age_years") and kind == "greater_than_equal":
        return TOO_YOUNG
    plain = {
        "missing": "is missing: it is the one finding that every exam must have."
        if error["loc"][-1:] == ("age_years",)
        else "is missing.",
        "finite_number": "must be a finite number.",
        "float_type": f"must be a number; {EMPTY_MEANS}.",
        "bool_type": f"must be true or false; {EMPTY_MEANS}.",
        "string_type": "must be a text.",
        "dataclass_type": "must be an object.",
        "dict_type": "must be an object.",
        "frozen_set_type": "must be a list.",
        "timezone_aware": "must be a time with its offset from UTC, as 2026-11-22T10:00:00Z.",
        "greater_than_equal": f"must be {context.get('ge', 0):g} or more.",
        "less_than_equal": f"must be {context.get('le', 0):g} or less.",
        "string_too_long": f"must have at most {context.get('max_length')} characters.",
    }
    if kind == "enum":
        return f"must be one of {context['expected']}; {EMPTY_MEANS}."
    if kind.startswith("datetime") or kind == "string_pattern_mismatch":
        return plain["timezone_aware"]
    return plain.get(kind, str(error["msg"]).rstrip(".") + ".")


def _readable_rest(stated: Any, details: list[Json]) -> Exam | None:
    """The exam without its faulty statements, with an age where that was one of them; None if that is still no exam."""
    if not isinstance(stated, dict):
        return None
    rest = json.loads(json.dumps(stated))
    # Later entries of a list go first, so that taking one out does not move the others.
    for path in sorted({_path(error) for error in details}, key=lambda p: [str(part).zfill(6) for part in p])[::-1]:
        *way, last = path or ("",)
        place = rest
        try:
            for step in way:
                place = place[step]
            del place[last]
        except (KeyError, IndexError, TypeError):
            continue
    patient = rest.get("patient")
    rest["patient"] = {"age_years": 40, **(patient if isinstance(patient, dict) else {})}
    try:
        return EXAM.validate_json(json.dumps(rest))
    except ValidationError:
        return None
