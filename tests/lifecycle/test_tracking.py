"""What a run leaves in MLflow, and that MLflow never decides what becomes of a run."""

import json
import os
import socket
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from matplotlib.figure import Figure

from features.encoding import schema_digest
from tests.lifecycle.candidates import onnx_bytes, rows
from tests.lifecycle.conftest import Logged
from training import tracking
from training.provenance import lock_digest
from training.release import digest_of
from training.store import Store


class Refused(Exception):
    """A verdict."""


def only_run(client: Any, version: str) -> Any:
    experiment = client.get_experiment_by_name("nerveroot")
    (found,) = client.search_runs([experiment.experiment_id], f"tags.version = '{version}'")
    return found


def content(client: Any, run: Any, path: str, into: Path) -> bytes:
    return Path(client.download_artifacts(run.info.run_id, path, str(into))).read_bytes()


def test_everything_that_is_told_of_a_run_can_be_read(store: Store, client: Any, tmp_path: Path) -> None:
    params = {"seed": 7, "accept": {"ece": 0.01, "area": {"L5": (0.65, 0.85)}}}
    figure = Figure()
    figure.subplots().plot([0, 1])
    (tmp_path / "figures.csv").write_text("a,b\n")
    with tracking.run(params, {"version": "0.1.0", "commit": "abc"}, store=store) as live:
        live.metrics({"full/L5/auc": 0.75, "75+/L5/auc": 0.7} | {f"many/{number}": number for number in range(1100)})
        live.tags({"note": "x" * 9000})
        live.figure("reliability", figure)
        live.table("cases", [{"name": "a", "hits": 1}, {"name": "b", "hits": 2}])
        live.text("fit.md", "fits")
        live.artifacts(tmp_path / "figures.csv", "cohort")
    assert live.not_logged is None
    run = only_run(client, "0.1.0")
    assert run.info.status == "FINISHED"
    assert run.info.run_name == "0.1.0"
    assert run.data.params == {"seed": "7", "accept.ece": "0.01", "accept.area.L5": "(0.65, 0.85)"}
    assert run.data.metrics["full/L5/auc"] == 0.75
    assert run.data.metrics["75_/L5/auc"] == 0.7
    assert run.data.metrics["many/1099"] == 1099
    assert run.data.tags["commit"] == "abc"
    assert run.data.tags["verdict"] == "finished"
    assert run.data.tags["lock_sha256"] == lock_digest()
    assert run.data.tags["library.onnxruntime"] == onnxruntime.__version__
    assert len(run.data.tags["note"]) == tracking.LONGEST_TAG
    assert content(client, run, "plots/reliability.png", tmp_path).startswith(b"\x89PNG")
    assert json.loads(content(client, run, "tables/cases.json", tmp_path))["data"] == [["a", 1], ["b", 2]]
    assert content(client, run, "fit.md", tmp_path) == b"fits"
    assert content(client, run, "cohort/figures.csv", tmp_path) == b"a,b\n"


def test_a_trial_is_a_run_in_the_run(store: Store, client: Any) -> None:
    with tracking.run({}, {"version": "0.1.1"}, store=store) as live:
        live.trial("trees", 3, {"depth": 4}, [0.5, 0.7, 0.6])
        live.trial("trees", 4, {"depth": 5}, [0.4])
    parent = only_run(client, "0.1.1")
    nested = client.search_runs([parent.info.experiment_id], f"tags.mlflow.parentRunId = '{parent.info.run_id}'")
    assert sorted(run.info.run_name for run in nested) == ["trees 3", "trees 4"]
    (third,) = (run for run in nested if run.info.run_name == "trees 3")
    assert third.data.params == {"depth": "4"}
    assert third.data.tags["candidate"] == "trees"
    assert third.data.metrics["log_loss"] == pytest.approx(0.6)
    assert third.data.metrics["log_loss_error"] == pytest.approx(0.1 / 3**0.5)
    folds = client.get_metric_history(third.info.run_id, "fold_log_loss")
    assert [(each.step, each.value) for each in folds] == [(0, 0.5), (1, 0.7), (2, 0.6)]


@pytest.mark.parametrize(
    ("version", "error", "verdict", "reasons", "status"),
    [
        ("0.1.2", Refused("L5: too good"), "refused", "L5: too good", "FINISHED"),
        ("0.1.3", ValueError("a bug"), "failed", "ValueError: a bug", "FAILED"),
    ],
)
def test_a_run_that_ends_early_says_why(
    store: Store, client: Any, version: str, error: Exception, verdict: str, reasons: str, status: str
) -> None:
    with pytest.raises(type(error)), tracking.run({}, {"version": version}, refusals=(Refused,), store=store):
        raise error
    run = only_run(client, version)
    assert (run.data.tags["verdict"], run.data.tags["reasons"], run.info.status) == (verdict, reasons, status)
    assert not [each for each in client.search_model_versions("name='nerveroot'") if each.run_id == run.info.run_id]


