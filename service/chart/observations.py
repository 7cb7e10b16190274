"""What coded observations state: items of the examination by our codes, and findings by the codes of conditions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from service.chart.conditions import meant
from service.chart.entries import Entry, Unreadable, codings, moment_of
from service.chart.meanings import Meaning
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


@dataclass(frozen=True, kw_only=True)
class Stated:
    """What one Observation states of an item; a value of None says that it was not assessed."""

    item: Item
    value: Any
    at: datetime
    """When it was observed; the beginning of time where nobody says."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A finding by the code of a condition, there or not."""

    meanings: tuple[Meaning, ...]
    label: str
    present: bool
    at: datetime


def told_by(observation: Any, now: datetime) -> Stated | Finding | None:
    """What one Observation says; None where it does not stand, or its code is not known here.

    Raises:
        Unreadable: it is no Observation, or its value cannot be what its code asks for.
    """
    if not isinstance(observation, Mapping) or observation.get("resourceType") != "Observation":
        raise Unreadable("no Observation")
    status = observation.get("status")
    if status not in STANDING | NOT_STANDING:
        raise Unreadable("status")
    if status in NOT_STANDING:
        return None
    period = observation.get("effectivePeriod")
    start = period.get("start") if isinstance(period, Mapping) else None
    at = moment_of(observation.get("effectiveDateTime") or observation.get("effectiveInstant") or start, now)
    item = item_of(observation.get("code"))
    if item is not None:
        return Stated(item=item, value=value_of(item, observation), at=at or BEGINNING)
    meanings, label = meant(observation.get("code"))
    if not label:
        return None
    return Finding(meanings=meanings, label=label, present=_present(observation), at=at or BEGINNING)


def item_of(concept: Any) -> Item | None:
    """The item that a code names: ours before that of a standard."""
    named = list(codings(concept))
    ours = next((exam_items()[code] for system, code in named if system == EXAM_ITEMS and code in exam_items()), None)
    if ours is None and any(system == EXAM_ITEMS for system, _ in named):
        raise Unreadable("no item of the examination has this code")
    return ours or next((exam_items()[SAME_AS[each]] for each in named if each in SAME_AS), None)


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
        number = _plain_number(told)
        if number is not None:
            return number
        (code,) = _codes(told) or (None,)
        if code in item.choices:
            return UNGRADED if code == UNGRADED else float(str(code).removeprefix(GRADED))
    else:
        return _chosen(item, _codes(told))
    raise Unreadable(f"does not state what {item.code} takes")


def _chosen(item: Item, codes: tuple[str, ...]) -> Any:
    if item.kind is Kind.CHOICES and codes == (NOWHERE,):
        return []
    if codes and set(codes) <= set(item.choices) and (item.kind is Kind.CHOICES or len(codes) == 1):
        return list(codes) if item.kind is Kind.CHOICES else codes[0]
    raise Unreadable(f"does not state what {item.code} takes")


def _codes(told: Entry) -> tuple[str, ...]:
    """Our codes in the value: of a concept, of a Coding, or of the components."""
    concepts: list[Any] = [told.get("valueCodeableConcept"), {"coding": [told.get("valueCoding")]}]
    components = told.get("component")
    for each in components if isinstance(components, Sequence) and not isinstance(components, str) else ():
        if isinstance(each, Mapping):
            concepts.append(each.get("valueCodeableConcept"))
    return tuple(dict.fromkeys(code for each in concepts for system, code in codings(each) if system == EXAM_VALUES))


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
    stated = quantity.get("code") or quantity.get("unit")
    return stated is None or stated == unit or (unit is None and stated in ("1", "{score}"))


def _plain_number(told: Entry) -> float | None:
    for name in ("valueDecimal", "valueInteger"):
        stated = told.get(name)
        if isinstance(stated, int | float) and not isinstance(stated, bool):
            return float(stated)
    quantity = told.get("valueQuantity")
    inner = quantity.get("value") if isinstance(quantity, Mapping) else None
    return float(inner) if isinstance(inner, int | float) and not isinstance(inner, bool) else None


def _present(observation: Entry) -> bool:
    """Whether the finding is there: it is, unless it is said not to be."""
    if observation.get("dataAbsentReason") is not None:
        raise Unreadable("not assessed")
    stated = observation.get("valueBoolean")
    if stated is not None and not isinstance(stated, bool):
        raise Unreadable("neither true nor false")
    others: Iterator[str] = (name for name in observation if name.startswith("value") and name != "valueBoolean")
    if next(others, None) is not None:
        raise Unreadable("a value that is not understood")
    return stated is not False
