"""A site's table, read and checked: either all of it may be trained on, or none, and the report says why."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from features.anatomy import ROOTS
from features.encoding import FEATURES, Row, encode
from features.exam import Exam
from training.dataset import Dataset
from training.site.columns import CONFIRMED_ON, EXAM_PREFIX, LABELS, PATIENT, ROOTS_COLUMN, SETTING
from training.site.completeness import completeness_of
from training.site.enough import FEWEST, tell_too_few
from training.site.exam_check import checked
from training.site.faults import HEADER, BadTable, Faults
from training.site.leakage import tell_giveaways, tell_twins
from training.site.notes import notes
from training.site.schema import check_labels, day
from training.site.source import Record, records, unit_of


@dataclass(frozen=True, kw_only=True)
class SiteTable:
    """Labelled exams that passed every check, and what their owner should know about them all the same."""

    dataset: Dataset
    notes: tuple[str, ...]


def read(path: Path, now: datetime, *, setting: str = "unknown", fewest: int = FEWEST) -> SiteTable:
    """Read a `.parquet`, `.csv` or `.jsonl` table of labelled exams (the format is in docs/site-data.md).

    `now` (with its zone) is the time that nothing may lie after; `setting` is that of rows which name none; `fewest`
    is how many patients each root needs, with it and without it.

    Raises:
        BadTable: anything is wrong; the message names every fault by row and column.
    """
    faults = Faults(unit=unit_of(path))
    prefix = EXAM_PREFIX if ".jsonl" in path.suffixes else ""
    kept: list[Record] = []
    encoded: list[Row] = []
    when: list[str] = []
    readable: list[bool] = []
    for record in records(path, faults):
        exam = checked(record.exam, record.row, prefix, now, faults)
        readable.append(exam is not None)
        encoded.append(_NOTHING if exam is None else encode(exam))
        when.append(_moment(exam))
        # The exam itself is let go: a table may have a million of them.
        kept.append(Record(row=record.row, exam=None, labels=record.labels))
    if not faults.seen:
        faults.add(HEADER, "", "has no rows.")
    if not kept:
        raise BadTable(faults.report(path.name))
    labels = _labels(kept)
    labelled = _check_labels(labels, now.date(), faults)
    good = labelled & np.array(readable)
    data = _dataset(labels[good], np.array(encoded, dtype=np.float32)[good], setting)
    places = [record.row for record, is_good in zip(kept, good, strict=True) if is_good]
    times = [time for time, is_good in zip(when, good, strict=True) if is_good]
    by_chance = tell_twins(data, places, times, faults)
    tell_giveaways(data, faults)
    if good.all():
        # Rows that could not be read might have been the ones that were too few.
        tell_too_few(data, fewest, faults)
    if faults:
        raise BadTable(faults.report(path.name))
    labels["examined_on"] = [date.fromisoformat(time[:10]) if time else None for time in when]
    labels[CONFIRMED_ON] = labels[CONFIRMED_ON].map(day)
    return SiteTable(dataset=data, notes=notes(data, labels, by_chance))


_NOTHING = np.full(len(FEATURES), np.nan, dtype=np.float32)


def _moment(exam: Exam | None) -> str:
    return exam.examined_at.isoformat() if exam is not None and exam.examined_at is not None else ""


def _labels(kept: list[Record]) -> pd.DataFrame:
    """The labels as they were written, (n, len(LABELS)) of objects; the index is the row in the file."""
    columns: dict[str, list[Any]] = {name: [record.labels.get(name) for record in kept] for name in LABELS}
    index = pd.Index([record.row for record in kept], dtype=np.int64)
    return pd.DataFrame({name: pd.Series(cells, index=index, dtype=object) for name, cells in columns.items()})


def _check_labels(labels: pd.DataFrame, today: date, faults: Faults) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Tell the faults of the labels; which rows have patient and roots that can be used: (n,)."""
    bad = check_labels(labels, today, faults)
    return ~np.isin(labels.index.to_numpy(), list(bad))


def _dataset(labels: pd.DataFrame, rows: Row, setting: str) -> Dataset:
    involved = [[root in roots for root in ROOTS] for roots in labels[ROOTS_COLUMN]]
    return Dataset(
        rows=rows,
        involved=np.array(involved, dtype=bool).reshape(-1, len(ROOTS)),
        patients=np.array([key.strip() for key in labels[PATIENT]], dtype=np.str_),
        completeness=completeness_of(rows),
        setting=np.array([setting if stated is None else stated for stated in labels[SETTING]], dtype=np.str_),
        weights=np.ones(len(rows)),
    )