def test_a_candidate_is_registered_as_challenger(
    store: Store, client: Any, logged: Logged, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    folder = logged("0.1.4", strength=1.1)
    # MLflow leaves the store of its last model in the environment, where the next run would take it for a wish.
    assert "MLFLOW_TRACKING_URI" not in os.environ
    run = only_run(client, "0.1.4")
    assert run.data.tags["verdict"] == "candidate"
    entry = client.get_model_version_by_alias("nerveroot", "challenger")
    assert entry.run_id == run.info.run_id
    digest = digest_of((folder / "classifier.onnx").read_bytes())
    assert entry.tags == {
        "version": "0.1.4",
        "onnx_sha256": digest,
        "feature_schema": schema_digest(),
        "data_sha256": "digest of the data",
    }
    fetched = Path(client.download_artifacts(run.info.run_id, "release", str(tmp_path)))
    names = {path.relative_to(folder) for path in folder.rglob("*")}
    assert {path.relative_to(fetched) for path in fetched.rglob("*")} == names


def test_the_logged_model_is_the_file_and_says_how_to_ask_it(store: Store, logged: Logged) -> None:
    import mlflow

    from training.store import globally

    logged("0.1.5", strength=0.9)
    with globally(store):
        path = Path(mlflow.artifacts.download_artifacts("models:/nerveroot@challenger"))
        model = mlflow.pyfunc.load_model(str(path))
    assert (path / "model.onnx").read_bytes() == onnx_bytes(0.9)
    assert "onnxruntime==" in (path / "requirements.txt").read_text()
    (asked,), (answered,) = model.metadata.signature.inputs.inputs, model.metadata.signature.outputs.inputs
    assert (asked.name, asked.type, asked.shape) == ("X", np.dtype("float32"), (-1, 109))
    assert (answered.name, answered.type, answered.shape) == ("probabilities", np.dtype("float64"), (-1, 4))
    example = model.input_example["X"]
    assert example.shape == (2, 109)
    assert np.isnan(example).any()
    assert model.predict(example)["probabilities"].shape == (2, 4)


def test_a_server_that_is_gone_does_not_stop_a_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    gone = Store.named({"MLFLOW_TRACKING_URI": f"http://127.0.0.1:{port}"})
    with tracking.run({"seed": 1}, {"version": "0.1.6"}, store=gone) as live:
        live.trial("trees", 0, {}, [0.5])
        live.candidate(tmp_path, rows(1, np.random.default_rng(1)), "")
    assert live.not_logged is not None
    assert f"port={port}" in live.not_logged
    assert "\n" not in live.not_logged
    assert live.number is None


def test_a_store_that_does_not_exist_does_not_hide_a_refusal() -> None:
    nowhere = Store.named({"MLFLOW_TRACKING_URI": "no-such-store://x"})
    with pytest.raises(Refused, match="too good"), tracking.run({}, {}, store=nowhere) as live:
        raise Refused("too good")
    assert live.not_logged is not None
    assert "no-such-store" in live.not_logged


def test_a_fault_on_the_way_is_told_in_the_run_and_nothing_is_sent_after_it(store: Store, client: Any) -> None:
    with tracking.run({}, {"version": "0.1.7"}, store=store) as live:
        live.metrics({"before": 1})
        live.artifacts(Path("/nowhere/at/all"), "model")
        live.metrics({"after": 1})
    assert live.not_logged is not None
    run = only_run(client, "0.1.7")
    assert run.info.status == "FAILED"
    assert run.data.tags["incomplete"] == live.not_logged
    assert run.data.metrics == {"before": 1}


def test_the_files_of_an_sqlite_store_lie_beside_it(tmp_path: Path) -> None:
    named = Store.named({"MLFLOW_TRACKING_URI": f"sqlite:///{tmp_path / 'a.db'}"})
    assert named.artifacts == (tmp_path / "mlruns").as_uri()
    assert Store.named({}).uri.endswith("/mlflow.db")
    server = Store.named({"MLFLOW_TRACKING_URI": "http://mlflow.example", "MLFLOW_REGISTRY_URI": "http://r.example"})
    assert (server.artifacts, server.registry_uri) == (None, "http://r.example")
