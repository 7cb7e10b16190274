"""Exams with what a classifier says of them, of which the tables of the impression are made."""

from typing import Any

from tests.rules.red_flag_cases import Sections, flags, weak
from tests.rules.sections import raised
from tests.rules.told import L5, Told

NONE = (0.1, 0.1, 0.1)
TOE: Sections = weak(4)
"""A sign of L5."""
ANY: Sections = {"examination": {"strength": {"knee_extension": 4, "great_toe_extension": 4}, "toe_walk": "unable"}}
"""A sign of each root."""
FEVER = flags(fever=True)
STRONG: Sections = {"examination": {"slump": "positive", "strength": {"great_toe_extension": 5}}}
"""Something that tells a root from none, no place that hurts and no sign of a root."""
OPEN, BOTH = (0.1, 0.49, 0.4), (0.1, 0.5, 0.5)
SOLE: Sections = {"history": {"pain_locations": ["sole"]}}
THIGH: Sections = {"history": {"pain_locations": ["posterior_thigh"]}}
JERK_ABOVE: Sections = {**THIGH, "examination": {"reflexes": {"achilles": "absent"}}}
"""A sign of S1, and pain above the knee."""
ZOSTER: Sections = {"examination": {"dermatomal_rash": "positive"}}
AWAY: Sections = {**THIGH, **raised("negative")}
"""Pain above the knee, and no root tension."""


def of(sections: Sections, roots: tuple[float, float, float] = L5, none: float = 0.15, **more: Any) -> Told:
    return Told(sections=sections, roots=roots, none=none, **more)


def none_of(sections: Sections, **more: Any) -> Told:
    return of(sections, NONE, 0.8, **more)


def other_leg(signs: Sections, roots: tuple[float, float, float] = NONE, none: float = 0.8) -> Told:
    return of({**SOLE, "other_leg": signs}, roots, none)
