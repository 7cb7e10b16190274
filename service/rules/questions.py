"""What to ask back: what is not known and would change the answer."""

from collections.abc import Callable
from dataclasses import dataclass

from features.answer import Answer
from service.rules.findings import motor_deficit, possibly_weaker, reflex_deficit, sensory_deficit
from service.rules.management import ManagementRule
from service.rules.open_points import (
    angle_unknown,
    both_sides_one_examined,
    candidacy_unknown,
    care_outlasts_symptoms,
    care_unknown,
    flag_but_strength_unknown,
    foot_drops,
    functions,
    intolerable_unknown,
    legs,
    mri_safety_unknown,
    nsaid_unknown,
    possibly_progressive,
    progresses_at_unknown_tempo,
    relief_unknown,
    residual_unknown,
    unbearable_but_no_candidate,
    ungraded_movements,
)
from service.rules.pathway import ClinicalPicture, Phase
from service.rules.pointers import not_stated
from service.rules.progression import date_needed, not_asked_again, not_tested_again


@dataclass(frozen=True, kw_only=True)
class Question(ManagementRule):
    """A question back; `ask` names the statements that would answer it (JSON pointers)."""

    ask: Callable[[ClinicalPicture], tuple[str, ...]]
    text: str


def _signs_not_tested_again(picture: ClinicalPicture) -> tuple[str, ...]:
    return tuple(pointer for pointer in not_tested_again(picture.exam) if not pointer.startswith("/red_flags/"))


def _not_looked_for(picture: ClinicalPicture) -> tuple[str, ...]:
    """What would settle whether a person without pain has recovered."""
    tingling = not_stated(picture.exam, ("/history/paresthesia_locations",))
    kinds = (("strength", motor_deficit), ("reflexes", lambda leg: reflex_deficit(leg, picture.exam)))
    open_signs = (
        f"{leg}/{name}"
        for leg, found in legs(picture)
        for name, deficit in (*kinds, ("sensation", sensory_deficit))
        if deficit(found) is Answer.NOT_ASSESSED
    )
    return (*tingling, *open_signs)


def _always(*pointers: str) -> Callable[[ClinicalPicture], tuple[str, ...]]:
    return lambda picture: pointers


