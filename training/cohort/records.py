"""The cohort as a file of labelled exams in the format of the wire contract, with the truth beside them.

A site rehearses with it; anyone can restrict it to the population of a paper and compare. It is written block by block
as it is drawn, so that a file may be larger than memory: Parquet and CSV column by column, JSON exam by exam.
"""

import gzip
import json
from collections.abc import Callable, Iterable, Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from training.cohort.causes import SETTINGS
from training.cohort.draw import BLOCK, Cohort
from training.cohort.findings import exam_json
from training.cohort.table import LESION_OF_CAUSE, as_text, left, named, schema, table

SUFFIXES = (".jsonl", ".jsonl.gz", ".csv", ".parquet")
CHUNK = 20_000
"""Examinations that a row group of Parquet has at least, but for the last. Blocks are small where worlds are many."""

Json = dict[str, Any]


def records(cohort: Cohort, seed: int) -> Iterator[Json]:
    """One labelled exam after another: `exam`, `roots`, `patient`, and the truth beside it.

    `roots` are those truly involved and `imaging_roots` those that imaging shows; nothing confirmed them, so the
    records do not say that anything did.
    """
    involved, legs = cohort.involved, left(cohort)
    for i in range(len(cohort)):
        exam = exam_json(cohort.codes[i], left=bool(legs[i]), duration_days=int(cohort.duration_days[i]))
        yield {
            "exam": exam,
            "roots": named(involved[i]),
            "patient": f"synthetic-{seed}-{cohort.patient[i]}",
            "lesion": LESION_OF_CAUSE[cohort.cause[i]],
            "setting": SETTINGS[cohort.setting[i]],
            "duration_days": int(cohort.duration_days[i]),
            "imaging_roots": named(cohort.imaging[i]),
        }


def write(cohort: Cohort, path: Path, seed: int, tell: Callable[[int], None]) -> None:
    """Write a cohort that is held whole to a file of one of SUFFIXES; `tell` hears how many exams are written.

    Raises:
        ValueError: the name of the file ends in none of SUFFIXES.
    """

    def pieces() -> Iterator[Cohort]:
        for start in range(0, len(cohort), BLOCK):
            end = min(start + BLOCK, len(cohort))
            yield cohort.where(np.arange(start, end))
            tell(end)

    write_blocks(pieces(), path, seed)


def write_blocks(blocks: Iterable[Cohort], path: Path, seed: int) -> None:
    """Write a cohort to a file of one of SUFFIXES, asking for the next block when the one before has been turned into
    exams and let go.

    Raises:
        ValueError: the name of the file ends in none of SUFFIXES.
    """
    suffix = next((each for each in SUFFIXES if path.name.endswith(each)), None)
    if suffix is None:
        raise ValueError(f"{path.name}: the name must end in one of {', '.join(SUFFIXES)}")
    writer = {".csv": _write_csv, ".parquet": _write_parquet}.get(suffix, _write_json)
    writer(blocks, path, seed)


def _write_json(blocks: Iterable[Cohort], path: Path, seed: int) -> None:
    with _opened(path) as file:
        for block in blocks:
            file.writelines(json.dumps(entry) + "\n" for entry in records(block, seed))


def _opened(path: Path) -> IO[str]:
    if path.suffix != ".gz":
        return path.open("w", encoding="utf-8")
    # No time of day in the header, so that the same seed gives the same file.
    return TextIOWrapper(gzip.GzipFile(path, "wb", mtime=0), encoding="utf-8")


def _write_csv(blocks: Iterable[Cohort], path: Path, seed: int) -> None:
    # No value has a comma or a quote in it; the writer would refuse one.
    plain = pa_csv.WriteOptions(include_header=False, quoting_style="none")
    with path.open("wb") as file:
        file.write((",".join(schema().names) + "\n").encode())
        for block in blocks:
            pa_csv.write_csv(as_text(table(block, seed)), file, plain)


def _write_parquet(blocks: Iterable[Cohort], path: Path, seed: int) -> None:
    waiting: list[pa.Table] = []
    with pq.ParquetWriter(path, schema()) as writer:
        for block in blocks:
            waiting.append(table(block, seed))
            if sum(map(len, waiting)) >= CHUNK:
                writer.write_table(pa.concat_tables(waiting))
                waiting = []
        if waiting:
            writer.write_table(pa.concat_tables(waiting))
