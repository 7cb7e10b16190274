"""The textbook rule, case by case."""

from typing import Any

import pytest

from features.anatomy import NerveRoot
from training.golden import read_exam
from training.textbook import textbook_involvement, textbook_roots

L4, L5, S1 = NerveRoot.L4, NerveRoot.L5, NerveRoot.S1


def exam(**sections: Any) -> Any:
    return read_exam({"patient": {"age_years": 50}, **sections})


CASES = [
    ({}, ()),
    ({"examination": {"strength": {"knee_extension": 4}}}, (L4,)),
    ({"examination": {"strength": {"great_toe_extension": "weak"}}}, (L5,)),
    ({"examination": {"strength": {"ankle_dorsiflexion": 4.5}}}, (L5,)),
    ({"examination": {"strength": {"hip_abduction": 3}}}, (L5,)),
    ({"examination": {"strength": {"plantar_flexion": 4}}}, (S1,)),
    ({"examination": {"strength": {"plantar_flexion": 5}}}, ()),
    ({"examination": {"reflexes": {"patellar": "reduced"}}}, (L4,)),
    ({"examination": {"reflexes": {"achilles": "absent"}}}, (S1,)),
    ({"examination": {"reflexes": {"achilles": "brisk"}}}, ()),
    ({"examination": {"sensation": {"dorsum_foot": "reduced"}}}, (L5,)),
    # The tables go further than the pictures: the front of the leg is L4's; the second root of a row counts nothing.
    ({"examination": {"sensation": {"anterior_leg": "reduced"}}}, (L4,)),
    ({"examination": {"strength": {"hip_extension": 4}}}, (S1,)),
    ({"history": {"pain_locations": ["anterior_leg"]}}, (L4,)),
    ({"history": {"pain_locations": ["anterior_leg", "lateral_leg"]}}, (L4, L5)),
    ({"examination": {"sensation": {"perianal": "reduced"}}}, ()),
    ({"examination": {"strength": {"great_toe_extension": 4}, "reflexes": {"achilles": "reduced"}}}, (L5, S1)),
    # A sign counts before pain; pain below the knee before pain above it.
    ({"history": {"pain_locations": ["sole"]}, "examination": {"strength": {"great_toe_extension": 4}}}, (L5,)),
    ({"history": {"pain_locations": ["posterior_thigh", "lateral_leg"]}}, (L5,)),
    ({"history": {"pain_locations": ["anterolateral_thigh"]}}, (L4,)),
    ({"history": {"pain_locations": ["low_back"]}}, ()),
    ({"history": {"pain_locations": ["groin"]}}, ()),
    ({"history": {"pain_locations": ["low_back"], "paresthesia_locations": ["fifth_toe"]}}, (S1,)),
]


@pytest.mark.parametrize(("sections", "roots"), CASES)
def test_the_rule(sections: dict[str, Any], roots: tuple[NerveRoot, ...]) -> None:
    assert textbook_roots(exam(**sections)) == roots


@pytest.mark.parametrize(("sections", "roots"), CASES)
def test_the_rule_behind_the_service(sections: dict[str, Any], roots: tuple[NerveRoot, ...]) -> None:
    involvement = textbook_involvement(exam(**sections))
    assert involvement.likely_roots == roots
    assert involvement.none == (0 if roots else 1)
