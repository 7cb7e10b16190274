"""Caveats: exams in which each is shown and in which it is not."""

from tests.rules.red_flag_cases import flags, weak
from tests.rules.sections import (
    CANCER,
    CAUDA,
    MODERATE,
    SEVERE,
    THREE_ROOTS,
    UNGRADED_DROP,
    Cases,
    care,
    limb,
    raised,
)

RESERVED = {
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
            "told, no region named": {"history": {"pain_radiates_below_knee": False, "pain_locations": []}},
        },
        hidden={
            "?": {},
            "it hurts nowhere": {"history": {"pain_locations": []}},
            "an upper root": {"history": {"pain_locations": ["anterior_thigh"]}},
            "sole": {"history": {"pain_locations": ["sole"]}},
            "emergency": {**CAUDA, "history": {"pain_radiates_below_knee": False}},
        },
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
            "emergency": {**CAUDA, **weak(4)},
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
    "CA-IMAGING": Cases(
        shown={"severe": SEVERE, "over 50": {"age": 51}, "candidate": care(surgery_candidate=True)},
        hidden={
            "?": {},
            "grade 3.5": MODERATE,
            "emergency": CAUDA,
            "cancer": CANCER,
            "fever": flags(fever=True),
            "clonus": {"examination": {"clonus": True}},
        },
    ),
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
            "a limb without pulses": limb(),
            "both legs": flags(bilateral_neurologic_deficit=True),
        },
    ),
    "CA-SYNTHETIC-COHORT": Cases(
        shown={"?": {}},
        hidden={},  # hidden where there is no classifier: tested apart
    ),
}
