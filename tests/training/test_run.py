"""The whole run as it is called from the command line, with the quick profile: once, and everything it leaves."""

import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from pydantic import TypeAdapter
from starlette.testclient import TestClient

from bench.promote import Judge, judge
from features.prediction_sets import PredictionSets
from service.app import create_app
from service.settings import Settings
from tests.training.running import FILES, Candidate, Runs, command
from training.__main__ import RELEASED
from training.candidates import CANDIDATES
from training.champion import champions
from training.comparison import Limits
from training.conformal import METHOD
from training.estimator import root_log_loss
from training.evaluation.plots import PLOTS
from training.export import infer
from training.golden import GOLDEN_EXAMS
from training.params import Params
from training.promotion import promote
from training.release import digest_of
from training.store import Store

NOW = datetime(2026, 6, 1, tzinfo=UTC)
QUICK = "9.9.9"
HIP = "hip: groin pain, painful internal rotation"
LOOSE = Limits(
    largest_calibration_error=0.05, slope_within=(0.7, 1.4), coverage_leeway=0.05, coverage_leeway_by_kind=0.1
)
"""What a model of the quick profile can be held to."""
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def quick(runs: Runs, tmp_path_factory: pytest.TempPathFactory) -> Candidate:
    out = tmp_path_factory.mktemp("candidates")
    with pytest.MonkeyPatch.context() as patch:
        # A fifth of the whole run; test_typicality looks at what it is for.
        patch.setattr("training.typicality.ALONE", 200)
        status, said = command("--quick", "--version", QUICK, "--out", str(out))
    assert status == 0, said
    return Candidate(folder=out / QUICK, said=said)


def test_a_run_writes_a_complete_candidate_and_says_what_is_next(quick: Candidate) -> None:
    assert [path.name for path in quick.folder.parent.iterdir()] == [QUICK]
    assert {path.name for path in quick.folder.iterdir()} == FILES
    steps = ("drew ", "split by patient", "fit of the cohort", "tuning", "comparing", "chose", "fitted", "evaluated")
    places = [quick.said.index(f" s  {step}") for step in (*steps, "exported", "accepted", "wrote", "logged to MLflow")]
    assert places == sorted(places)
    assert quick.said.splitlines()[-1].endswith(f"make promote VERSION={QUICK} FROM={quick.folder}")


def test_every_plot_is_a_picture(quick: Candidate) -> None:
    plots = {path.stem: path.read_bytes() for path in (quick.folder / "plots").iterdir()}
    assert plots.keys() == {*PLOTS, "goodness_of_fit"}
    assert all(content.startswith(PNG) and len(content) > 10_000 for content in plots.values())


def test_the_manifest_fits_the_files(quick: Candidate) -> None:
    manifest, params = quick.document("manifest.json"), Params.load(quick=True)
    assert manifest["version"] == QUICK
    assert manifest["onnx_sha256"] == digest_of(quick.onnx_bytes)
    assert manifest["golden_sha256"] == digest_of((quick.folder / "golden.json").read_bytes())
    training = manifest["training"]
    assert (training["origin"], training["seed"], training["patients"]) == (
        *("synthetic", params.seed, params.cohort.patients),
    )
    assert training["examinations"]["test"] == len(quick.held.exams)
    assert "no patient data" in training["data"]
    assert manifest["metrics"]["parity"] <= params.parity.largest_difference
    assert manifest["metrics"]["parity_rows"] == params.parity.rows
    sets = TypeAdapter(PredictionSets).validate_python(manifest["prediction_set"])
    assert (sets.coverage, sets.method) == (params.coverage, METHOD)


def test_the_summary_of_the_report_is_what_the_issue_asks_for(quick: Candidate) -> None:
    summary, accept = quick.document("report.json")["summary"], Params.load(quick=True).accept
    assert 1 <= summary["log_loss_ratio_full"] <= accept.log_loss_ratio_full
    assert 1 <= summary["log_loss_ratio_sparse"] <= accept.log_loss_ratio_sparse
    assert summary["coverage"] == pytest.approx(0.9, abs=accept.coverage_overall)
    for root in ("L4", "L5", "S1"):
        assert 0 <= summary["ece"][root] <= accept.calibration_error
        assert 0.6 < summary["auc"][root] < 0.95


def test_the_report_is_that_of_the_model_and_the_exams_in_the_folder(quick: Candidate) -> None:
    """What was measured on the fitted model holds for the exported one on the exams kept with it."""
    judged, held = quick.document("report.json"), quick.held
    assert held.limit is not None
    losses = judged["overall"]["mean_log_loss"]
    stated = infer(quick.onnx_bytes, held.exams.rows)
    assert losses["model"] == pytest.approx(root_log_loss(held.exams.involved, stated), abs=1e-6)
    assert losses["limit"] == pytest.approx(root_log_loss(held.exams.involved, held.limit), abs=1e-6)
    assert losses["limit"] < losses["model"] < losses["prevalence"]
    worlds = judged["other_worlds"]
    assert worlds["worlds"] == Params.load(quick=True).cohort.other_worlds
    assert 1 <= worlds["log_loss_ratio"][0] <= worlds["log_loss_ratio"][1] <= worlds["log_loss_ratio"][2] < 1.3