QUESTIONS = (
    Question(
        rule_id="QU-TEMPO",
        applies=progresses_at_unknown_tempo,
        trigger="Progressive weakness, hours not stated",
        ask=_always("/red_flags/motor_deterioration_hours"),
        text="Over how many hours did the weakness grow? Until that is known it is treated as rapid.",
        citations=("nerveroot_guideline", "casazza2012", "nhg2015"),
    ),
    Question(
        rule_id="QU-WEAKER",
        applies=possibly_progressive,
        trigger="Weak without a grade, or a test of strength failed, that was normal at the previous examination",
        ask=lambda picture: ("/red_flags/progressive_motor_weakness", *possibly_weaker(picture.exam)),
        text="Strength was normal at the previous examination and is not now: is the weakness growing, over how many "
        "hours, and which MRC grade is it?",
        citations=("nerveroot_guideline", "nhg2015"),
    ),
    Question(
        rule_id="QU-PREVIOUS-DATE",
        applies=lambda picture: date_needed(picture.exam),
        trigger="Deterioration since the previous examination, one of the two dates missing",
        ask=_always("/previous_examination/examined_at"),
        text="When was the previous examination? Until that is known the deterioration is treated as rapid.",
        citations=("nerveroot_guideline", "casazza2012"),
    ),
    Question(
        rule_id="QU-FLAG-BEFORE",
        applies=lambda picture: bool(not_asked_again(picture.exam)),
        trigger="A red flag of the previous examination was not asked again",
        ask=lambda picture: not_asked_again(picture.exam),
        text="A red flag that was present at the previous examination was not asked again: is it still there?",
        citations=("nerveroot_guideline", "casazza2012"),
    ),
    Question(
        rule_id="QU-RETEST",
        applies=lambda picture: bool(_signs_not_tested_again(picture)) and picture.phase is not Phase.EMERGENCY,
        trigger="A deficit of the previous examination was not tested again, no emergency",
        ask=_signs_not_tested_again,
        text="A deficit of the previous examination was not tested again: is it worse, the same or gone? Until then "
        "nobody is called recovered.",
        citations=("nerveroot_guideline",),
    ),
    Question(
        rule_id="QU-RECOVERED",
        applies=lambda picture: picture.in_course and picture.well and not not_tested_again(picture.exam),
        trigger="No pain and nothing found, but a deficit, or tingling, was not looked for enough to say recovered",
        ask=_not_looked_for,
        text="The pain is gone: are strength, sensation and reflexes normal too, and is there no tingling? Until then "
        "nobody is called recovered.",
        citations=("nerveroot_guideline",),
    ),
    Question(
        rule_id="QU-RESIDUAL",
        applies=residual_unknown,
        trigger="A flag of cauda equina syndrome, residual urine not measured",
        ask=_always("/red_flags/post_void_residual_ml"),
        text="How much urine is left after voiding? Under 200 ml does not rule the syndrome out; do not wait for it.",
        citations=("calderdale2021", "lsc_mri"),
    ),
    Question(
        rule_id="QU-GRADE",
        applies=lambda picture: bool(ungraded_movements(picture)),
        trigger="Weakness without an MRC grade",
        ask=ungraded_movements,
        text="Which MRC grade? Grade 3 or less is a severe deficit and changes what is done.",
        citations=("nerveroot_guideline", "nhg2015", "liuk2013"),
    ),
    Question(
        rule_id="QU-FOOT-DROP",
        applies=lambda picture: picture.may_be_foot_drop is Answer.YES,
        trigger="Weak dorsiflexion or no heel walk, no MRC grade",
        ask=foot_drops,
        text="Which MRC grade has ankle dorsiflexion? A foot drop is not excluded.",
        citations=("nerveroot_guideline", "nhg2015", "liuk2013"),
    ),
    Question(
        rule_id="QU-FUNCTION",
        applies=lambda picture: bool(functions(picture)),
        trigger="Heel walk, toe walk or sit-to-stand not possible, the movement behind it not graded or MRC 5",
        ask=functions,
        text="A test of strength was not possible, but the movement behind it is not known to be weak. Which MRC "
        "grade, or was it pain?",
        citations=("nerveroot_guideline",),
    ),
    Question(
        rule_id="QU-BOTH-LEGS",
        applies=both_sides_one_examined,
        trigger="Symptoms on both sides, other leg not examined",
        ask=_always("/other_leg", "/red_flags/bilateral_neurologic_deficit"),
        text="The symptoms are on both sides: is there a deficit in the other leg too?",
        citations=("angus2021", "wood2024"),
    ),
    Question(
        rule_id="QU-STRENGTH",
        applies=flag_but_strength_unknown,
        trigger="A cancer or infection flag, strength not tested",
        ask=_always("/examination/strength"),
        text="Is any movement weak? With this flag, weakness would make it an emergency.",
        citations=("acr2021", "casazza2012"),
    ),
    Question(
        rule_id="QU-MRI-SAFETY",
        applies=mri_safety_unknown,
        trigger="MRI wanted, contraindications not asked",
        ask=_always("/treatment/mri_contraindicated"),
        text="Is MRI safe: pacemaker or defibrillator, aneurysm clip, cochlear implant, stimulator or pump, metal in "
        "the eye? Many modern devices allow it: ask for the device card.",
        citations=("mri_ci",),
    ),
    Question(
        rule_id="QU-CARE",
        applies=care_unknown,
        trigger="Symptoms of 6 weeks or more, weeks of care not stated",
        ask=_always("/treatment/conservative_care_weeks"),
        text="How many weeks of adequate conservative care has the person had?",
        citations=("acr2021", "nhg2015"),
    ),
    Question(
        rule_id="QU-DURATION",
        applies=lambda picture: picture.in_course and picture.duration_unknown and not care_outlasts_symptoms(picture),
        trigger="Neither the duration of symptoms nor that of care is stated",
        ask=_always("/history/symptom_duration_days", "/treatment/conservative_care_weeks"),
        text="How long have the symptoms lasted, and how many weeks of adequate conservative care has the person had?",
        citations=("acr2021", "nhg2015"),
    ),
    Question(
        rule_id="QU-CARE-OUTLASTS",
        applies=care_outlasts_symptoms,
        trigger="Care is said to have lasted more than a week longer than the symptoms",
        ask=_always("/history/symptom_duration_days", "/treatment/conservative_care_weeks"),
        text="Care is said to have lasted longer than the symptoms: which of the two is right? Until then the weeks of "
        "care are not counted.",
        citations=("nerveroot_guideline",),
    ),
    Question(
        rule_id="QU-RELIEF",
        applies=relief_unknown,
        trigger="Persistent symptoms, relief not stated",
        ask=_always("/treatment/pain_relief", "/treatment/intolerable_pain"),
        text="Is the relief under that care adequate? If only partial: can the pain be borne?",
        citations=("acr2021", "nhg2015"),
    ),
    Question(
        rule_id="QU-INTOLERABLE",
        applies=intolerable_unknown,
        trigger="Persistent symptoms, relief inadequate, not known whether the pain can be borne",
        ask=_always("/treatment/intolerable_pain"),
        text="Can the pain be borne? If not, a surgical consultation is offered.",
        citations=("peul2007", "nhg2015"),
    ),
    Question(
        rule_id="QU-RECONSIDER",
        applies=unbearable_but_no_candidate,
        trigger="Intolerable pain after 6 weeks of adequate care, no candidate for surgery",
        ask=_always("/treatment/surgery_candidate"),
        text="The pain is intolerable after adequate care: is the person still no candidate for surgery?",
        citations=("peul2007", "nhg2015"),
    ),
    Question(
        rule_id="QU-CANDIDATE",
        applies=candidacy_unknown,
        trigger="Persistent symptoms, candidacy not stated",
        ask=_always("/treatment/surgery_candidate", "/treatment/epidural_injection_candidate"),
        text="Would the person be a candidate for, and want, surgery or an epidural injection? Without a "
        "red flag MRI is indicated only then.",
        citations=("acr2021", "ng59"),
    ),
    Question(
        rule_id="QU-NSAID",
        applies=nsaid_unknown,
        trigger="Contraindications to an NSAID not asked",
        ask=_always("/treatment/nsaid_contraindications"),
        text="Does anything speak against an NSAID?",
        citations=("nsaid_ci",),
    ),
    Question(
        rule_id="QU-SLR-ANGLE",
        applies=angle_unknown,
        trigger="Straight leg raise positive, angle not stated",
        ask=_always("/examination/straight_leg_raise/angle_degrees"),
        text="At which angle was the straight leg raise positive? Only 30 to 70 degrees supports root tension.",
        citations=("nerveroot_guideline", "deville2000", "nvn_lrs"),
    ),
)
