"""Recommendations: exams in which each is shown and in which it is not."""

from tests.rules.look_alike_cases import foot_drop
from tests.rules.red_flag_cases import Sections, earlier, flags, weak
from tests.rules.sections import (
    CANCER,
    CANDIDATE,
    CAUDA,
    GRADED_DORSIFLEXION,
    LESS_PAIN,
    LONG,
    MODERATE,
    NSAID_REASONS,
    PAIN,
    RAPID,
    RASH,
    RECOVERED,
    SEVERE,
    SHORT,
    SLOW,
    THREE_ROOTS,
    UNGRADED_DROP,
    WITHOUT_PULSES,
    Cases,
    care,
    limb,
    nsaid,
    raised,
)

SEVERE_PAIN: Sections = {**PAIN, **weak(4)}
ULCER = nsaid("peptic_ulcer")
WELL_BUT_RASH: Sections = {**RECOVERED, "examination": {**RECOVERED["examination"], **RASH["examination"]}}


def lasting(days: float, *reasons: str) -> Sections:
    return {**nsaid(*reasons or ("peptic_ulcer",)), "history": {"symptom_duration_days": days}}


def cared(weeks: float) -> Sections:
    return care(weeks, nsaid_contraindications=["peptic_ulcer"])


RECOMMENDED = {
    "RE-EMERGENCY-CAUDA": Cases(shown={"cauda": CAUDA}, hidden={"?": {}, "rapid": RAPID}),
    "RE-EMERGENCY": Cases(
        shown={
            "rapid": RAPID,
            "cauda and cancer": flags(saddle_anesthesia=True, history_of_cancer=True),
            "cauda and clonus": {**CAUDA, "examination": {"clonus": True}},
        },
        hidden={"?": {}, "cauda": CAUDA, "days": SLOW},
    ),
    "RE-LIMB": Cases(
        shown={
            "14 days, weak": limb(),
            "numb": limb(strength={}, sensation={"sole": "reduced"}),
            "the other leg": {"history": {"symptom_duration_days": 14}, "other_leg": WITHOUT_PULSES},
            "emergency": {**limb(), **CAUDA},
        },
        hidden={
            "14.1 days": limb(14.1),
            "? days": limb(None),
            "? strength": limb(strength={}),
            "strong": limb(strength={"great_toe_extension": 5}),
            "pulses there": limb(pedal_pulses_reduced="negative"),
            "? pulses": limb(pedal_pulses_reduced=None),
            "pulses of one leg, weakness of the other": {
                **limb(strength={}),
                "other_leg": {"strength": {"great_toe_extension": 4}},
            },
        },
    ),
    "RE-ZOSTER": Cases(
        shown={"rash": RASH, "and cancer": {**RASH, **CANCER}, "recovered": WELL_BUT_RASH},
        hidden={
            "? rash": {},
            "no rash": {"examination": {"dermatomal_rash": "negative"}},
            "emergency": {**RASH, **CAUDA},
        },
    ),
    "RE-LOOK-ALIKE": Cases(
        shown={
            "rash": RASH,
            "over 50": {"age": 70, **RASH},
            "a foot that the peroneal nerve weakens": foot_drop(5, 5),
            "stenosis": {"history": {"worse_with_walking": True, "relieved_by_flexion": True}},
        },
        hidden={
            "? look-alike": {},
            "an upper root": {"examination": {"femoral_stretch": "positive"}},
            "weakness it does not bring": {"examination": {**RASH["examination"], **weak(4)["examination"]}},
            "cancer": {**RASH, **CANCER},
            "recovered": WELL_BUT_RASH,
            "a limb without pulses": limb(strength={}, sensation={"sole": "reduced"}),
        },
    ),
    "RE-WORKUP": Cases(
        shown={"cancer": CANCER, "fever": flags(fever=True)},
        hidden={"?": {}, "age alone": {"age": 51}, "emergency": CAUDA},
    ),
    "RE-MOTOR-DEFICIT": Cases(
        shown={"grade 3": SEVERE, "over days": SLOW, "51": {**weak(3), "age": 51}, "three roots": THREE_ROOTS},
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
    "RE-ACTIVITY": Cases(
        shown={"?": {}, "age alone": {"age": 51}, "after 6 weeks": care()},
        hidden={
            "emergency": CAUDA,
            "cancer": CANCER,
            "severe deficit": SEVERE,
            "recovered": RECOVERED,
            "recovered over 50": {"age": 70, **RECOVERED},
            "no pain, ? signs": {"history": {"pain_severity": 0}},
            "a limb without pulses": limb(),
        },
    ),
    "RE-FOLLOW-UP": Cases(
        shown={"?": {}, "after 6 weeks": care()},
        hidden={"age alone, seen within a week": {"age": 51}, "cancer": CANCER, "severe": SEVERE, "gone": RECOVERED},
    ),
    "RE-AGE-ALONE": Cases(
        shown={"51": {"age": 51}},
        hidden={"50": {"age": 50}, "? flags, 40": {}, "51 and cancer": {"age": 51, **CANCER}},
    ),
    "RE-EDUCATION": Cases(
        shown={"?": {}, "age alone": {"age": 51}, "5.9 weeks": care(5.9), "41.9 days": SHORT},
        hidden={
            "6 weeks": care(6),
            "over 50, 6 weeks": {"age": 70, **care(6)},
            "cancer": CANCER,
            "42 days, 2 weeks of care": {**LONG, **care(2)},
            "6 weeks, relieved": care(6, "adequate"),
        },
    ),
    "RE-EDUCATION-PERSISTENT": Cases(
        shown={
            "6 weeks": care(6),
            "over 50, 6 weeks": {"age": 70, **care(6)},
            "? weeks, 42 days": LONG,
            "42 days, 2 weeks of care": {**LONG, **care(2)},
        },
        hidden={"?": {}, "5.9 weeks": care(5.9), "cancer": {**CANCER, **care(6)}},
    ),
    "RE-INJECTION": Cases(
        shown={
            "7 of 10, weak": SEVERE_PAIN,
            "numb": {**PAIN, "examination": {"sensation": {"sole": "reduced"}}},
            "straight leg raise at 70": {**PAIN, **raised(angle=70)},
            "femoral stretch": {**PAIN, "examination": {"femoral_stretch": "positive"}},
            "below the knee": {"history": {**PAIN["history"], "pain_radiates_below_knee": True}},
            "intolerable": {**weak(4), "treatment": {"intolerable_pain": True}},
        },
        hidden={
            "? pain": weak(4),
            "? signs of a root": PAIN,
            "straight leg raise at 71": {**PAIN, **raised(angle=71)},
            "strong": {**PAIN, **weak(5)},
            "rash": {**PAIN, "examination": {**RASH["examination"], "slump": "positive"}},
            "6.9 of 10": {**LESS_PAIN, **weak(4)},
            "no candidate": {**SEVERE_PAIN, "treatment": {"epidural_injection_candidate": False}},
            "pregnant": {**SEVERE_PAIN, "patient": {"pregnant": True}},
            "pregnancy listed": {**SEVERE_PAIN, **nsaid("pregnancy")},
            "fever": {**SEVERE_PAIN, **flags(fever=True)},
            "anticoagulated": {**SEVERE_PAIN, **nsaid("anticoagulation")},
        },
    ),
    "RE-INJECTION-ANTICOAGULATED": Cases(
        shown={"7 of 10": {**SEVERE_PAIN, **nsaid("anticoagulation")}},
        hidden={
            "? anticoagulants": SEVERE_PAIN,
            "? signs of a root": {**PAIN, **nsaid("anticoagulation")},
            "6.9 of 10": {**LESS_PAIN, **weak(4), **nsaid("anticoagulation")},
        },
    ),
    "RE-SHARED-DECISION": Cases(
        shown={
            "candidate": care(**CANDIDATE),
            "intolerable": care(intolerable_pain=True),
            "over 50": {"age": 70, **care(**CANDIDATE)},
        },
        hidden={
            "intolerable, surgery ruled out": care(intolerable_pain=True, surgery_candidate=False),
            "? candidacy": care(),
            "partial relief, bearable": care(relief="partial", intolerable_pain=False, **CANDIDATE),
            "5.9 weeks": care(5.9, **CANDIDATE),
            "rash": {**RASH, **care(**CANDIDATE)},
            "a limb without pulses": {**limb(), **care(**CANDIDATE)},
        },
    ),
    "RE-NSAID": Cases(
        shown={"none": nsaid()},
        hidden={"?": {}, "ulcer": nsaid("peptic_ulcer"), "emergency": {**CAUDA, **nsaid()}},
    ),
    "RE-NSAID-ASK": Cases(
        shown={"?": {}},
        hidden={
            "none": nsaid(),
            "ulcer": nsaid("peptic_ulcer"),
            "pregnant": {"patient": {"pregnant": True}},
            "recovered over 50": {"age": 70, **RECOVERED},
        },
    ),
    **{
        f"RE-NSAID-NOT-{reason.upper().replace('_', '-')}": Cases(
            shown={"listed": nsaid(reason), "with another": nsaid(*NSAID_REASONS)},
            hidden={"?": {}, "none": nsaid(), "another": nsaid(*(set(NSAID_REASONS) - {reason}))},
        )
        for reason in NSAID_REASONS
    },
    "RE-FLAG-BEFORE": Cases(
        shown={"? retention now": earlier(48, red_flags={"urinary_retention": True})},
        hidden={
            "denied now": {**flags(urinary_retention=False), **earlier(48, red_flags={"urinary_retention": True})},
            "another emergency now": {
                **flags(fecal_incontinence=True),
                **earlier(48, red_flags={"urinary_retention": True}),
            },
            "? then": earlier(48),
            "no emergency then": earlier(48, red_flags={"fever": True}),
        },
    ),
    "RE-INSTEAD": Cases(
        shown={"ulcer, ? duration": ULCER, "11.9 weeks": lasting(83), "11.9 weeks of care": cared(11.9)},
        hidden={
            "?": {},
            "none": nsaid(),
            "ulcer and pregnancy": nsaid("peptic_ulcer", "pregnancy"),
            "12 weeks": lasting(84),
        },
    ),
    "RE-INSTEAD-CHRONIC": Cases(
        shown={"12 weeks": lasting(84), "12 weeks of care": cared(12)},
        hidden={
            "? duration": ULCER,
            "11.9 weeks": lasting(83),
            "no contraindication": {**nsaid(), "history": {"symptom_duration_days": 84}},
            "pregnancy": lasting(84, "pregnancy"),
        },
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
        shown={"?": {}, "cancer": CANCER, "severe": SEVERE, "recovered": RECOVERED, "6 weeks": care()},
        hidden={"cauda": CAUDA, "rapid": RAPID},
    ),
    "RE-SAFETY-NET-EMERGENCY": Cases(
        shown={"cauda": CAUDA, "rapid": RAPID},
        hidden={"?": {}, "cancer": CANCER, "severe": SEVERE},
    ),
}
