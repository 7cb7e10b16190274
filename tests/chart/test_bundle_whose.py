"""An examination as coded resources: whose each of them is."""

from typing import Any

import pytest

from features.answer import Answer
from service.chart.exam_of_bundle import exam_of_bundle
from tests.cds.fhir_data import (
    FEVER,
    PATIENT_ID,
    condition,
    medication,
)
from tests.chart.bundles import PLACE, SEVERITY, WHO, Resource, faults, form, of, read
from tests.chart.charts import FLAG_FEVER, NOW, SLR, seen

OTHER = {"reference": "Patient/p2"}


@pytest.mark.parametrize(
    ("reference", "full_url"),
    [
        (f"Patient/{PATIENT_ID}", None),
        (f"Patient/{PATIENT_ID}/_history/3", None),
        (f"Patient/{PATIENT_ID}", "urn:uuid:0a"),
        ("urn:uuid:0a", "urn:uuid:0a"),
        (f"https://ehr.example/fhir/Patient/{PATIENT_ID}", f"https://ehr.example/fhir/Patient/{PATIENT_ID}"),
        (f"https://ehr.example/fhir/Patient/{PATIENT_ID}/_history/3", f"https://ehr.example/fhir/Patient/{PATIENT_ID}"),
        (f"Patient/{PATIENT_ID}", f"https://ehr.example/fhir/Patient/{PATIENT_ID}"),
    ],
)
def test_what_is_about_the_patient(reference: str, full_url: str | None) -> None:
    sent = of(condition(FEVER, subject={"reference": reference}))
    sent["entry"][0] |= {} if full_url is None else {"fullUrl": full_url}
    assert exam_of_bundle(sent, place=PLACE, at=NOW).red_flags.fever is Answer.YES


KNOWN_BY = [{"value": "7"}, {"system": "urn:oid:1.2", "value": "7"}]


def test_where_there_is_no_reference_an_identifier_tells_who_it_is() -> None:
    told = condition(FEVER, subject={"identifier": {"system": "urn:oid:1.2", "value": "7", "use": "usual"}})
    assert read(told, who={**WHO, "identifier": KNOWN_BY}).red_flags.fever is Answer.YES


def test_a_reference_is_to_the_server_of_what_refers() -> None:
    """Hazard H-28: two servers may have a Patient of the same id, and they are two people."""
    sent = of(seen(SEVERITY, 4, 0), condition(FEVER))
    sent["entry"][0]["fullUrl"] = f"https://ehr.example/fhir/Patient/{PATIENT_ID}"
    sent["entry"][2]["fullUrl"] = "https://ehr.example/fhir/Condition/c1"
    assert exam_of_bundle(sent, place=PLACE, at=NOW).red_flags.fever is Answer.YES
    sent["entry"][2]["fullUrl"] = "https://other.example/fhir/Condition/c1"
    assert faults(sent) == ["/entry/2/resource/subject"]


def test_without_a_subject_it_is_of_the_one_patient_there_is() -> None:
    told = {name: each for name, each in seen(FLAG_FEVER, True, 0).items() if name != "subject"}
    assert read(told).red_flags.fever is Answer.YES


@pytest.mark.parametrize(
    ("subject", "full_url"),
    [
        (OTHER, None),
        ({"reference": f"https://ehr.example/fhir/Patient/{PATIENT_ID}"}, None),
        ({"reference": f"https://ehr.example/fhir/Patient/{PATIENT_ID}"}, "urn:uuid:0a"),
        ({"reference": f"x/Patient/{PATIENT_ID}"}, None),
        ({"identifier": {"system": "urn:oid:1.2", "value": "8"}}, None),
        ({"identifier": {"system": "urn:oid:1.3", "value": "7"}}, None),
        ({"identifier": {"value": "7"}}, None),
        ({"identifier": []}, None),
        ({"reference": "Patient/p2", "identifier": {"system": "urn:oid:1.2", "value": "7"}}, None),
        ({"reference": f"Practitioner/{PATIENT_ID}"}, None),
        ({"reference": f"#{PATIENT_ID}"}, None),
        ({"reference": "urn:uuid:0b"}, "urn:uuid:0a"),
        ({"reference": f"https://other.example/Patient/{PATIENT_ID}"}, f"https://ehr.example/Patient/{PATIENT_ID}"),
        ({"reference": ""}, None),
        ({"reference": 7}, None),
        ({"display": "Somebody"}, None),
        ({}, None),
        ([], None),
        (f"Patient/{PATIENT_ID}", None),
    ],
)
@pytest.mark.parametrize(
    "resource",
    [seen(SLR, "positive", 0), condition(FEVER), medication("ibuprofen"), form({"history": {"side": "left"}})],
    ids=["an observation", "a condition", "a drug", "a form"],
)
def test_what_is_about_somebody_else_or_nobody_knows_whom_is_refused(
    resource: Resource, subject: Any, full_url: str | None
) -> None:
    """Hazard H-28: what was found in somebody else counts."""
    sent = of(seen(SEVERITY, 4, 0), {**resource, "subject": subject}, who={**WHO, "identifier": KNOWN_BY})
    sent["entry"][0] |= {} if full_url is None else {"fullUrl": full_url}
    assert faults(sent) == ["/entry/2/resource/subject"]


def test_somebody_without_an_id_is_known_by_the_url_alone() -> None:
    nameless = {name: each for name, each in WHO.items() if name != "id"}
    sent = of(condition(FEVER, subject={"reference": "urn:uuid:0a"}), who=nameless)
    sent["entry"][0]["fullUrl"] = "urn:uuid:0a"
    assert exam_of_bundle(sent, place=PLACE, at=NOW).red_flags.fever is Answer.YES
    assert faults(of(condition(FEVER), who=nameless)) == ["/entry/1/resource/subject"]
