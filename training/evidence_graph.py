"""The sum over every hidden state of one world, from a row to log-odds of the sets of roots, as ONNX nodes.

The steps are those of `training.cohort.posterior`, but probabilities are added up as they are instead of their
logarithms, and everything is worked out once for all states that share it. A row says a little less than an Exam: a
straight leg raise beyond the range that stretches the root reads as negative, and pain that stays above the knee tells
nothing beside a list.
"""

import numpy as np
from onnx import TensorProto

from training.cohort.causes import CAUSES
from training.cohort.posterior import ROOT_SET_OF_CAUSE
from training.cohort.states import VARIANTS
from training.cohort.world import World
from training.draft import Draft, Steps
from training.evidence_milder import NUMBERS, with_milder_weights
from training.evidence_rows import stated
from training.evidence_states import Grid
from training.evidence_told import Told

KNOWN_SETS = tuple(sorted(set(ROOT_SET_OF_CAUSE.tolist())))
"""The sets of roots that the cohort knows, as numbers: bit i stands for ROOTS[i]; the first is none of the three."""
HEADROOM = 350.0
"""Every product starts at e to this, half way to the largest number: so it may fall by e to the minus 1,050 before it
is lost. The most contradictory of all rows falls by about e to the minus 550 in its worst state."""


def evidence(draft: Draft, world: World, values: str) -> tuple[str, str]:
    """Add the sum; `values` names the rows in double precision, NaN for not assessed.

    Where `draft` has added milder exams below the rows, the result has them too, though `values` is not read then: the
    rows without them tell all.

    Returns the names of the (n, len(KNOWN_SETS) - 1) log-odds of KNOWN_SETS against the first of them, and of how
    likely all that is stated is at that age: its log-probability under the published figures, (n, 1).
    """
    steps = Steps(draft=draft, prefix="evidence")
    if draft.remade:
        values = draft.add("Cast", [draft.remade.rows], "values_of_rows", to=TensorProto.DOUBLE)
    grid, told = Grid(world=world), Told(steps=steps, world=world)
    asked = {"signs": grid.signs, "skin": grid.skin, "pain": told.pain, "tingling": told.tingling}
    numbers = {name: logs.numbers for name, logs in {**asked, "answers": told.answers}.items()}
    found = stated(steps, values, numbers | ({"sign_to_lower": NUMBERS} if draft.remade else {}))
    of_cause, of_age = told.weights(found["pain"], found["tingling"], found["answers"], found["values"])
    # The age alone comes along to the end.
    weights = steps.join([_groups(steps, grid, found, of_cause), of_age], "weights_of_all")
    weights = draft.add("Transpose", [weights], "weights_of_rows", perm=[1, 0])
    if draft.remade:
        weights = with_milder_weights(
            steps, grid.signs, found["sign_to_lower"], weights, others=len(CAUSES), remade=draft.remade
        )
    return _in_logs(steps, weights, grid)


def _groups(steps: Steps, grid: Grid, found: dict[str, str], told: str) -> str:
    """P of all that is stated in every group of states, (g, n), from P of what is told, (c, v, n)."""
    add, variants = steps.draft.add, len(VARIANTS)
    signs = steps.exp(grid.signs.table, found["signs"], "signs", shift=HEADROOM)
    skin = steps.matmul(grid.lost, steps.exp(grid.skin.table, found["skin"], "skin_if_lost"), "skin")
    # One matrix for all variants: they lie beside each other meanwhile.
    flat = add("Reshape", [told, steps.keep("flat", [len(CAUSES), -1])], "told_flat")
    of_group = steps.matmul(grid.share, flat, "told_of_group_flat")
    of_group = add("Reshape", [of_group, steps.keep("by_variant", [len(grid.share), variants, -1])], "told_of_group")
    both = add("Mul", [of_group, skin], "told_and_skin")
    # Many times faster than a sum along an axis that is not the last.
    first, *others = steps.draft.split(both, [1] * variants, [f"told_and_skin_{each}" for each in VARIANTS], axis=1)
    for variant, other in zip(VARIANTS[1:], others, strict=True):
        first = add("Add", [first, other], f"with_{variant}")
    summed = add("Squeeze", [first, steps.keep("variants_axis", [1])], "over_variants")
    return add("Mul", [summed, signs], "weights_of_groups")


def _in_logs(steps: Steps, weights: str, grid: Grid) -> tuple[str, str]:
    """The log-odds and the log-likelihood, from the weight of every group with all that is stated, followed by that of
    every cause with the age alone: (n, g + c).
    """
    add, groups = steps.draft.add, len(grid.root_set)
    sums = np.zeros((groups + len(CAUSES), len(KNOWN_SETS) + 2))
    sums[:groups, : len(KNOWN_SETS)] = grid.root_set[:, None] == KNOWN_SETS
    sums[:groups, -2] = 1
    sums[groups:, -1] = grid.share.sum(axis=0)
    summed = add("MatMul", [weights, steps.keep("sums", sums)], "summed")
    floor = steps.keep("tiny", np.finfo(np.float64).tiny)
    logs = add("Log", [add("Max", [summed, floor], "summed_floor")], "log_summed")
    # Each set against the first, and all that is stated against the age alone.
    against = np.zeros((len(KNOWN_SETS) + 2, len(KNOWN_SETS)))
    against[0, :-1], against[1 : len(KNOWN_SETS), :-1] = -1, np.eye(len(KNOWN_SETS) - 1)
    against[-2:, -1] = 1, -1
    shift = steps.keep("without_headroom", [0.0] * (len(KNOWN_SETS) - 1) + [-HEADROOM])
    both = add("Gemm", [logs, steps.keep("against", against), shift], "log_odds_and_likely")
    log_odds, likely = steps.draft.split(both, [len(KNOWN_SETS) - 1, 1], ["evidence", "log_likely"], axis=1)
    return log_odds, likely
