"""What a card offers to do, and what it never offers."""

import dataclasses
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from service.cds.case import Case
from service.cds.orders import Imaging, Order
from service.cds.question import Verdict
from service.cds.suggestions import DEFER, EXAM_FORM, NAMES, PHYSIOTHERAPY, names_by_id, suggestions, weighed_from
from service.chart.facts import CONDITIONS, State
from service.terminology.systems import CONTENT_VERSION, QUESTIONNAIRE, SNOMED, TASKS
from tests.cds.charts import EARLY, ORDER, a_case, a_chart
from tests.cds.test_question import ASKED
from tests.fhir.shapes import check, nothings

SIGNED = Order(reference="ServiceRequest/order-1", resource={}, modality=Imaging.MRI, removable=False)
WITHOUT_ID = Order(reference=None, resource={}, modality=Imaging.MRI, removable=False)
LONG_CARED_FOR: dict[str, Any] = {
    "history": {"symptom_duration_days": 80, "pain_severity": 3},
    "treatment": {"conservative_care_weeks": 9, "pain_relief": "adequate", "intolerable_pain": False},
}

SCREENED: dict[str, Any] = {
    **EARLY,
    "red_flags": dict.fromkeys(
        (
            *("urinary_retention", "urinary_incontinence", "new_bladder_symptom", "fecal_incontinence"),
            *("saddle_anesthesia", "progressive_motor_weakness", "bilateral_neurologic_deficit", "history_of_cancer"),
            *("unexplained_weight_loss", "fever", "iv_drug_use", "recent_infection", "immunosuppression"),
            *("osteoporosis", "steroid_use", "significant_trauma"),
        ),
        False,
    ),
    "examination": {"plantar_response": "flexor", "reflexes": {"patellar": "normal", "achilles": "normal"}},
}
"""Ten days of symptoms, and every red flag asked."""

OFFERED: dict[str, tuple[tuple[str, ...], Case]] = {
    "early": ((EXAM_FORM, DEFER, PHYSIOTHERAPY), a_case(**EARLY)),
    "early, exam form on file": ((EXAM_FORM, DEFER, PHYSIOTHERAPY), a_case(chart=a_chart(exam=True), **EARLY)),
    "early, screened": ((DEFER, PHYSIOTHERAPY, EXAM_FORM), a_case(**SCREENED)),
    "early, screened by the exam form": ((DEFER, PHYSIOTHERAPY), a_case(chart=a_chart(exam=True), **SCREENED)),
    "early, not a draft": ((EXAM_FORM, PHYSIOTHERAPY), a_case(order=SIGNED, **EARLY)),
    "early, no id": ((EXAM_FORM, PHYSIOTHERAPY), a_case(order=WITHOUT_ID, **EARLY)),
    "relieved": ((EXAM_FORM, DEFER), a_case(**LONG_CARED_FOR)),
    "not enough known": ((EXAM_FORM,), a_case()),
    "not enough known, exam form on file": ((), a_case(chart=a_chart(exam=True))),
    "problem list not read": ((EXAM_FORM,), a_case(chart=a_chart(states={CONDITIONS: State.FAILED}), **EARLY)),
    "age over 50 alone": ((), a_case(60, **EARLY)),
    "opened": ((), a_case(order=None, **EARLY)),
    "emergency": ((), a_case(red_flags={"urinary_retention": True}, **EARLY)),
    "red flag": ((), a_case(red_flags={"fever": True}, **EARLY)),
}


def names(case: Case) -> tuple[str, ...]:
    known = names_by_id(case.assessment.id)
    return tuple(known[each["uuid"]] for each in suggestions(case))


def offered(case: Case, name: str) -> dict[str, Any]:
    (found,) = (each for each in suggestions(case) if names_by_id(case.assessment.id)[each["uuid"]] == name)
    return found


@pytest.mark.parametrize("name", OFFERED)
def test_what_is_offered(name: str) -> None:
    expected, case = OFFERED[name]
    assert names(case) == expected


