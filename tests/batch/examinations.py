"""Files of examinations for the batch, and what the API says of the same ones."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import HealthCheck, given, settings
from starlette.testclient import TestClient

from service.ndjson import NDJSON
from tests.builders import Body
from tests.properties.strategies import bodies
from training.cohort.draw import draw_blocks
from training.cohort.table import table
from training.cohort.world import published_world
from training.site.columns import Kind, arrow_schema, dotted, exam_columns, nested, to_cell

SEED = 8
BATCH = "/v1/assessments/batch?commit=false&explain=false"
SLICE = 500
"""Lines that are asked of the API at a time."""


def grave(count: int) -> list[Body]:
    """So many examinations of the kind that properties are asked of: flags, both legs, earlier ones, no grades."""
    found: list[Body] = []

    @settings(
        max_examples=count, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(bodies())
    def keep(body: Body) -> None:
        found.append(body)

    keep()
    return (found * (count // len(found) + 1))[:count]


def cohort(patients: int) -> pa.Table:
    """The examinations of so many synthetic patients, with their labels, as training writes them."""
    (block,) = draw_blocks((published_world(),), patients, SEED)
    return table(block, SEED)


def as_table(found: Sequence[Body]) -> pa.Table:
    """Examinations as dotted columns."""
    flat, kinds = [dotted(body) for body in found], exam_columns()
    return pa.table(
        {
            field.name: pa.array(
                [_cell(row.get(field.name), kinds[field.name]) for row in flat],
                type=field.type,
            )
            for field in arrow_schema()
        }
    )


def _cell(stated: Any, kind: Kind) -> Any:
    return to_cell(stated) if kind is Kind.GRADE and stated is not None else stated


def through_columns(body: Body) -> Body:
    """What of an examination dotted columns can say: an empty object is not there."""
    return nested(dotted(body))


def write(path: Path, exams: pa.Table | Sequence[bytes], *, rows: int = 1_000) -> Path:
    """A file of examinations: a table in row groups of so many rows, or lines."""
    if isinstance(exams, pa.Table):
        pq.write_table(exams, path, row_group_size=rows)
    else:
        path.write_bytes(b"".join(line + b"\n" for line in exams))
    return path


def as_lines(found: Sequence[Any]) -> list[bytes]:
    """Each as one line of JSON."""
    return [json.dumps(each).encode() for each in found]


def answered(client: TestClient, lines: Sequence[bytes]) -> list[dict[str, Any]]:
    """What the API says of each line, in order."""
    said = []
    for start in range(0, len(lines), SLICE):
        body = b"".join(line + b"\n" for line in lines[start : start + SLICE])
        found = client.post(BATCH, content=body, headers={"Content-Type": NDJSON})
        assert found.status_code == 200, found.text
        some = [json.loads(line) for line in found.content.splitlines()]
        for each in some:
            if "line" in each:
                each["line"] += start
        said += some
    return said


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of a file of answers, or of refused rows."""
    if path.suffix == ".parquet":
        rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
        return rows
    return [json.loads(line) for line in path.read_bytes().splitlines()]
