"""What is counted: each thing once, under labels of a known, small set, in a form that Prometheus reads."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from features.encoding import FEATURES
from features.exam import Exam
from features.involvement import Classify, Involvement, Outside
from service.app import create_app
from service.assessment import Provenance
from service.drift import SMALLEST_BATCH
from service.health import Check, Status, model_check
from service.identity.refusals import Reason
from service.metrics import MOST_ROUTES, OTHER, Metrics
from service.record.receipt import Mark, RecordState
from service.rules.abstention import ABSTENTIONS
from service.rules.red_flags import RED_FLAGS
from service.settings import Settings
from tests.builders import PROVENANCE, a_body, an_assessment, an_exam, classifier_of, no_classifier
from tests.service.states import a_state

RETENTION = an_exam(red_flags={"urinary_retention": True, "fever": False})


def metrics_of(
    provenance: Callable[[], Provenance] = lambda: PROVENANCE,
    record: Callable[[], RecordState] = a_state,
    checks: Callable[[], tuple[Check, ...]] = lambda: (model_check("1.2.0", None),),
) -> Metrics:
    """Metrics of a service that is well."""
    return Metrics(provenance=provenance, record=record, checks=checks)


def samples(metrics: Metrics) -> dict[tuple[str, ...], float]:
    """All samples by their name and, after it, their labels as `name=value`, read as Prometheus reads them."""
    return {
        (sample.name, *(f"{name}={value}" for name, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(metrics.exposition().decode())
        for sample in family.samples
    }


def rises(before: dict[tuple[str, ...], float], after: dict[tuple[str, ...], float]) -> dict[tuple[str, ...], float]:
    """What was counted in between, the process aside."""
    return {
        key: after[key] - before.get(key, 0)
        for key in after
        if after[key] != before.get(key) and key[0].startswith("nerveroot_")
    }


def answer_all_of_a_batch(
    metrics: Metrics, exam: Exam, *, classify: Classify | None = None, mark: Mark = Mark.STORED
) -> None:
    """Count the same answer as often as a batch is large."""
    for _ in range(SMALLEST_BATCH):
        metrics.answered(an_assessment(exam, classify=classify), exam, mark)


def test_one_answer_is_counted_at_once_under_three_labels_and_no_other() -> None:
    """Hazard H-26: whoever may read the metrics subtracts one reading from the next and has the examination."""
    metrics = metrics_of()
    before = samples(metrics)
    metrics.answered(an_assessment(RETENTION), RETENTION, Mark.STORED)
    assert rises(before, samples(metrics)) == {
        ("nerveroot_answers_total", "urgency=emergency"): 1,
        ("nerveroot_classifier_answers_total", "status=ok"): 1,
        ("nerveroot_record_marks_total", "mark=stored"): 1,
    }


def test_a_batch_is_counted_once_under_each_of_its_labels() -> None:
    metrics = metrics_of()
    before = samples(metrics)
    answer_all_of_a_batch(metrics, RETENTION)
    risen = rises(before, samples(metrics))
    features = {key: times for key, times in risen.items() if key[0] == "nerveroot_feature_values_total"}
    assert {key[1].removeprefix("feature=") for key in features} == {feature.name for feature in FEATURES}
    assert (
        features["nerveroot_feature_values_total", "feature=age_years", "group=patient", "value=40-49"]
        == SMALLEST_BATCH
    )
    assert risen["nerveroot_root_probability_count", "root=L5"] == SMALLEST_BATCH
    assert risen["nerveroot_root_probability_sum", "root=L5"] == pytest.approx(0.8 * SMALLEST_BATCH)
    others = {key: times for key, times in risen.items() if "_feature_" not in key[0] and "_root_" not in key[0]}
    assert others == dict.fromkeys(
        (
            ("nerveroot_answers_total", "urgency=emergency"),
            ("nerveroot_red_flags_total", "rule_id=RF-CES-RETENTION"),
            ("nerveroot_screens_incomplete_total",),
            ("nerveroot_classifier_answers_total", "status=ok"),
            ("nerveroot_abstentions_total", "rule_id=AB-NOTHING-STATED"),
            ("nerveroot_batched_answers_total",),
            ("nerveroot_record_marks_total", "mark=stored"),
        ),
        SMALLEST_BATCH,
    )


def test_an_answer_that_is_not_recorded_is_in_no_batch() -> None:
    """Somebody who tries the service out fills no batch: what was tried is known, the patient beside it would be."""
    metrics = metrics_of()
    before = samples(metrics)
    answer_all_of_a_batch(metrics, RETENTION, mark=Mark.NONE)
    assert rises(before, samples(metrics)) == {
        ("nerveroot_answers_total", "urgency=emergency"): SMALLEST_BATCH,
        ("nerveroot_classifier_answers_total", "status=ok"): SMALLEST_BATCH,
        ("nerveroot_record_marks_total", "mark=none"): SMALLEST_BATCH,
    }


def test_an_answer_of_the_rules_alone_is_told_apart() -> None:
    metrics = metrics_of()
    before = samples(metrics)
    answer_all_of_a_batch(metrics, RETENTION, classify=no_classifier, mark=Mark.DEFERRED)
    risen = rises(before, samples(metrics))
    assert risen["nerveroot_classifier_answers_total", "status=unavailable"] == SMALLEST_BATCH
    assert risen["nerveroot_abstentions_total", "rule_id=AB-UNAVAILABLE"] == SMALLEST_BATCH
    assert risen["nerveroot_record_marks_total", "mark=deferred"] == SMALLEST_BATCH
    assert samples(metrics)["nerveroot_root_probability_count", "root=L5"] == 0


@pytest.mark.parametrize("outside", list(Outside))
def test_an_examination_unlike_all_that_was_learned_from_is_told(outside: Outside) -> None:
    said = classifier_of()

    def classify(exam: Any) -> Involvement:
        return replace(said(exam), outside=frozenset({outside}))

    metrics, exam = metrics_of(), an_exam(examination={"slump": "positive"})
    answer_all_of_a_batch(metrics, exam, classify=classify)
    found = samples(metrics)
    counted = {each: found["nerveroot_outside_training_total", f"by={each}"] for each in Outside}
    assert counted == {each: SMALLEST_BATCH * float(each is outside) for each in Outside}


def test_requests_are_counted_by_template_method_and_kind_of_status() -> None:
    metrics = metrics_of()
    metrics.requested("/v1/assessments/{assessment_id}", "GET", 404, 0.004)
    metrics.requested("/v1/assessments/{assessment_id}", "GET", 410, 0.03)
    found = samples(metrics)
    route = "route=/v1/assessments/{assessment_id}"
    assert found["nerveroot_http_requests_total", "method=GET", route, "status=4xx"] == 2
    seconds = "nerveroot_http_request_duration_seconds"
    assert [found[f"{seconds}_bucket", f"le={edge}", route] for edge in ("0.0025", "0.005", "0.05")] == [0, 1, 2]
    assert found[f"{seconds}_sum", route] == pytest.approx(0.034)


def test_what_comes_from_outside_cannot_make_labels_without_end() -> None:
    """Hazard H-14: whoever invents paths fills the memory of the service."""
    metrics = metrics_of()
    for number in range(10 * MOST_ROUTES):
        metrics.requested(f"/{number}", f"METHOD{number}", 404, 0.001)
        metrics.refused(f"reason {number}")
    found = samples(metrics)
    methods = {key[1] for key in found if key[0] == "nerveroot_http_requests_total"}
    routes = {key[2] for key in found if key[0] == "nerveroot_http_requests_total"}
    reasons = {key[1] for key in found if key[0] == "nerveroot_refusals_total"}
    assert methods == {f"method={OTHER}"}
    assert len(routes) == MOST_ROUTES + 1
    assert f"route={OTHER}" in routes
    assert reasons == {f"reason={each}" for each in (*Reason, OTHER)}


def test_refusals_and_reloads_are_counted() -> None:
    metrics = metrics_of()
    metrics.refused("unknown_key")
    metrics.refused("unknown_key")
    metrics.reloaded(True)
    metrics.reloaded(False)
    metrics.unshared()
    found = samples(metrics)
    assert found["nerveroot_refusals_total", "reason=unknown_key"] == 2
    assert found["nerveroot_cds_tokens_unshared_total",] == 1
    assert found["nerveroot_model_reloads_total", "result=swapped"] == 1
    assert found["nerveroot_model_reloads_total", "result=kept"] == 1


def test_what_has_not_happened_is_there_as_nought() -> None:
    found = samples(metrics_of())
    for name, ids in (
        ("red_flags", [flag.rule_id for flag in RED_FLAGS]),
        ("abstentions", [rule.rule_id for rule in ABSTENTIONS]),
    ):
        assert {key[1] for key in found if key[0] == f"nerveroot_{name}_total"} == {f"rule_id={each}" for each in ids}
        assert all(found[f"nerveroot_{name}_total", f"rule_id={each}"] == 0 for each in ids)
    assert found["nerveroot_answers_total", "urgency=emergency"] == 0
    assert found["nerveroot_refusals_total", "reason=no_scope"] == 0


def test_versions_record_and_checks_are_asked_when_they_are_read() -> None:
    states: Iterator[RecordState] = iter(
        [a_state(), a_state(database="down", deferred=7, head=None), a_state(writable=False, database="down")]
    )
    versions = iter(["1.2.0", "1.3.0", "none"])
    metrics = metrics_of(
        provenance=lambda: replace(PROVENANCE, model_version=next(versions)),
        record=lambda: next(states),
        checks=lambda: (Check(name="clock", status=Status.DEGRADED, detail="Set it."),),
    )
    first, second, third = samples(metrics), samples(metrics), samples(metrics)
    shown = [next(key for key in found if key[0] == "nerveroot_build_info")[3] for found in (first, second, third)]
    assert shown == ["model_version=1.2.0", "model_version=1.3.0", "model_version=none"]
    assert (first["nerveroot_record_database_up",], first["nerveroot_record_head",]) == (1, 3)
    assert (second["nerveroot_record_database_up",], second["nerveroot_record_deferred",]) == (0, 7)
    assert ("nerveroot_record_head",) not in second
    assert (second["nerveroot_record_writable",], third["nerveroot_record_writable",]) == (1, 0)
    assert first["nerveroot_health_check", "check=clock", "status=degraded"] == 1
    assert first["nerveroot_health_check", "check=clock", "status=ready"] == 0


@pytest.mark.parametrize(
    ("broken", "missing"),
    [
        ("provenance", "nerveroot_build_info"),
        ("record", "nerveroot_record_writable"),
        ("checks", "nerveroot_health_check"),
    ],
)
def test_a_state_that_cannot_be_told_takes_no_other_metric_along(
    broken: str, missing: str, caplog: pytest.LogCaptureFixture
) -> None:
    def fails() -> Any:
        raise ZeroDivisionError

    well, ill = samples(metrics_of()), samples(metrics_of(**{broken: fails}))
    names = {key[0] for key in well} - {key[0] for key in ill}
    assert missing in names
    assert {name.split("_")[1] for name in names} == {missing.split("_")[1]}
    assert "could not be told" in caplog.text


def test_two_readings_of_the_service_around_one_request_tell_no_finding() -> None:
    """Hazard H-26: whoever may read the metrics subtracts one reading from the next and has the examination."""
    body = a_body(55, red_flags={"urinary_retention": True}, examination={"slump": "positive"})
    with TestClient(create_app(Settings())) as client:

        def reading() -> set[str]:
            return {line for line in client.get("/metrics").text.splitlines() if line.startswith("nerveroot_")}

        before = reading()
        client.post("/v1/assessments", json=body).raise_for_status()
        more = {line.partition(" ")[0] for line in reading() - before}
    told = {name for name in more if not name.startswith(("nerveroot_http_", "nerveroot_record_head"))}
    assert told == {
        'nerveroot_answers_total{urgency="emergency"}',
        'nerveroot_classifier_answers_total{status="ok"}',
        'nerveroot_record_marks_total{mark="stored"}',
    }


def test_two_services_in_one_process_count_apart() -> None:
    one, other = metrics_of(), metrics_of()
    one.refused("unknown_key")
    counted = [samples(each)["nerveroot_refusals_total", "reason=unknown_key"] for each in (one, other)]
    assert counted == [1, 0]


def test_the_process_is_shown_too() -> None:
    found = samples(metrics_of())
    assert found["process_resident_memory_bytes",] > 1_000_000
    assert found["process_open_fds",] > 0


def test_the_state_is_not_asked_before_somebody_reads() -> None:
    """The record is not open yet when the metrics are made."""

    def too_early() -> Any:
        raise AssertionError("asked too early")

    Metrics(provenance=too_early, record=too_early, checks=too_early)
