"""Lines of JSON as dotted columns, so that they are decided together as the rows of a Parquet file are.

Only a line of which columns can say all is taken; any other is for `service.intake`, which names its faults.
"""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from batch.tabled.places import UNGRADED, parts
from features.exam import NORMAL_POWER
from service.body import MAX_BODY, Intricate, parse
from service.problems import Refusal
from training.site.columns import Kind, arrow_schema, exam_columns, nested

Flags = npt.NDArray[np.bool_]

EXACT: Final = 2.0**53
"""Up to here a number of JSON is the same number in a column."""


class _Unlike(Exception):
    """The line says something that a row of columns cannot say, or that no examination says."""


def table(lines: pa.Array) -> tuple[pa.RecordBatch, Flags]:
    """The lines as columns, and which of them these say in full: (n,). The rest are rows without anything."""
    taken = np.zeros(len(lines), dtype=np.bool_)
    cells: defaultdict[str, list[Any]] = defaultdict(lambda: [None] * len(lines))
    for row, line in enumerate(lines.to_pylist()):
        try:
            flat = _flat(line)
        except _Unlike:
            continue
        taken[row] = True
        for name, cell in flat.items():
            cells[name][row] = cell
    schema = pa.schema([each for each in arrow_schema() if each.name in cells])
    arrays = [pa.array(cells[each.name], type=each.type) for each in schema]
    if not arrays:
        return pa.RecordBatch.from_struct_array(pa.array([{}] * len(lines), type=pa.struct([]))), taken
    return pa.RecordBatch.from_arrays(arrays, schema=schema), taken


def _flat(line: bytes | None) -> dict[str, Any]:
    """The columns that a line states.

    Raises:
        _Unlike: they would not say all of it.
    """
    if line is None or len(line) > MAX_BODY:
        raise _Unlike
    try:
        exam = parse(line)
    except (Refusal, Intricate):
        raise _Unlike from None
    if not isinstance(exam, dict) or exam.get("previous_examination") is not None:
        raise _Unlike
    flat: dict[str, Any] = {}
    _take(exam, "", _known(), flat)
    return flat


def _take(stated: Mapping[str, Any], path: str, known: Mapping[str, Any], flat: dict[str, Any]) -> None:
    before = len(flat)
    for key, value in stated.items():
        place = known.get(key)
        if isinstance(place, tuple):
            name, kind = place
            if value is not None:
                flat[name] = _cell(value, kind)
        elif place is None or not isinstance(value, dict | None):
            raise _Unlike
        elif value is not None:
            _take(value, f"{path}.{key}".lstrip("."), place, flat)
    if len(flat) == before and path in parts():  # a leg of which nothing is said is another thing than no leg
        raise _Unlike


@cache
def _known() -> Mapping[str, Any]:
    """The contract as nested mappings; where a value stands, the name of its column and its kind."""
    return nested({name: (name, kind) for name, kind in exam_columns().items()})


def _cell(value: Any, kind: Kind) -> Any:
    """A value as its column has it.

    Raises:
        _Unlike: it is of another kind.
    """
    match kind:
        case Kind.YES_NO if isinstance(value, bool):
            return value
        case Kind.WORD if isinstance(value, str):
            return _whole(value)
        case Kind.LIST if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return [_whole(each) for each in value]
        case Kind.NUMBER if _is_number(value):
            return float(value)
        case Kind.GRADE if value == UNGRADED:
            return value
        case Kind.GRADE if _is_number(value) and 0 <= value <= NORMAL_POWER:
            return repr(float(value))
    raise _Unlike


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -EXACT < value < EXACT


def _whole(text: str) -> str:
    """The text, where no half of a character is in it."""
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise _Unlike from None
    return text
