"""The statements of an exam that red flags rest on, as values."""

from collections.abc import Callable
from operator import attrgetter

from features.anatomy import Movement, Reflex
from features.answer import Answer
from features.exam import Exam, Examination, PlantarResponse, ReflexGrade, unable
from service.rules.findings import FUNCTIONS, SEVERE_GRADE, hours_apart
from service.rules.guideline import Sign

LEGS = ("examination", "other_leg")

COMPRESSION_ACTION = (
    "Send to an emergency department with spinal surgery now. MRI of the whole spine and surgical opinion today, "
    "within 24 hours at the latest."
)


def asked(field: str, *, supporting: bool = False) -> Sign:
    """The sign that one yes-or-no question of the screen was answered with yes."""
    return Sign(pointer=f"/red_flags/{field}", present=attrgetter(f"red_flags.{field}"), supporting=supporting)


def leg_of(exam: Exam, name: str) -> Examination:
    """The examination of one leg; one in which nothing was assessed where that leg was not examined."""
    leg: Examination | None = getattr(exam, name)
    return leg or Examination()


def weak(leg: str, movement: Movement) -> Sign:
    """The sign that a movement is weaker than MRC 5, graded or not."""
    pointer = f"/{leg}/strength/{movement}"
    return Sign(pointer=pointer, present=lambda exam: leg_of(exam, leg).weak(movement), supporting=True)


def severely_weak(leg: str, movement: Movement) -> Sign:
    """The sign that a movement has MRC grade 3 or less."""

    def present(exam: Exam) -> Answer:
        grade = leg_of(exam, leg).graded(movement)
        return Answer.of(None if grade is None else grade <= SEVERE_GRADE)

    return Sign(pointer=f"/{leg}/strength/{movement}", present=present, supporting=True)


def cannot(leg: str, function: str) -> Sign:
    """The sign that a functional test of strength cannot be done."""
    pointer = f"/{leg}/{function}"
    return Sign(pointer=pointer, present=lambda exam: unable(getattr(leg_of(exam, leg), function)), supporting=True)


def at_both(pointer: str, changed: Callable[[Exam], Answer]) -> tuple[Sign, Sign]:
    """The sign that a finding changed, once for each of the two examinations that show it."""
    return (
        Sign(pointer=pointer, present=changed, supporting=True),
        Sign(pointer=f"/previous_examination{pointer}", present=changed, supporting=True),
    )


def dates(changed: Callable[[Exam], Answer]) -> tuple[Sign, ...]:
    """The signs that the dates of both examinations tell how fast it changed."""

    def told(exam: Exam) -> Answer:
        return Answer.NO if hours_apart(exam) is None else changed(exam)

    return at_both("/examined_at", told)


MOTOR_DEFICIT = (
    *(weak(leg, movement) for leg in LEGS for movement in Movement),
    *(cannot(leg, function) for leg in LEGS for function in FUNCTIONS),
    asked("progressive_motor_weakness", supporting=True),
    Sign(
        pointer="/red_flags/motor_deterioration_hours",
        present=lambda exam: Answer.of(exam.red_flags.motor_deterioration_hours is not None),
        supporting=True,
    ),
)
"""Every sign of a motor deficit, of either leg."""

SEVERE_WEAKNESS = tuple(severely_weak(leg, movement) for leg in LEGS for movement in Movement)
"""Every sign of a severe deficit, of either leg."""


def _brisk(leg: str, reflex: Reflex) -> Sign:
    def present(exam: Exam) -> Answer:
        grade = leg_of(exam, leg).reflexes.get(reflex)
        return Answer.of(None if grade is None else grade is ReflexGrade.BRISK)

    return Sign(pointer=f"/{leg}/reflexes/{reflex}", present=present, supporting=True)


def _clonus(leg: str) -> Sign:
    return Sign(pointer=f"/{leg}/clonus", present=lambda exam: leg_of(exam, leg).clonus, supporting=True)


def _extensor(leg: str, *, supporting: bool) -> Sign:
    def present(exam: Exam) -> Answer:
        response = leg_of(exam, leg).plantar_response
        return Answer.of(None if response is None else response is PlantarResponse.EXTENSOR)

    return Sign(pointer=f"/{leg}/plantar_response", present=present, supporting=supporting)


UPPER_MOTOR_NEURON_SIGNS = (
    _extensor("examination", supporting=False),
    _extensor("other_leg", supporting=True),
    *(_clonus(leg) for leg in LEGS),
    *(_brisk(leg, reflex) for leg in LEGS for reflex in Reflex),
)
"""Every sign of the upper motor neuron; the plantar response of the worse leg is the one that is asked for."""
