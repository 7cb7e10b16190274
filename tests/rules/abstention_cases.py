"""Abstentions: cases in which each is given and in which it is not."""

from features.involvement import Outside
from tests.rules.red_flag_cases import weak
from tests.rules.sections import raised
from tests.rules.told import Told, ToldCases

UNDECIDED = (0.2, 0.4, 0.3)
"""No root is more likely than not, and none is ruled out."""


def undecided(**sections: object) -> Told:
    return Told(sections=sections, roots=UNDECIDED, none=0.3)


def pair(function: str, able: str | None, movement: str, grade: object) -> Told:
    return Told(sections={"examination": {function: able, "strength": {movement: grade}}})


def discordant(function: str, movement: str) -> ToldCases:
    """The cases of a test of strength against the grade of its movement."""
    return ToldCases(
        shown={"able at 2": pair(function, "able", movement, 2), "able at 0": pair(function, "able", movement, 0)},
        hidden={
            "able at 2.5": pair(function, "able", movement, 2.5),
            "? grade": pair(function, "able", movement, "weak"),
            "? movement": pair(function, "able", movement, None),
            "? test at 2": pair(function, None, movement, 2),
            "unable at 2": pair(function, "unable", movement, 2),
            "unable at 5": pair(function, "unable", movement, 5),
        },
    )


TENSION = raised()["examination"]
FOUR = {
    "history": {"worse_with_sitting": True, "side": "left", "pain_radiates_below_knee": True},
    "examination": TENSION,
}
FIVE = {**FOUR, "history": {**FOUR["history"], "worse_with_walking": True}}

ABSTAINED = {
    "AB-UNAVAILABLE": ToldCases(
        shown={"no answer": Told(sections=weak(), roots=None), "? everything": Told(roots=None)},
        hidden={"an answer": Told(sections=weak())},
    ),
    "AB-UPPER-MOTOR-NEURON": ToldCases(
        shown={
            "clonus": Told(sections={"examination": {"clonus": True}}),
            "Babinski, other leg": Told(sections={"other_leg": {"plantar_response": "extensor"}}),
        },
        hidden={"?": Told(), "no clonus": Told(sections={"examination": {"clonus": False}})},
    ),
    "AB-NOTHING-STATED": ToldCases(
        shown={
            "? everything": Told(),
            "back pain": Told(sections={"history": {"pain_locations": ["low_back"], "pain_severity": 9}}),
        },
        hidden={"sole": Told(sections={"history": {"pain_locations": ["sole"]}}), "strong": Told(sections=weak(5))},
    ),
    "AB-TOO-LITTLE": ToldCases(
        shown={
            "straight leg raise alone": undecided(**raised()),
            "buttock and straight leg raise": undecided(history={"pain_locations": ["buttock"]}, examination=TENSION),
            "four findings": undecided(**FOUR),
            "one ruled out": Told(sections=raised(), roots=(0.19, 0.4, 0.3), none=0.3),
            "? strength, negative": undecided(**raised("negative")),
        },
        hidden={
            "? everything: nothing stated": undecided(),
            "five findings": undecided(**FIVE),
            "a dermatome of one root": undecided(history={"pain_locations": ["sole"]}),
            "it tingles there": undecided(history={"paresthesia_locations": ["great_toe"]}, examination=TENSION),
            "a deficit": undecided(**weak(4)),
            "a root at 0.5": Told(sections=raised(), roots=(0.2, 0.5, 0.3), none=0.3),
            "none of them at 0.5": Told(sections=raised(), roots=UNDECIDED, none=0.5),
            "two ruled out": Told(sections=raised(), roots=(0.19, 0.4, 0.19), none=0.3),
            "no answer": Told(sections=raised(), roots=None),
        },
    ),
    "AB-HEEL-WALK": discordant("heel_walk", "ankle_dorsiflexion"),
    "AB-TOE-WALK": discordant("toe_walk", "plantar_flexion"),
    "AB-SIT-TO-STAND": discordant("single_leg_sit_to_stand", "knee_extension"),
    "AB-AGE": ToldCases(
        shown={"outside": Told(sections=weak(), outside=(Outside.AGE,))},
        hidden={"inside": Told(sections=weak()), "? no answer": Told(sections=weak(), roots=None)},
    ),
    "AB-PATTERN": ToldCases(
        shown={"outside": Told(sections=weak(), outside=(Outside.PATTERN, Outside.AGE))},
        hidden={"age alone": Told(sections=weak(), outside=(Outside.AGE,)), "? no answer": Told(roots=None)},
    ),
}
