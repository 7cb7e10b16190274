"""How much one examination says: how many findings were stated, and how many of the signs were abnormal.

Read from the rows that the classifier reads, so that training and service count alike.
"""

import numpy as np
import numpy.typing as npt

from features.encoding import FEATURES, Row, encode
from features.exam import Exam
from features.once import once
from features.statements import there

Ints = npt.NDArray[np.int64]

_POINTERS = tuple(feature.pointer for feature in FEATURES)
_SIGNS = [
    column
    for column, pointer in enumerate(_POINTERS)
    if pointer.startswith("/examination/") and _POINTERS.index(pointer) == column
]


def findings_stated(rows: Row) -> Ints:
    """How many statements of history and examination each row (n, 109) holds: (n,). A list of regions counts once."""
    return np.asarray(there(rows).sum(axis=1), dtype=np.int64)


@once
def findings_of(exam: Exam) -> int:
    """How many statements of history and examination an exam holds."""
    return int(findings_stated(encode(exam)[np.newaxis])[0])


def signs_abnormal(rows: Row) -> Ints:
    """How many signs of the examination are stated to be abnormal in each row (n, 109): (n,)."""
    # A comparison with NaN is false: what was not assessed is not abnormal.
    return np.asarray((rows[:, _SIGNS] > 0).sum(axis=1), dtype=np.int64)
