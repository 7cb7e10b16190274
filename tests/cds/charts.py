"""Charts as they are after they were read, and answers to them: what cards are made of, without any HTTP or FHIR."""

import json
from datetime import timedelta
from typing import Any

from service.assessment import Assessment
from service.cds.cards import Pages
from service.cds.case import Case
from service.cds.orders import Imaging, Order
from service.cds.question import verdict
from service.chart.facts import SOURCES, Chart, ExamOnFile, Found, Person, State
from service.intake import EXAM
from service.rules.guideline import Policy
from tests.builders import NOON, an_assessment

PAGES = Pages(address="https://nerveroot.example")
ORDER = Order(reference="ServiceRequest/order-1", resource={}, modality=Imaging.MRI, removable=True)
READ = dict.fromkeys(SOURCES, State.COMPLETE)
EARLY: dict[str, Any] = {"history": {"symptom_duration_days": 10}}
"""Ten days of symptoms, and nothing else: the plan says not now."""


def a_chart(
    *, exam: bool = False, earlier: bool = False, states: dict[str, State] | None = None, **found: Any
) -> Chart:
    """A chart that was read to its end at noon, of somebody with a lumbar problem, unless the test says otherwise."""
    form = ExamOnFile(body={}, authored=NOON - timedelta(days=2))
    before = ExamOnFile(body={}, authored=NOON - timedelta(days=30))
    return Chart(
        person=Person(id="p1", age_years=40),
        at=NOON,
        found=Found(**{"lumbar": True, **found}),
        exam=form if exam else None,
        earlier=before if earlier else None,
        states={**READ, **(states or {})},
    )


def a_case(
    age: float = 40,
    *,
    chart: Chart | None = None,
    order: Order | None = ORDER,
    policy: Policy = Policy.LISTED,
    to_person: bool = False,
    **sections: Any,
) -> Case:
    """What one card is about: the sections of the exam as the contract has them."""
    chart = chart or a_chart()
    exam = EXAM.validate_json(json.dumps({"patient": {"age_years": age}, **sections}))
    assessment: Assessment = an_assessment(exam, policy=policy)
    return Case(
        chart=chart,
        exam=exam,
        assessment=assessment,
        order=order,
        verdict=verdict(assessment, chart, order),
        patient_id="p1",
        to_person=to_person,
    )
