"""From Arrow columns to the numbers that tables ask for, and which rows are sound."""

import re
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import TypeAdapter, ValidationError

from batch.tabled.places import UNGRADED, Listed, Number, Word, columns, parts
from batch.tabled.questions import NOT_STATED, Chunk
from features.answer import Answer
from features.exam import Moment
from service.intake import EARLIEST_YEAR
from training.site.columns import Kind, from_arrow

Flags = npt.NDArray[np.bool_]

HALF: Final = 0.5
"""The step between grades."""

LONGEST_REFERENCE: Final = 128
"""Characters of a patient's reference in the wire contract."""

_MOMENT: Final[TypeAdapter[datetime]] = TypeAdapter(Moment)

_GRADE = re.compile(r"[0-5](\.[05]0*)?")


def read(rows: pa.RecordBatch, at: datetime) -> tuple[Chunk, Flags]:
    """The rows as a Chunk, and which of them are sound: (n,). `at` is now.

    A row that is not sound may be all the same; it is for `service.intake` to say, which names the faults.
    """
    there = {name: rows.column(place) for place, name in enumerate(rows.schema.names)}
    sound = np.ones(rows.num_rows, dtype=np.bool_)
    words: dict[str, Any] = {}
    numbers: dict[str, Any] = {}
    ungraded: dict[str, Any] = {}
    lists: dict[str, Any] = {}
    stated: dict[str, Flags] = {}
    for name, place in columns().items():
        column = there.get(name)
        match place:
            case Word():
                words[name], fine = _words(column, place.words, rows.num_rows)
            case Listed():
                lists[name], fine = _lists(column, place.words, rows.num_rows)
            case Number(grade=True):
                numbers[name], ungraded[name], fine = _grades(column, rows.num_rows)
            case Number():
                numbers[name], fine = _numbers(column, place, rows.num_rows)
        if column is not None:
            sound &= fine
            stated[name] = np.asarray(column.is_valid())
    sound &= ~np.isnan(numbers["patient.age_years"])
    for name, column in there.items():
        if name.startswith("previous_examination."):
            sound &= np.asarray(column.is_null())
    sound &= _times(there.get("examined_at"), at, rows.num_rows)
    sound &= _references(there.get("patient.reference"), rows.num_rows)
    chunk = Chunk(
        size=rows.num_rows,
        words=words,
        numbers=numbers,
        ungraded=ungraded,
        lists=lists,
        parts={path: _any(path, stated, rows.num_rows) for path in parts()},
    )
    return chunk, sound


def _any(path: str, stated: Mapping[str, Flags], size: int) -> Flags:
    """Which rows state anything below a path."""
    below = [flags for name, flags in stated.items() if name.startswith(f"{path}.")]
    return np.logical_or.reduce(below) if below else np.zeros(size, dtype=np.bool_)


def _words(column: Any, words: tuple[Enum, ...], size: int) -> tuple[npt.NDArray[np.int64], Flags]:
    if column is None or pa.types.is_null(column.type):
        return np.zeros(size, dtype=np.int64), np.ones(size, dtype=np.bool_)
    if isinstance(words[0], Answer):
        known: dict[Any, int] = {True: words.index(Answer.YES) + 1, False: words.index(Answer.NO) + 1}
        right = pa.types.is_boolean(column.type)
    else:
        known = {word.value: place for place, word in enumerate(words, 1)}
        right = _is_text(column.type)
    if not right:
        return np.zeros(size, dtype=np.int64), np.asarray(column.is_null())
    return _coded(column, lambda value: known.get(value, -1), 0)


def _coded(column: Any, code_of: Any, nothing: int) -> tuple[npt.NDArray[np.int64], Flags]:
    """The codes of a column by its distinct values; -1 is not sound."""
    coded = column if pa.types.is_dictionary(column.type) else pc.dictionary_encode(column)
    table = np.array([code_of(value) for value in coded.dictionary.to_pylist()] + [nothing], dtype=np.int64)
    places = coded.indices.fill_null(len(table) - 1).to_numpy(zero_copy_only=False).astype(np.int64)
    codes = table[places]
    fine = codes >= 0
    return np.where(fine, codes, nothing), fine


