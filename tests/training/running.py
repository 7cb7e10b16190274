"""What a training run leaves behind, for the tests that look at it: folder, output, and the runs in MLflow."""

import contextlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from training.__main__ import main
from training.held_out import HeldOut, from_bytes

FILES = {"classifier.onnx", "golden.json", "manifest.json", "report.json", "MODEL_CARD.md", "held_out.parquet", "plots"}
"""What lies in the folder of a candidate."""


def silent(_: str) -> None:
    """Progress that nobody reads."""


@dataclass(frozen=True, kw_only=True)
class Runs:
    """What was logged in the store of these tests."""

    client: Any

    def of(self, version: str) -> list[Any]:
        """The runs of a version, without the trials nested in them."""
        return self.search(f"tags.version = '{version}'")

    def trials(self, run: Any) -> list[Any]:
        """The runs nested in one."""
        return self.search(f"tags.mlflow.parentRunId = '{run.info.run_id}'")

    def search(self, asked: str) -> list[Any]:
        """Runs that a filter chooses."""
        experiment = self.client.get_experiment_by_name("nerveroot")
        return [] if experiment is None else list(self.client.search_runs([experiment.experiment_id], asked))

    def artifacts(self, run: Any, under: str) -> set[str]:
        """The files of a run in one folder."""
        return {Path(each.path).name for each in self.client.list_artifacts(run.info.run_id, under)}


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A candidate: its folder, what was printed, and its documents."""

    folder: Path
    said: str

    def document(self, name: str) -> Any:
        """A JSON document of the candidate."""
        return json.loads((self.folder / name).read_text(encoding="utf-8"))

    @property
    def onnx_bytes(self) -> bytes:
        """The model."""
        return (self.folder / "classifier.onnx").read_bytes()

    @property
    def held(self) -> HeldOut:
        """The exams that it was judged on."""
        return from_bytes((self.folder / "held_out.parquet").read_bytes())


def command(*options: str) -> tuple[int, str]:
    """The exit status of `python -m training` and all that it said."""
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        patch.setattr("sys.argv", ["training", *options])
        return main(), said.getvalue()
