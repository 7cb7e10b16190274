"""Red flags of the nervous system itself: weakness that grows, both legs, signs of the upper motor neuron."""

from features.anatomy import MYOTOMES, Movement, NerveRoot, Reflex
from features.answer import Answer
from features.exam import Exam, Examination, PlantarResponse, ReflexGrade
from service.rules.findings import (
    bilateral_deficit,
    both_legs_deficient,
    severe_weakness,
    tempo_rapid,
    weakness_progresses,
)
from service.rules.guideline import Group, RedFlag, Sign, Urgency
from service.rules.red_flags import cauda_equina
from service.rules.red_flags.signs import LEGS, SEVERE_WEAKNESS, asked, leg_of, weak

COMPRESSION_ACTION = (
    "Send to an emergency department with spinal surgery now. MRI of the whole spine and surgical opinion today, "
    "within 24 hours at the latest."
)


def _grew_over_days(exam: Exam) -> Answer:
    return weakness_progresses(exam) & ~tempo_rapid(exam)


def _grew_fast(exam: Exam) -> Answer:
    """Weakness that progresses at a tempo nobody stated is treated as rapid."""
    slow = tempo_rapid(exam) is Answer.NO
    return Answer.NO if slow else weakness_progresses(exam)


def _hours(*, rapid: bool) -> Sign:
    """The tempo, asked for once the weakness is known to progress and only then."""

    def present(exam: Exam) -> Answer:
        if weakness_progresses(exam) is not Answer.YES:
            return Answer.NO
        return tempo_rapid(exam) if rapid else ~tempo_rapid(exam)

    return Sign(pointer="/red_flags/motor_deterioration_hours", present=present)


def _bilateral_and_severe(exam: Exam) -> Answer:
    return bilateral_deficit(exam) & (severe_weakness(exam) | weakness_progresses(exam))


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


def _weak_roots(leg: Examination) -> set[NerveRoot]:
    """The roots of which a movement is weak, each movement counted for its usual root."""
    return {row.roots[0] for row in MYOTOMES if leg.weak(row.movement) is Answer.YES}


def _widespread(exam: Exam) -> Answer:
    tested = any(leg.strength for leg in exam.legs)
    spread = max(len(_weak_roots(leg)) for leg in exam.legs)
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
        trigger="Progressive weakness that grew in under 24 hours, or at a tempo that was not stated",
        action=COMPRESSION_ACTION,
        signs=(
            asked("progressive_motor_weakness"),
            _hours(rapid=True),
        ),
        when=_grew_fast,
        citations=("nerveroot_guideline", "casazza2012", "chou2011", "nhg2015"),
    ),
    RedFlag(
        rule_id="RF-MOTOR-PROGRESSIVE",
        label="Progressive weakness",
        group=Group.MOTOR,
        urgency=Urgency.URGENT,
        trigger="Progressive weakness that grew over 24 hours or more",
        action="MRI at once and surgical opinion, urgently: weakness that grows over days is an indication to operate.",
        signs=(
            asked("progressive_motor_weakness"),
            _hours(rapid=False),
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
        group=Group.BILATERAL,
        urgency=Urgency.EMERGENCY,
        trigger="Bilateral deficit with a movement of MRC grade 3 or less, or with progressive weakness",
        action=cauda_equina.ACTION,
        signs=(*BOTH_LEGS_SIGNS, *SEVERE_WEAKNESS, asked("progressive_motor_weakness", supporting=True)),
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
        signs=(
            _extensor("examination", supporting=False),
            _extensor("other_leg", supporting=True),
            *(_clonus(leg) for leg in LEGS),
            *(_brisk(leg, reflex) for leg in LEGS for reflex in Reflex),
        ),
        citations=(
            "nerveroot_guideline",
            "nvn_lrs",
        ),
    ),
)
