"""From one call of a hook to its cards: silent first, then one assessment a card, the most urgent card first."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from service.cds.cards import Card, Pages, card, card_to_a_minor, card_without_record, pressing
from service.cds.case import Case
from service.cds.gathering import Gathered
from service.cds.orders import Order, imaging_orders
from service.cds.question import Indicator, of_interest, verdict
from service.cds.request import PATIENT_VIEW, HookRequest
from service.chart.exam_of_chart import exam_of
from service.chart.facts import Chart
from service.consult import Asked, Consult
from service.identity.caller import Caller
from service.intake import MINIMUM_AGE
from service.languages import Language
from service.record.record import Mark
from service.silenced import AnswerWithheld

ENTRANCE: Final = "cds-hooks"
PERSONS: Final = ("Patient", "RelatedPerson")
"""Who of the users reads plain words."""

_LOUDEST: Final = tuple(reversed(Indicator))
_WEAKEST: Final = (Mark.NONE, Mark.DEFERRED, Mark.STORED)


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call that was let in and read."""

    request: HookRequest
    caller: Caller
    at: datetime
    language: Language
    pages: Pages


@dataclass(frozen=True, kw_only=True)
class Cards:
    """The answer, and where it is kept."""

    cards: tuple[Card, ...] = ()
    mark: Mark = Mark.NONE
    """The weakest of those of the cards; none where nothing was assessed."""


async def answer(call: Call, consult: Consult, gather: Callable[[HookRequest], Awaitable[Gathered]]) -> Cards:
    """The cards of one call; none where the orders, or the chart, have nothing to do with the lumbar spine.

    Raises:
        Refusal: the call is about somebody else, or too little can be had of the chart.
        AnswerWithheld: no answer could be given at all, and no red flag is up that has to be told all the same.
    """
    opened = call.request.hook == PATIENT_VIEW
    orders: tuple[Order | None, ...] = (None,) if opened else imaging_orders(call.request)
    if not orders:
        return Cards()  # before anything is fetched: what is not needed is not asked for
    gathered = await gather(call.request)
    if gathered.person.age_years is not None and gathered.person.age_years < MINIMUM_AGE:
        return Cards() if opened else Cards(cards=(card_to_a_minor(call.pages),))
    charts = [(gathered.chart(order), order) for order in orders]
    told = [await _told(call, consult, chart, order) for chart, order in charts if not opened or of_interest(chart)]
    if told and all(each.fault is not None and not pressing(each.fault.flags) for each in told):
        raise next(each.fault for each in told if each.fault is not None)
    ranked = sorted(told, key=lambda each: _LOUDEST.index(Indicator(each.card["indicator"])))
    mark = min((each.mark for each in told), key=_WEAKEST.index, default=Mark.NONE)
    return Cards(cards=tuple(each.card for each in ranked), mark=mark)


@dataclass(frozen=True, kw_only=True)
class _Told:
    """One card; `fault` where the answer itself could not be given."""

    card: Card
    mark: Mark
    fault: AnswerWithheld | None = None


async def _told(call: Call, consult: Consult, chart: Chart, order: Order | None) -> _Told:
    exam = exam_of(chart)
    try:
        answered = await consult(
            Asked(
                exam=exam,
                at=call.at,
                caller=call.caller,
                entrance=ENTRANCE,
                language=call.language,
                explained=False,
            )
        )
    except AnswerWithheld as fault:
        return _Told(card=card_without_record(fault.flags, chart, order, call.pages), mark=Mark.NONE, fault=fault)
    assessment = answered.assessment
    assert assessment is not None, "an answer without an Idempotency-Key is never replayed"
    case = Case(
        chart=chart,
        exam=exam,
        assessment=assessment,
        order=order,
        verdict=verdict(assessment, chart, order),
        patient_id=call.request.context.patient_id,
        to_person=call.request.context.user_type in PERSONS,
    )
    return _Told(card=card(case, call.pages), mark=answered.mark)
