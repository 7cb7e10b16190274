"""What a record system sends to a hook: strict where the answer rests on it, lenient everywhere else."""

import json
from typing import Any

import pytest

from service.cds.request import FHIR_LIMITS, HookRequest, read_request
from service.problems import Problem, Refusal
from tests.cds.fhir_data import (
    ABSENT,
    DOCTOR,
    HOOK_INSTANCE,
    TOKEN,
    Resource,
    as_bytes,
    authorization,
    order,
    order_select,
    order_sign,
    patient_view,
)
from tests.cds.schema import faults

ORDERING = ("order-select", "order-sign")
ALL = ("patient-view", *ORDERING)
SERVER = "https://ehr.example/fhir"
IN_LOWER_CASE, OF_ANOTHER_KIND = {"token_type": "bearer"}, {"token_type": "mac"}


def refused(said: Any, hooks: tuple[str, ...] = ALL) -> Problem:
    """The refusal of a body."""
    with pytest.raises(Refusal) as found:
        read_request(said if isinstance(said, bytes) else as_bytes(said), hooks)
    return found.value.problem


def places(said: Any, hooks: tuple[str, ...] = ALL) -> list[str]:
    """The places of the faults of a body."""
    refusal = refused(said, hooks)
    assert refusal.status == 400
    return [each.pointer for each in refusal.errors]


def read(said: Resource, hooks: tuple[str, ...] = ALL) -> HookRequest:
    """The call that a body states."""
    return read_request(as_bytes(said), hooks)


def test_everything_that_is_read_is_there() -> None:
    said = order_select(
        selections=["ServiceRequest/order-1"],
        context={"encounterId": "e1"},
        fhirServer=SERVER,
        fhirAuthorization=authorization(),
    )
    call = read(said)
    assert (call.hook, call.hook_instance, call.fhir_server) == ("order-select", HOOK_INSTANCE, SERVER)
    assert (call.context.user_id, call.context.user_type) == (DOCTOR, "Practitioner")
    assert (call.context.patient_id, call.context.encounter_id) == ("p1", "e1")
    assert call.context.selections == ("ServiceRequest/order-1",)
    assert call.context.draft_orders == said["context"]["draftOrders"]
    assert call.prefetch == said["prefetch"]
    assert call.fhir_authorization is not None
    assert call.fhir_authorization.access_token.get_secret_value() == TOKEN
    assert call.fhir_authorization.expires_in == 300


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(patient_view(), id="a chart is opened"),
        pytest.param(patient_view("PractitionerRole/r1"), id="by somebody in a role"),
        pytest.param(patient_view("Patient/p1"), id="by the patient"),
        pytest.param(patient_view("RelatedPerson/r1"), id="by a relative"),
        pytest.param(order_select(), id="an order is selected"),
        pytest.param(order_select(selections=[]), id="nothing is selected"),
        pytest.param(order_sign(), id="an order is signed"),
        pytest.param(order_sign(fhirServer=SERVER), id="an open FHIR server"),
        pytest.param(order_sign(fhirServer=SERVER, fhirAuthorization=authorization()), id="access is lent"),
        pytest.param(order_sign(prefetch=ABSENT), id="nothing beforehand"),
        pytest.param(order_sign(extension={"com.example": {"a": 1}}, novelty=True), id="members that nobody knows"),
        pytest.param(order_sign(context={"novelty": [1], "extension": {"a": {}}}), id="such members of the context"),
        pytest.param(order_sign(context={"draftOrders": {"resourceType": "Bundle"}}), id="no orders at all"),
    ],
)
def test_calls_that_are_read_and_that_the_schema_allows(said: Resource) -> None:
    assert faults("request", said) == []
    assert read(said).hook == said["hook"]


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(order_sign(prefetch=None, fhirServer=None, fhirAuthorization=None), id="null for not there"),
        pytest.param(order_sign(context={"encounterId": ""}), id="an empty encounter"),
        pytest.param(order_sign(context={"patientId": "p_1.A-9", "userId": "Practitioner/d_1"}), id="underscores"),
        pytest.param(order_sign(context={"patientId": "e" * 90}), id="an id longer than FHIR's"),
        pytest.param(order_select(selections=["nowhere", "ServiceRequest/none"]), id="selections that point nowhere"),
        pytest.param(
            order_sign(order({"coding": [{}]}, reasonCode=[])), id="an order without a code, as a sandbox has"
        ),
        pytest.param(order_sign(context={"draftOrders": {"resourceType": "Bundle", "entry": None}}), id="no entries"),
        pytest.param(order_sign(context={"draftOrders": {"resourceType": "Bundle", "entry": [1, {}]}}), id="odd ones"),
        pytest.param(
            order_sign(fhirServer=SERVER, fhirAuthorization=authorization(patient=None)),
            id="access that names no patient",
        ),
        pytest.param(
            order_sign(fhirServer=SERVER, fhirAuthorization=authorization(**IN_LOWER_CASE)),
            id="bearer",
        ),
        pytest.param(
            order_sign(fhirServer=SERVER, fhirAuthorization=authorization(expires_in=-1, novelty=1)), id="run out"
        ),
    ],
)
def test_calls_that_real_systems_make_are_read_too(said: Resource) -> None:
    assert read(said).hook == said["hook"]


