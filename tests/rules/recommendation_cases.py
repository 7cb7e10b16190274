"""Recommendations: exams in which each is shown and in which it is not."""

from tests.rules.red_flag_cases import flags, weak
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
    RECOVERED,
    SEVERE,
    SHORT,
    SLOW,
    THREE_ROOTS,
    UNGRADED_DROP,
    Cases,
    care,
    nsaid,
)

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
        hidden={
            "intolerable, surgery ruled out": care(intolerable_pain=True, surgery_candidate=False),
            "? candidacy": care(),
            "partial relief, bearable": care(relief="partial", intolerable_pain=False, **CANDIDATE),
            "5.9 weeks": care(5.9, **CANDIDATE),
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
}
