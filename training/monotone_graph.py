"""`training.monotone` as ONNX nodes: the milder exams go through the model in one batch with the exams themselves.

Only the exams that state a sign to be worse get a milder one, so that the usual exam costs one to three rows.
"""

import numpy as np

from features.encoding import FEATURES
from training.draft import Draft
from training.monotone import MILDER, NONE

_COUNT = len(MILDER)
_WEAK_TOO = np.array([[each.weak >= 0 and not each.level for each in MILDER]])
"""Weakness without a grade is worse than full power, and is compared with no grade."""


def with_milder(draft: Draft, rows: str) -> str:
    """Add the milder exams below the rows (n, 109); returns the name of all of them, (n + m, 109)."""
    stated = draft.add(
        "Gather", [rows, draft.constant("degree_at", [each.degree for each in MILDER])], "degree", axis=1
    )
    levels = draft.exactly("milder_level", np.array([[each.level for each in MILDER]], dtype=np.float32))
    graded = draft.add("Greater", [stated, levels], "graded_worse")
    weak_at = draft.constant("weak_at", [max(each.weak, 0) for each in MILDER])
    weak = draft.add("Gather", [rows, weak_at], "weak_stated", axis=1)
    is_weak = draft.add("Equal", [weak, draft.exactly("yes", np.array(1.0, dtype=np.float32))], "is_weak")
    no_grade = draft.add("And", [draft.add("IsNaN", [stated], "no_degree"), is_weak], "weak_no_grade")
    ungraded = draft.add("And", [no_grade, draft.exactly("weak_too", _WEAK_TOO)], "ungraded_worse")
    needed = draft.add("Transpose", [draft.add("Or", [graded, ungraded], "stated_worse")], "needed", perm=[1, 0])
    flat = draft.add("Reshape", [needed, draft.constant("flat", [-1])], "needed_flat")
    draft.add("Reshape", [draft.add("NonZero", [flat], "needed_found"), "flat"], "needed_at")
    changes = np.zeros((_COUNT, 1, len(FEATURES)), dtype=np.float32)
    changed = np.zeros(changes.shape, dtype=bool)
    for number, each in enumerate(MILDER):
        columns = [each.degree, each.weak] if each.weak >= 0 else [each.degree]
        changes[number, 0, columns] = each.instead(np.zeros((1, len(FEATURES)), dtype=np.float32))[0, columns]
        changed[number, 0, columns] = True
    layer = draft.add("Unsqueeze", [rows, draft.constant("first_axis", [0])], "rows_once")
    inputs = [draft.exactly("changed", changed), draft.exactly("changes", changes), layer]
    made = draft.add("Where", inputs, "milder_layers")
    every = draft.add("Reshape", [made, draft.constant("as_rows", [-1, len(FEATURES)])], "milder_rows")
    picked = draft.add("Gather", [every, "needed_at"], "milder", axis=0)
    return draft.add("Concat", [rows, picked], "rows_and_milder", axis=0)


def never_lowered(draft: Draft, probabilities: str, output: str) -> str:
    """Raise the probabilities of the rows to those of their milder exams; returns `output`, (n, 4).

    `probabilities` are those of what `with_milder` made, (n + m, 4); `of_rows` has been added before.
    """
    count = "row_count"
    own = first(draft, probabilities, "own")
    end = draft.constant("end", [np.iinfo(np.int64).max])
    other = draft.add("Slice", [probabilities, count, end, "first_axis"], "of_milder")
    # Which of MILDER each of them is, and so which root it may raise.
    which = draft.add("Div", ["needed_at", count], "which_milder")
    mine = np.zeros((_COUNT, NONE + 1))
    mine[np.arange(_COUNT), [each.column for each in MILDER]] = 1
    mask = draft.add("Gather", [draft.constant("root_of_milder", mine), which], "root_raised", axis=0)
    at_least = draft.add("Mul", [other, mask], "at_least")
    shape = draft.add("Concat", [draft.constant("milder_count", [_COUNT]), count], "milder_shape", axis=0)
    slots = draft.add("ReduceProd", [shape], "slots", keepdims=1)
    empty = draft.add("Concat", [slots, draft.constant("columns_count", [NONE + 1])], "empty_shape", axis=0)
    zeros = draft.add("Expand", [draft.constant("nought", 0.0), empty], "zeros")
    at = draft.add("Unsqueeze", ["needed_at", draft.constant("last_axis", [1])], "slot")
    filled = draft.add("ScatterND", [zeros, at, at_least], "filled")
    whole = draft.add("Concat", [shape, "columns_count"], "layers_shape", axis=0)
    layers = draft.add("Reshape", [filled, whole], "layers")
    highest = draft.add("ReduceMax", [layers, "first_axis"], "highest_milder", keepdims=0)
    raised = draft.add("Max", [own, highest], "raised_probabilities")
    roots = draft.add("Gather", [raised, draft.constant("roots_at", list(range(NONE)))], "raised_roots", axis=1)
    most = draft.add("ReduceMax", [roots, "last_axis"], "most_probable", keepdims=1)
    left = draft.add("Sub", [draft.constant("whole", 1.0), most], "left_for_none")
    none = draft.add("Gather", [own, draft.constant("none_at", [NONE])], "own_none", axis=1)
    return draft.add("Concat", [roots, draft.add("Min", [none, left], "lowered_none")], output, axis=1)


def of_rows(draft: Draft, rows: str) -> str:
    """The name of the number of rows, (1,)."""
    return draft.add("Shape", [rows], "row_count", start=0, end=1)


def first(draft: Draft, table: str, name: str) -> str:
    """The part of a table that belongs to the rows themselves; `of_rows` has been added before."""
    return draft.add("Slice", [table, draft.constant("start", [0]), "row_count", "first_axis"], name)
