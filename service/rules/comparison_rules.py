"""The rules of comparison: the verdict on two examinations of one leg, and the sentences that tell of it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from features.exam import Exam, RememberedExamination
from service.rules.changes import Compared, Direction, Kind, compared
from service.rules.flags_before import emergency_not_asked_again
from service.rules.progression import deficit_before, deficit_now, not_tested_again

KINDS_OF_A_TREND = 2
"""Kinds of finding that must change together to count where none of them is marked by itself."""


class Verdict(StrEnum):
    """What two examinations together say."""

    WORSE = "worse"
    BETTER = "better"
    UNCHANGED = "unchanged"
    MIXED = "mixed"
    NOT_COMPARABLE = "not_comparable"


@dataclass(frozen=True, kw_only=True)
class ComparisonRule:
    """One sentence on two examinations; `verdict` is what it decides, none for a sentence that only adds."""

    rule_id: str
    applies: Callable[[Exam], bool]
    trigger: str
    verdict: Verdict | None = None
    text: str
    text_for_patient: str
    citations: tuple[str, ...]


def changed(exam: Exam, direction: Direction) -> tuple[Compared, ...]:
    """The findings that changed in one direction."""
    return tuple(each for each in compared(exam) if each.direction is direction)


def _counts(exam: Exam, direction: Direction) -> bool:
    """Whether something changed by more than examiners differ by: by itself, or as two kinds of finding together."""
    found = changed(exam, direction)
    kinds: dict[str, set[Kind]] = {}
    for each in found:
        kinds.setdefault(each.finding.split("/")[1], set()).add(each.kind)  # of one leg: two legs show no trend
    return any(each.marked for each in found) or any(len(found) >= KINDS_OF_A_TREND for found in kinds.values())


def _worse(exam: Exam) -> bool:
    return _counts(exam, Direction.WORSE)


def _better(exam: Exam) -> bool:
    return _counts(exam, Direction.BETTER)


def _resolved(exam: Exam) -> bool:
    """Every deficit of the earlier examination was looked for again and is gone, and none has come."""
    gone = deficit_before(exam) and not not_tested_again(exam) and not deficit_now(exam)
    return gone and bool(changed(exam, Direction.BETTER))


def small(exam: Exam) -> tuple[Compared, ...]:
    """The changes in a direction in which nothing counts."""
    return tuple(each for way in Direction if not _counts(exam, way) for each in changed(exam, way))


def side_assumed(exam: Exam) -> bool:
    """Whether nobody knows that both examinations mean the same leg."""
    previous = exam.previous_examination
    return isinstance(previous, RememberedExamination) and previous.side_assumed


def elsewhere(exam: Exam) -> bool:
    """Whether something is told that another visit than the one of the date given supplied."""
    previous = exam.previous_examination
    if not isinstance(previous, RememberedExamination):
        return False
    told = {*(each.finding for each in compared(exam) if each.direction is not None), *not_tested_again(exam)}
    return bool(told & previous.elsewhere)


COMPARISONS = (
    ComparisonRule(
        rule_id="CO-NOT-COMPARABLE",
        applies=lambda exam: not compared(exam),
        trigger="Nothing was assessed at both examinations",
        verdict=Verdict.NOT_COMPARABLE,
        text="Nothing was examined both on {then} and on {on}, so the two cannot be compared. Repeat what was tested "
        "then.",
        text_for_patient="We cannot compare you with {then} yet, because different things were tested. Please ask for "
        "the same tests.",
        citations=("nerveroot_guideline",),
    ),
    ComparisonRule(
        rule_id="CO-MIXED",
        applies=lambda exam: _worse(exam) and _better(exam),
        trigger="Something is worse and something is better, each by more than examiners differ by",
        verdict=Verdict.MIXED,
        text="Worse and better than at the previous examination. Worse: {worse}. Better: {better}.",
        text_for_patient="Since {then} some things have got worse: {worse}. Some have got better: {better}. Please "
        "follow the advice here without waiting.",
        citations=("nerveroot_guideline", "vroomen2000"),
    ),
    ComparisonRule(
        rule_id="CO-WORSE",
        applies=_worse,
        trigger="Something is worse by more than examiners differ by: a whole MRC grade, normal strength that is weak "
        "without a grade, a test of strength that is lost, a symptom of bladder, bowel, saddle or both legs, an upper "
        "motor neuron sign, or findings of two kinds",
        verdict=Verdict.WORSE,
        text="Worse than at the previous examination: {worse}.",
        text_for_patient="Since {then} this has got worse: {worse}. Please follow the advice here without waiting.",
        citations=("nerveroot_guideline", "vroomen2000", "casazza2012"),
    ),
    ComparisonRule(
        rule_id="CO-RESOLVED",
        applies=_resolved,
        trigger="Every deficit of the previous examination was looked for again and is gone, and none has come",
        verdict=Verdict.BETTER,
        text="Every deficit of the previous examination is gone: {better}.",
        text_for_patient="All that was wrong on {then} has gone: {better}. That is good news. Please follow the advice "
        "here all the same.",
        citations=("nerveroot_guideline", "vroomen2000"),
    ),
    ComparisonRule(
        rule_id="CO-BETTER",
        applies=_better,
        trigger="Something is better by more than examiners differ by, and nothing is worse by as much",
        verdict=Verdict.BETTER,
        text="Better than at the previous examination: {better}. What is asked for below stays as it is.",
        text_for_patient="Since {then} this has got better: {better}. That is a good sign. Please follow the advice "
        "here all the same.",
        citations=("nerveroot_guideline", "vroomen2000"),
    ),
    ComparisonRule(
        rule_id="CO-FLAG-BEFORE",
        applies=lambda exam: bool(emergency_not_asked_again(exam)),
        trigger="Nothing else changed, but an emergency flag of the previous examination was not asked about again",
        verdict=Verdict.NOT_COMPARABLE,
        text="On {then} there was an emergency red flag, and it was not asked about again: whether anything has "
        "changed cannot be said. Ask today.",
        text_for_patient="On {then} there was a warning sign. We must ask about it again today before we can say how "
        "you are doing.",
        citations=("nerveroot_guideline", "casazza2012"),
    ),
    ComparisonRule(
        rule_id="CO-UNCHANGED",
        applies=lambda exam: True,
        trigger="Nothing changed by more than examiners differ by, and no emergency was left open",
        verdict=Verdict.UNCHANGED,
        text="No change since {then} beyond what two examiners differ by.",
        text_for_patient="What was tested is about the same as on {then}.",
        citations=("nerveroot_guideline", "vroomen2000"),
    ),
)
"""The first that applies gives the verdict."""

ADDITIONS = (
    ComparisonRule(
        rule_id="CO-SMALL",
        applies=lambda exam: bool(small(exam)) and not _resolved(exam),
        trigger="Half a grade, one reflex, one region or one sign of tension differs",
        text="Within what two examiners differ by: {small}.",
        text_for_patient="Some tests differ a little from then. That can come from the testing itself.",
        citations=("vroomen2000",),
    ),
    ComparisonRule(
        rule_id="CO-NOT-TESTED-AGAIN",
        applies=lambda exam: bool(not_tested_again(exam)),
        trigger="A deficit of the previous examination was not looked for again",
        text="Not normal before and not looked for again: {open}.",
        text_for_patient="Some things that were not right before still need to be tested again.",
        citations=("nerveroot_guideline",),
    ),
    ComparisonRule(
        rule_id="CO-SIDE",
        applies=side_assumed,
        trigger="One of the two examinations, known by the reference, states no side, or both, and the other one side",
        text="The side is not stated at both: the worse leg then is compared with the worse leg now. State the side.",
        text_for_patient="We do not know if it was the same leg. Please tell us which leg hurts.",
        citations=("nerveroot_guideline",),
    ),
    ComparisonRule(
        rule_id="CO-ELSEWHERE",
        applies=elsewhere,
        trigger="What is told was not assessed at the visit of that date; another remembered visit supplied it",
        text="Some of what is told of before was found at another visit than that of {then}, which did not assess it.",
        text_for_patient="Some of this was tested at another visit.",
        citations=("nerveroot_guideline",),
    ),
)
"""Said after the verdict, all that apply."""

CHANGE = ComparisonRule(
    rule_id="CO-CHANGE",
    applies=lambda exam: any(each.direction is not None for each in compared(exam)),
    trigger="A finding differs between the two examinations: how each is told",
    text="{finding} {was} on {then}, {now} on {on}",
    text_for_patient="{finding} ({was} then, {now} now)",
    citations=("nerveroot_guideline",),
)

COMPARISON_RULES = (*COMPARISONS, *ADDITIONS, CHANGE)
"""Every sentence that a comparison is made of."""
