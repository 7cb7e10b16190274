"""Which of many observations count today: of each item the newest, for as long as it may be said of today.

*Not assessed* says nothing, and so talks nothing down. A red flag that is there counts longer than one that is not,
because a day that is missing, or wrong, must not hide it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from features.consistency import CLOCK_SLACK
from service.chart.entries import Unreadable
from service.chart.facts import Question
from service.chart.gravity import alike, gravity, pressing
from service.chart.meanings import CANCER, FRESH_DAYS, NEW_DAYS
from service.chart.observations import BEGINNING, Finding, Stated, told_by
from service.terminology.exam_items import Item, Kind, exam_items
from service.terminology.exam_texts import item_text

DURATION: Final = "history.symptom_duration_days"
RED_FLAGS: Final = "red_flags."
LASTING: Final = frozenset({CANCER, "red_flags.osteoporosis"})
"""What does not go away."""
OF_THE_PATIENT: Final = frozenset({"patient.age_years", "patient.sex"})
"""What the Patient says, and no observation."""

_END: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Observed:
    """What the observations of a chart say of today."""

    statements: Mapping[str, Any]
    times: Mapping[str, datetime]
    """When each was observed."""
    findings: tuple[Finding, ...]
    """Those that are there, and that nothing newer denies."""
    outdated: tuple[tuple[str, Question], ...]
    """The items that were there and are too old to be stated, with what to ask instead."""
    apart: tuple[Question, ...]
    """What to ask where observations of one time say different things."""
    unread: int


@dataclass(frozen=True, kw_only=True)
class _Told:
    """One thing that was observed of an item, and the last moment at which it may have been."""

    code: str
    value: Any
    at: datetime
    latest: datetime
    by_finding: bool
    apart: bool = False
    """Whether another one of the same time says something else."""


@dataclass(kw_only=True)
class _Reading:
    """What has been read so far."""

    now: datetime
    told: defaultdict[str, list[_Told]] = field(default_factory=lambda: defaultdict(list))
    findings: list[Finding] = field(default_factory=list)
    unread: int = 0

    def keep(self, code: str, value: Any, told: Stated | Finding) -> None:
        """Keep what was told of an item."""
        latest = _END if _stays(code, value, told.at) else told.latest or told.at
        by_finding = isinstance(told, Finding) and told.present
        self.told[code].append(_Told(code=code, value=value, at=told.at, latest=latest, by_finding=by_finding))

    def newest(self) -> dict[str, _Told]:
        """Of each item what is newest; of what may be of one time the gravest, whatever came first."""
        return {code: _gravest(told) for code, told in self.told.items()}

    def placed(self, told: Stated | Finding) -> bool:
        """Whether it has a day, and none of the future."""
        return told.dated and told.at != BEGINNING and told.at <= self.now + CLOCK_SLACK


def observed_in(observations: Iterable[Any], now: datetime) -> Observed:
    """What these observations say at the moment `now`; what cannot be read, or has no day, is counted."""
    reading = _Reading(now=now)
    for each in observations:
        try:
            told = told_by(each, now)
        except Unreadable:
            reading.unread += 1
            continue
        if isinstance(told, Stated):
            _read_stated(reading, told)
        elif isinstance(told, Finding):
            _read_finding(reading, told)
    newest = reading.newest()
    own = {code: each for code, each in newest.items() if not each.by_finding}
    questions = ((code, _question(code, each, now)) for code, each in own.items())
    return Observed(
        statements={code: _today(code, each, now) for code, each in own.items() if _counts(code, each, now)},
        times={code: each.at for code, each in own.items()},
        findings=tuple(_undenied(each, newest) for each in reading.findings),
        outdated=tuple((code, asked) for code, asked in questions if asked is not None),
        apart=tuple(_which(code) for code, each in own.items() if each.apart and _counts(code, each, now)),
        unread=reading.unread,
    )


def _read_stated(reading: _Reading, told: Stated) -> None:
    code, value = told.item.code, told.value
    if value is None or code in OF_THE_PATIENT:
        return
    if _takes(told.item, value) and (_raised(code, value) or reading.placed(told)):
        reading.keep(code, value, told)
    else:
        reading.unread += 1


def _read_finding(reading: _Reading, told: Finding) -> None:
    if not told.present and not reading.placed(told):
        reading.unread += 1
        return
    if told.present:
        reading.findings.append(told)
    for meaning in told.meanings:
        if meaning.item is not None and meaning.value is True:
            reading.keep(meaning.item, told.present, told)


def _undenied(finding: Finding, newest: Mapping[str, _Told]) -> Finding:
    """The finding without what something newer denies."""
    denied = {code for code, each in newest.items() if each.value is False}
    return replace(finding, meanings=tuple(each for each in finding.meanings if each.item not in denied))


def _raised(code: str, value: Any) -> bool:
    return code.startswith(RED_FLAGS) and value is True


def _stays(code: str, value: Any, at: datetime) -> bool:
    """Whether it is a flag that nothing outdoes: it does not go away, or may be of today."""
    return _raised(code, value) and (code in LASTING or at == BEGINNING)


def _gravest(told: list[_Told]) -> _Told:
    newest = max(each.at for each in told)
    rivals = [each for each in told if each.latest >= newest]
    best = max(rivals, key=lambda each: (gravity(each.code, each.value), not each.by_finding, each.at, str(each.value)))
    if isinstance(best.value, list):
        return _together(best, rivals)
    unlike = not best.code.startswith(RED_FLAGS) and any(not alike(best.value, each.value) for each in rivals)
    return replace(best, apart=unlike)


def _together(best: _Told, rivals: list[_Told]) -> _Told:
    """A list of which each member may be an observation of its own, as an answered form is taken apart (FHIR SDC)."""
    named = dict.fromkeys(member for each in rivals for member in each.value)
    members = [each for each in exam_items()[best.code].choices if each in named]
    return replace(best, value=members, apart=bool(members) and any(each.value == [] for each in rivals))


def _counts(code: str, newest: _Told, now: datetime) -> bool:
    """Whether it may be said of today: signs, and denials, as long as an exam form; flags that are there while new."""
    if not _raised(code, newest.value):
        return now - newest.at <= timedelta(days=FRESH_DAYS)
    return newest.latest == _END or now - newest.at <= timedelta(days=NEW_DAYS)


def _today(code: str, newest: _Told, now: datetime) -> Any:
    """The value as it is today: symptoms have lasted on since."""
    return newest.value + max((now - newest.at).days, 0) if code == DURATION else newest.value


def _question(code: str, newest: _Told, now: datetime) -> Question | None:
    """What to ask where something that may ask for a scan was there, and is too old to be stated of today."""
    if newest.value is False or _counts(code, newest, now):
        return None
    measured = code.startswith(RED_FLAGS) and now - newest.at <= timedelta(days=NEW_DAYS)
    if not (measured or _raised(code, newest.value) or pressing(code, newest.value)):
        return None
    return Question(code=f"old_{_name(code)}", text=f"{_called(code)}: observed in {newest.at.year}, and now?")


def _which(code: str) -> Question:
    return Question(
        code=f"twice_{_name(code)}", text=f"{_called(code)}: two observations of one time disagree. Which holds?"
    )


def _name(code: str) -> str:
    return code.removeprefix(RED_FLAGS)


def _called(code: str) -> str:
    return item_text(code).rstrip("?.")


def _takes(item: Item, value: Any) -> bool:
    """Whether the contract takes the value."""
    if not isinstance(value, float):
        return True
    if item.kind is Kind.GRADE:
        return f"mrc-{value:g}" in item.choices
    return (item.low is None or value >= item.low) and (item.high is None or value <= item.high)
