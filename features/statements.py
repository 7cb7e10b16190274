"""What an examination states, statement by statement: which columns of the row belong to which JSON pointer."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.answer import Answer
from features.encoding import FEATURES, Row
from features.exam import Exam

_PAIN, _BELOW_KNEE = "/history/pain_locations", "/history/pain_radiates_below_knee"


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement of history or examination: its JSON pointer (RFC 6901) and its columns in the row."""

    pointer: str
    columns: tuple[int, ...]


def _all_statements() -> tuple[Statement, ...]:
    columns: dict[str, list[int]] = {}
    for column, feature in enumerate(FEATURES):
        columns.setdefault(feature.pointer, []).append(column)
    return tuple(
        Statement(pointer=pointer, columns=tuple(found))
        for pointer, found in columns.items()
        if not pointer.startswith("/patient/")
    )


STATEMENTS = _all_statements()
"""Every statement that a row can hold, in the order of the row; age and sex are no findings and not among them."""


_FIRST = [statement.columns[0] for statement in STATEMENTS]
"""The first column of each statement: it is there whenever another column of it is."""


def there(rows: Row) -> npt.NDArray[np.bool_]:
    """Which of STATEMENTS each row (n, 109) holds: (n, len(STATEMENTS))."""
    return np.asarray(~np.isnan(rows[:, _FIRST]))


def stated(row: Row) -> tuple[Statement, ...]:
    """The statements that the row (109,) holds."""
    return tuple(each for each, held in zip(STATEMENTS, there(row[np.newaxis])[0], strict=True) if held)


def stated_by(exam: Exam, row: Row) -> tuple[Statement, ...]:
    """The statements of `exam`, whose row is `row`.

    Whether the pain goes below the knee is a statement only where somebody said so: where it was derived from the
    regions of pain, its column belongs to those.
    """
    found = stated(row)
    if exam.history.pain_radiates_below_knee is not Answer.NOT_ASSESSED:
        return found
    derived = {each.pointer: each.columns for each in found}.get(_BELOW_KNEE, ())
    return tuple(
        Statement(pointer=_PAIN, columns=each.columns + derived) if each.pointer == _PAIN else each
        for each in found
        if each.pointer != _BELOW_KNEE
    )
