"""Rows through the model: encoded by columns, classified a thousand at a time, and read as the service reads them."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from batch.tabled.given import EXAMINED, STATED
from batch.tabled.questions import Chunk, Floats
from batch.tabled.rules import NONE, NOT_RULED_OUT, OUTSIDE, PROBABILITY, Rules
from features.anatomy import ROOTS
from features.completeness import findings_stated
from features.encoding import FEATURES, Feature, Row
from features.exam import Exam
from features.involvement import Outside
from features.reasons import ModelAnswers
from features.typicality import groups, scores, surprises
from service.classifier import Classifier

ROWS_A_CALL: Final = 1024
"""Rows that the model is asked at a time: more do not fit the caches of a processor (measured)."""

_LEG: Final = [place for place, each in enumerate(FEATURES) if each.pointer.startswith("/examination/")]
_AGE: Final = [feature.name for feature in FEATURES].index("age_years")


def encoded(chunk: Chunk, rules: Rules) -> Row:
    """The rows of the worse legs, (n, 109), as `features.encoding.encode` makes them one by one."""
    rows = np.empty((chunk.size, len(FEATURES)), dtype=np.float32)
    for column, read in enumerate(_READERS):
        found = rules.of_exam(read)
        codes = found.codes(chunk)
        rows[:, column] = np.array(found.values, dtype=np.float64)[codes] if chunk.size else 0
    return rows


def classify(chunk: Chunk, rules: Rules, classifier: Classifier) -> None:
    """Add to `chunk` what the model says of its rows.

    Raises:
        ClassifierUnavailable: the model failed, or what it returned is no probability.
    """
    rows = encoded(chunk, rules)
    answers = list(_answers(rows, classifier))
    found = np.concatenate([each.probabilities for each in answers])
    roots = [found[:, place] for place in range(len(ROOTS))]
    together = roots[0] + roots[1] + roots[2]
    # As service.classifier takes the rounding away.
    highest, lowest = 1 - np.maximum.reduce(roots), np.maximum(0.0, 1 - together)
    none = np.minimum(np.maximum(found[:, len(ROOTS)], lowest), np.maximum(highest, lowest))
    kept = classifier.sets.sets(found, rows).astype(np.int64) << np.arange(len(ROOTS))
    numbers = {f"{PROBABILITY}.{root.value}": each for root, each in zip(ROOTS, roots, strict=True)}
    chunk.add(
        numbers={**numbers, NONE: none},
        words={
            NOT_RULED_OUT: kept.sum(axis=1),
            STATED: findings_stated(rows),
            EXAMINED: np.asarray((~np.isnan(rows[:, _LEG])).any(axis=1), dtype=np.int64),
        },
        lists={OUTSIDE: _outside(rows, answers, classifier)},
    )


def _answers(rows: Row, classifier: Classifier) -> Iterator[ModelAnswers]:
    if not len(rows):  # where nobody's other leg was examined; not every model can be asked of no rows
        yield ModelAnswers(probabilities=np.empty((0, len(ROOTS) + 1)), root_sets=None, log_likelihood=None)
    for first in range(0, len(rows), ROWS_A_CALL):
        yield classifier.answers(rows[first : first + ROWS_A_CALL])


def _outside(rows: Row, answers: list[ModelAnswers], classifier: Classifier) -> npt.NDArray[np.int64]:
    """In what each row is unlike all that was trained on, a bit for each of Outside."""
    usual = classifier.manifest.typicality
    likely = [each.log_likelihood for each in answers if each.log_likelihood is not None]
    if usual is None or len(likely) < len(answers):
        return np.zeros(len(rows), dtype=np.int64)
    youngest, oldest = usual.ages
    old = ~((rows[:, _AGE] >= youngest) & (rows[:, _AGE] <= oldest))
    surprise: Floats = scores(rows, np.concatenate(likely), surprises(usual.statements))
    strange = surprise > np.array(usual.limits)[groups(rows, usual.stated_from)]
    bit = {each: 1 << place for place, each in enumerate(Outside)}
    return np.asarray(old * bit[Outside.AGE] + strange * bit[Outside.PATTERN], dtype=np.int64)


class _Read:
    """The number of a feature, kept by its value."""

    def __init__(self, feature: Feature) -> None:
        self._feature = feature

    def __call__(self, exam: Exam) -> float:
        return float(self._feature.read(exam))


_READERS: Final = tuple(_Read(feature) for feature in FEATURES)
