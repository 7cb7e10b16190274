"""What coded observations state: items of the examination by our codes, and findings by the codes of conditions."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any, Final

from service.chart.conditions import meant
from service.chart.entries import A_DAY, Entry, Unreadable, check_unmodified, codings, days_of, is_modified, moment_of
from service.chart.meanings import BY_CODE, Meaning
from service.terminology.exam_items import GRADED, NOWHERE, UNGRADED, Item, Kind, exam_items
from service.terminology.systems import EXAM_ITEMS, EXAM_VALUES, LOINC, UCUM

STANDING: Final = frozenset({"final", "amended", "corrected", "preliminary"})
NOT_STANDING: Final = frozenset({"registered", "cancelled", "entered-in-error", "unknown"})
"""Statuses of an Observation (FHIR R4: observation-status)."""

SAME_AS: Final = {
    (LOINC, "72514-3"): "history.pain_severity",
    (LOINC, "32392-3"): "examination.reflexes.patellar",
}
"""Standard codes of items; the reflex has no side and is taken for the worse leg."""

BEGINNING: Final = datetime(1900, 1, 1, tzinfo=UTC)
NUMBERS: Final = ("valueDecimal", "valueInteger", "valueQuantity")
UNIT_WORDS: Final = {
    **dict.fromkeys(("year", "years"), "a"),
    **dict.fromkeys(("day", "days"), "d"),
    **dict.fromkeys(("hour", "hours"), "h"),
    **dict.fromkeys(("week", "weeks"), "wk"),
    **dict.fromkeys(("ml", "millilitre", "millilitres", "milliliter", "milliliters"), "mL"),
    **dict.fromkeys(("degree", "degrees", "°"), "deg"),
}
"""What people call the units (UCUM) of items; it is read where a quantity has no code."""
LARGEST: Final = 1e9
"""No number of an examination is larger, days and millilitres included."""


@dataclass(frozen=True, kw_only=True)
class Stated:
    """What one Observation states of an item; a value of None says that it was not assessed."""

    item: Item
    value: Any
    at: datetime
    """When it was observed, at the latest; the beginning of time where nobody says."""
    dated: bool = True
    """Whether the day is known."""
    latest: datetime | None = None
    """The last moment that the day or month allows; None where that is `at`."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A finding by the code of a condition, there or not."""

    meanings: tuple[Meaning, ...]
    """What it says; of one that is not there, what that denies."""
    label: str
    present: bool
    at: datetime
    dated: bool = True
    latest: datetime | None = None


def told_by(observation: Any, now: datetime) -> Stated | Finding | None:
    """What one Observation says; None where it does not stand, or its code is not known here.

    Raises:
        Unreadable: it is no Observation, or its value cannot be what its code asks for.
    """
    if not isinstance(observation, Mapping) or observation.get("resourceType") != "Observation":
        raise Unreadable("no Observation")
    check_unmodified(observation)
    status = observation.get("status")
    if not isinstance(status, str) or status not in STANDING | NOT_STANDING:
        raise Unreadable("status")
    if status in NOT_STANDING:
        return None
    at, dated, latest = _when(observation, now)
    item = item_of(observation.get("code"))
    if item is not None:
        _check_one_value(observation)
        return Stated(item=item, value=value_of(item, observation), at=at, dated=dated, latest=latest)
    meanings, label = meant(observation.get("code"))
    if not label:
        return None
    _check_one_value(observation)
    if observation.get("dataAbsentReason") is not None:
        return None
    present = _present(observation)
    meanings = meanings if present else _denied(observation.get("code"))
    return Finding(meanings=meanings, label=label, present=present, at=at, dated=dated, latest=latest)


def _check_one_value(observation: Entry) -> None:
    """Hold an Observation against what R4 allows: one value, or the reason why there is none (obs-6).

    Raises:
        Unreadable: it says two things, and nobody knows which counts.
    """
    said = (name for name, value in observation.items() if value is not None)
    if sum(name.startswith("value") or name == "dataAbsentReason" for name in said) > 1:
        raise Unreadable("more than one value, or a value and the reason why there is none")


def time_of(observation: Entry) -> Any:
    """The time of an Observation as it is stated, of a period its end; None where nobody says."""
    period = observation.get("effectivePeriod")
    span = (period.get("end") or period.get("start")) if isinstance(period, Mapping) else None
    return observation.get("effectiveDateTime") or observation.get("effectiveInstant") or span


def _when(observation: Entry, now: datetime) -> tuple[datetime, bool, datetime | None]:
    """When it was observed, whether the day is known, and the last moment it may have been where no time is stated.

    A month that is not over may be any day of it.
    """
    stated = time_of(observation)
    at, days = moment_of(stated, now), days_of(stated)
    if at is not None:
        return at, True, None if "T" in str(stated) or at >= now else min(at + A_DAY, now)
    last = datetime.combine(days.last, time(), UTC) if days is not None else BEGINNING
    if last > now or days is None:
        return BEGINNING, False, None
    return last, days.first == days.last, min(last + A_DAY, now)


