"""What an exam says, in the words of the rules: small predicates that several rules share."""

import math

from features.anatomy import DERMATOMES, STRENGTH_TESTS, Movement, Reflex, Region
from features.answer import Answer
from features.encoding import FEATURES, OLD_AGE
from features.exam import Exam, Examination, PlantarResponse, ReflexGrade, positive, unable
from features.once import once

FUNCTIONS = tuple(test.name for test in STRENGTH_TESTS)
"""The functional tests of strength."""

TENSION_TESTS = ("crossed_straight_leg_raise", "slump", "femoral_stretch", "crossed_femoral_stretch")
"""The tests of root tension besides the straight leg raise."""

SEVERE_GRADE = 3.0
"""MRC grade at or below which a deficit counts as severe (docs/guideline.md; liuk2013 counts grade 4 and more as useful
strength)."""

RAPID_HOURS = 24.0
"""Hours within which a deficit that grew counts as rapid (docs/guideline.md)."""

FALLEN_GRADES = 1.0
"""MRC grades by which a movement must be weaker than at the previous examination to count as progressive: less is
within what two examiners differ by (vroomen2000: kappa 0.57 to 0.82)."""

RESIDUAL_ML = 200.0
"""Post-void residual urine (ml) from which cauda equina syndrome is suspected: the most accurate of the thresholds
compared, sensitivity 0.82 and specificity 0.65 (boktor2023)."""


@once
def motor_deficit(leg: Examination) -> Answer:
    """Weakness of any movement, graded or not, or a functional test of strength that cannot be done."""
    tests = (getattr(leg, function) for function in FUNCTIONS)
    stated = [leg.weak(movement) for movement in leg.strength] + [unable(test) for test in tests if test is not None]
    return Answer.any(stated)


@once
def sensory_deficit(leg: Examination) -> Answer:
    """Altered sensation in any region of the leg; the saddle is another matter."""
    return Answer.any(leg.altered_sensation(area) for area in leg.sensation if isinstance(area, Region))


def lost_reflex(leg: Examination, reflex: Reflex) -> Answer:
    """A tendon reflex that is reduced or absent."""
    grade = leg.reflexes.get(reflex)
    return Answer.of(None if grade is None else grade in (ReflexGrade.REDUCED, ReflexGrade.ABSENT))


def lost_to_a_root(leg: Examination, reflex: Reflex, exam: Exam) -> Answer:
    """A lost reflex of `leg`; ankle jerks lost on both sides are normal over 60 (bowditch1996) and do not count."""
    lost = lost_reflex(leg, reflex)
    if reflex is not Reflex.ACHILLES or lost is not Answer.YES or len(exam.legs) < 2:
        return lost
    both = Answer.all(lost_reflex(each, reflex) for each in exam.legs)
    return Answer.NO if both is Answer.YES and exam.patient.age_years > OLD_AGE else lost


def reflex_deficit(leg: Examination, exam: Exam) -> Answer:
    """A reflex of `leg` that is lost to a root."""
    return Answer.any(lost_to_a_root(leg, reflex, exam) for reflex in leg.reflexes)


def neurologic_deficit(leg: Examination, exam: Exam) -> Answer:
    """Any motor, sensory or reflex deficit of one leg."""
    return Answer.any((motor_deficit(leg), sensory_deficit(leg), reflex_deficit(leg, exam)))


@once
def both_legs_deficient(exam: Exam) -> Answer:
    """A deficit found in each leg; not assessed where the other leg was not examined."""
    if exam.other_leg is None:
        return Answer.NOT_ASSESSED
    return Answer.all(neurologic_deficit(leg, exam) for leg in exam.legs)


@once
def bilateral_deficit(exam: Exam) -> Answer:
    """Bilateral deficit, as stated or as both examinations show."""
    shown = both_legs_deficient(exam)
    return exam.red_flags.bilateral_neurologic_deficit | (Answer.NO if shown is Answer.NOT_ASSESSED else shown)


@once
def bilateral_known(exam: Exam) -> Answer:
    """Whether both legs have a deficit, as stated or as both examinations show; a leg found well shows that not."""
    found = bilateral_deficit(exam)
    return both_legs_deficient(exam) if found is Answer.NOT_ASSESSED else found


@once
def severe_weakness(exam: Exam) -> Answer:
    """A movement of MRC grade 3 or less in either leg; weakness without a grade leaves it open."""
    answers = []
    for leg in exam.legs:
        for movement in leg.strength:
            grade = leg.graded(movement)
            answers.append(Answer.of(None if grade is None else grade <= SEVERE_GRADE))
    return Answer.any(answers)


@once
def ungraded(leg: Examination) -> tuple[Movement, ...]:
    """The movements said to be weak with no grade, in the order of the contract, whatever that of the body."""
    return tuple(movement for movement in Movement if leg.strength.get(movement) == "weak")


@once
def foot_drop_not_excluded(leg: Examination) -> Answer:
    """Weak dorsiflexion, or no walking on the heel, that nobody graded: it may be a foot drop."""
    if leg.graded(Movement.ANKLE_DORSIFLEXION) is not None:
        return Answer.NO
    return Answer.any((leg.weak(Movement.ANKLE_DORSIFLEXION), unable(leg.heel_walk)))


