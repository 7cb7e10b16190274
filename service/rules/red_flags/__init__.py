"""The signs of serious pathology, each with what it asks for, how soon, and its sources.

Each of them alone overrides the ordinary pathway and asks for immediate MRI, whatever the classifier says. RED_FLAGS
is the registry; its order is the order in which a clinician reads them.
"""

from features.answer import Answer
from features.exam import Exam
from features.once import once
from service.rules.guideline import RedFlag
from service.rules.red_flags.cauda_equina import CAUDA_EQUINA
from service.rules.red_flags.neurologic import BILATERAL, MOTOR, UPPER_MOTOR_NEURON
from service.rules.red_flags.progression import PROGRESSION
from service.rules.red_flags.systemic import CANCER, FRACTURE, INFECTION

RED_FLAGS = (
    *CAUDA_EQUINA,
    *MOTOR,
    *BILATERAL,
    *PROGRESSION,
    *CANCER,
    *INFECTION,
    *FRACTURE,
    *UPPER_MOTOR_NEURON,
)


@once
def screened(exam: Exam) -> tuple[tuple[RedFlag, Answer], ...]:
    """Every red flag with what the exam says of it: up, down, or never looked for."""
    return tuple((flag, flag.present(exam)) for flag in RED_FLAGS)


__all__ = ["RED_FLAGS", "screened"]
