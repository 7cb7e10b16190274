"""What the examinations look like is counted right: every feature in the bin of its value, every probability."""

import json
import math
import threading
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from features.anatomy import ROOTS, NerveRoot
from features.encoding import FEATURES, encode
from service.assessment import ClassifierAnswer
from service.drift import BINNED, NOT_ASSESSED, Drift
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


def counted(drift: Drift) -> Mapping[tuple[str, str], float]:
    """How often each value of each feature was counted, none left out where it was."""
    features = next(iter(drift.collect()))
    return {(each.labels["feature"], each.labels["value"]): each.value for each in features.samples if each.value}


def given_probabilities(drift: Drift) -> dict[tuple[str, str], float]:
    """The samples of the probabilities by root and, of a bin, its upper edge."""
    _, probabilities = drift.collect()
    return {
        (each.labels["root"], each.labels.get("le", each.name.rsplit("_", 1)[1])): each.value
        for each in probabilities.samples
    }


def said_of(**probabilities: float) -> ClassifierAnswer:
    return an_assessment(an_exam(), classify=classifier_of(**probabilities)).classifier


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
    drift = Drift()
    drift.count(encode(an_exam(40, **EVERYTHING)))
    found = counted(drift)
    assert {key: times for key, times in found.items() if key[0] == feature} == {(feature, value): 1}


@pytest.mark.parametrize(
    ("age", "decade"), [(18, "18-29"), (29, "18-29"), (29.9, "18-29"), (30, "30-39"), (79, "70-79"), (120, "80+")]
)
def test_ages_are_counted_by_decade(age: float, decade: str) -> None:
    drift = Drift()
    drift.count(encode(an_exam(age)))
    assert counted(drift)["age_years", decade] == 1


@holds(body=bodies())
def test_every_exam_is_counted_once_in_every_feature_and_in_the_bin_of_its_number(body: Body) -> None:
    drift, row = Drift(), encode(read(body))
    drift.count(row)
    found = counted(drift)
    assert {name for name, _ in found} == {feature.name for feature in FEATURES}
    assert set(found.values()) == {1}
    for feature, number in zip(FEATURES[1:], row[1:].tolist(), strict=True):
        assert (feature.name, NOT_ASSESSED if math.isnan(number) else f"{number:g}") in found


def test_the_row_that_is_counted_stays_as_it_was() -> None:
    row = encode(an_exam(40, **EVERYTHING))
    before = row.copy()
    Drift().count(row)
    assert np.array_equal(row, before, equal_nan=True)


def test_every_feature_belongs_to_a_group_and_has_a_bin_for_what_was_not_assessed() -> None:
    groups = {"patient", "history", "pain", "paresthesia", "strength", "reflexes", "sensation", "tests"}
    assert {each.group for each in BINNED} == groups
    assert all(each.bins[-1] == NOT_ASSESSED for each in BINNED)


def test_probabilities_are_counted_up_to_the_upper_edge_of_their_bin() -> None:
    drift = Drift()
    drift.count_probabilities(said_of(l4=0.05, l5=0.8, s1=0.1, none=0.15))
    drift.count_probabilities(said_of(l4=0.051, l5=0.95, s1=0.0, none=0.04))
    found = given_probabilities(drift)
    assert [found["L4", edge] for edge in ("0.05", "0.1", "+Inf", "count")] == [1, 2, 2, 2]
    assert [found["L5", edge] for edge in ("0.75", "0.8", "0.9", "0.95", "+Inf")] == [0, 1, 1, 2, 2]
    assert [found["S1", edge] for edge in ("0.05", "0.1")] == [1, 2]
    assert [found["none", edge] for edge in ("0.05", "0.15")] == [1, 2]
    assert found["L5", "sum"] == pytest.approx(1.75)


@pytest.mark.parametrize("certain", [0.0, 1.0])
def test_certainty_has_a_bin(certain: float) -> None:
    drift = Drift()
    said = said_of()
    drift.count_probabilities(
        replace(said, roots={root: replace(said.roots[root], probability=certain) for root in ROOTS})
    )
    assert given_probabilities(drift)[NerveRoot.L4.value, "count"] == 1


def test_where_the_classifier_could_not_answer_no_probability_is_counted() -> None:
    drift = Drift()
    drift.count_probabilities(an_assessment(an_exam(), classify=no_classifier).classifier)
    assert set(given_probabilities(drift).values()) == {0}


def test_nothing_is_lost_where_several_threads_count_and_one_reads() -> None:
    drift, row, said = Drift(), encode(an_exam(40, **EVERYTHING)), said_of()
    times, threads = 500, 4

    def keep_counting() -> None:
        for _ in range(times):
            drift.count(row)
            drift.count_probabilities(said)

    counting = [threading.Thread(target=keep_counting) for _ in range(threads)]
    for thread in counting:
        thread.start()
    while any(thread.is_alive() for thread in counting):
        found = counted(drift)
        assert len(set(found.values())) <= 1  # a reader never sees half a row
    for thread in counting:
        thread.join()
    assert set(counted(drift).values()) == {times * threads}
    assert given_probabilities(drift)["L5", "count"] == times * threads


def test_names_and_values_are_those_of_the_vocabulary_alone() -> None:
    """Hazard H-26: what a patient has is told by a metric. Labels are known before anybody asked."""
    assert json.dumps([[each.name, each.bins] for each in BINNED]).isascii()
    before = {tuple(sample.labels.items()) for metric in Drift().collect() for sample in metric.samples}
    drift = Drift()
    drift.count(encode(an_exam(40, **EVERYTHING)))
    assert {tuple(sample.labels.items()) for metric in drift.collect() for sample in metric.samples} == before
