"""What the examinations look like is counted right: every feature in the bin of its value, every probability.

And none of it can be told from two readings around one answer.
"""

import json
import math
import threading
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from features.anatomy import ROOTS, NerveRoot
from features.encoding import FEATURES, encode
from features.exam import Exam
from service.assessment import Assessment
from service.drift import BINNED, NOT_ASSESSED, SMALLEST_BATCH, Drift
from tests.builders import Body, an_assessment, an_exam, classifier_of, no_classifier
from tests.properties.strategies import bodies, holds, read

EVERYTHING = {
    "history": {"side": "bilateral", "pain_locations": ["heel"], "worse_with_sitting": True},
    "examination": {
        "strength": {"knee_extension": 3.5, "hip_flexion": 0, "plantar_flexion": "weak"},
        "reflexes": {"achilles": "absent", "patellar": "reduced"},
        "sensation": {"sole": "increased", "heel": "absent"},
        "slump": "negative",
    },
}


ANSWER = an_assessment(an_exam())


def batch_of(exam: Exam, answer: Assessment = ANSWER) -> Drift:
    """A batch in which all examinations are the same."""
    drift = Drift()
    for _ in range(SMALLEST_BATCH):
        drift.count(encode(exam), answer)
    return drift


def shown(drift: Drift) -> dict[tuple[str, ...], float]:
    """All samples by their name and the values of their labels."""
    return {
        (sample.name, *sample.labels.values()): sample.value for metric in drift.collect() for sample in metric.samples
    }


def counted(drift: Drift) -> Mapping[tuple[str, str], float]:
    """How often each value of each feature was counted, none left out where it was."""
    features = next(iter(drift.collect()))
    return {(each.labels["feature"], each.labels["value"]): each.value for each in features.samples if each.value}


def given_probabilities(drift: Drift) -> dict[tuple[str, str], float]:
    """The samples of the probabilities by root and, of a bin, its upper edge."""
    *_, probabilities = drift.collect()
    return {
        (each.labels["root"], each.labels.get("le", each.name.rsplit("_", 1)[1])): each.value
        for each in probabilities.samples
    }


def said_of(**probabilities: float) -> Assessment:
    return an_assessment(an_exam(), classify=classifier_of(**probabilities))


@pytest.mark.parametrize(
    ("feature", "value"),
    [
        ("age_years", "40-49"),
        ("over_60", "0"),
        ("female", NOT_ASSESSED),
        ("pain_on_both_sides", "1"),
        ("pain.heel", "1"),
        ("pain.sole", "0"),
        ("paresthesia.sole", NOT_ASSESSED),
        ("worse_with_sitting", "1"),
        ("knee_extension.deficit", "3"),
        ("hip_flexion.deficit", "10"),
        ("plantar_flexion.deficit", NOT_ASSESSED),
        ("plantar_flexion.weak", "1"),
        ("achilles.lost", "2"),
        ("patellar.lost", "1"),
        ("medial_hamstring.lost", NOT_ASSESSED),
        ("sensation.sole", "1"),
        ("sensation.heel", "2"),
        ("slump", "0"),
    ],
)
def test_each_value_is_counted_as_itself(feature: str, value: str) -> None:
    found = counted(batch_of(an_exam(40, **EVERYTHING)))
    assert {key: times for key, times in found.items() if key[0] == feature} == {(feature, value): SMALLEST_BATCH}


@pytest.mark.parametrize(
    ("age", "decade"), [(18, "18-29"), (29, "18-29"), (29.9, "18-29"), (30, "30-39"), (79, "70-79"), (120, "80+")]
)
def test_ages_are_counted_by_decade(age: float, decade: str) -> None:
    assert counted(batch_of(an_exam(age)))["age_years", decade] == SMALLEST_BATCH


@holds(body=bodies())
def test_every_exam_is_counted_once_in_every_feature_and_in_the_bin_of_its_number(body: Body) -> None:
    exam = read(body)
    found, row = counted(batch_of(exam)), encode(exam)
    assert {name for name, _ in found} == {feature.name for feature in FEATURES}
    assert set(found.values()) == {SMALLEST_BATCH}
    for feature, number in zip(FEATURES[1:], row[1:].tolist(), strict=True):
        assert (feature.name, NOT_ASSESSED if math.isnan(number) else f"{number:g}") in found


def test_the_row_that_is_counted_stays_as_it_was() -> None:
    row = encode(an_exam(40, **EVERYTHING))
    before = row.copy()
    Drift().count(row, ANSWER)
    assert np.array_equal(row, before, equal_nan=True)


def test_every_feature_belongs_to_a_group_and_has_a_bin_for_what_was_not_assessed() -> None:
    groups = {"patient", "history", "pain", "paresthesia", "strength", "reflexes", "sensation", "tests"}
    assert {each.group for each in BINNED} == groups
    assert all(each.bins[-1] == NOT_ASSESSED for each in BINNED)


