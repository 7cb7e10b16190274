"""What differs between two examinations, finding by finding, each leg against itself.

Only what was assessed both times is compared.

Strength, the functional tests of it, reflexes, sensation, signs of root tension and of the upper motor neuron are
compared, and what was asked and measured of bladder, bowel, saddle and both legs. Signs of a mimic are not: they are
no deficit.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from features.anatomy import Movement, Perianal, Reflex, Region, SkinArea
from features.answer import Answer
from features.exam import (
    NORMAL_POWER,
    Ability,
    Exam,
    Examination,
    MRCGrade,
    PlantarResponse,
    PreviousExamination,
    ReflexGrade,
    Sensation,
    TestResult,
)
from features.once import once
from service.rules.findings import (
    FALLEN_GRADES,
    FUNCTIONS,
    RESIDUAL_ML,
    TENSION_TESTS,
    at_previous,
    bilateral_known,
    both_legs_deficient,
    compared_legs,
)

CAUDA_EQUINA_QUESTIONS = (
    *("urinary_retention", "urinary_incontinence", "new_bladder_symptom", "fecal_incontinence"),
    *("saddle_anesthesia", "reduced_anal_tone"),
)
"""The questions of the screen about bladder, bowel and saddle."""

_LOSS = {ReflexGrade.NORMAL: 0, ReflexGrade.REDUCED: 1, ReflexGrade.ABSENT: 2}
_ALTERED = {Sensation.NORMAL: 0, Sensation.REDUCED: 1, Sensation.INCREASED: 1, Sensation.ABSENT: 2}

Value = float | str | bool


class Direction(StrEnum):
    """Which way a finding changed."""

    WORSE = "worse"
    BETTER = "better"


class Kind(StrEnum):
    """What kind of finding it is: two kinds that change together are more than examiners differ by."""

    MOTOR = "motor"
    REFLEX = "reflex"
    SENSORY = "sensory"
    TENSION = "tension"
    UPPER_MOTOR_NEURON = "upper_motor_neuron"
    CAUDA_EQUINA = "cauda_equina"
    BOTH_LEGS = "both_legs"


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One finding that was assessed at both examinations, and where it points if it changed.

    `marked` says that the change is more than two examiners of the same leg may differ by (vroomen2000: kappa 0.57 to
    0.82 for strength and sensation, 0.42 to 0.53 for reflexes): a whole MRC grade, the difference between normal and
    weak without a grade, a test of strength that is lost or comes back, and everything that is no sign of the leg.
    """

    kind: Kind
    finding: str
    was: Value
    now: Value
    direction: Direction | None
    marked: bool = True


@once
def compared(exam: Exam) -> tuple[Compared, ...]:
    """Every finding that was assessed at both examinations, changed or not, the most serious first."""
    previous = exam.previous_examination
    if previous is None:
        return ()
    by_gravity = (_strength, _functions, _reflexes, _upper_motor_neuron, _sensation, _tension)
    return (
        *_cauda_equina(previous, exam),
        *_both_legs(exam),
        *(each for of_kind in by_gravity for leg, was, now in compared_legs(exam) for each in of_kind(leg, was, now)),
    )


def _strength(leg: str, was: Examination, now: Examination) -> Iterator[Compared]:
    for movement in Movement:
        before, after = was.strength.get(movement), now.strength.get(movement)
        if before is None or after is None or _grade_left_open(before, after):
            continue
        finding = f"{leg}/strength/{movement}"
        if before == "weak" or after == "weak":
            direction = None if before == after else Direction.WORSE if after == "weak" else Direction.BETTER
            yield Compared(kind=Kind.MOTOR, finding=finding, was=before, now=after, direction=direction)
            continue
        marked = abs(before - after) >= FALLEN_GRADES
        direction = _towards(after < before, after > before)
        yield Compared(kind=Kind.MOTOR, finding=finding, was=before, now=after, direction=direction, marked=marked)


def _grade_left_open(before: MRCGrade, after: MRCGrade) -> bool:
    """Whether one of the two is weak without a grade and the other weak with one: which is weaker cannot be known."""
    grades = [grade for grade in (before, after) if grade != "weak"]
    return len(grades) == 1 and grades[0] != NORMAL_POWER


def _towards(worse: bool, better: bool) -> Direction | None:
    return Direction.WORSE if worse else Direction.BETTER if better else None


def _of_states(kind: Kind, finding: str, was: StrEnum | None, now: StrEnum | None, bad: StrEnum) -> Iterator[Compared]:
    """A finding of two states, of which one is `bad`."""
    if was is not None and now is not None:
        direction = _towards(now is bad and was is not bad, was is bad and now is not bad)
        marked = kind is not Kind.TENSION
        yield Compared(kind=kind, finding=finding, was=was.value, now=now.value, direction=direction, marked=marked)


