"""`training.monotone` as ONNX nodes: the milder exams go through the model in one batch with the exams themselves.

Only the exams that state a sign to be worse get a milder one, so that the usual exam costs one to three rows. Every
milder exam that there can be has a place of its own, by row, root and degree, (n, 4, d): onnxruntime may write to
several places at once, so none is written to twice.
"""

import numpy as np
from onnx import TensorProto

from features.encoding import FEATURES
from training.draft import Draft, Remade
from training.monotone import MILDER, NONE

OF_ROOT = [[each for each in MILDER if each.column == column] for column in range(NONE + 1)]
"""MILDER by the column of its root, from the mildest on."""
_DEGREES = max(len(milder) for milder in OF_ROOT)


def with_milder(draft: Draft, rows: str) -> str:
    """Add the milder exams below the rows (n, 109); returns the name of all of them, (n + m, 109)."""
    degree_at, weak_at = np.zeros((2, NONE + 1, 1), dtype=np.int64)
    # No number is more than this: where a root has no such degree, no exam is worse.
    levels = np.full((NONE + 1, _DEGREES), np.inf, dtype=np.float32)
    changes = np.full((NONE + 1, _DEGREES, len(FEATURES)), np.nan, dtype=np.float32)
    for column, milder in enumerate(OF_ROOT):
        for place, each in enumerate(milder):
            degree_at[column], weak_at[column] = each.degree, each.weak if each.weak >= 0 else each.degree
            levels[column, place] = each.level
            columns = [each.degree, each.weak] if each.weak >= 0 else [each.degree]
            changes[column, place, columns] = each.instead(np.zeros((1, len(FEATURES)), dtype=np.float32))[0, columns]
    degree = draft.add("Gather", [rows, draft.constant("degree_at", degree_at)], "degree", axis=1)
    weak = draft.add("Gather", [rows, draft.constant("weak_at", weak_at)], "weak_stated", axis=1)
    # Weakness without a grade is worse than full power, and than no other grade.
    is_weak = draft.add("Equal", [weak, draft.exactly("weak", np.array(1.0, dtype=np.float32))], "is_weak")
    ungraded = draft.add("And", [draft.add("IsNaN", [degree], "no_degree"), is_weak], "ungraded")
    least = draft.exactly("least_degree", np.array(0.5, dtype=np.float32))
    stated = draft.add("Where", [ungraded, least, degree], "stated_degree")
    draft.add("Greater", [stated, draft.exactly("milder_level", levels)], "stated_worse")
    places = draft.add("Transpose", [draft.add("NonZero", ["stated_worse"], "worse_found")], "places", perm=[1, 0])
    names = ["row_of_milder", "root_of_milder", "degree_of_milder"]
    row, root, number = draft.split(places, [1] * len(names), names, axis=1)
    count = draft.add("Shape", [rows], "row_count", start=0, end=1)
    draft.remade = Remade(rows=rows, count=count, row=row, places=places)
    which = draft.add("Concat", [root, number], "which_milder", axis=1)
    before = draft.add("GatherND", [rows, row], "before_milder")
    instead = draft.add("GatherND", [draft.exactly("changes", changes), which], "instead")
    kept = draft.add("IsNaN", [instead], "kept_as_stated")
    milder_rows = draft.add("Where", [kept, before, instead], "milder")
    return draft.add("Concat", [rows, milder_rows], "rows_and_milder", axis=0)


def never_lowered(draft: Draft, probabilities: str, output: str) -> str:
    """Raise the probabilities of the rows to those of their milder exams; returns `output`, (n, 4).

    `probabilities` are those of what `with_milder` made, (n + m, 4); `of_rows` has been added before.
    """
    own = first(draft, probabilities, "own")
    end = draft.constant("end", [np.iinfo(np.int64).max])
    other = draft.add("Slice", [probabilities, "row_count", end, "first_axis"], "of_milder")
    at_least = draft.add("GatherND", [other, "root_of_milder"], "at_least", batch_dims=1)
    # Ones where there is a milder exam, and all of them are written over.
    empty = draft.add("Cast", ["stated_worse"], "with_ones", to=TensorProto.DOUBLE)
    filled = draft.add("ScatterND", [empty, "places", at_least], "filled")
    highest = draft.add("ReduceMax", [filled, draft.constant("degrees_axis", [2])], "highest_milder", keepdims=0)
    raised = draft.add("Max", [own, highest], "raised_probabilities")
    roots, none = draft.split(raised, [NONE, 1], ["raised_roots", "own_none"], axis=1)
    most = draft.add("ReduceMax", [roots, draft.constant("last_axis", [1])], "most_probable", keepdims=1)
    left = draft.add("Sub", [draft.constant("whole", 1.0), most], "left_for_none")
    return draft.add("Concat", [roots, draft.add("Min", [none, left], "lowered_none")], output, axis=1)


def of_rows(draft: Draft, rows: str) -> str:
    """The name of the number of rows, (1,)."""
    return draft.remade.count if draft.remade else draft.add("Shape", [rows], "row_count", start=0, end=1)


def first(draft: Draft, table: str, name: str) -> str:
    """The part of a table that belongs to the rows themselves; `of_rows` has been added before."""
    axis = draft.constant("first_axis", [0])
    return draft.add("Slice", [table, draft.constant("start", [0]), "row_count", axis], name)
