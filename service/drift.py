"""What the examinations look like, counted: every feature that the model reads, and every probability it gives.

A model goes stale when its people change: another clinic, another form, a question that nobody asks any more. It shows
in these counts long before anybody has confirmed a root. They are sums over all callers, and nothing of one patient can
be told from them.

Source: Breck E et al. The ML test score: a rubric for ML production readiness and technical debt reduction. Proc IEEE
Int Conf Big Data 2017:1123-1132 (monitoring: data invariants hold for the inputs; predictions are watched).
"""

import math
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from features.anatomy import ROOTS
from features.encoding import FEATURES, Feature, Row
from service.assessment import ClassifierAnswer

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


@dataclass(frozen=True, kw_only=True)
class Binned:
    """One feature and the names of its bins; the last is *not assessed*."""

    name: str
    group: str
    bins: tuple[str, ...]


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


class Drift(Collector):
    """Counts rows and probabilities since the process started; Prometheus reads them as they stand."""

    def __init__(self) -> None:
        sizes = np.array([len(each.bins) for each in BINNED])
        self._first = np.cumsum(sizes) - sizes
        self._last_value = (sizes - 2).astype(np.float32)
        self._not_assessed = self._first + sizes - 1
        self._counts = np.zeros(int(sizes.sum()), dtype=np.int64)
        self._probabilities = np.zeros((len(ROOTS) + 1, PROBABILITY_BINS), dtype=np.int64)
        self._sums = np.zeros(len(ROOTS) + 1)
        self._names = (*ROOTS, NONE)
        self._lock = threading.Lock()

    def count(self, row: Row) -> None:
        """Count one row of `features.encoding.encode`."""
        values = row.copy()
        values[_AGE] = _decade(float(row[_AGE]))
        missing = np.isnan(values)
        values[missing] = 0  # NaN is no index; its bin is put in below
        at = self._first + np.minimum(values, self._last_value).astype(np.int64)
        at[missing] = self._not_assessed[missing]
        with self._lock:
            self._counts[at] += 1  # each feature has bins of its own, so none is named twice

    def count_probabilities(self, said: ClassifierAnswer) -> None:
        """Count what the classifier says of one leg; nothing where it could not answer."""
        stated = [said.roots[root].probability for root in ROOTS]
        given = np.array([math.nan if each is None else each for each in (*stated, said.none_probability)])
        if np.isnan(given).any():
            return
        bins = np.searchsorted(_EDGES, given)
        with self._lock:
            self._probabilities[np.arange(len(given)), bins] += 1
            self._sums += given

    def collect(self) -> Iterable[Metric]:
        """The counts for Prometheus."""
        with self._lock:
            counts, probabilities, sums = self._counts.tolist(), self._probabilities.cumsum(axis=1), self._sums.tolist()
        features = CounterMetricFamily(
            "nerveroot_feature_values",
            "Examinations by the value of each feature that the model reads.",
            labels=("feature", "group", "value"),
        )
        at = iter(counts)
        for each in BINNED:
            for value in each.bins:
                features.add_metric((each.name, each.group, value), next(at))
        yield features
        roots = HistogramMetricFamily(
            "nerveroot_root_probability",
            "Probabilities that the classifier gave, of each root and of none of the three.",
            labels=("root",),
        )
        for name, cumulated, total in zip(self._names, probabilities.tolist(), sums, strict=True):
            edges = [*(f"{edge:g}" for edge in _EDGES), "+Inf"]
            roots.add_metric((name,), list(zip(edges, cumulated, strict=True)), total)
        yield roots


def _decade(age: float) -> int:
    """The bin of an age."""
    return max(sum(age >= edge for edge in AGE_FROM) - 1, 0)
