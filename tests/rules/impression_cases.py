"""Sentences of the impression: cases in which each is said and in which it is not."""

from features.involvement import Outside
from tests.rules.abstention_cases import ABSTAINED
from tests.rules.impression_detail_cases import DETAILED
from tests.rules.impression_exams import (
    ANY,
    AWAY,
    BOTH,
    FEVER,
    OPEN,
    SOLE,
    STRONG,
    THIGH,
    TOE,
    ZOSTER,
    none_of,
    of,
    other_leg,
)
from tests.rules.look_alike_cases import foot_drop, hurts, tingles
from tests.rules.red_flag_cases import flags, weak
from tests.rules.sections import CANCER, CAUDA, FOUND_WELL, MODERATE, RECOVERED, SEVERE, SLOW, UNGRADED_DROP, raised
from tests.rules.told import L5, S1, Told, ToldCases

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
        shown={
            "none likely": none_of(ZOSTER),
            "referred": none_of({**AWAY, **hurts("lateral_thigh")}),
            "numb, which is no deficit to see": none_of(
                {"examination": {"dermatomal_rash": "positive", "sensation": {"sole": "reduced"}}}
            ),
            "a foot drop of the peroneal nerve": none_of(foot_drop(inversion=5, abduction=5)),
            "weak abduction of a sore hip": none_of(
                {"examination": {"hip_internal_rotation_pain": "positive", "strength": {"hip_abduction": 4}}}
            ),
        },
        hidden={
            "L5 likely": of(ZOSTER),
            "? look-alike": none_of(SOLE),
            "no answer": Told(sections=ZOSTER, roots=None),
            "recovered": none_of({**RECOVERED, "examination": {**FOUND_WELL, **ZOSTER["examination"]}}),
            "outside": none_of(ZOSTER, outside=(Outside.PATTERN,)),
            "a foot drop it does not bring": none_of({**hurts("groin"), **UNGRADED_DROP}),
            "a lost jerk it does not bring": none_of(
                {"examination": {"dermatomal_rash": "positive", "reflexes": {"achilles": "absent"}}}
            ),
            "fever": none_of({**ZOSTER, **FEVER}),
            "emergency": none_of({**ZOSTER, **CAUDA}),
            "weakness told to progress, none found": none_of({**ZOSTER, **SLOW}),
        },
    ),
    "IP-LOOK-ALIKES-TOO": ToldCases(
        shown={
            "L5 likely": of(ZOSTER),
            "no answer": Told(sections=ZOSTER, roots=None),
            "outside": none_of(ZOSTER, outside=(Outside.PATTERN,)),
            "recovered": none_of({**RECOVERED, "examination": {**FOUND_WELL, **ZOSTER["examination"]}}),
            "a foot drop it does not bring": none_of({**hurts("groin"), **UNGRADED_DROP}),
            "beside the one that brings the foot drop": none_of({**hurts("groin"), **foot_drop(inversion=5)}),
            "fever": none_of({**ZOSTER, **FEVER}),
        },
        hidden={
            "none likely": none_of(ZOSTER),
            "? look-alike": of(SOLE),
            "the peroneal nerve beside L5": of(foot_drop(inversion=5)),
        },
    ),
    "IP-L5-OR-PERONEAL-SPARED": ToldCases(
        shown={"both spared": of(foot_drop(5, 5)), "and S1 too": of(foot_drop(5, 5), BOTH, 0.2)},
        hidden={
            "? abduction": of(foot_drop(inversion=5)),
            "abduction weak": of(foot_drop(5, 4)),
            "no L5": none_of(foot_drop(5, 5)),
            "outside": of(foot_drop(5, 5), outside=(Outside.PATTERN,)),
        },
    ),
    "IP-L5-OR-PERONEAL": ToldCases(
        shown={
            "? abduction": of(foot_drop(inversion=5)),
            "Tinel, ? strength": of({"examination": {"fibular_head_tinel": "positive"}}),
        },
        hidden={
            "both spared": of(foot_drop(5, 5)),
            "no L5": none_of(foot_drop(inversion=5)),
            "nothing of the nerve": of(TOE),
        },
    ),
    "IP-UPPER-MOTOR-NEURON": ABSTAINED["AB-UPPER-MOTOR-NEURON"],
    "IP-UNAVAILABLE": ToldCases(
        shown={"no answer": Told(sections=SOLE, roots=None), "? everything": Told(roots=None)},
        hidden={"an answer": of(SOLE), "clonus": Told(sections={"examination": {"clonus": True}}, roots=None)},
    ),
    "IP-EMERGENCY-ROOTS": ToldCases(
        shown={"cauda": of({**SOLE, **CAUDA}), "? everything else": none_of(CAUDA)},
        hidden={
            "?": of(SOLE),
            "cancer": of({**SOLE, **CANCER}),
            "and clonus": of({**CAUDA, "examination": {"clonus": True}}),
            "no answer": Told(sections=CAUDA, roots=None),
        },
    ),
    "IP-RECOVERED": ToldCases(
        shown={"no pain, nothing found": of(RECOVERED)},
        hidden={
            "? pain": of(weak(5)),
            "? everything but pain": of({"history": {"pain_severity": 0}}),
            "still weak": of({**RECOVERED, **weak(4)}),
            "fever": of({**RECOVERED, **FEVER}),
        },
    ),
    "IP-NOTHING-STATED": ABSTAINED["AB-NOTHING-STATED"],
    "IP-CONTRADICTORY": ABSTAINED["AB-HEEL-WALK"],
    "IP-TOO-LITTLE": ABSTAINED["AB-TOO-LITTLE"],
    "IP-OUTSIDE": ToldCases(
        shown={"age": of(SOLE, outside=(Outside.AGE,)), "pattern": of(SOLE, outside=(Outside.PATTERN,))},
        hidden={"inside": of(SOLE), "? everything": Told(outside=(Outside.PATTERN,))},
    ),
    "IP-NO-SIGN-FELT": ToldCases(
        shown={
            "? signs": of(SOLE),
            "strong": of({**SOLE, **STRONG}),
            "it tingles": of({"history": {"paresthesia_locations": ["sole"]}}),
            "two": of(SOLE, BOTH, 0.2),
            "a sign of the other root": of({**SOLE, **TOE}, S1),
        },
        hidden={
            "emergency": of({**SOLE, **CAUDA}),
            "weak": of({**SOLE, **TOE}),
            "one of two": of({**SOLE, **TOE}, BOTH, 0.2),
            "open": of(SOLE, OPEN, 0.49),
            "none": none_of(SOLE),
            "? where": of(STRONG),
            "no leg pain": of({**STRONG, "history": {"pain_locations": ["low_back"]}}),
        },
    ),
    "IP-NO-SIGN": ToldCases(
        shown={"? where": of(STRONG), "no leg pain": of({**STRONG, "history": {"pain_locations": ["low_back"]}})},
        hidden={"weak": of(TOE), "sole": of(SOLE), "none": none_of(STRONG), "? everything": Told()},
    ),
    "IP-ONE-ROOT": ToldCases(
        shown={"0.5": of(TOE, (0.1, 0.5, 0.49), 0.2), "L5": of(TOE)},
        hidden={
            "0.49": of(TOE, OPEN, 0.2),
            "two": of(TOE, BOTH, 0.2),
            "none": none_of(SOLE),
            "no sign of it": of(SOLE),
            "? everything": Told(),
        },
    ),
    "IP-TWO-ROOTS": ToldCases(
        shown={"0.5 and 0.5": of(TOE, BOTH, 0.2)},
        hidden={
            "0.5 and 0.49": of(TOE, (0.1, 0.5, 0.49), 0.2),
            "no sign of either": of(SOLE, BOTH, 0.2),
            "? everything": of({}, BOTH),
        },
    ),
    "IP-THREE-ROOTS": ToldCases(
        shown={"three of 0.5": of(ANY, (0.5, 0.5, 0.5), 0.2)},
        hidden={"two": of(ANY, (0.49, 0.5, 0.5), 0.2), "? everything": of({}, (0.5, 0.5, 0.5))},
    ),
    "IP-ROOT-OPEN": ToldCases(
        shown={"0.49 each": of(SOLE, (0.1, 0.49, 0.4), 0.49)},
        hidden={
            "0.5": of(SOLE, (0.1, 0.5, 0.4), 0.3),
            "none at 0.5": of(SOLE, (0.1, 0.4, 0.3), 0.5),
            "?": Told(),
            "fever": of({**SOLE, **FEVER}, OPEN, 0.49),
            "emergency": of({**SOLE, **CAUDA}, OPEN, 0.49),
        },
    ),
    "IP-DEFICIT-UNEXPLAINED": ToldCases(
        shown={
            "weak": none_of(TOE),
            "no heel walk": none_of({"examination": {"heel_walk": "unable"}}),
            "jerk lost": none_of({"examination": {"reflexes": {"patellar": "reduced"}}}),
            "a hip does not bring a foot drop": none_of({**hurts("groin"), **UNGRADED_DROP}),
            "progressive": none_of({**SLOW, **TOE}),
        },
        hidden={
            "? strength": none_of(SOLE),
            "strong": none_of(weak(5)),
            "numb": none_of({"examination": {"sensation": {"sole": "reduced"}}}),
            "the peroneal nerve brings it": none_of(foot_drop(5, 5)),
            "L5 likely": of(TOE),
            "outside": none_of(TOE, outside=(Outside.PATTERN,)),
            "osteoporosis": none_of({**TOE, **flags(osteoporosis=True)}),
        },
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
            "cauda": none_of({**AWAY, **CAUDA}),
            "hurts nowhere": none_of({**hurts(), **raised("negative")}),
            "stenosis": none_of(
                {**hurts("posterior_thigh", worse_with_walking=True, relieved_by_flexion=True), **raised("negative")}
            ),
            "an upper root": none_of({**hurts("anterior_thigh"), **raised("negative")}),
            "meralgia": none_of({**tingles("anterolateral_thigh", pain=("lateral_thigh",)), **raised("negative")}),
        },
    ),
    "IP-OTHER-LEG-NONE": ToldCases(
        shown={"none likely": other_leg({"slump": "negative"})},
        hidden={
            "L5 likely": other_leg({"slump": "positive"}, L5, 0.1),
            "? all of it": other_leg({}),
            "rash": other_leg({"dermatomal_rash": "positive"}),
            "weak": other_leg({"strength": {"great_toe_extension": 4}}),
        },
    ),
    "IP-NONE-FLAGGED": ToldCases(
        shown={
            "cancer": none_of({**CANCER, **SOLE}),
            "cancer and a rash": none_of({**CANCER, **ZOSTER}),
            "open": of({**CANCER, **SOLE}, OPEN, 0.49),
            "referred": none_of({**AWAY, **FEVER}),
            "recovered": of({**RECOVERED, **FEVER}),
            "progressive, no weakness found": none_of({**SLOW, **SOLE}),
        },
        hidden={
            "?": none_of(SOLE),
            "L5 likely": of({**CANCER, **SOLE}),
            "over 50": none_of({"age": 51, **SOLE}),
            "cauda": none_of(CAUDA),
        },
    ),
    "IP-NONE": ToldCases(
        shown={"none likely": none_of(SOLE), "over 50": none_of({"age": 51, **SOLE}), "strong": none_of(weak(5))},
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
    **DETAILED,
}
