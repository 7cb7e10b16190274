"""The imaging question: whether an order is indicated now, and whether enough is known to say so.

The plan decides (service/rules/imaging.py); nothing is decided here a second time. What is added is strictness: no
order is called early while a part of the chart, or of the examination, that could say otherwise is open
(docs/decisions/0018).
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, Final

from service.assessment import Assessment
from service.cds.orders import Order
from service.chart.facts import CONDITIONS, EXAMINATIONS, MEDICATIONS, OBSERVATIONS, PATIENT, Chart, State
from service.rules.guideline import Category, Urgency
from service.rules.imaging import ImagingTiming


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
    """Nobody ordered anything, there is a lumbar problem, and no exam form of these days is on file."""

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

WORDED: Final = "The reason for this order is given in words alone, which are not read here."

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
    """Whether anything is said when this chart is opened: a lumbar problem, or an exam form of these days."""
    return chart.found.lumbar or chart.exam is not None


def verdict(assessment: Assessment, chart: Chart, order: Order | None) -> Verdict:
    """What the card says; without an order, what is said to somebody who opens the chart."""
    pressing = _pressing(assessment)
    if pressing is not None:
        return pressing
    if order is None:
        return Verdict.UNEXAMINED if chart.exam is None else Verdict.EXAMINED
    if assessment.management.override_rests_on_age_alone:
        return Verdict.AGE_ALONE
    if assessment.management.imaging.indicated:
        return Verdict.INDICATED
    return Verdict.NOT_ENOUGH if missing(assessment, chart, order) else Verdict.NOT_NOW


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


def missing(assessment: Assessment, chart: Chart, order: Order | None) -> tuple[str, ...]:
    """What keeps an order from being called early, in sentences; empty where enough is known."""
    return tuple(_missing(assessment, chart, order))


def _missing(assessment: Assessment, chart: Chart, order: Order | None) -> Iterator[str]:
    found, imaging = chart.found, assessment.management.imaging
    yield from unread_parts(chart, fatal=True)
    if order is not None and _in_words(order):
        yield WORDED
    if found.unread:
        yield f"{_entries(found.unread)} of the chart could not be read."
    yield from (question.text for question in found.questions)
    asked = [question for question in assessment.questions if question.rule_id not in HARMLESS]
    yield from (question.text for question in asked)
    if imaging.rule_id in UNKNOWN_YET and not asked:
        yield imaging.because


def _in_words(order: Order) -> bool:
    """Whether a reason for the order has no code: whoever wrote it may have written the very flag that asks for it."""
    conditions = (each.get("code") for each in order.reason_resources if each.get("resourceType") == "Condition")
    return any(isinstance(each, Mapping) and not _coded(each) for each in (*order.reasons, *conditions))


def _coded(concept: Mapping[str, Any]) -> bool:
    codings = concept.get("coding")
    return isinstance(codings, list) and any(isinstance(each, Mapping) and each.get("code") for each in codings)


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
