"""Limits on the plain values of an Exam, attached to its fields with `Annotated`.

They speak pydantic's protocol (a method that returns a plain description of what is allowed) without importing it, so
that the same dataclasses are both the domain and the wire format. Why: docs/decisions/0001-dataclasses-are-the-wire.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final

Schema = dict[str, Any]

STRICT: Final = {"extra": "forbid", "strict": True, "allow_inf_nan": False, "use_attribute_docstrings": True}
"""For `__pydantic_config__`: no unknown field, no "5" for 5, no NaN; the text below a field describes it to clients."""


RFC_3339: Final = r"^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$"


@dataclass(frozen=True)
class Between:
    """A number from `low` to `high`, both included; `high=None` leaves the upper end open."""

    low: float
    high: float | None = None

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Schema]) -> Schema:
        limits = {"ge": self.low} if self.high is None else {"ge": self.low, "le": self.high}
        return {**handler(source), **limits, "allow_inf_nan": False}


@dataclass(frozen=True)
class AtMost:
    """A text of at most `length` characters."""

    length: int

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Schema]) -> Schema:
        return {**handler(source), "max_length": self.length}


@dataclass(frozen=True)
class WithZone:
    """A point in time with its offset from UTC, as RFC 3339 writes it (section 5.6): `2026-11-22T10:00:00Z`."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Schema]) -> Schema:
        moment = {**handler(source), "tz_constraint": "aware", "strict": False}
        return {"type": "chain", "steps": [{"type": "str", "pattern": RFC_3339}, moment]}

    def __get_pydantic_json_schema__(self, schema: Schema, handler: Callable[[Schema], Schema]) -> Schema:
        return {"type": "string", "format": "date-time"}


@dataclass(frozen=True)
class DayOnly:
    """A day as ISO 8601 writes it, without a time: `2026-11-22`."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Schema]) -> Schema:
        day = {**handler(source), "strict": False}
        return {"type": "chain", "steps": [{"type": "str", "pattern": r"^\d{4}-\d{2}-\d{2}$", "strict": True}, day]}

    def __get_pydantic_json_schema__(self, schema: Schema, handler: Callable[[Schema], Schema]) -> Schema:
        return {"type": "string", "format": "date"}


@dataclass(frozen=True)
class Among:
    """A list of some of `choices`, each at most once."""

    choices: tuple[str, ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Schema]) -> Schema:
        return _after(handler(source), self._read)

    def __get_pydantic_json_schema__(self, schema: Schema, handler: Callable[[Schema], Schema]) -> Schema:
        items = {"type": "string", "enum": list(self.choices)}
        return {"type": "array", "items": items, "uniqueItems": True, "maxItems": len(self.choices)}

    def _read(self, stated: tuple[Any, ...]) -> tuple[Any, ...]:
        if len(set(stated)) < len(stated) or not set(stated) <= set(self.choices):
            raise ValueError(f"must be a list of {', '.join(self.choices)}, each at most once")
        return stated


@dataclass(frozen=True)
class NullIs:
    """`null` means the same as leaving the field out: the value that `absent()` makes."""

    absent: Callable[[], Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Schema]) -> Schema:
        return _after({"type": "nullable", "schema": handler(source)}, self._read)

    def _read(self, stated: Any) -> Any:
        return self.absent() if stated is None else stated


@dataclass(frozen=True)
class Grade:
    """A grade from 0 to `highest` in steps of `step`, or the one word that stands for "below normal, not graded"."""

    highest: float
    step: float
    ungraded: str
    sentence: str

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Schema]) -> Schema:
        number = {"type": "float", "ge": 0.0, "le": self.highest, "multiple_of": self.step, "strict": True}
        word = {"type": "literal", "expected": [self.ungraded]}
        return {
            "type": "union",
            "choices": [{**number, "allow_inf_nan": False}, word],
            "custom_error_type": "grade",
            "custom_error_message": self.sentence,
        }


@dataclass(frozen=True)
class StatedOnly:
    """A mapping from which the entries stated as `null` are dropped; a mapping that is itself `null` is empty.

    `keys` are the keys it may have, for the schema that clients read.
    """

    keys: tuple[str, ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Schema]) -> Schema:
        mapping = handler(source)
        inner = mapping.get("schema", mapping)
        inner["values_schema"] = {"type": "nullable", "schema": inner["values_schema"]}
        return _after({"type": "nullable", "schema": mapping}, self._read)

    def __get_pydantic_json_schema__(self, schema: Schema, handler: Callable[[Schema], Schema]) -> Schema:
        described = handler(schema)
        for choice in described["anyOf"]:
            if choice.get("type") == "object":
                choice["propertyNames"] = {"enum": list(self.keys)}
        return described

    @staticmethod
    def _read(stated: dict[Any, Any] | None) -> dict[Any, Any]:
        return {key: value for key, value in (stated or {}).items() if value is not None}


def _after(schema: Schema, read: Callable[[Any], Any]) -> Schema:
    return {"type": "function-after", "function": {"type": "no-info", "function": read}, "schema": schema}


FromZero = Annotated[float, Between(0)]
"""A number of zero or more."""
