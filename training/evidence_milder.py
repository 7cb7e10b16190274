"""The weights of milder exams from those of the exams they were made from: only one sign differs, so that each group of
states changes by a factor that is known beforehand, and nothing has to be added up anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from onnx import TensorProto

from features.encoding import FEATURES
from training.cohort.causes import Floats
from training.draft import Remade, Steps
from training.evidence_rows import OLD, Logs, Number, beside, levels
from training.evidence_signs import BELOW_FULL
from training.monotone import Milder
from training.monotone_graph import OF_ROOT


@dataclass(frozen=True, kw_only=True)
class Ways:
    """The ways in which a row can state one sign, each as the numbers that the row then has. A way is found by adding
    up the `steps` of its numbers. They come in bands of age, each of which starts with the sign not stated, followed by
    its degrees from the mildest on.
    """

    ways: Sequence[Sequence[Number]]
    steps: dict[Number, int]
    band: int

    @classmethod
    def of(cls, milder: Milder) -> "Ways":
        """The ways to state the sign that `milder` makes milder."""
        degree = FEATURES[milder.degree].name
        if milder.weak >= 0:
            weak = FEATURES[milder.weak].name
            no, yes = (weak, 0.0), (weak, 1.0)
            graded = [(beside(degree, weak), float(half)) for half in BELOW_FULL]
            ways = [[], [no], *([yes, each] for each in graded), [yes]]
            # Weak without a grade comes last; a grade leads from there back to its degree.
            last = len(ways) - 1
            steps = {no: 1, yes: last, **{each: 1 + half - last for half, each in enumerate(graded, start=1)}}
            return cls(ways=ways, steps=steps, band=len(ways))
        lost = levels([degree], 3)
        young = [[], *([each] for each in lost)]
        old = [[], *([each, (beside(degree, OLD), each[1])] for each in lost)]
        steps = {(OLD, 1.0): len(young), **{each: step for step, each in enumerate(lost, start=1)}}
        return cls(ways=[*young, *old], steps=steps, band=len(young))

    def factors(self, signs: Logs, degrees: int) -> Floats:
        """How many times as likely the signs of each group, g, are with each of the mildest degrees, d, instead of each
        way, u: (u * d, g).
        """
        column = {number: signs.table[:, at] for at, number in enumerate(signs.numbers)}
        nothing = np.zeros(len(signs.table))
        logs = np.array([sum((column.get(number, nothing) for number in way), nothing) for way in self.ways])
        first = np.arange(len(self.ways)) // self.band * self.band + 1
        milder = first[:, None] + np.arange(degrees)
        return np.asarray(np.exp(logs[milder] - logs[:, None])).reshape(-1, len(nothing))


_WAYS = {root: Ways.of(milder[0]) for root, milder in enumerate(OF_ROOT) if milder}
NUMBERS = tuple(dict.fromkeys(number for ways in _WAYS.values() for number in ways.steps))
"""All that must be known of a row to make it milder."""


def with_milder_weights(steps: Steps, signs: Logs, stated: str, weights: str, others: int, remade: Remade) -> str:
    """Add the weights of the milder exams below those of the rows (n, k); returns the name of both, (n + m, k).

    `weights` holds the groups of `signs`, and `others` more columns that stay as they are. `stated` is what the rows
    state of NUMBERS.
    """
    add = steps.draft.add
    degrees = max(len(milder) for milder in OF_ROOT)
    slopes, starts = np.zeros((len(OF_ROOT), degrees, len(NUMBERS))), np.zeros((len(OF_ROOT), degrees, 1))
    tables: list[Floats] = []
    for root, ways in _WAYS.items():
        count, above = len(OF_ROOT[root]), sum(len(table) for table in tables)
        tables.append(ways.factors(signs, count))
        slopes[root, :count] = [count * ways.steps.get(number, 0) for number in NUMBERS]
        starts[root, :count, 0] = above + np.arange(count)
    # Where the factors lie for every milder exam that there could be; only those that there are get picked.
    linear = add("Add", [steps.matmul(slopes, stated, "factor_steps"), steps.keep("starts", starts)], "factor_lines")
    lines = add(
        "Transpose", [add("Cast", [linear], "factors_at", to=TensorProto.INT64)], "factors_of_row", perm=[2, 0, 1]
    )
    picked = add("GatherND", [lines, remade.places], "factor_at")
    table = np.pad(np.vstack(tables), ((0, 0), (0, others)), constant_values=1)
    factors = add("Gather", [steps.keep("factors_matrix", table), picked], "milder_factors", axis=0)
    before = add("GatherND", [weights, remade.row], "weights_before")
    return add("Concat", [weights, add("Mul", [before, factors], "milder_weights")], "weights_and_milder", axis=0)
