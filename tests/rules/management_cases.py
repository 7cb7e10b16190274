"""For every rule of management: exams in which it is shown and in which it is not, one of them *not assessed*."""

from dataclasses import dataclass
from typing import Any

from tests.rules.red_flag_cases import Sections, flags, strengths, weak


@dataclass(frozen=True, kw_only=True)
class Cases:
    """Exam sections by whether the rule is shown; names that begin with "?" are those of what was not assessed."""

    shown: dict[str, Sections]
    hidden: dict[str, Sections]


def care(weeks: float | None = 6, relief: str | None = "inadequate", **treatment: Any) -> Sections:
    """Conservative care so far."""
    return {"treatment": {"conservative_care_weeks": weeks, "pain_relief": relief, **treatment}}


def nsaid(*reasons: str) -> Sections:
    return {"treatment": {"nsaid_contraindications": list(reasons)}}


def raised(result: str | None = "positive", angle: float | None = None, age: float = 40) -> Sections:
    return {"age": age, "examination": {"straight_leg_raise": {"result": result, "angle_degrees": angle}}}


CANDIDATE: dict[str, Any] = {"surgery_candidate": True}
NO_CANDIDATE: dict[str, Any] = {"surgery_candidate": False, "epidural_injection_candidate": False}
CAUDA = flags(urinary_retention=True)
CANCER = flags(history_of_cancer=True)
RAPID = flags(progressive_motor_weakness=True, motor_deterioration_hours=5)
SLOW = flags(progressive_motor_weakness=True, motor_deterioration_hours=48)
SEVERE = weak(3)
MODERATE = weak(3.5)
UNGRADED_DROP = weak("weak", "ankle_dorsiflexion")
GRADED_DORSIFLEXION = weak(4, "ankle_dorsiflexion")
THREE_ROOTS = strengths(knee_extension=4, great_toe_extension=4, plantar_flexion=4)
TWO_ROOTS = strengths(great_toe_extension=4, plantar_flexion=4)
PAIN = {"history": {"pain_severity": 7}}
LESS_PAIN = {"history": {"pain_severity": 6.9}}
RECOVERED = {"history": {"pain_severity": 0}}
LONG = {"history": {"symptom_duration_days": 42}}
SHORT = {"history": {"symptom_duration_days": 41.9}}

NSAID_REASONS = (
    *("peptic_ulcer", "gi_bleeding", "chronic_kidney_disease", "heart_failure"),
    *("ischemic_heart_disease", "anticoagulation", "nsaid_hypersensitivity", "pregnancy"),
)

