"""A run on a small site's table, and everything that can stop a run: it is said, it is logged, and nothing is left."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.training.running import FILES, Runs, command, silent
from training.candidates import EVIDENCE
from training.cohort.draw import draw
from training.cohort.records import write
from training.cohort.world import published_world
from training.evaluation.acceptance import NotAccepted
from training.evaluation.plots import PLOTS
from training.export import ParityBroken
from training.held_out import from_bytes
from training.params import Params, Parity
from training.release import NotWritten
from training.reproduce import NotReproducible, reproduce, retrain_as_stated
from training.run import SiteData, Trained, train
from training.search import Plan

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SITE_PATIENTS, FEW_PATIENTS = 2400, 400
NO_SUCH_STORE = "no-such-store://x"


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site's exams in the format of the contract, drawn from the cohort."""
    return written(tmp_path_factory.mktemp("site") / "exams.jsonl", SITE_PATIENTS)


def written(path: Path, patients: int) -> Path:
    """So many patients of specialists as a site's table."""
    write(draw([published_world()], patients, 3, setting="specialist"), path, 3, lambda done: None)
    return path


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Where small runs are tried, on the simplest candidate alone."""

    table: Path
    into: Path

    def params(self, version: str, **changes: Any) -> Params:
        """Those of the quick profile with less of everything."""
        quick = Params.load(quick=True, version=version)
        plan = Plan(tuning_exams=300, tuning_folds=2, comparing_exams=400, comparing_folds=2, trials={EVIDENCE.name: 1})
        cohort = replace(quick.cohort, patients=8000, prior_patients=1000)
        parity = replace(quick.parity, rows=500)
        return replace(quick, **{"search": plan, "cohort": cohort, "parity": parity, **changes})

    def site(self, prior_weight: float = 0.0) -> SiteData:
        """The table of these tests."""
        return SiteData(path=self.table, prior_weight=prior_weight, now=NOW)

    def train(self, version: str, prior_weight: float = 0.0, **changes: Any) -> Trained:
        """Train on the site's table."""
        params = self.params(version, **changes)
        return train(params, self.into, "2026-06-01", site=self.site(prior_weight), say=silent)


