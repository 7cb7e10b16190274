"""Whatever stands where something else should: it is read, or refused with its place, and nothing breaks."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from service.fhir.assess_input import Stated, read_stated
from service.problems import Refusal
from service.responding import fhirpath
from tests.builders import NOON, a_body
from tests.entrances.forms import bundle, patient_id, response
from tests.fhir.answers import Found
from tests.fhir.shapes import walk

BODY = a_body(
    44,
    patient={"sex": "female"},
    history={"pain_locations": ["buttock", "great_toe"], "pain_severity": 6},
    examination={"strength": {"great_toe_extension": 4.5}, "slump": "positive"},
    red_flags={"fever": False},
    examined_at="2026-11-20T10:00:00Z",
)
FORM = {**response(BODY), "id": "q1", "subject": {"reference": "Patient/p1", "identifier": {"value": "7"}}}
OBSERVED = bundle(BODY)
OBSERVED["entry"].append(
    {
        "fullUrl": "urn:uuid:0a",
        "resource": {
            "resourceType": "Condition",
            "subject": {"reference": f"Patient/{patient_id(BODY)}"},
            "code": {"coding": [{"system": "http://snomed.info/sct", "code": "64859006"}]},
            "onsetDateTime": "2020",
        },
    }
)
BOTH: Found = {
    "resourceType": "Parameters",
    "parameter": [
        {"name": "questionnaireResponse", "resource": FORM},
        {"name": "previous", "resource": {**FORM, "authored": "2026-11-01"}},
    ],
}
ODD: tuple[Any, ...] = (None, True, 7, -1e300, "", "x", [], [None], [[]], {}, {"": None}, {"reference": 7}, 10**400)


def mutants(sent: Found) -> Iterator[tuple[str, Found]]:
    """The body with an odd value in the place of each of its values, or without it."""
    for place, _ in walk(sent):
        steps = [int(step) if step.isdecimal() else step for step in place.split("/")[1:]]
        if not steps:
            continue
        for odd in ODD:
            changed = copy.deepcopy(sent)
            holder: Any = changed
            for step in steps[:-1]:
                holder = holder[step]
            holder[steps[-1]] = odd
            yield place, changed


def refusal(sent: Found) -> Refusal | None:
    """The refusal of a body, if it is refused."""
    try:
        read_stated(json.dumps(sent).encode(), NOON)
    except Refusal as found:
        return found
    return None


@pytest.mark.parametrize("sent", [FORM, OBSERVED, BOTH], ids=["form", "observations", "parameters"])
def test_whatever_stands_there_is_read_or_refused_with_its_place(sent: Found) -> None:
    root = sent["resourceType"]
    assert isinstance(read_stated(json.dumps(sent).encode(), NOON), Stated)
    refused = {
        (place, number): told
        for number, (place, changed) in enumerate(mutants(sent))
        if (told := refusal(changed)) is not None
    }
    assert len(refused) > 100
    for (place, _), told in refused.items():
        assert told.problem.status in (400, 422), place
        for fault in told.problem.errors:
            assert fhirpath(fault.pointer).partition(".")[0] == ("" if place == "/resourceType" else root), (
                place,
                fault,
            )


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_number_that_is_none_is_refused_at_its_place(number: str) -> None:
    text = json.dumps(FORM).replace('"valueDecimal": 6', f'"valueDecimal": {number}')
    assert number in text
    with pytest.raises(Refusal) as refused:
        read_stated(text.encode(), NOON)
    assert refused.value.problem.status in (400, 422)


def test_the_examination_is_what_the_form_states() -> None:
    found = read_stated(json.dumps(FORM).encode(), NOON)
    assert found.exam.patient.reference == "Patient/p1"
    assert found.exam.examined_at is not None
    assert found.exam.examined_at.isoformat() == "2026-11-20T10:00:00+00:00"
    assert found.exam.history.pain_severity == 6


def test_a_form_without_a_time_was_filled_in_now() -> None:
    undated = {name: value for name, value in FORM.items() if name != "authored"}
    assert read_stated(json.dumps(undated).encode(), NOON).exam.examined_at == NOON


def test_an_earlier_form_gives_what_was_found_and_nothing_else() -> None:
    exam = read_stated(json.dumps(BOTH).encode(), NOON).exam
    before = exam.previous_examination
    assert before is not None
    assert before.examined_at is not None
    assert before.examined_at.date().isoformat() == "2026-11-01"
    assert before.examination == exam.examination
    assert before.red_flags == exam.red_flags


def test_an_earlier_form_need_not_state_the_age() -> None:
    items = [each for each in FORM["item"] if each["linkId"] != "patient.age_years"]
    earlier = {**FORM, "item": items, "authored": "2026-11-01"}
    sent = {**BOTH, "parameter": [BOTH["parameter"][0], {"name": "previous", "resource": earlier}]}
    assert read_stated(json.dumps(sent).encode(), NOON).exam.previous_examination is not None
