"""Four kinds of nothing, pages, and what is about somebody else."""

from typing import Any

import pytest

from service.cds.prefetch import source_of, supplied
from service.cds.request import HookRequest, read_request
from service.cds.whose import patient_named, refuse_another_patient
from service.chart.facts import SOURCES, State
from service.problems import Problem, Refusal
from tests.cds.fhir_data import (
    ABSENT,
    FEVER,
    LOW_BACK_PAIN,
    Resource,
    as_bytes,
    condition,
    exam_form,
    medication,
    next_page,
    observation,
    order,
    order_select,
    order_sign,
    outcome,
    patient,
    patient_view,
    prefetched,
    searchset,
)

PAIN, FEVERISH = condition(LOW_BACK_PAIN), condition(FEVER)
NEXT = next_page("https://ehr.example/fhir?page=2")
NOT_RESOURCES: tuple[Any, ...] = ({}, [], [PAIN], "x", 7, False)
COMPLETE, PARTIAL, FAILED, NOTHING = State.COMPLETE, State.PARTIAL, State.FAILED, State.NOTHING


def entry(resource: Any, mode: str = "match") -> Resource:
    """An entry of a search."""
    return {"resource": resource, "search": {"mode": mode}}


def bundle(*entries: Any, **more: Any) -> Resource:
    """A search with these entries, whatever they are."""
    return {"resourceType": "Bundle", "type": "searchset", "entry": list(entries), **more}


def read(said: Resource) -> HookRequest:
    """The call that a body states."""
    return read_request(as_bytes(said), {said["hook"]})


def test_four_kinds_of_nothing_mean_four_things() -> None:
    states = {
        "absent": supplied(read(order_sign(prefetch={})))["conditions"].state,
        "null": source_of("conditions", None).state,
        "empty": source_of("conditions", searchset(total=0)).state,
        "not to be read": source_of("conditions", outcome()).state,
    }
    assert states == {"absent": State.ABSENT, "null": NOTHING, "empty": COMPLETE, "not to be read": FAILED}
    assert {name for name, state in states.items() if state.conclusive} == {"null", "empty"}


@pytest.mark.parametrize("prefetch", [ABSENT, None, {}, {"another key": 1}])
def test_without_a_prefetch_everything_is_absent(prefetch: Any) -> None:
    found = supplied(read(patient_view(prefetch=prefetch)))
    assert {key: source.state for key, source in found.items()} == dict.fromkeys(SOURCES, State.ABSENT)


def test_a_partial_prefetch_is_told_key_by_key() -> None:
    said = prefetched(conditions=searchset(PAIN, link=NEXT), medications=outcome(), observations=ABSENT)
    found = supplied(read(order_sign(prefetch=said)))
    assert {key: source.state for key, source in found.items()} == {
        "patient": COMPLETE,
        "conditions": PARTIAL,
        "medications": FAILED,
        "observations": State.ABSENT,
        "examinations": NOTHING,
    }
    assert found["conditions"].resources == (PAIN,)


@pytest.mark.parametrize(
    ("value", "state", "resources"),
    [
        pytest.param(searchset(PAIN, FEVERISH), COMPLETE, [PAIN, FEVERISH], id="two"),
        pytest.param(searchset(PAIN, total=1), COMPLETE, [PAIN], id="as many as there are"),
        pytest.param(searchset(), COMPLETE, [], id="no entries"),
        pytest.param(bundle(), COMPLETE, [], id="an empty list of entries"),
        pytest.param({"resourceType": "Bundle", "entry": None}, COMPLETE, [], id="null for the entries"),
        pytest.param(bundle({"resource": PAIN}), COMPLETE, [PAIN], id="nothing about the search"),
        pytest.param(searchset(PAIN, total=2), PARTIAL, [PAIN], id="fewer than there are"),
        pytest.param(searchset(total=3), PARTIAL, [], id="counted and not sent"),
        pytest.param(searchset(PAIN, link=NEXT), PARTIAL, [PAIN], id="a further page"),
        pytest.param(searchset(link=NEXT), PARTIAL, [], id="an empty page before another"),
        pytest.param(searchset(PAIN, link=[{"relation": "next"}]), PARTIAL, [PAIN], id="a further page, nowhere"),
        pytest.param(searchset(PAIN, link=[{"relation": "self", "url": "x"}, 7]), COMPLETE, [PAIN], id="other links"),
        pytest.param(searchset(PAIN, link="next", total="2"), COMPLETE, [PAIN], id="odd links and total"),
        pytest.param(PAIN, PARTIAL, [PAIN], id="one resource where a list was asked for"),
        pytest.param(bundle(entry(PAIN), entry(outcome())), PARTIAL, [PAIN], id="an error among them"),
        pytest.param(bundle(entry(PAIN), entry(outcome("fatal"), "outcome")), PARTIAL, [PAIN], id="a fatal one beside"),
        pytest.param(bundle(entry(outcome())), FAILED, [], id="an error alone"),
        pytest.param(
            bundle(entry(outcome("warning"), "outcome")), COMPLETE, [], id="a server that warns of no results"
        ),
        pytest.param(bundle(entry(PAIN), entry(outcome("information"))), COMPLETE, [PAIN], id="information beside it"),
        pytest.param(bundle(entry({"resourceType": "OperationOutcome"})), FAILED, [], id="an outcome without issues"),
        pytest.param(bundle(entry(PAIN), entry(patient(), "include")), COMPLETE, [PAIN], id="the patient included"),
        pytest.param(bundle(entry(PAIN), entry(medication("x"))), PARTIAL, [PAIN], id="something else among them"),
        pytest.param(bundle(entry(medication("x"))), FAILED, [], id="something else alone"),
        pytest.param(bundle(entry(PAIN), {}, 7, entry(None)), PARTIAL, [PAIN], id="entries without a resource"),
        pytest.param(bundle({"fullUrl": "urn:uuid:1"}), FAILED, [], id="nothing but an address"),
        pytest.param(bundle() | {"entry": "PAIN"}, FAILED, [], id="entries that are a text"),
        *(pytest.param(odd, FAILED, [], id=f"not asked for: {odd!r}") for odd in NOT_RESOURCES),
        pytest.param(medication("x"), FAILED, [], id="a resource of another type"),
        pytest.param(outcome("information"), FAILED, [], id="information in place of it"),
    ],
)
def test_what_an_answer_means(value: Any, state: State, resources: list[Resource]) -> None:
    found = source_of("conditions", value)
    assert (found.state, list(found.resources)) == (state, resources)