@pytest.mark.parametrize("name", ASKED)
def test_an_order_is_taken_back_only_where_it_is_too_early(name: str) -> None:
    """Hazards H-06, H-29: imaging that is needed is withheld."""
    expected, sections = ASKED[name]
    case = a_case(**sections)
    removed = [
        action for each in suggestions(case) for action in each["actions"] if action["type"] in ("delete", "update")
    ]
    assert bool(removed) is (expected is Verdict.NOT_NOW)
    assert all(action["resourceId"] == ORDER.reference for action in removed)


@pytest.mark.parametrize(("sections", "recommended"), [(EARLY, EXAM_FORM), (SCREENED, DEFER)])
def test_taking_an_order_back_is_recommended_only_once_every_red_flag_was_asked(
    sections: dict[str, Any], recommended: str
) -> None:
    """Hazards H-02, H-29: that no flag is coded is taken for a screen."""
    case = a_case(**sections)
    known = names_by_id(case.assessment.id)
    assert [known[each["uuid"]] for each in suggestions(case) if each.get("isRecommended")] == [recommended]
    assert names(case)[0] == recommended


def test_all_that_is_offered_has_a_label_a_uuid_and_descriptions() -> None:
    for each in suggestions(a_case(**EARLY)):
        assert each["label"]
        assert UUID(each["uuid"]).version == 5
        assert all(action["description"] for action in each["actions"])


def test_deferring_takes_the_order_back_and_plans_a_look() -> None:
    removal, plan = offered(a_case(**EARLY), DEFER)["actions"]
    assert removal == {
        "type": "delete",
        "description": "Remove this order of lumbar imaging.",
        "resourceId": "ServiceRequest/order-1",
    }
    task = plan["resource"]
    check(task)
    assert task["code"]["coding"][0]["system"] == TASKS
    assert task["code"]["coding"][0]["code"] == "reassess-imaging"
    assert task["for"] == {"reference": "Patient/p1"}
    assert task["restriction"]["period"] == {"start": "2026-12-24"}, "32 days from the noon of 22 November"


def test_physiotherapy_is_a_proposal_in_draft() -> None:
    (action,) = offered(a_case(**EARLY), PHYSIOTHERAPY)["actions"]
    proposal = action["resource"]
    check(proposal)
    assert (proposal["status"], proposal["intent"]) == ("draft", "proposal")
    assert proposal["code"]["coding"][0]["system"] == SNOMED
    assert proposal["code"]["coding"][0]["code"] == "91251008"


def test_the_exam_form_is_asked_for_by_its_canonical_name() -> None:
    (action,) = offered(a_case(), EXAM_FORM)["actions"]
    check(action["resource"])
    assert action["resource"]["input"][0]["valueCanonical"] == f"{QUESTIONNAIRE}|{CONTENT_VERSION}"


@pytest.mark.parametrize("name", OFFERED)
def test_nothing_is_empty(name: str) -> None:
    assert nothings({"suggestions": suggestions(OFFERED[name][1]) or "none"}) == []


@pytest.mark.parametrize(
    ("days", "weeks", "expected"),
    [
        (0, None, date(2027, 1, 3)),
        (41, None, date(2026, 11, 23)),
        (41.5, None, date(2026, 11, 23)),
        (42, None, None),
        (None, 4, date(2026, 12, 6)),
        (70, 2, date(2026, 12, 20)),
        (70, 8, None),
        (None, None, None),
    ],
)
def test_imaging_is_weighed_six_weeks_after_the_onset_or_the_start_of_care(
    days: float | None, weeks: float | None, expected: date | None
) -> None:
    history = {} if days is None else {"symptom_duration_days": days}
    treatment = {} if weeks is None else {"conservative_care_weeks": weeks}
    assert weighed_from(a_case(history=history, treatment=treatment)) == expected


def test_the_ids_of_suggestions_are_those_of_the_card_whenever_it_is_asked() -> None:
    case = a_case(**EARLY)
    again = dataclasses.replace(case)
    assert [each["uuid"] for each in suggestions(case)] == [each["uuid"] for each in suggestions(again)]
    assert set(names_by_id(case.assessment.id).values()) == set(NAMES)
    other = "00000000-0000-7000-8000-000000000001"
    assert not set(names_by_id(case.assessment.id)) & set(names_by_id(other))
