"""Which of several earlier examinations an exam is compared with: the latest, unless another shows progress.

One more earlier examination never lowers what the answer asks for: it is one more candidate, and the candidate that
asks for most is taken, the latest of those that ask for the same. docs/decisions/0009-since-last-time.md says why.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from features.anatomy import Movement
from features.answer import Answer
from features.exam import Exam, Examination, PreviousExamination, RememberedExamination
from features.once import once
from features.red_flag_screen import RedFlagScreen
from service.rules.changes import compared
from service.rules.findings import RAPID_HOURS, fallen, hours_apart
from service.rules.flags_before import emergency_not_asked_again
from service.rules.guideline import Urgency
from service.rules.pointers import stated
from service.rules.red_flags import screened

_TEMPO = ("progressive_motor_weakness", "motor_deterioration_hours")
"""Two answers that belong together: those of two visits may contradict each other."""


def compared_best(exam: Exam, remembered: Sequence[PreviousExamination]) -> Exam:
    """`exam` with what it is compared with; `remembered` and what the body brings are candidates alike.

    The remembered ones are in the order of time, and earlier than `exam`. It is unchanged where the examination that it
    brings is the one, or where there is none.
    """
    kept = [each for each in reversed(remembered) if not each.blank]
    own = exam.previous_examination
    if own is None or own.blank:
        return _with(exam, kept) if kept else exam
    if not kept:
        return exam
    # Each by itself too: what one says must not hide what the other shows.
    choices = (_with(exam, _in_order([*kept, own])), _with(exam, kept), exam)
    return max(choices, key=alarm)


def _in_order(found: list[PreviousExamination]) -> list[PreviousExamination]:
    """The latest first; one without a date counts as the latest."""
    undated = [each for each in found if each.examined_at is None]
    dated = [(each.examined_at, each) for each in found if each.examined_at is not None]
    return [*undated, *(each for _, each in sorted(dated, key=lambda row: row[0], reverse=True))]


@once
def alarm(exam: Exam) -> Urgency:
    """How urgent what two examinations show is: by the red flags, and by an emergency that was left open."""
    shown = [flag.urgency for flag, answer in screened(exam) if not flag.weak and answer is Answer.YES]
    return max([Urgency.ROUTINE, *shown, *([Urgency.URGENT] if emergency_not_asked_again(exam) else [])])


def _with(exam: Exam, befores: list[PreviousExamination]) -> Exam:
    """`exam` compared with one of `befores`, the latest first, and what that did not assess with the others."""
    each = [replace(exam, previous_examination=before) for before in befores]
    comparable = [other for other in each if compared(other)] or each
    choices = (*_of_the_last_day(comparable), *_slid(comparable), *_gathered(comparable))
    return _completed(max(choices, key=alarm), befores)


def _of_the_last_day(compared_with: list[Exam]) -> Iterator[Exam]:
    """The latest; where it is less than a day old, also those before it, up to the first that is a day old.

    Otherwise an examination that is posted again within minutes, one question more answered, would be compared with
    itself, and the deterioration that it showed at first would be gone.
    """
    for each in compared_with:
        yield each
        apart = hours_apart(each)
        if apart is None or apart >= RAPID_HOURS:
            return


def _slid(compared_with: list[Exam]) -> Iterator[Exam]:
    """The latest comparison with a whole grade lost: in steps of less, or untested since; with no gain in between."""
    now = compared_with[0]
    highest: dict[str, float | None] = {
        f"/{leg}/strength/{movement}": found.graded(movement)
        for leg, found in (("examination", now.examination), ("other_leg", now.other_leg or Examination()))
        for movement in Movement
    }
    for number, each in enumerate(compared_with):
        for pointer, after in tuple(highest.items()):
            before = _graded_before(each, pointer)
            if before is None or after is None:
                continue
            if before < after or (number == 0 and before == after):
                del highest[pointer]  # it rose in between, or has not fallen since the last time
            else:
                highest[pointer] = before
        if any(pointer in highest for pointer in fallen(each)):
            yield each
            return


def _graded_before(exam: Exam, pointer: str) -> float | None:
    previous = exam.previous_examination
    assert previous is not None
    leg = previous.examination if pointer.startswith("/examination/") else previous.other_leg
    return None if leg is None else leg.graded(Movement(pointer.rsplit("/", 1)[1]))


def _gathered(compared_with: list[Exam]) -> Iterator[Exam]:
    """Of every finding the latest that was assessed, gathered from one visit more at a time, and dated by the last."""
    latest = compared_with[0].previous_examination
    for each in compared_with[1:]:
        before = each.previous_examination
        assert latest is not None
        assert before is not None
        found = completed(latest, before)
        if found is not latest:
            pointers = {pointer for pointer in _stated_in(found) if not _same(found, before, pointer)}
            latest = _dated_by(before, found, frozenset(pointers))
            yield replace(each, previous_examination=latest)


def _dated_by(
    visit: PreviousExamination, found: PreviousExamination, elsewhere: frozenset[str]
) -> RememberedExamination:
    both = (visit, found)
    return RememberedExamination(
        examined_at=visit.examined_at,
        examination=found.examination,
        other_leg=found.other_leg,
        red_flags=found.red_flags,
        elsewhere=elsewhere,
        side_assumed=any(isinstance(each, RememberedExamination) and each.side_assumed for each in both),
    )


def _completed(chosen: Exam, befores: list[PreviousExamination]) -> Exam:
    """`chosen`, and from the others what its earlier examination did not assess, as far as that raises no new alarm.

    What would raise one was dated by a visit of its own (`_gathered`). What nobody looked for again is added in any
    case: a deficit, or an emergency, that was not asked about last time either is still open.
    """

    def not_now(pointer: str) -> bool:
        return not stated(chosen, pointer)

    alarmed = alarm(chosen)
    everything, unasked = chosen.previous_examination, chosen.previous_examination
    for before in befores:
        assert everything is not None
        assert unasked is not None
        everything, unasked = completed(everything, before), completed(unasked, before, not_now)
    full, open_only = (replace(chosen, previous_examination=each) for each in (everything, unasked))
    if everything is chosen.previous_examination:
        return chosen
    if alarm(full) is alarmed:
        return full
    return open_only if alarm(open_only) >= alarmed else chosen


def completed(
    first: PreviousExamination, other: PreviousExamination, wanted: Callable[[str], bool] = lambda pointer: True
) -> PreviousExamination:
    """`first`, and of what it did not assess what `other` found; `first` itself where that is nothing."""
    parts = ("examination", "other_leg", "red_flags")
    added: list[str] = []
    changed: dict[str, Any] = {}
    for part in parts:
        mine, theirs = getattr(first, part), getattr(other, part)
        if theirs is None:
            continue
        found = _taken(mine or Examination(), theirs, part, wanted)
        if found:
            changed[part] = replace(mine or Examination(), **{name: value for name, (value, _) in found.items()})
            added += (pointer for _, pointers in found.values() for pointer in pointers)
    if not added:
        return first
    known = first if isinstance(first, RememberedExamination) else None
    return RememberedExamination(
        examined_at=first.examined_at,
        examination=changed.get("examination", first.examination),
        other_leg=changed.get("other_leg", first.other_leg),
        red_flags=changed.get("red_flags", first.red_flags),
        elsewhere=(known.elsewhere if known else frozenset()) | frozenset(added),
        side_assumed=any(isinstance(each, RememberedExamination) and each.side_assumed for each in (first, other)),
    )


def _taken(
    mine: Examination | RedFlagScreen, theirs: Examination | RedFlagScreen, part: str, wanted: Callable[[str], bool]
) -> dict[str, tuple[Any, tuple[str, ...]]]:
    """What `mine` lacks of `theirs`, by the name of the field, each with the pointers of what is new in it."""
    found: dict[str, tuple[Any, tuple[str, ...]]] = {}
    tempo_known = any(not _silent(getattr(mine, name, None)) for name in _TEMPO)
    for name in (each.name for each in fields(mine)):
        here, there = getattr(mine, name), getattr(theirs, name)
        if isinstance(here, Mapping):
            new = {key: value for key, value in there.items() if key not in here and wanted(f"/{part}/{name}/{key}")}
            if new:
                found[name] = ({**new, **here}, _under(part, name, new))
        elif (
            _silent(here) and not _silent(there) and wanted(f"/{part}/{name}") and not (name in _TEMPO and tempo_known)
        ):
            found[name] = (there, (f"/{part}/{name}",))
    return found


def _under(part: str, name: str, new: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(f"/{part}/{name}/{key}" for key in new)


def _silent(value: object) -> bool:
    return value is None or value is Answer.NOT_ASSESSED


def _stated_in(found: PreviousExamination) -> Iterator[str]:
    """The pointers of everything that an earlier examination states."""
    for part in ("examination", "other_leg", "red_flags"):
        held = getattr(found, part)
        for each in () if held is None else fields(held):
            value = getattr(held, each.name)
            if isinstance(value, Mapping):
                yield from (f"/{part}/{each.name}/{key}" for key in value)
            elif not _silent(value):
                yield f"/{part}/{each.name}"


def _same(one: PreviousExamination, other: PreviousExamination, pointer: str) -> bool:
    """Whether both state the same at `pointer`."""
    values = []
    for each in (one, other):
        value: object = each
        for name in pointer.removeprefix("/").split("/"):
            value = value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
        values.append(value)
    return values[0] == values[1]
