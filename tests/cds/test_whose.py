"""Whose data it is: nothing of another patient is read as the patient's own, however deep it stands."""

from typing import Any

import pytest

from service.cds.whose import about_another
from tests.cds.fhir_data import CAUDA_EQUINA, SCIATICA, Resource, condition, exam_form, order, patient, searchset

ELSEWHERE = {"reference": "Patient/p9"}
OTHERS = condition(CAUDA_EQUINA, subject=ELSEWHERE)


@pytest.mark.parametrize(
    ("value", "another"),
    [
        pytest.param(condition(SCIATICA), False, id="of the patient"),
        pytest.param(OTHERS, True, id="of another"),
        pytest.param(condition(SCIATICA, subject={"reference": "https://ehr.example/Patient/p9"}), True, id="absolute"),
        pytest.param(searchset(condition(SCIATICA), OTHERS), True, id="in a list"),
        pytest.param(order(contained=[OTHERS]), True, id="within an order"),
        pytest.param(order(contained=[condition(SCIATICA)]), False, id="within an order, of the patient"),
        pytest.param(searchset(condition(SCIATICA, contained=[OTHERS])), True, id="within an entry of a list"),
        pytest.param(order(contained=[condition(SCIATICA, contained=[OTHERS])]), True, id="within what is within"),
        pytest.param(searchset(searchset(OTHERS)), True, id="in a list of a list"),
        pytest.param(exam_form({}, contained=[{"resourceType": "X", "patient": ELSEWHERE}]), True, id="by `patient`"),
        pytest.param(patient(id="p9"), True, id="another person"),
        pytest.param(order(contained=[{"resourceType": "Patient", "id": "who"}]), False, id="a contained person"),
        pytest.param(order(contained=[7, None, {}]), False, id="nothing that is within"),
        pytest.param(order(contained={"subject": ELSEWHERE}), False, id="no list"),
        pytest.param(7, False, id="no resource"),
    ],
)
def test_what_is_about_another_patient_is_found(value: Any, *, another: bool) -> None:
    """Hazard H-28: the chart of somebody else is read."""
    assert about_another(value, "p1") is another


@pytest.mark.parametrize("depth", [2, 40])
def test_no_depth_hides_it(depth: int) -> None:
    held: Resource = OTHERS
    for _ in range(depth):
        held = condition(SCIATICA, contained=[held])
    assert about_another(held, "p1")
