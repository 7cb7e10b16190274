"""A limb that may be without blood: what the exam says by itself, before anybody calls it a root."""

from features.answer import Answer
from features.exam import Exam, positive
from features.once import once
from service.rules.findings import motor_deficit, sensory_deficit

ACUTE_LIMB_DAYS = 14.0
"""Days of symptoms up to which a leg without pulses and with a deficit is taken for acute ischaemia: a convention
(docs/guideline.md)."""


@once
def limb_at_risk(exam: Exam) -> Answer:
    """Reduced pulses and a motor or sensory deficit of the same leg, with symptoms of 14 days or less."""
    days = exam.history.symptom_duration_days
    recent = Answer.of(None if days is None else days <= ACUTE_LIMB_DAYS)
    legs = (positive(leg.pedal_pulses_reduced) & (motor_deficit(leg) | sensory_deficit(leg)) for leg in exam.legs)
    return recent & Answer.any(legs)
