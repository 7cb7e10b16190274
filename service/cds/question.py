"""The imaging question: whether an order is indicated now, and whether enough is known to say so.

The plan decides (service/rules/imaging.py); nothing is decided here a second time. What is added is strictness: no
order is called early while a part of the chart, or of the examination, that could say otherwise is open
(docs/decisions/0018).
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from features.answer import Answer
from service.assessment import Assessment
from service.cds.orders import Order
from service.chart.exam_of_chart import disagreements, exam_of
from service.chart.facts import CONDITIONS, EXAMINATIONS, MEDICATIONS, OBSERVATIONS, PATIENT, Chart, Question, State
from service.chart.findings import DURATION
from service.chart.meanings import NEW_DAYS
from service.rules.guideline import Category, Urgency
from service.rules.imaging import ImagingTiming
from service.rules.progression import not_asked_again
from service.rules.red_flags import RED_FLAGS


class Indicator(StrEnum):
    """How loud a card is (CDS Hooks 2.0, card attributes)."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class Verdict(StrEnum):
    """What a card says first."""

    EMERGENCY = "emergency"
    """A red flag of an emergency is up."""
    RED_FLAG = "red_flag"
    """Imaging is indicated because of another red flag or a severe deficit."""
    URGENT = "urgent"
    """Something else than imaging is urgent, and comes first."""
    AGE_ALONE = "age_alone"
    """Imaging is indicated because of age over 50 and nothing else."""
    INDICATED = "indicated"
    """Imaging is indicated without any flag."""
    NOT_NOW = "not_now"
    """Imaging is not indicated, and enough is known to say so."""
    NOT_ENOUGH = "not_enough"
    """Nothing asks for imaging, and not enough is known to say more."""
    EXAMINED = "examined"
    """Nobody ordered anything, and an exam form is on file."""
    UNEXAMINED = "unexamined"
    """Nobody ordered anything, there is a lumbar problem, and no recent exam form is on file."""

    @property
    def indicator(self) -> Indicator:
        """How loud it is said: critical for emergencies alone."""
        if self is Verdict.EMERGENCY:
            return Indicator.CRITICAL
        loud = self in (Verdict.RED_FLAG, Verdict.URGENT, Verdict.NOT_NOW)
        return Indicator.WARNING if loud else Indicator.INFO


MOST_URGENT_FIRST: Final = tuple(Verdict)
"""The order in which several cards of one answer stand."""

UNKNOWN_YET: Final = frozenset({"IM-ASK-FIRST", "IM-DURATION-UNKNOWN"})
"""The imaging rules that say *not now* because something is not known."""

HARMLESS: Final = frozenset({"QU-NSAID", "QU-SLR-ANGLE", "QU-MRI-SAFETY"})
"""The questions whose answer cannot make imaging indicated: which painkiller, which root, how to image. With any other
one open, no order is called early."""

AGE_ALONE: Final = "RE-AGE-ALONE"
"""The referral that age over 50 alone asks for; whatever else is referred is about something else."""

DECEASED: Final = Question(
    code="deceased", text="The record says that this person has died: is it the right chart, and the right order?"
)
"""Such a mark may be a mistake, so what is pressing is still told; nothing is rated, and nothing offered."""

_SIGNS: Final = ("examination.", "other_leg.")

PARTS: Final = {
    PATIENT: "The patient's record",
    CONDITIONS: "The problem list",
    MEDICATIONS: "The medication list",
    OBSERVATIONS: "The list of observations",
    EXAMINATIONS: "The list of exam forms",
}
"""What the parts of a chart are called."""

_CAME: Final = {
    State.ABSENT: "was not supplied",
    State.PARTIAL: "is only partly known: there are further pages, or entries that cannot be read",
    State.FAILED: "could not be read",
}


