"""What is played: five patients, from the chart that is opened to the feedback on a card."""

from collections.abc import Callable, Mapping
from datetime import date
from http.client import PRECONDITION_FAILED, UNAUTHORIZED
from typing import Any, Final

from bench.demo_ehr.calling import RecordSystem, Refused
from bench.demo_ehr.charts import (
    CERVICAL_MRI,
    LUMBAR_MRI,
    Chart,
    Resource,
    cancer,
    cauda_equina,
    early,
    order,
    persistent,
    unknown,
)
from bench.demo_ehr.showing import shown

SELECT: Final = "order-select"
SIGN: Final = "order-sign"
VIEW: Final = "patient-view"

Tell = Callable[[str], None]
Services = Mapping[str, Mapping[str, Any]]


def everybody(today: date) -> tuple[Chart, ...]:
    """All patients of the record system."""
    return tuple(make(today) for make in (early, cauda_equina, unknown, persistent, cancer))


def play(system: RecordSystem, today: date, tell: Tell) -> int:
    """Play it all; how many cards were shown.

    Raises:
        Unanswered: nothing answers.
        Refused: a call is refused.
    """
    services = {each["hook"]: each for each in system.discover()}
    tell("discovery: " + ", ".join(f"{each['id']} ({hook})" for hook, each in services.items()))
    first, emergency, empty, late, elsewhere = everybody(today)
    cards = 0
    for number, chart in enumerate((first, emergency, empty, late), 1):
        tell(f"\n{number}. {chart.title}")
        if chart is late:
            cards += _said(system, services[VIEW], chart, (), tell, "the chart is opened")
        selected = system.call(services[SELECT], chart, order(chart))
        tell(f"   order-select, lumbar MRI: {_count(selected)}")
        signed = _signed(system, services, chart, tell)
        cards += len(signed)
        _feedback(system, services[SIGN], chart, signed, tell)
    tell(f"\n5. {elsewhere.title}; nothing is prefetched, the service asks the FHIR server")
    try:
        cards += _said(system, services[SIGN], elsewhere, (order(elsewhere),), tell, "lumbar MRI", fetched=True)
    except Refused as refused:
        if refused.status != PRECONDITION_FAILED:
            raise
        tell(f"   order-sign, lumbar MRI: {refused}")  # a service elsewhere may not ask this machine
    tell("\n6. The same person, an MRI of the neck")
    cards += _said(system, services[SIGN], elsewhere, (order(elsewhere, CERVICAL_MRI),), tell, "cervical MRI")
    return cards


def checks_tokens(system: RecordSystem, today: date) -> bool:
    """Whether a call is refused that brings no token."""
    services = {each["hook"]: each for each in system.discover()}
    nobody = RecordSystem(base=system.base, served=system.served, signer=None, client=system.client)
    chart = unknown(today)
    try:
        nobody.call(services[SIGN], chart, order(chart, CERVICAL_MRI))
    except Refused as refused:
        return refused.status == UNAUTHORIZED
    return False


def _signed(system: RecordSystem, services: Services, chart: Chart, tell: Tell) -> list[dict[str, Any]]:
    cards = system.call(services[SIGN], chart, order(chart, LUMBAR_MRI))
    tell(f"   order-sign, lumbar MRI: {_count(cards)}")
    for card in cards:
        tell(shown(card))
    return cards


def _said(
    system: RecordSystem,
    service: Mapping[str, Any],
    chart: Chart,
    orders: tuple[Resource, ...],
    tell: Tell,
    what: str,
    *,
    fetched: bool = False,
) -> int:
    cards = system.call(service, chart, *orders, fetched=fetched)
    tell(f"   {service['hook']}, {what}: {_count(cards)}")
    for card in cards:
        tell(shown(card))
    return len(cards)


def _feedback(
    system: RecordSystem, service: Mapping[str, Any], chart: Chart, cards: list[dict[str, Any]], tell: Tell
) -> None:
    """Do what the first card suggests, or override it with its first reason; of other cards nothing is told."""
    for card in cards[:1]:
        chosen = [each["uuid"] for each in card.get("suggestions", ())[:1] if "uuid" in each]
        reasons = card.get("overrideReasons", ())
        if chosen:
            system.tell(
                service, card["uuid"], outcome="accepted", acceptedSuggestions=[{"id": each} for each in chosen]
            )
            tell(f"   feedback: accepted, {card['suggestions'][0]['label']}")
        elif reasons:
            reason = {"reason": {name: reasons[0][name] for name in ("code", "system")}}
            system.tell(service, card["uuid"], outcome="overridden", overrideReason=reason)
            tell(f"   feedback: overridden, {reasons[0]['display']}")


def _count(cards: list[dict[str, Any]]) -> str:
    return {0: "no card", 1: "1 card"}.get(len(cards), f"{len(cards)} cards")
