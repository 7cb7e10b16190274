"""The cohort as a file of labelled exams in the format of the wire contract, with the truth beside them.

A site rehearses with it; anyone can restrict it to the population of a paper and compare.
"""

import csv
import gzip
import json
from collections.abc import Callable, Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from features.anatomy import ROOTS
from training.cohort.causes import CAUSES, SETTINGS
from training.cohort.draw import Cohort
from training.cohort.findings import exam_json
from training.site.columns import arrow_schema, dotted, exam_columns, to_cell

SUFFIXES = (".jsonl", ".jsonl.gz", ".csv", ".parquet")
CHUNK = 20_000
"""Examinations in memory as text at a time."""
_TRUTH = {"lesion": pa.string(), "setting": pa.string(), "duration_days": pa.int64()}
_LABELS = {"roots": pa.list_(pa.string()), "imaging_roots": pa.list_(pa.string()), "patient": pa.string()}

Json = dict[str, Any]


def records(cohort: Cohort, seed: int) -> Iterator[Json]:
    """One labelled exam after another: `exam`, `roots`, `patient`, and the truth beside it.

    `roots` are those truly involved and `imaging_roots` those that imaging shows; nothing confirmed them, so the
    records do not say that anything did.
    """
    for i in range(len(cohort)):
        cause = CAUSES[cohort.cause[i]]
        # Which leg it is means nothing to the roots; it goes by the number of the patient.
        exam = exam_json(cohort.codes[i], left=bool(cohort.patient[i] % 2), duration_days=int(cohort.duration_days[i]))
        yield {
            "exam": exam,
            "roots": _named(cohort.involved[i]),
            "patient": f"synthetic-{seed}-{cohort.patient[i]}",
            "lesion": cause.lesion if cause.reached else cause.name,
            "setting": SETTINGS[cohort.setting[i]],
            "duration_days": int(cohort.duration_days[i]),
            "imaging_roots": _named(cohort.imaging[i]),
        }


def write(cohort: Cohort, path: Path, seed: int, tell: Callable[[int], None]) -> None:
    """Write the cohort to a file of one of SUFFIXES; `tell` hears how many exams are written.

    Raises:
        ValueError: the name of the file ends in none of SUFFIXES.
    """
    suffix = next((each for each in SUFFIXES if path.name.endswith(each)), None)
    if suffix is None:
        raise ValueError(f"{path.name}: the name must end in one of {', '.join(SUFFIXES)}")
    writer = {".csv": _write_csv, ".parquet": _write_parquet}.get(suffix, _write_json)
    writer(records(cohort, seed), path, tell)


def _write_json(entries: Iterator[Json], path: Path, tell: Callable[[int], None]) -> None:
    with _opened(path) as file:
        for number, entry in enumerate(entries, start=1):
            file.write(json.dumps(entry) + "\n")
            if number % CHUNK == 0:
                tell(number)


def _opened(path: Path) -> IO[str]:
    if path.suffix != ".gz":
        return path.open("w", encoding="utf-8")
    # No time of day in the header, so that the same seed gives the same file.
    return TextIOWrapper(gzip.GzipFile(path, "wb", mtime=0), encoding="utf-8")


def _write_csv(entries: Iterator[Json], path: Path, tell: Callable[[int], None]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        names = [*exam_columns(), *_LABELS, *_TRUTH]
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        for number, entry in enumerate(entries, start=1):
            writer.writerow({name: to_cell(stated) for name, stated in _flat(entry).items()})
            if number % CHUNK == 0:
                tell(number)


def _write_parquet(entries: Iterator[Json], path: Path, tell: Callable[[int], None]) -> None:
    schema = arrow_schema()
    for name, kind in (_LABELS | _TRUTH).items():
        schema = schema.append(pa.field(name, kind))
    grades = {name for name in schema.names if name.startswith("examination.strength.")}
    done = 0
    with pq.ParquetWriter(path, schema) as writer:
        while chunk := [_flat(entry) for _, entry in zip(range(CHUNK), entries, strict=False)]:
            columns = {name: [row.get(name) for row in chunk] for name in schema.names}
            for name in grades & columns.keys():
                columns[name] = [None if stated is None else to_cell(stated) for stated in columns[name]]
            writer.write_table(pa.table(columns, schema=schema))
            done += len(chunk)
            tell(done)


def _flat(entry: Json) -> Json:
    beside = {name: stated for name, stated in entry.items() if name != "exam"}
    return dotted(entry["exam"]) | beside


def _named(roots: np.ndarray[Any, np.dtype[np.bool_]]) -> list[str]:
    return [str(root) for root, there in zip(ROOTS, roots, strict=True) if there]
