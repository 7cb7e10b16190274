"""A model that cannot answer silences nothing: red flags and management come all the same, and the answer says so."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from features.exam import Exam
from service.app import create_app
from service.classifier import Classifier
from service.errors import ClassifierUnavailable
from service.settings import Settings
from tests.builders import a_body, an_exam, no_classifier

EMERGENCY = a_body(red_flags={"urinary_retention": True})


@pytest.mark.parametrize("body", [a_body(), EMERGENCY, a_body(70)], ids=["calm", "emergency", "old"])
def test_the_rules_answer_without_the_classifier(client: TestClient, body: Any) -> None:
    """Hazard H-14: the model fails, and with it the red flags."""
    with TestClient(create_app(Settings(), no_classifier)) as broken:
        answer = broken.post("/v1/assessments", json=body)
    whole = client.post("/v1/assessments", json=body).json()
    assert answer.status_code == 201
    degraded = answer.json()
    assert degraded["classifier"] == {
        "status": "unavailable",
        "roots": {root: {"probability": None} for root in ("L4", "L5", "S1")},
        "likely_roots": [],
        "prediction_set": ["L4", "L5", "S1"],
        "coverage": None,
        "none_probability": None,
        "abstained": True,
        "baseline_log_odds": None,
        "explanation": None,
        "next_examinations": None,
        "abstentions": degraded["classifier"]["abstentions"],
    }
    assert degraded["classifier"]["abstentions"][0]["rule_id"] == "AB-UNAVAILABLE"
    for part in ("red_flags", "management", "urgency", "questions"):
        assert degraded[part] == whole[part]


class _Session:
    """Stands for a session of onnxruntime that misbehaves in a way that a sound model file never does."""

    def __init__(self, run: Callable[..., Any]) -> None:
        self.run = run


def _raise(*arguments: Any) -> Any:
    raise RuntimeError("out of memory")


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(_raise, id="it raises"),
        pytest.param(lambda *_: [np.full((1, 4), np.nan)], id="not a number"),
        pytest.param(lambda *_: [np.array([[0.1, 1.1, 0.2, 0.1]])], id="over one"),
        pytest.param(lambda *_: [np.array([[0.1, -0.1, 0.2, 0.1]])], id="below zero"),
        pytest.param(lambda *_: [np.zeros((1, 3))], id="a column is missing"),
    ],
)
def test_a_model_that_misbehaves_is_unavailable(run: Callable[..., Any]) -> None:
    """Hazard H-14: nonsense is shown as a probability."""
    settings = Settings()
    classifier = Classifier(settings.model_dir, settings.model_version)
    classifier.session = _Session(run)
    exam: Exam = an_exam(examination={"slump": "positive"})
    with pytest.raises(ClassifierUnavailable):
        classifier(exam)


def test_rounding_is_no_fault() -> None:
    settings = Settings()
    classifier = Classifier(settings.model_dir, settings.model_version)
    classifier.session = _Session(lambda *_: [np.array([[1 + 1e-15, 0.2, -1e-17, 1e-17]])])
    found = classifier(an_exam())
    assert (max(found.roots.values()), min(found.roots.values()), found.none) == (1, 0, 0)


def test_a_fault_of_the_service_is_a_problem_without_a_traceback() -> None:
    """Hazard H-26: the inside of an exam stands in an error page."""

    def broken(exam: Exam) -> Any:
        raise ZeroDivisionError("secret detail")

    with TestClient(create_app(Settings(), broken), raise_server_exceptions=False) as client:
        answer = client.post("/v1/assessments", json=EMERGENCY)
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
