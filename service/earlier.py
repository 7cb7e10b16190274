"""Earlier examinations of the same person, as the record gives them: which of them an examination is compared with."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice

from features.anatomy import Side
from features.exam import Exam, Examination, RememberedExamination
from service.rules.findings import bilateral_known
from service.which_earlier import compared_best

MOST_EXAMINATIONS = 12
"""Earlier examinations of one person that are weighed; the latest ones."""

_OPPOSITE = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT}


def linked(exam: Exam, recorded: Sequence[Exam]) -> Exam:
    """The exam with the earlier examination that it is compared with as its `previous_examination`.

    `recorded` are the examinations of the same person, in the order in which they were recorded: of two of the same
    time the second corrects the first. One that `exam` brings itself is a candidate like the recorded ones. It is
    unchanged where nothing earlier is known, or the examination that it brings is the one to compare with.
    """
    if exam.examined_at is None:
        return exam
    latest: dict[datetime, Exam] = {each.examined_at: each for each in recorded if each.examined_at is not None}
    before = [each for moment, each in sorted(latest.items()) if moment < exam.examined_at]
    visits = (_seen_from(exam.history.side, each) for each in reversed(before))
    telling = (visit for visit in visits if not visit.blank)  # a history alone is nothing to compare with
    return compared_best(exam, _without_repeats([*islice(telling, MOST_EXAMINATIONS)][::-1]))


def _without_repeats(visits: list[RememberedExamination]) -> list[RememberedExamination]:
    """The visits but those between two that found the same, and they themselves too: they would change nothing.

    An examination that is posted again and again, a question more answered each time, is compared with each once.
    """
    found = [replace(visit, examined_at=None) for visit in visits]
    last = len(visits) - 1
    return [
        visit
        for number, visit in enumerate(visits)
        if number in (0, last) or not found[number - 1] == found[number] == found[number + 1]
    ]


def _seen_from(side: Side | None, then: Exam) -> RememberedExamination:
    """The visit as one whose worse leg is now that on `side`: where it was the other one, the legs are exchanged.

    Where either of the two sides is not stated, or is both, the worse leg then is taken for the worse leg now: to leave
    the side out must not end the comparison. Whether both legs had a deficit, the two examinations of the visit tell
    even if nobody said so.
    """
    was = then.history.side
    exchanged = side in _OPPOSITE and was is _OPPOSITE[side]
    worse, other = (then.other_leg, then.examination) if exchanged else (then.examination, then.other_leg)
    return RememberedExamination(
        examined_at=then.examined_at,
        examination=worse or Examination(),
        other_leg=other,
        red_flags=replace(then.red_flags, bilateral_neurologic_deficit=bilateral_known(then)),
        side_assumed=side is not was and not exchanged,
    )
