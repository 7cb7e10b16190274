"""A model that is not what it says never answers; the service starts without it, and a reload mends it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from service.classifier import Classifier
from service.errors import ModelFault, ModelMismatch, ModelMissing
from tests.builders import a_body, an_exam
from tests.service.odd_models import CHAMPION, a_copy, an_odd_model, change_manifest, promote, sign
from tests.service.serving import PATIENCE, Running, running

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def released(tmp_path: Path) -> Path:
    """A copy of the released model, to be broken."""
    return a_copy(tmp_path)


def sets(**thresholds: Any) -> dict[str, Any]:
    return {"coverage": 0.9, "method": "test", "thresholds": thresholds}


TERMS = {"base": 0.0, "age": [0.0], "sex": [0.0] * 3, "stated": [0.0], "abnormal": [0.0]}
TOO_SHORT = {root: {**TERMS, "sex": [0.0]} for root in ("L4", "L5", "S1")}


def change_golden(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the golden cases and sign the change in the manifest, so that only their content is wrong."""
    path = folder / "golden.json"
    golden = json.loads(path.read_text())
    change(golden)
    path.write_text(json.dumps(golden))
    sign(folder)


def no_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def no_onnx(folder: Path) -> None:
    (folder / "classifier.onnx").unlink()


def another_onnx(folder: Path) -> None:
    with (folder / "classifier.onnx").open("ab") as file:
        file.write(b"\0")


def signed_rubbish(folder: Path) -> None:
    (folder / "classifier.onnx").write_bytes(b"rubbish")
    sign(folder)


def broken_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text("{")


def list_as_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text("[]")


def moved_probability(golden: dict[str, Any]) -> None:
    golden["cases"][0]["probabilities"][0] += 0.01


def moved_row(golden: dict[str, Any]) -> None:
    golden["cases"][0]["row"][0] += 1


@pytest.mark.parametrize(
    ("break_it", "error", "words"),
    [
        (no_manifest, ModelMissing, "make train"),
        (no_onnx, ModelMissing, "from git"),
        (another_onnx, ModelMismatch, "from git"),
        (signed_rubbish, ModelMismatch, "onnxruntime cannot load"),
        (broken_manifest, ModelMismatch, "not JSON"),
        (lambda folder: change_manifest(folder, format=2), ModelMismatch, "format: "),
        (lambda folder: change_manifest(folder, version="7.0.0"), ModelMismatch, "says version 7.0.0"),
        (lambda folder: change_manifest(folder, input="zzz"), ModelMismatch, "does not run"),
        (lambda folder: change_manifest(folder, output="zzz"), ModelMismatch, "does not run"),
        (lambda folder: change_manifest(folder, prediction_set={}), ModelMismatch, "prediction_set"),
        (lambda folder: change_manifest(folder, prediction_set=sets(L4=0.1)), ModelMismatch, "L5 has no threshold"),
        (lambda folder: change_manifest(folder, prediction_set=sets(**TOO_SHORT)), ModelMismatch, "L4 needs"),
        (list_as_manifest, ModelMismatch, "not a manifest"),
        (lambda folder: change_manifest(folder, columns=["L4"]), ModelMismatch, "columns"),
        (lambda folder: change_manifest(folder, feature_schema="0"), ModelMismatch, "feature schema"),
        (lambda folder: change_manifest(folder, features=["age_years"]), ModelMismatch, "columns that differ"),
        (lambda folder: change_golden(folder, moved_probability), ModelMismatch, "does not reproduce"),
        (lambda folder: change_golden(folder, moved_row), ModelMismatch, "encodes the golden case"),
    ],
)
def test_a_model_that_is_not_what_it_says(
    released: Path, break_it: Callable[[Path], None], error: type[ModelFault], words: str
) -> None:
    """Hazard H-09: a model that is stale, edited or half copied answers."""
    Classifier(released.parent, CHAMPION)
    break_it(released)
    with pytest.raises(error, match=words):
        Classifier(released.parent, CHAMPION)


