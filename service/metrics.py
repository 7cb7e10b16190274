"""What is counted of the service, for Prometheus: sums, under labels that are routes, rule ids, words of the contract.

Every label has a known, small set of values. What comes from outside (a path, a method) becomes the template of a
route, or `other`.

What an examination says is shown by batches (service/drift.py). Shown at once is how many answers of each urgency there
were, whether the classifier answered, and where they are kept: who reads before and after one answer learns that of it.
"""

import logging
from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from prometheus_client import CollectorRegistry, Counter, GCCollector, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from features.encoding import encode
from features.exam import Exam
from service.assessment import Assessment, ClassifierStatus, Provenance
from service.drift import Drift
from service.health import Check, Status
from service.identity.refusals import Reason
from service.record.receipt import Mark, RecordState
from service.rules.guideline import Urgency

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4

OTHER: Final = "other"
METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
HOOKS: Final = ("patient-view", "order-select", "order-sign")
INDICATORS: Final = ("info", "warning", "critical")
OUTCOMES: Final = ("accepted", "overridden")
MOST_ROUTES: Final = 64
"""Routes that are counted by themselves; there are far fewer."""

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_REASONS: Final = tuple(reason.value for reason in Reason)

T = TypeVar("T")

logger = logging.getLogger(__name__)