def of_interest(chart: Chart) -> bool:
    """Whether anything is said when this chart is opened.

    It is where a recent exam form is on file, or leg pain from the back that is no older than `NEW_DAYS`. Of a problem
    of the back alone, or an old one, only what is pressing is told: who is told the same at every visit stops reading.
    """
    if deceased(chart):
        return False
    if chart.exam is not None:
        return True
    since = chart.found.statements.get(DURATION)
    recent = chart.found.radicular and not (isinstance(since, int | float) and since > NEW_DAYS)
    return chart.found.lumbar and (recent or _may_press(chart))


def _may_press(chart: Chart) -> bool:
    """Whether a red flag is up, or was and nobody asked again, or a sign of the examination is on the chart."""
    exam = exam_of(chart)
    raised = any(not flag.weak and flag.present(exam) is Answer.YES for flag in RED_FLAGS)
    signs = any(code.startswith(_SIGNS) for code in chart.found.statements)
    return raised or signs or bool(not_asked_again(exam))


def deceased(chart: Chart) -> bool:
    """Whether the record says that the person has died."""
    return DECEASED in chart.found.questions


def verdict(assessment: Assessment, chart: Chart, order: Order | None) -> Verdict:
    """What the card says; without an order, what is said to somebody who opens the chart."""
    pressing = _pressing(assessment)
    if pressing is not None:
        return pressing
    if order is not None and deceased(chart):
        return Verdict.NOT_ENOUGH
    if order is None:
        return Verdict.UNEXAMINED if chart.exam is None else Verdict.EXAMINED
    if assessment.management.override_rests_on_age_alone:
        return Verdict.AGE_ALONE
    if assessment.management.imaging.indicated:
        return Verdict.INDICATED
    return Verdict.NOT_ENOUGH if missing(assessment, chart) else Verdict.NOT_NOW


def _pressing(assessment: Assessment) -> Verdict | None:
    """What is said before anything else, whoever asks."""
    plan, flags = assessment.management, assessment.red_flags.present
    if assessment.urgency is Urgency.EMERGENCY:
        return Verdict.EMERGENCY
    if not plan.override_rests_on_age_alone:
        soon = plan.imaging.timing in (ImagingTiming.IMMEDIATE, ImagingTiming.URGENT)
        if soon or any(flag.overrides for flag in flags):
            return Verdict.RED_FLAG
        return Verdict.URGENT if assessment.urgency is Urgency.URGENT else None
    referred = any(each.category is Category.REFERRAL for each in plan.recommendations if each.rule_id != AGE_ALONE)
    return Verdict.URGENT if referred else None


def missing(assessment: Assessment, chart: Chart) -> tuple[str, ...]:
    """What keeps an order from being called early, in sentences; empty where enough is known."""
    return tuple(dict.fromkeys(_missing(assessment, chart)))


def _missing(assessment: Assessment, chart: Chart) -> Iterator[str]:
    found, imaging = chart.found, assessment.management.imaging
    yield from unread_parts(chart, fatal=True)
    if found.unread:
        yield f"{_entries(found.unread)} of the chart could not be read."
    yield from (question.text for question in (*found.questions, *disagreements(chart)))
    asked = [question for question in assessment.questions if question.rule_id not in HARMLESS]
    yield from (question.text for question in asked)
    if imaging.rule_id in UNKNOWN_YET and not asked:
        yield imaging.because


def unread_parts(chart: Chart, *, fatal: bool) -> Iterator[str]:
    """The parts of the chart of which not everything is known, in sentences.

    The `fatal` ones keep an order from being called early: the problem list, and whatever somebody could not read. That
    nobody supplied one of the others does not.
    """
    for part, name in PARTS.items():
        state = chart.states.get(part, State.ABSENT)
        counts = part == CONDITIONS or state is not State.ABSENT
        if part != PATIENT and not state.conclusive and counts is fatal:
            yield f"{name} {_CAME[state]}."


def _entries(number: int) -> str:
    return "One entry" if number == 1 else f"{number} entries"
