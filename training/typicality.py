"""The numbers by which the service tells an examination unlike all that the model was trained on (features.typicality).

They come from exams that the model was fitted on and from the log-likelihood that its own graph gives them, so training
and service judge by the same sum.
"""

import numpy as np
import numpy.typing as npt

from features.encoding import FEATURES, Row
from features.statements import STATEMENTS
from features.typicality import Surprise, Typicality, groups, scores, surprises
from training.export import log_likelihood

Floats = npt.NDArray[np.float64]

EXAMS = 20_000
"""Exams that the limits come from."""
ALONE = 2_000
"""Exams that the surprise of each statement by itself comes from."""
STATED_FROM = (1, 4, 8, 14, 22)
"""Groups by how many findings are stated: the sums of few statements are spread otherwise than those of many."""
USUAL = 0.995
"""Share of the exams trained on that count as usual: one in two hundred is called unusual for nothing."""

_AGE = ["age_years", "over_60"]


def typicality(onnx_bytes: bytes, rows: Row, rng: np.random.Generator) -> Typicality:
    """The ages, surprises and limits of the exams `rows` (n, 109) that a model was fitted on."""
    chosen = rows[np.sort(rng.permutation(len(rows))[:EXAMS])]
    statements = {
        each.pointer: _alone(onnx_bytes, chosen[~np.isnan(chosen[:, each.columns[0]])][:ALONE], each.columns)
        for each in STATEMENTS
    }
    found = scores(chosen, log_likelihood(onnx_bytes, chosen), surprises(statements))
    group = groups(chosen, STATED_FROM)
    limits = [
        float(np.quantile(found[group == number], USUAL, method="higher")) if (group == number).any() else np.inf
        for number in range(len(STATED_FROM) + 1)
    ]
    age = rows[:, [feature.name for feature in FEATURES].index("age_years")]
    return Typicality(
        ages=(float(np.nanmin(age)), float(np.nanmax(age))),
        statements=statements,
        stated_from=STATED_FROM,
        limits=tuple(round(limit, 4) if np.isfinite(limit) else 1e9 for limit in limits),
    )


def _alone(onnx_bytes: bytes, rows: Row, columns: tuple[int, ...]) -> Surprise:
    """The surprise of one statement by itself, at the ages at which it was stated."""
    if not len(rows):
        return Surprise(mean=0.0, variance=0.0)
    kept = [number for number, feature in enumerate(FEATURES) if feature.name in _AGE or number in columns]
    bare = np.full_like(rows, np.nan)
    bare[:, kept] = rows[:, kept]
    surprise = -log_likelihood(onnx_bytes, bare)
    return Surprise(mean=round(float(surprise.mean()), 6), variance=round(float(surprise.var()), 6))
