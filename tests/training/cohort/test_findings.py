"""Codes, Exams and rows say the same of a patient, in every direction."""

from datetime import UTC, datetime

import numpy as np
import pytest

from features.anatomy import Region
from features.consistency import contradictions
from features.encoding import FEATURES, encode
from features.exam import Exam
from training.cohort.draw import Cohort
from training.cohort.findings import (
    COLUMN,
    COLUMNS,
    FULL_POWER,
    LOWER,
    NOT_STATED,
    POSITIVE_BEYOND,
    RAISED,
    UNGRADED,
    WHERE,
    Codes,
    exam_json,
    rows,
)
from training.cohort.reading import codes_of
from training.golden import read_exam

DRAWN = 2500
INVENTED = 500
NOW = datetime(2026, 11, 22, tzinfo=UTC)
HIGHEST = {
    **dict.fromkeys(("side", "history", "pain", "paresthesia", "function", "test"), 1),
    "strength": UNGRADED,
    "reflex": RAISED,
    "sensation": RAISED,
    "slr": POSITIVE_BEYOND,
}
"""The last code of each kind; the age and the sex are no kind of their own."""


def invented(rng: np.random.Generator) -> Codes:
    """Codes drawn evenly from all there are: lists whole or not stated, and none against what is said of the knee."""
    codes = np.empty((INVENTED, len(COLUMNS)), dtype=np.int8)
    for kind, last in HIGHEST.items():
        block = codes[:, WHERE[kind]]
        block[:] = rng.integers(NOT_STATED, last + 1, block.shape)
        if kind in {"pain", "paresthesia"}:
            block[:] = np.abs(block)
            block[rng.random(INVENTED) < 0.3] = NOT_STATED
            block[rng.random(INVENTED) < 0.1] = 0
    codes[:, COLUMN["age_years"]] = rng.integers(18, 121, INVENTED)
    codes[:, COLUMN["female"]] = rng.integers(NOT_STATED, 2, INVENTED)
    below, named = codes[:, COLUMN["below_knee"]], (codes[:, WHERE["pain"]][:, LOWER] == 1).any(axis=1)
    below[named & (below == 0)] = 1
    return codes


@pytest.fixture(scope="module")
def codes(cohort: Cohort) -> Codes:
    """Drawn examinations of every kind, and invented ones with every code."""
    return np.concatenate([cohort.codes[:DRAWN], invented(np.random.default_rng(4))])


@pytest.fixture(scope="module")
def exams(codes: Codes) -> list[Exam]:
    return [read_exam(exam_json(row, left=bool(i % 2), duration_days=i)) for i, row in enumerate(codes)]


def test_every_code_occurs(codes: Codes) -> None:
    for kind, last in HIGHEST.items():
        for column in range(*WHERE[kind].indices(len(COLUMNS))):
            assert set(codes[:, column]) == set(range(NOT_STATED, last + 1)), COLUMNS[column]


def test_rows_are_what_the_service_makes_of_the_exam(codes: Codes, exams: list[Exam]) -> None:
    made, encoded = rows(codes), np.array([encode(exam) for exam in exams])
    assert made.dtype == encoded.dtype == np.float32
    for column, feature in enumerate(FEATURES):
        np.testing.assert_array_equal(made[:, column], encoded[:, column], err_msg=feature.name)


def test_reading_an_exam_gives_the_codes_it_was_written_from(codes: Codes, exams: list[Exam]) -> None:
    read = np.array([codes_of(exam) for exam in exams])
    np.testing.assert_array_equal(read, codes)


def test_no_exam_contradicts_itself(exams: list[Exam]) -> None:
    assert not [contradictions(exam, NOW) for exam in exams if contradictions(exam, NOW)]


def test_an_exam_states_only_what_the_codes_do(codes: Codes, exams: list[Exam]) -> None:
    stated = np.array([len(exam.examination.strength) for exam in exams])
    assert (stated == (codes[:, WHERE["strength"]] != NOT_STATED).sum(axis=1)).all()
    for exam in exams[:200]:
        assert exam.red_flags == Exam(patient=exam.patient).red_flags


def test_nothing_stated_but_the_age_gives_an_exam_of_the_age_alone() -> None:
    codes = np.full(len(COLUMNS), NOT_STATED, dtype=np.int8)
    codes[COLUMN["age_years"]] = 44
    assert exam_json(codes, left=True) == {"patient": {"age_years": 44}}


@pytest.mark.parametrize(
    ("grade", "code"), [(4.5, 6), (4.0, 5), (3.5, 4), (3.0, 3), (2.5, 2), (0.5, 0), (5, FULL_POWER)]
)
def test_a_half_grade_that_the_cohort_does_not_know_counts_as_the_lower_one(grade: float, code: int) -> None:
    exam = read_exam({"patient": {"age_years": 44}, "examination": {"strength": {"knee_extension": grade}}})
    assert codes_of(exam)[COLUMN["knee_extension"]] == code


@pytest.mark.parametrize(
    ("raise_", "code"),
    [
        ({"result": "negative"}, 0),
        ({"result": "negative", "angle_degrees": 50}, 0),
        ({"result": "positive"}, 1),
        ({"result": "positive", "angle_degrees": 29}, 3),
        ({"result": "positive", "angle_degrees": 30}, 2),
        ({"result": "positive", "angle_degrees": 70}, 2),
        ({"result": "positive", "angle_degrees": 71}, 3),
        ({"angle_degrees": 50}, NOT_STATED),
        ({}, NOT_STATED),
    ],
)
def test_a_straight_leg_raise_is_read_with_its_angle(raise_: dict[str, object], code: int) -> None:
    exam = read_exam({"patient": {"age_years": 44}, "examination": {"straight_leg_raise": raise_}})
    assert codes_of(exam)[COLUMN["straight_leg_raise"]] == code


def test_what_the_cohort_does_not_know_is_left_out() -> None:
    exam = read_exam(
        {
            "patient": {"age_years": 60.9, "sex": "other"},
            "examination": {"sensation": {"perianal": "absent"}, "clonus": True, "plantar_response": "extensor"},
            "red_flags": {"history_of_cancer": True},
        }
    )
    codes = codes_of(exam)
    assert codes[COLUMN["age_years"]] == 60
    assert (np.delete(codes, COLUMN["age_years"]) == NOT_STATED).all()


@pytest.mark.parametrize(
    ("history", "code"),
    [
        ({}, NOT_STATED),
        ({"pain_locations": []}, 0),
        ({"pain_locations": [str(Region.KNEE)]}, 0),
        ({"pain_locations": [str(Region.HEEL)]}, 1),
        ({"pain_locations": [str(Region.KNEE)], "pain_radiates_below_knee": True}, 1),
        ({"pain_radiates_below_knee": False}, 0),
    ],
)
def test_pain_below_the_knee_is_as_stated_or_as_listed(history: dict[str, object], code: int) -> None:
    row = rows(codes_of(read_exam({"patient": {"age_years": 44}, "history": history}))[None])[0]
    found = row[[feature.name for feature in FEATURES].index("pain_below_knee")]
    assert np.isnan(found) if code == NOT_STATED else found == code
