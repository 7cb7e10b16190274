"""Drugs by their names: what acts on the whole body, and is taken."""

from typing import Any

import pytest

from service.chart.entries import Unreadable
from service.chart.medications import IMMUNOSUPPRESSANTS, STEROIDS, told_by
from tests.cds.fhir_data import medication

STEROID, IMMUNE = "red_flags.steroid_use", "red_flags.immunosuppression"


def items(resource: Any) -> list[str]:
    """The items that a drug raises."""
    return [item for item, _ in told_by(resource)]


@pytest.mark.parametrize("name", STEROIDS)
def test_every_steroid(name: str) -> None:
    assert items(medication(f"{name.capitalize()} 5 mg")) == [STEROID]


@pytest.mark.parametrize("name", IMMUNOSUPPRESSANTS)
def test_every_immunosuppressant(name: str) -> None:
    assert items(medication(f"{name.upper()}, weekly")) == [IMMUNE]


CALLED = [
    pytest.param("prednisolone 1% eye drops", [], id="eye drops"),
    pytest.param("Dexamethasone 0.1 % suspension", [], id="percent"),
    pytest.param("betamethasone cream", [], id="cream"),
    pytest.param("tacrolimus ointment", [], id="ointment"),
    pytest.param("prednisolone rectal foam", [], id="rectal"),
    pytest.param("dexamethasone inhaler", [], id="inhaler"),
    pytest.param("betamethasone oral inhalation", [], id="inhaled by mouth"),
    pytest.param("dexamethasone nasal spray", [], id="nose"),
    pytest.param("dexamethasone otic solution", [], id="ear"),
    pytest.param("dexamethasone oral drops", [STEROID], id="drops to swallow"),
    pytest.param("ciclosporin 100 mg soft gelatin capsule", [IMMUNE], id="gelatin is no gel"),
    pytest.param("prednisone 5 mg, early in the morning", [STEROID], id="early is no ear"),
    pytest.param("prednisolone tablets (eye clinic)", [STEROID], id="tablets of the eye clinic"),
    pytest.param("methotrexate injection; folic acid cream", [IMMUNE], id="an injection beside a cream"),
    pytest.param("prednisone+methotrexate", [STEROID, IMMUNE], id="both"),
    pytest.param("Prednisolon 20 mg", [STEROID], id="without its last letter"),
    pytest.param("hydrocortisone 20 mg in the morning", [STEROID], id="hydrocortisone"),
    pytest.param("hydrocortisone cream", [], id="hydrocortisone on the skin"),
    pytest.param("hydrocortisone 1%", [], id="hydrocortisone in percent"),
    pytest.param("prednisolone suppositories", [], id="suppositories"),
    pytest.param("cortisone acetate 25 mg", [STEROID], id="cortisone"),
    pytest.param("prednisone gelcaps", [STEROID], id="gelcaps are no gel"),
    pytest.param("prednisone, earlier 10 mg", [STEROID], id="earlier is no ear"),
    pytest.param("prednisone (dropship pharmacy)", [STEROID], id="a dropship is no drop"),
    pytest.param("antiprednisone", [], id="inside another word"),
    pytest.param("prednisonefree", [], id="the beginning of another word"),
    pytest.param("ibuprofen 400 mg", [], id="another drug"),
]


@pytest.mark.parametrize(("text", "raised"), CALLED)
def test_what_it_is_called(text: str, raised: list[str]) -> None:
    assert items(medication(text)) == raised


@pytest.mark.parametrize("kind", ["MedicationRequest", "MedicationStatement"])
@pytest.mark.parametrize(
    ("status", "taken"),
    {
        **dict.fromkeys(("active", "on-hold", "intended", "unknown"), True),
        **dict.fromkeys(("cancelled", "completed", "entered-in-error", "stopped", "draft", "not-taken"), False),
    }.items(),
)
def test_statuses(kind: str, status: str, taken: bool) -> None:
    assert items(medication("prednisone", resourceType=kind, status=status)) == ([STEROID] if taken else [])


@pytest.mark.parametrize("status", [None, "", "Active", [], ["active"], {}, 7, True])
def test_another_status_is_unread(status: Any) -> None:
    with pytest.raises(Unreadable):
        items(medication("prednisone", status=status))


def test_what_is_not_to_be_taken_is_not() -> None:
    assert items(medication("prednisone", doNotPerform=True)) == []


def by_reference(reference: Any, contained: Any = None) -> dict[str, Any]:
    """A drug that is named by a reference."""
    return {
        **medication(""),
        "medicationCodeableConcept": None,
        "medicationReference": reference,
        "contained": contained,
    }


INSIDE = {"resourceType": "Medication", "id": "d", "code": {"text": "prednisone"}}
NAMED = [
    pytest.param(by_reference({"reference": "#d"}, [None, 7, INSIDE]), id="contained"),
    pytest.param(by_reference({"display": "Prednisone 5 mg"}), id="the display of a reference"),
    pytest.param(by_reference({"reference": "#d", "display": "prednisone"}, [{"id": "d"}]), id="contained, unnamed"),
    pytest.param(
        {**medication(""), "medicationCodeableConcept": {"coding": [None, {"display": "Prednisone"}]}}, id="a coding"
    ),
]


@pytest.mark.parametrize("resource", NAMED)
def test_where_its_name_stands(resource: dict[str, Any]) -> None:
    assert items(resource) == [STEROID]


UNNAMED = [
    pytest.param(by_reference({"reference": "Medication/1"}), id="elsewhere"),
    pytest.param(by_reference({"reference": "#x"}, [INSIDE]), id="not contained"),
    pytest.param(by_reference("#d", [INSIDE]), id="no reference"),
    pytest.param(by_reference({"reference": "#d"}, "prednisone"), id="nothing contained"),
    pytest.param(by_reference(None), id="nothing"),
    pytest.param(medication("  "), id="blank"),
    pytest.param({**medication(""), "medicationCodeableConcept": "prednisone"}, id="a text"),
    pytest.param({**medication(""), "medicationCodeableConcept": {"coding": "prednisone"}}, id="codings are a text"),
    pytest.param({**medication(""), "medicationCodeableConcept": {"coding": [{"code": "8640"}]}}, id="a number alone"),
    pytest.param({"resourceType": "Medication", "status": "active"}, id="a drug, and nobody's"),
    pytest.param(None, id="null"),
    pytest.param("prednisone", id="a text for a resource"),
    pytest.param([], id="a list"),
    pytest.param({"resourceType": ["MedicationRequest"], "status": "active"}, id="types in a list"),
]


@pytest.mark.parametrize("resource", UNNAMED)
def test_what_nobody_names_is_unread(resource: Any) -> None:
    with pytest.raises(Unreadable):
        items(resource)