@pytest.mark.parametrize(
    ("value", "state"),
    [
        pytest.param(patient(), COMPLETE, id="the patient"),
        pytest.param(searchset(patient()), COMPLETE, id="found by a search"),
        pytest.param(None, NOTHING, id="null"),
        pytest.param(searchset(), FAILED, id="a search that found nobody"),
        pytest.param(searchset(patient(), patient()), FAILED, id="two of them"),
        pytest.param(outcome(), FAILED, id="an error"),
        pytest.param(PAIN, FAILED, id="a condition"),
    ],
)
def test_what_the_answer_about_the_person_means(value: Any, state: State) -> None:
    assert source_of("patient", value).state is state


def test_of_exam_forms_two_are_all_that_is_asked_for() -> None:
    form = exam_form({})
    assert source_of("examinations", searchset(form, form, link=NEXT, total=9)).state is COMPLETE
    assert source_of("examinations", searchset(form, link=NEXT)).state is PARTIAL


@pytest.mark.parametrize("kind", ["MedicationRequest", "MedicationStatement"])
def test_medications_come_as_requests_or_statements(kind: str) -> None:
    assert source_of("medications", searchset(medication("x", resourceType=kind))).state is COMPLETE


def other(resource: Resource, name: str = "subject", reference: Any = "Patient/p2") -> Resource:
    """The same about somebody else."""
    left = {key: value for key, value in resource.items() if key != "subject"}
    return {**left, name: {"reference": reference}}


def refused(said: Resource) -> Problem:
    """The refusal of a call that was read."""
    with pytest.raises(Refusal) as found:
        refuse_another_patient(read(said))
    return found.value.problem


@pytest.mark.parametrize(
    ("prefetch", "place"),
    [
        ({"patient": patient(id="p2")}, "/prefetch/patient/id"),
        ({"patient": {key: value for key, value in patient().items() if key != "id"}}, "/prefetch/patient/id"),
        ({"patient": searchset(patient(id="p2"))}, "/prefetch/patient/entry/0/resource/id"),
        ({"conditions": searchset(PAIN, other(PAIN))}, "/prefetch/conditions/entry/1/resource/subject"),
        ({"conditions": other(PAIN)}, "/prefetch/conditions/subject"),
        ({"conditions": other(PAIN, "patient")}, "/prefetch/conditions/patient"),
        ({"medications": searchset(other(medication("x")))}, "/prefetch/medications/entry/0/resource/subject"),
        ({"observations": searchset(other(observation("red_flags.fever", True)))}, "/prefetch/observations/entry/0"),
        ({"examinations": searchset(exam_form({}), other(exam_form({})))}, "/prefetch/examinations/entry/1"),
    ],
)
def test_what_is_about_somebody_else_is_refused_by_its_place(prefetch: Resource, place: str) -> None:
    refusal = refused(order_sign(prefetch=prefetched(**prefetch)))
    assert (refusal.status, refusal.type) == (422, "urn:nerveroot:problem:another-patient")
    assert [each.pointer.startswith(place) for each in refusal.errors] == [True]
    assert "p2" not in repr(refusal)


@pytest.mark.parametrize("call", [order_sign, order_select])
def test_a_draft_order_for_somebody_else_is_refused(call: Any) -> None:
    refusal = refused(call(order(), other(order(id="order-2"))))
    assert [each.pointer for each in refusal.errors] == ["/context/draftOrders/entry/1/resource/subject"]


@pytest.mark.parametrize(
    ("reference", "named"),
    [
        ("Patient/p1", "p1"),
        ("https://ehr.example/fhir/Patient/p1", "p1"),
        ("Patient/p1/_history/3", "p1"),
        ("https://ehr.example/fhir/Patient/p1/_history/3", "p1"),
        ("Patient/p%31", "p1"),
        ("Patient/p1?x=1", "p1"),
        ("Patient/p2", "p2"),
        ("https://ehr.example/fhir/Patient/p10", "p10"),
        ("urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0", None),
        ("#p2", None),
        ("Group/p2", None),
        ("p2", None),
        ("", None),
    ],
)
def test_whom_a_reference_names(reference: str, named: str | None) -> None:
    assert patient_named(reference) == named
    said = order_sign(prefetch=prefetched(conditions=searchset(other(PAIN, reference=reference))))
    if named in ("p1", None):
        refuse_another_patient(read(said))
    else:
        assert len(refused(said).errors) == 1


@pytest.mark.parametrize(
    "subject",
    [None, {}, "Patient/p2", [], {"reference": 7}, {"identifier": {"value": "p2"}}, {"display": "Patient/p2"}],
)
def test_who_is_not_named_literally_is_not_somebody_else(subject: Any) -> None:
    said = prefetched(conditions=searchset({**PAIN, "subject": subject}))
    refuse_another_patient(read(order_sign(prefetch=said)))


def test_keys_that_nobody_asked_for_are_passed_over() -> None:
    refuse_another_patient(read(order_sign(prefetch=prefetched(relative=patient(id="p2")))))
