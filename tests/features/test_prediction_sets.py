"""How much an exam says, which group it is in, and which roots its thresholds keep: the same for one exam and many."""

import json
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from features.anatomy import ROOTS
from features.completeness import findings_stated, signs_abnormal
from features.encoding import FEATURES, encode
from features.involvement import Involvement
from features.prediction_sets import ExamGroups, PredictionSets, Threshold, log_odds
from tests.builders import an_exam

GROUPS = ExamGroups(age_from=(40, 60), stated_from=(1, 4), abnormal_from=(1,))


def terms(base: float = 0.0, **changes: tuple[float, ...]) -> Threshold:
    none = {"age": (0.0,) * 3, "sex": (0.0,) * 3, "stated": (0.0,) * 3, "abnormal": (0.0,) * 2}
    return Threshold(base=base, **{**none, **changes})


def sets_of(threshold: Threshold) -> PredictionSets:
    return PredictionSets(coverage=0.9, method="test", groups=GROUPS, thresholds=dict.fromkeys(ROOTS, threshold))


@pytest.mark.parametrize(
    ("sections", "stated", "abnormal"),
    [
        ({}, 0, 0),
        ({"patient": {"sex": "female"}}, 0, 0),
        ({"history": {"pain_locations": ["buttock", "heel"]}}, 2, 0),  # the heel says: below the knee
        ({"history": {"pain_locations": []}}, 2, 0),  # nowhere says: nor below the knee
        ({"history": {"paresthesia_locations": []}}, 1, 0),
        ({"examination": {"strength": {"plantar_flexion": "weak"}}}, 1, 1),  # no grade: one column, one finding
        ({"examination": {"strength": {"plantar_flexion": 4, "great_toe_extension": 5}}}, 2, 1),
        ({"examination": {"reflexes": {"achilles": "absent", "patellar": "brisk"}}}, 2, 1),
        ({"examination": {"sensation": {"heel": "increased"}, "slump": "negative"}}, 2, 1),
        ({"examination": {"straight_leg_raise": {"result": "positive"}, "heel_walk": "unable"}}, 2, 2),
    ],
)
def test_findings_are_counted_as_a_reader_would(sections: dict[str, Any], stated: int, abnormal: int) -> None:
    row = encode(an_exam(**sections))[None, :]
    assert (findings_stated(row)[0], signs_abnormal(row)[0]) == (stated, abnormal)


def test_a_statement_counts_once_however_many_columns_it_fills() -> None:
    """Against the plain definition: distinct places of history and examination with a number in any column."""
    rng = np.random.default_rng(1)
    for _ in range(200):
        row = np.full(len(FEATURES), np.nan, dtype=np.float32)
        for pointer in {feature.pointer for feature in FEATURES}:
            if rng.random() < 0.5:
                columns = [i for i, feature in enumerate(FEATURES) if feature.pointer == pointer]
                # "weak" without a grade fills the first column of a movement alone; nothing fills the second alone.
                row[columns if rng.random() < 0.5 else columns[:1]] = rng.integers(0, 2)
        places = {feature.pointer for feature, value in zip(FEATURES, row, strict=True) if not np.isnan(value)}
        counted = [place for place in places if not place.startswith("/patient/")]
        assert findings_stated(row[None, :])[0] == len(counted)


@pytest.mark.parametrize(
    ("age", "sections", "group"),
    [
        (39, {"patient": {"sex": "female"}}, [0, 0, 0, 0]),
        (40, {"patient": {"sex": "male"}}, [1, 1, 0, 0]),
        (59.9, {"patient": {"sex": "unknown"}}, [1, 2, 0, 0]),
        (60, {"examination": {"slump": "negative"}}, [2, 2, 1, 0]),
        (60, {"examination": {"slump": "positive"}}, [2, 2, 1, 1]),
        (60, {"examination": {"slump": "negative", "faber": "negative", "heel_walk": "able"}}, [2, 2, 1, 0]),
        (
            60,
            {"examination": {"slump": "negative", "faber": "negative", "heel_walk": "able", "toe_walk": "able"}},
            [2, 2, 2, 0],
        ),
    ],
)
def test_both_sides_of_every_group(age: float, sections: dict[str, Any], group: list[int]) -> None:
    assert GROUPS.of(encode(an_exam(age, **sections))[None, :]).tolist() == [group]


def test_the_terms_add_up() -> None:
    threshold = terms(-1.0, age=(0.0, 0.25, 0.0), sex=(0.0, 0.0, 0.5), stated=(0.0, 2.0, 0.0), abnormal=(0.0, 4.0))
    exam = an_exam(45, examination={"slump": "positive"})
    least = sets_of(threshold).least_log_odds(encode(exam)[None, :])
    assert least.tolist() == [[5.75] * 3]


@pytest.mark.parametrize(("probability", "kept"), [(0.51, True), (0.49, False), (1.0, True), (0.0, False)])
def test_a_root_is_kept_from_its_threshold_on(probability: float, kept: bool) -> None:
    exam = an_exam()
    involvement = Involvement(roots=dict.fromkeys(ROOTS, probability), none=0.0)
    assert sets_of(terms()).not_ruled_out(exam, involvement) == (ROOTS if kept else ())
    stated = np.full((1, 4), probability)
    assert sets_of(terms()).sets(stated, encode(exam)[None, :]).tolist() == [[kept] * 3]


def test_a_probability_that_equals_the_threshold_is_kept() -> None:
    sets = sets_of(terms(float(log_odds(0.3))))
    assert sets.sets([[0.3, 0.3, 0.3]], encode(an_exam())[None, :]).all()


def test_the_plain_form_is_one_probability_for_every_exam() -> None:
    flat = PredictionSets(coverage=0.9, method="flat", thresholds={ROOTS[0]: 0.05, ROOTS[1]: 0.2, ROOTS[2]: 0.0})
    rows = np.array([encode(an_exam(20)), encode(an_exam(80, examination={"slump": "positive"}))])
    assert flat.sets([[0.06, 0.19, 0.0]] * 2, rows).tolist() == [[True, False, True]] * 2


def test_both_forms_survive_the_manifest() -> None:
    read = TypeAdapter(PredictionSets)
    flat = PredictionSets(coverage=0.9, method="flat", thresholds=dict.fromkeys(ROOTS, 0.2))
    for sets in (flat, sets_of(terms(-1.0, age=(0.1, 0.2, 0.3)))):
        assert read.validate_python(json.loads(json.dumps(asdict(sets)))) == sets


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"thresholds": {"L4": 0.1, "L5": 0.1}}, "S1 has no threshold"),
        ({"thresholds": dict.fromkeys(ROOTS, terms(age=(0.0,)))}, "the threshold of L4 needs"),
        ({"groups": {"age_from": [60, 40]}}, "rising values"),
        ({"groups": {"stated_from": [3, 3]}}, "rising values"),
        ({"thresholds": {"L4": "low", "L5": 0.1, "S1": 0.1}}, "L4"),
    ],
)
def test_a_form_that_fits_nothing_is_refused(changes: dict[str, Any], complaint: str) -> None:
    whole = {"coverage": 0.9, "method": "test", "groups": asdict(GROUPS), "thresholds": dict.fromkeys(ROOTS, terms())}
    TypeAdapter(PredictionSets).validate_python(whole)
    with pytest.raises(ValidationError, match=complaint):
        TypeAdapter(PredictionSets).validate_python({**whole, **changes})


def test_log_odds_stay_finite() -> None:
    assert np.isfinite(log_odds([0.0, 1.0])).all()
    assert log_odds(0.5) == 0
