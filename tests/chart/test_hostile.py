"""Every field of what is read, replaced by something that it must not be: refused, or counted, and nothing else."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from features.exam import Exam
from service.chart.exam_of_bundle import exam_of_bundle
from service.chart.exam_of_chart import disagreements, exam_of, forms_of
from service.chart.facts import Chart, Source, State
from service.chart.person import read_person
from service.chart.questionnaire_response import ReadForm, read_response
from service.problems import Refusal
from service.terminology.systems import EXAM_ITEMS, EXAM_VALUES
from tests.cds.fhir_data import CAUDA_EQUINA, SCIATICA, SUBJECT, ago, coded, condition, medication, observation, patient
from tests.chart import charts
from tests.chart.charts import FLAG_FEVER, NOW, WEAK, seen, sign
from tests.entrances.forms import response
from tests.entrances.patients import PATIENTS

Resource = dict[str, Any]
PLACE = "/Bundle"
WRONG: tuple[Any, ...] = (
    *(None, True, 0, -1, 10**400, 1e308, float("nan"), float("inf"), "", "x" * 5000, "\x00", "\ud800", "9999-12-31"),
    *(
        [],
        {},
        [[]],
        [None],
        ["completed"],
        [{}],
        {"": None},
        {"coding": None},
        {"coding": [{"system": [], "code": {}}]},
    ),
)
"""What a field may hold in the call of somebody who sends anything."""

WHO = {**patient(44, NOW), "identifier": [{"system": "urn:x", "value": "7"}], "implicitRules": None}
BODY = {**PATIENTS[next(iter(PATIENTS))], "patient": {"age_years": 44, "sex": "female"}}
FORM = {**response(BODY), "subject": SUBJECT, "authored": ago(1, NOW), "id": "f1"}
FORM["item"] = [*FORM["item"][:6], {"linkId": "red_flags", "item": []}]
CONDITION = {
    **condition(SCIATICA, onset="2026-10-04", recordedDate="2026-10-05"),
    "onsetPeriod": {"start": "2026-10-04"},
    "modifierExtension": [],
}
ENDED = {**condition(CAUDA_EQUINA, clinical="remission"), "abatementDateTime": "2026-11-01", "abatementPeriod": {}}
MEASURED = observation("red_flags.post_void_residual_ml", 20, at=ago(1, NOW))
MEASURED["valueQuantity"] |= {"unit": "ml", "code": "mL", "system": "http://unitsofmeasure.org"}
PERIOD = {name: each for name, each in seen(WEAK, 3.5, 1).items() if name != "effectiveDateTime"} | {
    "effectivePeriod": {"start": ago(2, NOW), "end": ago(1, NOW)}
}
DRUG = {
    **medication("prednisone"),
    "medicationReference": {"reference": "#d"},
    "contained": [{"id": "d", "code": {"text": "prednisone"}}],
    "doNotPerform": False,
}
BY_REFERENCE = {name: each for name, each in DRUG.items() if name != "medicationCodeableConcept"}
RESOURCES = (
    CONDITION,
    ENDED,
    seen(FLAG_FEVER, True, 1),
    sign("386661006", True, 1),
    MEASURED,
    PERIOD,
    DRUG,
    BY_REFERENCE,
)


def replaced(whole: Any) -> Iterator[Any]:
    """The whole with one field, or member of a list, of it replaced, wherever it is, by each wrong thing."""
    for way in list(ways(whole)):
        for wrong in WRONG:
            made = copy.deepcopy(whole)
            inner = made
            for step in way[:-1]:
                inner = inner[step]
            inner[way[-1]] = wrong
            yield made


def ways(whole: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every field and every member."""
    steps = whole.items() if isinstance(whole, dict) else enumerate(whole) if isinstance(whole, list) else ()
    for step, inner in steps:
        yield (*before, step)
        yield from ways(inner, (*before, step))


def bundle_of(*resources: Any) -> Resource:
    """These of one Patient."""
    entries = [{"resource": each, "fullUrl": f"urn:uuid:{number}"} for number, each in enumerate((WHO, *resources))]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def refused_or_read(sent: Resource) -> Exam | ReadForm | Refusal:
    """What comes of it: an examination, or the refusal with the places of its faults."""
    try:
        if sent.get("resourceType") == "QuestionnaireResponse":
            return read_response(sent, place=PLACE, now=NOW)
        return exam_of_bundle(sent, place=PLACE, at=NOW)
    except Refusal as refused:
        found = refused
    assert found.problem.status == 422
    assert found.problem.errors
    assert all(each.pointer.startswith(PLACE) for each in found.problem.errors)
    return found