def without(*path: str) -> Resource:
    """A call of order-select, with access lent, that lacks one member."""
    said = json.loads(as_bytes(order_select(fhirServer=SERVER, fhirAuthorization=authorization())))
    place = said
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    return dict(said)


LENT = ("access_token", "token_type", "expires_in", "scope", "subject")


@pytest.mark.parametrize(
    "path",
    [
        *(("hook",), ("hookInstance",), ("context",), ("fhirServer",)),
        *(("context", name) for name in ("userId", "patientId", "selections", "draftOrders")),
        *(("fhirAuthorization", name) for name in LENT),
    ],
    ids=".".join,
)
def test_what_is_required_is_missed_by_its_place(path: tuple[str, ...]) -> None:
    said = without(*path)
    assert faults("request", said)
    assert places(said) == ["/" + "/".join(path)]


@pytest.mark.parametrize(
    ("said", "place"),
    [
        pytest.param(order_sign(hookInstance="17"), "/hookInstance", id="an instance that is no UUID"),
        pytest.param(order_sign(hookInstance=HOOK_INSTANCE + "\n"), "/hookInstance", id="a line break behind it"),
        pytest.param(order_sign() | {"context": []}, "/context", id="a context that is a list"),
        pytest.param(order_sign(context={"userId": "d1"}), "/context/userId", id="a user without a type"),
        pytest.param(order_sign(context={"userId": "Device/d1"}), "/context/userId", id="a user that is a device"),
        pytest.param(order_sign(context={"userId": "Patient/p1"}), "/context/userId", id="a patient who signs"),
        pytest.param(
            order_select(context={"userId": "RelatedPerson/r"}), "/context/userId", id="a relative who orders"
        ),
        pytest.param(patient_view("Practitioner/"), "/context/userId", id="a user without an id"),
        pytest.param(order_sign(context={"userId": 7}), "/context/userId", id="a user that is a number"),
        pytest.param(order_sign(context={"patientId": ""}), "/context/patientId", id="an empty id"),
        pytest.param(order_sign(context={"patientId": ".."}), "/context/patientId", id="an id that steps up"),
        pytest.param(order_sign(context={"patientId": "a/b"}), "/context/patientId", id="an id with a slash"),
        pytest.param(order_sign(context={"patientId": "p1?x"}), "/context/patientId", id="an id with a query"),
        pytest.param(order_sign(context={"patientId": "a" * 129}), "/context/patientId", id="an endless id"),
        pytest.param(order_select(context={"selections": "x"}), "/context/selections", id="selections that are a text"),
        pytest.param(order_select(context={"selections": [1]}), "/context/selections/0", id="a selection in figures"),
        pytest.param(order_sign(context={"draftOrders": []}), "/context/draftOrders", id="orders as a list"),
        pytest.param(order_sign(context={"draftOrders": {}}), "/context/draftOrders", id="orders that are no Bundle"),
        pytest.param(
            order_sign(context={"draftOrders": {"resourceType": "Bundle", "entry": {"resource": 1}}}),
            "/context/draftOrders",
            id="entries that are no list",
        ),
        pytest.param(order_sign(prefetch=[]), "/prefetch", id="a prefetch that is a list"),
        pytest.param(order_sign(fhirServer="ftp://ehr.example"), "/fhirServer", id="another protocol"),
        pytest.param(order_sign(fhirServer="ehr.example/fhir"), "/fhirServer", id="no protocol"),
        pytest.param(order_sign(fhirServer="https://"), "/fhirServer", id="no host"),
        pytest.param(order_sign(fhirServer="https://ehr.example:port/"), "/fhirServer", id="a port in words"),
        pytest.param(order_sign(fhirServer="https://[::1"), "/fhirServer", id="half an address"),
        pytest.param(order_sign(fhirServer=1), "/fhirServer", id="a server in figures"),
        pytest.param(order_sign(fhirServer=SERVER, fhirAuthorization="x"), "/fhirAuthorization", id="access as a text"),
    ],
)
def test_one_fault_is_told_by_its_place(said: Resource, place: str) -> None:
    assert places(said) == [place]


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"token_type": "mac"}, "token_type"),
        ({"expires_in": "300"}, "expires_in"),
        ({"expires_in": True}, "expires_in"),
        ({"access_token": "two words"}, "access_token"),
        ({"access_token": "one\r\nHeader: two"}, "access_token"),
        ({"access_token": ""}, "access_token"),
        ({"scope": None}, "scope"),
        ({"subject": ""}, "subject"),
        ({"patient": "p2"}, "patient"),
        ({"patient": 1}, "patient"),
    ],
)
def test_access_that_cannot_be_used_is_refused_without_the_token(changes: dict[str, Any], name: str) -> None:
    lent = authorization(**changes)
    refusal = refused(order_sign(fhirServer=SERVER, fhirAuthorization=lent))
    assert [each.pointer for each in refusal.errors] == [f"/fhirAuthorization/{name}"]
    assert not any(secret in repr(refusal) for secret in ("two words", "Header", TOKEN))


