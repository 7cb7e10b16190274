"""Red flags that two examinations raise together: a new root, both legs, bladder, bowel and saddle.

Strength that fell is with the weakness that is reported (neurologic.py). Each flag is derived: without an earlier
examination there is nothing to ask, and the screen is complete without it.
"""

from collections.abc import Callable
from functools import partial

from features.anatomy import DERMATOMES, MYOTOMES, REFLEX_ARCS, Perianal
from features.answer import Answer
from features.exam import Exam
from service.rules.changes import CAUDA_EQUINA_QUESTIONS
from service.rules.findings import FUNCTIONS, both_legs_deficient
from service.rules.guideline import Group, RedFlag, Sign, Urgency
from service.rules.progression import (
    both_legs_are_new,
    cauda_equina_is_new,
    new_in_cauda_equina,
    new_roots,
    root_is_new,
    spread_rapid,
)
from service.rules.red_flags import cauda_equina
from service.rules.red_flags.signs import COMPRESSION_ACTION, LEGS, at_both, dates

_SIGNS_OF_ROOTS = tuple(
    f"/{leg}/{sign}"
    for leg in LEGS
    for sign in (
        *(f"strength/{row.movement}" for row in MYOTOMES),
        *FUNCTIONS,
        *(f"reflexes/{arc.reflex}" for arc in REFLEX_ARCS),
        *(f"sensation/{row.region}" for row in DERMATOMES),
    )
)
_SIGNS_OF_CAUDA_EQUINA = (
    *(f"/red_flags/{name}" for name in CAUDA_EQUINA_QUESTIONS),
    "/red_flags/post_void_residual_ml",
    *(f"/{leg}/sensation/{Perianal.PERIANAL}" for leg in LEGS),
)


def _shows_root(pointer: str, exam: Exam) -> Answer:
    return Answer.of(any(pointer in pointers for pointers in new_roots(exam).values()))


def _shows_cauda_equina(pointer: str, exam: Exam) -> Answer:
    return Answer.of(pointer in new_in_cauda_equina(exam))


def _told_of_both_legs(exam: Exam) -> Answer:
    return both_legs_are_new(exam) & exam.red_flags.bilateral_neurologic_deficit


def _found_in_both_legs(exam: Exam) -> Answer:
    return both_legs_are_new(exam) & both_legs_deficient(exam)


def _denied_before(exam: Exam) -> Answer:
    stated = exam.previous_examination is not None and (
        exam.previous_examination.red_flags.bilateral_neurologic_deficit is Answer.NO
    )
    return both_legs_are_new(exam) & Answer.of(stated)


def _not_found_before(exam: Exam) -> Answer:
    return both_legs_are_new(exam) & ~_denied_before(exam)


def _fast(new: Callable[[Exam], Answer]) -> Callable[[Exam], Answer]:
    """Under 24 hours, or a date is missing: a tempo that nobody knows is treated as rapid."""

    def present(exam: Exam) -> Answer:
        slow = spread_rapid(exam) is Answer.NO
        return Answer.NO if slow else new(exam)

    return present


def _over_days(new: Callable[[Exam], Answer]) -> Callable[[Exam], Answer]:
    def present(exam: Exam) -> Answer:
        return new(exam) & ~spread_rapid(exam)

    return present


ROOT_SIGNS = (
    *(sign for pointer in _SIGNS_OF_ROOTS for sign in at_both(pointer, partial(_shows_root, pointer))),
    *dates(root_is_new),
)
BOTH_LEGS_SIGNS = (
    Sign(pointer="/red_flags/bilateral_neurologic_deficit", present=_told_of_both_legs, supporting=True),
    Sign(pointer="/other_leg", present=_found_in_both_legs, supporting=True),
    Sign(
        pointer="/previous_examination/red_flags/bilateral_neurologic_deficit",
        present=_denied_before,
        supporting=True,
    ),
    Sign(pointer="/previous_examination/other_leg", present=_not_found_before, supporting=True),
    *dates(both_legs_are_new),
)
CAUDA_EQUINA_SIGNS = tuple(
    sign for pointer in _SIGNS_OF_CAUDA_EQUINA for sign in at_both(pointer, partial(_shows_cauda_equina, pointer))
)

PROGRESSION = (
    RedFlag(
        rule_id="RF-PROGRESSION-CAUDA",
        label="New bladder, bowel or saddle symptom since the previous examination",
        group=Group.CAUDA_EQUINA,
        urgency=Urgency.EMERGENCY,
        trigger="A symptom or sign of bladder, bowel or saddle that was denied or normal at the previous examination "
        "and is there now, whatever the time between",
        action=cauda_equina.ACTION,
        signs=CAUDA_EQUINA_SIGNS,
        when=cauda_equina_is_new,
        citations=("girft2023", "calderdale2021", "nerveroot_guideline"),
        derived=True,
    ),
    RedFlag(
        rule_id="RF-PROGRESSION-LEGS-RAPID",
        label="Deficit newly in both legs, rapid",
        group=Group.CAUDA_EQUINA,
        urgency=Urgency.EMERGENCY,
        trigger="A deficit in both legs that was denied, or not found, at the previous examination and is there now, "
        "within 24 hours or with a date missing",
        action=cauda_equina.ACTION,
        signs=BOTH_LEGS_SIGNS,
        when=_fast(both_legs_are_new),
        citations=("calderdale2021", "casazza2012", "nerveroot_guideline"),
        derived=True,
    ),
    RedFlag(
        rule_id="RF-PROGRESSION-ROOT-RAPID",
        label="Newly affected root, rapid",
        group=Group.MOTOR,
        urgency=Urgency.EMERGENCY,
        trigger="A root that was examined and normal at the previous examination has lost a whole grade in a movement, "
        "or has findings of two kinds (motor, reflex, sensory), within 24 hours or with a date missing",
        action=COMPRESSION_ACTION,
        signs=ROOT_SIGNS,
        when=_fast(root_is_new),
        citations=("nerveroot_guideline", "casazza2012", "chou2011", "vroomen2000"),
        derived=True,
    ),
    RedFlag(
        rule_id="RF-PROGRESSION-LEGS",
        label="Deficit newly in both legs",
        group=Group.BILATERAL,
        urgency=Urgency.URGENT,
        trigger="A deficit in both legs that was denied, or not found, at the previous examination and is there now, "
        "24 hours or more later",
        action="MRI at once and surgical opinion, urgently; ask again about bladder, bowel and saddle.",
        signs=BOTH_LEGS_SIGNS,
        when=_over_days(both_legs_are_new),
        citations=("calderdale2021", "casazza2012", "nerveroot_guideline"),
        derived=True,
    ),
    RedFlag(
        rule_id="RF-PROGRESSION-ROOT",
        label="Newly affected root",
        group=Group.MOTOR,
        urgency=Urgency.URGENT,
        trigger="A root that was examined and normal at the previous examination has lost a whole grade in a movement, "
        "or has findings of two kinds (motor, reflex, sensory), 24 hours or more later",
        action="MRI at once and surgical opinion, urgently: the deficit spreads.",
        signs=ROOT_SIGNS,
        when=_over_days(root_is_new),
        citations=("nerveroot_guideline", "casazza2012", "chou2011", "vroomen2000"),
        derived=True,
    ),
)