class Metrics:
    """The counters of one process, in a registry of their own; what is a state is asked when Prometheus asks."""

    def __init__(
        self,
        *,
        provenance: Callable[[], Provenance],
        record: Callable[[], RecordState],
        checks: Callable[[], Iterable[Check]],
    ) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._drift = Drift()
        for process in (ProcessCollector, PlatformCollector, GCCollector):
            process(registry=self._registry)
        self._registry.register(_State(provenance, record, checks))
        self._registry.register(self._drift)
        self._routes: set[str] = set()

        def counter(name: str, says: str, *labels: str) -> Counter:
            return Counter(f"nerveroot_{name}", says, labels, registry=self._registry)

        self._requests = counter("http_requests", "Requests by their outcome.", "route", "method", "status")
        self._seconds = Histogram(
            "nerveroot_http_request_duration_seconds",
            "How long requests took, from the first byte read to the last one sent.",
            ("route",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._answers = counter("answers", "Answers by their urgency.", "urgency")
        self._classifier = counter("classifier_answers", "Answers by whether the classifier answered.", "status")
        self._marks = counter("record_marks", "Answers by what became of them in the record.", "mark")
        self._refusals = counter("refusals", "Callers that were not let in, by the reason.", "reason")
        self._cards = counter("cds_cards", "Cards of CDS Hooks by hook, and how loud they are.", "hook", "indicator")
        self._feedback = counter("cds_feedback", "Cards by what users did with them, as reported.", "outcome")
        self._unshared = counter("cds_tokens_unshared", "Tokens of CDS Hooks that other processes were not told of.")
        self._reloads = counter("model_reloads", "Reloads of the model: swapped, or kept the old one.", "result")
        self._start_at_zero()

    def requested(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one request; `route` is the template that matched, never the path that was asked for."""
        name = route if route in self._routes or len(self._routes) < MOST_ROUTES else OTHER
        self._routes.add(name)
        known = method if method in METHODS else OTHER
        self._requests.labels(name, known, f"{status // 100}xx").inc()
        self._seconds.labels(name).observe(seconds)

    def answered(self, assessment: Assessment, exam: Exam, mark: Mark) -> None:
        """Count one new answer: at once its urgency, status and mark, the rest of it by batches.

        An answer that is not recorded is in no batch. It may be a trial: whoever knows what was tried could take it
        away, and would be left with the few patients who share the batch.
        """
        self._answers.labels(assessment.urgency.value).inc()
        self._classifier.labels(assessment.classifier.status.value).inc()
        self._marks.labels(mark.value).inc()
        if mark is not Mark.NONE:
            self._drift.count(encode(exam), assessment)

    def refused(self, reason: str) -> None:
        """Count a caller that was not let in."""
        self._refusals.labels(reason if reason in _REASONS else OTHER).inc()

    def shown(self, hook: str, indicator: str) -> None:
        """Count one card of CDS Hooks."""
        self._cards.labels(hook if hook in HOOKS else OTHER, indicator if indicator in INDICATORS else OTHER).inc()

    def reported(self, outcome: str) -> None:
        """Count what a user did with one card."""
        self._feedback.labels(outcome if outcome in OUTCOMES else OTHER).inc()

    def unshared(self) -> None:
        """Count a token of a record system that this process alone knows to be used: the database was down."""
        self._unshared.inc()

    def reloaded(self, ok: bool) -> None:
        """Count a reload of the model."""
        self._reloads.labels("swapped" if ok else "kept").inc()

    def exposition(self) -> bytes:
        """All of it in the text format of Prometheus (CONTENT_TYPE)."""
        return generate_latest(_Plain(self._registry))

    def _start_at_zero(self) -> None:
        """Show what has not happened yet as 0: an alert on the first of its kind needs the step from 0 to 1."""
        known: tuple[tuple[Counter, Iterable[str]], ...] = (
            (self._answers, (urgency.value for urgency in Urgency)),
            (self._classifier, (status.value for status in ClassifierStatus)),
            (self._marks, (mark.value for mark in Mark)),
            (self._refusals, _REASONS),
            (self._reloads, ("swapped", "kept")),
            (self._feedback, OUTCOMES),
        )
        for counter, values in known:
            for value in values:
                counter.labels(value)
        for hook in HOOKS:
            for indicator in INDICATORS:
                self._cards.labels(hook, indicator)


class _Plain(Collector):
    """All of a registry but when each series began: that is a fifth of it, and nobody asks."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterable[Metric]:
        for metric in self._registry.collect():
            metric.samples = [sample for sample in metric.samples if not sample.name.endswith("_created")]
            yield metric


class _State(Collector):
    """What is so just now: versions, the record, and the checks of readiness."""

    def __init__(
        self,
        provenance: Callable[[], Provenance],
        record: Callable[[], RecordState],
        checks: Callable[[], Iterable[Check]],
    ) -> None:
        self._provenance, self._record, self._checks = provenance, record, checks

    def describe(self) -> Iterable[Metric]:
        """Nothing: the registry must not ask the state before the service has started."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """The state for Prometheus; what cannot be told just now is left out, and all the rest is there."""
        made, record, checks = _told(self._provenance), _told(self._record), _told(self._checks)
        if made:
            yield InfoMetricFamily(
                "nerveroot_build",
                "The versions of what answers; none where no model is loaded.",
                value={
                    "model_version": made.model_version or "none",
                    "model_sha256": made.model_sha256 or "none",
                    "feature_schema": made.feature_schema,
                    "ruleset_version": made.ruleset_version,
                    "software_version": made.software_version,
                },
            )
        if record:
            gauges = {
                "writable": ("Whether an answer can be recorded at all.", float(record.writable)),
                "database_up": ("Whether the database takes entries.", float(record.database == "up")),
                "deferred": ("Answers that wait in the journal.", float(record.deferred)),
                **({} if record.head is None else {"head": ("The number of the last entry.", float(record.head))}),
            }
            for name, (says, value) in gauges.items():
                yield GaugeMetricFamily(f"nerveroot_record_{name}", says, value=value)
        health = GaugeMetricFamily(
            "nerveroot_health_check", "1 for the status that a check of readiness has.", labels=("check", "status")
        )
        for check in checks or ():
            for status in Status:
                health.add_metric((check.name, status.value), float(check.status is status))
        yield health


def _told(ask: Callable[[], T]) -> T | None:
    """What `ask` says; None where it fails: one fault must not take all the metrics with it."""
    try:
        return ask()
    except Exception:
        logger.exception("a part of the metrics could not be told")
        return None
