"""Answers as Bundles, for tests: of exams in the words of the contract, by the released model or by one made up."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from features.exam import Exam
from features.involvement import Classify
from service.assessment import Assessment
from service.fhir.answer_bundle import answer_bundle
from service.fhir.occasion import Occasion
from service.intake import read_exam
from service.models import Loaded, Models
from service.rules.guideline import Policy
from service.sequence import assess
from service.settings import Settings
from tests.builders import NOON, a_body, an_assessment

SUBJECT = {"reference": "Patient/p1"}
FORM = {"reference": "QuestionnaireResponse/q1"}
ENDPOINT = "https://nerveroot.example/cds-services"
ID = "018f0000-0000-7000-8000-000000000001"
Found = dict[str, Any]


@cache
def released() -> Loaded:
    """The released model."""
    return Models(Settings()).current


def exam_of(body: Mapping[str, Any]) -> Exam:
    """The exam, received at noon."""
    return read_exam(json.dumps(body).encode(), NOON)


def by_the_model(exam: Exam, policy: Policy = Policy.LISTED) -> Assessment:
    """The answer of the released model and the rules."""
    model = released()
    return assess(
        exam,
        classify=model.classify,
        sets=model.sets,
        policy=policy,
        provenance=model.provenance,
        identifier=ID,
        at=NOON,
        explain=model.explain,
    )


def as_bundle(exam: Exam, answer: Assessment, **changed: Any) -> Found:
    """The answer as a Bundle, read again from its JSON."""
    told: dict[str, Any] = {
        "answer": answer,
        "subject": SUBJECT,
        "basis": (FORM,),
        "examined_at": exam.examined_at or NOON,
        "side": exam.history.side,
        "endpoint": ENDPOINT,
        "request": {"value": "0a1b2c3d4e5f6a7b"},
        "card": None,
    }
    made: Found = json.loads(json.dumps(answer_bundle(Occasion(**told | changed)), allow_nan=False))
    return made


def answered(
    age: float = 40, *, classify: Classify | None = None, policy: Policy = Policy.LISTED, **sections: Any
) -> tuple[Assessment, Found]:
    """The answer to an exam that states what the test is about, by a model that calls L5, and its Bundle."""
    exam = exam_of(a_body(age, **sections))
    answer = an_assessment(exam, classify=classify, policy=policy)
    return answer, as_bundle(exam, answer)


def of_type(bundle: Found, kind: str) -> list[Found]:
    """The resources of one type."""
    return [each["resource"] for each in bundle["entry"] if each["resource"]["resourceType"] == kind]


def the(bundle: Found, kind: str) -> Found:
    """The one resource of a type."""
    (found,) = of_type(bundle, kind)
    return found
