"""`make promote` from end to end: a real registry, real models, and invented patients through the real service."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bench import promote
from service.app import create_app
from service.released import version_meant
from service.settings import Settings
from tests.lifecycle.candidates import candidate, onnx_bytes
from tests.lifecycle.conftest import Logged
from training import promotion
from training.champion import champions, write
from training.held_out import HeldOut
from training.release import digest_of
from training.store import Store

WHEN = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
SIGN = {"L4": ("knee_extension", 2), "L5": ("great_toe_extension", 2), "S1": ("plantar_flexion", 2)}


def case(name: str, roots: list[str], movements: list[str]) -> str:
    strength = {SIGN[root][0]: SIGN[root][1] if root in movements else 5 for root in SIGN}
    exam = {"patient": {"age_years": 45}, "examination": {"strength": strength}}
    answer = {"roots": roots, "roots_also_acceptable": [], "expected_urgency": "routine"}
    return json.dumps({"id": name, "exam": exam, "answer": answer, "root_derivable": True})


CASES = "\n".join(
    [*(case(root, [root], [root]) for root in SIGN), case("hip", [], []), case("two", ["L4", "L5"], ["L4", "L5"])]
)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Where promotion is tried: `ask` runs the command and returns status, output and errors."""

    models: Path
    cases: Path
    capture: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def ask(self, *options: str) -> tuple[int, str, str]:
        """Exit status, output and errors of the command."""
        scorer = Path(__file__).with_name("scorer.py")
        fixed = ["--models", str(self.models), "--cases", str(self.cases), "--scorer", str(scorer)]
        self.monkeypatch.setattr("sys.argv", ["promote", *fixed, *options])
        self.capture.readouterr()
        status = promote.main()
        said = self.capture.readouterr()
        return status, said.out, said.err

    def written(self) -> set[str]:
        """What lies in the folder of the released models."""
        return {path.name for path in self.models.iterdir()} if self.models.exists() else set()


@pytest.fixture
def desk(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store.uri)
    (tmp_path / "cases.jsonl").write_text(CASES)
    return Desk(models=tmp_path / "models", cases=tmp_path / "cases.jsonl", capture=capsys, monkeypatch=monkeypatch)


def test_the_first_champion_is_judged_promoted_and_served(desk: Desk, client: Any, logged: Logged) -> None:
    logged("0.4.0")
    status, out, err = desk.ask()  # without a version: the challenger
    assert status == 0, err
    assert "no champion to compare with (no version was ever promoted)" in out
    assert "published patients, listed: " in out
    assert all(count in out for count in ("roots, lenient 4 of 4", "mimics 1 of 1", "under-triage 0 of 5"))
    assert "champion is 0.4.0; alias champion moved" in out
    assert desk.written() == {"0.4.0", "CHAMPION"}
    assert (desk.models / "0.4.0" / "classifier.onnx").read_bytes() == onnx_bytes()
    assert client.get_model_version_by_alias("nerveroot", "champion").tags["version"] == "0.4.0"
    settings = Settings(model_dir=desk.models)
    assert version_meant(desk.models, settings.model_version) == "0.4.0"
    create_app(settings)


def test_a_worse_uncalibrated_and_unsafe_one_is_refused_with_every_reason(
    desk: Desk, store: Store, client: Any, logged: Logged
) -> None:
    promotion.promote(logged("0.4.1"), desk.models, store, WHEN)
    before = {path: path.read_bytes() for path in desk.models.rglob("*") if path.is_file()}
    # It calls no root where there is one sign of it, and is far too sure of the rest.
    logged("0.4.2", strength=2.0, shift=-5.0, metrics={"parity": 2e-5, "parity_rows": 100_000})
    status, _, err = desk.ask("--version", "0.4.2")
    assert status == 2
    for reason in (
        "parity with scikit-learn: 2.0e-05",
        "log-loss on all examinations is worse than the champion's",
        "L5: calibration error",
        "L5: calibration slope",
        "published patients with the right roots (lenient): 0 of 4, champion 0.4.1 4 (listed)",
        "published patients with the right roots (lenient): 0 of 4, champion 0.4.1 4 (contextual)",
    ):
        assert reason in err
    assert err.startswith("0.4.2 is not promoted: ")
    assert {path: path.read_bytes() for path in desk.models.rglob("*") if path.is_file()} == before
    assert client.get_model_version_by_alias("nerveroot", "champion").tags["version"] == "0.4.1"


def test_a_mimic_that_is_called_a_root_is_refused(desk: Desk, held: HeldOut, tmp_path: Path) -> None:
    candidate(desk.models / "0.4.3", held)
    write(desk.models, ("0.4.3",))
    status, _, err = desk.ask("--from", str(candidate(tmp_path / "0.4.4", held, shift=2.5)))
    assert status == 2
    assert "mimics without a called root: 0 of 1, textbook rule 1 (listed)" in err


