"""Every rule of the guideline as one readable entry, whatever kind it is."""

from collections.abc import Iterator
from dataclasses import dataclass

from service.rules.caveats import CAVEATS
from service.rules.follow_up import FOLLOW_UP
from service.rules.guideline import Urgency
from service.rules.imaging import IMAGING
from service.rules.questions import QUESTIONS
from service.rules.recommendations import RECOMMENDATIONS
from service.rules.red_flags import RED_FLAGS
from service.rules.surgery import SURGERY


@dataclass(frozen=True, kw_only=True)
class RuleEntry:
    """One rule for reading: what triggers it, what it does, how urgent it is, and its sources by key.

    `timing` is how soon imaging, a surgeon or the next look is due, for the rules that decide on one.
    """

    rule_id: str
    kind: str
    trigger: str
    action: str
    citations: tuple[str, ...]
    urgency: Urgency = Urgency.ROUTINE
    timing: str | None = None


def _entries() -> Iterator[RuleEntry]:
    for flag in RED_FLAGS:
        yield RuleEntry(
            rule_id=flag.rule_id,
            kind="red_flag",
            trigger=flag.trigger,
            action=flag.action,
            urgency=flag.urgency,
            citations=flag.citations,
        )
    for kind, decisions in (("imaging", IMAGING), ("surgery", SURGERY)):
        for decision in decisions:
            yield RuleEntry(
                rule_id=decision.rule_id,
                kind=kind,
                trigger=decision.trigger,
                action=decision.because,
                urgency=decision.urgency,
                timing=decision.timing,
                citations=decision.citations,
            )
    for look in FOLLOW_UP:
        yield RuleEntry(
            rule_id=look.rule_id,
            kind="follow_up",
            trigger=look.trigger,
            action=look.because,
            timing=f"within {look.within_days} days",
            citations=look.citations,
        )
    for advice in RECOMMENDATIONS:
        yield RuleEntry(
            rule_id=advice.rule_id,
            kind="recommendation",
            trigger=advice.trigger,
            action=advice.text,
            urgency=advice.urgency,
            citations=advice.citations,
        )
    for kind, notes in (("question", QUESTIONS), ("caveat", CAVEATS)):
        for note in notes:
            yield RuleEntry(
                rule_id=note.rule_id, kind=kind, trigger=note.trigger, action=note.text, citations=note.citations
            )


ALL_RULES = tuple(_entries())
"""Every rule, in reading order."""
