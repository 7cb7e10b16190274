"""The sum over every hidden state of one world, from a row to log-odds of the sets of roots, as ONNX nodes.

The steps are those of `training.cohort.posterior`, but probabilities are added up as they are instead of their
logarithms: one exponential for what many states share, and none for each of them. A row says a little less than an
Exam: a straight leg raise beyond the range that stretches the root reads as negative, and pain that stays above the
knee tells nothing beside a list.
"""

import numpy as np

from training.cohort.causes import CAUSES
from training.cohort.posterior import ROOT_SET_OF_CAUSE
from training.cohort.world import World
from training.draft import Draft, Steps
from training.evidence_rows import stated
from training.evidence_states import Grid
from training.evidence_told import Told

KNOWN_SETS = tuple(sorted(set(ROOT_SET_OF_CAUSE.tolist())))
"""The sets of roots that the cohort knows, as numbers: bit i stands for ROOTS[i]; the first is none of the three."""
HEADROOM = 350.0
"""Every product starts at e to this, half way to the largest number: so it may fall by e to the minus 1,050 before it
is lost. The most contradictory of all rows falls by about e to the minus 600 in its worst state."""


def evidence(draft: Draft, world: World, values: str) -> tuple[str, str]:
    """Add the sum; `values` names the rows in double precision, NaN for not assessed.

    Returns the names of the (n, len(KNOWN_SETS) - 1) log-odds of KNOWN_SETS against the first of them, and of how
    likely all that is stated is at that age: its log-probability under the published figures, (n, 1).
    """
    steps = Steps(draft=draft, prefix="evidence")
    grid, told = Grid(world=world), Told(steps=steps, world=world)
    asked = {
        "signs": grid.signs,
        "skin": grid.skin,
        "pain": told.pain,
        "tingling": told.tingling,
        "answers": told.answers,
    }
    found = stated(steps, values, asked)
    signs = steps.exp(grid.signs.table, found["signs"], "signs", shift=HEADROOM)
    skin = steps.matmul(grid.lost, steps.exp(grid.skin.table, found["skin"], "skin_if_lost"), "skin")
    examined = steps.matmul(grid.share, draft.add("Mul", [skin, signs], "skin_and_signs"), "examined")
    both = draft.add("Mul", [examined, told.lists(found["pain"], found["tingling"])], "examined_and_told")
    by_cause = draft.add("ReduceSum", [both, steps.keep("variants", np.array([0]))], "over_variants", keepdims=0)
    of_age, of_person = told.person(found["answers"], found["values"])
    weights = draft.add("Mul", [by_cause, of_person], "weights_of_cause")
    return _in_logs(steps, steps.join([weights, of_age], "all_weights"), grid)


def _in_logs(steps: Steps, weights: str, grid: Grid) -> tuple[str, str]:
    """The log-odds and the log-likelihood, from the weight of every cause with all that is stated and with the age
    alone (2c, n).
    """
    of_set = np.array(KNOWN_SETS)[:, None] == ROOT_SET_OF_CAUSE
    sums = np.zeros((len(KNOWN_SETS) + 2, 2 * len(CAUSES)))
    sums[: len(KNOWN_SETS), : len(CAUSES)] = of_set
    sums[-2, : len(CAUSES)] = 1
    sums[-1, len(CAUSES) :] = grid.share.sum(axis=(0, 2))
    floor = steps.keep("tiny", np.finfo(np.float64).tiny)
    least = steps.draft.add("Max", [steps.matmul(sums, weights, "summed"), floor], "summed_floor")
    logs = steps.draft.add("Log", [least], "log_summed")
    # Each set against the first, and all that is stated against the age alone.
    against = np.zeros((len(sums), len(KNOWN_SETS)))
    against[0, :-1], against[1 : len(KNOWN_SETS), :-1] = -1, np.eye(len(KNOWN_SETS) - 1)
    against[-2:, -1] = 1, -1
    shift = steps.keep("without_headroom", np.append(np.zeros(len(KNOWN_SETS) - 1), -HEADROOM))
    both = steps.draft.add("Gemm", [logs, steps.keep("against", against), shift], "log_odds_and_likely", transA=1)
    log_odds, likely = steps.draft.split(both, [len(KNOWN_SETS) - 1, 1], ["evidence", "log_likely"], axis=1)
    return log_odds, likely
