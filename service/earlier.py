"""Earlier examinations of the same person, kept in the memory of this process until it ends.

A person is known by a keyed hash (BLAKE2b) of the caller's own reference, with a key that is drawn anew for every
process: neither the reference nor anything else of the person is kept but the signs, their side, the red flags and
the time. Two processes do not know of each other's examinations.
"""

from bisect import insort
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b
from threading import Lock

from features.anatomy import Side
from features.exam import Exam, Examination, RememberedExamination
from features.red_flag_screen import RedFlagScreen
from service.rules.findings import bilateral_known
from service.which_earlier import compared_best

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

    def seen_from(self, side: Side | None) -> RememberedExamination:
        """The visit as one whose worse leg is now that on `side`: where it was the other one, the legs are exchanged.

        Where either of the two sides is not stated, or is both, the worse leg then is taken for the worse leg now: to
        leave the side out must not end the comparison.
        """
        exchanged = side in _OPPOSITE and self.side is _OPPOSITE[side]
        worse, other = (self.other_leg, self.examination) if exchanged else (self.examination, self.other_leg)
        return RememberedExamination(
            examined_at=self.examined_at,
            examination=worse or Examination(),
            other_leg=other,
            red_flags=self.red_flags,
            side_assumed=side is not self.side and not exchanged,
        )


def _visit(exam: Exam, examined_at: datetime) -> _Visit:
    """What is kept of `exam`; whether both legs had a deficit, its two examinations tell even if nobody said so."""
    return _Visit(
        examined_at=examined_at,
        side=exam.history.side,
        examination=exam.examination,
        other_leg=exam.other_leg,
        red_flags=replace(exam.red_flags, bilateral_neurologic_deficit=bilateral_known(exam)),
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

        One that it brings is a candidate like the remembered ones. It is unchanged where it has no reference or no
        time, nothing earlier is known, or the examination that it brings is the one to compare with.
        """
        person = self._person(exam)
        if person is None or exam.examined_at is None:
            return exam
        with self._lock:
            visits = tuple(self._visits.get(person, ()))
            if visits:
                self._visits.move_to_end(person)
        before = (visit for visit in visits if visit.examined_at < exam.examined_at)
        return compared_best(exam, [visit.seen_from(exam.history.side) for visit in before])

    def remember(self, exam: Exam) -> None:
        """Keep `exam` for later ones of the same reference; it takes the place of one of the same time."""
        person = self._person(exam)
        if person is None or exam.examined_at is None or self._people == 0:
            return
        visit = _visit(exam, exam.examined_at)
        with self._lock:
            kept = [each for each in self._visits.get(person, ()) if each.examined_at != visit.examined_at]
            if not visit.seen_from(visit.side).blank:  # a history alone is nothing to compare with
                insort(kept, visit)
            self._visits[person] = kept[-MOST_EXAMINATIONS:]
            self._visits.move_to_end(person)
            while len(self._visits) > self._people:
                self._visits.popitem(last=False)

    def _person(self, exam: Exam) -> bytes | None:
        """The person whom the reference means, white space around it aside.

        A blank one means nobody, or all who have none would be one person.
        """
        reference = exam.patient.reference
        if reference is None or not reference.strip():
            return None
        return blake2b(reference.strip().encode(), key=self._key, digest_size=32).digest()
