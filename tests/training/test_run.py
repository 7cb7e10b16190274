"""The whole run as it is called, into a folder and a tracking store of its own."""

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from onnxruntime.capi.onnxruntime_pybind11_state import InvalidProtobuf

from training.params import Params
from training.release import AlreadyReleased, refuse_if_released, write
from training.run import CHECKOUT


def run(models: Path, *options: str) -> subprocess.CompletedProcess[str]:
    tracking = {
        "MLFLOW_TRACKING_URI": f"sqlite:///{models.parent / 'mlflow.db'}",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "PYTHONPATH": str(CHECKOUT),
    }
    return subprocess.run(
        [sys.executable, "-m", "training", *options],
        cwd=models.parent,  # where MLflow puts artefacts of a store that names no place
        env={**os.environ, **tracking},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    models = tmp_path_factory.mktemp("run") / "models"
    return models, run(models, "--quick", "--models", str(models), "--version", "0.0.1")


def test_a_quick_run_writes_a_complete_version(quick: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    models, done = quick
    assert done.returncode == 0, done.stderr
    assert [path.name for path in models.iterdir()] == ["0.0.1"]
    written = {path.name for path in (models / "0.0.1").iterdir()}
    assert written == {"classifier.onnx", "golden.json", "manifest.json", "MODEL_CARD.md"}
    assert "examinations" in done.stdout
    assert "at most" in done.stdout


def test_the_manifest_fits_the_files(quick: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    models, _ = quick
    folder = models / "0.0.1"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["onnx_sha256"] == hashlib.sha256((folder / "classifier.onnx").read_bytes()).hexdigest()
    assert manifest["golden_sha256"] == hashlib.sha256((folder / "golden.json").read_bytes()).hexdigest()
    assert manifest["training"]["seed"] == Params.load(quick=True).seed
    assert manifest["version"] == "0.0.1"
    assert "never from patients" in (folder / "MODEL_CARD.md").read_text()


def test_the_run_is_logged(quick: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    models, _ = quick
    with sqlite3.connect(models.parent / "mlflow.db") as store:
        parameters = dict(store.execute("select key, value from params"))
        metrics = {key for (key,) in store.execute("select key from metrics")}
    store.close()
    assert parameters["version"] == "0.0.1"
    assert {"full/L5/area", "all/S1/coverage"} <= metrics


def test_a_version_that_is_there_is_refused(quick: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    models, _ = quick
    before = (models / "0.0.1" / "classifier.onnx").read_bytes()
    again = run(models, "--quick", "--models", str(models), "--version", "0.0.1")
    assert again.returncode == 1
    assert "never edited" in again.stderr
    assert "--overwrite" in again.stderr
    assert (models / "0.0.1" / "classifier.onnx").read_bytes() == before


@pytest.mark.long
def test_the_same_seed_gives_the_same_model(quick: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    models, _ = quick
    again = run(models, "--quick", "--models", str(models), "--version", "0.0.2")
    assert again.returncode == 0, again.stderr
    for name in ("classifier.onnx", "golden.json"):
        assert (models / "0.0.1" / name).read_bytes() == (models / "0.0.2" / name).read_bytes()


def test_a_quick_model_is_not_for_release(tmp_path: Path) -> None:
    refused = run(tmp_path / "models", "--quick")
    assert refused.returncode == 2
    assert "--models" in refused.stderr


def test_overwriting_has_to_be_asked_for(tmp_path: Path) -> None:
    refuse_if_released(tmp_path / "1.0.0", overwrite=False)
    with pytest.raises(AlreadyReleased, match="new version"):
        refuse_if_released(tmp_path, overwrite=False)
    refuse_if_released(tmp_path, overwrite=True)


def test_nothing_is_left_behind_when_writing_fails(tmp_path: Path) -> None:
    nothing: dict[str, Any] = {}
    with pytest.raises(InvalidProtobuf):
        write(
            tmp_path / "models" / "1.0.0",
            onnx_bytes=b"no model",
            created="2026-01-01",
            prediction_set=nothing,
            training=nothing,
            metrics=nothing,
            report={},
            bases={},
            overwrite=False,
        )
    assert not list(tmp_path.iterdir())


def test_quick_parameters_keep_every_step() -> None:
    whole, quick = Params.load(), Params.load(quick=True)
    assert quick.split == whole.split
    assert quick.coverage == whole.coverage
    assert quick.patients < whole.patients
    assert quick.accept.largest_parity_difference == whole.accept.largest_parity_difference
    assert quick.accept.parity_rows >= 100_000


def test_what_the_command_line_says_counts() -> None:
    assert Params.load(patients=7, seed=None).patients == 7
    assert Params.load(seed=None).seed == Params.load().seed
