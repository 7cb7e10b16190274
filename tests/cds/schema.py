"""The shapes of CDS Hooks 2.0, as JSON schemas that refuse what the text forbids."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

SCHEMAS = Path(__file__).parent / "schemas"


@cache
def _validator(kind: str) -> Draft202012Validator:
    schema = json.loads((SCHEMAS / f"cds-{kind}.schema.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def faults(kind: str, value: Any) -> list[str]:
    """What is wrong with a discovery, request, response or feedback, each with its place."""
    return [f"{each.json_path}: {each.message}" for each in _validator(kind).iter_errors(value)]


def valid(kind: str, value: Any) -> None:
    """Hold a value against its schema."""
    assert faults(kind, value) == []
