"""Sentences of the impression: cases in which each is said and in which it is not."""

from typing import Any

from features.involvement import Outside
from tests.rules.abstention_cases import ABSTAINED, undecided
from tests.rules.look_alike_cases import hurts
from tests.rules.red_flag_cases import Sections, flags, weak
from tests.rules.sections import CANCER, CAUDA, MODERATE, RECOVERED, SEVERE, SLOW, UNGRADED_DROP, raised
from tests.rules.told import L4, L5, S1, Told, ToldCases

NONE = (0.1, 0.1, 0.1)
SOLE: Sections = {"history": {"pain_locations": ["sole"]}}
THIGH: Sections = {"history": {"pain_locations": ["posterior_thigh"]}}
ZOSTER: Sections = {"examination": {"dermatomal_rash": "positive"}}
AWAY: Sections = {**THIGH, **raised("negative")}
"""Pain above the knee, and no root tension."""


def of(sections: Sections, roots: tuple[float, float, float] = L5, none: float = 0.15, **more: Any) -> Told:
    return Told(sections=sections, roots=roots, none=none, **more)


def none_of(sections: Sections, **more: Any) -> Told:
    return of(sections, NONE, 0.8, **more)


def found(motor: object = None, reflex: object = None, sensory: object = None) -> Told:
    """Findings of L5 of each kind; a kind that is not given was not assessed."""
    return of(
        {
            "examination": {
                "strength": {"great_toe_extension": motor},
                "reflexes": {"medial_hamstring": reflex},
                "sensation": {"great_toe": sensory},
                "slump": "positive",
            }
        }
    )


WEAK, LOST, NUMB = 4, "absent", "reduced"
KINDS = {
    "ALL": found(WEAK, LOST, NUMB),
    "MOTOR-REFLEX": found(WEAK, LOST, "normal"),
    "MOTOR-SENSORY": found(WEAK, None, NUMB),
    "REFLEX-SENSORY": found(5, LOST, NUMB),
    "MOTOR": found(WEAK, "normal", "normal"),
    "REFLEX": found(None, LOST, None),
    "SENSORY": found(5, "normal", NUMB),
    "NONE": found(5, "normal", "normal"),
}
"""The combinations of kinds, by the rule that says so: each rule is said of its own and of no other."""


def evidence(name: str) -> ToldCases:
    others = {f"? {other}": told for other, told in KINDS.items() if other != name}
    return ToldCases(shown={name: KINDS[name]}, hidden={**others, "no likely root": none_of(SOLE)})


def other_leg(signs: Sections, roots: tuple[float, float, float] = NONE, none: float = 0.8) -> Told:
    return of({**SOLE, "other_leg": signs}, roots, none)


def ankle_jerks(age: float, other: str) -> Told:
    """An ankle jerk that is lost beside the other one, where L5 is called."""
    signs = {"strength": {"great_toe_extension": 4}, "reflexes": {"achilles": "absent"}}
    return of({"age": age, "examination": signs, "other_leg": {"reflexes": {"achilles": other}}})


