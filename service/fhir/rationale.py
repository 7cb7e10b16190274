"""Why the model says so, in one sentence a root: the findings that moved its probability most."""

from collections.abc import Mapping
from typing import Final

from features.anatomy import NerveRoot
from service.assessment import ClassifierAnswer
from service.rules.pointers import OTHER, WORSE
from service.rules.terms import FINDINGS

MOST_NAMED: Final = 5
"""Findings that are named; `/v1` lists every one."""

_HISTORY: Final[Mapping[str, str]] = {
    "side": "side of the pain",
    "pain_locations": "where it hurts",
    "paresthesia_locations": "where it tingles",
    "pain_radiates_below_knee": "pain below the knee",
    "leg_pain_worse_than_back_pain": "leg pain against back pain",
    "worse_with_cough_or_sneeze": "cough and sneeze",
    "worse_with_sitting": "sitting",
    "worse_with_walking": "walking",
    "relieved_by_flexion": "relief by bending forward",
}
_LOOK_ALIKES: Final[Mapping[str, str]] = {
    "hip_internal_rotation_pain": "internal rotation of the hip",
    "trochanteric_tenderness": "tenderness of the trochanter",
    "faber": "FABER",
    "fibular_head_tinel": "Tinel's sign at the fibular head",
    "pedal_pulses_reduced": "pulses of the foot",
    "dermatomal_rash": "rash within one dermatome",
}
_NAMES: Final = {**_HISTORY, **_LOOK_ALIKES}
"""What findings are called that the terms of the rules do not name: those that no two visits are compared by."""


def rationale(said: ClassifierAnswer, root: NerveRoot) -> str | None:
    """The most telling findings for and against one root; None where the model was not asked, or was told nothing."""
    moved = [each for each in said.explanation or () if each.root is root and round(each.log_odds, 1) != 0]
    if not moved or said.baseline_log_odds is None:
        return None
    named = sorted(moved, key=lambda each: -abs(each.log_odds))[:MOST_NAMED]
    parts = "; ".join(f"{finding_name(each.finding)} {each.log_odds:+.1f}" for each in named)
    others = f"; {len(moved) - len(named)} more" if len(moved) > len(named) else ""
    return f"Log-odds at this age and sex {said.baseline_log_odds[root]:+.1f}, and by finding: {parts}{others}."


def finding_name(pointer: str) -> str:
    """What a finding is called in a sentence.

    Raises:
        KeyError: no finding that the model reads stands there.
    """
    field = pointer.removeprefix(WORSE).removeprefix(OTHER).removeprefix("/history/")
    return FINDINGS[field].text if field in FINDINGS else _NAMES[field]
