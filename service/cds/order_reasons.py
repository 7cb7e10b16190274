"""Why something is ordered: what counts as found in the patient, and what of an order is not understood here.

The reasons of all unsigned orders are about one patient, so each counts in the chart of every order. What the own order
says beyond the codes that are known here may be the very flag that asks for the scan: it is asked about, and as long as
it is, nobody is told that the order comes too early (docs/decisions/0018).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from service.cds.orders import Order
from service.cds.request import HookRequest
from service.chart.conditions import meant, problem_of
from service.chart.entries import Unreadable
from service.chart.facts import Question
from service.chart.observations import Stated, told_by
from service.chart.words import worries

CONDITION: Final = "Condition"
OBSERVATION: Final = "Observation"
ROUTINE: Final = (None, "routine")

NOT_READ: Final = Question(
    code="order_reason",
    text="The reason for this order is not understood here (words, a code that is not known, or a reference that leads "
    "nowhere): what is it?",
)
NOTE: Final = Question(code="order_note", text="The order carries a note, which is not read here: what does it say?")
URGENT: Final = Question(code="order_priority", text="The order is marked as urgent: why?")
_WITHDRAWN: Final = ("revoked", "entered-in-error")

Resource = Mapping[str, Any]
Addressed = Mapping[str, list[Resource]]


@dataclass(frozen=True, kw_only=True)
class Drafted:
    """What the unsigned orders of a call say of the patient. Nothing of it is shown by `repr`."""

    reasons: tuple[Resource, ...] = field(default=(), repr=False)
    """The concepts of every `reasonCode`."""
    resources: tuple[Resource, ...] = field(default=(), repr=False)
    """The Conditions and Observations that came along with the orders, beside them or within."""
    by_address: Mapping[str, tuple[Resource, ...]] = field(default_factory=dict, repr=False)
    """What references may lead to; two things of one address are both kept."""
    fhir_server: str | None = field(default=None, repr=False)
    """Where an absolute reference leads to the same record system."""

    def of_kind(self, kind: str) -> tuple[Resource, ...]:
        """Those of one type."""
        return tuple(each for each in self.resources if each.get("resourceType") == kind)


def drafted(request: HookRequest) -> Drafted:
    """What the orders of a call say of its patient."""
    reasons: list[Resource] = []
    resources: list[Resource] = []
    by_address: dict[str, tuple[Resource, ...]] = {}
    for full_url, each in _entries(request):
        for address in filter(None, (full_url, address_of(each))):
            by_address[address] = (*by_address.get(address, ()), each)
        if each.get("status") in _WITHDRAWN:
            continue
        stated = each.get("reasonCode")
        reasons += [stated] if isinstance(stated, dict) else _objects(stated)
        resources += (
            one
            for one in (each, *_objects(each.get("contained")))
            if one.get("resourceType") in (CONDITION, OBSERVATION)
        )
    return Drafted(
        reasons=tuple(reasons), resources=tuple(resources), by_address=by_address, fhir_server=request.fhir_server
    )


def doubts(order: Order, drafts: Drafted, listed: Iterable[Resource], at: datetime) -> tuple[Question, ...]:
    """What has to be asked about an order before it can be called early; `listed` is what the chart holds."""
    found: dict[str, Question] = {}
    known = _addressed(listed)
    for each in order.versions:
        for asked in _of_order(each, drafts, known, at):
            found.setdefault(asked.code, asked)
    return tuple(found.values())


def _of_order(order: Resource, drafts: Drafted, known: Addressed, at: datetime) -> Iterator[Question]:
    if any(not _is_read(each, drafts, known, at) for each in _reasons(order, drafts, known)):
        yield NOT_READ
    spoken = worries(_words(order, drafts, known))
    if spoken:
        meant_by = " or ".join(spoken)
        yield Question(code="order_words", text=f"The words of this order speak of {meant_by}: is there any?")
    if order.get("priority") not in ROUTINE:
        yield URGENT
    if order.get("note"):
        yield NOTE


def _reasons(order: Resource, drafts: Drafted, known: Addressed) -> Iterator[Any]:
    """Every reason of an order: a concept, or what a reference leads to; None for what is neither."""
    for value in (order.get("reasonCode"), order.get("reasonReference")):
        if value is not None and not isinstance(value, list):
            yield None
    yield from _listed(order.get("reasonCode"))
    for each in _listed(order.get("reasonReference")):
        led = _led_to(each, order, drafts, known)
        yield from led or (None,)


def _is_read(reason: Any, drafts: Drafted, known: Addressed, at: datetime) -> bool:
    """Whether a reason is one that is known here, and stands."""
    if not isinstance(reason, Mapping):
        return False
    try:
        if "resourceType" not in reason:
            return bool(meant(reason)[1])
        if reason["resourceType"] == CONDITION:
            problem = problem_of(reason, at.date())
            return problem is not None and bool(problem.label) and not problem.over
        if reason["resourceType"] == OBSERVATION:
            told = told_by(reason, at)
            return told is not None and not (isinstance(told, Stated) and told.value is None)
    except Unreadable:
        return False
    return False


def _led_to(reference: Any, order: Resource, drafts: Drafted, known: Addressed) -> tuple[Resource, ...]:
    """What a reference leads to: within the order, beside it, or in the chart; all of it, where that is more."""
    named = reference.get("reference") if isinstance(reference, Mapping) else None
    if not isinstance(named, str) or not named:
        return ()
    if named.startswith("#"):
        return tuple(each for each in _objects(order.get("contained")) if f"#{each.get('id')}" == named)
    plain = named.partition("/_history/")[0]
    server = (drafts.fhir_server or "").rstrip("/")
    if server and plain.startswith(f"{server}/"):
        plain = plain.removeprefix(f"{server}/")
    return (*drafts.by_address.get(named, drafts.by_address.get(plain, ())), *known.get(plain, ()))


def _words(order: Resource, drafts: Drafted, known: Addressed) -> Iterator[Any]:
    """The words of an order, and of what gives its reason. Its notes are asked about whatever they say."""
    yield order.get("patientInstruction")
    for name in ("code", "orderDetail", "reasonCode", "bodySite"):
        value = order.get(name)
        for concept in value if isinstance(value, list) else (value,):
            yield from _names(concept)
    for reference in _listed(order.get("reasonReference")):
        yield reference.get("display") if isinstance(reference, Mapping) else reference
        for each in _led_to(reference, order, drafts, known):
            yield from (*_names(each.get("code")), *_names(each.get("valueCodeableConcept")), each.get("valueString"))


def _names(concept: Any) -> Iterator[Any]:
    if not isinstance(concept, Mapping):
        yield concept
        return
    yield concept.get("text")
    yield from (each.get("display") for each in _objects(concept.get("coding")))


def address_of(resource: Resource) -> str | None:
    """What a reference of the same server says of a resource."""
    kind, named = resource.get("resourceType"), resource.get("id")
    return f"{kind}/{named}" if isinstance(kind, str) and isinstance(named, str) and named else None


def _addressed(resources: Iterable[Resource]) -> Addressed:
    found: dict[str, list[Resource]] = {}
    for each in resources:
        address = address_of(each)
        if address is not None:
            found.setdefault(address, []).append(each)
    return found


def _entries(request: HookRequest) -> Iterator[tuple[str | None, Resource]]:
    for entry in (request.context.draft_orders or {}).get("entry") or ():
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict):
            full_url = entry.get("fullUrl")
            yield full_url if isinstance(full_url, str) else None, resource


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _objects(value: Any) -> list[Resource]:
    """The objects of a list; nothing else of it, and nothing of anything else."""
    return [each for each in _listed(value) if isinstance(each, dict)]
