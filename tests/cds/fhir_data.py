"""Resources of a small record system, and calls of CDS Hooks about them. A test states only what it is about."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from service.terminology.systems import CPT, EXAM_ITEMS, EXAM_VALUES, LOINC, SNOMED
from tests.entrances.forms import response

Resource = dict[str, Any]

PATIENT_ID = "p1"

SUBJECT = {"reference": f"Patient/{PATIENT_ID}"}
DOCTOR = "Practitioner/d1"
HOOK_INSTANCE = "6bc883ec-7d2e-4c4b-8f3a-0f6a2c6f0c9d"
TOKEN = "secret-token-of-one-call"  # noqa: S105

LOW_BACK_PAIN, CHRONIC_LOW_BACK_PAIN, SCIATICA, LUMBAR_RADICULOPATHY = "279039007", "278860009", "23056005", "128196005"
CAUDA_EQUINA, URINARY_RETENTION, URINARY_INCONTINENCE = "192970008", "267064002", "165232002"
HISTORY_OF_CANCER, FEVER, OSTEOPOROSIS, FAMILY_OSTEOPOROSIS = "266987004", "386661006", "64859006", "160313009"
CERVICAL_RADICULOPATHY = "54404000"

LUMBAR_MRI = {"coding": [{"system": LOINC, "code": "24968-0", "display": "Spine Lumbar MRI"}]}
LUMBAR_MRI_CPT = {"coding": [{"system": CPT, "code": "72148"}]}
LUMBAR_MRI_SNOMED = {"coding": [{"system": SNOMED, "code": "394451000119106"}]}
LUMBAR_CT = {"coding": [{"system": LOINC, "code": "24963-1", "display": "Spine Lumbar CT"}]}
LUMBAR_RADIOGRAPH = {"text": "X-ray lumbar spine, two views"}
CERVICAL_MRI = {"coding": [{"system": CPT, "code": "72141"}]}
HEAD_CT = {"coding": [{"system": CPT, "code": "70450"}]}


def ago(days: float, at: datetime | None = None) -> str:
    """The moment so many days before `at`, or before now."""
    return ((at or datetime.now(UTC)) - timedelta(days=days)).isoformat(timespec="seconds")


def coded(code: str, system: str = SNOMED, text: str | None = None) -> Resource:
    """A CodeableConcept."""
    return {"coding": [{"system": system, "code": code}], **({"text": text} if text else {})}


def patient(age: int = 40, at: datetime | None = None, **more: Any) -> Resource:
    """Somebody of that age, in completed years, at `at`, or now; `birthDate` can be given instead."""
    born = (at or datetime.now(UTC)) - timedelta(days=365.25 * age + 100)
    return {
        "resourceType": "Patient",
        "id": PATIENT_ID,
        "gender": "female",
        "birthDate": born.date().isoformat(),
        **more,
    }


def condition(code: str, *, system: str = SNOMED, clinical: str | None = "active", **more: Any) -> Resource:
    """An entry of the problem list; `verification` and `clinical` are codes of FHIR, `onset` a dateTime."""
    base = "http://terminology.hl7.org/CodeSystem"
    verification, onset = more.pop("verification", "confirmed"), more.pop("onset", None)
    return {
        "resourceType": "Condition",
        "id": f"c-{code}",
        **({"clinicalStatus": coded(clinical, f"{base}/condition-clinical")} if clinical else {}),
        **({"verificationStatus": coded(verification, f"{base}/condition-ver-status")} if verification else {}),
        "code": coded(code, system),
        "subject": SUBJECT,
        **({"onsetDateTime": onset} if onset else {}),
        **more,
    }


def medication(text: str, **more: Any) -> Resource:
    """Something prescribed, in words."""
    return {
        "resourceType": "MedicationRequest",
        "id": "m-1",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"text": text},
        "subject": SUBJECT,
        **more,
    }


def observation(item: str, value: Any, *, at: str | None = None, **more: Any) -> Resource:
    """An observation of one of our items: `value` is a boolean, a number or a code of our values."""
    if isinstance(value, bool):
        told: Resource = {"valueBoolean": value}
    elif isinstance(value, str):
        told = {"valueCodeableConcept": coded(value, EXAM_VALUES)}
    else:
        told = {"valueQuantity": {"value": value}}
    return {
        "resourceType": "Observation",
        "id": f"o-{item}",
        "status": "final",
        "code": coded(item, EXAM_ITEMS),
        "subject": SUBJECT,
        "effectiveDateTime": at or ago(0),
        **told,
        **more,
    }


def exam_form(body: Resource, *, days_old: float = 0.0, **more: Any) -> Resource:
    """The exam form on file that states `body` (a body of the contract), filled in some days ago."""
    return {**response(body, ago(days_old)), "id": "form-1", "subject": SUBJECT, **more}


def outcome(severity: str = "error", code: str = "exception") -> Resource:
    """What a server says instead of an answer, or beside it."""
    return {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": code}]}


def searchset(*resources: Resource, **more: Any) -> Resource:
    """What a search found; `total` and `link` can be given."""
    entries = [{"resource": each, "search": {"mode": "match"}} for each in resources]
    return {"resourceType": "Bundle", "type": "searchset", **({"entry": entries} if entries else {}), **more}


def next_page(url: str) -> list[dict[str, str]]:
    """The links of a page that is not the last one."""
    return [{"relation": "self", "url": "https://ehr.example/fhir/self"}, {"relation": "next", "url": url}]


def order(code: Resource | None = None, *, id: str | None = "order-1", **more: Any) -> Resource:  # noqa: A002
    """A draft order: a lumbar MRI unless another code is given."""
    return {
        "resourceType": "ServiceRequest",
        **({"id": id} if id else {}),
        "status": "draft",
        "intent": "order",
        "code": LUMBAR_MRI if code is None else code,
        "subject": SUBJECT,
        **more,
    }


def drafts(*orders: Resource) -> Resource:
    """The unsigned orders of a session."""
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in orders]}


def prefetched(**changes: Any) -> Resource:
    """A prefetch in which everything was looked up and only the person found; ABSENT leaves a key out."""
    found = {
        "patient": patient(),
        "conditions": searchset(total=0),
        "medications": None,
        "observations": None,
        "examinations": None,
    }
    return {key: value for key, value in {**found, **changes}.items() if value is not ABSENT}


ABSENT = object()
"""Stands for a member that was not supplied."""


def call(hook: str, context: Resource, /, **more: Any) -> Resource:
    """A call of a hook; `prefetch`, `fhirServer`, `fhirAuthorization` as given, with a full prefetch otherwise.

    A `context` changes members of the usual one; ABSENT leaves any member out.
    """
    changed = {**context, **more.pop("context", {})}
    context = {key: value for key, value in changed.items() if value is not ABSENT}
    said = {"hook": hook, "hookInstance": HOOK_INSTANCE, "context": context, "prefetch": prefetched(), **more}
    return {key: value for key, value in said.items() if value is not ABSENT}


def patient_view(user: str = DOCTOR, **more: Any) -> Resource:
    """Somebody opens the chart."""
    return call("patient-view", {"userId": user, "patientId": PATIENT_ID}, **more)


def order_sign(*orders: Resource, **more: Any) -> Resource:
    """The doctor signs these orders; a lumbar MRI where none is given."""
    return call("order-sign", _ordering(orders or (order(),)), **more)


def order_select(*orders: Resource, selections: list[str] | None = None, **more: Any) -> Resource:
    """The doctor has selected these orders, or of them only those in `selections`."""
    orders = orders or (order(),)
    chosen = [f"{each['resourceType']}/{each['id']}" for each in orders if "id" in each]
    return call(
        "order-select", {**_ordering(orders), "selections": chosen if selections is None else selections}, **more
    )


def _ordering(orders: tuple[Resource, ...]) -> Resource:
    return {"userId": DOCTOR, "patientId": PATIENT_ID, "draftOrders": drafts(*orders)}


def authorization(**changes: Any) -> Resource:
    """The access that a record system lends for one call."""
    return {
        "access_token": TOKEN,
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "patient/*.read",
        "subject": "nerveroot",
        "patient": PATIENT_ID,
        **changes,
    }


def as_bytes(said: Resource) -> bytes:
    """As it travels."""
    return json.dumps(said, ensure_ascii=False).encode()
