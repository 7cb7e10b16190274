"""The measurement of a card: an ordinary chart, a call as the specification describes it, a table of what was found."""

import json
from pathlib import Path

import jsonschema
import pytest

from bench.cds import CONDITIONS, MEDICATIONS, OBSERVATIONS, PATH, PLAIN, SIGNED, call, chart, table

SCHEMA = Path(__file__).parent.parent / "cds" / "schemas" / "cds-request.schema.json"


def test_the_chart_is_as_large_as_it_says() -> None:
    entries = {key: len(found["entry"]) for key, found in chart().items() if found["resourceType"] == "Bundle"}
    assert entries == {
        "conditions": CONDITIONS,
        "medications": MEDICATIONS,
        "observations": OBSERVATIONS,
        "examinations": 1,
    }
    assert all(len({each["resource"]["id"] for each in chart()[key]["entry"]}) == entries[key] for key in entries)


@pytest.mark.parametrize("token", [None, "a.b.c"], ids=["nobody is asked", "signed"])
def test_a_call_is_one_of_cds_hooks_and_like_no_other(token: str | None) -> None:
    first, second = call(chart(), token), call(chart(), token)
    said = json.loads(first.body)
    jsonschema.validate(said, json.loads(SCHEMA.read_text()), format_checker=jsonschema.FormatChecker())
    assert said["hook"] == "order-sign"
    assert said["hookInstance"] != json.loads(second.body)["hookInstance"]
    assert (first.path, first.headers.get("Authorization")) == (PATH, f"Bearer {token}" if token else None)


def test_the_table_has_a_row_for_each_way() -> None:
    took = {SIGNED: [float(each) for each in range(101)], PLAIN: [2.0, 2.0]}
    assert table(took).splitlines() == [
        "| milliseconds | median | p95 | p99 | most |",
        "|---|---|---|---|---|",
        "| order-sign, signed | 50.0 | 95.0 | 99.0 | 100.0 |",
        "| POST /v1/assessments | 2.0 | 2.0 | 2.0 | 2.0 |",
    ]
