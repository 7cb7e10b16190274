"""Bundles of coded resources about one person, and the examinations that are read of them."""

from typing import Any

import pytest

from features.exam import Exam
from service.chart.exam_of_bundle import exam_of_bundle
from service.intake import EXAM
from service.problems import Refusal
from service.terminology.exam_items import NOWHERE
from service.terminology.systems import EXAM_VALUES
from tests.cds.fhir_data import (
    SUBJECT,
    ago,
    patient,
)
from tests.chart.charts import NOW, seen
from tests.entrances.forms import response

Resource = dict[str, Any]


PLACE = "/Parameters/parameter/0/resource"


SEVERITY, PLACES = "history.pain_severity", "history.pain_locations"


AGE, SEX = "patient.age_years", "patient.sex"


WHO = {**patient(44, NOW), "birthDate": "1982-05-17"}


def of(*resources: Any, who: Resource = WHO, **more: Any) -> Resource:
    """A Bundle of these, after somebody."""
    entries = [{"resource": who}, *({"resource": each} for each in resources)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries, **more}


def read(*resources: Any, who: Resource = WHO) -> Exam:
    """The examination that these state, at noon."""
    return exam_of_bundle(of(*resources, who=who), place=PLACE, at=NOW)


def said(exam: Exam, code: str) -> Any:
    """What an exam states of an item, in the words of the contract."""
    found: Any = EXAM.dump_python(exam, mode="json")
    for name in code.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return sorted(found) if isinstance(found, list) else found


def unmeasured(item: str, days: float) -> Resource:
    """An observation that says why there is no value."""
    told = {name: each for name, each in seen(item, True, days).items() if not name.startswith("value")}
    return {**told, "dataAbsentReason": {"coding": [{"code": "not-performed"}]}}


def placed(days: float, *places: str) -> Resource:
    """Where it hurts, as one observation."""
    codings = [{"system": EXAM_VALUES, "code": each} for each in places or (NOWHERE,)]
    return {**unmeasured(PLACES, days), "dataAbsentReason": None, "valueCodeableConcept": {"coding": codings}}


def faults(sent: Resource) -> list[str]:
    """The places of what is wrong with it, below its own."""
    with pytest.raises(Refusal) as refused:
        exam_of_bundle(sent, place=PLACE, at=NOW)
    assert refused.value.problem.status == 422
    places = [each.pointer for each in refused.value.problem.errors]
    assert all(each.startswith(PLACE) for each in places)
    return [each.removeprefix(PLACE) for each in places]


def form(body: Resource, days: float | None = 0, **more: Any) -> Resource:
    """A form that was filled in so many days ago; None: nobody says when."""
    return {**response(body), "subject": SUBJECT, **({} if days is None else {"authored": ago(days, NOW)}), **more}
