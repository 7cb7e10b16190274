"""An examination as coded resources: every fault with its place, and what is refused."""

from typing import Any

import pytest

from service.chart.exam_of_bundle import exam_of_bundle
from service.chart.meanings import COMPRESSION
from service.problems import Refusal
from tests.cds.fhir_data import (
    CAUDA_EQUINA,
    FEVER,
    coded,
    condition,
    medication,
    outcome,
)
from tests.chart.bundles import AGE, PLACE, SEVERITY, SEX, WHO, Resource, faults, form, of, placed, read, said
from tests.chart.charts import FLAG_FEVER, NOW, RESIDUAL, SLR, WEAK, seen, sign, undated

PAIN = seen(SEVERITY, 4, 0)


OTHER_TYPES: tuple[Any, ...] = ("transaction", "batch", "history", None, [], "")


SECOND, BOTH = ["/entry/2/resource"], ["/entry/1/resource", "/entry/2/resource"]


NO_BIRTHS_OF_ADULTS: tuple[Any, ...] = (
    *(None, "", "yesterday", 1980, []),
    *("2030-01-01", "2026-11-20", "2008-11-24", "1850-01-01"),
)


@pytest.mark.parametrize(
    ("sent", "places"),
    [
        pytest.param(of(PAIN, {**WHO, "id": "p2"}), ["/entry"], id="two people"),
        pytest.param(of(PAIN, WHO), ["/entry"], id="one person twice"),
        pytest.param(of(PAIN, who=PAIN), ["/entry"], id="nobody"),
        pytest.param({**of(PAIN), "entry": []}, ["/entry"], id="nothing"),
        pytest.param({**of(PAIN), "entry": {}}, ["/entry"], id="no list"),
        pytest.param(of(None), ["/entry/1"], id="an entry without a resource"),
        pytest.param({**of(), "entry": [{"resource": WHO}, None]}, ["/entry/1"], id="an entry that is none"),
        *(pytest.param(of(PAIN, type=each), ["/type"], id=f"a Bundle that is {each}") for each in OTHER_TYPES),
        *(
            pytest.param(of(PAIN, who={**WHO, "birthDate": born}), ["/entry/0/resource/birthDate"], id=f"born {born}")
            for born in NO_BIRTHS_OF_ADULTS
        ),
        pytest.param(of(seen(SEVERITY, 11, 0)), ["/entry/1/resource"], id="beyond its scale"),
        pytest.param(of(seen(SEVERITY, "left", 0)), ["/entry/1/resource"], id="a value that it does not take"),
        pytest.param(of(seen("history.mood", 1, 0)), ["/entry/1/resource"], id="an item that there is not"),
        pytest.param(of(seen(WEAK, 3.7, 0)), ["/entry/1/resource"], id="a grade that there is not"),
        pytest.param(of(seen(SLR, "positive", 0, status=[])), ["/entry/1/resource"], id="a status that is none"),
        pytest.param(of(condition(FEVER, verification="maybe")), ["/entry/1/resource"], id="a condition that may be"),
        pytest.param(of(medication("")), ["/entry/1/resource"], id="a drug without a name"),
        pytest.param(of(PAIN, outcome()), ["/entry/2/resource"], id="an outcome"),
        pytest.param(of({"resourceType": []}), ["/entry/1/resource"], id="a type that is none"),
        pytest.param(of({}), ["/entry/1/resource"], id="no type"),
        pytest.param(of(PAIN, seen(SEVERITY, 6, 0)), BOTH, id="two values at the same time"),
        pytest.param(of(undated(PAIN), undated(seen(SEVERITY, 6, 0))), BOTH, id="two values at no time"),
        pytest.param(of(PAIN, {**seen(SEVERITY, 6, 0), "effectiveDateTime": "2026-11-23"}), BOTH, id="one of that day"),
        pytest.param(of(seen(RESIDUAL, 20, 0), seen(RESIDUAL, 600, 0)), BOTH, id="two measured at the same time"),
        pytest.param(of(placed(1, "sole"), placed(1)), BOTH, id="somewhere and nowhere"),
        pytest.param(of(PAIN, {**seen(SLR, "positive", 0), "effectiveDateTime": "soon"}), SECOND, id="no time"),
        pytest.param(of(PAIN, {**seen(SLR, "positive", 0), "effectiveDateTime": "2031"}), SECOND, id="a year to come"),
        pytest.param(of(PAIN, {**undated(seen(SLR, "positive", 0)), "effectiveTiming": {}}), SECOND, id="at times"),
        pytest.param(of(seen(SLR, "positive", -3), seen(SEVERITY, 6, -2)), BOTH, id="both in the future"),
        pytest.param(of(PAIN, seen(SLR, "positive", -3)), SECOND, id="one of two in the future"),
        pytest.param(of(PAIN, {**seen(FLAG_FEVER, True, 0), "valueString": "no"}), SECOND, id="a second value"),
        pytest.param(of(PAIN, {**condition(FEVER), "code": {"coding": coded(FEVER)}}), SECOND, id="a code in no list"),
        pytest.param(of(PAIN, {**condition(FEVER), "code": FEVER}), SECOND, id="a code in no concept"),
        pytest.param(of(PAIN, seen(AGE, 46, 0)), SECOND, id="another age"),
        pytest.param(of(PAIN, seen(AGE, 44, 4 * 365)), SECOND, id="another age then"),
        pytest.param(of(PAIN, seen(SEX, "male", 0)), SECOND, id="another sex"),
        pytest.param(
            of(form({"patient": {"age_years": 70, "sex": "male"}})),
            ["/entry/1/resource/item/0", "/entry/1/resource/item/1"],
            id="a form of another age and sex",
        ),
        pytest.param(of(form({}), form({}, 3)), SECOND, id="two forms"),
        pytest.param(of(form({}), form({}, 3, status="in-progress")), SECOND, id="a second form, not finished"),
        pytest.param(of(form({}, status="stopped")), ["/entry/1/resource/status"], id="a form that was stopped"),
        pytest.param(of(PAIN, {"resourceType": "OperationOutcome"}), SECOND, id="an outcome of nothing"),
        pytest.param(of(seen(SLR, "positive", -3)), ["/entry/1/resource"], id="in the future"),
        pytest.param(of(form({"history": {"side": "left"}}, -3)), ["/entry/1/resource/authored"], id="a form of then"),
        pytest.param(of(seen(SLR, "positive", 60_000)), ["/entry/1/resource"], id="before 1900"),
        pytest.param(
            of(seen("patient.pregnant", True, 0), who={**WHO, "gender": "male"}),
            ["/entry/0/resource/gender"],
            id="a pregnant man",
        ),
        pytest.param(
            of(
                seen("red_flags.progressive_motor_weakness", False, 0),
                seen("red_flags.motor_deterioration_hours", 5, 0),
            ),
            ["/entry/2/resource"],
            id="what contradicts itself",
        ),
        pytest.param(of(form({}, item=[{"linkId": "mood"}])), ["/entry/1/resource/item/0/linkId"], id="in a form"),
        pytest.param(
            of(form({"history": {"side": "left", "pain_severity": 11}})),
            ["/entry/1/resource/item/1"],
            id="beyond its scale in a form",
        ),
    ],
)
def test_every_fault_has_its_place(sent: Resource, places: list[str]) -> None:
    assert faults(sent) == places