def test_a_better_one_takes_the_place_of_the_champion(desk: Desk, held: HeldOut, tmp_path: Path) -> None:
    """The champion that is there was made by an earlier software, without any registry."""
    candidate(desk.models / "0.4.5", held, strength=0.8)
    write(desk.models, ("0.4.5",))
    status, out, err = desk.ask("--from", str(candidate(tmp_path / "0.4.6", held)), "--version", "0.4.6")
    assert status == 0, err
    assert "champion 0.4.5 on the same: log-loss" in out
    assert "champion is 0.4.6, after 0.4.5; the registry does not have 0.4.6" in out
    assert champions(desk.models) == ("0.4.6", "0.4.5")


def test_a_champion_of_another_encoding_cannot_be_compared_with(desk: Desk, held: HeldOut, tmp_path: Path) -> None:
    candidate(desk.models / "0.4.7", held, feature_schema="old")
    write(desk.models, ("0.4.7",))
    status, out, err = desk.ask("--from", str(candidate(tmp_path / "0.4.8", held)))
    assert status == 0, err
    assert "no champion to compare with (it was trained on feature schema old" in out


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("classifier.onnx", onnx_bytes(2.0), "is not the file its manifest names"),
        ("golden.json", b"{}", "is not the file its manifest names"),
        ("held_out.parquet", b"rubbish", "the held-out exams cannot be read"),
    ],
)
def test_a_candidate_that_is_not_what_it_says_is_refused(
    desk: Desk, held: HeldOut, tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    folder = candidate(tmp_path / "0.4.9", held)
    (folder / name).write_bytes(content)
    status, _, err = desk.ask("--from", str(folder))
    assert status == 2
    assert reason in err
    assert desk.written() == set()


def test_golden_cases_that_are_not_reproduced_are_refused(desk: Desk, held: HeldOut, tmp_path: Path) -> None:
    folder = candidate(tmp_path / "0.4.10", held)
    golden = json.loads((folder / "golden.json").read_text())
    golden["cases"][0]["probabilities"][0] += 0.01
    written = json.dumps(golden).encode()
    (folder / "golden.json").write_bytes(written)
    manifest = json.loads((folder / "manifest.json").read_text()) | {"golden_sha256": digest_of(written)}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    status, _, err = desk.ask("--from", str(folder))
    assert status == 2
    assert "does not reproduce its golden case" in err


def test_what_cannot_be_judged_is_said_all_at_once(desk: Desk, held: HeldOut, tmp_path: Path) -> None:
    folder = candidate(tmp_path / "0.4.11", held, feature_schema="old")
    (folder / "held_out.parquet").unlink()
    status, _, err = desk.ask("--from", str(folder), "--cases", "/nowhere.jsonl", "--scorer", "/nowhere.py")
    assert status == 2
    for reason in ("CASES=path", "SCORER=path", "trained on feature schema old", "has no held_out.parquet"):
        assert reason in err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--version", "9.9.9"], "the registry has no model 9.9.9"),
        (["--from", "/nowhere/9.9.9"], "is no candidate"),
    ],
)
def test_a_candidate_that_is_not_there_is_said(desk: Desk, options: list[str], words: str) -> None:
    status, _, err = desk.ask(*options)
    assert (status, words in err) == (2, True)


def test_a_folder_of_another_version_than_asked_for_is_refused(desk: Desk, held: HeldOut, tmp_path: Path) -> None:
    folder = candidate(tmp_path / "0.4.12", held)
    status, _, err = desk.ask("--from", str(folder), "--version", "0.4.13")
    assert (status, "holds version 0.4.12; asked for 0.4.13" in err) == (2, True)
    renamed = folder.rename(tmp_path / "0.4.13")
    assert desk.ask("--from", str(renamed))[0] == 2


def test_a_released_version_is_not_promoted_over(desk: Desk, held: HeldOut, tmp_path: Path) -> None:
    folder = candidate(tmp_path / "0.4.14", held)
    candidate(desk.models / "0.4.14", held, strength=0.9)
    status, _, err = desk.ask("--from", str(folder))
    assert (status, "never edited" in err) == (2, True)
    assert desk.ask("--from", str(folder), "--overwrite")[0] == 0


def test_a_registry_that_does_not_answer_points_to_the_folder(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "no-such-store://x")
    status, _, err = desk.ask("--version", "0.4.15")
    assert status == 2
    assert "MLflow failed: " in err
    assert "make promote FROM=candidates/x.y.z" in err
