"""What every statement of an examination is called where a clinician is asked for it.

A row for each field of the contract; the signs of the two legs share theirs. What a field means stands beside it in
features/.
"""

from collections.abc import Mapping
from typing import Final

from features.anatomy import Movement, Reflex
from service.terminology.value_texts import REGIONS

LEGS: Final = ("examination", "other_leg")
"""Where the signs of the worse and of the other leg stand."""

_DENIED: Final = 'Name every place: what is not named counts as denied. "Leg" is the part between knee and ankle.'

_GROUPS: Final[Mapping[str, str]] = {
    "patient": "Person",
    "history": "History",
    "examination": "Examination of the symptomatic, or the worse, leg",
    "other_leg": "Examination of the other leg",
    "red_flags": "Red flags",
    "treatment": "Treatment so far, and what could be done",
    "strength": "Strength against resistance (MRC 0 to 5; 4- is 3.5, 4+ is 4.5)",
    "reflexes": "Tendon reflexes, against what is normal for the person",
    "sensation": "Sensation (light touch or pinprick)",
    "straight_leg_raise": "Straight leg raise (Lasègue's test)",
}

_MOVEMENTS: Final[Mapping[Movement, str]] = {
    Movement.HIP_FLEXION: "Hip flexion",
    Movement.HIP_ADDUCTION: "Hip adduction",
    Movement.KNEE_EXTENSION: "Knee extension",
    Movement.HIP_ABDUCTION: "Hip abduction",
    Movement.HIP_EXTENSION: "Hip extension",
    Movement.KNEE_FLEXION: "Knee flexion",
    Movement.ANKLE_DORSIFLEXION: "Ankle dorsiflexion",
    Movement.GREAT_TOE_EXTENSION: "Great toe extension",
    Movement.ANKLE_INVERSION: "Ankle inversion",
    Movement.ANKLE_EVERSION: "Ankle eversion",
    Movement.PLANTAR_FLEXION: "Plantar flexion",
}

_REFLEXES: Final[Mapping[Reflex, str]] = {
    Reflex.PATELLAR: "Patellar reflex",
    Reflex.MEDIAL_HAMSTRING: "Medial hamstring reflex",
    Reflex.ACHILLES: "Achilles reflex",
}

_SIGNS: Final[Mapping[str, str]] = {
    **{f"strength.{movement}": f"{text}, MRC grade" for movement, text in _MOVEMENTS.items()},
    "heel_walk": "Heel walk on that leg",
    "toe_walk": "Toe walk on that leg",
    "single_leg_sit_to_stand": "Sit-to-stand on one leg: rising from a chair on that leg alone",
    **{f"reflexes.{reflex}": text for reflex, text in _REFLEXES.items()},
    "plantar_response": "Plantar response: the great toe on stroking the sole",
    "clonus": "Ankle clonus: is there any?",
    **{f"sensation.{region}": f"Sensation of the {text.lower()}" for region, text in REGIONS.items()},
    "sensation.perianal": "Perianal sensation (S3 to S5)",
    "straight_leg_raise.result": "Straight leg raise (positive: the leg pain is reproduced)",
    "straight_leg_raise.angle_degrees": "Straight leg raise: angle from the couch at which it was, in degrees",
    "crossed_straight_leg_raise": "Crossed straight leg raise (positive: raising the other leg reproduces the pain in "
    "this one)",
    "slump": "Slump test (positive: the leg pain is reproduced)",
    "femoral_stretch": "Femoral stretch (positive: bending the knee, lying prone, reproduces the pain)",
    "crossed_femoral_stretch": "Crossed femoral stretch (positive: bending the other knee reproduces the pain in this "
    "leg)",
    "hip_internal_rotation_pain": "Pain on internal rotation of the hip (positive: it hurts)",
    "trochanteric_tenderness": "Tenderness of the greater trochanter (positive: it is tender)",
    "faber": "FABER: flexion, abduction and external rotation of the hip (positive: it hurts)",
    "fibular_head_tinel": "Tinel's sign at the fibular head (positive: tapping tingles)",
    "pedal_pulses_reduced": "Reduced pulses of the foot (positive: they are reduced)",
    "dermatomal_rash": "Rash within one dermatome (positive: there is one)",
}
"""The signs of one leg."""

