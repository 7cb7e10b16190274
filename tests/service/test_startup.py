"""The service refuses to start on a model that is not what it says, and tells what to do."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service.classifier import Classifier
from service.errors import ModelMismatch, ModelMissing, StartupError
from service.settings import Settings
from tests.builders import an_exam

ROOT = Path(__file__).parent.parent.parent
VERSION = Settings().model_version


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A folder of models with a copy of the released one, to be broken."""
    shutil.copytree(Settings().model_dir / VERSION, tmp_path / VERSION)
    return tmp_path


def change_manifest(models: Path, **changes: Any) -> None:
    path = models / VERSION / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def sets(**thresholds: Any) -> dict[str, Any]:
    return {"coverage": 0.9, "method": "test", "thresholds": thresholds}


TERMS = {"base": 0.0, "age": [0.0], "sex": [0.0] * 3, "stated": [0.0], "abnormal": [0.0]}
TOO_SHORT = {root: {**TERMS, "sex": [0.0]} for root in ("L4", "L5", "S1")}


def change_golden(models: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the golden cases and sign the change in the manifest, so that only their content is wrong."""
    path = models / VERSION / "golden.json"
    golden = json.loads(path.read_text())
    change(golden)
    path.write_text(json.dumps(golden))
    change_manifest(models, golden_sha256=hashlib.sha256(path.read_bytes()).hexdigest())


def no_manifest(models: Path) -> None:
    (models / VERSION / "manifest.json").unlink()


def no_onnx(models: Path) -> None:
    (models / VERSION / "classifier.onnx").unlink()


def another_onnx(models: Path) -> None:
    with (models / VERSION / "classifier.onnx").open("ab") as file:
        file.write(b"\0")


def signed_rubbish(models: Path) -> None:
    (models / VERSION / "classifier.onnx").write_bytes(b"rubbish")
    change_manifest(models, onnx_sha256=hashlib.sha256(b"rubbish").hexdigest())


def broken_manifest(models: Path) -> None:
    (models / VERSION / "manifest.json").write_text("{")


def list_as_manifest(models: Path) -> None:
    (models / VERSION / "manifest.json").write_text("[]")


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
        (lambda models: change_manifest(models, format=2), ModelMismatch, "format: "),
        (lambda models: change_manifest(models, version="7.0.0"), ModelMismatch, "says version 7.0.0"),
        (lambda models: change_manifest(models, input="zzz"), ModelMismatch, "does not run"),
        (lambda models: change_manifest(models, output="zzz"), ModelMismatch, "does not run"),
        (lambda models: change_manifest(models, prediction_set={}), ModelMismatch, "prediction_set"),
        (lambda models: change_manifest(models, prediction_set=sets(L4=0.1)), ModelMismatch, "L5 has no threshold"),
        (lambda models: change_manifest(models, prediction_set=sets(**TOO_SHORT)), ModelMismatch, "L4 needs"),
        (list_as_manifest, ModelMismatch, "not a manifest"),
        (lambda models: change_manifest(models, columns=["L4"]), ModelMismatch, "columns"),
        (lambda models: change_manifest(models, feature_schema="0"), ModelMismatch, "feature schema"),
        (lambda models: change_manifest(models, features=["age_years"]), ModelMismatch, "columns that differ"),
        (lambda models: change_golden(models, moved_probability), ModelMismatch, "does not reproduce"),
        (lambda models: change_golden(models, moved_row), ModelMismatch, "encodes the golden case"),
    ],
)
def test_a_model_that_is_not_what_it_says(
    models: Path, break_it: Callable[[Path], None], error: type[StartupError], words: str
) -> None:
    """Hazard H-09: a model that is stale, edited or half copied answers."""
    Classifier(models, VERSION)
    break_it(models)
    with pytest.raises(error, match=words):
        Classifier(models, VERSION)


@pytest.mark.parametrize(("base", "kept"), [(-40.0, ("L4", "L5", "S1")), (40.0, ())])
def test_thresholds_that_differ_between_exams_are_read(models: Path, base: float, kept: tuple[str, ...]) -> None:
    """The same exam and probabilities; from 40 years on the threshold is out of reach, or always reached."""
    threshold = {**TERMS, "age": [0.0, base], "sex": [0.0] * 3}
    by_age = sets(**dict.fromkeys(("L4", "L5", "S1"), threshold)) | {"groups": {"age_from": [40]}}
    change_manifest(models, prediction_set=by_age)
    classifier = Classifier(models, VERSION)
    old, young = an_exam(40), an_exam(39)
    assert classifier.sets.not_ruled_out(old, classifier(old)) == kept
    even = classifier(young)
    likelier = tuple(root for root, probability in even.roots.items() if probability >= 0.5)
    assert classifier.sets.not_ruled_out(young, even) == likelier


def test_a_version_that_was_never_released_names_those_that_were(models: Path) -> None:
    with pytest.raises(ModelMissing, match=f"Released: {VERSION}"):
        Classifier(models, "9.9.9")


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
        ({"NERVEROOT_MODEL_VERSION": "9.9.9"}, "No model 9.9.9"),
        ({"NERVEROOT_PORT": "http"}, "NERVEROOT_PORT"),
        ({"NERVEROOT_RED_FLAG_POLICY": "off"}, "NERVEROOT_RED_FLAG_POLICY"),
        ({"NERVEROOT_RED_FLAG_POLCY": "contextual"}, "did you mean NERVEROOT_RED_FLAG_POLICY"),
    ],
)
def test_the_program_says_why_it_does_not_start(environment: dict[str, str], words: str) -> None:
    done = start(**environment)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
