"""Whom an examination is of: what links examinations of one person, and never those of two."""

from typing import Any

import pytest

from service.fhir.subject import NOBODY, TOO_LONG, Subject, subject_of, subject_of_patient

PLACE = "/QuestionnaireResponse/subject"
EHR = "https://ehr.example/fhir"
NUMBER = {"system": "urn:hospital", "value": "77"}


@pytest.mark.parametrize(
    ("sent", "key", "repeated"),
    [
        ({"reference": "Patient/7"}, "Patient/7", {"reference": "Patient/7"}),
        ({"reference": "Patient/7", "display": "A. Name"}, "Patient/7", {"reference": "Patient/7"}),
        ({"reference": "Patient/7/_history/3"}, "Patient/7", {"reference": "Patient/7"}),
        ({"reference": f"{EHR}/Patient/7"}, f"{EHR}/Patient/7", {"reference": f"{EHR}/Patient/7"}),
        ({"reference": "urn:uuid:0a"}, "urn:uuid:0a", {"reference": "urn:uuid:0a"}),
        ({"identifier": NUMBER}, "urn:hospital|77", {"identifier": NUMBER}),
        ({"identifier": {"value": "77", "use": "usual"}}, "77", {"identifier": {"value": "77"}}),
        (
            {"reference": "Patient/7", "identifier": NUMBER},
            "Patient/7",
            {"reference": "Patient/7", "identifier": NUMBER},
        ),
        ({"reference": "#patient", "identifier": NUMBER}, "urn:hospital|77", {"identifier": NUMBER}),
        ({"type": "Patient", "identifier": NUMBER}, "urn:hospital|77", {"identifier": NUMBER}),
    ],
)
def test_who_is_named(sent: Any, key: str, repeated: Any) -> None:
    """The version of a resource is not the person; a display may be a name."""
    assert subject_of(sent, PLACE) == (Subject(reference=repeated, key=key), ())


@pytest.mark.parametrize(
    "sent",
    [
        None,
        {},
        {"reference": "#patient"},
        {"display": "A. Name"},
        {"identifier": {"system": "urn:hospital"}},
        {"identifier": "77"},
    ],
)
def test_who_is_not_named_is_linked_with_nobody(sent: Any) -> None:
    """Hazard H-10: every form may call its contained patient `#patient`, and they are not one person."""
    assert subject_of(sent, PLACE) == (NOBODY, ())


@pytest.mark.parametrize(
    ("sent", "place"),
    [
        ("Patient/7", PLACE),
        (["Patient/7"], PLACE),
        ({"reference": 7}, f"{PLACE}/reference"),
        ({"reference": ""}, f"{PLACE}/reference"),
        ({"reference": "Practitioner/7"}, PLACE),
        ({"reference": "https://ehr/fhir/Group/7/_history/2"}, PLACE),
        ({"reference": "urn:uuid:0a", "type": "Group"}, PLACE),
    ],
)
def test_who_is_no_patient_is_refused(sent: Any, place: str) -> None:
    (fault,) = subject_of(sent, PLACE)[1]
    assert fault.pointer == place


@pytest.mark.parametrize(("length", "faults"), [(128, 0), (129, 1)])
def test_the_key_has_128_characters(length: int, faults: int) -> None:
    reference = "Patient/".ljust(length, "7")
    found = subject_of({"reference": reference}, PLACE)[1]
    assert [(each.pointer, each.detail) for each in found] == [(f"{PLACE}/reference", TOO_LONG)] * faults


@pytest.mark.parametrize(
    ("patient", "key"),
    [
        ({"id": "7"}, "Patient/7"),
        ({"id": "7", "identifier": [NUMBER]}, "Patient/7"),
        ({"identifier": [{"system": "urn:none"}, NUMBER]}, "urn:hospital|77"),
        ({}, None),
        ({"identifier": NUMBER}, None),
    ],
)
def test_a_patient_is_named_by_id_or_identifier(patient: Any, key: str | None) -> None:
    found, faults = subject_of_patient(patient, "/Bundle/entry/0/resource")
    assert (found.key, faults) == (key, ())