def test_every_fault_is_told_at_once_and_none_repeats_what_was_sent() -> None:
    private = "Mrs Example of Elm Street"
    wrong = [
        seen(SLR, private, 0),
        {**PAIN, "status": private},
        {**condition(FEVER), "subject": {"reference": private}},
        {"resourceType": private},
        form({}, item=[{"linkId": private}]),
    ]
    with pytest.raises(Refusal) as refused:
        exam_of_bundle(of(*wrong, who={**WHO, "birthDate": private}), place=PLACE, at=NOW)
    assert len(refused.value.problem.errors) == 6
    assert private not in repr(refused.value.problem)


OF_NO_CONCERN = [
    pytest.param({"resourceType": "Encounter", "id": "e1"}, id="another type"),
    pytest.param({"resourceType": "Practitioner", "name": [{"text": "x"}]}, id="somebody who treats"),
    pytest.param({"resourceType": "Encounter", "subject": {"display": "x"}}, id="of nobody knows whom"),
    pytest.param({"resourceType": "Encounter", "modifierExtension": [{"url": "urn:x"}]}, id="modified"),
    pytest.param({**condition("1"), "clinicalStatus": "odd"}, id="an unknown code with a status that is none"),
    pytest.param({**condition("1"), "modifierExtension": [{"url": "urn:x"}]}, id="an unknown code, modified"),
    pytest.param({**condition("1"), "code": {"text": "x"}, "verificationStatus": []}, id="words"),
    pytest.param({**seen(SEVERITY, 1, 0), "code": coded("1"), "status": "odd"}, id="an observation of something else"),
    pytest.param({**seen(SEVERITY, 1, -9), "code": coded("1")}, id="one in the future"),
    pytest.param(seen(SEVERITY, 11, 0, status="entered-in-error"), id="entered in error"),
    pytest.param(form({}, questionnaire="https://other.example/phq-9", item=[{"linkId": "1"}]), id="another form"),
    pytest.param(form({"history": {"side": "left"}}, status="entered-in-error"), id="a form entered in error"),
    pytest.param(outcome("warning"), id="a warning"),
    pytest.param(outcome("information"), id="a remark"),
]