def _functions(leg: str, was: Examination, now: Examination) -> Iterator[Compared]:
    for name in FUNCTIONS:
        yield from _of_states(Kind.MOTOR, f"{leg}/{name}", getattr(was, name), getattr(now, name), Ability.UNABLE)


def _reflexes(leg: str, was: Examination, now: Examination) -> Iterator[Compared]:
    """Tendon reflexes; one that turns brisk, or is lost after having been brisk, is worse and no matter of a root."""
    for reflex in Reflex:
        before, after = was.reflexes.get(reflex), now.reflexes.get(reflex)
        if before is None or after is None:
            continue
        higher = ReflexGrade.BRISK in (before, after)
        if higher:
            direction = _towards(after not in (before, ReflexGrade.NORMAL), after is ReflexGrade.NORMAL)
        else:
            direction = _towards(_LOSS[after] > _LOSS[before], _LOSS[after] < _LOSS[before])
        yield Compared(
            kind=Kind.UPPER_MOTOR_NEURON if higher else Kind.REFLEX,
            finding=f"{leg}/reflexes/{reflex}",
            was=before.value,
            now=after.value,
            direction=direction,
            marked=higher,
        )


def _upper_motor_neuron(leg: str, was: Examination, now: Examination) -> Iterator[Compared]:
    kind, extensor = Kind.UPPER_MOTOR_NEURON, PlantarResponse.EXTENSOR
    yield from _of_states(kind, f"{leg}/plantar_response", was.plantar_response, now.plantar_response, extensor)
    yield from _of_answers(kind, f"{leg}/clonus", was.clonus, now.clonus)


def _of_answers(kind: Kind, finding: str, was: Answer, now: Answer) -> Iterator[Compared]:
    if Answer.NOT_ASSESSED not in (was, now):
        direction = _towards(
            now is Answer.YES and was is Answer.NO,
            now is Answer.NO and was is Answer.YES,
        )
        yield Compared(kind=kind, finding=finding, was=was is Answer.YES, now=now is Answer.YES, direction=direction)


def _sensation(leg: str, was: Examination, now: Examination) -> Iterator[Compared]:
    areas: tuple[SkinArea, ...] = (*Region, *Perianal)
    for area in areas:
        before, after = was.sensation.get(area), now.sensation.get(area)
        if before is None or after is None:
            continue
        saddle = area in tuple(Perianal)
        yield Compared(
            kind=Kind.CAUDA_EQUINA if saddle else Kind.SENSORY,
            finding=f"{leg}/sensation/{area}",
            was=before.value,
            now=after.value,
            direction=_towards(_ALTERED[after] > _ALTERED[before], _ALTERED[after] < _ALTERED[before]),
            marked=saddle,
        )


def _tension(leg: str, was: Examination, now: Examination) -> Iterator[Compared]:
    def raised(found: Examination) -> TestResult | None:
        return None if found.straight_leg_raise is None else found.straight_leg_raise.result

    bad = TestResult.POSITIVE
    yield from _of_states(Kind.TENSION, f"{leg}/straight_leg_raise/result", raised(was), raised(now), bad)
    for name in TENSION_TESTS:
        yield from _of_states(Kind.TENSION, f"{leg}/{name}", getattr(was, name), getattr(now, name), bad)


def _cauda_equina(previous: PreviousExamination, exam: Exam) -> Iterator[Compared]:
    kind, was, now = Kind.CAUDA_EQUINA, previous.red_flags, exam.red_flags
    for name in CAUDA_EQUINA_QUESTIONS:
        yield from _of_answers(kind, f"/red_flags/{name}", getattr(was, name), getattr(now, name))
    before, after = was.post_void_residual_ml, now.post_void_residual_ml
    if before is not None and after is not None:
        direction = _towards(before < RESIDUAL_ML <= after, after < RESIDUAL_ML <= before)
        finding = "/red_flags/post_void_residual_ml"
        yield Compared(kind=kind, finding=finding, was=before, now=after, direction=direction)


def _both_legs(exam: Exam) -> Iterator[Compared]:
    """The deficit in both legs, then and now as stated or as the examinations of both legs show it."""
    before, stated, shown = at_previous(exam), exam.red_flags.bilateral_neurologic_deficit, both_legs_deficient(exam)
    known = Answer.any(answer for answer in (stated, shown) if answer is not Answer.NOT_ASSESSED)
    finding = "/red_flags/bilateral_neurologic_deficit" if stated is known else "/other_leg"
    was = Answer.NOT_ASSESSED if before is None else bilateral_known(before)
    yield from _of_answers(Kind.BOTH_LEGS, finding, was, known)
