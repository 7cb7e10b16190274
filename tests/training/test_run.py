"""The whole run as it is called, into a folder and a tracking store of its own."""

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from onnxruntime.capi.onnxruntime_pybind11_state import InvalidProtobuf

from training.__main__ import LEAST_PATIENTS, main
from training.evaluate import Report
from training.export import ParityBroken
from training.params import Params
from training.release import AlreadyReleased, NotWritten, refuse_if_released, write
from training.run import CHECKOUT, train
from training.tracking import NotLogged

Finished = subprocess.CompletedProcess[str]


NOTHING: dict[str, Any] = {
    "created": "2026-01-01",
    "statements": {},
    "prediction_set": {},
    "training": {},
    "metrics": {},
    "overwrite": False,
}
"""What `write` is given beside the model, where the model is all that counts."""


def last_line(text: str) -> str:
    """What the program itself said at the end, after whatever MLflow says of its tables; there must be no traceback."""
    assert "Traceback" not in text
    return text.splitlines()[-1]


def run(models: Path, *options: str, store: str | None = None) -> Finished:
    tracking = {
        "MLFLOW_TRACKING_URI": store or f"sqlite:///{models.parent / 'mlflow.db'}",
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


def logged(models: Path) -> tuple[dict[str, str], dict[str, str], set[str]]:
    """Parameters, tags and names of metrics in the store beside `models`, which holds one run."""
    with closing(sqlite3.connect(models.parent / "mlflow.db")) as store:
        assert store.execute("select count(*) from runs").fetchone() == (1,)
        parameters = dict(store.execute("select key, value from params"))
        tags = dict(store.execute("select key, value from tags"))
        return parameters, tags, {key for (key,) in store.execute("select key from metrics")}


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Finished]:
    models = tmp_path_factory.mktemp("run") / "models"
    return models, run(models, "--quick", "--models", str(models), "--version", "0.0.1")


def test_a_quick_run_writes_a_complete_version(quick: tuple[Path, Finished]) -> None:
    models, done = quick
    assert done.returncode == 0, done.stderr
    assert [path.name for path in models.iterdir()] == ["0.0.1"]
    written = {path.name for path in (models / "0.0.1").iterdir()}
    assert written == {"classifier.onnx", "golden.json", "manifest.json", "MODEL_CARD.md"}
    assert "examinations" in done.stdout
    assert "at most" in done.stdout


def test_the_manifest_fits_the_files(quick: tuple[Path, Finished]) -> None:
    models, _ = quick
    folder = models / "0.0.1"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["onnx_sha256"] == hashlib.sha256((folder / "classifier.onnx").read_bytes()).hexdigest()
    assert manifest["golden_sha256"] == hashlib.sha256((folder / "golden.json").read_bytes()).hexdigest()
    assert manifest["training"]["seed"] == Params.load(quick=True).seed
    assert manifest["version"] == "0.0.1"
    card = (folder / "MODEL_CARD.md").read_text()
    assert "never from patients" in card
    for key in ("intended_use", "not_for", "limits"):
        assert manifest[key]
        assert all(sentence in " ".join(card.split()) for sentence in manifest[key])


def test_the_run_is_logged(quick: tuple[Path, Finished]) -> None:
    models, _ = quick
    parameters, tags, metrics = logged(models)
    assert parameters["version"] == "0.0.1"
    assert tags["verdict"] == "written"
    assert {"full/L5/area", "all/S1/coverage"} <= metrics


def test_a_refused_run_is_logged_and_then_refused(tmp_path: Path) -> None:
    """So few patients cannot keep the limits of a real run."""
    models = tmp_path / "models"
    done = run(models, "--models", str(models), "--version", "0.0.1", "--patients", str(LEAST_PATIENTS))
    assert done.returncode == 2
    assert last_line(done.stderr).startswith("not accepted, nothing written: ")
    assert not models.exists()
    parameters, tags, metrics = logged(models)
    assert parameters["patients"] == str(LEAST_PATIENTS)
    assert tags["verdict"] == "refused"
    assert tags["reasons"] == last_line(done.stderr)
    assert {"full/L5/area", "all/S1/coverage", "all/none/log_loss"} <= metrics


def test_a_release_stands_when_logging_fails(tmp_path: Path) -> None:
    models = tmp_path / "models"
    done = run(models, "--quick", "--models", str(models), "--version", "0.0.1", store="no-such-store://x")
    assert done.returncode == 0
    assert last_line(done.stderr).startswith("the release is written; logging failed: ")
    assert (models / "0.0.1" / "manifest.json").exists()


