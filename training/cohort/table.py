"""Examinations as an Arrow table in the format of a site's own data, made column by column.

A million examinations are too many to make one after the other. What a code means is still said in one place only,
`findings.exam_json`: it is asked once for every code of every column, and whole columns look the answer up.
"""

from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.anatomy import ROOTS, Side
from training.cohort.causes import CAUSES, INVOLVED, SETTINGS, Bools
from training.cohort.draw import Cohort
from training.cohort.findings import COLUMN, COLUMNS, NOT_STATED, REGIONS, UNGRADED, WHERE, Codes, exam_json
from training.site.columns import NONE, SEPARATOR, Kind, arrow_schema, dotted, exam_columns, to_cell

LABELS = {"roots": pa.list_(pa.string()), "imaging_roots": pa.list_(pa.string()), "patient": pa.string()}
TRUTH = {"lesion": pa.string(), "setting": pa.string(), "duration_days": pa.int64()}
LESION_OF_CAUSE = tuple(cause.lesion if cause.reached else cause.name for cause in CAUSES)
"""What is said of the lesion, by cause: a mimic's own name where there is none."""

_LISTS = {"history.pain_locations": "pain", "history.paresthesia_locations": "paresthesia"}
_AGE, _SIDE = COLUMN["age_years"], COLUMN["both_sides"]
_TOGETHER = {_AGE, _SIDE, *(c for kind in _LISTS.values() for c in range(*WHERE[kind].indices(len(COLUMNS))))}
"""Columns of codes that are a number, need the leg, or make a list together. Every other is said code by code."""


@cache
def schema() -> pa.Schema:
    """Every column that an exam may have, then the labels and the truth."""
    return pa.schema([*arrow_schema(), *(LABELS | TRUTH).items()])


def table(cohort: Cohort, seed: int) -> pa.Table:
    """The examinations with their labels, (n, len(schema())); a column that the cohort knows nothing of is null."""
    columns = _exams(cohort) | _beside(cohort, seed)
    return pa.table(
        {field.name: columns.get(field.name, pa.nulls(len(cohort), field.type)) for field in schema()}, schema=schema()
    )


def as_text(exams: pa.Table) -> pa.Table:
    """The same with every value as the text of a CSV cell; nulls stay nulls."""
    return pa.table({name: _text(exams[name]) for name in exams.column_names})


def left(cohort: Cohort) -> Bools:
    """Whether it is the left leg, (n,). It means nothing to the roots and goes by the number of the patient."""
    return np.asarray(cohort.patient % 2 == 1)


def named(roots: Bools) -> list[str]:
    """The names of those of ROOTS that are there, (3,)."""
    return [str(root) for root, there in zip(ROOTS, roots, strict=True) if there]


def _exams(cohort: Cohort) -> dict[str, pa.Array]:
    codes, days = np.asfortranarray(cohort.codes), cohort.duration_days
    side = np.where(codes[:, _SIDE] == 1, Side.BILATERAL, np.where(left(cohort), Side.LEFT, Side.RIGHT))
    columns = {
        "patient.age_years": pa.array(codes[:, _AGE].astype(np.float64)),
        "history.symptom_duration_days": pa.array(days.astype(np.float64)),
        "history.side": pa.array(side, pa.string(), mask=codes[:, _SIDE] == NOT_STATED),
    }
    for name, kind in _LISTS.items():
        columns[name] = _listed(codes[:, WHERE[kind]])
    for column in range(len(COLUMNS)):
        if column not in _TOGETHER:
            columns |= _code_by_code(column, codes[:, column])
    return columns


def _code_by_code(column: int, codes: Codes) -> dict[str, pa.Array]:
    """What one column of codes, (n,), says: mostly one column of the table; the straight leg raise has an angle too."""
    # NOT_STATED comes first and stays None.
    place = codes - NOT_STATED
    says: dict[str, list[Any]] = {}
    for code in np.flatnonzero(np.bincount(place)) + NOT_STATED:
        for name, stated in _alone(column, int(code)).items():
            says.setdefault(name, [None] * (UNGRADED + 2))[code - NOT_STATED] = stated
    return {name: pa.array(by_code, schema().field(name).type).take(pa.array(place)) for name, by_code in says.items()}


@cache
def _alone(column: int, code: int) -> dict[str, Any]:
    """What an exam says that states this and an age."""
    codes = np.full(len(COLUMNS), NOT_STATED, dtype=np.int8)
    codes[_AGE], codes[column] = 0, code
    flat = dotted(exam_json(codes, left=True))
    del flat["patient.age_years"]
    kinds = exam_columns()
    return {name: to_cell(stated) if kinds[name] is Kind.GRADE else stated for name, stated in flat.items()}


def _listed(codes: Codes) -> pa.Array:
    """The regions that are named, from codes (n, 20): null where nobody asked, empty where there is none."""
    asked = codes[:, 0] != NOT_STATED
    found = (codes == 1) & asked[:, None]
    ends = np.concatenate([[0], np.cumsum(found.sum(axis=1))])
    regions = pa.array([str(region) for region in REGIONS]).take(pa.array(np.nonzero(found)[1]))
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), regions, mask=pa.array(~asked))


def _beside(cohort: Cohort, seed: int) -> dict[str, pa.Array]:
    sets = np.array([[bool(number & 1 << root) for root in range(len(ROOTS))] for number in range(1 << len(ROOTS))])
    cause, shown = pa.array(cohort.cause), pa.array(cohort.imaging @ (1 << np.arange(len(ROOTS))))
    return {
        "roots": pa.array([named(roots) for roots in INVOLVED], LABELS["roots"]).take(cause),
        "imaging_roots": pa.array([named(roots) for roots in sets], LABELS["imaging_roots"]).take(shown),
        "patient": pc.binary_join_element_wise(f"synthetic-{seed}", pa.array(cohort.patient).cast(pa.string()), "-"),
        "lesion": pa.array(LESION_OF_CAUSE).take(cause),
        "setting": pa.array(SETTINGS).take(pa.array(cohort.setting)),
        "duration_days": pa.array(cohort.duration_days),
    }


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if not pa.types.is_list(column.type):
        return column.cast(pa.string())
    return pc.if_else(pc.equal(pc.list_value_length(column), 0), NONE, pc.binary_join(column, SEPARATOR))
