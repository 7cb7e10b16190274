"""What can be seen of a patient: the findings of one examination as small codes, and the same as Exams and as rows.

Codes are what the cohort is drawn in and added up over: (n, len(COLUMNS)) int8, NOT_STATED where nothing was written
down. `rows` turns them into what `features.encoding.encode` makes of the Exam that `exam_json` writes; a test holds the
two against each other.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from features.anatomy import BELOW_KNEE, DERMATOMES, MYOTOMES, REFLEX_ARCS, Side
from features.encoding import FEATURES, OLD_AGE, SLR_ANGLES
from features.exam import Ability, ReflexGrade, Sensation, Sex, TestResult

Codes = npt.NDArray[np.int8]
Row = npt.NDArray[np.float32]

NOT_STATED = -1
REGIONS = tuple(row.region for row in DERMATOMES)
MOVEMENTS = tuple(row.movement for row in MYOTOMES)
REFLEXES = tuple(row.reflex for row in REFLEX_ARCS)
FUNCTIONS = ("heel_walk", "toe_walk", "single_leg_sit_to_stand")
HISTORY_ANSWERS = (
    "leg_pain_worse_than_back_pain",
    "worse_with_cough_or_sneeze",
    "worse_with_sitting",
    "worse_with_walking",
    "relieved_by_flexion",
)
TESTS = (
    "crossed_straight_leg_raise",
    "slump",
    "femoral_stretch",
    "crossed_femoral_stretch",
    "hip_internal_rotation_pain",
    "trochanteric_tenderness",
    "faber",
    "fibular_head_tinel",
    "pedal_pulses_reduced",
    "dermatomal_rash",
)
"""Bedside tests that are positive or negative; the straight leg raise has angles and a column of its own."""

GRADES = (0.0, 1.0, 2.0, 3.0, 3.5, 4.0, 4.5, 5.0)
"""Grades of the Medical Research Council by code; a half grade between two of them counts as the lower one."""
UNGRADED = len(GRADES)
"""The code of "weak", with no grade."""
FULL_POWER = GRADES.index(5.0)
KEPT, REDUCED, ABSENT, RAISED = range(4)
"""Codes of reflexes (raised: brisk) and of sensation (raised: increased)."""
NEGATIVE, POSITIVE, POSITIVE_IN_RANGE, POSITIVE_BEYOND = range(4)
"""Codes of the straight leg raise: without an angle, with one that stretches the root, with one that does not."""

_REFLEX_GRADES = (ReflexGrade.NORMAL, ReflexGrade.REDUCED, ReflexGrade.ABSENT, ReflexGrade.BRISK)
_SENSATIONS = (Sensation.NORMAL, Sensation.REDUCED, Sensation.ABSENT, Sensation.INCREASED)
_RESULTS = (TestResult.NEGATIVE, TestResult.POSITIVE)
_ABILITIES = (Ability.ABLE, Ability.UNABLE)


@dataclass(frozen=True, kw_only=True)
class _Block:
    """A run of columns of one kind."""

    names: tuple[str, ...]
    kind: str


_BLOCKS = (
    _Block(kind="patient", names=("age_years", "female")),
    _Block(kind="side", names=("both_sides", "below_knee")),
    _Block(kind="history", names=HISTORY_ANSWERS),
    _Block(kind="pain", names=tuple(f"pain.{region}" for region in REGIONS)),
    _Block(kind="paresthesia", names=tuple(f"paresthesia.{region}" for region in REGIONS)),
    _Block(kind="strength", names=MOVEMENTS),
    _Block(kind="function", names=FUNCTIONS),
    _Block(kind="reflex", names=REFLEXES),
    _Block(kind="sensation", names=tuple(f"sensation.{region}" for region in REGIONS)),
    _Block(kind="slr", names=("straight_leg_raise",)),
    _Block(kind="test", names=TESTS),
)
COLUMNS = tuple(str(name) for block in _BLOCKS for name in block.names)
"""The columns of every array of codes."""
COLUMN = {name: position for position, name in enumerate(COLUMNS)}
_START = np.cumsum([0, *(len(block.names) for block in _BLOCKS)])
WHERE = {
    block.kind: slice(int(start), int(start) + len(block.names)) for block, start in zip(_BLOCKS, _START, strict=False)
}
"""Where the columns of each kind lie."""
LOWER = np.array([region in BELOW_KNEE for region in REGIONS])
"""Which of REGIONS lie below the knee."""

ROWS_AT_ONCE = 4096
"""Examinations that `rows` encodes at a time."""

# What a code becomes in the column of the same kind of feature; the last entry is reached by NOT_STATED.
_YES_NO = np.array([0, 1, np.nan], dtype=np.float32)
_WEAK = np.array([*(grade < GRADES[FULL_POWER] for grade in GRADES), 1, np.nan], dtype=np.float32)
_DEFICIT = np.array([*(2 * (GRADES[FULL_POWER] - grade) for grade in GRADES), np.nan, np.nan], dtype=np.float32)
_LOST = np.array([0, 1, 2, 0, np.nan], dtype=np.float32)
_ALTERED = np.array([0, 1, 2, 1, np.nan], dtype=np.float32)
_TENSION = np.array([0, 1, 1, 0, np.nan], dtype=np.float32)


def rows(codes: Codes) -> Row:
    """The rows that the classifier reads: (n, len(FEATURES)) float32."""
    made = np.empty((len(codes), len(FEATURES)), dtype=np.float32)
    # Features are made column by column but stored row by row: a few rows at a time, both stay in the cache.
    for start in range(0, len(codes), ROWS_AT_ONCE):
        some = np.asfortranarray(codes[start : start + ROWS_AT_ONCE])
        columns = np.array([_feature(feature.name, some) for feature in FEATURES], dtype=np.float32)
        made[start : start + ROWS_AT_ONCE] = columns.T
    return made


def _feature(name: str, codes: Codes) -> npt.NDArray[Any]:
    age = codes[:, COLUMN["age_years"]]
    match name.rsplit(".", 1):
        case ["age_years"]:
            return age
        case ["over_60"]:
            return age > OLD_AGE
        case ["pain_on_both_sides"]:
            return _YES_NO[codes[:, COLUMN["both_sides"]]]
        case ["pain_below_knee"]:
            return _YES_NO[below_knee(codes)]
        case ["straight_leg_raise"]:
            return _TENSION[codes[:, COLUMN[name]]]
        case [movement, "weak"]:
            return _WEAK[codes[:, COLUMN[movement]]]
        case [movement, "deficit"]:
            return _DEFICIT[codes[:, COLUMN[movement]]]
        case [reflex, "lost"]:
            return _LOST[codes[:, COLUMN[reflex]]]
        case ["sensation", _]:
            return _ALTERED[codes[:, COLUMN[name]]]
    return _YES_NO[codes[:, COLUMN[name]]]


def below_knee(codes: Codes) -> Codes:
    """Whether the pain goes below the knee, (n,): as stated, or else as the listed regions say, or not stated."""
    stated, listed = codes[:, COLUMN["below_knee"]], codes[:, WHERE["pain"]]
    derived = np.where(listed[:, 0] == NOT_STATED, NOT_STATED, (listed[:, LOWER] == 1).any(axis=1))
    return np.where(stated == NOT_STATED, derived, stated).astype(np.int8)


def exam_json(codes: Codes, *, left: bool, duration_days: int | None = None) -> dict[str, Any]:
    """The body of `POST /v1/assessments` that states just these findings; `codes` is one row, (len(COLUMNS),)."""

    def stated(kind: str) -> dict[str, int]:
        where = WHERE[kind]
        names = COLUMNS[where]
        return {name: int(code) for name, code in zip(names, codes[where], strict=True) if code != NOT_STATED}

    def listed(kind: str) -> list[str] | None:
        found = codes[WHERE[kind]]
        return None if found[0] == NOT_STATED else [str(REGIONS[i]) for i in np.flatnonzero(found)]

    patient: dict[str, Any] = {"age_years": int(codes[COLUMN["age_years"]])}
    if (female := codes[COLUMN["female"]]) != NOT_STATED:
        patient["sex"] = str(Sex.FEMALE if female else Sex.MALE)
    side = stated("side")
    one_side = Side.LEFT if left else Side.RIGHT
    history: dict[str, Any] = {
        "symptom_duration_days": duration_days,
        "side": str(Side.BILATERAL if side["both_sides"] else one_side) if "both_sides" in side else None,
        "pain_radiates_below_knee": bool(side["below_knee"]) if "below_knee" in side else None,
        "pain_locations": listed("pain"),
        "paresthesia_locations": listed("paresthesia"),
        **{name: bool(code) for name, code in stated("history").items()},
    }
    examination: dict[str, Any] = {
        "strength": {name: "weak" if code == UNGRADED else GRADES[code] for name, code in stated("strength").items()},
        **{name: str(_ABILITIES[code]) for name, code in stated("function").items()},
        "reflexes": {name: str(_REFLEX_GRADES[code]) for name, code in stated("reflex").items()},
        "sensation": {
            name.removeprefix("sensation."): str(_SENSATIONS[code]) for name, code in stated("sensation").items()
        },
        **{name: str(_RESULTS[code]) for name, code in stated("test").items()},
    }
    if raised := stated("slr"):
        examination["straight_leg_raise"] = _raise(raised["straight_leg_raise"])
    exam = {"patient": patient, "history": _there(history), "examination": _there(examination)}
    return {section: content for section, content in exam.items() if content}


def _raise(code: int) -> dict[str, Any]:
    low, high = SLR_ANGLES
    angle = {POSITIVE_IN_RANGE: (low + high) / 2, POSITIVE_BEYOND: high + 10}.get(code)
    result = {"result": str(_RESULTS[int(code != NEGATIVE)])}
    return result if angle is None else result | {"angle_degrees": angle}


def _there(section: dict[str, Any]) -> dict[str, Any]:
    return {name: content for name, content in section.items() if content is not None and content != {}}
