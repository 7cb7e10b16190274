"""What stands behind the bottom line of the impression: cases in which each sentence is said and in which it is not."""

from tests.rules.abstention_cases import undecided
from tests.rules.impression_exams import BOTH, FEVER, JERK_ABOVE, OPEN, SOLE, THIGH, TOE, none_of, of
from tests.rules.look_alike_cases import foot_drop, hurts
from tests.rules.red_flag_cases import Sections, flags, weak
from tests.rules.sections import CANCER, CAUDA, RECOVERED, SLOW
from tests.rules.told import L4, L5, S1, Told, ToldCases


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
    """Where no kind points to any root that is called, the bottom line says so: NONE is said of one of two roots."""
    others = {f"? {other}": told for other, told in KINDS.items() if other != name}
    shown = (
        {"of one of two": of(TOE, BOTH, 0.2), "open": of(SOLE, OPEN, 0.49)}
        if name == "NONE"
        else {
            name: KINDS[name],
            "osteoporosis": of({**KINDS[name].sections, **flags(osteoporosis=True)}),
        }
    )
    hidden = {"no likely root": none_of(SOLE), "open, fever": of({**KINDS[name].sections, **FEVER}, OPEN, 0.49)}
    hidden["emergency"] = of({**KINDS[name].sections, **CAUDA})
    return ToldCases(shown=shown, hidden={**others, **hidden})


_ASKED = (
    *("urinary_retention", "urinary_incontinence", "new_bladder_symptom", "fecal_incontinence", "saddle_anesthesia"),
    *("bilateral_neurologic_deficit", "progressive_motor_weakness", "significant_trauma", "steroid_use"),
    *("immunosuppression", "recent_infection", "iv_drug_use"),
)
_LEFT_OUT = ("history_of_cancer", "unexplained_weight_loss", "fever", "osteoporosis")
"""Questions each of which is a red flag of its own."""


def screened(open_flags: int) -> Sections:
    """A screen for red flags in which some were not asked."""
    asked = (*_ASKED, *_LEFT_OUT[open_flags:])
    return {"red_flags": dict.fromkeys(asked, False), "examination": {"plantar_response": "flexor"}}


def ankle_jerks(age: float, other: str) -> Told:
    """An ankle jerk that is lost beside the other one, where L5 is called."""
    signs = {"strength": {"great_toe_extension": 4}, "reflexes": {"achilles": "absent"}}
    return of({"age": age, "examination": signs, "other_leg": {"reflexes": {"achilles": other}}})


DETAILED = {
    **{f"IP-EVIDENCE-{name}": evidence(name) for name in KINDS},
    **{
        f"IP-DISC-{name}": ToldCases(
            shown={name: of(SOLE, roots), "progressive": of({**SOLE, **SLOW}, roots)},
            hidden={
                "none": none_of(SOLE),
                "? everything": of({}, roots),
                "open": of(SOLE, (0.4, 0.4, 0.4), 0.49),
                "cancer": of({**SOLE, **CANCER}, roots),
                "emergency": of({**SOLE, **CAUDA}, roots),
                **({"the peroneal nerve spares": of(foot_drop(5, 5))} if name == "L5" else {}),
            },
        )
        for name, roots in (("L4", L4), ("L5", L5), ("S1", S1))
    },
    "IP-USUAL-LEVELS": ToldCases(
        shown={"0.5": of(SOLE, (0.1, 0.5, 0.4), 0.2)},
        hidden={
            "0.49": of(SOLE, (0.1, 0.49, 0.4), 0.2),
            "? everything": Told(),
            "fever": of({**SOLE, **FEVER}),
            "emergency": of({**SOLE, **CAUDA}),
            "the peroneal nerve spares": of(foot_drop(5, 5)),
        },
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
            "above the knee as well": of(JERK_ABOVE),
        },
    ),
    "IP-UNEXPLAINED-ABOVE-KNEE": ToldCases(
        shown={"both": of(JERK_ABOVE)},
        hidden={
            "? where": of({"examination": {"reflexes": {"achilles": "absent"}}}),
            "the place alone": of(THIGH),
            "L4": of(JERK_ABOVE, L4),
        },
    ),
    "IP-ABOVE-KNEE": ToldCases(
        shown={"S1": of(THIGH, S1), "L5": of(THIGH)},
        hidden={
            "emergency": of({**THIGH, **CAUDA}),
            "below": of(SOLE),
            "L4": of(THIGH, L4),
            "? where": of(weak(4)),
            "nowhere": of({**hurts(), **weak(4)}),
            "an upper root": of(hurts("anterior_thigh")),
            "none likely": none_of(THIGH),
        },
    ),
    "IP-NOT-RULED-OUT": ToldCases(
        shown={"S1 at 0.2": of(SOLE, (0.1, 0.8, 0.2)), "L5 at 0.2, none likely": of(SOLE, (0.1, 0.2, 0.1), 0.7)},
        hidden={
            "0.19": of(SOLE, (0.1, 0.8, 0.19)),
            "? everything": undecided(),
            "recovered": of(RECOVERED, (0.3, 0.3, 0.3)),
            "emergency": of({**SOLE, **CAUDA}, (0.1, 0.8, 0.2)),
        },
    ),
    "IP-OPEN-SCREEN": ToldCases(
        shown={"? one": of(screened(1)), "? three": of(screened(3))},
        hidden={"all asked": of(screened(0)), "? four": of(screened(4)), "? all": of(SOLE)},
    ),
    "IP-OPEN-SCREEN-MORE": ToldCases(
        shown={"? four": of(screened(4)), "? all": of(SOLE), "? all, emergency": of(CAUDA)},
        hidden={"all asked": of(screened(0)), "? three": of(screened(3))},
    ),
}
