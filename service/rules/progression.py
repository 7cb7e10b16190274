"""Deterioration that two examinations show by themselves: a new root, both legs, bladder, bowel and saddle.

Strength that fell is in findings.py, because it is one with the weakness that somebody reports. Nothing here reads a
probability, and what was not assessed at one of the two is never a change.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from features.anatomy import DERMATOMES, MYOTOMES, REFLEX_ARCS, STRENGTH_TESTS, NerveRoot, Perianal
from features.answer import Answer
from features.exam import Exam, Examination, unable
from features.once import once
from features.red_flag_screen import RedFlagScreen
from service.rules.changes import CAUDA_EQUINA_QUESTIONS, Direction, Kind, compared
from service.rules.findings import (
    RAPID_HOURS,
    RESIDUAL_ML,
    at_previous,
    bilateral_deficit,
    bilateral_known,
    both_legs_deficient,
    compared_legs,
    fallen,
    hours_apart,
    lost_reflex,
    neurologic_deficit,
    ungraded,
)
from service.rules.pointers import not_stated

KINDS_OF_A_ROOT = 2
"""Kinds of new finding (motor, reflex, sensory) that make a new root where no movement lost a whole grade."""


@dataclass(frozen=True, kw_only=True)
class _Sign:
    """One sign of a root at both examinations; `roots` are those it may come from, the usual one first."""

    leg: str
    kind: Kind
    finding: str
    roots: tuple[NerveRoot, ...]
    was: Answer
    now: Answer
    lost_a_grade: bool = False


def _signs(leg: str, was: Examination, now: Examination, lost: tuple[str, ...]) -> Iterator[_Sign]:
    for row in MYOTOMES:
        finding = f"{leg}/strength/{row.movement}"
        yield _Sign(
            leg=leg,
            kind=Kind.MOTOR,
            finding=finding,
            roots=row.roots,
            was=was.weak(row.movement),
            now=now.weak(row.movement),
            lost_a_grade=finding in lost,
        )
    for test in STRENGTH_TESTS:
        before, after = unable(getattr(was, test.name)), unable(getattr(now, test.name))
        yield _Sign(leg=leg, kind=Kind.MOTOR, finding=f"{leg}/{test.name}", roots=(test.root,), was=before, now=after)
    for arc in REFLEX_ARCS:
        before, after = lost_reflex(was, arc.reflex), lost_reflex(now, arc.reflex)
        finding = f"{leg}/reflexes/{arc.reflex}"
        yield _Sign(leg=leg, kind=Kind.REFLEX, finding=finding, roots=arc.roots, was=before, now=after)
    for skin in DERMATOMES:
        before, after = was.altered_sensation(skin.region), now.altered_sensation(skin.region)
        finding = f"{leg}/sensation/{skin.region}"
        yield _Sign(leg=leg, kind=Kind.SENSORY, finding=finding, roots=skin.roots, was=before, now=after)


@once
def _signs_of_roots(exam: Exam) -> tuple[_Sign, ...]:
    """Every sign of a root in the compared legs; none without a previous examination."""
    lost = fallen(exam)
    return tuple(sign for leg, was, now in compared_legs(exam) for sign in _signs(leg, was, now, lost))


@once
def new_roots(exam: Exam) -> Mapping[tuple[str, NerveRoot], tuple[str, ...]]:
    """The roots of each leg that were well at the previous examination and are not now, with what shows it.

    A root was well where signs of it were examined and all were normal. It is new where a movement of it has lost a
    whole grade, or where findings of two kinds (motor, reflex, sensory) have come: one lost reflex, or one numb region,
    is within what two examiners differ by (vroomen2000). What a root affected before explains counts for no new one.
    """
    signs = _signs_of_roots(exam)
    affected = {(sign.leg, sign.roots[0]) for sign in signs if sign.roots and sign.was is Answer.YES}
    come: dict[tuple[str, NerveRoot], list[_Sign]] = {}
    for sign in signs:
        explained = affected & {(sign.leg, root) for root in sign.roots}
        if sign.roots and sign.was is Answer.NO and sign.now is Answer.YES and not explained:
            come.setdefault((sign.leg, sign.roots[0]), []).append(sign)
    return {
        root: tuple(sign.finding for sign in found)
        for root, found in come.items()
        if any(sign.lost_a_grade for sign in found) or len({sign.kind for sign in found}) >= KINDS_OF_A_ROOT
    }


@once
def root_is_new(exam: Exam) -> Answer:
    """Whether a root has been affected since the previous examination; not assessed where nothing can be compared.

    Weakness without a grade that was not there before leaves it open: the grade is asked for.
    """
    if new_roots(exam):
        return Answer.YES
    both = [sign for sign in _signs_of_roots(exam) if Answer.NOT_ASSESSED not in (sign.was, sign.now)]
    grade_open = any(
        sign.kind is Kind.MOTOR and sign.was is Answer.NO and sign.now is Answer.YES and _ungraded(exam, sign.finding)
        for sign in both
    )
    return Answer.NOT_ASSESSED if grade_open or not both else Answer.NO


def _ungraded(exam: Exam, finding: str) -> bool:
    legs = ((leg, now) for leg, _, now in compared_legs(exam))
    return any(finding == f"{leg}/strength/{movement}" for leg, now in legs for movement in ungraded(now))


@once
def both_legs_are_new(exam: Exam) -> Answer:
    """Whether a deficit in both legs was denied, or not found, at the previous examination and is there now."""
    before = at_previous(exam)
    return Answer.NOT_ASSESSED if before is None else ~bilateral_known(before) & bilateral_deficit(exam)


@once
def new_in_cauda_equina(exam: Exam) -> tuple[str, ...]:
    """The pointers of what was denied or normal of bladder, bowel and saddle before and is not now."""
    return tuple(
        each.finding
        for each in compared(exam)
        if each.kind is Kind.CAUDA_EQUINA and each.direction is Direction.WORSE and not _was_altered(exam, each.finding)
    )


def _was_altered(exam: Exam, finding: str) -> bool:
    """Whether perianal sensation was altered before: from reduced to absent is worse, but not new."""
    before = at_previous(exam)
    return finding.endswith(f"/{Perianal.PERIANAL}") and before is not None and _saddle_altered(before)


def _saddle_altered(exam: Exam) -> bool:
    """Whether perianal sensation was found altered; there is one saddle, whichever leg it was noted with."""
    return any(leg.saddle_altered is Answer.YES for leg in exam.legs)


@once
def cauda_equina_is_new(exam: Exam) -> Answer:
    """Whether a symptom or sign of bladder, bowel or saddle has come since the previous examination."""
    if new_in_cauda_equina(exam):
        return Answer.YES
    any_compared = any(each.kind is Kind.CAUDA_EQUINA for each in compared(exam))
    return Answer.NO if any_compared else Answer.NOT_ASSESSED


@once
def spread(exam: Exam) -> Answer:
    """Whether the deficit has reached a new root or the other leg since the previous examination."""
    return root_is_new(exam) | both_legs_are_new(exam)


def spread_rapid(exam: Exam) -> Answer:
    """Whether it did so within 24 hours; not assessed where a date is missing.

    The hours that are stated of weakness do not count: how fast a root or the other leg followed, the dates alone tell.
    """
    apart = hours_apart(exam)
    return Answer.of(None if apart is None else apart < RAPID_HOURS)


@once
def date_needed(exam: Exam) -> bool:
    """Whether deterioration is known, how fast the dates would tell, and one of them is missing."""
    shown = bool(fallen(exam)) or spread(exam) is Answer.YES
    return shown and hours_apart(exam) is None


@once
def not_tested_again(exam: Exam) -> tuple[str, ...]:
    """The pointers of the deficits of the previous examination that nobody looked for again."""
    if exam.previous_examination is None:
        return ()
    found = [sign.finding for sign in _signs_of_roots(exam) if sign.was is Answer.YES]
    for leg, was, _ in compared_legs(exam):
        if was.saddle_altered is Answer.YES and all(each.saddle_altered is Answer.NOT_ASSESSED for each in exam.legs):
            found.append(f"{leg}/sensation/{Perianal.PERIANAL}")
    asked = [f"/red_flags/{name}" for name in (*CAUDA_EQUINA_QUESTIONS, "post_void_residual_ml")]
    legs_open = both_legs_deficient(exam) is Answer.NOT_ASSESSED
    asked += ["/red_flags/bilateral_neurologic_deficit"] if legs_open else []
    return (*not_stated(exam, found), *(pointer for pointer in not_asked_again(exam) if pointer in asked))


@once
def not_asked_again(exam: Exam) -> tuple[str, ...]:
    """The pointers of the red flags of the previous examination that nobody asked about again."""
    if exam.previous_examination is None:
        return ()
    was = exam.previous_examination.red_flags
    return not_stated(exam, (f"/red_flags/{name}" for name in _QUESTIONS if _present(was, name)))


_QUESTIONS = tuple(name for name in RedFlagScreen.__dataclass_fields__ if name != "motor_deterioration_hours")


def _present(screen: RedFlagScreen, name: str) -> bool:
    if name == "post_void_residual_ml":
        return screen.post_void_residual_ml is not None and screen.post_void_residual_ml >= RESIDUAL_ML
    return getattr(screen, name) is Answer.YES


@once
def deficit_before(exam: Exam) -> bool:
    """Whether the previous examination found any deficit, of a root or of bladder, bowel, saddle or both legs."""
    before = at_previous(exam)
    if before is None:
        return False
    root = any(sign.was is Answer.YES for sign in _signs_of_roots(exam))
    return root or _cauda_equina_or_both_legs(before)


@once
def deficit_now(exam: Exam) -> bool:
    """Whether the present examination finds any of these, in a leg that the previous one tells of."""
    legs = (now for _, _, now in compared_legs(exam))
    found = Answer.any((*(neurologic_deficit(leg, exam) for leg in legs), bilateral_deficit(exam)))
    return found is Answer.YES or _cauda_equina_or_both_legs(exam)


def _cauda_equina_or_both_legs(exam: Exam) -> bool:
    names = (*CAUDA_EQUINA_QUESTIONS, "post_void_residual_ml", "bilateral_neurologic_deficit")
    return _saddle_altered(exam) or any(_present(exam.red_flags, name) for name in names)
