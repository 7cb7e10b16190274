"""What holds for every resource that is sent, as far as fhir.resources does not look at it."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from fhir.resources.R4B import get_fhir_model_class
from fhir.resources.R4B.reference import Reference
from pydantic import BaseModel

ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
"""An id (FHIR R4, datatypes.html)."""
CODE = re.compile(r"[^\s]+(\s[^\s]+)*")
"""A code."""


def walk(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Every value within `value`, itself too, by its place."""
    yield place, value
    inner = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from walk(each, f"{place}/{key}")


def nothings(resource: Any) -> list[str]:
    """Where something is null, or an empty text, list or object: FHIR JSON has none (FHIR R4, json.html)."""
    return [place for place, value in walk(resource) if value is None or value in ("", [], {})]


def misdirected(resource: Mapping[str, Any], kinds: Mapping[str, str]) -> list[str]:
    """Where a reference is to a type that R4 does not allow there; `kinds` has the type of what is under each address.

    fhir.resources knows what each element may refer to, and does not hold a resource against it.
    """
    return list(_misdirected(get_fhir_model_class(resource["resourceType"]).model_validate(resource), "", kinds))


def _misdirected(read: BaseModel, place: str, kinds: Mapping[str, str]) -> Iterator[str]:
    for name, told in type(read).model_fields.items():
        value, extra = getattr(read, name), told.json_schema_extra
        allowed = extra.get("enum_reference_types") if isinstance(extra, dict) else None
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, Reference) and isinstance(allowed, list) and each.reference is not None:
                kind = kinds.get(each.reference, each.reference.partition("/")[0])
                if kind not in allowed and "Resource" not in allowed:
                    yield f"{place}/{name}: {kind}"
            elif isinstance(each, BaseModel):
                yield from _misdirected(each, f"{place}/{name}", kinds)


def codings(resource: Any) -> list[tuple[str, Mapping[str, Any]]]:
    """Every Coding, by its place."""
    return [
        (place, value)
        for place, value in walk(resource)
        if isinstance(value, Mapping) and "code" in value and isinstance(value.get("system"), str)
    ]


def check(resource: Mapping[str, Any]) -> None:
    """Hold a resource against R4B: it is valid, nothing of it is unknown, nothing in it is empty."""
    assert nothings(resource) == []
    assert ID.fullmatch(resource.get("id", "x")), "no id"
    read = get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    assert json.loads(read.model_dump_json()) == resource