@pytest.mark.parametrize(("base", "kept"), [(-40.0, ("L4", "L5", "S1")), (40.0, ())])
def test_thresholds_that_differ_between_exams_are_read(released: Path, base: float, kept: tuple[str, ...]) -> None:
    """The same exam and probabilities; from 40 years on the threshold is out of reach, or always reached."""
    threshold = {**TERMS, "age": [0.0, base], "sex": [0.0] * 3}
    by_age = sets(**dict.fromkeys(("L4", "L5", "S1"), threshold)) | {"groups": {"age_from": [40]}}
    change_manifest(released, prediction_set=by_age)
    classifier = Classifier(released.parent, CHAMPION)
    old, young = an_exam(40), an_exam(39)
    assert classifier.sets.not_ruled_out(old, classifier(old)) == kept
    even = classifier(young)
    likelier = tuple(root for root, probability in even.roots.items() if probability >= 0.5)
    assert classifier.sets.not_ruled_out(young, even) == likelier


def test_a_version_that_was_never_released_names_those_that_were(released: Path) -> None:
    with pytest.raises(ModelMissing, match=f"Released: {CHAMPION}"):
        Classifier(released.parent, "9.9.9")


def test_champion_is_the_version_that_was_promoted(released: Path) -> None:
    promote(released.parent, CHAMPION)
    assert Classifier(released.parent, "champion").version == CHAMPION


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "service"],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"NERVEROOT_PORT": "http"}, "NERVEROOT_PORT"),
        ({"NERVEROOT_RED_FLAG_POLICY": "off"}, "NERVEROOT_RED_FLAG_POLICY"),
        ({"NERVEROOT_RED_FLAG_POLCY": "contextual"}, "did you mean NERVEROOT_RED_FLAG_POLICY"),
        ({"NERVEROOT_AUTH": "api_key", "NERVEROOT_API_KEYS_FILE": "no/such.json"}, "Make the first key with `make"),
        ({"NERVEROOT_AUTH": "api_key", "NERVEROOT_API_KEYS_FILE": "README.md"}, "is not as `make api-key` writes it"),
        ({"NERVEROOT_DATABASE_URL": "mysql://localhost/record"}, "NERVEROOT_DATABASE_URL"),
    ],
)
def test_the_program_says_why_it_does_not_start(environment: dict[str, str], words: str) -> None:
    done = start(**environment)
    assert done.returncode == 2
    assert "nerveroot cannot start: " in done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def ready(service: Running) -> Any:
    """What readiness says."""
    return httpx2.get(f"{service.url}/health/ready", timeout=PATIENCE)


def becomes(service: Running, version: str) -> None:
    """Wait until this version answers."""
    until = time.monotonic() + PATIENCE
    while ready(service).json()["model_version"] != version:
        assert time.monotonic() < until, service.log()
        time.sleep(0.05)


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system has no SIGHUP")
def test_the_program_starts_without_a_model_answers_with_the_rules_and_takes_one_on_sighup(tmp_path: Path) -> None:
    """Hazard H-14: the service does not start for want of a model, and nobody asks after the bladder."""
    with running({"NERVEROOT_MODEL_DIR": str(tmp_path)}) as service:
        said = ready(service)
        assert (said.status_code, said.json()["status"], said.json()["model_version"]) == (200, "degraded", "none")
        body = a_body(red_flags={"urinary_retention": True})
        answer = httpx2.post(f"{service.url}/v1/assessments", json=body, timeout=PATIENCE)
        assert (answer.status_code, answer.json()["urgency"]) == (201, "emergency")
        assert answer.json()["classifier"]["status"] == "unavailable"
        assert answer.json()["provenance"]["model_version"] == "none"

        an_odd_model(tmp_path, "9.0.0")
        promote(tmp_path, "9.0.0")
        service.process.send_signal(signal.SIGHUP)
        becomes(service, "9.0.0")
        answer = httpx2.post(f"{service.url}/v1/assessments", json=a_body(), timeout=PATIENCE)
        assert answer.json()["classifier"]["roots"]["L5"]["probability"] == 0.8

        signed_rubbish(an_odd_model(tmp_path, "9.0.1"))
        promote(tmp_path, "9.0.1")
        service.process.send_signal(signal.SIGHUP)
        until = time.monotonic() + PATIENCE
        while 'result="kept"} 1.0' not in httpx2.get(f"{service.url}/metrics", timeout=PATIENCE).text:
            assert time.monotonic() < until, service.log()
            time.sleep(0.05)
        assert ready(service).json()["model_version"] == "9.0.0"
        assert any("cannot load" in str(line) for line in service.log())
