"""What the examinations look like and what was said of them, counted by batches: features, probabilities, rules.

A model goes stale when its people change: another clinic, another form, a question that nobody asks any more. It shows
in these counts long before anybody has confirmed a root.

Prometheus keeps every reading, and the difference of two readings is whatever came in between: where that was one
examination, it would be told in full. So examinations are first added up aside, and shown when SMALLEST_BATCH of them
are together. A value of all in a batch, or of none, is told of each of them all the same; and whoever knows the others
of a batch, or sent them, knows the last one.

Source: Breck E et al. The ML test score: a rubric for ML production readiness and technical debt reduction. Proc IEEE
Int Conf Big Data 2017:1123-1132 (monitoring: data invariants hold for the inputs; predictions are watched).
"""

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from features.anatomy import ROOTS
from features.encoding import FEATURES, Feature, Row
from features.involvement import Outside
from service.assessment import Assessment, ClassifierAnswer
from service.rules.abstention import ABSTENTIONS
from service.rules.red_flags import RED_FLAGS

SMALLEST_BATCH: Final = 20
"""Examinations that are published together at least.

Source: the threshold of the All of Us Research Program, which lets no statistics out that are finer than groups of 20
people (Data and Statistics Dissemination Policy); it is among the highest in use for health data, where 11 is usual for
the public (El Emam K. Guide to the de-identification of personal health information. Boca Raton: CRC Press; 2013,
chapter on cell size precedents). Those are of cells; that a batch of as many is enough is a convention of this project.
"""

NOT_ASSESSED: Final = "not_assessed"
AGE_FROM: Final = (18, 30, 40, 50, 60, 70, 80)
"""Where the bins of age begin, years; the last one has no end."""
PROBABILITY_BINS: Final = 20
NONE: Final = "none"
"""The label of the probability that none of the three roots is involved."""

_GROUPS: Final = {
    "pain_locations": "pain",
    "paresthesia_locations": "paresthesia",
    "strength": "strength",
    "reflexes": "reflexes",
    "sensation": "sensation",
}
_ABSTAINS_OUTSIDE: Final = {"AB-AGE": Outside.AGE, "AB-PATTERN": Outside.PATTERN}
"""The abstentions that say that an examination is unlike all that the model was trained on."""


@dataclass(frozen=True, kw_only=True)
class Binned:
    """One feature and the names of its bins; the last is *not assessed*."""

    name: str
    group: str
    bins: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Counted:
    """One counter: its name, what it says, its labels, and for each of its samples the values of these."""

    name: str
    says: str
    labels: tuple[str, ...] = ()
    samples: tuple[tuple[str, ...], ...] = ((),)


def group_of(feature: Feature) -> str:
    """What a feature is about: `patient`, `history`, `pain`, `paresthesia`, `strength`, `reflexes`, `sensation` or
    `tests`.
    """
    section, name, *_ = feature.pointer.split("/")[1:]
    return _GROUPS.get(name, "tests" if section == "examination" else section)


def binned(feature: Feature) -> Binned:
    """The bins of a feature: one for each of its whole numbers; of age, decades."""
    if feature.name == "age_years":
        values = [f"{low}-{high - 1}" for low, high in pairwise(AGE_FROM)]
        values.append(f"{AGE_FROM[-1]}+")
    else:
        values = [str(value) for value in range(_highest(feature) + 1)]
    return Binned(name=feature.name, group=group_of(feature), bins=(*values, NOT_ASSESSED))


def _highest(feature: Feature) -> int:
    """The highest number of a feature: that of a movement counts half grades, the others are yes or no, or graded."""
    if feature.name.endswith(".deficit"):
        return 10
    return 2 if feature.name.endswith(".lost") or feature.name.startswith("sensation.") else 1


BINNED: Final = tuple(binned(feature) for feature in FEATURES)
_AGE: Final = [feature.name for feature in FEATURES].index("age_years")
_EDGES: Final = np.arange(1, PROBABILITY_BINS) / PROBABILITY_BINS

COUNTED: Final = (
    Counted(
        name="feature_values",
        says="Examinations by the value of each feature that the model reads.",
        labels=("feature", "group", "value"),
        samples=tuple((each.name, each.group, value) for each in BINNED for value in each.bins),
    ),
    Counted(
        name="red_flags",
        says="Answers in which a red flag was up, by its rule.",
        labels=("rule_id",),
        samples=tuple((flag.rule_id,) for flag in RED_FLAGS),
    ),
    Counted(
        name="abstentions",
        says="Answers that named no root, by the rule that says why.",
        labels=("rule_id",),
        samples=tuple((rule.rule_id,) for rule in ABSTENTIONS),
    ),
    Counted(
        name="outside_training",
        says="Examinations unlike all that the model was trained on.",
        labels=("by",),
        samples=tuple((outside.value,) for outside in Outside),
    ),
    Counted(name="screens_incomplete", says="Answers to which not every first-line red flag was asked."),
    Counted(name="batched_answers", says="Answers that are in the counts which are published by batches."),
)
"""What is published by batches, besides the probabilities; the values of features come first."""