@pytest.mark.parametrize("hook", ["patient-view", "order-dispatch", "", 7])
def test_a_hook_that_the_service_does_not_offer_is_refused(hook: Any) -> None:
    assert places(order_sign(hook=hook), ORDERING)[0] == "/hook"


def test_every_fault_is_told_at_once_each_place_once() -> None:
    said = order_sign(
        hookInstance="x",
        context={"userId": "Patient/secret-name", "patientId": "..", "draftOrders": {}},
        fhirAuthorization=authorization(patient="p2", **OF_ANOTHER_KIND),
        prefetch=3,
    )
    told = refused(said)
    assert sorted(each.pointer for each in told.errors) == [
        "/context/draftOrders",
        "/context/patientId",
        "/context/userId",
        "/fhirAuthorization/patient",
        "/fhirAuthorization/token_type",
        "/fhirServer",
        "/hookInstance",
        "/prefetch",
    ]
    assert "secret-name" not in repr(told)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"null", id="null"),
        pytest.param(b"{", id="half an object"),
        pytest.param(b'{"hook":1,"hook":2}', id="a member twice"),
        pytest.param(b'{"prefetch":' + b"[" * 65 + b"]" * 65 + b"}", id="nested too deeply"),
        pytest.param(b"[" + b"1," * 400_000 + b"1]", id="too many values"),
        pytest.param(b"[" + b"1," * 10_000 + b"1]", id="too long a list"),
    ],
)
def test_what_is_no_call_at_all_is_refused_as_malformed(body: bytes) -> None:
    assert refused(body).status == 400


def test_two_thousand_conditions_are_within_the_limits() -> None:
    said = order_sign(prefetch={"conditions": {"entry": [{"a": {"b": {"c": [{"d": {}}]}}}] * 2_000}})
    assert read(said).prefetch == said["prefetch"]
    assert FHIR_LIMITS.longest_list == 10_000


def test_nothing_that_is_printed_of_a_call_shows_token_or_patient() -> None:
    said = order_sign(fhirServer=SERVER, fhirAuthorization=authorization())
    call = read(said)
    for shown in (repr(call), str(call), repr(call.fhir_authorization), repr(call.context), f"{vars(call)}"):
        assert TOKEN not in shown
    assert "p1" not in repr(call)
    assert "nerveroot" not in repr(call)
