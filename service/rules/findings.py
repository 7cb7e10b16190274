"""What an exam says, in the words of the rules: small predicates that several rules share."""

from features.anatomy import Movement, Reflex, Region
from features.answer import Answer
from features.encoding import OLD_AGE
from features.exam import Exam, Examination, ReflexGrade, unable

SEVERE_GRADE = 3.0
"""MRC grade at or below which a deficit counts as severe (docs/guideline.md; liuk2013 counts
grade 4 and more as useful strength)."""

RAPID_HOURS = 24.0
"""Hours within which weakness that grew counts as rapid (docs/guideline.md)."""


def motor_deficit(leg: Examination) -> Answer:
    """Weakness of any movement, graded or not, or a functional test of strength that cannot be done."""
    tests = (leg.heel_walk, leg.toe_walk, leg.single_leg_sit_to_stand)
    stated = [leg.weak(movement) for movement in leg.strength] + [unable(test) for test in tests if test is not None]
    return Answer.any(stated)


def sensory_deficit(leg: Examination) -> Answer:
    """Altered sensation in any region of the leg; the saddle is another matter."""
    return Answer.any(leg.altered_sensation(area) for area in leg.sensation if isinstance(area, Region))


def lost_reflex(leg: Examination, reflex: Reflex) -> Answer:
    """A tendon reflex that is reduced or absent."""
    grade = leg.reflexes.get(reflex)
    return Answer.of(None if grade is None else grade in (ReflexGrade.REDUCED, ReflexGrade.ABSENT))


def reflex_deficit(leg: Examination, exam: Exam) -> Answer:
    """A lost reflex of `leg`; ankle jerks lost on both sides are normal over 60 (bowditch1996) and do not count."""

    def counts(reflex: Reflex) -> Answer:
        lost = lost_reflex(leg, reflex)
        both = Answer.all(lost_reflex(each, reflex) for each in exam.legs) if len(exam.legs) == 2 else Answer.NO
        of_age = reflex is Reflex.ACHILLES and both is Answer.YES and exam.patient.age_years > OLD_AGE
        return Answer.NO if of_age else lost

    return Answer.any(counts(reflex) for reflex in leg.reflexes)


def neurologic_deficit(leg: Examination, exam: Exam) -> Answer:
    """Any motor, sensory or reflex deficit of one leg."""
    return Answer.any((motor_deficit(leg), sensory_deficit(leg), reflex_deficit(leg, exam)))


def both_legs_deficient(exam: Exam) -> Answer:
    """A deficit found in each leg; not assessed where the other leg was not examined."""
    if exam.other_leg is None:
        return Answer.NOT_ASSESSED
    return Answer.all(neurologic_deficit(leg, exam) for leg in exam.legs)


def bilateral_deficit(exam: Exam) -> Answer:
    """Bilateral deficit, as stated or as both examinations show."""
    shown = both_legs_deficient(exam)
    return exam.red_flags.bilateral_neurologic_deficit | (Answer.NO if shown is Answer.NOT_ASSESSED else shown)


def severe_weakness(exam: Exam) -> Answer:
    """A movement of MRC grade 3 or less in either leg; weakness without a grade leaves it open."""
    answers = []
    for leg in exam.legs:
        for movement in leg.strength:
            grade = leg.graded(movement)
            answers.append(Answer.of(None if grade is None else grade <= SEVERE_GRADE))
    return Answer.any(answers)


def ungraded(exam: Exam) -> tuple[str, ...]:
    """The pointers of movements said to be weak with no grade."""
    names = (("examination", exam.examination), ("other_leg", exam.other_leg))
    return tuple(
        f"/{name}/strength/{movement}"
        for name, leg in names
        if leg is not None
        for movement, grade in leg.strength.items()
        if grade == "weak"
    )


def foot_drop_not_excluded(exam: Exam) -> Answer:
    """Weak dorsiflexion, or no walking on the heel, that nobody graded: it may be a foot drop."""

    def of(leg: Examination) -> Answer:
        if leg.graded(Movement.ANKLE_DORSIFLEXION) is not None:
            return Answer.NO
        return Answer.any((leg.weak(Movement.ANKLE_DORSIFLEXION), unable(leg.heel_walk)))

    return Answer.any(of(leg) for leg in exam.legs)


def weakness_progresses(exam: Exam) -> Answer:
    """Weakness that grows, as stated, or as the hours stated for its growth imply."""
    flags = exam.red_flags
    return Answer.YES if flags.motor_deterioration_hours is not None else flags.progressive_motor_weakness


def tempo_rapid(exam: Exam) -> Answer:
    """Whether the weakness grew in under 24 hours; not assessed where no hours are stated."""
    hours = exam.red_flags.motor_deterioration_hours
    return Answer.of(None if hours is None else hours < RAPID_HOURS)


def upper_motor_neuron(exam: Exam) -> Answer:
    """Extensor plantar response, clonus, or a brisk reflex in either leg."""
    signs = []
    for leg in exam.legs:
        signs += [Answer.of(None if leg.plantar_response is None else leg.plantar_response == "extensor"), leg.clonus]
        signs += [Answer.of(grade is ReflexGrade.BRISK) for grade in leg.reflexes.values()]
    return Answer.any(signs)


def any_deficit_known(exam: Exam) -> Answer:
    """A motor, sensory or reflex deficit of either leg."""
    return Answer.any(neurologic_deficit(leg, exam) for leg in exam.legs)