_PLACE: Final = {
    (each.name, *values): place
    for place, (each, values) in enumerate((each, values) for each in COUNTED for values in each.samples)
}
_BINS: Final = len(_PLACE) + np.arange(len(ROOTS) + 1) * PROBABILITY_BINS
_SUMS: Final = len(_PLACE) + (len(ROOTS) + 1) * PROBABILITY_BINS
_SIZES: Final = np.array([len(each.bins) for each in BINNED])
_FIRST: Final = np.cumsum(_SIZES) - _SIZES
_LAST_VALUE: Final = (_SIZES - 2).astype(np.float32)
_MISSING: Final = _FIRST + _SIZES - 1


class Drift(Collector):
    """Counts answers since the process started, and shows them by batches; what is not yet shown ends with it."""

    def __init__(self) -> None:
        self._shown = np.zeros(_SUMS + len(ROOTS) + 1)
        self._aside = np.zeros_like(self._shown)
        self._waiting = 0
        self._lock = threading.Lock()

    def count(self, row: Row, answer: Assessment) -> None:
        """Count one row of `features.encoding.encode`, and what was answered to it of the worse leg."""
        more = np.zeros_like(self._shown)
        more[_bins_of(row)] = 1  # each feature has bins of its own, so none is named twice
        more[[_PLACE[each] for each in _said(answer)]] = 1
        given = _probabilities(answer.classifier)
        if given is not None:
            more[_BINS + np.searchsorted(_EDGES, given)] = 1
            more[_SUMS:] = given
        with self._lock:
            self._aside += more
            self._waiting += 1
            if self._waiting >= SMALLEST_BATCH:
                self._shown += self._aside
                self._aside[:] = 0
                self._waiting = 0

    def collect(self) -> Iterable[Metric]:
        """The counts for Prometheus."""
        with self._lock:
            shown = self._shown.copy()
        at = iter(shown.tolist())
        for each in COUNTED:
            counter = CounterMetricFamily(f"nerveroot_{each.name}", each.says, labels=each.labels)
            for values in each.samples:
                counter.add_metric(values, next(at))
            yield counter
        roots = HistogramMetricFamily(
            "nerveroot_root_probability",
            "Probabilities that the classifier gave, of each root and of none of the three.",
            labels=("root",),
        )
        edges = [*(f"{edge:g}" for edge in _EDGES), "+Inf"]
        for name, first, total in zip((*ROOTS, NONE), _BINS.tolist(), shown[_SUMS:].tolist(), strict=True):
            cumulated = shown[first : first + PROBABILITY_BINS].cumsum().tolist()
            roots.add_metric((name,), list(zip(edges, cumulated, strict=True)), total)
        yield roots


def _bins_of(row: Row) -> npt.NDArray[np.int64]:
    """Where the value of each feature is counted."""
    values = row.copy()
    values[_AGE] = _decade(float(row[_AGE]))
    missing = np.isnan(values)
    values[missing] = 0  # NaN is no index; its bin is put in below
    at: npt.NDArray[np.int64] = _FIRST + np.minimum(values, _LAST_VALUE).astype(np.int64)
    at[missing] = _MISSING[missing]
    return at


def _said(answer: Assessment) -> Iterator[tuple[str, ...]]:
    """The samples that an answer raises: its red flags, its abstentions, and what they come from."""
    yield ("batched_answers",)
    for flag in answer.red_flags.present:
        yield "red_flags", flag.rule_id
    if not answer.red_flags.screen_complete:
        yield ("screens_incomplete",)
    for each in answer.classifier.abstentions:
        yield "abstentions", each.rule_id
        if outside := _ABSTAINS_OUTSIDE.get(each.rule_id):
            yield "outside_training", outside.value


def _probabilities(said: ClassifierAnswer) -> npt.NDArray[np.float64] | None:
    """Those of the three roots and of none; None where the classifier could not answer."""
    stated = [said.roots[root].probability for root in ROOTS]
    given = [each for each in (*stated, said.none_probability) if each is not None]
    return np.array(given) if len(given) == len(ROOTS) + 1 else None


def _decade(age: float) -> int:
    """The bin of an age."""
    return max(sum(age >= edge for edge in AGE_FROM) - 1, 0)
