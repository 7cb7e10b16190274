"""Earlier examinations of the same person, kept in the memory of this process until it ends.

A person is known by a keyed hash (BLAKE2b) of the caller's own reference, with a key that is drawn anew for every
process: neither the reference nor anything else of the person is kept but the signs, their side, the red flags and
the time. Two processes do not know of each other's examinations. An examination is compared with one earlier one alone.
"""

from bisect import insort
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b
from itertools import chain
from threading import Lock

from features.anatomy import Movement, Side
from features.answer import Answer
from features.exam import Exam, Examination, PreviousExamination
from features.red_flag_screen import RedFlagScreen
from service.rules.findings import RAPID_HOURS, bilateral_deficit, both_legs_deficient, fallen, hours_apart
from service.rules.progression import progressed

MOST_EXAMINATIONS = 12
"""Examinations of one person that are kept; the oldest goes first."""

_OPPOSITE = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT}


@dataclass(frozen=True, order=True)
class _Visit:
    """What is kept of one examination: when, the leg that was worse, and what was found."""

    examined_at: datetime
    side: Side | None = field(compare=False)
    examination: Examination = field(compare=False)
    other_leg: Examination | None = field(compare=False)
    red_flags: RedFlagScreen = field(compare=False)

    def leg(self, side: Side | None) -> Examination | None:
        """The leg that is now the worse one, on `side`; without a side, or with both, only the same can be meant."""
        if side is self.side:
            return self.examination
        return self.other_leg if side in _OPPOSITE and self.side is _OPPOSITE[side] else None

    @property
    def blank(self) -> bool:
        """Whether nothing was examined or asked: a history alone is nothing to compare with."""
        nothing = (None, Examination())
        return self.examination in nothing and self.other_leg in nothing and self.red_flags == RedFlagScreen()


def _visit(exam: Exam, examined_at: datetime) -> _Visit:
    """What is kept of `exam`; whether both legs had a deficit, its two examinations tell even if nobody said so."""
    both = bilateral_deficit(exam)
    if both is Answer.NOT_ASSESSED:
        both = both_legs_deficient(exam)
    return _Visit(
        examined_at=examined_at,
        side=exam.history.side,
        examination=exam.examination,
        other_leg=exam.other_leg,
        red_flags=replace(exam.red_flags, bilateral_neurologic_deficit=both),
    )


class Earlier:
    """The examinations of at most `people` persons; of those nobody asked about for longest, the first is forgotten.

    `linked` and `remember` are all that the rest of the service knows of it, so that a durable record can take its
    place. Both may be called from several threads.
    """

    def __init__(self, *, people: int, key: bytes) -> None:
        self._people = people
        self._key = key
        self._visits: OrderedDict[bytes, list[_Visit]] = OrderedDict()
        self._lock = Lock()

    def linked(self, exam: Exam) -> Exam:
        """The exam with the earlier examination that it is compared with as its `previous_examination`.

        It is unchanged where it brings one, has no reference or no time, or nothing earlier of the same leg is known.
        """
        person = self._person(exam)
        if person is None or exam.examined_at is None or exam.previous_examination is not None:
            return exam
        with self._lock:
            visits = tuple(self._visits.get(person, ()))
            if visits:
                self._visits.move_to_end(person)
        before = [visit for visit in visits if visit.examined_at < exam.examined_at and not visit.blank]
        compared = _compared_with_each(exam, before)
        shows = (each for each in _of_the_last_day(compared) if progressed(each))
        return next(chain(shows, _slid(compared), compared), exam)

    def remember(self, exam: Exam) -> None:
        """Keep `exam` for later ones of the same reference; it takes the place of one of the same time."""
        person = self._person(exam)
        if person is None or exam.examined_at is None or self._people == 0:
            return
        visit = _visit(exam, exam.examined_at)
        with self._lock:
            kept = [each for each in self._visits.get(person, ()) if each.examined_at != visit.examined_at]
            insort(kept, visit)
            self._visits[person] = kept[-MOST_EXAMINATIONS:]
            self._visits.move_to_end(person)
            while len(self._visits) > self._people:
                self._visits.popitem(last=False)

    def _person(self, exam: Exam) -> bytes | None:
        """The person whom the reference means; a blank one means nobody, or all who have none would be one person."""
        reference = exam.patient.reference
        if reference is None or not reference.strip():
            return None
        return blake2b(reference.encode(), key=self._key, digest_size=32).digest()


def _compared_with_each(exam: Exam, visits: list[_Visit]) -> list[Exam]:
    """`exam` with each earlier examination of the same leg as its previous one, the latest first."""
    legs = ((visit, visit.leg(exam.history.side)) for visit in reversed(visits))
    return [
        replace(
            exam,
            previous_examination=PreviousExamination(
                examined_at=visit.examined_at, examination=leg, red_flags=visit.red_flags
            ),
        )
        for visit, leg in legs
        if leg is not None
    ]


def _of_the_last_day(compared: list[Exam]) -> Iterator[Exam]:
    """The latest; where it is less than a day old, also those before it, up to the first that is a day old.

    Otherwise an examination that is posted again within minutes, one question more answered, would be compared with
    itself, and the deterioration that it showed at first would be gone.
    """
    for each in compared:
        yield each
        apart = hours_apart(each)
        if apart is None or apart >= RAPID_HOURS:
            return


def _slid(compared: list[Exam]) -> Iterator[Exam]:
    """The latest comparison with a whole grade lost: in steps of less, or untested since; with no gain in between."""
    if not compared:
        return
    now = compared[0].examination
    highest = {movement: now.graded(movement) for movement in Movement}
    for number, each in enumerate(compared):
        assert each.previous_examination is not None
        for movement, after in tuple(highest.items()):
            before = each.previous_examination.examination.graded(movement)
            if before is None or after is None:
                continue
            if before < after or (number == 0 and before == after):
                del highest[movement]  # it rose in between, or has not fallen since the last time
            else:
                highest[movement] = before
        if any(movement in highest for movement in fallen(each)):
            yield each
            return
