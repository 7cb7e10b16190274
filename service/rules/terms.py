"""What findings and grades are called in a sentence: to the clinician, and in plain words.

Terms stand in the places for values that the texts of rules leave open, so a catalogue translates them like any text.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Term:
    """One finding, or one value of a finding, in words; it decides nothing, and its id is that of no rule."""

    rule_id: str
    text: str
    text_for_patient: str


def _terms(rows: Iterable[tuple[str, str, str]]) -> dict[str, Term]:
    return {
        code: Term(
            rule_id="TERM-" + code.upper().replace("/", "-").replace("_", "-"), text=text, text_for_patient=plain
        )
        for code, text, plain in rows
    }


FINDINGS = _terms(
    (
        ("strength/hip_flexion", "hip flexion", "lifting the thigh"),
        ("strength/hip_adduction", "hip adduction", "closing the legs"),
        ("strength/knee_extension", "knee extension", "straightening the knee"),
        ("strength/hip_abduction", "hip abduction", "moving the leg out to the side"),
        ("strength/hip_extension", "hip extension", "pushing the thigh back"),
        ("strength/knee_flexion", "knee flexion", "bending the knee"),
        ("strength/ankle_dorsiflexion", "ankle dorsiflexion", "lifting the foot"),
        ("strength/great_toe_extension", "great toe extension", "lifting the big toe"),
        ("strength/ankle_inversion", "ankle inversion", "turning the foot in"),
        ("strength/ankle_eversion", "ankle eversion", "turning the foot out"),
        ("strength/plantar_flexion", "plantar flexion", "pushing the foot down"),
        ("heel_walk", "heel walk", "walking on your heel"),
        ("toe_walk", "toe walk", "walking on your toes"),
        ("single_leg_sit_to_stand", "sit-to-stand on one leg", "getting up on one leg"),
        ("reflexes/patellar", "patellar reflex", "the knee jerk"),
        ("reflexes/medial_hamstring", "medial hamstring reflex", "the jerk behind the knee"),
        ("reflexes/achilles", "Achilles reflex", "the ankle jerk"),
        ("plantar_response", "plantar response", "stroking the sole"),
        ("clonus", "ankle clonus", "a beating of the foot"),
        ("sensation/low_back", "sensation of the low back", "feeling in the low back"),
        ("sensation/buttock", "sensation of the buttock", "feeling in the buttock"),
        ("sensation/groin", "sensation of the groin", "feeling in the groin"),
        ("sensation/anterior_thigh", "sensation of the anterior thigh", "feeling at the front of the thigh"),
        ("sensation/anterolateral_thigh", "sensation of the anterolateral thigh", "feeling at the outer front thigh"),
        ("sensation/lateral_thigh", "sensation of the lateral thigh", "feeling at the outside of the thigh"),
        ("sensation/posterior_thigh", "sensation of the posterior thigh", "feeling at the back of the thigh"),
        ("sensation/knee", "sensation of the knee", "feeling at the knee"),
        ("sensation/medial_leg", "sensation of the medial leg", "feeling at the inside of the lower leg"),
        ("sensation/anterior_leg", "sensation of the anterior leg", "feeling at the shin"),
        ("sensation/lateral_leg", "sensation of the lateral leg", "feeling at the outside of the lower leg"),
        ("sensation/posterior_calf", "sensation of the posterior calf", "feeling in the calf"),
        ("sensation/medial_ankle", "sensation of the medial ankle", "feeling at the inner ankle"),
        ("sensation/dorsum_foot", "sensation of the dorsum of the foot", "feeling on top of the foot"),
        ("sensation/first_web_space", "sensation of the first web space", "feeling next to the big toe"),
        ("sensation/great_toe", "sensation of the great toe", "feeling in the big toe"),
        ("sensation/lateral_foot", "sensation of the lateral foot", "feeling at the outside of the foot"),
        ("sensation/fifth_toe", "sensation of the fifth toe", "feeling in the little toe"),
        ("sensation/heel", "sensation of the heel", "feeling in the heel"),
        ("sensation/sole", "sensation of the sole", "feeling in the sole"),
        ("sensation/perianal", "perianal sensation", "feeling between the legs"),
        ("straight_leg_raise", "straight leg raise", "raising the straight leg"),
        ("straight_leg_raise/result", "straight leg raise", "raising the straight leg"),
        ("crossed_straight_leg_raise", "crossed straight leg raise", "raising the other leg"),
        ("slump", "slump test", "bending forward while you sit"),
        ("femoral_stretch", "femoral stretch", "bending the knee while you lie on your front"),
        ("crossed_femoral_stretch", "crossed femoral stretch", "bending the other knee while you lie on your front"),
        ("urinary_retention", "urinary retention", "not being able to pass urine"),
        ("urinary_incontinence", "urinary incontinence", "losing urine"),
        ("new_bladder_symptom", "bladder symptom", "trouble with the bladder"),
        ("fecal_incontinence", "fecal incontinence", "losing stool"),
        ("saddle_anesthesia", "saddle anesthesia", "numbness between the legs"),
        ("reduced_anal_tone", "reduced anal tone", "a weak muscle at the back passage"),
        ("post_void_residual_ml", "post-void residual", "urine that stays in the bladder"),
        ("bilateral_neurologic_deficit", "deficit in both legs", "trouble in both legs"),
        ("other_leg", "deficit in both legs", "trouble in both legs"),
    )
)
"""Findings by what is left of their pointer without `/examination/` or `/red_flags/`."""

VALUES = _terms(
    (
        ("grade", "MRC {value}", "{value} of 5"),
        ("volume", "{value} ml", "{value} ml"),
        ("weak", "weak (no grade)", "weak"),
        ("able", "able", "could be done"),
        ("unable", "unable", "could not be done"),
        ("normal", "normal", "normal"),
        ("reduced", "reduced", "less than normal"),
        ("absent", "absent", "gone"),
        ("increased", "increased", "more than normal"),
        ("brisk", "brisk", "too strong"),
        ("flexor", "flexor", "normal"),
        ("extensor", "extensor", "not normal"),
        ("positive", "positive", "hurt the leg"),
        ("negative", "negative", "did not hurt the leg"),
        ("true", "present", "yes"),
        ("false", "denied", "no"),
        ("of_other_leg", "{finding} of the other leg", "{finding} (other leg)"),
        ("undated", "an unstated date", "your last visit"),
        ("today", "this examination", "today"),
    )
)
"""Grades, results and dates by their code."""

(OVER_90,) = _terms((("over_90", "over 90", "over 90"),)).values()
"""A share in per cent that is given no number."""

TERMS = (OVER_90, *FINDINGS.values(), *VALUES.values())
"""Every term."""


def finding_of(pointer: str) -> Term:
    """The term of the finding at `pointer`, of either leg."""
    place = pointer.removeprefix("/").partition("/")
    return FINDINGS.get(place[2]) or FINDINGS[place[0]]
