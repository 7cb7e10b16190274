"""`$assess` over HTTP: an earlier form beside the one of today."""

import pytest
from starlette.testclient import TestClient

from tests.builders import a_body
from tests.entrances.forms import bundle
from tests.fhir.answers import Found, of_type, the
from tests.fhir.assessing import YES, answered, coded, form, parameters, refused

EARLIER = form(
    coded("examination.strength.great_toe_extension", "mrc-5"),
    authored="2026-11-01T10:00:00+01:00",
)


LATER = form(
    coded("examination.strength.great_toe_extension", "mrc-3"),
    authored="2026-11-20T10:00:00+01:00",
)


def since(found: Found) -> bool:
    """Whether the strength is told to have fallen."""
    told = [each["text"] for each in the(found, "GuidanceResponse")["note"]]
    return any("great toe extension" in text and "2026-11-01" in text for text in told)


def test_an_earlier_form_is_compared_with(client: TestClient) -> None:
    sent = parameters(questionnaireResponse=LATER, previous=EARLIER)
    found = answered(client, sent, query="?commit=false")
    assert since(found)
    flags = {each["code"]["coding"][0]["code"] for each in of_type(found, "DetectedIssue")}
    assert "RF-MOTOR-PROGRESSIVE" in flags


def test_an_earlier_form_is_compared_with_observations(client: TestClient) -> None:
    body = a_body(44, examination={"strength": {"great_toe_extension": 3}}, examined_at="2026-11-20T10:00:00Z")
    assert since(answered(client, parameters(bundle=bundle(body), previous=EARLIER), query="?commit=false"))


def test_faults_of_the_earlier_form_are_told_at_their_places(client: TestClient) -> None:
    wrong = {**EARLIER, "item": [*EARLIER["item"], {"linkId": "toe", "answer": YES}]}
    ((place, _),) = refused(client, parameters(questionnaireResponse=LATER, previous=wrong))
    assert str(place).startswith("Parameters.parameter[1].resource.item[2]")


def test_an_earlier_form_that_is_later_is_refused(client: TestClient) -> None:
    ((place, told),) = refused(client, parameters(questionnaireResponse=EARLIER, previous=LATER))
    assert place == "Parameters.parameter[1].resource.authored"
    assert told == f"{place} is not earlier than the time of the examination, or than now."


def test_an_earlier_form_of_somebody_else_is_refused(client: TestClient) -> None:
    """Hazard H-10: two people are compared as if they were one."""
    one, other = ({"subject": {"reference": f"Patient/{name}"}} for name in ("one", "other"))
    sent = parameters(questionnaireResponse={**LATER, **one}, previous={**EARLIER, **other})
    ((place, _),) = refused(client, sent)
    assert place == "Parameters.parameter[1].resource.subject"
    answered(client, parameters(questionnaireResponse={**LATER, **one}, previous={**EARLIER, **one}))
    answered(client, parameters(questionnaireResponse={**LATER, **one}, previous=EARLIER))


@pytest.mark.parametrize(
    ("first", "second", "linked"),
    [
        ({"reference": "Patient/a1"}, {"reference": "Patient/a1"}, True),
        ({"reference": "Patient/a2"}, {"reference": "Patient/a2/_history/4"}, True),
        ({"identifier": {"system": "urn:x", "value": "a3"}}, {"identifier": {"system": "urn:x", "value": "a3"}}, True),
        ({"reference": "Patient/a4"}, {"reference": "Patient/a5"}, False),
        ({"reference": "#patient"}, {"reference": "#patient"}, False),
        ({"display": "Jane Doe"}, {"display": "Jane Doe"}, False),
    ],
)
def test_examinations_of_one_subject_are_compared(
    client: TestClient, first: Found, second: Found, linked: bool
) -> None:
    answered(client, {**EARLIER, "subject": first})
    assert since(answered(client, {**LATER, "subject": second})) is linked