def test_the_candidates_of_the_report_stand_as_they_were_compared(quick: Candidate) -> None:
    standing = quick.document("report.json")["candidates"]
    assert [each["candidate"] for each in standing] == [candidate.name for candidate in CANDIDATES]
    (chosen,) = (each for each in standing if each["chosen"])
    assert chosen["behind"] <= chosen["standard_error"]
    assert quick.document("manifest.json")["training"]["candidate"] == chosen["candidate"]


def test_the_golden_cases_are_the_answers_of_the_model(quick: Candidate) -> None:
    cases = quick.document("golden.json")["cases"]
    rows = np.array([[np.nan if value is None else value for value in case["row"]] for case in cases], dtype=np.float32)
    assert infer(quick.onnx_bytes, rows).tolist() == [case["probabilities"] for case in cases]


def test_the_run_is_in_mlflow_with_its_trials_and_registered(quick: Candidate, runs: Runs) -> None:
    (run,) = runs.of(QUICK)
    manifest, plan = quick.document("manifest.json"), Params.load(quick=True).search
    assert run.data.tags["verdict"] == "candidate"
    assert run.data.tags["data_sha256"] == manifest["training"]["data_sha256"]
    assert run.data.tags["lock_sha256"] == manifest["training"]["lock_sha256"]
    assert run.data.params["cohort.patients"] == str(manifest["training"]["patients"])
    summary = quick.document("report.json")["summary"]
    assert run.data.metrics["log_loss_ratio_full"] == summary["log_loss_ratio_full"]
    assert run.data.metrics["auc/L5"] == summary["auc"]["L5"]
    assert "subgroups/setting/specialist/roots/L5/auc" in run.data.metrics
    trials = runs.trials(run)
    assert sorted(trial.data.tags["candidate"] for trial in trials) == sorted(
        name for name, count in plan.trials.items() for _ in range(count)
    )
    assert runs.artifacts(run, "plots") == {path.name for path in (quick.folder / "plots").iterdir()}
    assert runs.artifacts(run, "tables") == {"candidates.json", "goodness_of_fit.json"}
    assert runs.artifacts(run, "cohort") == {"figures.csv"}
    assert runs.artifacts(run, "release") == FILES
    registered = runs.client.search_model_versions(f"run_id = '{run.info.run_id}'")
    assert [each.tags["onnx_sha256"] for each in registered] == [manifest["onnx_sha256"]]


def invented_case(name: str, *roots: str) -> str:
    """One of the golden exams with an answer, in the layout of the published patients."""
    answer = {"roots": roots, "roots_also_acceptable": [], "expected_urgency": "routine"}
    return json.dumps({"id": name, "exam": GOLDEN_EXAMS[name], "answer": answer, "root_derivable": True})


def test_the_candidate_is_judged_promoted_and_served(quick: Candidate, runs: Runs, tmp_path: Path) -> None:
    """Against the released model, on its own held-out exams and on invented patients through the service."""
    shutil.copytree(RELEASED, tmp_path / "models")
    before = champions(tmp_path / "models")
    cases = tmp_path / "cases.jsonl"
    asked = (("textbook L4", "L4"), ("textbook L5", "L5"), ("textbook S1", "S1"), (HIP,))
    cases.write_text("\n".join(invented_case(*each) for each in asked))
    scorer = Path(__file__).parents[1] / "lifecycle" / "scorer.py"
    rows = Params.load(quick=True).parity.rows
    said: list[str] = []
    judge(
        quick.folder,
        tmp_path / "models",
        Judge(cases=cases, scorer=scorer, limits=LOOSE, least_parity_rows=rows),
        said.append,
    )
    assert any(f"champion {before[0]} on the same: log-loss" in line for line in said)
    assert any("roots, lenient 3 of 3" in line for line in said)
    moved = promote(quick.folder, tmp_path / "models", Store.named(os.environ), NOW)
    assert moved.registry.startswith("alias champion moved")
    assert runs.client.get_model_version_by_alias("nerveroot", "champion").tags["version"] == QUICK
    with TestClient(create_app(Settings(model_dir=tmp_path / "models"))) as service:
        answer = service.post("/v1/assessments", json=GOLDEN_EXAMS["textbook L5"]).json()
    assert answer["classifier"]["likely_roots"] == ["L5"]
    golden = {case["name"]: case["probabilities"] for case in quick.document("golden.json")["cases"]}
    assert answer["classifier"]["roots"]["L5"]["probability"] == pytest.approx(golden["textbook L5"][1], abs=1e-5)


@pytest.mark.long
def test_the_same_seed_gives_the_same_candidate_from_the_command_line(quick: Candidate, tmp_path: Path) -> None:
    status, said = command("--quick", "--version", QUICK, "--out", str(tmp_path))
    assert status == 0, said
    for name in ("classifier.onnx", "golden.json", "report.json", "held_out.parquet"):
        assert (tmp_path / QUICK / name).read_bytes() == (quick.folder / name).read_bytes()
