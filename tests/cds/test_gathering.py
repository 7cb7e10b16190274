"""What is known of a patient: supplied, fetched where it is missing, and refused where it is too little."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from service.cds.fetching import Fetcher
from service.cds.gathering import Gathered, gather
from service.cds.orders import imaging_orders
from service.cds.request import HookRequest, read_request
from service.chart.facts import SOURCES, Chart, State
from service.problems import Problem, Refusal
from service.responding import operation_outcome
from tests.cds.fhir_data import (
    ABSENT,
    CAUDA_EQUINA,
    FEVER,
    LOW_BACK_PAIN,
    OSTEOPOROSIS,
    URINARY_RETENTION,
    Resource,
    ago,
    as_bytes,
    authorization,
    coded,
    condition,
    exam_form,
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
from tests.cds.fhir_server import FhirServer

NOW = datetime.now(UTC)
PAIN, FEVERISH, RETENTION = condition(LOW_BACK_PAIN), condition(FEVER), condition(URINARY_RETENTION)
ALONE = Fetcher([], loopback=False)
ON_LOOPBACK = Fetcher([], loopback=True, seconds=5)
HERE = "http://127.0.0.1:1/fhir"


def read(said: Resource) -> HookRequest:
    """The call that a body states."""
    return read_request(as_bytes(said), {said["hook"]})


def gathered(said: Resource, fetcher: Fetcher = ALONE) -> Gathered:
    """What is known of the patient of a call."""
    return asyncio.run(gather(read(said), fetcher, NOW))


def chart(said: Resource, fetcher: Fetcher = ALONE, position: int = 0) -> Chart:
    """The same in the light of one of its orders."""
    orders = imaging_orders(read(said))
    return gathered(said, fetcher).chart(orders[position] if orders else None)


def refused(said: Resource, fetcher: Fetcher = ALONE) -> Problem:
    """The refusal of a call."""
    with pytest.raises(Refusal) as found:
        gathered(said, fetcher)
    return found.value.problem


def signing(**changes: Any) -> Resource:
    """A lumbar MRI is signed, with these changes of the prefetch."""
    return order_sign(prefetch=prefetched(**changes))


def test_what_was_supplied_is_read() -> None:
    read_ = chart(
        signing(
            conditions=searchset(PAIN, RETENTION),
            observations=searchset(observation("red_flags.fever", True)),
            examinations=searchset(exam_form({"history": {"side": "left"}}, days_old=1)),
        )
    )
    assert read_.person.id == "p1"
    assert read_.person.age_years == 40
    assert read_.at == NOW
    assert read_.found.statements["red_flags.urinary_retention"] is True
    assert read_.found.statements["red_flags.fever"] is True
    assert read_.found.lumbar
    assert read_.exam is not None
    assert read_.exam.body["history"] == {"side": "left"}
    assert read_.states == {
        "patient": State.COMPLETE,
        "conditions": State.COMPLETE,
        "medications": State.NOTHING,
        "observations": State.COMPLETE,
        "examinations": State.COMPLETE,
    }


@pytest.mark.parametrize(
    ("conditions", "state"),
    [
        (None, State.NOTHING),
        (searchset(), State.COMPLETE),
        (searchset(PAIN, link=next_page("https://ehr.example/fhir?page=2")), State.PARTIAL),
        (outcome(), State.FAILED),
        (searchset(outcome()), State.FAILED),
    ],
)
def test_a_problem_list_that_somebody_looked_for_is_enough_to_go_on(conditions: Any, state: State) -> None:
    assert chart(signing(conditions=conditions)).states["conditions"] is state


def test_what_else_is_missing_is_told_and_no_obstacle() -> None:
    said = prefetched(medications=ABSENT, observations=outcome(), examinations=ABSENT)
    assert chart(order_sign(prefetch=said)).states == {
        "patient": State.COMPLETE,
        "conditions": State.COMPLETE,
        "medications": State.ABSENT,
        "observations": State.FAILED,
        "examinations": State.ABSENT,
    }


NO_BIRTH_DATE = {key: value for key, value in patient().items() if key != "birthDate"}


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        pytest.param({"patient": ABSENT}, ["patient"], id="no patient"),
        pytest.param({"patient": None}, ["patient"], id="nobody there"),
        pytest.param({"patient": outcome()}, ["patient"], id="a patient that could not be read"),
        pytest.param({"patient": NO_BIRTH_DATE}, ["patient"], id="no birth date"),
        pytest.param({"patient": patient(birthDate="spring")}, ["patient"], id="a birth date that is none"),
        pytest.param({"patient": patient(birthDate="1066-10-14")}, ["patient"], id="born in 1066"),
        pytest.param({"patient": patient(birthDate="2999-01-01")}, ["patient"], id="not born yet"),
        pytest.param({"conditions": ABSENT}, ["conditions"], id="no problem list"),
        pytest.param({"patient": ABSENT, "conditions": ABSENT}, ["patient", "conditions"], id="neither"),
    ],
)
def test_without_what_is_needed_nothing_is_said(changes: Resource, missing: list[str]) -> None:
    """Hazard H-28: a chart that nobody read is taken for one without a flag."""
    refusal = refused(signing(**changes))
    assert (refusal.status, refusal.type) == (412, "urn:nerveroot:problem:data-missing")
    assert [each.pointer for each in refusal.errors] == [f"/prefetch/{key}" for key in missing]
    issues = operation_outcome(refusal)["issue"]
    assert [(each["code"], each["expression"]) for each in issues] == [
        ("required", [f"prefetch.{key}"]) for key in missing
    ]
    assert all("fhirServer" in each["diagnostics"] for each in issues)


def test_nothing_beforehand_and_no_server_is_refused() -> None:
    refusal = refused(patient_view(prefetch=ABSENT))
    assert [each.pointer for each in refusal.errors] == ["/prefetch/patient", "/prefetch/conditions"]


@pytest.mark.parametrize(
    ("said", "fetcher", "why"),
    [
        (order_sign(prefetch={}), ALONE, "name a fhirServer"),
        (order_sign(prefetch={}, fhirServer="https://ehr.example/fhir"), ALONE, "none that this service may ask"),
        (
            order_sign(prefetch={}, fhirServer=HERE, fhirAuthorization=authorization(expires_in=0)),
            ON_LOOPBACK,
            "has run out",
        ),
        (order_sign(prefetch={}, fhirServer=HERE), ON_LOOPBACK, "was asked, and did not give it"),
    ],
)
def test_the_refusal_says_what_would_help(said: Resource, fetcher: Fetcher, why: str) -> None:
    refusal = refused(said, fetcher)
    assert why in refusal.detail
    assert all(why in each.detail for each in refusal.errors)
    assert "ehr.example" not in repr(refusal)


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(
            signing(conditions=ABSENT, observations=searchset(observation("red_flags.saddle_anesthesia", True))),
            id="an observation",
        ),
        pytest.param(
            signing(
                conditions=ABSENT,
                examinations=searchset(exam_form({"red_flags": {"fecal_incontinence": True}}, days_old=2)),
            ),
            id="the exam form",
        ),
        pytest.param(
            signing(
                conditions=ABSENT,
                examinations=searchset(exam_form({"examination": {"plantar_response": "extensor"}}, days_old=2)),
            ),
            id="a sign of the cord",
        ),
        pytest.param(
            order_sign(order(reasonCode=[coded(CAUDA_EQUINA)]), prefetch=prefetched(conditions=ABSENT)),
            id="the reason of the order",
        ),
        pytest.param(
            order_sign(order(id="a"), order(id="b", reasonCode=[coded(FEVER)]), prefetch=prefetched(conditions=ABSENT)),
            id="the reason of the second order",
        ),
        pytest.param(
            order_select(
                order(id="a"),
                order(id="b", reasonCode=[coded(FEVER)]),
                selections=["ServiceRequest/a"],
                prefetch=prefetched(conditions=ABSENT),
            ),
            id="the reason of an order that is not selected",
        ),
    ],
)
def test_a_red_flag_is_not_kept_back_for_want_of_a_problem_list(said: Resource) -> None:
    assert chart(said).states["conditions"] is State.ABSENT


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(signing(conditions=ABSENT, patient=patient(70)), id="age over 50 alone"),
        pytest.param(
            signing(conditions=ABSENT, observations=searchset(observation("red_flags.fever", False))), id="no fever"
        ),
    ],
)
def test_without_a_red_flag_the_problem_list_is_waited_for(said: Resource) -> None:
    assert [each.pointer for each in refused(said).errors] == ["/prefetch/conditions"]


def test_of_a_minor_no_problem_list_is_needed() -> None:
    assert chart(signing(patient=patient(12), conditions=ABSENT)).person.age_years == 12


def test_reasons_count_for_every_order_of_the_same_patient() -> None:
    """Hazard H-29: a flag that stands beside an order is taken for absent."""
    said = order_sign(order(id="a"), order(id="b", reasonCode=[coded(URINARY_RETENTION)]))
    flag = "red_flags.urinary_retention"
    assert [flag in chart(said, position=position).found.statements for position in (0, 1)] == [True, True]
    assert flag in gathered(said).chart(None).found.statements


def test_a_reason_that_is_a_condition_counts_as_its_status_says() -> None:
    because: Resource = {"reasonReference": [{"reference": "#why"}]}
    for verification, counts in (("confirmed", True), ("provisional", True), ("refuted", False)):
        why = {**condition(URINARY_RETENTION, verification=verification), "id": "why"}
        statements = chart(order_sign(order(contained=[why], **because))).found.statements
        assert (statements.get("red_flags.urinary_retention") is True) is counts


def test_what_is_about_somebody_else_is_refused() -> None:
    """Hazard H-28: the chart of somebody else is read."""
    assert refused(signing(patient=patient(id="p2"))).status == 422


def holding_everything(fhir: FhirServer) -> None:
    """Let the server hold all parts of a chart."""
    fhir.holds("Patient", patient(60))
    fhir.holds("Condition", PAIN)
    fhir.holds("MedicationRequest")
    fhir.holds("Observation")
    fhir.holds("QuestionnaireResponse")


def test_what_is_missing_is_fetched(fhir: FhirServer) -> None:
    holding_everything(fhir)
    read_ = chart(order_sign(prefetch={}, fhirServer=fhir.base, fhirAuthorization=authorization()), ON_LOOPBACK)
    assert read_.states == dict.fromkeys(SOURCES, State.COMPLETE)
    assert read_.person.age_years == 60
    assert read_.found.lumbar


def test_what_was_supplied_is_not_fetched_again(fhir: FhirServer) -> None:
    said = prefetched(conditions=ABSENT, medications=searchset(), observations=None)
    holding_everything(fhir)
    chart(order_sign(prefetch=said, fhirServer=fhir.base), ON_LOOPBACK)
    assert [path.partition("?")[0] for path in fhir.paths] == ["/fhir/Condition"]


@pytest.mark.parametrize("supplied", [ABSENT, None, NO_BIRTH_DATE, outcome()])
def test_a_person_without_an_age_is_looked_up(fhir: FhirServer, supplied: Any) -> None:
    holding_everything(fhir)
    person = chart(order_sign(prefetch=prefetched(patient=supplied), fhirServer=fhir.base), ON_LOOPBACK).person
    assert person.age_years == 60


@pytest.mark.parametrize(
    "supplied",
    [searchset(RETENTION, link=next_page("https://ehr.example/x")), RETENTION, searchset(RETENTION, total=2)],
    ids=["a page", "one alone", "fewer than there are"],
)
def test_a_page_is_completed_and_takes_nothing_away(fhir: FhirServer, supplied: Resource) -> None:
    fhir.holds("Condition", PAIN, {**RETENTION, "verificationStatus": coded("confirmed", "x")})
    both = chart(order_sign(prefetch=prefetched(conditions=supplied), fhirServer=fhir.base), ON_LOOPBACK)
    fhir.holds("Condition", PAIN)
    kept = chart(order_sign(prefetch=prefetched(conditions=supplied), fhirServer=fhir.base), ON_LOOPBACK)
    assert both.states["conditions"] is kept.states["conditions"] is State.COMPLETE
    assert kept.found.statements["red_flags.urinary_retention"] is True
    assert kept.found.lumbar


def test_a_page_stays_what_it_is_where_the_server_fails(fhir: FhirServer) -> None:
    page = searchset(RETENTION, link=next_page("https://ehr.example/x"))
    read_ = chart(order_sign(prefetch=prefetched(conditions=page), fhirServer=fhir.base), ON_LOOPBACK)
    assert read_.states["conditions"] is State.PARTIAL
    assert read_.found.statements["red_flags.urinary_retention"] is True


def test_a_problem_list_that_could_not_be_read_is_tried_once_more(fhir: FhirServer) -> None:
    said = order_sign(prefetch=prefetched(conditions=outcome()), fhirServer=fhir.base)
    assert chart(said, ON_LOOPBACK).states["conditions"] is State.FAILED
    fhir.holds("Condition", PAIN)
    assert chart(said, ON_LOOPBACK).states["conditions"] is State.COMPLETE


def test_a_server_that_fails_is_no_problem_list(fhir: FhirServer) -> None:
    """Hazard H-28: what could not be fetched is taken for empty."""
    said = order_sign(prefetch=prefetched(conditions=ABSENT), fhirServer=fhir.base)
    assert [each.pointer for each in refused(said, ON_LOOPBACK).errors] == ["/prefetch/conditions"]


@pytest.mark.parametrize(
    ("forms", "state"),
    [
        ([{"resourceType": "QuestionnaireResponse", "status": "stopped"}], State.FAILED),
        ([exam_form({}), exam_form({}, item="x")], State.PARTIAL),
    ],
    ids=["none that can be read", "one that cannot"],
)
def test_exam_forms_that_cannot_be_read_are_told(forms: list[Resource], state: State) -> None:
    assert chart(signing(examinations=searchset(*forms))).states["examinations"] is state


def test_two_thousand_conditions_are_gone_through() -> None:
    many = [condition(OSTEOPOROSIS, id=f"c{position}", onset=ago(9)) for position in range(2_000)]
    assert chart(signing(conditions=searchset(*many))).found.known == 2_000