SAID = {
    "IP-OTHER-LEG": ToldCases(
        shown={"examined": other_leg({"slump": "negative"}), "? all of it": other_leg({})},
        hidden={"? other leg": of(SOLE)},
    ),
    "IP-EMERGENCY-FIRST": ToldCases(
        shown={"cauda": of({**CAUDA, **SOLE}), "cauda and cancer": of(flags(urinary_retention=True, fever=True))},
        hidden={"?": of(SOLE), "cancer": of(CANCER), "over 50": of({"age": 51})},
    ),
    "IP-WEAKNESS-FLAG-FIRST": ToldCases(
        shown={"over days": of(SLOW)},
        hidden={"?": of(SOLE), "severe, no flag": of(SEVERE), "and cancer": of({**CANCER, **SEVERE})},
    ),
    "IP-RED-FLAGS-FIRST": ToldCases(
        shown={"cancer": of(CANCER), "cancer and severe": of(flags(osteoporosis=True) | SEVERE)},
        hidden={"?": of(SOLE), "over 50 alone": of({"age": 51}), "cauda": of(CAUDA)},
    ),
    "IP-SEVERE-WEAKNESS-FIRST": ToldCases(
        shown={"3": of(SEVERE)},
        hidden={"3.5": of(MODERATE), "? grade": of(weak("weak")), "flagged": of({**SLOW, **SEVERE})},
    ),
    "IP-FOOT-DROP-FIRST": ToldCases(
        shown={"? grade": of(UNGRADED_DROP), "no heel walk": of({"examination": {"heel_walk": "unable"}})},
        hidden={"graded": of(weak(4, "ankle_dorsiflexion")), "?": of(SOLE), "severe": of(SEVERE)},
    ),
    "IP-LOOK-ALIKES-FIRST": ToldCases(
        shown={"none likely": none_of(ZOSTER), "referred": none_of({**AWAY, **hurts("lateral_thigh")})},
        hidden={
            "L5 likely": of(ZOSTER),
            "? look-alike": none_of(SOLE),
            "no answer": Told(sections=ZOSTER, roots=None),
            "recovered": none_of({**RECOVERED, **ZOSTER}),
            "outside": none_of(ZOSTER, outside=(Outside.PATTERN,)),
        },
    ),
    "IP-LOOK-ALIKES-TOO": ToldCases(
        shown={
            "L5 likely": of(ZOSTER),
            "no answer": Told(sections=ZOSTER, roots=None),
            "outside": none_of(ZOSTER, outside=(Outside.PATTERN,)),
            "recovered": none_of({**RECOVERED, **ZOSTER}),
        },
        hidden={"none likely": none_of(ZOSTER), "? look-alike": of(SOLE)},
    ),
    "IP-UPPER-MOTOR-NEURON": ABSTAINED["AB-UPPER-MOTOR-NEURON"],
    "IP-UNAVAILABLE": ToldCases(
        shown={"no answer": Told(sections=SOLE, roots=None), "? everything": Told(roots=None)},
        hidden={"an answer": of(SOLE), "clonus": Told(sections={"examination": {"clonus": True}}, roots=None)},
    ),
    "IP-RECOVERED": ToldCases(
        shown={"no pain": of({**RECOVERED, **weak(5)}), "? everything but pain": of(RECOVERED)},
        hidden={"? pain": of(weak(5)), "still weak": of({**RECOVERED, **weak(4)})},
    ),
    "IP-NOTHING-STATED": ABSTAINED["AB-NOTHING-STATED"],
    "IP-CONTRADICTORY": ABSTAINED["AB-HEEL-WALK"],
    "IP-TOO-LITTLE": ABSTAINED["AB-TOO-LITTLE"],
    "IP-OUTSIDE": ToldCases(
        shown={"age": of(SOLE, outside=(Outside.AGE,)), "pattern": of(SOLE, outside=(Outside.PATTERN,))},
        hidden={"inside": of(SOLE), "? everything": Told(outside=(Outside.PATTERN,))},
    ),
    "IP-ONE-ROOT": ToldCases(
        shown={"0.5": of(SOLE, (0.1, 0.5, 0.49), 0.2), "L5": of(SOLE)},
        hidden={
            "0.49": of(SOLE, (0.1, 0.49, 0.4), 0.2),
            "two": of(SOLE, (0.1, 0.5, 0.5), 0.2),
            "none": none_of(SOLE),
            "? everything": Told(),
        },
    ),
    "IP-TWO-ROOTS": ToldCases(
        shown={"0.5 and 0.5": of(SOLE, (0.1, 0.5, 0.5), 0.2)},
        hidden={"0.5 and 0.49": of(SOLE, (0.1, 0.5, 0.49), 0.2), "? everything": of({}, (0.1, 0.5, 0.5))},
    ),
    "IP-THREE-ROOTS": ToldCases(
        shown={"three of 0.5": of(SOLE, (0.5, 0.5, 0.5), 0.2)},
        hidden={"two": of(SOLE, (0.49, 0.5, 0.5), 0.2), "? everything": of({}, (0.5, 0.5, 0.5))},
    ),
    "IP-ROOT-OPEN": ToldCases(
        shown={"0.49 each": of(SOLE, (0.1, 0.49, 0.4), 0.49)},
        hidden={"0.5": of(SOLE, (0.1, 0.5, 0.4), 0.3), "none at 0.5": of(SOLE, (0.1, 0.4, 0.3), 0.5), "?": Told()},
    ),
    "IP-REFERRED": ToldCases(
        shown={"no tension, above the knee": none_of(AWAY)},
        hidden={
            "? signs": none_of(THIGH),
            "? the other kinds, strong": none_of({**THIGH, **weak(5)}),
            "below the knee": none_of({**SOLE, **raised("negative")}),
            "weak": none_of({**THIGH, **weak(4)}),
            "tension": none_of({**THIGH, **raised()}),
            "L5 likely": of(AWAY),
            "outside": none_of(AWAY, outside=(Outside.AGE,)),
        },
    ),
    "IP-OTHER-LEG-NONE": ToldCases(
        shown={"none likely": other_leg({"slump": "negative"})},
        hidden={
            "L5 likely": other_leg({"slump": "positive"}, L5, 0.1),
            "? all of it": other_leg({}),
            "rash": other_leg({"dermatomal_rash": "positive"}),
        },
    ),
    "IP-NONE-FLAGGED": ToldCases(
        shown={"cancer": none_of({**CANCER, **SOLE})},
        hidden={"?": none_of(SOLE), "L5 likely": of({**CANCER, **SOLE}), "over 50": none_of({"age": 51, **SOLE})},
    ),
    "IP-NONE": ToldCases(
        shown={"none likely": none_of(SOLE), "over 50": none_of({"age": 51, **SOLE})},
        hidden={"L5 likely": of(SOLE), "rash": none_of(ZOSTER), "? everything": none_of({})},
    ),
    "IP-NUMBERS-MOST": ToldCases(
        shown={"0.95": of(SOLE, (0.1, 0.951, 0.1), 0.01, with_numbers=True)},
        hidden={
            "0.94": of(SOLE, (0.1, 0.94, 0.1), 0.01, with_numbers=True),
            "not asked for": of(SOLE, (0.1, 0.99, 0.1), 0.01),
            "? everything": of({}, (0.1, 0.99, 0.1), 0.01, with_numbers=True),
        },
    ),
    "IP-NUMBERS": ToldCases(
        shown={"0.94": of(SOLE, (0.1, 0.94, 0.1), 0.01, with_numbers=True)},
        hidden={
            "0.951": of(SOLE, (0.1, 0.951, 0.1), 0.01, with_numbers=True),
            "not asked for": of(SOLE),
            "none likely": none_of(SOLE, with_numbers=True),
            "? everything": Told(with_numbers=True),
            "emergency": of({**SOLE, **CAUDA}, with_numbers=True),
        },
    ),
    **{f"IP-EVIDENCE-{name}": evidence(name) for name in KINDS},
    **{
        f"IP-DISC-{name}": ToldCases(
            shown={name: of(SOLE, roots)}, hidden={"none": none_of(SOLE), "? everything": of({}, roots)}
        )
        for name, roots in (("L4", L4), ("L5", L5), ("S1", S1))
    },
    "IP-USUAL-LEVELS": ToldCases(
        shown={"0.5": of(SOLE, (0.1, 0.5, 0.4), 0.2)},
        hidden={"0.49": of(SOLE, (0.1, 0.49, 0.4), 0.2), "? everything": Told()},
    ),
    "IP-UNEXPLAINED": ToldCases(
        shown={
            "S1 beside L5": of({"examination": {"reflexes": {"achilles": "absent"}}}),
            "L3 beside L5": of({"examination": {"sensation": {"anterior_thigh": "reduced"}}}),
            "ankle jerks lost at 60": ankle_jerks(60, "absent"),
            "one ankle jerk lost at 60.1": ankle_jerks(60.1, "normal"),
        },
        hidden={
            "all of L5": of(weak(4)),
            "eversion, of L5 and S1": of(weak(4, "ankle_eversion")),
            "? reflex": of(SOLE),
            "ankle jerks lost at 60.1": ankle_jerks(60.1, "absent"),
            "none likely": none_of({"examination": {"reflexes": {"achilles": "absent"}}}),
        },
    ),
    "IP-ABOVE-KNEE": ToldCases(
        shown={"S1": of(THIGH, S1), "L5": of(THIGH)},
        hidden={"below": of(SOLE), "L4": of(THIGH, L4), "? where": of(weak(4)), "none likely": none_of(THIGH)},
    ),
    "IP-NOT-RULED-OUT": ToldCases(
        shown={"S1 at 0.2": of(SOLE, (0.1, 0.8, 0.2)), "L5 at 0.2, none likely": of(SOLE, (0.1, 0.2, 0.1), 0.7)},
        hidden={
            "0.19": of(SOLE, (0.1, 0.8, 0.19)),
            "? everything": undecided(),
            "recovered": of({**RECOVERED, **weak(5)}, (0.3, 0.3, 0.3)),
        },
    ),
    "IP-OPEN-SCREEN": ToldCases(
        shown={"? flags": of(SOLE), "? flags, emergency": of(CAUDA)},
        hidden={},  # the full screen is tested apart
    ),
}
