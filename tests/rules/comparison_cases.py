"""Since last time: pairs of examinations by what is said of them; both sides of what counts as a change."""

from tests.rules.progression_cases import BOTH, pair, toe, told
from tests.rules.sections import Cases, before
from tests.rules.statements import Sections, earlier, flags, weak

FALL = pair(48, was=toe(5), now=toe(4))
RISE = pair(48, was=toe(3), now=toe(4))
HALF = pair(48, was=toe(4.5), now=toe(4))
GONE = pair(48, was=toe(4), now=toe(5))
SAME = pair(48, was=toe(4), now=toe(4))


def toe_and_hip(toe_grade: float, hip_grade: float) -> Sections:
    return {"strength": {"great_toe_extension": toe_grade, "hip_flexion": hip_grade}}


NUMB_AND_NO_REFLEX = {"sensation": {"sole": "reduced"}, "reflexes": {"achilles": "absent"}}
FEELS_AND_REFLEX = {"sensation": {"sole": "normal"}, "reflexes": {"achilles": "normal"}}
NUMB = {"sensation": {"sole": "reduced"}, "reflexes": {"achilles": "normal"}}

COMPARED = {
    "CO-NOT-COMPARABLE": Cases(
        shown={
            "? all of it then": {"previous_examination": {}},
            "? now": before(strength={"great_toe_extension": 5}),
            "? then": {**before(), **weak(5)},
            "another movement": pair(48, was={"strength": {"hip_flexion": 5}}, now=toe(3)),
            "weak without a grade, graded now": pair(48, was=toe("weak"), now=toe(3)),
            "graded, weak without a grade now": pair(48, was=toe(4), now=toe("weak")),
            "a mimic": pair(48, was={"faber": "negative"}, now={"faber": "positive"}),
        },
        hidden={
            "no earlier examination": weak(3),
            "the same": SAME,
            "weak both times": pair(2, was=toe("weak"), now=toe("weak")),
        },
    ),
    "CO-WORSE": Cases(
        shown={
            "a grade": FALL,
            "weak without a grade": pair(48, was=toe(5), now=toe("weak")),
            "no heel walk": pair(48, was={"heel_walk": "able"}, now={"heel_walk": "unable"}),
            "a new bladder symptom": told(48, "new_bladder_symptom", False, True),
            "newly in both legs": told(48, BOTH, False, True),
            "extensor": pair(48, was={"plantar_response": "flexor"}, now={"plantar_response": "extensor"}),
            "clonus": pair(48, was={"clonus": False}, now={"clonus": True}),
            "a brisk reflex": pair(
                48, was={"reflexes": {"patellar": "normal"}}, now={"reflexes": {"patellar": "brisk"}}
            ),
            "two kinds": pair(48, was=FEELS_AND_REFLEX, now=NUMB_AND_NO_REFLEX),
            "half a grade and numb": pair(48, was={**toe(5), **FEELS_AND_REFLEX}, now={**toe(4.5), **NUMB}),
        },
        hidden={
            "half a grade": HALF,
            "? then": {**before(), **weak(2)},
            "? now": before(strength={"great_toe_extension": 5}),
            "one kind": pair(48, was=FEELS_AND_REFLEX, now=NUMB),
            "a grade better": RISE,
            "something better too": pair(48, was=toe_and_hip(5, 3), now=toe_and_hip(4, 4)),
        },
    ),
    "CO-BETTER": Cases(
        shown={
            "a grade": RISE,
            "a grade, another half a grade worse": pair(48, was=toe_and_hip(3, 5), now=toe_and_hip(4, 4.5)),
            "two kinds": pair(48, was={**toe(4), **NUMB_AND_NO_REFLEX}, now={**toe(4), **FEELS_AND_REFLEX}),
            "retention gone, weak as before": {
                **pair(48, was=toe(4), now=toe(4)),
                "previous_examination": {"examination": toe(4), "red_flags": {"urinary_retention": True}},
                **flags(urinary_retention=False),
            },
            "? the rest of what was wrong": pair(48, was={**toe_and_hip(3, 4)}, now=toe(5)),
        },
        hidden={
            "half a grade": pair(48, was=toe(3.5), now=toe(4)),
            "all of it gone": GONE,
            "worse too": pair(48, was=toe_and_hip(5, 3), now=toe_and_hip(4, 4)),
        },
    ),
    "CO-RESOLVED": Cases(
        shown={
            "half a grade": pair(48, was=toe(4.5), now=toe(5)),
            "weak without a grade": pair(48, was=toe("weak"), now=toe(5)),
            "numb": pair(48, was=NUMB, now=FEELS_AND_REFLEX),
            "a bladder symptom": told(48, "new_bladder_symptom", True, False),
            "both legs": told(48, BOTH, True, False),
        },
        hidden={
            "half a grade left": pair(48, was=toe(3), now=toe(4.5)),
            "? the other movement": pair(48, was=toe_and_hip(3, 4), now=toe(5)),
            "? the bladder": {
                **pair(48, was=toe(4), now=toe(5)),
                "previous_examination": {"examination": toe(4), "red_flags": {"urinary_retention": True}},
            },
            "nothing was wrong": pair(48, was=toe(5), now=toe(5)),
            "a deficit that was not tested then": pair(48, was=toe(4), now=toe_and_hip(5, 4)),
        },
    ),
    "CO-MIXED": Cases(
        shown={"one up, one down": pair(48, was=toe_and_hip(5, 3), now=toe_and_hip(4, 4))},
        hidden={
            "one half a grade down": pair(48, was=toe_and_hip(5, 3), now=toe_and_hip(4.5, 4)),
            "? one of the two": pair(48, was=toe_and_hip(5, 3), now=toe(4)),
        },
    ),
    "CO-UNCHANGED": Cases(
        shown={
            "the same": SAME,
            "half a grade": HALF,
            "one region": pair(48, was=FEELS_AND_REFLEX, now=NUMB),
            "one sign of tension": pair(48, was={"slump": "negative"}, now={"slump": "positive"}),
            "normal both times": pair(48, was=toe(5), now=toe(5)),
            "residual 20 ml, then 190": told(48, "post_void_residual_ml", 20, 190),
        },
        hidden={"? then": {**before(), **weak(2)}, "a grade": FALL},
    ),
    "CO-FLAG-BEFORE": Cases(
        shown={
            "? retention": {
                **pair(48, was=toe(4), now=toe(4)),
                "previous_examination": {"examination": toe(4), "red_flags": {"urinary_retention": True}},
            },
        },
        hidden={
            "asked": {
                **pair(48, was=toe(4), now=toe(4)),
                "previous_examination": {"examination": toe(4), "red_flags": {"urinary_retention": True}},
                **flags(urinary_retention=False),
            },
            "? cancer is no emergency": {
                **pair(48, was=toe(5), now=toe(5)),
                "previous_examination": {"examination": toe(5), "red_flags": {"history_of_cancer": True}},
            },
        },
    ),
    "CO-SMALL": Cases(
        shown={
            "half a grade": HALF,
            "half a grade beside a whole one": pair(48, was=toe_and_hip(5, 4), now=toe_and_hip(4, 4.5)),
        },
        hidden={
            "a grade": FALL,
            "the same": SAME,
            "? then": {**before(), **weak(4)},
            "all gone": pair(48, was=toe(4.5), now=toe(5)),
        },
    ),
    "CO-NOT-TESTED-AGAIN": Cases(
        shown={
            "? strength": before(strength={"great_toe_extension": 4}),
            "? retention": earlier(48, red_flags={"urinary_retention": True}),
            "? both legs": earlier(48, red_flags={BOTH: True}),
        },
        hidden={
            "normal then": before(strength={"great_toe_extension": 5}),
            "tested": SAME,
            "? cancer is no deficit": earlier(48, red_flags={"history_of_cancer": True}),
            "both legs examined": {
                **earlier(48, red_flags={BOTH: True}),
                "examination": toe(4),
                "other_leg": {"strength": {"plantar_flexion": 4}},
            },
        },
    ),
    "CO-CHANGE": Cases(
        shown={"half a grade": HALF, "a grade": FALL},
        hidden={"the same": SAME, "? then": {**before(), **weak(4)}},
    ),
}