@once
def compared_legs(exam: Exam) -> tuple[tuple[str, Examination, Examination], ...]:
    """Every leg that the previous examination tells of: where its signs stand, what they were, and what they are."""
    previous = exam.previous_examination
    if previous is None:
        return ()
    worse = ("/examination", previous.examination, exam.examination)
    if previous.other_leg is None:
        return (worse,)
    return (worse, ("/other_leg", previous.other_leg, exam.other_leg or Examination()))


@once
def at_previous(exam: Exam) -> Exam | None:
    """The previous examination as an exam of its own, of the same person."""
    was = exam.previous_examination
    if was is None:
        return None
    return Exam(patient=exam.patient, examination=was.examination, other_leg=was.other_leg, red_flags=was.red_flags)


@once
def fallen(exam: Exam) -> tuple[str, ...]:
    """The pointers of the movements weaker by one MRC grade or more than at the previous examination of that leg."""
    graded = (
        (f"{leg}/strength/{movement}", was.graded(movement), now.graded(movement))
        for leg, was, now in compared_legs(exam)
        for movement in Movement
    )
    return tuple(
        pointer
        for pointer, before, after in graded
        if before is not None and after is not None and before - after >= FALLEN_GRADES
    )


@once
def weakness_progresses(exam: Exam) -> Answer:
    """Weakness that grows: as stated, as the hours stated for its growth imply, or as two examinations show."""
    implied = exam.red_flags.motor_deterioration_hours is not None or bool(fallen(exam))
    return Answer.YES if implied else exam.red_flags.progressive_motor_weakness


@once
def hours_apart(exam: Exam) -> float | None:
    """The hours between the previous examination and this one; None where there is none, or a date is missing."""
    previous = exam.previous_examination
    if previous is None or previous.examined_at is None or exam.examined_at is None:
        return None
    return (exam.examined_at - previous.examined_at).total_seconds() / 3600


def hours_between(exam: Exam) -> float | None:
    """The hours between two examinations between which strength fell; None where it did not or a date is missing."""
    return hours_apart(exam) if fallen(exam) else None


@once
def tempo_rapid(exam: Exam) -> Answer:
    """Whether the weakness grew in under 24 hours: as stated, or as the dates of two examinations tell.

    The time between two examinations is the longest that it can have taken. Where somebody says that the weakness
    progresses, a long time between them does not tell how fast: that is asked.
    """
    stated, between = exam.red_flags.motor_deterioration_hours, hours_between(exam)
    if between is not None and between < RAPID_HOURS:
        return Answer.YES
    if stated is not None:
        return Answer.of(stated < RAPID_HOURS)
    told_to_progress = exam.red_flags.progressive_motor_weakness is Answer.YES
    return Answer.NOT_ASSESSED if between is None or told_to_progress else Answer.NO


def possibly_weaker(exam: Exam) -> tuple[str, ...]:
    """The pointers of what was stronger at the previous examination, by findings that have no grade to compare."""
    found: list[str] = []
    for leg, was, now in compared_legs(exam):
        movements = (each for each in Movement if was.weak(each) is Answer.NO and each in ungraded(now))
        found += (f"{leg}/strength/{each}" for each in movements)
        for name in FUNCTIONS:
            if unable(getattr(was, name)) is Answer.NO and unable(getattr(now, name)) is Answer.YES:
                found.append(f"{leg}/{name}")
    return tuple(found)


@once
def upper_motor_neuron(exam: Exam) -> Answer:
    """Extensor plantar response, clonus, or a brisk reflex in either leg."""
    signs = []
    for leg in exam.legs:
        response = leg.plantar_response
        signs += [Answer.of(None if response is None else response is PlantarResponse.EXTENSOR), leg.clonus]
        signs += [Answer.of(grade is ReflexGrade.BRISK) for grade in leg.reflexes.values()]
    return Answer.any(signs)


@once
def any_deficit_known(exam: Exam) -> Answer:
    """A motor, sensory or reflex deficit of either leg."""
    return Answer.any(neurologic_deficit(leg, exam) for leg in exam.legs)


def _tension_tests(leg: Examination) -> tuple[Answer, ...]:
    raised = None if leg.straight_leg_raise is None else leg.straight_leg_raise.result
    return tuple(positive(result) for result in (raised, *(getattr(leg, name) for name in TENSION_TESTS)))


@once
def tension(leg: Examination) -> Answer:
    """A positive sign of root tension, at whatever angle."""
    return Answer.any(_tension_tests(leg))


@once
def tension_tested(leg: Examination) -> Answer:
    """The same of the tests that were done, whatever was not."""
    return Answer.any(found for found in _tension_tests(leg) if found is not Answer.NOT_ASSESSED)


OF_A_ROOT = frozenset(row.region for row in DERMATOMES if row.roots)
"""The regions that belong to a root."""


def felt(exam: Exam) -> frozenset[Region]:
    """Every region that is known to hurt or tingle."""
    return (exam.history.pain_locations or frozenset()) | (exam.history.paresthesia_locations or frozenset())


@once
def leg_examined(exam: Exam) -> bool:
    """Whether any sign of the worse leg that the classifier reads was looked for."""
    in_the_leg = (feature for feature in FEATURES if feature.pointer.startswith("/examination/"))
    return any(not math.isnan(feature.read(exam)) for feature in in_the_leg)


@once
def speaks_of_a_root(exam: Exam) -> bool:
    """Whether anything stated can tell one root from another, or a root from a mimic.

    That is pain or tingling in a region that belongs to a root, or any sign looked for, found or not; back pain alone,
    a side, or how bad it is, is not.
    """
    return leg_examined(exam) or bool(felt(exam) & OF_A_ROOT)
