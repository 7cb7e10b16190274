"""A line of JSON that is taken as columns is the same examination; any other is left to the reader of the API."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from batch.rowwise import LINE, RowWise, bodies
from batch.tabled import Tabled
from batch.tabled.lines import table
from batch.tabled.places import parts
from batch.tabled.reading import read
from features.exam import Exam
from service.body import MAX_BODY
from service.intake import read_exam
from service.problems import Fault, Refusal
from service.settings import Settings
from tests.batch.examinations import as_lines, cohort, grave
from tests.batch.test_tabled import at_random
from tests.builders import a_body
from tests.service.hostile import hostile
from training.site.columns import Kind, arrow_schema, exam_columns, nested

NOW = datetime.now(UTC)
STATED = {
    Kind.NUMBER: 1.0,
    Kind.YES_NO: True,
    Kind.LIST: [],
    Kind.GRADE: 4.5,
}


def taken(*lines: bytes | None) -> list[bool]:
    """Which lines columns say in full and soundly."""
    rows, whole = table(pa.array(lines, pa.binary()))
    return [bool(each) for each in whole & read(rows, NOW)[1]]


def understood(body: bytes) -> Exam | tuple[Fault, ...]:
    """The examination, or what contradicts itself in it."""
    try:
        return read_exam(body, NOW)
    except Refusal as refused:
        return refused.problem.errors


def drawn() -> Iterator[bytes]:
    """Lines of every kind."""
    yield from as_lines(grave(150))
    yield from as_lines([at_random(seed) for seed in range(150)])
    kinds = exam_columns()
    exams = cohort(150)
    for row in exams.select([name for name in exams.column_names if name in kinds]).to_pylist():
        yield json.dumps(nested({name: value for name, value in row.items() if value is not None})).encode()
    yield from (each.body.replace(b"\n", b" ") for each in hostile(300))


def test_a_line_that_is_taken_is_the_same_examination() -> None:
    """Hazard H-33."""
    lines = list(drawn())
    rows, whole = table(pa.array(lines, pa.binary()))
    sound = whole & read(rows, NOW)[1]
    assert sum(sound) > 150
    for line, body, same in zip(lines, bodies(rows), sound, strict=True):
        if same:
            assert body is not None
            assert understood(body) == understood(line)


@pytest.mark.parametrize("name", [name for name in exam_columns() if not name.startswith("previous_examination")])
def test_null_is_not_assessed_wherever_a_value_may_stand(name: str) -> None:
    nothing = nested({"patient.age_years": 40.0, name: None})
    part = any(name.startswith(f"{each}.") for each in parts())
    (is_taken,) = taken(json.dumps(nothing).encode())
    assert is_taken is not (part or name == "patient.age_years")
    if is_taken:
        assert read_exam(json.dumps(nothing).encode(), NOW) == read_exam(as_lines([a_body(40)])[0], NOW)


@pytest.mark.parametrize(
    ("line", "is_taken"),
    [
        (a_body(40), True),
        (a_body(18), True),
        (a_body(17.9), False),
        (a_body(120), True),
        (a_body(120.1), False),
        ({"patient": {"age_years": "40"}}, False),
        ({"patient": {"age_years": True}}, False),
        ({"patient": {"age_years": None}}, False),
        ({"patient": None}, False),
        ({"patient": []}, False),
        ({}, False),
        ([], False),
        (40, False),
        (None, False),
        ({"patient.age_years": 40}, False),
        ({"patient": {"age_years": 40}, "examination.strength": {}}, False),
        (a_body(40, history={}), True),
        (a_body(40, history=None), True),
        (a_body(40, history=[]), False),
        (a_body(40, unknown=None), False),
        (a_body(40, examination={"strength": {}}), True),
        (a_body(40, examination={"strength": {"knee_extension": 4}}), True),
        (a_body(40, examination={"strength": {"knee_extension": 4.5}}), True),
        (a_body(40, examination={"strength": {"knee_extension": 4.25}}), False),
        (a_body(40, examination={"strength": {"knee_extension": -0.0}}), False),
        (a_body(40, examination={"strength": {"knee_extension": 5.5}}), False),
        (a_body(40, examination={"strength": {"knee_extension": "weak"}}), True),
        (a_body(40, examination={"strength": {"knee_extension": "4"}}), False),
        (a_body(40, examination={"strength": {"knee_extension": False}}), False),
        (a_body(40, examination={"strength": {"knees": 4}}), False),
        (a_body(40, examination={"straight_leg_raise": {}}), False),
        (a_body(40, examination={"straight_leg_raise": {"result": "positive"}}), True),
        (a_body(40, other_leg={}), False),
        (a_body(40, other_leg={"strength": {"knee_extension": None}}), False),
        (a_body(40, other_leg={"strength": {"knee_extension": 5}}), True),
        (a_body(40, previous_examination=None), True),
        (a_body(40, previous_examination={}), False),
        (a_body(40, history={"pain_locations": ["sole"]}), True),
        (a_body(40, history={"pain_locations": []}), True),
        (a_body(40, history={"pain_locations": "sole"}), False),
        (a_body(40, history={"pain_locations": ["sole", 1]}), False),
        (a_body(40, history={"pain_locations": ["sole", None]}), False),
        (a_body(40, history={"pain_locations": ["nowhere"]}), False),
        (a_body(40, history={"symptom_duration_days": 10**400}), False),
        (a_body(40, history={"symptom_duration_days": float("nan")}), False),
        (a_body(40, red_flags={"fever": "yes"}), False),
        (a_body(40, red_flags={"fever": 1}), False),
        (a_body(40, red_flags={"fever": False}), True),
        (a_body(40, examined_at="2026-10-01T10:00:00Z"), True),
        (a_body(40, examined_at="2026-10-01T10:00:00.25+05:45"), True),
        (a_body(40, examined_at="2026-10-01T10:00:00"), False),
        (a_body(40, examined_at="2026-10-01"), False),
        (a_body(40, examined_at="2026-10-32T10:00:00Z"), False),
        (a_body(40, examined_at="1900-06-01T10:00:00Z"), False),
        (a_body(40, examined_at="1901-06-01T10:00:00Z"), True),
        (a_body(40, examined_at=(NOW - timedelta(seconds=1)).isoformat()), True),
        (a_body(40, examined_at=(NOW + timedelta(seconds=1)).isoformat()), False),
        (a_body(40, examined_at=20261001), False),
    ],
    ids=str,
)
def test_what_is_taken(line: Any, is_taken: bool) -> None:
    assert taken(json.dumps(line).encode()) == [is_taken]


@pytest.mark.parametrize(
    ("line", "is_taken"),
    [
        (None, False),
        (b"", False),
        (b"{", False),
        (b"\xff", False),
        (b'{"patient": {"age_years": 40, "age_years": 40}}', False),
        (b'{"patient": {"age_years": 40, "reference": "\\ud800"}}', False),
        ('{"patient": {"age_years": 40, "reference": "Zoë"}}'.encode(), True),
        (b'{"patient": {"age_years": 40}}'.ljust(MAX_BODY), True),
        (b'{"patient": {"age_years": 40}}'.ljust(MAX_BODY + 1), False),
        (b'{"patient": {"age_years": 40, "reference": "' + b"x" * 128 + b'"}}', True),
        (b'{"patient": {"age_years": 40, "reference": "' + b"x" * 129 + b'"}}', False),
    ],
    ids=lambda value: repr(value)[:60],
)
def test_which_bytes_are_taken(line: bytes | None, is_taken: bool) -> None:
    assert taken(line) == [is_taken]


def test_every_statement_of_the_contract_is_taken() -> None:
    kinds = exam_columns()
    words = {"examined_at": "2026-10-01T10:00:00Z", "patient.reference": "p1"}
    for name, kind in kinds.items():
        if name.startswith("previous_examination.") or (kind is Kind.WORD and name not in words):
            continue
        line = json.dumps(
            nested({"patient.age_years": 40.0, name: 40.0 if name == "patient.age_years" else _stated(name, kind)})
        )
        rows, whole = table(pa.array([line.encode()], pa.binary()))
        assert whole.all(), name
        assert rows.schema.names == [each for each in arrow_schema().names if each in {"patient.age_years", name}]


def _stated(name: str, kind: Kind) -> Any:
    return {"examined_at": "2026-10-01T10:00:00Z", "patient.reference": "p1"}.get(name, STATED.get(kind))


def test_lines_and_what_is_no_line_are_decided_as_one_by_one_in_their_places() -> None:
    lines = [*as_lines([a_body(51), a_body(17), a_body(30, other_leg={})]), None, b"{", *as_lines([a_body(29)])]
    (batch,) = pa.table({LINE: pa.array(lines, pa.binary())}).to_batches()
    assert Tabled(Settings(), NOW)(batch, 7) == RowWise(Settings(), NOW)(batch, 7)
