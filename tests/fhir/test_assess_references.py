"""`$assess` over HTTP: whom and what an answer refers to, and which references are not repeated."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.fhir.assess_input import UNNAMED_BUNDLE, UNNAMED_FORM
from tests.entrances.forms import bundle, patient_id
from tests.fhir.answers import Found, the
from tests.fhir.assessing import SURROGATE, WEAK, answered, form, parameters, refused
from tests.fhir.shapes import check


def test_what_was_sent_is_referred_to(client: TestClient) -> None:
    found = answered(client, form(id="q1", subject={"reference": "Patient/7", "display": "Jane Doe"}))
    risk = the(found, "RiskAssessment")
    assert risk["basis"] == [{"reference": "QuestionnaireResponse/q1"}]
    assert risk["subject"] == {"reference": "Patient/7"}
    assert "Jane" not in json.dumps(found)


def test_observations_that_were_sent_are_referred_to(client: TestClient) -> None:
    sent = bundle(WEAK)
    for position, entry in enumerate(sent["entry"]):
        if entry["resource"]["resourceType"] == "Observation":
            entry["resource"]["id"] = f"o{position}"
    found = answered(client, sent)
    assert the(found, "RiskAssessment")["basis"] == [{"reference": "Observation/o1"}]
    assert the(found, "RiskAssessment")["subject"] == {"reference": f"Patient/{patient_id(WEAK)}"}


def identified(**more: Any) -> Found:
    """An Observation as it is named by `more`: an id, a fullUrl, or both."""
    sent = bundle(WEAK)
    entry = sent["entry"][1]
    entry["resource"] |= {"id": more["id"]} if "id" in more else {}
    entry |= {"fullUrl": more["fullUrl"]} if "fullUrl" in more else {}
    return sent


@pytest.mark.parametrize(
    "sent",
    [
        form(id=SURROGATE),
        form(id="../../<b>"),
        form(id=".."),
        form(id=7),
        parameters(questionnaireResponse=form(id=SURROGATE)),
        identified(id=SURROGATE),
        identified(fullUrl=SURROGATE),
        identified(id="../../<b>"),
        identified(fullUrl="javascript:alert(1)"),
        identified(id=SURROGATE, fullUrl=SURROGATE),
    ],
)
def test_what_is_no_reference_is_not_repeated(client: TestClient, sent: Found) -> None:
    """Hazard H-14: the answer is on record, and cannot be sent for an id that was sent."""
    found = answered(client, sent)
    check(found)
    (basis,) = the(found, "RiskAssessment")["basis"]
    assert basis in (UNNAMED_FORM, UNNAMED_BUNDLE)
    assert [each["what"] for each in the(found, "Provenance")["entity"]] == [basis]


@pytest.mark.parametrize(
    "subject",
    [
        {"reference": "Patient/<script>"},
        {"reference": "<script>"},
        {"reference": SURROGATE},
        {"reference": "Patient/.."},
        {"reference": f"Patient/{SURROGATE}"},
        {"identifier": {"value": SURROGATE}},
        {"identifier": {"system": "urn:x y", "value": "7"}},
    ],
)
def test_a_subject_that_cannot_be_repeated_is_refused(client: TestClient, subject: Found) -> None:
    ((place, told),) = refused(client, form(subject=subject))
    assert str(place).startswith("QuestionnaireResponse")
    assert "<script>" not in told
