"""What to ask back: what is not known and would change the answer."""

from collections.abc import Callable
from dataclasses import dataclass

from features.anatomy import Movement, Side
from features.answer import Answer
from features.exam import Ability, Examination, TestResult
from service.rules.findings import foot_drop_not_excluded, motor_deficit, possibly_weaker, tempo_rapid, ungraded
from service.rules.guideline import Group
from service.rules.pathway import ClinicalPicture, Phase

_UNKNOWN = Answer.NOT_ASSESSED


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question back; `ask` names the statements that would answer it (JSON pointers)."""

    rule_id: str
    applies: Callable[[ClinicalPicture], bool]
    trigger: str
    ask: Callable[[ClinicalPicture], tuple[str, ...]]
    text: str
    citations: tuple[str, ...]


def _always(*pointers: str) -> Callable[[ClinicalPicture], tuple[str, ...]]:
    return lambda picture: pointers


def _legs(picture: ClinicalPicture) -> tuple[tuple[str, Examination], ...]:
    return tuple(zip(("/examination", "/other_leg"), picture.exam.legs, strict=False))


def _foot_drops(picture: ClinicalPicture) -> tuple[str, ...]:
    """Where ankle dorsiflexion has to be graded."""
    return tuple(
        f"{leg}/strength/{Movement.ANKLE_DORSIFLEXION}"
        for leg, found in _legs(picture)
        if foot_drop_not_excluded(found) is Answer.YES
    )


def _ungraded(picture: ClinicalPicture) -> tuple[str, ...]:
    """Where weakness has no grade, the possible foot drop aside: that has a question of its own."""
    weak = (f"{leg}/strength/{movement}" for leg, found in _legs(picture) for movement in ungraded(found))
    return tuple(pointer for pointer in weak if pointer not in _foot_drops(picture))


_TESTS_OF_STRENGTH = (
    ("heel_walk", Movement.ANKLE_DORSIFLEXION),
    ("toe_walk", Movement.PLANTAR_FLEXION),
    ("single_leg_sit_to_stand", Movement.KNEE_EXTENSION),
)


def _functions(picture: ClinicalPicture) -> tuple[str, ...]:
    """Where a test of strength failed and the movement behind it is not known to be weak."""
    return tuple(
        f"{leg}/strength/{movement}"
        for leg, found in _legs(picture)
        for test, movement in _TESTS_OF_STRENGTH
        if getattr(found, test) is Ability.UNABLE and found.weak(movement) is not Answer.YES
        if f"{leg}/strength/{movement}" not in _foot_drops(picture)
    )


def _progresses_at_unknown_tempo(picture: ClinicalPicture) -> bool:
    return picture.progressive is Answer.YES and tempo_rapid(picture.exam) is _UNKNOWN


def _both_sides_one_examined(picture: ClinicalPicture) -> bool:
    exam = picture.exam
    unknown = exam.other_leg is None and exam.red_flags.bilateral_neurologic_deficit is _UNKNOWN
    return exam.history.side is Side.BILATERAL and unknown


def _flag_but_strength_unknown(picture: ClinicalPicture) -> bool:
    untested = (
        all(motor_deficit(leg) is _UNKNOWN for leg in picture.exam.legs) and picture.progressive is not Answer.YES
    )
    return picture.has(Group.CANCER, Group.INFECTION) and untested


def _care_unknown(picture: ClinicalPicture) -> bool:
    stated = picture.exam.treatment.conservative_care_weeks is not None
    return picture.course is Phase.PERSISTENT_SYMPTOMS and picture.cared_for is _UNKNOWN and not stated


def _relief_unknown(picture: ClinicalPicture) -> bool:
    return picture.course is Phase.PERSISTENT_SYMPTOMS and picture.not_relieved is _UNKNOWN


def _candidacy_unknown(picture: ClinicalPicture) -> bool:
    open_case = Answer.NO not in (picture.cared_for, picture.not_relieved)
    return picture.course is Phase.PERSISTENT_SYMPTOMS and open_case and picture.candidate is _UNKNOWN


def _nsaid_unknown(picture: ClinicalPicture) -> bool:
    medicated = picture.phase is not Phase.EMERGENCY and picture.course is not Phase.RECOVERED
    return medicated and picture.nsaid_contraindicated is _UNKNOWN


def _mri_safety_unknown(picture: ClinicalPicture) -> bool:
    wanted = bool(picture.overriding) or picture.phase is Phase.MOTOR_DEFICIT_REFERRAL
    likely = picture.course is Phase.PERSISTENT_SYMPTOMS and picture.candidate is Answer.YES
    return (wanted or likely) and picture.exam.treatment.mri_contraindicated is _UNKNOWN


def _residual_unknown(picture: ClinicalPicture) -> bool:
    return picture.has(Group.CAUDA_EQUINA) and picture.exam.red_flags.post_void_residual_ml is None


def _intolerable_unknown(picture: ClinicalPicture) -> bool:
    open_case = picture.course is Phase.PERSISTENT_SYMPTOMS and picture.not_relieved is Answer.YES
    return open_case and picture.exam.treatment.intolerable_pain is _UNKNOWN


def _unbearable_but_no_candidate(picture: ClinicalPicture) -> bool:
    unbearable = picture.cared_for & picture.exam.treatment.intolerable_pain
    return picture.in_course and unbearable is Answer.YES and picture.exam.treatment.surgery_candidate is Answer.NO


def _care_outlasts_symptoms(picture: ClinicalPicture) -> bool:
    return (
        picture.in_course
        and picture.cared_for is _UNKNOWN
        and (picture.exam.treatment.conservative_care_weeks is not None)
    )


def _possibly_progressive(picture: ClinicalPicture) -> bool:
    return bool(possibly_weaker(picture.exam)) and picture.progressive is _UNKNOWN


def _angle_unknown(picture: ClinicalPicture) -> bool:
    raised = picture.exam.examination.straight_leg_raise
    return raised is not None and raised.result is TestResult.POSITIVE and raised.angle_degrees is None


QUESTIONS = (
    Question(
        rule_id="QU-TEMPO",
        applies=_progresses_at_unknown_tempo,
        trigger="Progressive weakness, hours not stated",
        ask=_always("/red_flags/motor_deterioration_hours"),
        text="Over how many hours did the weakness grow? Until that is known it is treated as rapid.",
        citations=("nerveroot_guideline", "casazza2012", "nhg2015"),
    ),
    Question(
        rule_id="QU-WEAKER",
        applies=_possibly_progressive,
        trigger="Weak without a grade, or a test of strength failed, that was normal at the previous examination",
        ask=lambda picture: ("/red_flags/progressive_motor_weakness", *possibly_weaker(picture.exam)),
        text="Strength was normal at the previous examination and is not now: is the weakness growing, over how many "
        "hours, and which MRC grade is it?",
        citations=("nerveroot_guideline", "nhg2015"),
    ),
    Question(
        rule_id="QU-RESIDUAL",
        applies=_residual_unknown,
        trigger="A flag of cauda equina syndrome, residual urine not measured",
        ask=_always("/red_flags/post_void_residual_ml"),
        text="How much urine is left after voiding? Under 200 ml does not rule the syndrome out; do not wait for it.",
        citations=("calderdale2021", "lsc_mri"),
    ),
    Question(
        rule_id="QU-GRADE",
        applies=lambda picture: bool(_ungraded(picture)),
        trigger="Weakness without an MRC grade",
        ask=_ungraded,
        text="Which MRC grade? Grade 3 or less is a severe deficit and changes what is done.",
        citations=("nerveroot_guideline", "nhg2015", "liuk2013"),
    ),
    Question(
        rule_id="QU-FOOT-DROP",
        applies=lambda picture: picture.may_be_foot_drop is Answer.YES,
        trigger="Weak dorsiflexion or no heel walk, no MRC grade",
        ask=_foot_drops,
        text="Which MRC grade has ankle dorsiflexion? A foot drop is not excluded.",
        citations=("nerveroot_guideline", "nhg2015", "liuk2013"),
    ),
    Question(
        rule_id="QU-FUNCTION",
        applies=lambda picture: bool(_functions(picture)),
        trigger="Heel walk, toe walk or sit-to-stand not possible, the movement behind it not graded or MRC 5",
        ask=_functions,
        text="A test of strength was not possible, but the movement behind it is not known to be weak. Which MRC "
        "grade, or was it pain?",
        citations=("nerveroot_guideline",),
    ),
    Question(
        rule_id="QU-BOTH-LEGS",
        applies=_both_sides_one_examined,
        trigger="Symptoms on both sides, other leg not examined",
        ask=_always("/other_leg", "/red_flags/bilateral_neurologic_deficit"),
        text="The symptoms are on both sides: is there a deficit in the other leg too?",
        citations=("angus2021", "wood2024"),
    ),
    Question(
        rule_id="QU-STRENGTH",
        applies=_flag_but_strength_unknown,
        trigger="A cancer or infection flag, strength not tested",
        ask=_always("/examination/strength"),
        text="Is any movement weak? With this flag, weakness would make it an emergency.",
        citations=("acr2021", "casazza2012"),
    ),
    Question(
        rule_id="QU-MRI-SAFETY",
        applies=_mri_safety_unknown,
        trigger="MRI wanted, contraindications not asked",
        ask=_always("/treatment/mri_contraindicated"),
        text="Is MRI safe: pacemaker or defibrillator, aneurysm clip, cochlear implant, stimulator or pump, metal in "
        "the eye? Many modern devices allow it: ask for the device card.",
        citations=("mri_ci",),
    ),
    Question(
        rule_id="QU-CARE",
        applies=_care_unknown,
        trigger="Symptoms of 6 weeks or more, weeks of care not stated",
        ask=_always("/treatment/conservative_care_weeks"),
        text="How many weeks of adequate conservative care has the person had?",
        citations=("acr2021", "nhg2015"),
    ),
    Question(
        rule_id="QU-DURATION",
        applies=lambda picture: picture.in_course and picture.duration_unknown and not _care_outlasts_symptoms(picture),
        trigger="Neither the duration of symptoms nor that of care is stated",
        ask=_always("/history/symptom_duration_days", "/treatment/conservative_care_weeks"),
        text="How long have the symptoms lasted, and how many weeks of adequate conservative care has the person had?",
        citations=("acr2021", "nhg2015"),
    ),
    Question(
        rule_id="QU-CARE-OUTLASTS",
        applies=_care_outlasts_symptoms,
        trigger="Care is said to have lasted more than a week longer than the symptoms",
        ask=_always("/history/symptom_duration_days", "/treatment/conservative_care_weeks"),
        text="Care is said to have lasted longer than the symptoms: which of the two is right? Until then the weeks of "
        "care are not counted.",
        citations=("nerveroot_guideline",),
    ),
    Question(
        rule_id="QU-RELIEF",
        applies=_relief_unknown,
        trigger="Persistent symptoms, relief not stated",
        ask=_always("/treatment/pain_relief", "/treatment/intolerable_pain"),
        text="Is the relief under that care adequate? If only partial: can the pain be borne?",
        citations=("acr2021", "nhg2015"),
    ),
    Question(
        rule_id="QU-INTOLERABLE",
        applies=_intolerable_unknown,
        trigger="Persistent symptoms, relief inadequate, not known whether the pain can be borne",
        ask=_always("/treatment/intolerable_pain"),
        text="Can the pain be borne? If not, a surgical consultation is offered.",
        citations=("peul2007", "nhg2015"),
    ),
    Question(
        rule_id="QU-RECONSIDER",
        applies=_unbearable_but_no_candidate,
        trigger="Intolerable pain after 6 weeks of adequate care, no candidate for surgery",
        ask=_always("/treatment/surgery_candidate"),
        text="The pain is intolerable after adequate care: is the person still no candidate for surgery?",
        citations=("peul2007", "nhg2015"),
    ),
    Question(
        rule_id="QU-CANDIDATE",
        applies=_candidacy_unknown,
        trigger="Persistent symptoms, candidacy not stated",
        ask=_always("/treatment/surgery_candidate", "/treatment/epidural_injection_candidate"),
        text="Would the person be a candidate for, and want, surgery or an epidural injection? MRI is indicated only "
        "then.",
        citations=("acr2021", "ng59"),
    ),
    Question(
        rule_id="QU-NSAID",
        applies=_nsaid_unknown,
        trigger="Contraindications to an NSAID not asked",
        ask=_always("/treatment/nsaid_contraindications"),
        text="Does anything speak against an NSAID?",
        citations=("nsaid_ci",),
    ),
    Question(
        rule_id="QU-SLR-ANGLE",
        applies=_angle_unknown,
        trigger="Straight leg raise positive, angle not stated",
        ask=_always("/examination/straight_leg_raise/angle_degrees"),
        text="At which angle was the straight leg raise positive? Only 30 to 70 degrees supports root tension.",
        citations=("nerveroot_guideline", "deville2000", "nvn_lrs"),
    ),
)