@pytest.mark.parametrize(
    ("largest_difference", "place", "reason"),
    [(-1.0, "models", "differs from scikit-learn"), (1.0, "a file/models", "could not be written")],
)
def test_a_refusal_stands_when_logging_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, largest_difference: float, place: str, reason: str
) -> None:
    tags: list[dict[str, str]] = []
    said: list[str] = []

    def log(_params: Params, _report: Report, given: dict[str, str], _folder: Path | None = None) -> None:
        tags.append(given)
        raise NotLogged("no store")

    monkeypatch.setattr("training.tracking.log", log)
    (tmp_path / "a file").touch()
    accept = replace(Params.load(quick=True).accept, parity_rows=200, largest_parity_difference=largest_difference)
    params = replace(Params.load(quick=True), accept=accept)
    with pytest.raises((ParityBroken, NotWritten), match=reason):
        train(params, tmp_path / place, "2026-01-01", say=said.append)
    assert [given["verdict"] for given in tags] == ["refused"]
    assert reason in tags[0]["reasons"]
    assert "the run is refused, and logging it failed: no store" in said[-1]
    assert [path.name for path in tmp_path.iterdir()] == ["a file"]


def test_a_version_that_is_there_is_refused(quick: tuple[Path, Finished]) -> None:
    models, _ = quick
    before = (models / "0.0.1" / "classifier.onnx").read_bytes()
    again = run(models, "--quick", "--models", str(models), "--version", "0.0.1")
    assert again.returncode == 2
    assert "never edited" in last_line(again.stderr)
    assert "make train VERSION=0.0.2;" in again.stderr
    assert "make train VERSION=0.0.1 ARGS=--overwrite" in again.stderr
    assert (models / "0.0.1" / "classifier.onnx").read_bytes() == before


@pytest.mark.long
def test_the_same_seed_gives_the_same_model(quick: tuple[Path, Finished]) -> None:
    models, _ = quick
    again = run(models, "--quick", "--models", str(models), "--version", "0.0.2")
    assert again.returncode == 0, again.stderr
    for name in ("classifier.onnx", "golden.json"):
        assert (models / "0.0.1" / name).read_bytes() == (models / "0.0.2" / name).read_bytes()


def test_a_quick_model_is_not_for_release(tmp_path: Path) -> None:
    refused = run(tmp_path / "models", "--quick")
    assert refused.returncode == 2
    assert "--models" in refused.stderr


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--patients", "5"], "5 patients are too few: the rarest set of roots"),
        (["--patients", "-3"], "-3 patients are too few"),
        (["--patients", "many"], "'many' is no whole number"),
        (["--seed", "-1"], "-1 is no seed"),
        (["--seed", str(2**32)], "is no seed"),
        (["--version", "../../evil"], "is no version"),
        (["--version", "1.0"], "is no version"),
        (["--version", "1.0.0\n"], "is no version"),
        (["--models", __file__], "is not a folder"),
        (["--models", f"{__file__}/models"], "is not a folder"),
    ],
)
def test_a_command_line_that_makes_no_sense_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], options: list[str], complaint: str
) -> None:
    monkeypatch.setattr("sys.argv", ["training", *options])
    with pytest.raises(SystemExit) as refused:
        main()
    assert refused.value.code == 2
    assert complaint in capsys.readouterr().err.splitlines()[-1]


def test_what_is_there_names_the_command_to_use_instead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As on a fresh clone, where the version of params.toml lies in models/; 1.0.1 is taken too here."""
    monkeypatch.setattr("sys.argv", ["training", "--version", "1.0.0", "--models", str(tmp_path)])
    for version in ("1.0.0", "1.0.1"):
        (tmp_path / version).mkdir()
    assert main() == 2
    assert "make train VERSION=1.0.2;" in last_line(capsys.readouterr().err)


def test_overwriting_has_to_be_asked_for(tmp_path: Path) -> None:
    folder = tmp_path / "1.0.0"
    refuse_if_released(folder, overwrite=False)
    folder.mkdir()
    with pytest.raises(AlreadyReleased, match="never edited"):
        refuse_if_released(folder, overwrite=False)
    refuse_if_released(folder, overwrite=True)


def test_a_place_that_cannot_be_written_is_said(quick: tuple[Path, Finished]) -> None:
    models, _ = quick
    onnx_bytes = (models / "0.0.1" / "classifier.onnx").read_bytes()
    with pytest.raises(NotWritten, match="could not be written"):
        write(models / "0.0.1" / "manifest.json" / "9.9.9", onnx_bytes=onnx_bytes, **NOTHING)


def test_nothing_is_left_behind_when_writing_fails(tmp_path: Path) -> None:
    with pytest.raises(InvalidProtobuf):
        write(tmp_path / "models" / "1.0.0", onnx_bytes=b"no model", **NOTHING)
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
