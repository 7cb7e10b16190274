"""Emergencies of the previous examination that nobody asked about again: silence does not end them.

What was an emergency then may have been treated since, or missed. Until somebody asks, it is not called unchanged.
"""

from features.answer import Answer
from features.exam import Exam
from features.once import once
from service.rules.findings import at_previous
from service.rules.guideline import Urgency
from service.rules.progression import not_asked_again, not_tested_again
from service.rules.red_flags import RED_FLAGS

EMERGENCIES = tuple(flag for flag in RED_FLAGS if flag.urgency is Urgency.EMERGENCY)


@once
def emergency_not_asked_again(exam: Exam) -> tuple[str, ...]:
    """The pointers of what made the previous examination an emergency and was neither asked nor tested again."""
    before = at_previous(exam)
    unasked = (*not_asked_again(exam), *not_tested_again(exam))
    if before is None or not unasked:
        return ()
    raised = [flag for flag in EMERGENCIES if flag.present(before) is Answer.YES]
    because = {pointer for flag in raised for pointer in flag.because(before)}
    return tuple(pointer for pointer in dict.fromkeys(unasked) if pointer in because)
