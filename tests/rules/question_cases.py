"""Questions back: exams in which each is asked and in which it is not."""

from tests.rules.red_flag_cases import earlier, flags, lost, weak
from tests.rules.sections import (
    CANCER,
    CANDIDATE,
    CAUDA,
    GRADED_DORSIFLEXION,
    LONG,
    NO_CANDIDATE,
    NO_PAIN,
    RAPID,
    RECOVERED,
    SEVERE,
    SHORT,
    UNGRADED_DROP,
    Cases,
    before,
    care,
    nsaid,
    raised,
)

ASKED = {
    "QU-TEMPO": Cases(
        shown={"? hours": flags(progressive_motor_weakness=True)},
        hidden={"5 hours": RAPID, "? progress": {}, "denied": flags(progressive_motor_weakness=False)},
    ),
    "QU-WEAKER": Cases(
        shown={
            "? grade, was 5": {**weak("weak"), **before(strength={"great_toe_extension": 5})},
            "? course, walked on the toes": {"examination": {"toe_walk": "unable"}, **before(toe_walk="able")},
        },
        hidden={
            "? before": weak("weak"),
            "weak before": {**weak("weak"), **before(strength={"great_toe_extension": "weak"})},
            "graded, so compared": {**weak(4), **before(strength={"great_toe_extension": 5})},
            "denied": {
                **flags(progressive_motor_weakness=False),
                **weak("weak"),
                **before(strength={"great_toe_extension": 5}),
            },
        },
    ),
    "QU-PREVIOUS-DATE": Cases(
        shown={
            "? date, a grade lost": lost(1, hours=None),
            "? date, newly in both legs": {
                **flags(bilateral_neurologic_deficit=True),
                **earlier(None, red_flags={"bilateral_neurologic_deficit": False}),
            },
        },
        hidden={
            "?": {},
            "dated": lost(1, hours=24),
            "? date, half a grade": lost(0.5, hours=None),
            "? date, a bladder symptom is an emergency anyway": {
                **CAUDA,
                **earlier(None, red_flags={"urinary_retention": False}),
            },
        },
    ),
    "QU-FLAG-BEFORE": Cases(
        shown={
            "? cancer now": earlier(48, red_flags={"history_of_cancer": True}),
            "? retention now": earlier(48, red_flags={"urinary_retention": True}),
            "? residual now, 200 ml then": earlier(48, red_flags={"post_void_residual_ml": 200}),
        },
        hidden={
            "? then": earlier(48),
            "denied then": earlier(48, red_flags={"history_of_cancer": False}),
            "199.9 ml then": earlier(48, red_flags={"post_void_residual_ml": 199.9}),
            "asked again": {**flags(history_of_cancer=False), **earlier(48, red_flags={"history_of_cancer": True})},
        },
    ),
    "QU-RETEST": Cases(
        shown={
            "? strength now, weak then": before(strength={"great_toe_extension": 4}),
            "? strength now, weak without a grade then": before(strength={"great_toe_extension": "weak"}),
            "? reflex now, lost then": before(reflexes={"achilles": "absent"}),
            "? heel walk now, unable then": before(heel_walk="unable"),
            "? saddle now, altered then": before(sensation={"perianal": "reduced"}),
        },
        hidden={
            "? then": {"previous_examination": {}},
            "normal then": before(strength={"great_toe_extension": 5}, reflexes={"achilles": "normal"}),
            "tested again": {**weak(5), **before(strength={"great_toe_extension": 4})},
            "tested again, no grade": {**weak("weak"), **before(strength={"great_toe_extension": 4})},
            "a mimic is no deficit": before(faber="positive"),
            "an emergency": {**CAUDA, **before(strength={"great_toe_extension": 4})},
        },
    ),
    "QU-RECOVERED": Cases(
        shown={
            "? examined": NO_PAIN,
            "? tingling": {**RECOVERED, "history": {"pain_severity": 0}},
            "? sensation": {**NO_PAIN, **weak(5)},
        },
        hidden={"all known": RECOVERED, "? pain": {}, "still weak": {**NO_PAIN, **weak(4)}},
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
    "QU-DURATION": Cases(
        shown={"? both": {}, "? both, over 50": {"age": 70}},
        hidden={"41.9 days": SHORT, "5.9 weeks": care(5.9), "? both, cancer": CANCER},
    ),
    "QU-CARE-OUTLASTS": Cases(
        shown={"42 days, 7.1 weeks": {**LONG, **care(7.1)}},
        hidden={"42 days, 7 weeks": {**LONG, **care(7)}, "? days, 8 weeks": care(8), "? weeks, 42 days": LONG},
    ),
    "QU-INTOLERABLE": Cases(
        shown={"? bearable": care(6), "? bearable, over 50": {"age": 70, **care(6)}},
        hidden={"known": care(6, intolerable_pain=False), "? relief": care(6, None), "? 5.9 weeks": care(5.9)},
    ),
    "QU-RECONSIDER": Cases(
        shown={"intolerable, ruled out": care(6, intolerable_pain=True, surgery_candidate=False)},
        hidden={
            "? candidacy": care(6, intolerable_pain=True),
            "bearable": care(6, intolerable_pain=False, surgery_candidate=False),
            "5.9 weeks": care(5.9, intolerable_pain=True, surgery_candidate=False),
        },
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
}