def _denied(concept: Any) -> tuple[Meaning, ...]:
    """What the absence of a finding denies: only what its code names the whole of."""
    found = [(BY_CODE[key], key[1]) for key in codings(concept) if key in BY_CODE]
    return tuple(dict.fromkeys(meaning for meaning, code in found if code in meaning.denied_by))


def item_of(concept: Any) -> Item | None:
    """The item that a code names: ours before that of a standard."""
    named = list(codings(concept))
    ours = {code for system, code in named if system == EXAM_ITEMS}
    if not ours:
        return next((exam_items()[SAME_AS[each]] for each in named if each in SAME_AS), None)
    if len(ours) > 1 or not ours <= exam_items().keys():
        raise Unreadable("no item of the examination has this code")
    return exam_items()[ours.pop()]


def value_of(item: Item, told: Entry) -> Any:
    """The value of an item in the words of the contract; None where it was not assessed.

    Raises:
        Unreadable: it states something that the item does not take.
    """
    if told.get("dataAbsentReason") is not None:
        return None
    if item.kind is Kind.BOOLEAN:
        stated = told.get("valueBoolean")
        if isinstance(stated, bool):
            return stated
    elif item.kind is Kind.NUMBER:
        return _number(item, told)
    elif item.kind is Kind.GRADE:
        if any(told.get(name) is not None for name in NUMBERS):
            return _number(item, told)
        codes = _codes(told)
        if len(codes) == 1 and codes[0] in item.choices:
            return UNGRADED if codes[0] == UNGRADED else float(codes[0].removeprefix(GRADED))
    elif item.kind is Kind.CHOICES:
        return _chosen(item, (*_codes(told), *_codes_of_parts(item, told)))
    else:
        return _chosen(item, _codes(told))
    raise Unreadable(f"does not state what {item.code} takes")


def _chosen(item: Item, codes: tuple[str, ...]) -> Any:
    if item.kind is Kind.CHOICES and codes == (NOWHERE,):
        return []
    if codes and set(codes) <= set(item.choices) and (item.kind is Kind.CHOICES or len(codes) == 1):
        return list(dict.fromkeys(codes)) if item.kind is Kind.CHOICES else codes[0]
    raise Unreadable(f"does not state what {item.code} takes")


def _codes(told: Entry) -> tuple[str, ...]:
    """Our codes in the value: of a concept, or of a Coding."""
    concepts: list[Any] = [told.get("valueCodeableConcept"), {"coding": [told.get("valueCoding")]}]
    return tuple(dict.fromkeys(code for each in concepts for system, code in codings(each) if system == EXAM_VALUES))


def _codes_of_parts(item: Item, told: Entry) -> Iterator[str]:
    """Our codes in the components, each of the same item. A list is complete, so none of them may be passed over."""
    parts = told.get("component", [])
    if not isinstance(parts, Sequence) or isinstance(parts, str):
        raise Unreadable("components that are not understood")
    for part in parts:
        codes = _codes(part) if isinstance(part, Mapping) and not is_modified(part) else ()
        if not codes or (EXAM_ITEMS, item.code) not in codings(part.get("code")) or NOWHERE in codes:
            raise Unreadable("a component that is not understood")
        yield from codes


def _number(item: Item, told: Entry) -> float:
    quantity = told.get("valueQuantity")
    if isinstance(quantity, Mapping):
        if quantity.get("comparator") is not None or not _fits(quantity, item.unit):
            raise Unreadable(f"has another unit than {item.code}")
        told = {"valueDecimal": quantity.get("value")}
    number = _plain_number(told)
    if number is None:
        raise Unreadable(f"does not state what {item.code} takes")
    return number


def _fits(quantity: Entry, unit: str | None) -> bool:
    """Whether a quantity has the unit of an item, or says none; a score has none, or that of scores."""
    if quantity.get("system") not in (UCUM, None):
        return False
    stated = quantity.get("code")
    if stated is None:
        stated = quantity.get("unit")
        stated = UNIT_WORDS.get(stated.strip().casefold(), stated) if isinstance(stated, str) else stated
    return stated is None or stated == unit or (unit is None and stated in ("1", "{score}"))


def _plain_number(told: Entry) -> float | None:
    for name in ("valueDecimal", "valueInteger"):
        stated = told.get(name)
        if isinstance(stated, int | float) and not isinstance(stated, bool):
            # An integer may be larger than any float; JSON as Python reads it may hold NaN.
            if not -LARGEST <= stated <= LARGEST or math.isnan(stated):
                raise Unreadable("no number of an examination")
            return float(stated)
    return None


def _present(observation: Entry) -> bool:
    """Whether the finding is there: it is, unless it is said not to be."""
    stated = observation.get("valueBoolean")
    if stated is not None and not isinstance(stated, bool):
        raise Unreadable("neither true nor false")
    others: Iterator[str] = (name for name in observation if name.startswith("value") and name != "valueBoolean")
    if next(others, None) is not None:
        raise Unreadable("a value that is not understood")
    return stated is not False
