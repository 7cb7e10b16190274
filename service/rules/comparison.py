"""Since last time: the verdict on two examinations, and what to say of it. It never lowers what a red flag asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final

from features.exam import Exam
from service.rules.changes import Compared, Direction, Value
from service.rules.comparison_rules import ADDITIONS, CHANGE, COMPARISONS, ComparisonRule, Verdict, changed, small
from service.rules.findings import hours_apart
from service.rules.pointers import OTHER
from service.rules.progression import not_tested_again
from service.rules.terms import VALUES, Term, finding_of
from service.rules.wording import ENGLISH, Wording

_DESCRIBED: Final = {"use_attribute_docstrings": True}
"""For `__pydantic_config__`: the text below a field describes it to clients."""


class Source(StrEnum):
    """Where the earlier examination came from."""

    BODY = "body"
    REFERENCE = "reference"


@dataclass(frozen=True, kw_only=True)
class Change:
    """One finding that changed between the two examinations.

    `marked` says that the change is more than two examiners of the same leg may differ by.
    """

    __pydantic_config__: ClassVar = _DESCRIBED

    finding: str
    """The finding (JSON pointer into the body)."""
    was: Value
    """What it was at the previous examination, as the contract writes it."""
    now: Value
    """What it is now."""
    direction: Direction
    """Whether that is worse or better."""
    marked: bool
    """Whether it is more than two examiners of the same leg may differ by."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The present examination against an earlier one, each leg against itself."""

    __pydantic_config__: ClassVar = _DESCRIBED

    rule_id: str
    """The rule that gives the verdict."""
    rule_ids: tuple[str, ...]
    """The rules of all sentences said, in reading order."""
    verdict: Verdict
    """`not_comparable` where nothing was assessed at both examinations."""
    source: Source
    """`body`: previous_examination as it was sent; `reference`: remembered under the same patient.reference, in whole
    or in part."""
    previous_examined_at: datetime | None
    """When the earlier examination was done."""
    examined_at: datetime | None
    """When the present one was done."""
    hours_between: float | None
    """Null where one of the dates is missing."""
    changes: tuple[Change, ...]
    """Every finding that was assessed at both and changed, what is worse first."""
    not_tested_again: tuple[str, ...]
    """The deficits of the earlier examination that nobody looked for again (JSON pointers into the body)."""
    text: str
    text_for_patient: str
    citations: tuple[str, ...]


def comparison_of(exam: Exam, *, source: Source = Source.BODY, wording: Wording = ENGLISH) -> Comparison | None:
    """The present examination against the previous one; None where there is none."""
    previous = exam.previous_examination
    if previous is None:
        return None
    verdict = next(rule for rule in COMPARISONS if rule.applies(exam))
    assert verdict.verdict is not None
    said = [verdict, *(rule for rule in ADDITIONS if rule.applies(exam))]
    used = [*said, *([CHANGE] if CHANGE.applies(exam) else [])]
    changes = (*changed(exam, Direction.WORSE), *changed(exam, Direction.BETTER))
    return Comparison(
        rule_id=verdict.rule_id,
        rule_ids=tuple(rule.rule_id for rule in used),
        verdict=verdict.verdict,
        source=source,
        previous_examined_at=previous.examined_at,
        examined_at=exam.examined_at,
        hours_between=hours_apart(exam),
        changes=tuple(
            Change(finding=each.finding, was=each.was, now=each.now, direction=each.direction, marked=each.marked)
            for each in changes
            if each.direction is not None
        ),
        not_tested_again=not_tested_again(exam),
        text=_told(said, exam, "text", wording),
        text_for_patient=_told(said, exam, "text_for_patient", wording),
        citations=tuple(dict.fromkeys(key for rule in used for key in rule.citations)),
    )


NAMED_TO_PATIENT = 3
"""Findings named in one sentence to the person; a longer list is for the clinician."""


def _told(rules: Sequence[ComparisonRule], exam: Exam, register: str, wording: Wording) -> str:
    """The sentences of `rules` in one register, with dates, findings and grades in their places."""
    then, on = _dates(exam, register, wording)

    def each_of(found: Sequence[Compared]) -> str:
        named = found if register == "text" else found[:NAMED_TO_PATIENT]
        parts = [
            wording.say(
                CHANGE.rule_id,
                register,
                getattr(CHANGE, register),
                finding=_finding(each.finding, register, wording),
                was=_value(each.finding, each.was, register, wording),
                now=_value(each.finding, each.now, register, wording),
                then=then,
                on=on,
            )
            for each in named
        ]
        return "; ".join(parts)

    worse, better = changed(exam, Direction.WORSE), changed(exam, Direction.BETTER)
    left = [_finding(pointer, register, wording) for pointer in not_tested_again(exam)]
    values = {
        "then": then,
        "on": on,
        "worse": each_of(worse),
        "better": each_of(better),
        "small": each_of(small(exam)),
        "open": ", ".join(left),
    }
    return " ".join(wording.say(rule.rule_id, register, getattr(rule, register), **values) for rule in rules)


def _dates(exam: Exam, register: str, wording: Wording) -> tuple[str, str]:
    """Both dates in the zone of the present examination; with the time of day where it is the same day."""
    now = exam.examined_at
    then = exam.previous_examination.examined_at if exam.previous_examination else None
    if now is not None and then is not None:
        then = then.astimezone(now.tzinfo)
    shape = "%Y-%m-%d %H:%M" if now is not None and then is not None and now.date() == then.date() else "%Y-%m-%d"

    def shown(moment: datetime | None, unknown: str) -> str:
        return _term(VALUES[unknown], register, wording) if moment is None else moment.strftime(shape)

    return shown(then, "undated"), shown(now, "today")


def _term(term: Term, register: str, wording: Wording, **values: str) -> str:
    return wording.say(term.rule_id, register, getattr(term, register), **values)


def _finding(pointer: str, register: str, wording: Wording) -> str:
    """A finding in words, and that it is of the other leg where it is."""
    named = _term(finding_of(pointer), register, wording)
    other = pointer.startswith(OTHER)
    return _term(VALUES["of_other_leg"], register, wording, finding=named) if other else named


def _value(finding: str, value: Value, register: str, wording: Wording) -> str:
    """A grade, a volume, a result or an answer in words."""
    if isinstance(value, bool | str):
        return _term(VALUES[str(value).lower()], register, wording)
    kind = "volume" if finding.endswith("_ml") else "grade"
    return _term(VALUES[kind], register, wording, value=f"{value:g}")
