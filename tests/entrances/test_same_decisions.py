"""Whichever way somebody comes in, the same engine answers, and the answer is on record."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.settings import Settings
from tests.entrances.forms import bundle, order_sign, response
from tests.entrances.patients import PATIENTS

ASSESS = "/fhir/QuestionnaireResponse/$assess"
ORDERS = "/cds-services/nerveroot-lumbar-imaging"
AT = (datetime.now(UTC) - timedelta(hours=1)).isoformat(timespec="seconds")
"""When everybody was examined: fresh enough for the exam form to count as today's examination."""


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(Settings())) as found:
        yield found


def by_rest(client: TestClient, body: dict[str, Any]) -> str:
    answer = client.post("/v1/assessments", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def by_form(client: TestClient, body: dict[str, Any]) -> str:
    return _assessed(client, response(body))


def by_parameters(client: TestClient, body: dict[str, Any]) -> str:
    parameter = [{"name": "questionnaireResponse", "resource": response(body)}]
    return _assessed(client, {"resourceType": "Parameters", "parameter": parameter})


def by_observations(client: TestClient, body: dict[str, Any]) -> str:
    return _assessed(client, bundle(body))


def _assessed(client: TestClient, body: dict[str, Any]) -> str:
    answer = client.post(ASSESS, json=body, headers={"Content-Type": "application/fhir+json"})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["identifier"]["value"]).removeprefix("urn:uuid:")


def by_order(client: TestClient, body: dict[str, Any]) -> str:
    answer = client.post(ORDERS, json=order_sign(body, AT))
    assert answer.status_code == 200, answer.text
    (card,) = answer.json()["cards"]
    return str(card["uuid"])


ENTRANCES: dict[str, Callable[[TestClient, dict[str, Any]], str]] = {
    "form": by_form,
    "parameters": by_parameters,
    "observations": by_observations,
    "order": by_order,
}


def decided(client: TestClient, identifier: str) -> dict[str, Any]:
    """The answer on record, without what names this one answer, and without why and what next."""
    answer: dict[str, Any] = client.get(f"/v1/assessments/{identifier}").json()
    for leg in (answer, answer["other_leg"] or {"classifier": {}}):
        for name in ("baseline_log_odds", "explanation", "next_examinations"):
            leg["classifier"].pop(name, None)
    return {name: value for name, value in answer.items() if name not in ("id", "created_at")}


def alone(body: dict[str, Any]) -> dict[str, Any]:
    """The patient at this visit, by itself: nobody else's examinations are linked with it."""
    patient = {name: value for name, value in body["patient"].items() if name != "reference"}
    rest = {name: value for name, value in body.items() if name != "previous_examination"}
    return {**rest, "patient": patient, "examined_at": AT}


def test_there_are_twenty() -> None:
    assert len(PATIENTS) >= 20


@pytest.mark.parametrize("name", PATIENTS)
@pytest.mark.parametrize("entrance", ENTRANCES)
def test_the_same_patient_gets_the_same_decisions(client: TestClient, entrance: str, name: str) -> None:
    """Hazards H-14, H-28: one of the entrances answers by rules of its own."""
    body = alone(PATIENTS[name])
    first = decided(client, by_rest(client, body))
    assert decided(client, ENTRANCES[entrance](client, body)) == first
