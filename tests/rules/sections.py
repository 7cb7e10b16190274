"""Sections of exams by name, of which the tables of cases are made."""

from dataclasses import dataclass
from typing import Any

from tests.rules.red_flag_cases import Sections, flags, strengths, weak


@dataclass(frozen=True, kw_only=True)
class Cases:
    """Exam sections by whether the rule is shown; names that begin with "?" are those of what was not assessed."""

    shown: dict[str, Sections]
    hidden: dict[str, Sections]


def care(weeks: float | None = 6, relief: str | None = "inadequate", **treatment: Any) -> Sections:
    """Conservative care so far."""
    return {"treatment": {"conservative_care_weeks": weeks, "pain_relief": relief, **treatment}}


def nsaid(*reasons: str) -> Sections:
    return {"treatment": {"nsaid_contraindications": list(reasons)}}


def raised(result: str | None = "positive", angle: float | None = None, age: float = 40) -> Sections:
    return {"age": age, "examination": {"straight_leg_raise": {"result": result, "angle_degrees": angle}}}


def before(**examination: Any) -> Sections:
    """What the previous examination of the same leg found."""
    return {"previous_examination": {"examination": examination}}


def mimic(*signs: str) -> Cases:
    """The cases of a caveat that one positive sign, of several, shows."""
    return Cases(
        shown={sign: {"examination": {sign: "positive"}} for sign in signs},
        hidden={f"no {sign}": {"examination": {sign: "negative"}} for sign in signs} | {"? sign": {}},
    )


CANDIDATE: dict[str, Any] = {"surgery_candidate": True}
NO_CANDIDATE: dict[str, Any] = {"surgery_candidate": False, "epidural_injection_candidate": False}
CLONUS: Sections = {"examination": {"clonus": True}}
CAUDA = flags(urinary_retention=True)
CANCER = flags(history_of_cancer=True)
RAPID = flags(progressive_motor_weakness=True, motor_deterioration_hours=5)
SLOW = flags(progressive_motor_weakness=True, motor_deterioration_hours=48)
SEVERE = weak(3)
MODERATE = weak(3.5)
UNGRADED_DROP = weak("weak", "ankle_dorsiflexion")
GRADED_DORSIFLEXION = weak(4, "ankle_dorsiflexion")
THREE_ROOTS = strengths(knee_extension=4, great_toe_extension=4, plantar_flexion=4)
TWO_ROOTS = strengths(great_toe_extension=4, plantar_flexion=4)
PAIN = {"history": {"pain_severity": 7}}
LESS_PAIN = {"history": {"pain_severity": 6.9}}
FOUND_WELL: Sections = {
    "strength": {"great_toe_extension": 5},
    "reflexes": {"achilles": "normal"},
    "sensation": {"sole": "normal"},
}
NO_PAIN: Sections = {"history": {"pain_severity": 0, "paresthesia_locations": []}}
RECOVERED: Sections = {**NO_PAIN, "examination": FOUND_WELL}
LONG = {"history": {"symptom_duration_days": 42}}
SHORT = {"history": {"symptom_duration_days": 41.9}}

RASH: Sections = {"examination": {"dermatomal_rash": "positive"}}
WITHOUT_PULSES: Sections = {"pedal_pulses_reduced": "positive", "strength": {"great_toe_extension": 4}}


def limb(days: float | None = 14, **signs: Any) -> Sections:
    """A weak leg without pulses, but for `signs`."""
    return {"history": {"symptom_duration_days": days}, "examination": {**WITHOUT_PULSES, **signs}}


NSAID_REASONS = (
    *("peptic_ulcer", "gi_bleeding", "chronic_kidney_disease", "heart_failure"),
    *("ischemic_heart_disease", "anticoagulation", "nsaid_hypersensitivity", "pregnancy"),
)
