"""Red flags of the nervous system itself: weakness that grows, both legs, signs of the upper motor neuron."""

from functools import partial

from features.anatomy import MYOTOMES, Movement, NerveRoot
from features.answer import Answer
from features.exam import Exam, Examination
from features.once import once
from service.rules.findings import (
    bilateral_deficit,
    both_legs_deficient,
    fallen,
    hours_between,
    severe_weakness,
    tempo_rapid,
    weakness_progresses,
)
from service.rules.guideline import Group, RedFlag, Sign, Urgency
from service.rules.red_flags import cauda_equina
from service.rules.red_flags.signs import (
    COMPRESSION_ACTION,
    LEGS,
    SEVERE_WEAKNESS,
    UPPER_MOTOR_NEURON_SIGNS,
    asked,
    at_both,
    weak,
)


def _grew_over_days(exam: Exam) -> Answer:
    return weakness_progresses(exam) & ~tempo_rapid(exam)


def _grew_fast(exam: Exam) -> Answer:
    """Weakness that progresses at a tempo nobody stated is treated as rapid."""
    slow = tempo_rapid(exam) is Answer.NO
    return Answer.NO if slow else weakness_progresses(exam)


def _hours(*, rapid: bool) -> tuple[Sign, ...]:
    """The tempo: asked for once the weakness is known to progress, unless the dates of two examinations tell it."""

    def fits(exam: Exam) -> Answer:
        return tempo_rapid(exam) if rapid else ~tempo_rapid(exam)

    def stated(exam: Exam) -> Answer:
        open_question = weakness_progresses(exam) is Answer.YES and tempo_rapid(exam) is Answer.NOT_ASSESSED
        return fits(exam) if open_question or exam.red_flags.motor_deterioration_hours is not None else Answer.NO

    def dated(exam: Exam) -> Answer:
        decides = hours_between(exam) is not None and tempo_rapid(exam) is not Answer.NOT_ASSESSED
        return fits(exam) if decides else Answer.NO

    return (Sign(pointer="/red_flags/motor_deterioration_hours", present=stated), *at_both("/examined_at", dated))


def _fell(pointer: str, exam: Exam) -> Answer:
    return Answer.of(pointer in fallen(exam))


FELL = tuple(
    sign
    for pointer in (f"/{leg}/strength/{movement}" for leg in LEGS for movement in Movement)
    for sign in at_both(pointer, partial(_fell, pointer))
)
"""The signs that a movement is weaker by a grade or more than at the previous examination."""


def _bilateral_and_severe(exam: Exam) -> Answer:
    return bilateral_deficit(exam) & (severe_weakness(exam) | weakness_progresses(exam))


@once
def weak_roots(leg: Examination) -> frozenset[NerveRoot]:
    """The roots of which a movement is weak, each movement counted for its usual root."""
    return frozenset(row.roots[0] for row in MYOTOMES if leg.weak(row.movement) is Answer.YES)


def _widespread(exam: Exam) -> Answer:
    tested = any(leg.strength for leg in exam.legs)
    spread = max(len(weak_roots(leg)) for leg in exam.legs)
    return Answer.of(spread >= WIDESPREAD_ROOTS if tested else None)


WIDESPREAD_ROOTS = 3
"""Roots with a weak movement in one leg from which weakness is called widespread: one disc reaches two at most."""

BOTH_LEGS_SIGNS = (
    asked("bilateral_neurologic_deficit"),
    Sign(pointer="/other_leg", present=both_legs_deficient, supporting=True),
)

MOTOR = (
    RedFlag(
        rule_id="RF-MOTOR-RAPID",
        label="Rapidly deteriorating weakness",
        group=Group.MOTOR,
        urgency=Urgency.EMERGENCY,
        trigger="Progressive weakness (as stated, or one MRC grade or more below the previous examination) that grew "
        "in under 24 hours, or at a tempo that was not stated",
        action=COMPRESSION_ACTION,
        signs=(
            asked("progressive_motor_weakness"),
            *FELL,
            *_hours(rapid=True),
        ),
        when=_grew_fast,
        citations=("nerveroot_guideline", "casazza2012", "chou2011", "nhg2015"),
    ),
    RedFlag(
        rule_id="RF-MOTOR-PROGRESSIVE",
        label="Progressive weakness",
        group=Group.MOTOR,
        urgency=Urgency.URGENT,
        trigger="Progressive weakness (as stated, or one MRC grade or more below the previous examination) that grew "
        "over 24 hours or more",
        action="MRI at once and surgical opinion, urgently: weakness that grows over days is a reason to operate "
        "where a compressed root is the cause.",
        signs=(
            asked("progressive_motor_weakness"),
            *FELL,
            *_hours(rapid=False),
        ),
        when=_grew_over_days,
        citations=("nerveroot_guideline", "casazza2012", "chou2011", "nhg2015"),
    ),
    RedFlag(
        rule_id="RF-MOTOR-WIDESPREAD",
        label="Widespread weakness of a leg",
        group=Group.MOTOR,
        urgency=Urgency.URGENT,
        trigger="Movements of three or more roots weak in one leg: more than one disc explains",
        action="MRI at once and surgical opinion, urgently: ask again about bladder, bowel and saddle, and whether the "
        "weakness grows.",
        signs=tuple(weak(leg, movement) for leg in LEGS for movement in Movement),
        when=_widespread,
        citations=("rcgp1996", "casazza2012"),
        derived=True,
    ),
)

BILATERAL = (
    RedFlag(
        rule_id="RF-BILATERAL-SEVERE",
        label="Severe or progressive deficit in both legs",
        group=Group.CAUDA_EQUINA,
        urgency=Urgency.EMERGENCY,
        trigger="Bilateral deficit with a movement of MRC grade 3 or less, or with progressive weakness",
        action=cauda_equina.ACTION,
        signs=(*BOTH_LEGS_SIGNS, *SEVERE_WEAKNESS, asked("progressive_motor_weakness", supporting=True), *FELL),
        when=_bilateral_and_severe,
        citations=("calderdale2021", "girft2023"),
        derived=True,
    ),
    RedFlag(
        rule_id="RF-BILATERAL",
        label="Deficit in both legs",
        group=Group.BILATERAL,
        urgency=Urgency.URGENT,
        trigger="Bilateral neurologic deficit, as stated or found in both legs",
        action="MRI at once; ask again about bladder, bowel and saddle, both legs raise suspicion.",
        signs=BOTH_LEGS_SIGNS,
        citations=("angus2021", "wood2024", "calderdale2021", "bowditch1996"),
    ),
)

UPPER_MOTOR_NEURON = (
    RedFlag(
        rule_id="RF-UPPER-MOTOR-NEURON",
        label="Upper motor neuron signs",
        group=Group.UPPER_MOTOR_NEURON,
        urgency=Urgency.URGENT,
        trigger="Extensor plantar response, clonus, or a brisk tendon reflex",
        action="Not a nerve root: look higher. MRI of the cervical and thoracic spine at once, and a neurologist.",
        signs=UPPER_MOTOR_NEURON_SIGNS,
        citations=(
            "nerveroot_guideline",
            "nvn_lrs",
        ),
    ),
)
