"""For every red flag: exams in which it is up, down, and was never looked for; both sides of every threshold."""

from tests.rules.progression_cases import PROGRESSION
from tests.rules.statements import FlagCases, Sections, earlier, flags, lost, one, strengths, weak

__all__ = ["CASES", "FlagCases", "Sections", "earlier", "flags", "lost", "strengths", "weak"]

REST_DENIED = dict.fromkeys(
    (
        "urinary_retention",
        "urinary_incontinence",
        "new_bladder_symptom",
        "fecal_incontinence",
        "bilateral_neurologic_deficit",
        "progressive_motor_weakness",
    ),
    False,
)
STRONG_AND_FLEXOR: Sections = {"examination": {"strength": {"great_toe_extension": 5}, "plantar_response": "flexor"}}
BOTH_WEAK = {**weak(), "other_leg": {"strength": {"plantar_flexion": 4}}}
JERKS_LOST = {
    "examination": {"reflexes": {"achilles": "absent"}},
    "other_leg": {"reflexes": {"achilles": "absent"}},
}

CASES = {
    "RF-CES-SUSPECTED": FlagCases(
        up={"on the list of problems": flags(cauda_equina_or_cord_compression=True)},
        down={
            "refuted": flags(cauda_equina_or_cord_compression=False),
            "nobody is asked for it": flags(urinary_retention=False),
        },
        unknown={},
    ),
    "RF-CES-RETENTION": one("urinary_retention"),
    "RF-CES-BOWEL": one("fecal_incontinence"),
    "RF-CES-SADDLE": FlagCases(
        up={
            "told": flags(saddle_anesthesia=True),
            "found reduced though denied": {
                **flags(saddle_anesthesia=False),
                "examination": {"sensation": {"perianal": "reduced"}},
            },
            "found absent, not asked": {"examination": {"sensation": {"perianal": "absent"}}},
            "found altered": {"examination": {"sensation": {"perianal": "increased"}}},
            "found on the other side": {"other_leg": {"sensation": {"perianal": "reduced"}}},
        },
        down={
            "denied": flags(saddle_anesthesia=False),
            "denied and normal": {
                **flags(saddle_anesthesia=False),
                "examination": {"sensation": {"perianal": "normal"}},
            },
        },
        unknown={
            "not asked": {},
            "examined and normal, but not asked": {"examination": {"sensation": {"perianal": "normal"}}},
        },
    ),
    "RF-CES-BLADDER": FlagCases(
        up={
            "incontinence": flags(urinary_incontinence=True),
            "another symptom": flags(urinary_incontinence=False, new_bladder_symptom=True),
        },
        down={"both denied": flags(urinary_incontinence=False, new_bladder_symptom=False)},
        unknown={"not asked": {}, "one of two asked": flags(new_bladder_symptom=False)},
    ),
    "RF-CES-TONE": one("reduced_anal_tone"),
    "RF-CES-RESIDUAL": FlagCases(
        up={"200 ml": flags(post_void_residual_ml=200), "600 ml": flags(post_void_residual_ml=600)},
        down={"199.9 ml": flags(post_void_residual_ml=199.9), "0 ml": flags(post_void_residual_ml=0)},
        unknown={"not measured": {}, "symptoms denied": flags(urinary_retention=False)},
    ),
    "RF-MOTOR-RAPID": FlagCases(
        up={
            "23.9 hours": flags(progressive_motor_weakness=True, motor_deterioration_hours=23.9),
            "0 hours": flags(progressive_motor_weakness=True, motor_deterioration_hours=0),
            "hours alone imply it": flags(motor_deterioration_hours=6),
            "tempo not stated": flags(progressive_motor_weakness=True),
            "a grade lost in 23 hours": lost(1, hours=23),
            "a grade lost, dates unknown": lost(1, hours=None),
            "said to progress, and a grade lost in three months": {
                **flags(progressive_motor_weakness=True),
                **lost(1, hours=2_160),
            },
            "a grade lost in 2 hours by the clock, but 48 stated": {
                **flags(motor_deterioration_hours=48),
                **lost(1, hours=2),
            },
            "a grade lost though progress is denied": {**flags(progressive_motor_weakness=False), **lost(2, hours=2)},
        },
        down={
            "a grade lost in 24 hours": lost(1, hours=24),
            "half a grade lost, denied": {**flags(progressive_motor_weakness=False), **lost(0.5, hours=2)},
            "24 hours": flags(progressive_motor_weakness=True, motor_deterioration_hours=24),
            "denied": flags(progressive_motor_weakness=False),
        },
        unknown={
            "not asked": {},
            "weak, course not asked": weak(2),
            "half a grade lost": lost(0.5, hours=2),
            "weak now, no grade": {
                **weak("weak"),
                "previous_examination": {"examination": {"strength": {"great_toe_extension": 5}}},
            },
        },
    ),
    "RF-MOTOR-PROGRESSIVE": FlagCases(
        up={
            "24 hours": flags(progressive_motor_weakness=True, motor_deterioration_hours=24),
            "120 hours, implied": flags(motor_deterioration_hours=120),
            "a grade lost in 24 hours": lost(1, hours=24),
        },
        down={
            "a grade lost in 23 hours": lost(1, hours=23),
            "half a grade lost, denied": {**flags(progressive_motor_weakness=False), **lost(0.5, hours=48)},
            "23.9 hours": flags(progressive_motor_weakness=True, motor_deterioration_hours=23.9),
            "denied": flags(progressive_motor_weakness=False),
        },
        unknown={"not asked": {}, "tempo not stated": flags(progressive_motor_weakness=True)},
    ),
    "RF-MOTOR-WIDESPREAD": FlagCases(
        up={
            "three roots": strengths(knee_extension=4, great_toe_extension=4, plantar_flexion=4.5),
            "three roots, not graded": strengths(hip_flexion="weak", knee_extension="weak", hip_abduction="weak"),
            "in the other leg": {
                "other_leg": strengths(hip_flexion=4, hip_adduction=4, great_toe_extension=4)["examination"]
            },
        },
        down={
            "two roots": strengths(great_toe_extension=0, ankle_dorsiflexion=0, plantar_flexion=0, hip_extension=0),
            "three roots over both legs": {
                **strengths(great_toe_extension=4, plantar_flexion=4),
                "other_leg": {"strength": {"knee_extension": 4}},
            },
            "strong": strengths(knee_extension=5, great_toe_extension=5, plantar_flexion=5),
        },
        unknown={"strength not tested": {}},
    ),
    "RF-BILATERAL-SEVERE": FlagCases(
        up={
            "grade 3": {**flags(bilateral_neurologic_deficit=True), **weak(3)},
            "progressive": flags(bilateral_neurologic_deficit=True, progressive_motor_weakness=True),
            "found in both legs, grade 2 in the other": {
                **weak(4),
                "other_leg": {"strength": {"plantar_flexion": 2}},
            },
        },
        down={
            "grade 3.5, not progressive": {
                **flags(bilateral_neurologic_deficit=True, progressive_motor_weakness=False),
                **weak(3.5),
            },
            "one leg": {**flags(bilateral_neurologic_deficit=False), **weak(2)},
        },
        unknown={
            "strength not tested, course not asked": flags(bilateral_neurologic_deficit=True),
            "not asked": weak(2),
        },
    ),
    "RF-BILATERAL": FlagCases(
        up={
            "stated": flags(bilateral_neurologic_deficit=True),
            "found in both legs": BOTH_WEAK,
            "found, though denied": {**flags(bilateral_neurologic_deficit=False), **BOTH_WEAK},
            "both ankle jerks lost at 60": {"age": 60, **JERKS_LOST},
            "both sides altered": {
                "examination": {"sensation": {"sole": "reduced"}},
                "other_leg": {"sensation": {"heel": "absent"}},
            },
        },
        down={
            "denied": flags(bilateral_neurologic_deficit=False),
            "denied, other leg normal": {
                **flags(bilateral_neurologic_deficit=False),
                **weak(),
                "other_leg": {"strength": {"plantar_flexion": 5}},
            },
            "both ankle jerks lost over 60 are of age": {
                "age": 60.5,
                **flags(bilateral_neurologic_deficit=False),
                **JERKS_LOST,
            },
        },
        unknown={
            "not asked": {},
            "other leg not examined": {"history": {"side": "bilateral"}, **weak()},
            "other leg normal, not asked": {**weak(), "other_leg": {"strength": {"plantar_flexion": 5}}},
        },
    ),
    "RF-CANCER-COMPRESSION": FlagCases(
        up={
            "cancer and weakness": {**flags(history_of_cancer=True), **weak(4.5)},
            "cancer and weakness without a grade": {**flags(history_of_cancer=True), **weak("weak")},
            "weight loss and bladder": flags(unexplained_weight_loss=True, new_bladder_symptom=True),
            "cancer and no heel walk": {**flags(history_of_cancer=True), "examination": {"heel_walk": "unable"}},
            "cancer and the other leg weak": {
                **flags(history_of_cancer=True),
                "other_leg": {"strength": {"hip_flexion": 4}},
            },
            "cancer and clonus": {**flags(history_of_cancer=True), "examination": {"clonus": True}},
            "cancer and both legs": flags(history_of_cancer=True, bilateral_neurologic_deficit=True),
        },
        down={
            "cancer, strong, rest denied": {**flags(history_of_cancer=True, **REST_DENIED), **STRONG_AND_FLEXOR},
            "weak, no cancer": {**flags(history_of_cancer=False, unexplained_weight_loss=False), **weak(2)},
            "age and weakness": {
                "age": 70,
                **flags(history_of_cancer=False, unexplained_weight_loss=False),
                **weak(2),
            },
        },
        unknown={
            "cancer not asked, weak": weak(2),
            "cancer, strong, sphincters not asked": {**flags(history_of_cancer=True), **weak(5)},
            "cancer, rest denied, strength not tested": flags(history_of_cancer=True, **REST_DENIED),
        },
    ),
    "RF-CANCER-HISTORY": one("history_of_cancer"),
    "RF-CANCER-WEIGHT-LOSS": one("unexplained_weight_loss"),
    "RF-AGE-OVER-50": FlagCases(
        up={"50.1": {"age": 50.1}, "120": {"age": 120}},
        down={"50": {"age": 50}, "18": {"age": 18}},
        unknown={},  # age is the one thing that is always stated
    ),
    "RF-INFECTION-ABSCESS": FlagCases(
        up={
            "fever and weakness": {**flags(fever=True), **weak(4.5)},
            "drugs and retention": flags(iv_drug_use=True, urinary_retention=True),
            "infection and soiling": flags(recent_infection=True, fecal_incontinence=True),
            "immunosuppression and progress": flags(immunosuppression=True, progressive_motor_weakness=True),
        },
        down={
            "fever, strong, rest denied": {**flags(fever=True, **REST_DENIED), **STRONG_AND_FLEXOR},
            "weak, none of the four": {
                **flags(fever=False, iv_drug_use=False, recent_infection=False, immunosuppression=False),
                **weak(2),
            },
            "steroids are no infection flag": {
                **flags(
                    fever=False, iv_drug_use=False, recent_infection=False, immunosuppression=False, steroid_use=True
                ),
                **weak(2),
            },
        },
        unknown={
            "not asked, weak": weak(2),
            "fever, rest denied, strength not tested": flags(fever=True, **REST_DENIED),
        },
    ),
    "RF-INFECTION-FEVER": one("fever"),
    "RF-INFECTION-IVDU": one("iv_drug_use"),
    "RF-INFECTION-RECENT": one("recent_infection"),
    "RF-INFECTION-IMMUNE": one("immunosuppression"),
    "RF-FRACTURE-OSTEOPOROSIS": one("osteoporosis"),
    "RF-FRACTURE-STEROID": one("steroid_use"),
    "RF-FRACTURE-TRAUMA": one("significant_trauma"),
    "RF-UPPER-MOTOR-NEURON": FlagCases(
        up={
            "extensor": {"examination": {"plantar_response": "extensor"}},
            "clonus": {"examination": {"clonus": True}},
            "brisk knee jerk": {"examination": {"plantar_response": "flexor", "reflexes": {"patellar": "brisk"}}},
            "extensor on the other side": {"other_leg": {"plantar_response": "extensor"}},
            "clonus on the other side": {"other_leg": {"clonus": True}},
            "brisk on the other side": {"other_leg": {"reflexes": {"achilles": "brisk"}}},
        },
        down={
            "flexor": {"examination": {"plantar_response": "flexor"}},
            "flexor, no clonus, reflexes normal": {
                "examination": {"plantar_response": "flexor", "clonus": False, "reflexes": {"achilles": "normal"}}
            },
        },
        unknown={"not examined": {}, "reflexes alone": {"examination": {"reflexes": {"achilles": "normal"}}}},
    ),
    **PROGRESSION,
}