def _is_text(kind: pa.DataType) -> bool:
    return (
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or (pa.types.is_dictionary(kind) and _is_text(kind.value_type))
    )


def _lists(column: Any, words: tuple[Enum, ...], size: int) -> tuple[npt.NDArray[np.int64], Flags]:
    if column is None or pa.types.is_null(column.type):
        return np.full(size, NOT_STATED, dtype=np.int64), np.ones(size, dtype=np.bool_)
    if not (pa.types.is_list(column.type) or pa.types.is_large_list(column.type)) or not _is_text(
        column.type.value_type
    ):
        return np.full(size, NOT_STATED, dtype=np.int64), np.asarray(column.is_null())
    known = {word.value: place for place, word in enumerate(words)}
    entries, fine = _coded(pc.list_flatten(column), lambda value: known.get(value, -1), -1)
    owners = pc.list_parent_indices(column).to_numpy(zero_copy_only=False).astype(np.int64)
    bits = np.zeros(size, dtype=np.int64)
    np.bitwise_or.at(bits, owners[fine], np.int64(1) << entries[fine])
    sound = np.ones(size, dtype=np.bool_)
    sound[owners[~fine]] = False
    return np.where(np.asarray(column.is_null()), NOT_STATED, bits), sound


def _numbers(column: Any, place: Number, size: int) -> tuple[npt.NDArray[np.float64], Flags]:
    if column is None or pa.types.is_null(column.type):
        return np.full(size, np.nan), np.ones(size, dtype=np.bool_)
    if not (pa.types.is_floating(column.type) or pa.types.is_integer(column.type)):
        return np.full(size, np.nan), np.asarray(column.is_null())
    values = column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    absent = np.asarray(column.is_null())
    fine = absent | (np.isfinite(values) & (values >= place.low) & (values <= place.high))
    return np.where(absent | ~fine, np.nan, values), fine


def _grades(column: Any, size: int) -> tuple[npt.NDArray[np.float64], Flags, Flags]:
    nothing = np.full(size, np.nan), np.zeros(size, dtype=np.bool_)
    if column is None or pa.types.is_null(column.type):
        return *nothing, np.ones(size, dtype=np.bool_)
    if not _is_text(column.type):
        return *nothing, np.asarray(column.is_null())
    ungraded = 100

    def code(text: str | None) -> int:
        if text == UNGRADED:
            return ungraded
        fine = text is not None and _GRADE.fullmatch(text) is not None and float(text) <= 5
        return int(float(text) / HALF) if fine and text is not None else -1

    codes, fine = _coded(column, code, 101)
    return np.where(codes < ungraded, codes * HALF, np.nan), codes == ungraded, fine


def _times(column: Any, at: datetime, size: int) -> Flags:
    """Which rows state no time, or one that the contract takes; what a row says else never rests on it."""
    if column is None or pa.types.is_null(column.type):
        return np.ones(size, dtype=np.bool_)

    def code(value: Any) -> int:
        try:
            moment = _MOMENT.validate_python(from_arrow(value, Kind.WORD))
        except ValidationError:
            return -1
        return 0 if moment <= at and moment.year > EARLIEST_YEAR else -1

    return _coded(column, code, 0)[1]


def _references(column: Any, size: int) -> Flags:
    if column is None or pa.types.is_null(column.type):
        return np.ones(size, dtype=np.bool_)
    if not _is_text(column.type):
        return np.asarray(column.is_null())
    texts = column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
    short = pc.less_equal(pc.utf8_length(texts), LONGEST_REFERENCE)
    return np.asarray(short.fill_null(True))
