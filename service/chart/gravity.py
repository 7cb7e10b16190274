"""How grave what is stated of an item is: of two statements of one time the graver counts, and none is passed over.

Only an order among the values of one item, and no measure of anything. What is neither good nor bad, as a side, has the
same gravity whatever it is.
"""

from typing import Any, Final

from features.exam import NORMAL_POWER
from service.terminology.exam_items import UNGRADED, Kind, exam_items

LESS_IS_GRAVER: Final = frozenset({"red_flags.motor_deterioration_hours", "straight_leg_raise.angle_degrees"})
"""The numbers that are graver the smaller they are, by the end of their code."""

RISING: Final = (
    ("negative", "positive"),
    ("able", "unable"),
    ("flexor", "extensor"),
    ("normal", "increased", "reduced", "absent", "brisk"),
    ("adequate", "partial", "inadequate"),
)
"""The words for a sign, from what is normal to what is gravest; a brisk reflex may be a sign of the spinal cord."""
_WORDS: Final = {word: place for words in RISING for place, word in enumerate(words)}

WEAK: Final = 0.25
"""Grades that weakness nobody graded has lost: less than any that was graded, and more than none."""

RESIDUAL_ML: Final = 200.0
"""Post-void residual urine (ml) from which cauda equina syndrome is suspected (RESIDUAL_ML of the rules)."""

PRESSING: Final = (
    *("strength.", "heel_walk", "toe_walk", "single_leg_sit_to_stand"),
    *("sensation.perianal", "plantar_response", "clonus"),
)
"""The signs that may ask for a scan by themselves: weakness, the saddle, the spinal cord (docs/guideline.md)."""
_LEGS: Final = ("examination.", "other_leg.")


def gravity(code: str, value: Any) -> float:
    """How grave a value of an item is, among the values of that item."""
    if isinstance(value, str):
        return WEAK if value == UNGRADED else float(_WORDS.get(value, 0))
    if isinstance(value, list | tuple):
        return float(len(value))
    if exam_items()[code].kind is Kind.GRADE:
        return NORMAL_POWER - float(value)
    return -float(value) if any(code.endswith(end) for end in LESS_IS_GRAVER) else float(value)


def alike(one: Any, other: Any) -> bool:
    """Whether two statements of an item say the same; the order of a list says nothing, and weak is any lost grade."""
    if isinstance(one, list) and isinstance(other, list):
        return set(one) == set(other)
    weak, grade = (one, other) if one == UNGRADED else (other, one)
    if weak == UNGRADED and isinstance(grade, float | int):
        return grade < NORMAL_POWER
    return bool(one == other)


def pressing(code: str, value: Any) -> bool:
    """Whether it is a sign, or was measured of a red flag, that may ask for a scan by itself."""
    if code == "red_flags.post_void_residual_ml":
        return float(value) >= RESIDUAL_ML
    if code == "red_flags.motor_deterioration_hours":
        return True
    leg = next((leg for leg in _LEGS if code.startswith(leg)), None)
    if leg is None:
        return False
    sign = code.removeprefix(leg)
    brisk = sign.startswith("reflexes.") and value == RISING[3][-1]
    return brisk or (sign.startswith(PRESSING) and gravity(code, value) > 0)
