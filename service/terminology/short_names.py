"""What an item and an answer are called where there is little room: on a control, in a summary, in a chart.

The question in full is in exam_texts.py. A short name carries no question mark and no grading, and the signs of the
two legs share theirs.
"""

from collections.abc import Mapping
from typing import Final

from features.anatomy import Region
from service.terminology.exam_form import answers_of
from service.terminology.exam_items import GRADED, UNGRADED, Item, Kind, exam_items
from service.terminology.exam_texts import LEGS
from service.terminology.value_texts import GRADES, REGIONS, value_text

YES: Final = "true"
NO: Final = "false"
"""The codes of the answers to a question that is answered with yes or no, as JSON writes them."""

_SIGNS: Final[Mapping[str, str]] = {
    "strength.hip_flexion": "Hip flexion",
    "strength.hip_adduction": "Hip adduction",
    "strength.knee_extension": "Knee extension",
    "strength.hip_abduction": "Hip abduction",
    "strength.hip_extension": "Hip extension",
    "strength.knee_flexion": "Knee flexion",
    "strength.ankle_dorsiflexion": "Ankle dorsiflexion",
    "strength.great_toe_extension": "Great toe extension",
    "strength.ankle_inversion": "Ankle inversion",
    "strength.ankle_eversion": "Ankle eversion",
    "strength.plantar_flexion": "Plantar flexion",
    "heel_walk": "Heel walk",
    "toe_walk": "Toe walk",
    "single_leg_sit_to_stand": "Sit-to-stand on one leg",
    "reflexes.patellar": "Patellar reflex",
    "reflexes.medial_hamstring": "Medial hamstring reflex",
    "reflexes.achilles": "Achilles reflex",
    "plantar_response": "Plantar response",
    "clonus": "Ankle clonus",
    **{f"sensation.{region}": REGIONS[region] for region in Region},
    "sensation.perianal": "Perianal",
    "straight_leg_raise.result": "Straight leg raise",
    "straight_leg_raise.angle_degrees": "Straight leg raise, angle",
    "crossed_straight_leg_raise": "Crossed straight leg raise",
    "slump": "Slump test",
    "femoral_stretch": "Femoral stretch",
    "crossed_femoral_stretch": "Crossed femoral stretch",
    "hip_internal_rotation_pain": "Hip internal rotation hurts",
    "trochanteric_tenderness": "Trochanteric tenderness",
    "faber": "FABER",
    "fibular_head_tinel": "Tinel's sign, fibular head",
    "pedal_pulses_reduced": "Reduced foot pulses",
    "dermatomal_rash": "Rash in one dermatome",
}
"""The signs of one leg."""

_ASKED: Final[Mapping[str, str]] = {
    "patient.age_years": "Age",
    "patient.sex": "Sex",
    "patient.pregnant": "Pregnant",
    "history.symptom_duration_days": "Days since the leg pain began",
    "history.side": "Side of the leg pain",
    "history.pain_locations": "Pain",
    "history.paresthesia_locations": "Tingling or numbness",
    "history.pain_radiates_below_knee": "Pain below the knee",
    "history.pain_severity": "Pain, 0 to 10",
    "history.leg_pain_worse_than_back_pain": "Leg hurts more than back",
    "history.worse_with_cough_or_sneeze": "Pain worse on coughing",
    "history.worse_with_sitting": "Pain worse on sitting",
    "history.worse_with_walking": "Pain worse on walking",
    "history.relieved_by_flexion": "Eased by bending or sitting",
    "red_flags.urinary_retention": "Urinary retention",
    "red_flags.urinary_incontinence": "New urinary incontinence",
    "red_flags.new_bladder_symptom": "Other new bladder symptom",
    "red_flags.fecal_incontinence": "New fecal incontinence",
    "red_flags.saddle_anesthesia": "Saddle anesthesia",
    "red_flags.reduced_anal_tone": "Reduced anal tone",
    "red_flags.bilateral_neurologic_deficit": "Deficit in both legs",
    "red_flags.post_void_residual_ml": "Post-void residual",
    "red_flags.progressive_motor_weakness": "Weakness that grows",
    "red_flags.motor_deterioration_hours": "Hours over which weakness grew",
    "red_flags.history_of_cancer": "Cancer, ever",
    "red_flags.unexplained_weight_loss": "Unexplained weight loss",
    "red_flags.fever": "Fever",
    "red_flags.iv_drug_use": "Intravenous drug use",
    "red_flags.recent_infection": "Recent infection",
    "red_flags.immunosuppression": "Immunosuppression",
    "red_flags.osteoporosis": "Osteoporosis",
    "red_flags.steroid_use": "Prolonged corticosteroid use",
    "red_flags.significant_trauma": "Significant trauma",
    "red_flags.cauda_equina_or_cord_compression": "Cauda equina or cord compression",
    "treatment.conservative_care_weeks": "Weeks of conservative care",
    "treatment.pain_relief": "Pain relief",
    "treatment.intolerable_pain": "Intolerable pain",
    "treatment.surgery_candidate": "Surgery possible and wanted",
    "treatment.epidural_injection_candidate": "Injection possible and wanted",
    "treatment.mri_contraindicated": "MRI contraindicated",
    "treatment.nsaid_contraindications": "Reasons against an NSAID",
}

_NAMES: Final = {**_ASKED, **{f"{leg}.{sign}": text for leg in LEGS for sign, text in _SIGNS.items()}}

_HALF_GRADES: Final[Mapping[float, str]] = {0.5: "0½", 1.5: "1½", 2.5: "2½", 3.5: "4\N{MINUS SIGN}", 4.5: "4+"}
"""What the half steps of the contract are written as; 3.5 is 4 minus and 4.5 is 4 plus, as exam_texts.py says."""

_SHORT_VALUES: Final[Mapping[str, str]] = {
    **{f"{GRADED}{grade:g}": _HALF_GRADES.get(grade, f"{grade:g}") for grade in GRADES},
    UNGRADED: "weak",
    YES: "yes",
    NO: "no",
}


def short_name(code: str) -> str:
    """What an item is called in few words, by its code.

    Raises:
        KeyError: there is no such item.
    """
    return _NAMES[code]


def short_value(item_code: str, value_code: str) -> str:
    """What an answer to an item is called in few words; a yes or no has the codes `true` and `false`.

    Raises:
        KeyError: there is no such item, or it cannot be answered so.
    """
    if value_code not in _answers(exam_items()[item_code]):
        raise KeyError(value_code)
    return _SHORT_VALUES.get(value_code) or value_text(value_code)


def _answers(item: Item) -> tuple[str, ...]:
    return (YES, NO) if item.kind is Kind.BOOLEAN else answers_of(item)
