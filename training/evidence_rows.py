"""What a row states, as zeros and ones, and tables of logarithms to multiply them with.

Each finding that was not assessed, or has a number that nothing is known of, adds nothing to any sum of logarithms.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from onnx import TensorProto

from features.encoding import FEATURES
from training.cohort.causes import Floats, Ints
from training.cohort.findings import MOVEMENTS, REFLEXES
from training.draft import Steps

LEAST = 1e-12
"""Stands for a probability of zero, so that its logarithm is a number."""
FAR = 1000.0
"""The exponential of minus this is exactly 0: what takes this off a logarithm rules it out."""
OLD = "over_60"
"""The feature beside which some signs tell something else."""
SAME = 12
"""Decimals up to which two rows of a table are the same."""

Number = tuple[str, float]
"""A feature, and the number it is asked for."""


@dataclass(frozen=True, kw_only=True)
class Logs:
    """What each of `numbers` (r,), where a row has it, adds to k logarithms: `table` (k, r)."""

    numbers: Sequence[Number]
    table: Floats


def log(probabilities: Floats) -> Floats:
    """The logarithm; LEAST stands for 0."""
    return np.asarray(np.log(np.maximum(probabilities, LEAST)))


def distinct(*tables: npt.NDArray[np.floating | np.integer]) -> tuple[Ints, Ints]:
    """The rows that differ in any of some tables: the first of each kind, and the kind of each row."""
    _, first, kind = np.unique(np.column_stack(tables).round(SAME), axis=0, return_index=True, return_inverse=True)
    return first, kind


def levels(features: Sequence[str], count: int) -> list[Number]:
    """0 of all features, then 1 of all of them … up to count - 1."""
    return [(feature, float(level)) for level in range(count) for feature in features]


def yes_no(features: Sequence[str]) -> list[Number]:
    """1 of all features, then 0 of all of them: the order of `yes_no_logs`."""
    return [(feature, answer) for answer in (1.0, 0.0) for feature in features]


def yes_no_logs(yes: Floats) -> Floats:
    """Log P of (yes, no), (k, 2j), where `yes` (k, j) is the chance of each of j features."""
    return np.hstack([log(yes), log(1 - yes)])


def beside(feature: str, other: str) -> str:
    """The name of a feature that counts only where another one is 1."""
    return f"{feature} beside {other}"


_AGING = (*(f"{reflex}.lost" for reflex in REFLEXES), "straight_leg_raise")
_PAIRS = (*((f"{name}.deficit", f"{name}.weak") for name in MOVEMENTS), *((name, OLD) for name in _AGING))
_FEATURES = [feature.name for feature in FEATURES]
_LINE = {name: line for line, name in enumerate((*_FEATURES, *(beside(*pair) for pair in _PAIRS)))}


def stated(steps: Steps, values: str, asked: Mapping[str, Sequence[Number]]) -> dict[str, str]:
    """Add zeros and ones for all that is asked at once, 1 where a row has the number; `values` names the rows (n, 109).

    Returns the names of their tables (r, n), by the names in `asked`, and as `values` that of the rows turned (109, n).
    """
    add = steps.draft.add
    turned = add("Transpose", [values], "values_turned", perm=[1, 0])
    others = steps.gather(turned, [_LINE[other] for _, other in _PAIRS], "others")
    counts = add("Equal", [others, steps.keep("yes", 1.0)], "others_are_yes")
    given = steps.gather(turned, [_LINE[name] for name, _ in _PAIRS], "of_pairs")
    pairs = add("Where", [counts, given, steps.keep("not_assessed", np.nan)], "pairs")
    numbers = [number for block in asked.values() for number in block]
    found = steps.gather(steps.join([turned, pairs], "lines"), [_LINE[name] for name, _ in numbers], "asked")
    wanted = steps.keep("wanted", np.array([[number] for _, number in numbers]))
    same = add("Cast", [add("Equal", [found, wanted], "same")], "stated", to=TensorProto.DOUBLE)
    sizes, names = [len(block) for block in asked.values()], [f"stated_{name}" for name in asked]
    return {**dict(zip(asked, steps.draft.split(same, sizes, names, axis=0), strict=True)), "values": turned}
