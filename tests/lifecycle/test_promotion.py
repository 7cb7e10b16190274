"""A judged candidate becomes champion and can be taken back; whatever fails, what is served stays as it was."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from features.encoding import schema_digest
from tests.lifecycle.candidates import candidate
from tests.lifecycle.conftest import Logged
from training import champion, rollback
from training.champion import BrokenChampion, NoWayBack
from training.held_out import HeldOut
from training.promotion import NotUsable, promote, roll_back
from training.registry import registered
from training.release import AlreadyReleased, NotWritten
from training.store import Store

WHEN = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


def aliases(client: Any) -> dict[str, tuple[str, ...]]:
    return {entry.version: entry.aliases for entry in registered(client) if entry.aliases}


def change_manifest(folder: Path, **changes: Any) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_a_candidate_becomes_champion_and_the_one_before_it_can_come_back(
    store: Store, client: Any, logged: Logged, tmp_path: Path
) -> None:
    models = tmp_path / "models"
    first, second = logged("0.3.0"), logged("0.3.1", strength=1.1)
    assert promote(first, models, store, WHEN).before is None
    moved = promote(second, models, store, WHEN)
    assert (moved.version, moved.before) == ("0.3.1", "0.3.0")
    assert champion.champions(models) == ("0.3.1", "0.3.0")
    assert aliases(client) == {"0.3.1": ("champion",)}
    entry = client.get_model_version_by_alias("nerveroot", "champion")
    assert entry.tags["previous_champion"] == "0.3.0"
    assert entry.tags["promoted_at"] == "2026-01-02T03:04:00+00:00"
    assert {path.name for path in (models / "0.3.1").iterdir()} == {
        *("classifier.onnx", "golden.json", "manifest.json", "MODEL_CARD.md", "report.json", "plots"),
    }
    back = roll_back(models, store, WHEN)
    assert (back.version, back.before) == ("0.3.0", "0.3.1")
    assert champion.champions(models) == ("0.3.0",)
    assert aliases(client) == {"0.3.0": ("champion",)}
    assert (models / "0.3.1" / "classifier.onnx").is_file()
    with pytest.raises(NoWayBack):
        roll_back(models, store, WHEN)


def test_a_released_version_is_not_replaced_unless_that_is_asked_for(
    store: Store, held: HeldOut, tmp_path: Path
) -> None:
    models = tmp_path / "models"
    promote(candidate(tmp_path / "a" / "0.3.2", held), models, store, WHEN)
    other = candidate(tmp_path / "b" / "0.3.2", held, strength=1.1)
    with pytest.raises(AlreadyReleased, match="never edited"):
        promote(other, models, store, WHEN)
    promote(other, models, store, WHEN, overwrite=True)
    assert (models / "0.3.2" / "classifier.onnx").read_bytes() == (other / "classifier.onnx").read_bytes()
    assert champion.champions(models) == ("0.3.2",)


@pytest.mark.parametrize("uri", ["no-such-store://x", None])
def test_the_file_leads_where_the_registry_cannot_follow(
    store: Store, held: HeldOut, tmp_path: Path, uri: str | None
) -> None:
    asked = Store.named({"MLFLOW_TRACKING_URI": uri}) if uri else store
    moved = promote(candidate(tmp_path / "0.3.3", held), tmp_path / "models", asked, WHEN)
    assert ("could not follow" if uri else "does not have 0.3.3") in moved.registry
    assert champion.champions(tmp_path / "models") == ("0.3.3",)


def test_nothing_is_left_when_the_champion_cannot_be_written(store: Store, held: HeldOut, tmp_path: Path) -> None:
    models = tmp_path / "models"
    models.mkdir()
    folder = candidate(tmp_path / "0.3.4", held)
    (models / "CHAMPION").write_text("rubbish")
    with pytest.raises(BrokenChampion):
        promote(folder, models, store, WHEN)
    assert [path.name for path in models.iterdir()] == ["CHAMPION"]


def test_nothing_is_left_when_the_disk_fails_between_folder_and_champion(
    store: Store, held: HeldOut, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("training.champion.write", full)
    with pytest.raises(NotWritten, match="no space left"):
        promote(candidate(tmp_path / "0.3.5", held), tmp_path / "models", store, WHEN)
    assert list((tmp_path / "models").iterdir()) == []


def no_folder(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def another_file(folder: Path) -> None:
    (folder / "classifier.onnx").write_bytes(b"rubbish")


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        (no_folder, "is not complete; restore it from git"),
        (another_file, "not the file its manifest names"),
        (lambda folder: change_manifest(folder, feature_schema="old"), f"this software encodes {schema_digest()}"),
    ],
)
def test_there_is_no_way_back_to_what_cannot_be_served(
    store: Store, held: HeldOut, tmp_path: Path, break_it: Any, words: str
) -> None:
    models = tmp_path / "models"
    for version in ("0.3.6", "0.3.7"):
        promote(candidate(tmp_path / version, held), models, store, WHEN)
    break_it(models / "0.3.6")
    with pytest.raises(NotUsable, match=words):
        roll_back(models, store, WHEN)
    assert champion.champions(models) == ("0.3.7", "0.3.6")


def test_the_command_goes_back_once_and_then_says_that_there_is_nothing(
    store: Store,
    held: HeldOut,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    models = tmp_path / "models"
    for version in ("0.3.8", "0.3.9"):
        promote(candidate(tmp_path / version, held), models, store, WHEN)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store.uri)
    monkeypatch.setattr("sys.argv", ["rollback", "--models", str(models)])
    assert rollback.main() == 0
    assert "champion is 0.3.8 again, after 0.3.9" in capsys.readouterr().out
    assert rollback.main() == 2
    assert "not rolled back: there is no champion before 0.3.8" in capsys.readouterr().err
