"""The columns of a table of examinations: one dotted name for every statement of an Exam, read off the contract itself.

A JSON exam and a table row say the same: `{"examination": {"strength": {"knee_extension": 4}}}` is the column
`examination.strength.knee_extension` with the value 4. A value that is not stated has no entry; in CSV it is an empty
cell. An empty list says "asked, none", which no empty cell can say: in CSV it is the word `none`.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from typing import Any, Final

import pyarrow as pa
from pydantic import TypeAdapter

from features.exam import Exam

Json = dict[str, Any]

EXAM: Final = TypeAdapter(Exam)
"""Reads an exam from JSON exactly as the service does."""

EXAM_PREFIX: Final = "exam."
"""Before the columns of an exam in labelled JSON Lines, where it is an object beside its labels."""

PATIENT, ROOTS_COLUMN, CONFIRMED_BY, CONFIRMED_ON, SETTING = (
    "patient",
    "roots",
    "confirmed_by",
    "confirmed_on",
    "setting",
)
LABELS = (PATIENT, ROOTS_COLUMN, CONFIRMED_BY, CONFIRMED_ON, SETTING)
"""The columns beside the exam that are read. All but the first two may be absent."""

TRUTH = ("lesion", "duration_days", "imaging_roots")
"""Columns that the synthetic cohort writes beside an exam: allowed, so that a site can rehearse with it, never read."""

NONE = "none"
"""An empty list in a cell of text: asked and none. An empty cell is not assessed."""

SEPARATOR = ";"
"""Between the entries of a list in a cell of text."""

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")


class Kind(StrEnum):
    """What a column holds; `GRADE` is a number or the word for "not graded"."""

    NUMBER = "number"
    YES_NO = "yes or no"
    WORD = "word"
    LIST = "list"
    GRADE = "grade"


@cache
def exam_columns() -> Mapping[str, Kind]:
    """Every dotted column that an exam may have, with its kind, in the order of the contract."""
    schema = EXAM.json_schema()
    return dict(_walk("", schema, schema["$defs"]))


def arrow_schema(columns: Mapping[str, Kind] | None = None) -> pa.Schema:
    """The Parquet types of the exam columns: lists as lists, grades as text (a column cannot hold 4.5 and "weak")."""
    types = {
        Kind.NUMBER: pa.float64(),
        Kind.YES_NO: pa.bool_(),
        Kind.WORD: pa.string(),
        Kind.LIST: pa.list_(pa.string()),
        Kind.GRADE: pa.string(),
    }
    return pa.schema([(name, types[kind]) for name, kind in (columns or exam_columns()).items()])


def dotted(exam: Mapping[str, Any]) -> Json:
    """A JSON exam as one flat mapping from dotted name to value; what is null, or an empty object, is left out."""
    flat: Json = {}
    for name, stated in exam.items():
        if isinstance(stated, Mapping):
            flat |= {f"{name}.{rest}": inner for rest, inner in dotted(stated).items()}
        elif stated is not None:
            flat[name] = stated
    return flat


def nested(flat: Mapping[str, Any]) -> Json:
    """The JSON exam that `dotted` flattened. It always has a `patient`, because the contract asks for one."""
    exam: Json = {"patient": {}}
    for name, stated in flat.items():
        *way, last = name.split(".")
        place = exam
        for step in way:
            place = place.setdefault(step, {})
        place[last] = stated
    return exam


def to_cell(stated: Any) -> str:
    """One value as the text of a CSV cell; the empty text for None."""
    if stated is None:
        return ""
    if isinstance(stated, bool):
        return "true" if stated else "false"
    if isinstance(stated, list | tuple):
        return SEPARATOR.join(stated) or NONE
    return f"{stated:g}" if isinstance(stated, float) and stated.is_integer() else str(stated)


def from_cell(text: str, kind: Kind) -> Any:
    """What the text of a cell states, None for an empty one; text that does not fit is handed on, to be refused."""
    text = text.strip()
    if not text:
        return None
    if kind is Kind.LIST:
        return [] if text == NONE else [entry.strip() for entry in text.split(SEPARATOR)]
    if kind is Kind.YES_NO:
        return {"true": True, "false": False}.get(text.lower(), text)
    if kind in {Kind.NUMBER, Kind.GRADE} and _NUMBER.fullmatch(text):
        return float(text)
    return text


def from_arrow(stated: Any, kind: Kind) -> Any:
    """A value of a Parquet column as JSON has it. Not a number is how tables in memory write "nothing there"."""
    if isinstance(stated, float) and math.isnan(stated):
        return None
    if isinstance(stated, date):  # a datetime is one too
        return stated.isoformat()
    return from_cell(stated, kind) if isinstance(stated, str) and kind in {Kind.LIST, Kind.GRADE} else stated


def about_unknown(name: str, known: Iterable[str]) -> str:
    """What is wrong with a column that is none of the `known` ones, and which of them may be meant."""
    if not name:
        return "has no name."
    if name.startswith(EXAM_PREFIX):
        return "is no column of the format: leave out `exam.`, which only JSON Lines has."
    close = get_close_matches(name, list(known), n=1)
    hint = f" Did you mean {close[0]}?" if close else ""
    return f"is no column of the format.{hint} Take it out, so that nobody believes it was used."


def _walk(name: str, schema: Json, defs: Json) -> Iterator[tuple[str, Kind]]:
    """The columns below one place of the JSON schema of an exam."""
    if "$ref" in schema:
        schema = defs[schema["$ref"].rsplit("/", 1)[-1]]
    choices = [choice for choice in schema.get("anyOf", [schema]) if choice.get("type") != "null"]
    if len(choices) == 1 and choices[0] is not schema:
        yield from _walk(name, choices[0], defs)
    elif "properties" in schema:
        for field, inner in schema["properties"].items():
            yield from _walk(f"{name}.{field}".lstrip("."), inner, defs)
    elif "propertyNames" in schema:
        for key in schema["propertyNames"]["enum"]:
            yield from _walk(f"{name}.{key}", schema["additionalProperties"], defs)
    else:
        kinds = {"number": Kind.NUMBER, "boolean": Kind.YES_NO, "string": Kind.WORD, "array": Kind.LIST}
        yield name, Kind.GRADE if len(choices) > 1 else kinds[schema["type"]]
