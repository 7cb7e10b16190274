"""From a file to records: the exam as JSON, the labels beside it, and the row they stand in.

JSON Lines, CSV and Parquet end in the same records, so that everything after this is done once.
"""

import csv
import gzip
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from training.site.columns import (
    CONFIRMED_ON,
    LABELS,
    PATIENT,
    ROOTS_COLUMN,
    TRUTH,
    Json,
    Kind,
    about_unknown,
    exam_columns,
    from_arrow,
    from_cell,
    nested,
)
from training.site.faults import HEADER, BadTable, Faults
from training.site.leakage import OUTCOME_AS_FEATURE, names_outcome

AGE = "patient.age_years"
BATCH = 2048
_LABEL_KINDS = dict.fromkeys(LABELS, Kind.WORD) | {ROOTS_COLUMN: Kind.LIST}


@dataclass(frozen=True, kw_only=True)
class Record:
    """One row of the file: where it stands, its exam as JSON and its labels as they were written."""

    row: int
    exam: Any
    labels: Json


def unit_of(path: Path) -> str:
    """What a row of that file is called. A Parquet file has no lines: its rows are counted from 1."""
    return "row" if path.suffix == ".parquet" else "line"


def records(path: Path, faults: Faults) -> Iterator[Record]:
    """The records of a `.parquet`, `.csv` or `.jsonl` file (the latter two may end in `.gz`); faults go to `faults`.

    Raises:
        BadTable: the file cannot be read at all.
    """
    kind = "".join(path.suffixes[-2:]) if path.suffix == ".gz" else path.suffix
    with _readable(path):
        if kind == ".parquet":
            yield from _parquet(path, faults)
        elif kind in {".jsonl", ".jsonl.gz"}:
            with _text(path) as file:
                yield from _json_lines(file, faults)
        elif kind in {".csv", ".csv.gz"}:
            with _text(path) as file:
                yield from _csv(file, faults)
        else:
            raise BadTable(
                f"{path.name}: end the name in .parquet, .csv or .jsonl (.gz for packed text), not {kind!r}."
            )


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError:
        raise BadTable(f"{path.name} is not text in UTF-8: export it again with that encoding.") from None
    except FileNotFoundError:
        raise BadTable(f"{path} is not there.") from None
    except (OSError, EOFError, zlib.error, csv.Error, pa.ArrowException) as fault:
        raise BadTable(f"{path.name} cannot be read: {fault}") from None


def _text(path: Path) -> IO[str]:
    # A spreadsheet puts a byte order mark in front; the universal line ends are left to the csv reader.
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _json_lines(file: IO[str], faults: Faults) -> Iterator[Record]:
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        faults.seen += 1
        try:
            stated = json.loads(line, object_pairs_hook=_without_repeats)
            if "\\u" in line:
                json.dumps(stated, ensure_ascii=False).encode()
        except _RepeatedKey as fault:
            faults.add(number, "", str(fault))
            continue
        except UnicodeEncodeError:
            faults.add(number, "", "holds half a character. Export it again, in UTF-8.")
            continue
        except (ValueError, RecursionError):
            stated = None
        if not isinstance(stated, dict):
            faults.add(number, "", "is not a JSON object. One object a line, in UTF-8.")
            continue
        for name in stated.keys() - {"exam", *LABELS, *TRUTH}:
            faults.add(number, name, _about_unknown(name, ("exam", *LABELS)))
        yield Record(row=number, exam=stated.get("exam", {}), labels=_labels(stated))


class _RepeatedKey(ValueError):
    """A key that is there twice in one object."""


def _without_repeats(pairs: list[tuple[str, Any]]) -> Json:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise _RepeatedKey("has a key twice in one object; which of the two counts cannot be known.")
    return made


def _csv(file: IO[str], faults: Faults) -> Iterator[Record]:
    reader = csv.reader(file, strict=True)
    header = [name.strip() for name in next(reader, [])]
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        faults.add(HEADER, "", "separates its columns by semicolons or tabs. Write commas; semicolons join lists.")
        return
    kinds = _known(header, faults)
    for cells in reader:
        if not any(cells):
            continue
        faults.seen += 1
        if len(cells) != len(header):
            sentence = f"has {len(cells)} cells, the header {len(header)}. Quote cells that hold a comma."
            faults.add(reader.line_num, "", sentence)
            continue
        stated = {
            name: from_cell(cell, kinds[name])
            for name, cell in zip(header, cells, strict=True)
            if cell and name in kinds
        }
        yield _record(reader.line_num, stated)


def _parquet(path: Path, faults: Faults) -> Iterator[Record]:
    file = pq.ParquetFile(path)
    kinds = _known(file.schema_arrow.names, faults)
    row = 0
    for batch in file.iter_batches(batch_size=BATCH, columns=list(kinds)):
        stated: list[Json] = [{} for _ in range(batch.num_rows)]
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            for place, cell in zip(stated, column.to_pylist(), strict=True):
                if cell is not None and name in kinds:
                    place[name] = _plain(cell, name, kinds[name])
        faults.seen += batch.num_rows
        for place in stated:
            row += 1
            yield _record(row, place)


def _record(row: int, stated: Json) -> Record:
    exam = {name: value for name, value in stated.items() if value is not None and name not in LABELS}
    return Record(row=row, exam=nested(exam), labels=_labels(stated))


def _labels(stated: Json) -> Json:
    """The labels that are stated. A key of a patient may be a whole number: many systems count their patients."""
    labels = {name: stated[name] for name in LABELS if stated.get(name) is not None}
    if type(labels.get(PATIENT)) is int:
        labels[PATIENT] = str(labels[PATIENT])
    return labels


def _plain(cell: Any, name: str, kind: Kind) -> Any:
    """A Parquet value as JSON has it; a time is taken for its day where a day is asked for."""
    return cell.date().isoformat() if name == CONFIRMED_ON and isinstance(cell, datetime) else from_arrow(cell, kind)


def _known(header: Sequence[str], faults: Faults) -> dict[str, Kind]:
    """The columns that are read, with their kinds; every other one is told, unless it is one of TRUTH."""
    known = {**_LABEL_KINDS, **exam_columns()}
    for name, count in Counter(header).items():
        if count > 1:
            faults.add(HEADER, name, "is there twice.")
        if name not in known and name not in TRUTH:
            faults.add(HEADER, name, _about_unknown(name, known))
    for name in (PATIENT, ROOTS_COLUMN, AGE):
        if name not in header:
            faults.add(HEADER, name, "is missing: every table must have this column.")
            faults.absent.add(name)
    return {name: known[name] for name in header if name in known}


def _about_unknown(name: str, known: Iterable[str]) -> str:
    return OUTCOME_AS_FEATURE if names_outcome(name) else about_unknown(name, known)