CASES = {
    # ---- imaging: the rule that decides
    "IM-EMERGENCY": Cases(
        shown={"cauda": CAUDA, "rapid weakness": RAPID, "cancer and weakness": {**CANCER, **weak()}},
        hidden={"?": {}, "urgent flag": CANCER},
    ),
    "IM-RED-FLAG": Cases(
        shown={"cancer": CANCER, "age": {"age": 51}, "weakness over days": SLOW},
        hidden={"?": {}, "denied": flags(history_of_cancer=False), "50": {"age": 50}},
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
        shown={"no pain, nothing found": RECOVERED, "no pain, strong": {**RECOVERED, **weak(5)}},
        hidden={
            "? pain": {},
            "pain 0.1": {"history": {"pain_severity": 0.1}},
            "weak": {**RECOVERED, **weak()},
            "tingling left": {"history": {"pain_severity": 0, "paresthesia_locations": ["sole"]}},
        },
    ),
    "IM-FIRST-WEEKS": Cases(
        shown={"?": {}, "5.9 weeks": care(5.9), "41.9 days": SHORT, "adequate, early": care(3, "adequate")},
        hidden={"6 weeks": care(6), "42 days": LONG, "cancer": CANCER, "adequate": care(6, "adequate")},
    ),
    "IM-RELIEVED": Cases(
        shown={"6 weeks": care(6, "adequate")},
        hidden={"5.9 weeks": care(5.9, "adequate"), "inadequate": care(6), "? relief": care(6, None)},
    ),
    "IM-CARE-FIRST": Cases(
        shown={"42 days, 5.9 weeks": {**LONG, **care(5.9)}, "? weeks, adequate": {**LONG, **care(None, "adequate")}},
        hidden={"? weeks": LONG, "41.9 days": {**SHORT, **care(2)}, "6 weeks": {**LONG, **care(6)}},
    ),
    # ---- surgery
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
            "over 50": {"age": 70, **care(6, intolerable_pain=True)},
        },
        hidden={
            "5.9 weeks": care(5.9, intolerable_pain=True),
            "bearable": care(6, intolerable_pain=False),
            "? pain": care(6),
            "? weeks": care(None, intolerable_pain=True),
            "relief adequate": care(6, "adequate", intolerable_pain=True),
        },
    ),
    "SU-NONE": Cases(shown={"?": {}, "grade 3.5": MODERATE}, hidden={"grade 3": SEVERE}),
    # ---- follow-up
    "FU-EMERGENCY": Cases(shown={"cauda": CAUDA}, hidden={"?": {}, "cancer": CANCER}),
    "FU-FOOT-DROP": Cases(
        shown={"not graded": UNGRADED_DROP, "no heel walk": {"examination": {"heel_walk": "unable"}}},
        hidden={"?": {}, "graded": GRADED_DORSIFLEXION},
    ),
    "FU-URGENT": Cases(shown={"cancer": CANCER, "grade 3": SEVERE}, hidden={"?": {}, "grade 3.5": MODERATE}),
    "FU-RECOVERED": Cases(shown={"no pain": RECOVERED}, hidden={"? pain": {}, "6.9 of 10": LESS_PAIN}),
    "FU-SEVERE-PAIN": Cases(
        shown={"7 of 10": PAIN, "intolerable": {"treatment": {"intolerable_pain": True}}},
        hidden={"? pain": {}, "6.9 of 10": LESS_PAIN},
    ),
    "FU-MONTH": Cases(shown={"?": {}, "6.9 of 10": LESS_PAIN}, hidden={"7 of 10": PAIN}),
    # ---- recommendations
    "RE-EMERGENCY-CAUDA": Cases(shown={"cauda": CAUDA}, hidden={"?": {}, "rapid": RAPID}),
    "RE-EMERGENCY": Cases(
        shown={
            "rapid": RAPID,
            "cauda and cancer": flags(saddle_anesthesia=True, history_of_cancer=True),
            "cauda and clonus": {**CAUDA, "examination": {"clonus": True}},
        },
        hidden={"?": {}, "cauda": CAUDA, "days": SLOW},
    ),
    "RE-WORKUP": Cases(
        shown={"cancer": CANCER, "fever": flags(fever=True)},
        hidden={"?": {}, "age alone": {"age": 51}, "emergency": CAUDA},
    ),
    "RE-MOTOR-DEFICIT": Cases(
        shown={"grade 3": SEVERE, "over days": SLOW, "cancer and days": {**weak(3), "age": 51}},
        hidden={"?": {}, "grade 3.5": MODERATE, "emergency": RAPID},
    ),
    "RE-GRADE-FOOT-DROP": Cases(
        shown={
            "weak, no grade": UNGRADED_DROP,
            "no heel walk": {"examination": {"heel_walk": "unable"}},
            "in the other leg": {"other_leg": {"strength": {"ankle_dorsiflexion": "weak"}}},
        },
        hidden={
            "?": {},
            "graded 4": GRADED_DORSIFLEXION,
            "graded 4, no heel walk": {"examination": {"heel_walk": "unable", "strength": {"ankle_dorsiflexion": 4}}},
            "another movement": weak("weak"),
        },
    ),
    **{
        rule_id: Cases(
            shown={"?": {}, "age alone": {"age": 51}, "after 6 weeks": care()},
            hidden={
                "emergency": CAUDA,
                "cancer": CANCER,
                "severe deficit": SEVERE,
                "recovered": RECOVERED,
                "recovered over 50": {"age": 70, **RECOVERED},
            },
        )
        for rule_id in ("RE-ACTIVITY", "RE-FOLLOW-UP")
    },
    "RE-EDUCATION": Cases(
        shown={"?": {}, "age alone": {"age": 51}, "5.9 weeks": care(5.9)},
        hidden={"6 weeks": care(6), "over 50, 6 weeks": {"age": 70, **care(6)}, "cancer": CANCER},
    ),
    "RE-EDUCATION-PERSISTENT": Cases(
        shown={"6 weeks": care(6), "over 50, 6 weeks": {"age": 70, **care(6)}, "? weeks, 42 days": LONG},
        hidden={"?": {}, "5.9 weeks": care(5.9), "cancer": {**CANCER, **care(6)}},
    ),
    "RE-INJECTION": Cases(
        shown={"7 of 10": PAIN, "intolerable": {"treatment": {"intolerable_pain": True}}},
        hidden={
            "? pain": {},
            "6.9 of 10": LESS_PAIN,
            "no candidate": {**PAIN, "treatment": {"epidural_injection_candidate": False}},
            "pregnant": {**PAIN, "patient": {"pregnant": True}},
            "pregnancy listed": {**PAIN, **nsaid("pregnancy")},
            "fever": {**PAIN, **flags(fever=True)},
            "anticoagulated": {**PAIN, **nsaid("anticoagulation")},
        },
    ),
    "RE-INJECTION-ANTICOAGULATED": Cases(
        shown={"7 of 10": {**PAIN, **nsaid("anticoagulation")}},
        hidden={"? anticoagulants": PAIN, "6.9 of 10": {**LESS_PAIN, **nsaid("anticoagulation")}},
    ),
    "RE-SHARED-DECISION": Cases(
        shown={
            "candidate": care(**CANDIDATE),
            "intolerable": care(intolerable_pain=True),
            "over 50": {"age": 70, **care(**CANDIDATE)},
        },
        hidden={"? candidacy": care(), "5.9 weeks": care(5.9, **CANDIDATE)},
    ),
    "RE-NSAID": Cases(
        shown={"none": nsaid()},
        hidden={"?": {}, "ulcer": nsaid("peptic_ulcer"), "emergency": {**CAUDA, **nsaid()}},
    ),
    "RE-NSAID-ASK": Cases(
        shown={"?": {}},
        hidden={"none": nsaid(), "ulcer": nsaid("peptic_ulcer"), "pregnant": {"patient": {"pregnant": True}}},
    ),
    **{
        f"RE-NSAID-NOT-{reason.upper().replace('_', '-')}": Cases(
            shown={"listed": nsaid(reason), "with another": nsaid(*NSAID_REASONS)},
            hidden={"?": {}, "none": nsaid(), "another": nsaid(*(set(NSAID_REASONS) - {reason}))},
        )
        for reason in NSAID_REASONS
    },
    "RE-INSTEAD": Cases(
        shown={"ulcer": nsaid("peptic_ulcer")},
        hidden={"?": {}, "none": nsaid(), "ulcer and pregnancy": nsaid("peptic_ulcer", "pregnancy")},
    ),
    "RE-INSTEAD-PREGNANCY": Cases(
        shown={
            "listed": nsaid("pregnancy"),
            "with an ulcer": nsaid("peptic_ulcer", "pregnancy"),
            "stated, list not asked": {"patient": {"pregnant": True}},
        },
        hidden={"?": {}, "ulcer": nsaid("peptic_ulcer")},
    ),
    "RE-SAFETY-NET": Cases(
        shown={
            "?": {},
            "emergency": CAUDA,
            "cancer": CANCER,
            "severe": SEVERE,
            "recovered": RECOVERED,
            "6 weeks": care(),
        },
        hidden={},
    ),
    # ---- questions back
    "QU-TEMPO": Cases(
        shown={"? hours": flags(progressive_motor_weakness=True)},
        hidden={"5 hours": RAPID, "? progress": {}, "denied": flags(progressive_motor_weakness=False)},
    ),
    "QU-RESIDUAL": Cases(
        shown={"? residual": CAUDA},
        hidden={"?": {}, "measured": flags(urinary_retention=True, post_void_residual_ml=50)},
    ),
    "QU-GRADE": Cases(
        shown={"? grade": weak("weak"), "? grade, other leg": {"other_leg": {"strength": {"hip_flexion": "weak"}}}},
        hidden={"?": {}, "graded": weak(4), "? of dorsiflexion, asked apart": UNGRADED_DROP},
    ),
    "QU-FOOT-DROP": Cases(
        shown={"? grade": UNGRADED_DROP, "no heel walk": {"examination": {"heel_walk": "unable"}}},
        hidden={"?": {}, "graded": GRADED_DORSIFLEXION, "heel walk": {"examination": {"heel_walk": "able"}}},
    ),
    "QU-FUNCTION": Cases(
        shown={
            "? plantar flexion": {"examination": {"toe_walk": "unable"}},
            "? knee extension, other leg": {"other_leg": {"single_leg_sit_to_stand": "unable"}},
            "dorsiflexion 5": {"examination": {"heel_walk": "unable", "strength": {"ankle_dorsiflexion": 5}}},
        },
        hidden={
            "?": {},
            "able": {"examination": {"toe_walk": "able"}},
            "known to be weak": {"examination": {"toe_walk": "unable", "strength": {"plantar_flexion": 4}}},
            "? dorsiflexion, asked apart": {"examination": {"heel_walk": "unable"}},
        },
    ),
    "QU-BOTH-LEGS": Cases(
        shown={"? other leg": {"history": {"side": "bilateral"}}},
        hidden={
            "? side": {},
            "left": {"history": {"side": "left"}},
            "examined": {"history": {"side": "bilateral"}, "other_leg": {"strength": {"hip_flexion": 5}}},
            "denied": {"history": {"side": "bilateral"}, **flags(bilateral_neurologic_deficit=False)},
        },
    ),
    "QU-STRENGTH": Cases(
        shown={"? strength, cancer": CANCER, "? strength, fever": flags(fever=True)},
        hidden={"?": {}, "tested": {**CANCER, **weak(5)}, "age": {"age": 70}},
    ),
    "QU-MRI-SAFETY": Cases(
        shown={"? cancer": CANCER, "? severe": SEVERE, "? candidate": care(**CANDIDATE)},
        hidden={"? no MRI wanted": {}, "asked": {**CANCER, "treatment": {"mri_contraindicated": False}}},
    ),
    "QU-CARE": Cases(
        shown={"? weeks, 42 days": LONG, "? weeks, over 50": {"age": 70, **LONG}},
        hidden={"? weeks, 41.9 days": SHORT, "stated": {**LONG, **care(2)}},
    ),
    "QU-RELIEF": Cases(
        shown={"? relief": care(relief=None), "? bearable": care(relief="partial")},
        hidden={"stated": care(), "? relief, 5.9 weeks": care(5.9, None)},
    ),
    "QU-CANDIDATE": Cases(
        shown={
            "? over 50": {"age": 70, **care()},
            "? candidacy": care(),
            "? one of two": care(surgery_candidate=False),
            "? all, 42 days": LONG,
        },
        hidden={"? 5.9 weeks": care(5.9), "stated": care(**NO_CANDIDATE), "? 41.9 days": SHORT},
    ),
    "QU-NSAID": Cases(
        shown={"?": {}, "? severe deficit": SEVERE},
        hidden={"asked": nsaid(), "? emergency": CAUDA, "? recovered": RECOVERED},
    ),
    "QU-SLR-ANGLE": Cases(
        shown={"? angle": raised()},
        hidden={"?": {}, "45": raised(angle=45), "negative": raised("negative")},
    ),
    # ---- caveats
    "CA-UNSCREENED": Cases(
        shown={"?": {}},
        hidden={},  # the full screen is tested with the red flags
    ),
    "CA-AGE-ALONE": Cases(
        shown={"51": {"age": 51}},
        hidden={
            "50": {"age": 50},
            "51 and cancer": {"age": 51, **CANCER},
            "? flags, 40": {},
            "51 and a severe deficit": {"age": 51, **SEVERE},
            "? grade of dorsiflexion, 51": {"age": 51, **UNGRADED_DROP},
        },
    ),
    "CA-UPPER-MOTOR-NEURON": Cases(
        shown={"clonus": {"examination": {"clonus": True}}},
        hidden={"?": {}, "no clonus": {"examination": {"clonus": False}}},
    ),
    "CA-NOT-BELOW-KNEE": Cases(
        shown={
            "told": {"history": {"pain_radiates_below_knee": False}},
            "by its regions": {"history": {"pain_locations": ["buttock", "knee"]}},
        },
        hidden={"?": {}, "sole": {"history": {"pain_locations": ["sole"]}}},
    ),
    "CA-SLR-POSITIVE": Cases(
        shown={"30": raised(angle=30), "70": raised(angle=70), "? angle": raised()},
        hidden={"29": raised(angle=29), "71": raised(angle=71), "negative": raised("negative"), "?": {}},
    ),
    "CA-SLR-ANGLE": Cases(
        shown={"29.9": raised(angle=29.9), "70.1": raised(angle=70.1)},
        hidden={"30": raised(angle=30), "70": raised(angle=70), "? angle": raised(), "? result": raised(None, 20)},
    ),
    "CA-SLR-NEGATIVE": Cases(
        shown={"60": raised("negative", age=60)},
        hidden={"60.1": raised("negative", age=60.1), "positive": raised(), "?": {}},
    ),
    "CA-SLR-OVER-60": Cases(
        shown={"60.1": raised("negative", age=60.1)},
        hidden={"60": raised("negative", age=60), "? result": {"age": 70}},
    ),
    "CA-ONE-KIND-OF-SIGN": Cases(
        # The classifier of these tests calls L5.
        shown={"?": {"history": {"pain_locations": ["sole"]}}, "motor alone": weak(4)},
        hidden={
            "? everything, so no root is named": {},
            "no heel walk and sensory": {
                "examination": {"heel_walk": "unable", "sensation": {"dorsum_foot": "reduced"}}
            },
            "motor and sensory": {
                "examination": {"strength": {"great_toe_extension": 4}, "sensation": {"dorsum_foot": "reduced"}}
            },
        },
    ),
    "CA-NORMAL-EXAMINATION": Cases(
        shown={
            "strong, feels all, reflexes there": {
                "examination": {
                    "strength": {"great_toe_extension": 5},
                    "sensation": {"sole": "normal"},
                    "reflexes": {"achilles": "normal"},
                }
            }
        },
        hidden={"?": {}, "? the rest, strong": weak(5), "weak": weak(4)},
    ),
    "CA-IMAGING": Cases(shown={"cancer": CANCER, "severe": SEVERE}, hidden={"?": {}, "grade 3.5": MODERATE}),
    "CA-MRI-PREFERRED": Cases(
        shown={"? contraindication": CANCER, "none": {**CANCER, "treatment": {"mri_contraindicated": False}}},
        hidden={"? no imaging": {}, "contraindicated": {**CANCER, "treatment": {"mri_contraindicated": True}}},
    ),
    "CA-CT-INSTEAD": Cases(
        shown={"contraindicated": {**CANCER, "treatment": {"mri_contraindicated": True}}},
        hidden={"? contraindication": CANCER, "no imaging": {"treatment": {"mri_contraindicated": True}}},
    ),
    "CA-CT-PREGNANCY": Cases(
        shown={
            "stated": {**CANCER, "patient": {"pregnant": True}, "treatment": {"mri_contraindicated": True}},
            "listed": {
                **CANCER,
                "treatment": {"mri_contraindicated": True, "nsaid_contraindications": ["pregnancy"]},
            },
        },
        hidden={
            "? pregnancy": {**CANCER, "treatment": {"mri_contraindicated": True}},
            "MRI": {**CANCER, "patient": {"pregnant": True}},
        },
    ),
    "CA-NO-RUSH": Cases(
        shown={"?": {}, "grade 3.5": MODERATE, "over 50": {"age": 70}},
        hidden={
            "severe": SEVERE,
            "cauda": CAUDA,
            "cancer": CANCER,
            "? grade of dorsiflexion": UNGRADED_DROP,
            "three roots": THREE_ROOTS,
            "both legs": flags(bilateral_neurologic_deficit=True),
        },
    ),
    "CA-SYNTHETIC-COHORT": Cases(
        shown={"?": {}},
        hidden={},  # hidden where there is no classifier: tested apart
    ),
}
