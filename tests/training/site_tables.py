"""Labelled tables for the tests of a site's data: the same exams as JSON Lines, CSV and Parquet."""

import csv
import gzip
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from training.site.columns import EXAM, Kind, arrow_schema, dotted, exam_columns, to_cell

Row = dict[str, Any]
"""One labelled exam: `exam` as JSON, and the labels beside it."""


def a_row(number: int = 0, *, roots: Sequence[str] = ("L5",), **sections: Any) -> Row:
    """A labelled exam of a patient of its own; `sections` are those of the exam."""
    patient = {"age_years": 30 + number % 50, **sections.pop("patient", {})}
    labels = {"patient": f"p{number}", "roots": list(roots), "confirmed_by": "mri", "confirmed_on": "2026-01-31"}
    return {"exam": {"patient": patient, **sections}, **labels}


def some_rows(count: int) -> list[Row]:
    """Rows of which a quarter each have L4, L5, S1 and none, with pain that hints at the root."""
    kinds = [(("L4",), "knee"), (("L5",), "great_toe"), (("S1",), "heel"), ((), "low_back")]
    rows = []
    for number in range(count):
        roots, region = kinds[number % 4]
        pain = [region] if number % 3 else ["buttock"]
        rows.append(a_row(number, roots=roots, history={"pain_locations": pain}))
    return rows


def _stated(exam: Any) -> Any:
    if isinstance(exam, dict):
        return {name: inner for name, value in exam.items() if (inner := _stated(value)) not in (None, {})}
    return exam


def as_json(exam: Any) -> Row:
    """An Exam as the JSON that states it, without what was not assessed."""
    stated: Row = _stated(EXAM.dump_python(exam, mode="json"))
    return stated


def write_jsonl(path: Path, rows: Sequence[Row]) -> Path:
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    path.write_bytes(gzip.compress(lines.encode()) if path.suffix == ".gz" else lines.encode())
    return path


def write_csv(path: Path, rows: Sequence[Row]) -> Path:
    flat = [_flat(row) for row in rows]
    header = list(dict.fromkeys(name for row in flat for name in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows([to_cell(row.get(name)) for name in header] for row in flat)
    return path


def write_parquet(path: Path, rows: Sequence[Row]) -> Path:
    flat = [_flat(row) for row in rows]
    kinds = exam_columns()
    types = {field.name: field.type for field in arrow_schema()} | {"roots": pa.list_(pa.string())}
    columns = {}
    for name in dict.fromkeys(name for row in flat for name in row):
        cells = [row.get(name) for row in flat]
        if kinds.get(name) is Kind.GRADE:
            cells = [None if cell is None else to_cell(cell) for cell in cells]
        columns[name] = pa.array(cells, type=types.get(name))
    pq.write_table(pa.table(columns), path)
    return path


def _flat(row: Row) -> Row:
    labels = {name: value for name, value in row.items() if name != "exam"}
    return {**labels, **dotted(row["exam"])}


WRITERS: dict[str, Callable[[Path, Sequence[Row]], Path]] = {
    "exams.jsonl": write_jsonl,
    "exams.jsonl.gz": write_jsonl,
    "exams.csv": write_csv,
    "exams.parquet": write_parquet,
}
