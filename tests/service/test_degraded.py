"""A model that cannot answer silences nothing: red flags and management come all the same, and the answer says so."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
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
from tests.service.odd_models import HANGS, NOT_A_NUMBER, RAISES, an_odd_model, promote

EMERGENCY = a_body(red_flags={"urinary_retention": True})
ODD = "9.0.0"


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


@pytest.fixture
def odd(tmp_path: Path) -> Iterator[TestClient]:
    """A service with a model that hangs, fails or returns NaN at some ages; the only release there is."""
    an_odd_model(tmp_path, ODD)
    promote(tmp_path, ODD)
    with TestClient(create_app(Settings(model_dir=tmp_path, model_seconds=0.5))) as found:
        yield found


def checked(client: TestClient, name: str = "model") -> dict[str, str]:
    """What readiness says of the model."""
    found: dict[str, str] = next(
        check for check in client.get("/health/ready").json()["checks"] if check["name"] == name
    )
    return found


@pytest.mark.parametrize("age", [HANGS, NOT_A_NUMBER, RAISES], ids=["it hangs", "not a number", "it raises"])
def test_whatever_the_graph_does_the_flags_come_and_are_recorded(odd: TestClient, age: int) -> None:
    """Hazard H-14: a model that hangs takes the service with it."""
    answer = odd.post("/v1/assessments", json={**EMERGENCY, "patient": {"age_years": age}})
    assert (answer.status_code, answer.headers["Nerveroot-Record"]) == (201, "stored")
    said = answer.json()
    assert (said["urgency"], said["classifier"]["status"]) == ("emergency", "unavailable")
    assert "RF-CES-RETENTION" in [flag["rule_id"] for flag in said["red_flags"]["present"]]
    assert odd.get(answer.headers["Location"]).content == answer.content


def test_readiness_says_that_a_model_hung_and_stays_in_rotation(odd: TestClient) -> None:
    assert checked(odd)["status"] == "ready"
    odd.post("/v1/assessments", json=a_body(HANGS))
    ready = odd.get("/health/ready")
    assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
    assert "took longer than 0.5 s" in checked(odd)["detail"]
    left_alone = odd.post("/v1/assessments", json=a_body())
    assert left_alone.json()["classifier"]["status"] == "unavailable"
    assert 'nerveroot_health_check{check="model",status="degraded"} 1.0' in odd.get("/metrics").text
    assert odd.post("/v1/model/reload").json() == {"ok": True, "before": ODD, "after": ODD, "why": None}
    assert odd.post("/v1/assessments", json=a_body()).json()["classifier"]["status"] == "ok"


def test_without_any_model_everything_but_the_probabilities_is_there(client: TestClient, tmp_path: Path) -> None:
    """Hazard H-14: no model, and with it no plan."""
    with TestClient(create_app(Settings(model_dir=tmp_path))) as bare:
        assert checked(bare)["status"] == "degraded"
        assert str(tmp_path) not in bare.get("/health/ready").text
        assert bare.get("/v1/model").status_code == 503
        alone = bare.post("/v1/assessments", json=EMERGENCY).json()
        refused = bare.post("/v1/model/reload")
    whole = client.post("/v1/assessments", json=EMERGENCY).json()
    for part in ("red_flags", "management", "urgency", "questions"):
        assert alone[part] == whole[part]
    assert alone["provenance"] == whole["provenance"] | {"model_version": "none", "model_sha256": None}
    assert refused.status_code == 409
    assert "CHAMPION" in refused.json()["detail"]


def test_a_reload_that_fails_is_refused_with_the_reason_and_the_old_goes_on(odd: TestClient, tmp_path: Path) -> None:
    folder = an_odd_model(tmp_path, "9.0.1")
    (folder / "classifier.onnx").write_bytes(b"half copied")
    promote(tmp_path, "9.0.1")
    refused = odd.post("/v1/model/reload")
    assert (refused.status_code, refused.headers["content-type"]) == (409, "application/problem+json")
    assert "is not the file its manifest names" in refused.json()["detail"]
    said = odd.post("/v1/assessments", json=a_body()).json()
    assert (said["classifier"]["status"], said["provenance"]["model_version"]) == ("ok", ODD)


def test_requests_in_flight_get_one_release_or_the_other(odd: TestClient, tmp_path: Path) -> None:
    """Hazard H-09: the provenance of an answer names another model than the one that gave it."""
    chances = {ODD: 0.8, "9.0.1": 0.6}
    an_odd_model(tmp_path, "9.0.1", l5=0.6)

    def ask(_: int) -> tuple[str, float]:
        said = odd.post("/v1/assessments", json=a_body()).json()
        return said["provenance"]["model_version"], said["classifier"]["roots"]["L5"]["probability"]

    with ThreadPoolExecutor(4) as asking:
        answers = [asking.submit(ask, number) for number in range(60)]
        for version in ("9.0.1", ODD, "9.0.1"):
            promote(tmp_path, version)
            assert odd.post("/v1/model/reload").json()["after"] == version
        found = {answer.result() for answer in answers} | {ask(0)}
    assert found <= set(chances.items())
    assert ("9.0.1", 0.6) in found


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
