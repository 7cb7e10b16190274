"""What is not known of a clinical picture and would change the answer: the predicates behind the questions back."""

from features.anatomy import STRENGTH_TESTS, Movement, Side
from features.answer import Answer
from features.exam import Ability, Examination, TestResult
from service.rules.findings import foot_drop_not_excluded, motor_deficit, possibly_weaker, tempo_rapid, ungraded
from service.rules.guideline import Group
from service.rules.pathway import ClinicalPicture, Phase

_UNKNOWN = Answer.NOT_ASSESSED


def legs(picture: ClinicalPicture) -> tuple[tuple[str, Examination], ...]:
    """The examined legs, each with the pointer of its section."""
    return tuple(zip(("/examination", "/other_leg"), picture.exam.legs, strict=False))


def foot_drops(picture: ClinicalPicture) -> tuple[str, ...]:
    """Where ankle dorsiflexion has to be graded."""
    return tuple(
        f"{leg}/strength/{Movement.ANKLE_DORSIFLEXION}"
        for leg, found in legs(picture)
        if foot_drop_not_excluded(found) is Answer.YES
    )


def ungraded_movements(picture: ClinicalPicture) -> tuple[str, ...]:
    """Where weakness has no grade, the possible foot drop aside: that has a question of its own."""
    weak = (f"{leg}/strength/{movement}" for leg, found in legs(picture) for movement in ungraded(found))
    return tuple(pointer for pointer in weak if pointer not in foot_drops(picture))


def functions(picture: ClinicalPicture) -> tuple[str, ...]:
    """Where a test of strength failed and the movement behind it is not known to be weak."""
    return tuple(
        f"{leg}/strength/{test.movement}"
        for leg, found in legs(picture)
        for test in STRENGTH_TESTS
        if getattr(found, test.name) is Ability.UNABLE and found.weak(test.movement) is not Answer.YES
        if f"{leg}/strength/{test.movement}" not in foot_drops(picture)
    )


def progresses_at_unknown_tempo(picture: ClinicalPicture) -> bool:
    """Weakness that progresses, nobody said how fast."""
    return picture.progressive is Answer.YES and tempo_rapid(picture.exam) is _UNKNOWN


def both_sides_one_examined(picture: ClinicalPicture) -> bool:
    """Symptoms on both sides, and nothing known of the other leg."""
    exam = picture.exam
    unknown = exam.other_leg is None and exam.red_flags.bilateral_neurologic_deficit is _UNKNOWN
    return exam.history.side is Side.BILATERAL and unknown


def flag_but_strength_unknown(picture: ClinicalPicture) -> bool:
    """A cancer or infection flag is up, and no strength was tested."""
    untested = (
        all(motor_deficit(leg) is _UNKNOWN for leg in picture.exam.legs) and picture.progressive is not Answer.YES
    )
    return picture.has(Group.CANCER, Group.INFECTION) and untested


def care_unknown(picture: ClinicalPicture) -> bool:
    """Symptoms persist, and nobody said how long they were treated."""
    stated = picture.exam.treatment.conservative_care_weeks is not None
    return picture.course is Phase.PERSISTENT_SYMPTOMS and picture.cared_for is _UNKNOWN and not stated


def relief_unknown(picture: ClinicalPicture) -> bool:
    """Symptoms persist, and nobody said whether the care helps."""
    return picture.course is Phase.PERSISTENT_SYMPTOMS and picture.not_relieved is _UNKNOWN


def candidacy_unknown(picture: ClinicalPicture) -> bool:
    """Care may have failed, and nobody said whether surgery or injection is an option."""
    open_case = Answer.NO not in (picture.cared_for, picture.not_relieved)
    return picture.course is Phase.PERSISTENT_SYMPTOMS and open_case and picture.candidate is _UNKNOWN


def nsaid_unknown(picture: ClinicalPicture) -> bool:
    """A painkiller may be wanted, and nobody asked what speaks against it."""
    medicated = picture.phase is not Phase.EMERGENCY and picture.course is not Phase.RECOVERED and picture.in_pain
    return medicated and picture.nsaid_contraindicated is _UNKNOWN


def mri_safety_unknown(picture: ClinicalPicture) -> bool:
    """MRI is wanted, or soon will be, and nobody asked whether it is safe."""
    wanted = bool(picture.overriding) or picture.phase is Phase.MOTOR_DEFICIT_REFERRAL
    likely = picture.course is Phase.PERSISTENT_SYMPTOMS and picture.candidate is Answer.YES
    return (wanted or likely) and picture.exam.treatment.mri_contraindicated is _UNKNOWN


def residual_unknown(picture: ClinicalPicture) -> bool:
    """Cauda equina syndrome is suspected, and the residual urine was not measured."""
    return picture.has(Group.CAUDA_EQUINA) and picture.exam.red_flags.post_void_residual_ml is None


def intolerable_unknown(picture: ClinicalPicture) -> bool:
    """Care has failed, and nobody said whether the pain can be borne."""
    open_case = picture.course is Phase.PERSISTENT_SYMPTOMS and picture.not_relieved is Answer.YES
    return open_case and picture.exam.treatment.intolerable_pain is _UNKNOWN


def unbearable_but_no_candidate(picture: ClinicalPicture) -> bool:
    """The pain cannot be borne after adequate care, yet surgery is ruled out."""
    unbearable = picture.cared_for & picture.exam.treatment.intolerable_pain
    return picture.in_course and unbearable is Answer.YES and picture.exam.treatment.surgery_candidate is Answer.NO


def care_outlasts_symptoms(picture: ClinicalPicture) -> bool:
    """Care is said to have lasted longer than the symptoms."""
    stated = picture.exam.treatment.conservative_care_weeks is not None
    return picture.in_course and stated and picture.cared_for is _UNKNOWN


def possibly_progressive(picture: ClinicalPicture) -> bool:
    """Something was stronger at the previous examination, and nobody asked whether weakness grows."""
    return bool(possibly_weaker(picture.exam)) and picture.progressive is _UNKNOWN


def angle_unknown(picture: ClinicalPicture) -> bool:
    """The straight leg raise is positive at no stated angle."""
    raised = picture.exam.examination.straight_leg_raise
    return raised is not None and raised.result is TestResult.POSITIVE and raised.angle_degrees is None
