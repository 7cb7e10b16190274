"""Not a root at all: what else the findings speak for, whatever the probabilities say, and what separates it."""

from features.answer import Answer
from features.exam import Exam
from features.once import once
from service.rules.look_alikes.joints_and_vessels import JOINTS_AND_VESSELS
from service.rules.look_alikes.look_alike import Alternative, LookAlike, alternative
from service.rules.look_alikes.nerves import NERVES

LOOK_ALIKES = (*NERVES, *JOINTS_AND_VESSELS)
"""Every look-alike; all that the exam speaks for are named, in this order."""


@once
def look_alikes(exam: Exam) -> tuple[LookAlike, ...]:
    """The look-alikes that the exam speaks for."""
    return tuple(rule for rule in LOOK_ALIKES if rule.when(exam) is Answer.YES)


__all__ = ["LOOK_ALIKES", "Alternative", "LookAlike", "alternative", "look_alikes"]