_ASKED: Final[Mapping[str, str]] = {
    "patient.age_years": "Age in years (adults only)",
    "patient.sex": "Sex, as it is on record",
    "patient.pregnant": "Is the person pregnant?",
    "history.symptom_duration_days": "How many days ago did the leg pain begin?",
    "history.side": "Side of the leg pain",
    "history.pain_locations": f"Where does it hurt? {_DENIED}",
    "history.paresthesia_locations": f"Where does it tingle or feel numb? {_DENIED}",
    "history.pain_radiates_below_knee": "Does the pain go below the knee?",
    "history.pain_severity": "Pain from 0 (none) to 10 (the worst there can be)",
    "history.leg_pain_worse_than_back_pain": "Does the leg hurt more than the back?",
    "history.worse_with_cough_or_sneeze": "Does coughing, sneezing or straining make the leg pain worse?",
    "history.worse_with_sitting": "Does sitting make the leg pain worse?",
    "history.worse_with_walking": "Does walking make the leg pain worse?",
    "history.relieved_by_flexion": "Does bending forward or sitting down relieve the leg pain?",
    "red_flags.urinary_retention": "Is the person unable to pass urine, or to pass all of it?",
    "red_flags.urinary_incontinence": "Is there new loss of urine?",
    "red_flags.new_bladder_symptom": "Is there any other new disturbance of the bladder?",
    "red_flags.fecal_incontinence": "Is there new loss of stool?",
    "red_flags.saddle_anesthesia": "Is it numb between the legs (saddle anesthesia)?",
    "red_flags.reduced_anal_tone": "Is anal tone reduced on examination?",
    "red_flags.bilateral_neurologic_deficit": "Is there weakness, numbness or a lost reflex in both legs?",
    "red_flags.post_void_residual_ml": "Post-void residual: urine left after voiding, in ml",
    "red_flags.progressive_motor_weakness": "Is there weakness that grows?",
    "red_flags.motor_deterioration_hours": "Over how many hours did the weakness grow?",
    "red_flags.history_of_cancer": "Has the person ever had cancer, of any kind?",
    "red_flags.unexplained_weight_loss": "Has weight been lost without a reason?",
    "red_flags.fever": "Is there fever?",
    "red_flags.iv_drug_use": "Does the person use intravenous drugs?",
    "red_flags.recent_infection": "Was there a recent infection, anywhere?",
    "red_flags.immunosuppression": "Is the person immunosuppressed, by disease or drug?",
    "red_flags.osteoporosis": "Is osteoporosis known?",
    "red_flags.steroid_use": "Is there prolonged use of corticosteroids?",
    "red_flags.significant_trauma": "Was there trauma that is significant for the age?",
    "red_flags.cauda_equina_or_cord_compression": "Does a colleague or the list of problems say compression of the "
    "cauda equina or the spinal cord, known or suspected?",
    "treatment.conservative_care_weeks": "Weeks of adequate conservative care so far",
    "treatment.pain_relief": "Pain relief under that care",
    "treatment.intolerable_pain": "Is the pain intolerable?",
    "treatment.surgery_candidate": "Could and would the person have surgery?",
    "treatment.epidural_injection_candidate": "Could and would the person have an epidural injection?",
    "treatment.mri_contraindicated": "Is MRI contraindicated, for example by a pacemaker?",
    "treatment.nsaid_contraindications": "Reasons against an NSAID. Name every one: what is not named counts as "
    "denied.",
}

_TEXTS: Final = {**_GROUPS, **_SIGNS, **_ASKED}


def question(code: str) -> str:
    """What an item or a group is called where it is asked, by its code.

    Raises:
        KeyError: there is no such item.
    """
    leg, _, sign = code.partition(".")
    return _TEXTS[sign if leg in LEGS and sign else code]


def item_text(code: str) -> str:
    """What an item or a group is called by itself: the question, told apart from that of the other leg."""
    leg, _, sign = code.partition(".")
    return f"{question(code)} (other leg)" if leg == LEGS[1] and sign else question(code)
