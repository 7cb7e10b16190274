"""Why the model says what it says: what each stated finding added to the log-odds of each root, adding up exactly.

The examination is filled in twice from a person of the same age and sex of whom nothing else is known: finding by
finding in the order of the examination, and again in the reverse order. What a finding adds is the mean of what it
added the two times. So the parts add up to the whole, a finding that was not stated has no part, and two findings that
tell the same share what they tell instead of the first taking it all.

Source: Castro J, Gomez D, Tejada J. Polynomial calculation of the Shapley value based on sampling. Comput Oper Res
2009;36:1726-1730; Mitchell R et al. Sampling permutations for Shapley value estimation. J Mach Learn Res 2022;23:1-46
(an order together with its reverse). The value of a game of n findings is the mean over all n! orders; this is the mean
over two of them, the same for everybody, so that the same examination always gets the same explanation.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.encoding import Row
from features.statements import Statement

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """`baseline` (3,) the log-odds of each root at that age and sex, nothing else known; `added` (n, 3) what each
    statement added to them, in the order of the statements. Baseline and all that was added make the log-odds.
    """

    baseline: Floats
    added: Floats


def fillings(row: Row, statements: Sequence[Statement]) -> Row:
    """The rows to ask the model: 2n for n statements of the row (109,), one where there are none.

    First n + 1 from nothing to everything in the order of the statements, then n - 1 in the reverse order.
    """
    nothing = row.copy()
    for statement in statements:
        nothing[list(statement.columns)] = np.nan
    forward, backward = [nothing], []
    for statement in statements:
        forward.append(_with(forward[-1], row, statement))
    filled = nothing
    for statement in reversed(statements[1:]):
        filled = _with(filled, row, statement)
        backward.append(filled)
    return np.array([*forward, *backward], dtype=np.float32)


def explanation(log_odds: Floats) -> Explanation:
    """What `fillings` show when the model gives them these log-odds: (2n, 3), or (1, 3) where nothing was stated."""
    count = len(log_odds) // 2
    if not count:
        return Explanation(baseline=log_odds[0], added=np.empty((0, log_odds.shape[1])))
    forward = log_odds[: count + 1]
    # The reverse order starts and ends where the other does; turned round, it runs along the statements again.
    backward = np.concatenate([forward[:1], log_odds[count + 1 :], forward[-1:]])
    added = (np.diff(forward, axis=0) + np.diff(backward, axis=0)[::-1]) / 2
    return Explanation(baseline=forward[0], added=added)


def _with(filled: Row, row: Row, statement: Statement) -> Row:
    columns = list(statement.columns)
    more = filled.copy()
    more[columns] = row[columns]
    return more