def test_what_is_replaced_can_be_read_as_it_is() -> None:
    assert isinstance(refused_or_read(FORM), ReadForm)
    for each in (FORM, seen(FLAG_FEVER, True, 1), MEASURED, PERIOD, CONDITION, ENDED, DRUG, BY_REFERENCE):
        assert isinstance(refused_or_read(bundle_of(each)), Exam)


def test_a_form_is_read_or_refused() -> None:
    refusals = [isinstance(refused_or_read(each), Refusal) for each in replaced(FORM)]
    assert any(refusals)
    assert not all(refusals)


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda each: str(each["id"]))
def test_a_bundle_is_read_or_refused(resource: Resource) -> None:
    refusals = [isinstance(refused_or_read(bundle_of(each)), Refusal) for each in replaced(resource)]
    assert any(refusals)
    assert not all(refusals)


def test_a_bundle_around_it_is_read_or_refused() -> None:
    refusals = [isinstance(refused_or_read(each), Refusal) for each in replaced(bundle_of(CONDITION, FORM))]
    assert any(refusals)
    assert not all(refusals)


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda each: str(each["id"]))
def test_an_entry_of_a_chart_is_read_or_counted_and_hides_no_other(resource: Resource) -> None:
    """Hazard H-28: one odd entry takes a red flag along."""
    emergency = condition(CAUDA_EQUINA)
    of_kind = {"Condition": "conditions", "Observation": "observations"}.get(resource["resourceType"], "medications")
    for odd in replaced(resource):
        read = charts.found([emergency, *([odd] if of_kind == "conditions" else [])], **_beside(of_kind, odd))
        assert read.statements["red_flags.cauda_equina_or_cord_compression"] is True


def _beside(kind: str, odd: Any) -> Any:
    return {} if kind == "conditions" else {kind: [odd]}


def test_a_form_on_file_is_read_or_counted() -> None:
    for odd in (*replaced(FORM), *WRONG):
        today, before, _ = forms_of(Source(state=State.COMPLETE, resources=(FORM, odd)), NOW)
        assert today is not None
        chart = Chart(person=read_person(WHO, NOW), at=NOW, found=charts.found([CONDITION]), exam=today, earlier=before)
        assert isinstance(exam_of(chart), Exam)
        assert isinstance(disagreements(chart), tuple)


@pytest.mark.parametrize("status", [["completed"], {}, 7, None, "x" * 5000, True])
def test_a_form_whose_status_is_none_is_unread(status: Any) -> None:
    _, _, unread = forms_of(Source(state=State.COMPLETE, resources=({**FORM, "status": status},)), NOW)
    assert unread == 1


def test_a_patient_is_read_as_far_as_can_be() -> None:
    for odd in replaced(WHO):
        assert read_person(odd, NOW).age_years in (44, None)


SOLE = coded("sole", EXAM_VALUES)
MODIFIER = {"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]}
OF_PARTS = {
    **{name: each for name, each in seen("history.pain_locations", True, 1).items() if name != "valueBoolean"},
    "component": [{"code": coded("history.pain_locations", EXAM_ITEMS), "valueCodeableConcept": SOLE}],
}


@pytest.mark.parametrize("modifier", [MODIFIER, {"implicitRules": "urn:x"}], ids=["modifierExtension", "implicitRules"])
@pytest.mark.parametrize("resource", [*RESOURCES, OF_PARTS], ids=lambda each: str(each["id"]))
def test_an_entry_of_a_chart_that_may_mean_something_else_is_unread(resource: Resource, modifier: Resource) -> None:
    """Hazard H-28: a modifier says "not in this person", and nobody reads it (FHIR R4, extensibility.html)."""
    kind = {"Condition": "conditions", "Observation": "observations"}.get(resource["resourceType"], "medications")
    assert counted_unread(kind, resource) == 0
    assert counted_unread(kind, {**resource, **modifier}) == 1


def counted_unread(kind: str, resource: Resource) -> int:
    """How many entries of a chart with this one are unread."""
    lists: Any = {"conditions": [], kind: [resource]}
    return charts.found(lists.pop("conditions"), **lists).unread


def test_so_is_one_of_which_a_part_may_mean_something_else() -> None:
    assert charts.found(observations=[OF_PARTS]).statements == {"history.pain_locations": ["sole"]}
    parts = [{**each, **MODIFIER} for each in OF_PARTS["component"]]
    assert counted_unread("observations", {**OF_PARTS, "component": parts}) == 1
