"""Why something is ordered: what counts in the patient's chart, and what of an order has to be asked about."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from service.cds.fetching import Fetcher
from service.cds.gathering import gather
from service.cds.order_reasons import NOT_READ, NOTE, URGENT, drafted
from service.cds.orders import imaging_orders
from service.cds.question import DECEASED
from service.cds.request import HookRequest, read_request
from service.chart.facts import Chart
from service.terminology.systems import LOINC
from tests.cds.fhir_data import (
    CAUDA_EQUINA,
    FEVER,
    LUMBAR_MRI,
    OSTEOPOROSIS,
    SCIATICA,
    URINARY_RETENTION,
    Resource,
    ago,
    as_bytes,
    coded,
    condition,
    drafts,
    medication,
    observation,
    order,
    order_select,
    order_sign,
    patient,
    prefetched,
    searchset,
)

NOW = datetime.now(UTC)
LISTED = condition(SCIATICA, onset=ago(10))
SEEN = observation("red_flags.fever", False, id="seen")
NAME = "Jane Doe"
EHR = "https://ehr.example/fhir"


def read(said: Resource) -> HookRequest:
    return read_request(as_bytes(said), {said["hook"]})


def charts(said: Resource) -> tuple[Chart, ...]:
    """The chart in the light of each order."""
    request = read(said)
    found = asyncio.run(gather(request, Fetcher([], loopback=False), NOW))
    return tuple(found.chart(each) for each in imaging_orders(request))


def signed(*orders: Resource, **more: Any) -> Resource:
    listed = prefetched(conditions=searchset(LISTED), observations=searchset(SEEN))
    return order_sign(*orders, **{"prefetch": listed, **more})


def asked(*orders: Resource, **more: Any) -> list[str]:
    """The codes of what is asked about the first order."""
    (first, *_) = charts(signed(*orders, **more))
    assert NAME not in repr(first.found.questions)
    return [each.code for each in first.found.questions]


def because(*references: Any, **more: Any) -> Resource:
    """An order whose reasons are referred to."""
    return order(
        reasonReference=[{"reference": each} if isinstance(each, str) else each for each in references], **more
    )


REASON, WORDS = NOT_READ.code, "order_words"
ASKED: dict[str, tuple[list[str], list[Resource]]] = {
    "no reason": ([], [order()]),
    "a reason that is known": ([], [order(reasonCode=[coded(SCIATICA)])]),
    "a known code among others": ([], [order(reasonCode=[{"coding": [{"code": "1"}, *coded(SCIATICA)["coding"]]}])]),
    "a code that nobody knows": ([REASON], [order(reasonCode=[coded("1", "urn:local")])]),
    "a code of no system": ([REASON], [order(reasonCode=[{"coding": [{"code": SCIATICA}]}])]),
    "words alone": ([REASON], [order(reasonCode=[{"text": NAME}])]),
    "one that is known, one in words": ([REASON], [order(reasonCode=[coded(SCIATICA), {"text": NAME}])]),
    "an empty concept": ([REASON], [order(reasonCode=[{}])]),
    "a text in the place of a concept": ([REASON], [order(reasonCode=[NAME])]),
    "a concept that stands in no list": ([REASON], [order(reasonCode=coded(SCIATICA))]),
    "a reference that stands in no list": ([REASON], [order(reasonReference={"reference": "Condition/x"})]),
    "a condition of the list": ([], [because(f"Condition/{LISTED['id']}")]),
    "a version of it": ([], [because(f"Condition/{LISTED['id']}/_history/2")]),
    "an observation of the list": ([], [because("Observation/seen")]),
    "a condition within": ([], [because("#w", contained=[{**LISTED, "id": "w"}])]),
    "a condition beside the order": ([], [because("Condition/w"), {**LISTED, "id": "w"}]),
    "a reference to nowhere": ([REASON], [because("Condition/elsewhere")]),
    "a reference to nothing within": ([REASON], [because("#w")]),
    "a condition of another server": ([REASON], [because(f"https://other.example/Condition/{LISTED['id']}")]),
    "a display alone": ([REASON], [because({"display": NAME})]),
    "an identifier alone": ([REASON], [because({"identifier": {"value": NAME}})]),
    "another type": ([REASON], [because("DiagnosticReport/1")]),
    "another type that came along": ([REASON], [because("MedicationRequest/m-1"), medication("Ibuprofen")]),
    "a number": ([REASON], [because({"reference": 7})]),
    "a condition of an unknown code": ([REASON], [because("#w", contained=[condition("1", system="urn:x", id="w")])]),
    "a condition that is over": (
        [REASON],
        [because("#w", contained=[condition(SCIATICA, clinical="resolved", id="w")])],
    ),
    "a condition that is over and lasts": (
        [REASON],
        [because("#w", contained=[condition("94602001", clinical="resolved", id="w")])],
    ),
    "a condition that was refuted": (
        [REASON],
        [because("#w", contained=[condition(FEVER, verification="refuted", id="w")])],
    ),
    "an observation of another code": (
        [REASON],
        [because("#o", contained=[{**SEEN, "code": coded("8310-5", LOINC), "id": "o"}])],
    ),
    "two conditions of one id, one of them unknown": (
        [REASON],
        [because("Condition/w"), {**LISTED, "id": "w"}, condition("1", system="urn:x", id="w")],
    ),
    "the same order again, with words": ([REASON], [order(), order(reasonCode=[{"text": NAME}])]),
    "words of another order": ([], [order(id="a"), order(id="b", reasonCode=[{"text": NAME}])]),
    "words of a known reason": ([WORDS], [order(reasonCode=[coded(SCIATICA, text=f"{NAME}, incontinent")])]),
    "words of a second code": (
        [WORDS],
        [order(reasonCode=[{"coding": [*coded(SCIATICA)["coding"], {"display": "Metastasis of the spine"}]}])],
    ),
    "words of the order": ([WORDS], [order({**LUMBAR_MRI, "text": "MRI lumbar spine, rule out abscess"})]),
    "words of its details": ([WORDS], [order(orderDetail=[{"text": "post-operative"}])]),
    "words to the patient": ([WORDS], [order(patientInstruction="Come at once if you cannot hold urine")]),
    "words of a reference": (
        [WORDS],
        [because({"reference": f"Condition/{LISTED['id']}", "display": "Sciatica, saddle numbness"})],
    ),
    "words of what is referred to": (
        ["words_a severe or growing deficit", WORDS],
        [because("#w", contained=[{**LISTED, "id": "w", "code": coded(SCIATICA, text="Sciatica, foot drop")}])],
    ),
    "words of a relative": ([], [order(reasonCode=[coded(SCIATICA, text="Sciatica. Family history of cancer")])]),
    "harmless words": ([], [order(reasonCode=[coded(SCIATICA, text="Sciatica on the left")])]),
    "routine": ([], [order(priority="routine")]),
    "urgent": ([URGENT.code], [order(priority="urgent")]),
    "asap": ([URGENT.code], [order(priority="asap")]),
    "stat": ([URGENT.code], [order(priority="stat")]),
    "a note": ([NOTE.code], [order(note=[{"text": NAME}])]),
    "no note": ([], [order(note=[])]),
    "all of it": (
        [REASON, WORDS, URGENT.code, NOTE.code],
        [order(reasonCode=[{"text": "cauda equina?"}], priority="stat", note=[{"text": NAME}])],
    ),
}


@pytest.mark.parametrize("name", ASKED)
def test_what_of_an_order_is_not_understood_is_asked_about(name: str) -> None:
    """Hazards H-02, H-29: a flag that stands in the words of an order is taken for absent."""
    expected, orders = ASKED[name]
    assert asked(*orders) == expected


def test_an_address_of_the_same_record_system_leads_to_the_chart() -> None:
    absolute = because(f"{EHR}/Condition/{LISTED['id']}")
    assert asked(absolute, fhirServer=f"{EHR}/") == []
    assert asked(absolute) == [REASON]


def test_several_worries_are_one_question() -> None:
    (chart,) = charts(signed(order(reasonCode=[coded(SCIATICA, text="cancer, fever")])))
    (question,) = chart.found.questions
    assert question.text == "The words of this order speak of a tumour or an infection: is there any?"


FOUND: dict[str, tuple[str, list[Resource]]] = {
    "the reason of another order": (
        "red_flags.urinary_retention",
        [order(id="a"), order(id="b", reasonCode=[coded(URINARY_RETENTION)])],
    ),
    "the reason of an order of something else": (
        "red_flags.urinary_retention",
        [order(id="a"), order({"text": "Ultrasound"}, id="b", reasonCode=[coded(URINARY_RETENTION)])],
    ),
    "a reason that stands in no list": ("red_flags.fever", [order(reasonCode=coded(FEVER))]),
    "the reason of a drug": (
        "red_flags.osteoporosis",
        [order(id="a"), medication("Alendronate", status="draft", reasonCode=[coded(OSTEOPOROSIS)])],
    ),
    "a condition that came along": (
        "red_flags.cauda_equina_or_cord_compression",
        [order(id="a"), condition(CAUDA_EQUINA)],
    ),
    "an observation that came along": ("red_flags.fever", [order(id="a"), observation("red_flags.fever", True)]),
    "a condition within another order": (
        "red_flags.cauda_equina_or_cord_compression",
        [order(id="a"), order({"text": "Ultrasound"}, id="b", contained=[condition(CAUDA_EQUINA)])],
    ),
    "the reason of a second draft of the order": (
        "red_flags.urinary_retention",
        [order(id="a"), order(id="a", reasonCode=[coded(URINARY_RETENTION)])],
    ),
}


@pytest.mark.parametrize("name", FOUND)
def test_what_any_order_is_for_counts_in_the_chart_of_all(name: str) -> None:
    """Hazard H-29: a flag that stands beside an order is taken for absent."""
    item, orders = FOUND[name]
    listed = prefetched(conditions=searchset(LISTED))
    assert {each.found.statements.get(item) for each in charts(signed(*orders, prefetch=listed))} == {True}


@pytest.mark.parametrize("status", ["revoked", "entered-in-error"])
def test_what_was_withdrawn_does_not_count(status: str) -> None:
    request = read(signed(order(id="a"), order(id="b", status=status, reasonCode=[coded(URINARY_RETENTION)])))
    assert drafted(request).reasons == ()


def test_an_order_that_is_not_selected_counts_all_the_same() -> None:
    said = order_select(
        order(id="a"),
        order(id="b", reasonCode=[coded(URINARY_RETENTION)]),
        selections=["ServiceRequest/a"],
        prefetch=prefetched(conditions=searchset(LISTED)),
    )
    (chart,) = charts(said)
    assert chart.found.statements["red_flags.urinary_retention"] is True


@pytest.mark.parametrize(
    ("more", "dead"),
    [
        ({}, False),
        ({"deceasedBoolean": False}, False),
        ({"deceasedBoolean": True}, True),
        ({"deceasedDateTime": "2026-01-01"}, True),
        ({"deceasedBoolean": "yes"}, True),
    ],
)
def test_a_mark_of_death_is_seen(more: Resource, *, dead: bool) -> None:
    (chart,) = charts(order_sign(prefetch=prefetched(patient=patient(**more), conditions=searchset(LISTED))))
    assert (DECEASED in chart.found.questions) is dead


@pytest.mark.parametrize("entry", [7, {}, {"resource": None}, {"resource": {"contained": 7, "reasonCode": "x"}}])
def test_odd_drafts_are_survived(entry: Any) -> None:
    bundle = drafts(order())
    bundle["entry"].append(entry)
    assert len(charts(signed(context={"draftOrders": bundle}))) == 1


ODD: tuple[Any, ...] = (
    None,
    7,
    True,
    "x",
    [],
    {},
    [7],
    [[]],
    [None],
    [{}],
    {"coding": 7},
    [{"coding": [7]}],
    "x" * 5000,
)
FULL: Resource = {
    **order(reasonCode=[coded(SCIATICA)], reasonReference=[{"reference": "#w"}], priority="routine", note=[]),
    "contained": [{**LISTED, "id": "w"}],
    "bodySite": [{"text": "Lumbar spine"}],
    "orderDetail": [{"text": "x"}],
    "patientInstruction": "x",
}


@pytest.mark.parametrize("field", FULL)
def test_an_order_of_any_shape_is_survived(field: str) -> None:
    """Hazard H-14: what is odd in one order silences the others."""
    for value in ODD:
        charts(signed({**FULL, field: value}, order(id="b")))
        if field in ("reasonCode", "reasonReference", "contained"):
            held = {**LISTED, "id": "w", "code": value, "clinicalStatus": value}
            charts(signed({**FULL, "contained": [held, {**SEEN, "code": value, "status": value}]}))
