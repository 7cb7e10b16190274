"""Asking `$assess` over HTTP, and reading what it answers."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from starlette.testclient import TestClient

from features.involvement import Classify
from service.app import create_app
from service.fhir.assess_routes import ADDRESS
from service.responding import FHIR_JSON
from service.settings import Settings
from service.terminology.systems import EXAM_VALUES
from tests.builders import Body, a_body
from tests.entrances.forms import bundle, response
from tests.fhir.answers import Found
from tests.fhir.shapes import check

WEAK = a_body(examination={"strength": {"great_toe_extension": 4}})


@contextmanager
def serving(settings: Settings | None = None, classify: Classify | None = None) -> Iterator[TestClient]:
    """The service, as it is deployed."""
    with TestClient(create_app(settings or Settings(), classify)) as client:
        yield client


def post(client: TestClient, body: Any, *, query: str = "", **headers: str) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(f"{ADDRESS}{query}", content=content, headers={"Content-Type": FHIR_JSON} | headers)


def answered(client: TestClient, body: Any, **more: str) -> Found:
    answer = post(client, body, **more)
    assert (answer.status_code, answer.headers["content-type"]) == (200, FHIR_JSON), answer.text
    found: Found = answer.json()
    return found


def parameters(**resources: Any) -> Found:
    listed = [{"name": name, "resource": resource} for name, resource in resources.items()]
    return {"resourceType": "Parameters", "parameter": listed}


def refused(client: TestClient, body: Any, status: int = 422, **more: str) -> list[tuple[str | None, str]]:
    """Place and diagnostics of every issue."""
    answer = post(client, body, **more)
    assert (answer.status_code, answer.headers["content-type"]) == (status, FHIR_JSON), answer.text
    outcome = answer.json()
    check(outcome)
    assert outcome["resourceType"] == "OperationOutcome"
    return [(each.get("expression", [None])[0], each["diagnostics"]) for each in outcome["issue"]]


ENTRIES: dict[str, Callable[[Body], Found]] = {
    "form": response,
    "form in Parameters": lambda body: parameters(questionnaireResponse=response(body)),
    "observations": bundle,
    "observations in Parameters": lambda body: parameters(bundle=bundle(body)),
}


def form(*items: Found, **more: Any) -> Found:
    age = {"linkId": "patient.age_years", "answer": [{"valueDecimal": 44}]}
    return {"resourceType": "QuestionnaireResponse", "status": "completed", "item": [age, *items], **more}


def coded(link: str, code: str) -> Found:
    return {"linkId": link, "answer": [{"valueCoding": {"system": EXAM_VALUES, "code": code}}]}


YES = [{"valueBoolean": True}]


SURROGATE = "\ud800"
