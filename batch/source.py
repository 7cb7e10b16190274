"""Files of examinations as chunks of rows: a Parquet file, a file of JSON lines, or a folder of one of the two kinds.

A chunk is so many rows from a place that follows from their number alone, so that a run which was stopped knows which
chunks are missing. Only a few are in memory at a time, however long a file is.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

import pyarrow as pa
import pyarrow.parquet as pq

from batch.errors import Failed, Unusable
from batch.resizing import resized
from batch.rowwise import LINE
from service.body import MAX_BODY
from training.site.columns import LABELS, TRUTH, about_unknown, exam_columns

AGE: Final = "patient.age_years"
PARQUET, JSON_LINES = ".parquet", ".jsonl"
SUFFIXES: Final = (PARQUET, JSON_LINES)

_BLANK: Final = b" \t\r\n"
_PART: Final = 1 << 20
"""Bytes that are read at a time where lines are counted."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where some rows stand: in which file, in which chunk of it, and their numbers, from 1."""

    file: int
    number: int
    first_row: int
    count: int


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Some rows of a file, and where they stand."""

    place: Place
    rows: pa.RecordBatch


@dataclass(frozen=True, kw_only=True)
class Source(ABC):
    """A file of examinations. `passed_over` names the columns beside the examinations that are not read."""

    file: int
    path: Path
    rows: int
    """Rows of it; of JSON its lines, blank ones too."""
    passed_over: tuple[str, ...] = ()

    def count(self, size: int) -> int:
        """How many chunks of `size` rows it has."""
        return -(-self.rows // size)

    def chunks(self, size: int, done: Collection[int]) -> Iterator[Chunk]:
        """Its chunks of `size` rows in order, without those whose numbers are `done`.

        Raises:
            Failed: there are not as many rows as there were.
        """
        first = next((number for number in range(self.count(size)) if number not in done), None)
        if first is None:
            return
        for number, rows in enumerate(self._read(size, first), first):
            if rows.num_rows != min(size, self.rows - number * size):
                raise Failed(f"{self.path} has not the rows that it had when the run was begun.")
            if number not in done:
                place = Place(file=self.file, number=number, first_row=number * size + 1, count=rows.num_rows)
                yield Chunk(place=place, rows=rows)

    @abstractmethod
    def _read(self, size: int, first: int) -> Iterator[pa.RecordBatch]:
        """Its chunks of `size` rows, from the one numbered `first` on."""


@dataclass(frozen=True, kw_only=True)
class Table(Source):
    """A Parquet file with the dotted columns of docs/site-data.md."""

    columns: tuple[str, ...]

    def _read(self, size: int, first: int) -> Iterator[pa.RecordBatch]:
        with pq.ParquetFile(self.path) as file:
            ends, before = [], 0
            for group in range(file.num_row_groups):
                before += file.metadata.row_group(group).num_rows
                ends.append(before)
            groups = [group for group, end in enumerate(ends) if end > first * size]
            skipped = ends[groups[0] - 1] if groups[0] else 0
            batches = file.iter_batches(batch_size=size, row_groups=groups, columns=list(self.columns))
            yield from resized(batches, size, first * size - skipped)


@dataclass(frozen=True, kw_only=True)
class Lines(Source):
    """A file with an examination a line, as `POST /v1/assessments` takes it."""

    def _read(self, size: int, first: int) -> Iterator[pa.RecordBatch]:
        with self.path.open("rb") as file:
            lines = _lines(file)
            for _ in range(first * size):
                next(lines)
            while some := list(islice(lines, size)):
                yield pa.RecordBatch.from_arrays([pa.array(some, pa.binary())], names=[LINE])


def sources(path: Path) -> tuple[Source, ...]:
    """The file at `path`, or all files of the folder there in the order of their names.

    Raises:
        Unusable: there is nothing that can be read as examinations, or a column that nobody knows.
    """
    if not path.is_dir():
        return (_source(path, 0),)
    inside = sorted(each for each in path.iterdir() if not each.name.startswith("."))
    kinds = {each.suffix for each in inside if each.is_file()}
    if strange := [each.name for each in inside if each.is_dir() or each.suffix not in SUFFIXES]:
        raise Unusable(f"{path} holds {strange[0]}, which is no .parquet or .jsonl file. Give a folder of its own.")
    if not kinds:
        raise Unusable(f"{path} holds no .parquet or .jsonl file.")
    if len(kinds) > 1:
        raise Unusable(f"{path} holds files of both kinds, .parquet and .jsonl. Give each kind a folder of its own.")
    return tuple(_source(each, number) for number, each in enumerate(inside))


def _source(path: Path, number: int) -> Source:
    if not path.exists():
        raise Unusable(f"{path} is not there.")
    if not path.is_file():
        raise Unusable(f"{path} is no file: it cannot be read twice, as a run that goes on has to.")
    if path.suffix not in SUFFIXES:
        raise Unusable(f"{path.name}: end the name in .parquet or .jsonl, not {path.suffix!r}.")
    try:
        return _table(path, number) if path.suffix == PARQUET else Lines(file=number, path=path, rows=_count(path))
    except (OSError, pa.ArrowException) as fault:
        raise Unusable(f"{path.name} cannot be read: {fault}") from None


def _table(path: Path, number: int) -> Table:
    with pq.ParquetFile(path) as file:
        names, rows = file.schema_arrow.names, file.metadata.num_rows
    known = exam_columns()
    beside = {*LABELS, *TRUTH}
    for name, count in Counter(names).items():
        if count > 1:
            raise Unusable(f"{path.name}: the column {name} is there twice.")
        if name not in known and name not in beside:
            raise Unusable(f"{path.name}: the column {name!r} {about_unknown(name, known)}")
    if AGE not in names:
        what = "column of an examination" if beside.issuperset(names) else f"column {AGE}"
        raise Unusable(f"{path.name} has no {what}: every examination needs {AGE}.")
    return Table(
        file=number,
        path=path,
        rows=rows,
        passed_over=tuple(name for name in names if name in beside),
        columns=tuple(name for name in names if name in known),
    )


def _lines(file: BinaryIO) -> Iterator[bytes | None]:
    """Each line without its end, None for a blank one. One that is longer than a body may be is cut: it is refused."""
    for line in iter(partial(file.readline, MAX_BODY + 2), b""):
        rest = line
        while not rest.endswith(b"\n") and rest:
            rest = file.readline(_PART)
        content = line.removesuffix(b"\n")
        yield content if content.strip(_BLANK) or len(content) > MAX_BODY else None


def _count(path: Path) -> int:
    """How many lines a file has; what comes after the last end of a line is one too."""
    count, last = 0, b"\n"
    with path.open("rb") as file:
        for part in iter(partial(file.read, _PART), b""):
            count, last = count + part.count(b"\n"), part[-1:]
    return count + (last != b"\n")
