"""Exams for tests, written in the words of the wire contract and read by the very code that reads requests."""

import json
from datetime import UTC, datetime
from typing import Any

from features.anatomy import ROOTS
from features.exam import Exam
from features.involvement import Classify, Involvement
from features.prediction_sets import PredictionSets
from features.reasons import Explain
from service.assessment import Assessment, Provenance
from service.errors import ClassifierUnavailable
from service.intake import EXAM
from service.rules.guideline import Policy
from service.rules.wording import ENGLISH, Wording
from service.sequence import assess

Body = dict[str, Any]
PROVENANCE = Provenance(
    model_version="test", model_sha256="0", feature_schema="0", ruleset_version="0", software_version="0"
)
SETS = PredictionSets(coverage=0.9, thresholds=dict.fromkeys(ROOTS, 0.2), method="the same for every exam")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def a_body(age: float = 40, **sections: Any) -> Body:
    """The JSON body of an exam: an adult of `age`, and of the rest only what the test is about."""
    patient = {"age_years": age, **sections.pop("patient", {})}
    return {"patient": patient, **sections}


def an_exam(age: float = 40, **sections: Any) -> Exam:
    """The exam that `a_body` states."""
    return EXAM.validate_json(json.dumps(a_body(age, **sections)))


def classifier_of(l4: float = 0.05, l5: float = 0.8, s1: float = 0.1, none: float = 0.15) -> Classify:
    """A classifier that says the same of every exam."""
    involvement = Involvement(roots=dict(zip(ROOTS, (l4, l5, s1), strict=True)), none=none)
    return lambda exam: involvement


def no_classifier(exam: Exam) -> Involvement:
    """A classifier that cannot answer."""
    raise ClassifierUnavailable("out of order")


def an_assessment(
    exam: Exam,
    *,
    classify: Classify | None = None,
    policy: Policy = Policy.LISTED,
    wording: Wording = ENGLISH,
    with_numbers: bool = False,
    explain: Explain | None = None,
) -> Assessment:
    """The answer to `exam`, at noon and in English, with a classifier that calls L5 unless another is given."""
    return assess(
        exam,
        classify=classify or classifier_of(),
        sets=SETS,
        policy=policy,
        provenance=PROVENANCE,
        identifier="00000000-0000-7000-8000-000000000000",
        at=NOON,
        wording=wording,
        with_numbers=with_numbers,
        explain=explain,
    )