def test_probabilities_are_counted_up_to_the_upper_edge_of_their_bin() -> None:
    drift, row = Drift(), encode(an_exam())
    for _ in range(SMALLEST_BATCH // 2):
        drift.count(row, said_of(l4=0.05, l5=0.8, s1=0.1, none=0.15))
        drift.count(row, said_of(l4=0.051, l5=0.95, s1=0.0, none=0.04))
    found, half = given_probabilities(drift), SMALLEST_BATCH // 2
    assert [found["L4", edge] / half for edge in ("0.05", "0.1", "+Inf", "count")] == [1, 2, 2, 2]
    assert [found["L5", edge] / half for edge in ("0.75", "0.8", "0.9", "0.95", "+Inf")] == [0, 1, 1, 2, 2]
    assert [found["S1", edge] / half for edge in ("0.05", "0.1")] == [1, 2]
    assert [found["none", edge] / half for edge in ("0.05", "0.15")] == [1, 2]
    assert found["L5", "sum"] == pytest.approx(1.75 * half)


@pytest.mark.parametrize("certain", [0.0, 1.0])
def test_certainty_has_a_bin(certain: float) -> None:
    roots = {root: replace(ANSWER.classifier.roots[root], probability=certain) for root in ROOTS}
    answer = replace(ANSWER, classifier=replace(ANSWER.classifier, roots=roots))
    assert given_probabilities(batch_of(an_exam(), answer))[NerveRoot.L4.value, "count"] == SMALLEST_BATCH


def test_where_the_classifier_could_not_answer_no_probability_is_counted() -> None:
    drift = batch_of(an_exam(), an_assessment(an_exam(), classify=no_classifier))
    assert set(given_probabilities(drift).values()) == {0}


def one_of(number: int) -> tuple[Exam, Assessment]:
    """The examination of that number and its answer; no two have the same age, and some raise a flag."""
    flags = {"urinary_retention": True} if number % 3 == 0 else {}
    exam = an_exam(20 + number, red_flags=flags, history={"pain_locations": ["heel"]})
    return exam, an_assessment(exam, classify=classifier_of(l5=0.5 + number / 100, none=0.15))


def test_two_readings_around_one_answer_tell_nothing_of_it() -> None:
    """Hazard H-26: whoever may read the metrics subtracts one reading from the next and has the examination."""
    drift = Drift()
    before = shown(drift)
    for number in range(SMALLEST_BATCH - 1):
        exam, answer = one_of(number)
        drift.count(encode(exam), answer)
        assert shown(drift) == before
    assert set(before.values()) == {0}


def test_a_batch_adds_up_to_its_answers() -> None:
    drift = Drift()
    for number in range(SMALLEST_BATCH):
        exam, answer = one_of(number)
        drift.count(encode(exam), answer)
    found = shown(drift)
    assert found["nerveroot_batched_answers_total",] == SMALLEST_BATCH
    assert found["nerveroot_screens_incomplete_total",] == SMALLEST_BATCH
    assert found["nerveroot_red_flags_total", "RF-CES-RETENTION"] == 7
    assert found["nerveroot_abstentions_total", "AB-UNAVAILABLE"] == 0
    assert [counted(drift)["age_years", decade] for decade in ("18-29", "30-39")] == [10, 10]
    assert counted(drift)["pain.heel", "1"] == SMALLEST_BATCH
    assert found["nerveroot_root_probability_sum", "L5"] == pytest.approx(sum(0.5 + n / 100 for n in range(20)))
    assert found["nerveroot_root_probability_count", "L5"] == SMALLEST_BATCH


def test_the_next_batch_waits_for_as_many_again() -> None:
    drift = batch_of(an_exam())
    for _ in range(SMALLEST_BATCH - 1):
        drift.count(encode(an_exam()), ANSWER)
    assert shown(drift) == shown(batch_of(an_exam()))
    drift.count(encode(an_exam()), ANSWER)
    assert shown(drift)["nerveroot_batched_answers_total",] == 2 * SMALLEST_BATCH


def test_nothing_is_lost_where_several_threads_count_and_one_reads() -> None:
    drift, row = Drift(), encode(an_exam(40, **EVERYTHING))
    times, threads = 500, 4

    def keep_counting() -> None:
        for _ in range(times):
            drift.count(row, ANSWER)

    counting = [threading.Thread(target=keep_counting) for _ in range(threads)]
    for thread in counting:
        thread.start()
    while any(thread.is_alive() for thread in counting):
        found = set(counted(drift).values())
        assert len(found) <= 1  # a reader never sees half a row
        assert all(each % SMALLEST_BATCH == 0 for each in found)
    for thread in counting:
        thread.join()
    assert set(counted(drift).values()) == {times * threads}
    assert given_probabilities(drift)["L5", "count"] == times * threads
    assert shown(drift)["nerveroot_batched_answers_total",] == times * threads


def test_names_and_values_are_those_of_the_vocabulary_alone() -> None:
    """Hazard H-26: what a patient has is told by a metric. Labels are known before anybody asked."""
    assert json.dumps([[each.name, each.bins] for each in BINNED]).isascii()
    before = {tuple(sample.labels.items()) for metric in Drift().collect() for sample in metric.samples}
    drift = batch_of(an_exam(40, **EVERYTHING))
    assert {tuple(sample.labels.items()) for metric in drift.collect() for sample in metric.samples} == before
