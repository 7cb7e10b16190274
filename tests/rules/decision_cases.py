"""Imaging, surgery and follow-up: exams in which each rule decides and in which it does not."""

from tests.rules.red_flag_cases import earlier, flags, weak
from tests.rules.sections import (
    CANCER,
    CANDIDATE,
    CAUDA,
    CLONUS,
    FOUND_WELL,
    GRADED_DORSIFLEXION,
    LESS_PAIN,
    LONG,
    MODERATE,
    NO_CANDIDATE,
    NO_PAIN,
    PAIN,
    RAPID,
    RASH,
    RECOVERED,
    SEVERE,
    SHORT,
    SLOW,
    THREE_ROOTS,
    TWO_ROOTS,
    UNGRADED_DROP,
    Cases,
    before,
    care,
    limb,
)

DECISIONS = {
    "IM-EMERGENCY": Cases(
        shown={"cauda": CAUDA, "rapid weakness": RAPID, "cancer and weakness": {**CANCER, **weak()}},
        hidden={"?": {}, "urgent flag": CANCER},
    ),
    "IM-RED-FLAG": Cases(
        shown={"cancer": CANCER, "age": {"age": 51}, "weakness over days": SLOW},
        hidden={"?": {}, "denied": flags(history_of_cancer=False), "50": {"age": 50}},
    ),
    "IM-DEFICIT-OVER-50": Cases(
        shown={"51, grade 3": {"age": 51, **SEVERE}, "51, foot drop not excluded": {"age": 51, **UNGRADED_DROP}},
        hidden={
            "?": {},
            "50, grade 3": {"age": 50, **SEVERE},
            "51": {"age": 51},
            "51, grade 3.5": {"age": 51, **MODERATE},
            "51, over days": {"age": 51, **SLOW},
            "51, cancer and grade 3": {"age": 51, **CANCER, **SEVERE},
        },
    ),
    "IM-MOTOR-DEFICIT": Cases(
        shown={"grade 3": SEVERE, "grade 0": weak(0), "foot drop not excluded": UNGRADED_DROP},
        hidden={"?": {}, "grade 3.5": MODERATE, "another movement not graded": weak("weak")},
    ),
    "IM-CANDIDATE": Cases(
        shown={
            "6 weeks, inadequate, surgery": care(**CANDIDATE),
            "injection": care(epidural_injection_candidate=True),
            "partial but intolerable": care(relief="partial", intolerable_pain=True, **CANDIDATE),
        },
        hidden={
            "5.9 weeks": care(5.9, **CANDIDATE),
            "? candidacy": care(),
            "? weeks": {**LONG, **care(None, **CANDIDATE)},
            "? relief": care(relief=None, **CANDIDATE),
            "no candidate": care(**NO_CANDIDATE),
            "adequate": care(relief="adequate", **CANDIDATE),
            "partial, bearable": care(relief="partial", intolerable_pain=False, **CANDIDATE),
        },
    ),
    "IM-NOT-A-CANDIDATE": Cases(
        shown={
            "neither": care(**NO_CANDIDATE),
            "relief partial and bearable": care(relief="partial", intolerable_pain=False, **CANDIDATE),
        },
        hidden={"? one of two": care(surgery_candidate=False), "candidate": care(**CANDIDATE)},
    ),
    "IM-ASK-FIRST": Cases(
        shown={
            "? candidacy": care(),
            "? relief": care(relief=None, **CANDIDATE),
            "? weeks, 42 days": {**LONG, **care(None, **CANDIDATE)},
        },
        hidden={"?": {}, "41.9 days": SHORT, "known": care(**CANDIDATE)},
    ),
    "IM-RECOVERED": Cases(
        shown={"no pain, nothing found": RECOVERED},
        hidden={
            "? pain": {},
            "? examined": NO_PAIN,
            "? tingling": {**RECOVERED, "history": {"pain_severity": 0}},
            "? sensation": {**NO_PAIN, **weak(5)},
            "pain 0.1": {**RECOVERED, "history": {"pain_severity": 0.1, "paresthesia_locations": []}},
            "a region hurts": {
                **RECOVERED,
                "history": {"pain_severity": 0, "paresthesia_locations": [], "pain_locations": ["sole"]},
            },
            "root tension": {**RECOVERED, "examination": {**FOUND_WELL, "slump": "positive"}},
            "weak": {**RECOVERED, **weak()},
            "tingling left": {**RECOVERED, "history": {"pain_severity": 0, "paresthesia_locations": ["sole"]}},
        },
    ),
    "IM-FIRST-WEEKS": Cases(
        shown={"? relief, 5.9 weeks": care(5.9, None), "41.9 days": SHORT, "adequate, early": care(3, "adequate")},
        hidden={"6 weeks": care(6), "42 days": LONG, "cancer": CANCER, "adequate": care(6, "adequate")},
    ),
    "IM-DURATION-UNKNOWN": Cases(
        shown={"? duration, care": {}, "? all but the pain": {"treatment": {"intolerable_pain": True}}},
        hidden={"41.9 days": SHORT, "5.9 weeks": care(5.9), "cancer": CANCER, "recovered": RECOVERED},
    ),
    "IM-UPPER-MOTOR-NEURON": Cases(
        shown={"clonus": CLONUS},
        hidden={"? clonus": {}, "an emergency too": {**CAUDA, **CLONUS}},
    ),
    "IM-RELIEVED": Cases(
        shown={"6 weeks": care(6, "adequate", intolerable_pain=False)},
        hidden={
            "adequate, yet intolerable": care(6, "adequate", intolerable_pain=True),
            "5.9 weeks": care(5.9, "adequate"),
            "inadequate": care(6),
            "? relief": care(6, None),
        },
    ),
    "IM-CARE-FIRST": Cases(
        shown={"42 days, 5.9 weeks": {**LONG, **care(5.9)}, "? weeks, adequate": {**LONG, **care(None, "adequate")}},
        hidden={"? weeks": LONG, "41.9 days": {**SHORT, **care(2)}, "6 weeks": {**LONG, **care(6)}},
    ),
    "SU-CAUDA-EQUINA": Cases(shown={"retention": CAUDA}, hidden={"?": {}, "rapid": RAPID}),
    "SU-EMERGENCY": Cases(
        shown={"rapid": RAPID, "cancer and weakness": {**CANCER, **weak()}},
        hidden={"?": {}, "cauda": CAUDA, "24 hours": flags(motor_deterioration_hours=24)},
    ),
    "SU-DEFICIT": Cases(
        shown={
            "grade 3": SEVERE,
            "over days": SLOW,
            "in the other leg": {"other_leg": {"strength": {"hip_flexion": 2}}},
        },
        hidden={"?": {}, "grade 3.5": MODERATE, "? grade": UNGRADED_DROP},
    ),
    "SU-FOOT-DROP": Cases(
        shown={"not graded": UNGRADED_DROP, "no heel walk": {"examination": {"heel_walk": "unable"}}},
        hidden={"?": {}, "graded 4": GRADED_DORSIFLEXION, "another movement": weak("weak")},
    ),
    "SU-WIDESPREAD": Cases(
        shown={"three roots": THREE_ROOTS},
        hidden={"? strength": {}, "two roots": TWO_ROOTS},
    ),
    "SU-INTOLERABLE": Cases(
        shown={
            "6 weeks": care(6, intolerable_pain=True),
            "? relief": care(6, None, intolerable_pain=True),
            "relief called adequate": care(6, "adequate", intolerable_pain=True),
            "over 50": {"age": 70, **care(6, intolerable_pain=True)},
        },
        hidden={
            "5.9 weeks": care(5.9, intolerable_pain=True),
            "bearable": care(6, intolerable_pain=False),
            "? pain": care(6),
            "? weeks": care(None, intolerable_pain=True),
            "no candidate for surgery": care(6, intolerable_pain=True, surgery_candidate=False),
        },
    ),
    "SU-AFTER-IMAGING": Cases(
        shown={"cancer": CANCER, "clonus": CLONUS},
        hidden={
            "? flags": {},
            "age alone": {"age": 70},
            "emergency": CAUDA,
            "and grade 3": {**CANCER, **SEVERE},
        },
    ),
    "SU-SHARED-DECISION": Cases(
        shown={"candidate": care(**CANDIDATE), "over 50": {"age": 70, **care(**CANDIDATE)}},
        hidden={
            "intolerable": care(intolerable_pain=True, **CANDIDATE),
            "? candidacy": care(),
            "relieved": care(6, "adequate", **CANDIDATE),
            "rash": {**RASH, **care(**CANDIDATE)},
        },
    ),
    "SU-NONE": Cases(
        shown={"?": {}, "grade 3.5": MODERATE}, hidden={"grade 3": SEVERE, "candidate": care(**CANDIDATE)}
    ),
    "FU-EMERGENCY": Cases(shown={"cauda": CAUDA}, hidden={"?": {}, "cancer": CANCER}),
    "FU-FLAG-BEFORE": Cases(
        shown={"? retention now": earlier(48, red_flags={"urinary_retention": True})},
        hidden={
            "denied now": {**flags(urinary_retention=False), **earlier(48, red_flags={"urinary_retention": True})},
            "? then": earlier(48),
            "no emergency then": earlier(48, red_flags={"fever": True}),
        },
    ),
    "FU-LIMB": Cases(shown={"14 days": limb()}, hidden={"? days": limb(None), "emergency": {**limb(), **CAUDA}}),
    "FU-ZOSTER": Cases(
        shown={"rash": RASH, "over 50": {"age": 70, **RASH}},
        hidden={
            "? rash": {},
            "no rash": {"examination": {"dermatomal_rash": "negative"}},
            "cancer": {**RASH, **CANCER},
        },
    ),
    "FU-WEAKER": Cases(
        shown={
            "toe walk lost": {
                "examination": {"toe_walk": "unable"},
                **before(toe_walk="able"),
            },
            "weak, no grade": {**weak("weak"), **before(strength={"great_toe_extension": 5})},
        },
        hidden={
            "? before": weak("weak"),
            "denied to progress": {
                **weak("weak"),
                **before(strength={"great_toe_extension": 5}),
                **flags(progressive_motor_weakness=False),
            },
        },
    ),
    "FU-PERSISTENT": Cases(
        shown={"6 weeks": care(), "? weeks, 42 days": LONG},
        hidden={"? duration": {}, "over 50": {"age": 70, **care()}, "severe pain": {**PAIN, **care()}},
    ),
    "FU-FOOT-DROP": Cases(
        shown={"not graded": UNGRADED_DROP, "no heel walk": {"examination": {"heel_walk": "unable"}}},
        hidden={"?": {}, "graded": GRADED_DORSIFLEXION},
    ),
    "FU-WORKUP": Cases(
        shown={"cancer": CANCER, "fever": flags(fever=True)},
        hidden={"? flags": {}, "age alone": {"age": 70}, "grade 3": SEVERE},
    ),
    "FU-URGENT": Cases(
        shown={"age alone": {"age": 70}, "grade 3": SEVERE},
        hidden={"?": {}, "grade 3.5": MODERATE, "cancer": CANCER},
    ),
    "FU-RECOVERED": Cases(shown={"no pain": RECOVERED}, hidden={"? pain": {}, "6.9 of 10": LESS_PAIN}),
    "FU-SEVERE-PAIN": Cases(
        shown={"7 of 10": PAIN, "intolerable": {"treatment": {"intolerable_pain": True}}},
        hidden={"? pain": {}, "6.9 of 10": LESS_PAIN},
    ),
    "FU-MONTH": Cases(shown={"?": {}, "6.9 of 10": LESS_PAIN}, hidden={"7 of 10": PAIN, "6 weeks": care()}),
}
