"""How one leg of an Exam becomes the row of numbers that the classifier reads: once, for training and service alike.

Every number is small and whole, so that it is exact in the single precision in which ONNX models take it; NaN, and
nothing else, is *not assessed*. Which rows a model was trained on is told by `schema_digest()`.
"""

import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from features.anatomy import Movement, Reflex, Region, Side
from features.answer import Answer
from features.exam import NORMAL_POWER, Exam, ReflexGrade, Sensation, Sex, TestResult, positive, unable
from features.once import once

Row = npt.NDArray[np.float32]

SLR_ANGLES = (30.0, 70.0)
"""Degrees between which a positive straight leg raise supports root tension (wire contract, version 1)."""

OLD_AGE = 60.0
"""Years above which the straight leg raise loses its sensitivity (qazi2023) and ankle jerks are lost in healthy
people (bowditch1996)."""


@dataclass(frozen=True, kw_only=True)
class Feature:
    """One column: its name, the statement it is read from (JSON pointer, RFC 6901) and what its numbers mean."""

    name: str
    pointer: str
    meaning: str
    read: Callable[[Exam], float]


_TRUTH = {Answer.YES: 1.0, Answer.NO: 0.0, Answer.NOT_ASSESSED: math.nan}


def _yes_no(name: str, pointer: str, read: Callable[[Exam], Answer], yes: str = "yes", no: str = "no") -> Feature:
    return Feature(name=name, pointer=pointer, meaning=f"0 {no}, 1 {yes}", read=lambda exam: _TRUTH[read(exam)])


def _answer(section: str, field: str) -> Feature:
    return _yes_no(field, f"/{section}/{field}", lambda exam: getattr(getattr(exam, section), field))


def _bedside_test(field: str) -> Feature:
    return _yes_no(
        field,
        f"/examination/{field}",
        lambda exam: positive(getattr(exam.examination, field)),
        yes="positive",
        no="negative",
    )


def _function(field: str) -> Feature:
    pointer = f"/examination/{field}"
    return _yes_no(field, pointer, lambda exam: unable(getattr(exam.examination, field)), yes="unable", no="able")


def _listed(symptom: str, field: str, region: Region) -> Feature:
    def read(exam: Exam) -> float:
        regions = getattr(exam.history, field)
        return math.nan if regions is None else float(region in regions)

    return Feature(name=f"{symptom}.{region}", pointer=f"/history/{field}", meaning="0 not there, 1 there", read=read)


def _weak(movement: Movement) -> Feature:
    pointer = f"/examination/strength/{movement}"
    return _yes_no(
        f"{movement}.weak", pointer, lambda exam: exam.examination.weak(movement), yes="below MRC 5", no="MRC 5"
    )


def _deficit(movement: Movement) -> Feature:
    def read(exam: Exam) -> float:
        grade = exam.examination.graded(movement)
        return math.nan if grade is None else 2 * (NORMAL_POWER - grade)

    return Feature(
        name=f"{movement}.deficit",
        pointer=f"/examination/strength/{movement}",
        meaning="half grades below MRC 5, 0 to 10",
        read=read,
    )


def _lost(reflex: Reflex) -> Feature:
    codes = {ReflexGrade.NORMAL: 0.0, ReflexGrade.BRISK: 0.0, ReflexGrade.REDUCED: 1.0, ReflexGrade.ABSENT: 2.0}

    def read(exam: Exam) -> float:
        grade = exam.examination.reflexes.get(reflex)
        return math.nan if grade is None else codes[grade]

    pointer = f"/examination/reflexes/{reflex}"
    meaning = "0 normal or brisk, 1 reduced, 2 absent"
    return Feature(name=f"{reflex}.lost", pointer=pointer, meaning=meaning, read=read)


