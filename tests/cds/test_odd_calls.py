"""Whatever stands in a call is answered or refused: nothing of it may end in a fault of ours."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from service.cds.fetching import Fetcher
from service.cds.gathering import gather
from service.cds.orders import imaging_orders
from service.cds.request import read_request
from service.problems import Refusal
from tests.cds.fhir_data import (
    FEVER,
    as_bytes,
    condition,
    exam_form,
    medication,
    observation,
    order,
    order_select,
    outcome,
    patient,
    prefetched,
    searchset,
)
from tests.properties.strategies import holds

ALONE = Fetcher([], loopback=False)
NAMES = st.sampled_from(
    [
        *("resourceType", "id", "entry", "resource", "coding", "code", "system", "text", "status", "subject"),
        *("reference", "link", "relation", "total", "search", "mode", "birthDate", "item", "linkId", "answer"),
        *("valueBoolean", "issue", "severity", "reasonCode", "reasonReference", "contained", "bodySite"),
    ]
)
WORDS = st.sampled_from(
    [
        "Bundle",
        "Patient",
        "Patient/p1",
        "p1",
        "Condition",
        "ServiceRequest",
        "next",
        "",
        "lumbar MRI",
        "http://loinc.org",
    ]
)
ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@st.composite
def spoiled(draw: st.DrawFn, value: Any) -> Any:
    """`value` with something odd in one place of it."""
    if not isinstance(value, dict | list) or not value or draw(st.integers(0, 3)) == 0:
        return draw(ODD)
    if isinstance(value, list):
        place = draw(st.integers(0, len(value) - 1))
        return [draw(spoiled(each)) if at == place else each for at, each in enumerate(value)]
    name = draw(st.sampled_from(sorted(value)))
    return {**value, name: draw(spoiled(value[name]))}


WHOLE = order_select(
    order(reasonReference=[{"reference": "#why"}], contained=[{**condition(FEVER), "id": "why"}]),
    order({"text": "X-ray lumbar spine"}, id="order-2", bodySite=[{"text": "Lumbar spine"}]),
    fhirServer="https://ehr.example/fhir",
    prefetch=prefetched(
        patient=patient(),
        conditions=searchset(condition(FEVER), outcome("warning"), total=1),
        medications=searchset(medication("prednisolone")),
        observations=searchset(observation("red_flags.fever", True)),
        examinations=searchset(exam_form({"history": {"side": "left"}})),
    ),
)


@st.composite
def odd_calls(draw: st.DrawFn) -> Any:
    """A call with something odd in it: mostly in what was supplied, or among the orders."""
    part = draw(st.sampled_from(["prefetch", "prefetch", "draftOrders", "whole"]))
    if part == "whole":
        return draw(spoiled(WHOLE))
    if part == "prefetch":
        return {**WHOLE, "prefetch": draw(spoiled(WHOLE["prefetch"]))}
    return {**WHOLE, "context": {**WHOLE["context"], part: draw(spoiled(WHOLE["context"][part]))}}


@holds(said=odd_calls())
def test_an_odd_call_is_read_or_refused(said: Any) -> None:
    try:
        call = read_request(as_bytes(said), {"order-select"})
        orders = imaging_orders(call)
        gathered = asyncio.run(gather(call, ALONE, datetime.now(UTC)))
        charts = [gathered.chart(each) for each in (None, *orders)]
    except Refusal as refused:
        status = refused.problem.status
    else:
        status = 200 if all(chart.person.age_years is not None for chart in charts) else 500
    assert status in (200, 400, 412, 422)
