"""Which look-alikes stand in the place of a root by the exam alone, and whether the exam itself shows a root."""

from features.answer import Answer
from features.encoding import supports_tension
from features.exam import Exam, positive
from features.once import once
from service.rules.look_alikes import LookAlike, look_alikes
from service.rules.roots import RootSign, deficits, has_root_sign

_ROOTS_TOO = frozenset({"LA-UPPER-ROOT"})
"""Look-alikes of L4, L5 and S1 that are roots all the same, and are treated as one."""


@once
def unexplained_deficits(exam: Exam) -> tuple[RootSign, ...]:
    """The motor and reflex signs that no look-alike brings by itself."""
    brought = frozenset[str]().union(*(rule.explains for rule in look_alikes(exam)))
    return tuple(sign for sign in deficits(exam) if sign.finding not in brought)


@once
def deficit_unexplained(exam: Exam) -> bool:
    """Whether there is a motor or reflex sign that no look-alike brings by itself."""
    return bool(unexplained_deficits(exam))


@once
def in_place_of_a_root(exam: Exam) -> tuple[LookAlike, ...]:
    """The look-alikes that can take the place of a root: none while a deficit is unexplained.

    Where there are deficits, only those look-alikes that bring one of them.
    """
    if deficit_unexplained(exam):
        return ()
    found = {sign.finding for sign in deficits(exam)}
    named = look_alikes(exam)
    return tuple(rule for rule in named if rule.explains & found) if found else named


@once
def treated_otherwise(exam: Exam) -> bool:
    """Whether a look-alike that is no root stands in the place of one, whatever the probabilities."""
    return any(rule.rule_id not in _ROOTS_TOO for rule in in_place_of_a_root(exam))


@once
def shows_a_root(exam: Exam) -> bool:
    """Whether the exam shows a root: a sign of one, a test of tension positive in range, or pain below the knee."""
    leg = exam.examination
    tests = (leg.crossed_straight_leg_raise, leg.slump, leg.femoral_stretch, leg.crossed_femoral_stretch)
    tension = Answer.any((supports_tension(exam), *(positive(test) for test in tests)))
    return has_root_sign(exam) or Answer.YES in (tension, exam.history.below_knee)
