"""Statements that cannot both be true of one examination.

Only what is impossible counts. What is merely unusual is answered: a full bladder that the person does not notice
(retention denied, 600 ml left behind) is just what the red flags are for.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from features.anatomy import BELOW_KNEE
from features.answer import Answer
from features.exam import Exam, Sex
from features.treatment import NsaidContraindication


@dataclass(frozen=True, kw_only=True)
class Contradiction:
    """Two statements that exclude each other; `pointer` is the JSON pointer (RFC 6901) of the one to look at first."""

    pointer: str
    sentence: str


CLOCK_SLACK = timedelta(days=1)
"""How far a sender's clock, or its zone, may be ahead before "examined in the future" is a fault."""


def contradictions(exam: Exam, now: datetime | None = None) -> tuple[Contradiction, ...]:
    """Every pair of statements in `exam` that cannot both be true.

    An examination without a time is one of `now`; without `now` nothing is held against the clock.
    """
    found = []

    def refuse(pointer: str, sentence: str) -> None:
        found.append(Contradiction(pointer=pointer, sentence=sentence))

    history, flags, patient = exam.history, exam.red_flags, exam.patient
    if history.pain_radiates_below_knee is Answer.NO and (history.pain_locations or frozenset()) & BELOW_KNEE:
        refuse(
            "/history/pain_radiates_below_knee",
            "is false, but /history/pain_locations names a region below the knee. Correct one of the two.",
        )
    if flags.progressive_motor_weakness is Answer.NO and flags.motor_deterioration_hours is not None:
        refuse(
            "/red_flags/motor_deterioration_hours",
            "gives the time over which weakness grew, but /red_flags/progressive_motor_weakness is false. "
            "Leave the hours out, or say that the weakness is progressive.",
        )
    pregnant_by_list = NsaidContraindication.PREGNANCY in (exam.treatment.nsaid_contraindications or ())
    if patient.sex is Sex.MALE and (patient.pregnant is Answer.YES or pregnant_by_list):
        refuse("/patient/sex", "is male, but the examination states a pregnancy. Correct one of the two.")
    if patient.pregnant is Answer.NO and pregnant_by_list:
        refuse(
            "/treatment/nsaid_contraindications",
            "names pregnancy, but /patient/pregnant is false. Correct one of the two.",
        )
    if exam.history.pain_severity == 0 and exam.treatment.intolerable_pain is Answer.YES:
        refuse("/treatment/intolerable_pain", "is true, but /history/pain_severity is 0. Correct one of the two.")
    if now is not None and exam.examined_at is not None and exam.examined_at > now + CLOCK_SLACK:
        refuse("/examined_at", "is in the future.")
    examined = exam.examined_at or now
    before = exam.previous_examination.examined_at if exam.previous_examination else None
    if before is not None and examined is not None and before >= examined:
        refuse("/previous_examination/examined_at", "is not earlier than /examined_at, or than now.")
    return tuple(found)