def _altered(region: Region) -> Feature:
    codes = {Sensation.NORMAL: 0.0, Sensation.REDUCED: 1.0, Sensation.INCREASED: 1.0, Sensation.ABSENT: 2.0}

    def read(exam: Exam) -> float:
        found = exam.examination.sensation.get(region)
        return math.nan if found is None else codes[found]

    pointer = f"/examination/sensation/{region}"
    meaning = "0 normal, 1 reduced or increased, 2 absent"
    return Feature(name=f"sensation.{region}", pointer=pointer, meaning=meaning, read=read)


def supports_tension(exam: Exam) -> Answer:
    """Whether the straight leg raise is positive between 30 and 70 degrees, or positive with no angle stated."""
    raised = exam.examination.straight_leg_raise
    if raised is None or raised.result is None:
        return Answer.NOT_ASSESSED
    low, high = SLR_ANGLES
    in_range = raised.angle_degrees is None or low <= raised.angle_degrees <= high
    return Answer.of(raised.result is TestResult.POSITIVE and in_range)


def _whole_years(exam: Exam) -> float:
    return float(math.floor(exam.patient.age_years))


def _female(exam: Exam) -> Answer:
    return {Sex.FEMALE: Answer.YES, Sex.MALE: Answer.NO}.get(exam.patient.sex or Sex.UNKNOWN, Answer.NOT_ASSESSED)


def _both_sides(exam: Exam) -> Answer:
    side = exam.history.side
    return Answer.of(None if side is None else side is Side.BILATERAL)


FEATURES = (
    Feature(name="age_years", pointer="/patient/age_years", meaning="whole years", read=_whole_years),
    _yes_no("over_60", "/patient/age_years", lambda exam: Answer.of(exam.patient.age_years > OLD_AGE)),
    _yes_no("female", "/patient/sex", _female, yes="female", no="male"),
    _yes_no("pain_on_both_sides", "/history/side", _both_sides),
    _yes_no("pain_below_knee", "/history/pain_radiates_below_knee", lambda exam: exam.history.below_knee),
    _answer("history", "leg_pain_worse_than_back_pain"),
    _answer("history", "worse_with_cough_or_sneeze"),
    _answer("history", "worse_with_sitting"),
    _answer("history", "worse_with_walking"),
    _answer("history", "relieved_by_flexion"),
    *(_listed("pain", "pain_locations", region) for region in Region),
    *(_listed("paresthesia", "paresthesia_locations", region) for region in Region),
    *(_weak(movement) for movement in Movement),
    *(_deficit(movement) for movement in Movement),
    _function("heel_walk"),
    _function("toe_walk"),
    _function("single_leg_sit_to_stand"),
    *(_lost(reflex) for reflex in Reflex),
    *(_altered(region) for region in Region),
    _yes_no(
        "straight_leg_raise",
        "/examination/straight_leg_raise",
        supports_tension,
        yes="positive at 30 to 70 degrees or at no stated angle",
        no="negative, or positive elsewhere",
    ),
    _bedside_test("crossed_straight_leg_raise"),
    _bedside_test("slump"),
    _bedside_test("femoral_stretch"),
    _bedside_test("crossed_femoral_stretch"),
    _bedside_test("hip_internal_rotation_pain"),
    _bedside_test("trochanteric_tenderness"),
    _bedside_test("faber"),
    _bedside_test("fibular_head_tinel"),
    _bedside_test("pedal_pulses_reduced"),
    _bedside_test("dermatomal_rash"),
)
"""The columns, in order."""


@once
def encode(exam: Exam) -> Row:
    """The row of the worse leg: float32 of shape (len(FEATURES),), read-only, NaN where a finding was not assessed."""
    row = np.array([feature.read(exam) for feature in FEATURES], dtype=np.float32)
    row.flags.writeable = False
    return row


@cache
def schema_digest() -> str:
    """SHA-256 over the names, pointers and meanings of FEATURES in order: a model fits this code or it does not."""
    columns = [[feature.name, feature.pointer, feature.meaning] for feature in FEATURES]
    return hashlib.sha256(json.dumps(columns).encode()).hexdigest()