@pytest.fixture
def desk(runs: Runs, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr("training.run.CANDIDATES", (EVIDENCE,))
    # Most of the time of so small a run; test_typicality looks at what it is for.
    monkeypatch.setattr("training.typicality.ALONE", 50)
    return Desk(table=table, into=tmp_path / "candidates")


def read(trained: Trained, name: str) -> Any:
    return json.loads((trained.folder / name).read_text(encoding="utf-8"))


def test_a_site_learns_from_its_own_exams_alone(desk: Desk, runs: Runs) -> None:
    trained = desk.train("0.1.0")
    assert trained.not_logged is None
    training, judged = trained.manifest["training"], read(trained, "report.json")
    assert (training["origin"], training["prior_weight"], training["patients"]) == ("site", 0.0, None)
    assert sum(training["examinations"].values()) == len(desk.table.read_text().splitlines())
    assert (judged["summary"]["log_loss_ratio_full"], judged["goodness_of_fit"]) == (None, [])
    assert not {"other_worlds"} & judged.keys()
    assert {path.stem for path in (trained.folder / "plots").iterdir()} == PLOTS.keys()
    assert from_bytes((trained.folder / "held_out.parquet").read_bytes()).limit is None
    card = " ".join((trained.folder / "MODEL_CARD.md").read_text().split())
    assert "It learned from the labelled exams of one site" in card
    assert "synthetic" not in card
    (run,) = runs.of("0.1.0")
    assert (run.data.tags["origin"], run.data.tags["verdict"]) == ("site", "candidate")
    assert run.data.tags["candidate"] == "evidence"
    assert "notes.txt" in {Path(entry.path).name for entry in runs.client.list_artifacts(run.info.run_id)}


def test_a_site_with_the_cohort_as_prior_is_reproduced_to_the_byte(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same data, seed and lock: every step on a small run, twice."""
    released = desk.train("0.2.0", prior_weight=100)
    training = released.manifest["training"]
    assert (training["origin"], training["prior_weight"]) == ("mixed", 100)
    assert "as prior knowledge worth 100 of them" in training["data"]
    assert "with a synthetic cohort mixed in" in " ".join((released.folder / "MODEL_CARD.md").read_text().split())
    params = desk.params("0.2.0")
    # `retrain_as_stated` sets it; this puts it back.
    monkeypatch.setenv("MLFLOW_TRACKING_URI", NO_SUCH_STORE)
    monkeypatch.setattr(Params, "load", lambda **stated: replace(params, seed=stated["seed"]))
    found = reproduce(released.folder, partial(retrain_as_stated, data=desk.table))
    assert (found.differences, found.surroundings) == ((), ())
    with pytest.raises(NotReproducible, match="was trained on a site's table: name it with DATA="):
        reproduce(released.folder, retrain_as_stated)
    other = desk.into.with_name("others.jsonl")
    other.write_text("{}\n")
    with pytest.raises(NotReproducible, match=r"others\.jsonl: .* Nothing was trained"):
        reproduce(released.folder, partial(retrain_as_stated, data=other))


def refused(desk: Desk, runs: Runs, version: str, expected: type[Exception], attempt: Callable[[], object]) -> str:
    """The message of a refusal, which is also in MLflow; nothing was written or registered."""
    with pytest.raises(expected) as fault:
        attempt()
    assert not desk.into.exists()
    (run,) = runs.of(version)
    assert run.data.tags["verdict"] == "refused"
    assert run.data.tags["reasons"] == str(fault.value)
    assert run.info.status == "FINISHED"
    assert not runs.client.search_model_versions(f"run_id = '{run.info.run_id}'")
    return str(fault.value)


def test_a_model_beyond_a_limit_is_refused_and_logged_with_all_its_measures(
    desk: Desk, runs: Runs, tmp_path: Path
) -> None:
    """The roots of other patients: what the cohort says of them is worse than saying nothing."""
    entries = [json.loads(line) for line in desk.table.read_text(encoding="utf-8").splitlines()]
    roots = [entry["roots"] for entry in entries]
    mixed_up = tmp_path / "mixed_up.jsonl"
    shifted = zip(entries, [*roots[50:], *roots[:50]], strict=True)
    mixed_up.write_text("\n".join(json.dumps(entry | {"roots": others}) for entry, others in shifted), encoding="utf-8")
    wrong = replace(desk, table=mixed_up)
    said = refused(wrong, runs, "0.3.0", NotAccepted, lambda: wrong.train("0.3.0", prior_weight=50_000))
    assert said.startswith("not accepted, nothing written: ")
    assert "is no better than that of the prevalence" in said
    (run,) = runs.of("0.3.0")
    assert 0.3 < run.data.metrics["auc/L5"] < 0.7
    assert runs.artifacts(run, "plots") == {f"{name}.png" for name in PLOTS}


def test_a_root_too_rare_to_be_judged_is_told_on_the_card(desk: Desk, tmp_path: Path) -> None:
    small = replace(desk, table=written(tmp_path / "few.csv", FEW_PATIENTS))
    limits = replace(desk.params("0.3.4").accept, calibration_error=1.0, slope_within=(-99.0, 99.0))
    card = (small.train("0.3.4", accept=limits).folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "Too few exams to judge: " in card


def test_a_graph_that_disagrees_is_refused_and_logged(desk: Desk, runs: Runs) -> None:
    impossible = Parity(rows=200, largest_difference=-1.0)
    said = refused(desk, runs, "0.3.1", ParityBroken, lambda: desk.train("0.3.1", parity=impossible))
    assert "differs from scikit-learn" in said


def test_a_disk_that_does_not_take_it_is_said_and_logged(desk: Desk, runs: Runs, tmp_path: Path) -> None:
    (tmp_path / "a file").touch()
    elsewhere = replace(desk, into=tmp_path / "a file" / "candidates")
    said = refused(elsewhere, runs, "0.3.2", NotWritten, lambda: elsewhere.train("0.3.2"))
    assert "could not be written" in said


def test_a_cohort_that_does_not_fit_the_papers_is_refused_and_logged(desk: Desk, runs: Runs) -> None:
    """So few patients are drawn for the comparison that chance alone puts figures outside their published range."""
    params = desk.params("0.3.3")
    params = replace(params, cohort=replace(params.cohort, worlds=1, fit_patients=1500))
    said = refused(desk, runs, "0.3.3", NotAccepted, lambda: train(params, desk.into, "2026-06-01", say=silent))
    assert said.startswith("the cohort does not fit the papers: ")


def test_what_mlflow_does_not_take_is_lost_there_alone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", NO_SUCH_STORE)
    said: list[str] = []
    params = desk.params("0.4.0")
    trained = train(params, desk.into, "2026-06-01", site=desk.site(), say=said.append)
    assert {path.name for path in trained.folder.iterdir()} == FILES
    assert trained.not_logged is not None
    assert "logging failed: " in said[-1]
    with pytest.raises(ParityBroken):
        desk.train("0.4.1", parity=Parity(rows=200, largest_difference=-1.0))


def test_a_bad_table_is_refused_before_anything_is_trained(desk: Desk, runs: Runs, tmp_path: Path) -> None:
    lines = desk.table.read_text().splitlines()
    row = json.loads(lines[6])
    row["exam"]["patient"]["age_years"] = "old"
    row["roots"] = ["L9"]
    bad = tmp_path / "bad.jsonl"
    bad.write_text("\n".join([*lines[:6], json.dumps(row), *lines[7:]]) + "\n")
    status, said = command("--data", str(bad), "--version", "0.5.0", "--out", str(tmp_path))
    assert status == 2
    assert "Nothing was trained." in said
    assert "line 7, exam.patient.age_years: " in said
    assert "line 7, roots: " in said
    assert runs.of("0.5.0") == []
    assert not (tmp_path / "0.5.0").exists()
