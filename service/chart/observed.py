"""Which of many observations count today: of each item the newest, for as long as it may be said of today.

*Not assessed* says nothing, and so talks nothing down. A red flag that is there counts longer than one that is not,
because a day that is missing, or wrong, must not hide it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from features.consistency import CLOCK_SLACK
from service.chart.entries import Unreadable
from service.chart.facts import Question
from service.chart.meanings import CANCER, FRESH_DAYS, NEW_DAYS
from service.chart.observations import BEGINNING, Finding, Stated, told_by
from service.terminology.exam_items import Item, Kind
from service.terminology.exam_texts import question

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
    """The items of red flags that were there and are too old to be stated, with what to ask instead."""
    unread: int


@dataclass(frozen=True, kw_only=True)
class _Newest:
    rank: datetime
    at: datetime
    value: Any
    by_finding: bool


@dataclass(kw_only=True)
class _Reading:
    """What has been read so far."""

    now: datetime
    newest: dict[str, _Newest] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    unread: int = 0

    def keep(self, code: str, value: Any, at: datetime, *, by_finding: bool = False) -> None:
        """Keep it if it is newer; of two at the same time a flag that is there."""
        known = self.newest.get(code)
        found = _Newest(rank=_rank(code, value, at), at=at, value=value, by_finding=by_finding)
        if known is None or found.rank > known.rank or (found.rank == known.rank and value is True):
            self.newest[code] = found

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
    own = {code: each for code, each in reading.newest.items() if not each.by_finding}
    questions = ((code, _question(code, each, now)) for code, each in own.items())
    return Observed(
        statements={code: _today(code, each, now) for code, each in own.items() if _counts(code, each, now)},
        times={code: each.at for code, each in own.items()},
        findings=tuple(_undenied(each, reading.newest) for each in reading.findings),
        outdated=tuple((code, asked) for code, asked in questions if asked is not None),
        unread=reading.unread,
    )


def _read_stated(reading: _Reading, told: Stated) -> None:
    code, value = told.item.code, told.value
    if value is None or code in OF_THE_PATIENT:
        return
    if _takes(told.item, value) and (_raised(code, value) or reading.placed(told)):
        reading.keep(code, value, told.at)
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
            reading.keep(meaning.item, told.present, told.at, by_finding=told.present)


def _undenied(finding: Finding, newest: Mapping[str, _Newest]) -> Finding:
    """The finding without what something newer denies."""
    denied = {code for code, each in newest.items() if each.value is False}
    return replace(finding, meanings=tuple(each for each in finding.meanings if each.item not in denied))


def _raised(code: str, value: Any) -> bool:
    return code.startswith(RED_FLAGS) and value is True


def _rank(code: str, value: Any, at: datetime) -> datetime:
    """What is newer ranks higher; a flag that does not go away, or may be of today, is outdone by nothing."""
    return _END if _raised(code, value) and (code in LASTING or at == BEGINNING) else at


def _counts(code: str, newest: _Newest, now: datetime) -> bool:
    """Whether it may be said of today: signs, and denials, as long as an exam form; flags that are there while new."""
    if not _raised(code, newest.value):
        return now - newest.at <= timedelta(days=FRESH_DAYS)
    return newest.rank == _END or now - newest.at <= timedelta(days=NEW_DAYS)


def _today(code: str, newest: _Newest, now: datetime) -> Any:
    """The value as it is today: symptoms have lasted on since."""
    return newest.value + max((now - newest.at).days, 0) if code == DURATION else newest.value


def _question(code: str, newest: _Newest, now: datetime) -> Question | None:
    """What to ask where a flag was there, or was measured not long ago, and is no statement of today."""
    if not code.startswith(RED_FLAGS) or newest.value is False or _counts(code, newest, now):
        return None
    if newest.value is not True and now - newest.at > timedelta(days=NEW_DAYS):
        return None
    name = code.removeprefix(RED_FLAGS)
    return Question(code=f"old_{name}", text=f"{question(code).rstrip('?')}: observed in {newest.at.year}, and now?")


def _takes(item: Item, value: Any) -> bool:
    """Whether the contract takes the value."""
    if not isinstance(value, float):
        return True
    if item.kind is Kind.GRADE:
        return f"mrc-{value:g}" in item.choices
    return (item.low is None or value >= item.low) and (item.high is None or value <= item.high)
