"""The same exam as each entrance wants it: a questionnaire response, coded observations, a call of CDS Hooks."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zlib import crc32

from service.terminology.exam_items import GRADED, NOWHERE, Item, Kind, exam_items
from service.terminology.systems import CONTENT_VERSION, EXAM_ITEMS, EXAM_VALUES, LOINC, QUESTIONNAIRE, UCUM

PATIENT_ID = "p1"
"""Somebody, where it does not matter who."""


def patient_id(body: dict[str, Any]) -> str:
    """An id of its own for everybody, or examinations of several people would be linked."""
    return f"p{crc32(json.dumps(body, sort_keys=True).encode()):x}"


def stated(body: dict[str, Any]) -> Iterator[tuple[Item, Any]]:
    """Every item that the body states, with its value."""
    for item in exam_items().values():
        value: Any = body
        for name in item.code.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        if value is not None:
            yield item, value


def answers(item: Item, value: Any) -> list[dict[str, Any]]:
    """The value as answers of a questionnaire response."""
    if item.kind is Kind.BOOLEAN:
        return [{"valueBoolean": value}]
    if item.kind is Kind.NUMBER:
        return [{"valueDecimal": value}]
    if item.kind is Kind.GRADE:
        return [_coding(value if value == "weak" else f"{GRADED}{value:g}")]
    return [_coding(each) for each in (value if isinstance(value, list) else [value])] or [_coding(NOWHERE)]


def _coding(code: str) -> dict[str, Any]:
    return {"valueCoding": {"system": EXAM_VALUES, "code": code}}


def response(body: dict[str, Any], authored: str | None = None) -> dict[str, Any]:
    """The exam as a response to our questionnaire, its items without their groups."""
    items = [{"linkId": item.code, "answer": answers(item, value)} for item, value in stated(body)]
    when = authored or body.get("examined_at")
    return {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "questionnaire": f"{QUESTIONNAIRE}|{CONTENT_VERSION}",
        **({"authored": when} if when else {}),
        "item": items,
    }


def patient(body: dict[str, Any]) -> dict[str, Any]:
    """Somebody who is of that age and sex today."""
    years, sex = int(body["patient"]["age_years"]), body["patient"].get("sex")
    born = (datetime.now(UTC) - timedelta(days=365.25 * years + 100)).date().isoformat()
    return {"resourceType": "Patient", "id": patient_id(body), "birthDate": born, **({"gender": sex} if sex else {})}


def bundle(body: dict[str, Any]) -> dict[str, Any]:
    """The exam as coded observations of one patient."""
    resources = [patient(body), *(_observation(item, value, body) for item, value in stated(body) if _observed(item))]
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in resources]}


def _observed(item: Item) -> bool:
    """Whether it is observed; age and sex are those of the Patient."""
    return item.code not in ("patient.age_years", "patient.sex")


def _observation(item: Item, value: Any, body: dict[str, Any]) -> dict[str, Any]:
    told = answers(item, value)
    observed: dict[str, Any]
    if item.kind is Kind.BOOLEAN:
        observed = {"valueBoolean": value}
    elif item.kind is Kind.NUMBER:
        unit = {"system": UCUM, "code": item.unit} if item.unit else {}
        observed = {"valueQuantity": {"value": value, **unit}}
    elif item.kind is Kind.CHOICES:
        observed = {"valueCodeableConcept": {"coding": [each["valueCoding"] for each in told]}}
    else:
        observed = {"valueCodeableConcept": {"coding": [told[0]["valueCoding"]]}}
    return {
        "resourceType": "Observation",
        "status": "final",
        "subject": {"reference": f"Patient/{patient_id(body)}"},
        "code": {"coding": [{"system": EXAM_ITEMS, "code": item.code}]},
        **({"effectiveDateTime": body["examined_at"]} if body.get("examined_at") else {}),
        **observed,
    }


def order_sign(body: dict[str, Any], authored: str) -> dict[str, Any]:
    """A lumbar MRI is signed for somebody whose exam form is on file."""
    form = {**response(body, authored), "id": "form-1", "subject": {"reference": f"Patient/{patient_id(body)}"}}
    order = {
        "resourceType": "ServiceRequest",
        "id": "order-1",
        "status": "draft",
        "intent": "order",
        "subject": {"reference": f"Patient/{patient_id(body)}"},
        "code": {"coding": [{"system": LOINC, "code": "24968-0"}]},
    }
    return {
        "hook": "order-sign",
        "hookInstance": "6bc883ec-7d2e-4c4b-8f3a-0f6a2c6f0c9d",
        "context": {
            "userId": "Practitioner/d1",
            "patientId": patient_id(body),
            "draftOrders": {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": order}]},
        },
        "prefetch": {
            "patient": patient(body),
            "conditions": {"resourceType": "Bundle", "type": "searchset", "total": 0},
            "medications": None,
            "observations": None,
            "examinations": {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": form}]},
        },
    }
