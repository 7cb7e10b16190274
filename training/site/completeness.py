"""How much of an exam was written down, as one of three words, for the subgroups of a report.

A site does not say from what its rows were made; the number of stated findings tells it well enough.
"""

import numpy as np
import numpy.typing as npt

from features.completeness import findings_stated
from features.encoding import Row

FULL_FROM, PARTIAL_FROM = 29, 10
"""Stated findings from which an exam counts as full, or as partial; fewer are sparse.

In the synthetic cohort 99 % of the full examinations state 29 or more and 11 % of the partial ones; 89 % of the sparse
ones state 9 or fewer and 13 % of the partial ones.
"""


def completeness_of(rows: Row) -> npt.NDArray[np.str_]:
    """`full`, `partial` or `sparse` for each of the rows (n, 109): (n,)."""
    count = findings_stated(rows)
    return np.where(count >= FULL_FROM, "full", np.where(count >= PARTIAL_FROM, "partial", "sparse"))
