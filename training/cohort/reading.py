"""An Exam as the codes of `findings`, so that its exact posterior can be asked for."""

import numpy as np

from features.anatomy import Side
from features.answer import Answer
from features.encoding import SLR_ANGLES
from features.exam import Ability, Exam, ReflexGrade, Sensation, Sex, StraightLegRaise, TestResult
from training.cohort.findings import (
    ABSENT,
    COLUMN,
    COLUMNS,
    FUNCTIONS,
    GRADES,
    HISTORY_ANSWERS,
    KEPT,
    NEGATIVE,
    NOT_STATED,
    POSITIVE,
    POSITIVE_BEYOND,
    POSITIVE_IN_RANGE,
    RAISED,
    REDUCED,
    REGIONS,
    TESTS,
    UNGRADED,
    Codes,
)

_ANSWERS = {Answer.NO: 0, Answer.YES: 1, Answer.NOT_ASSESSED: NOT_STATED}
_REFLEXES = {
    ReflexGrade.NORMAL: KEPT,
    ReflexGrade.REDUCED: REDUCED,
    ReflexGrade.ABSENT: ABSENT,
    ReflexGrade.BRISK: RAISED,
}
_SENSATIONS = {
    Sensation.NORMAL: KEPT,
    Sensation.REDUCED: REDUCED,
    Sensation.ABSENT: ABSENT,
    Sensation.INCREASED: RAISED,
}


def codes_of(exam: Exam) -> Codes:
    """The findings of the worse leg, (len(COLUMNS),); what the cohort does not know (red flags, clonus) is left out."""
    codes = np.full(len(COLUMNS), NOT_STATED, dtype=np.int8)
    history, found = exam.history, exam.examination
    stated: dict[str, int] = {
        "age_years": int(exam.patient.age_years),
        "female": {Sex.FEMALE: 1, Sex.MALE: 0}.get(exam.patient.sex or Sex.UNKNOWN, NOT_STATED),
        "both_sides": NOT_STATED if history.side is None else int(history.side is Side.BILATERAL),
        "below_knee": _ANSWERS[history.pain_radiates_below_knee],
    }
    stated |= {name: _ANSWERS[getattr(history, name)] for name in HISTORY_ANSWERS}
    for symptom, listed in (("pain", history.pain_locations), ("paresthesia", history.paresthesia_locations)):
        if listed is not None:
            stated |= {f"{symptom}.{region}": int(region in listed) for region in REGIONS}
    stated |= {movement: _grade(grade) for movement, grade in found.strength.items()}
    for name in FUNCTIONS:
        if (able := getattr(found, name)) is not None:
            stated[name] = int(able is Ability.UNABLE)
    stated |= {reflex: _REFLEXES[grade] for reflex, grade in found.reflexes.items()}
    stated |= {
        f"sensation.{region}": _SENSATIONS[felt] for region, felt in found.sensation.items() if region in REGIONS
    }
    for name in TESTS:
        if (result := getattr(found, name)) is not None:
            stated[name] = int(result is TestResult.POSITIVE)
    stated["straight_leg_raise"] = _raised(found.straight_leg_raise)
    for name, code in stated.items():
        codes[COLUMN[name]] = code
    return codes


def _grade(grade: float | str) -> int:
    if isinstance(grade, str):
        return UNGRADED
    return max(code for code, known in enumerate(GRADES) if known <= grade)


def _raised(raised: StraightLegRaise | None) -> int:
    if raised is None or raised.result is None:
        return NOT_STATED
    if raised.result is TestResult.NEGATIVE:
        return NEGATIVE
    if raised.angle_degrees is None:
        return POSITIVE
    low, high = SLR_ANGLES
    return POSITIVE_IN_RANGE if low <= raised.angle_degrees <= high else POSITIVE_BEYOND
