"""The Exam as it is read from the wire: what is absent, or null, is not assessed."""

import json
from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.anatomy import Movement, Perianal, Reflex, Region
from features.answer import Answer
from features.consistency import contradictions
from features.exam import Exam, Sensation
from service.intake import EXAM
from tests.builders import a_body, an_exam

UNKNOWN = Answer.NOT_ASSESSED


def test_nothing_stated_is_nothing_assessed() -> None:
    exam = an_exam()
    assert exam.red_flags.fever is UNKNOWN
    assert exam.history.below_knee is UNKNOWN
    assert exam.history.pain_locations is None
    assert exam.examination.weak(Movement.KNEE_EXTENSION) is UNKNOWN
    assert exam.examination.saddle_altered is UNKNOWN
    assert exam.treatment.nsaid_contraindications is None


def test_null_reads_like_absent_everywhere() -> None:
    """Hazard H-02: an app sends null where nobody asked, and it is read as no."""

    def nulls(schema: dict[str, Any], defs: dict[str, Any]) -> Any:
        schema = defs[schema["$ref"].rsplit("/", 1)[-1]] if "$ref" in schema else schema
        return dict.fromkeys(schema["properties"])

    schema = EXAM.json_schema()
    empty = nulls(schema, schema["$defs"]) | {"patient": {"age_years": 40}}
    deep = {
        "patient": {"age_years": 40, "sex": None, "pregnant": None, "reference": None},
        "history": nulls(schema["$defs"]["History"], {}),
        "examination": nulls(schema["$defs"]["Examination"], {}) | {"strength": {"hip_flexion": None}},
        "red_flags": nulls(schema["$defs"]["RedFlagScreen"], {}),
        "treatment": nulls(schema["$defs"]["Treatment"], {}),
        "previous_examination": None,
        "examined_at": None,
        "other_leg": None,
    }
    assert EXAM.validate_json(json.dumps(empty)) == an_exam()
    assert EXAM.validate_json(json.dumps(deep)) == an_exam()


def test_an_exam_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        an_exam().patient.age_years = 12  # type: ignore[misc]


@pytest.mark.parametrize(
    ("grade", "weak", "graded"),
    [
        (5, Answer.NO, 5),
        (4.5, Answer.YES, 4.5),
        (0, Answer.YES, 0),
        ("weak", Answer.YES, None),
        (None, UNKNOWN, None),
    ],
)
def test_strength(grade: Any, weak: Answer, graded: float | None) -> None:
    """Hazard H-16: a grade is read as another."""
    leg = an_exam(examination={"strength": {"ankle_dorsiflexion": grade}}).examination
    assert leg.weak(Movement.ANKLE_DORSIFLEXION) is weak
    assert leg.graded(Movement.ANKLE_DORSIFLEXION) == graded


@pytest.mark.parametrize(
    ("history", "below"),
    [
        ({"pain_locations": ["buttock", "knee"]}, Answer.NO),
        ({"pain_locations": ["buttock", "sole"]}, Answer.YES),
        ({"pain_locations": []}, Answer.NO),
        ({"pain_radiates_below_knee": True}, Answer.YES),
        ({"pain_radiates_below_knee": True, "pain_locations": ["low_back"]}, Answer.YES),
        ({"pain_radiates_below_knee": False, "pain_locations": ["low_back"]}, Answer.NO),
        ({}, UNKNOWN),
    ],
)
def test_below_the_knee_is_derived_from_the_regions_when_not_stated(history: Any, below: Answer) -> None:
    assert an_exam(history=history).history.below_knee is below


def test_sensation_of_the_saddle_is_no_region_of_the_leg() -> None:
    leg = an_exam(examination={"sensation": {"perianal": "increased", "sole": "normal"}}).examination
    assert leg.saddle_altered is Answer.YES
    assert leg.sensation == {Perianal.PERIANAL: Sensation.INCREASED, Region.SOLE: Sensation.NORMAL}
    assert Reflex.ACHILLES not in leg.reflexes


@pytest.mark.parametrize(
    ("pointer", "sections"),
    [
        (
            "/history/pain_radiates_below_knee",
            {"history": {"pain_radiates_below_knee": False, "pain_locations": ["heel"]}},
        ),
        (
            "/red_flags/motor_deterioration_hours",
            {"red_flags": {"progressive_motor_weakness": False, "motor_deterioration_hours": 3}},
        ),
        ("/patient/sex", {"patient": {"sex": "male", "pregnant": True}}),
        ("/patient/sex", {"patient": {"sex": "male"}, "treatment": {"nsaid_contraindications": ["pregnancy"]}}),
        (
            "/treatment/nsaid_contraindications",
            {"patient": {"pregnant": False}, "treatment": {"nsaid_contraindications": ["pregnancy"]}},
        ),
        (
            "/previous_examination/examined_at",
            {
                "examined_at": "2026-11-22T10:00:00Z",
                "previous_examination": {"examined_at": "2026-11-22T10:00:00Z"},
            },
        ),
    ],
)
def test_contradictions_are_named(pointer: str, sections: Any) -> None:
    """Hazard H-15: of two statements that exclude each other one is believed."""
    assert [found.pointer for found in contradictions(an_exam(**sections))] == [pointer]


@pytest.mark.parametrize(
    "sections",
    [
        {"history": {"pain_radiates_below_knee": True, "pain_locations": ["low_back"]}},
        {"history": {"pain_radiates_below_knee": False, "pain_locations": ["knee"]}},
        {"red_flags": {"motor_deterioration_hours": 3}},
        {"red_flags": {"urinary_retention": False, "post_void_residual_ml": 600}},
        {"red_flags": {"saddle_anesthesia": False}, "examination": {"sensation": {"perianal": "absent"}}},
        {"patient": {"sex": "other", "pregnant": True}},
        {
            "examined_at": "2026-11-22T10:00:01Z",
            "previous_examination": {"examined_at": "2026-11-22T10:00:00Z"},
        },
        {"previous_examination": {"examined_at": "2026-11-22T10:00:00Z"}},
    ],
)
def test_what_is_only_unusual_is_no_contradiction(sections: Any) -> None:
    """Hazard H-15: a sign that was found is refused because it was denied."""
    assert contradictions(an_exam(**sections)) == ()


@given(st.floats(18, 120))
def test_every_adult_age_is_read(age: float) -> None:
    assert EXAM.validate_json(json.dumps(a_body(age))) == Exam(patient=an_exam(age).patient)