@pytest.mark.parametrize("beside", OF_NO_CONCERN)
def test_what_says_nothing_here_silences_no_emergency(beside: Resource) -> None:
    """Hazard H-28: one odd entry takes a red flag along."""
    assert said(read(condition(CAUDA_EQUINA), beside), COMPRESSION) is True


def test_our_items_in_the_form_of_somebody_else_are_not_passed_over() -> None:
    theirs = form({"red_flags": {"fever": True}}, questionnaire="https://other.example/back-pain")
    assert faults(of(PAIN, theirs)) == ["/entry/2/resource/questionnaire"]


MODIFIERS: list[Resource] = [
    {"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]},
    {"implicitRules": "urn:x"},
]


@pytest.mark.parametrize("modifier", MODIFIERS, ids=["modifierExtension", "implicitRules"])
@pytest.mark.parametrize(
    "resource",
    [seen(SLR, "positive", 0), sign(FEVER, True, 0), condition(FEVER), medication("prednisone"), form({})],
    ids=["an observation", "a finding", "a condition", "a drug", "a form"],
)
def test_what_may_mean_something_else_is_refused(resource: Resource, modifier: Resource) -> None:
    """Hazard H-28: a modifier says "not in this person", and nobody reads it (FHIR R4, extensibility.html)."""
    assert faults(of(PAIN, {**resource, **modifier})) == ["/entry/2/resource"]
    assert read({**resource, "modifierExtension": []}, PAIN).history.pain_severity == 4


@pytest.mark.parametrize("modifier", MODIFIERS, ids=["modifierExtension", "implicitRules"])
def test_a_modifier_of_the_whole_or_of_the_patient_is_refused_too(modifier: Resource) -> None:
    assert faults(of(PAIN, **modifier)) == [""]
    assert faults(of(PAIN, who={**WHO, **modifier})) == ["/entry/0/resource"]
    inside = of(PAIN)
    inside["entry"][1] |= modifier
    assert faults(inside) == ["/entry/1/resource"]


def test_two_that_disagree_name_each_other() -> None:
    with pytest.raises(Refusal) as refused:
        exam_of_bundle(of(PAIN, seen(SEVERITY, 6, 0)), place=PLACE, at=NOW)
    one, other = refused.value.problem.errors
    assert other.pointer in one.detail
    assert one.pointer in other.detail
