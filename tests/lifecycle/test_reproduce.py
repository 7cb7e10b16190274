"""What `make reproduce` says of a model that comes out the same, and of one that does not."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.lifecycle.candidates import candidate
from training import reproduce as reproducing
from training.champion import write
from training.held_out import HeldOut
from training.provenance import LIBRARIES, environment, libraries
from training.reproduce import NotReproducible, report, reproduce, retrain_as_stated

VERSION = "0.5.0"
TRAINING = {"data": "invented", "data_sha256": "0", "seed": 1, "patients": 9000, "commit": "abc", **environment()}


@pytest.fixture
def released(held: HeldOut, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A release made at the commit that this test pretends to run at."""
    monkeypatch.setattr("training.reproduce.commit", lambda: "abc")
    return candidate(tmp_path / "models" / VERSION, held, training=TRAINING)


def copied(released: Path) -> Any:
    return lambda stated, into: shutil.copytree(released, into / stated["version"])


def test_the_same_bytes_are_a_reproduction(released: Path) -> None:
    found = reproduce(released, copied(released))
    assert (found.differences, found.surroundings) == ((), ())
    assert report(found) == "0.5.0 is reproduced: the same bytes, the same data, the same measures"


def test_every_difference_is_named(released: Path, held: HeldOut) -> None:
    def otherwise(stated: Mapping[str, Any], into: Path) -> Path:
        changed = TRAINING | {"data_sha256": "1"}
        metrics = {"parity": 1e-7, "parity_rows": 100_000, "test": {"all": {"L5": {"area": 0.75}}}}
        return candidate(into / stated["version"], held, strength=1.1, training=changed, metrics=metrics)

    found = reproduce(released, otherwise)
    onnx, *measures = found.differences
    assert onnx.startswith("classifier.onnx: SHA-256 then ")
    # Sigmoid(2.2) - sigmoid(2.0) is 0.0195; P(none) of three roots without a sign differs by more.
    assert 0.019 < float(onnx.split("by at most ")[1].split()[0]) < 0.06
    assert measures == ["data: then 0, now 1", "/test/all/L5/area: then 0.8, now 0.75"]
    assert "is not reproduced; what differs (3):" in report(found)
    assert "nothing around it is known to have changed" in report(found)


def test_what_is_not_as_it_was_is_named(held: HeldOut, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.reproduce.commit", lambda: "abc")
    older = libraries() | {LIBRARIES[0]: "0.0.1"}
    training = TRAINING | {"lock_sha256": "an older one", "commit": "def"}
    released = candidate(tmp_path / VERSION, held, training=training, libraries=older, feature_schema="old")
    found = reproduce(released, copied(released))
    assert found.differences == ()
    assert [line.split(": then")[0] for line in found.surroundings] == [
        *("commit", "feature schema", LIBRARIES[0], "lock_sha256"),
    ]
    assert f"{LIBRARIES[0]}: then 0.0.1, now {libraries()[LIBRARIES[0]]}" in report(found)
    assert "although these are not as they were" in report(found)


def test_a_long_list_of_measures_is_cut_and_counted(released: Path, held: HeldOut) -> None:
    many = {f"measure {number}": number for number in range(40)}
    found = reproduce(released, lambda stated, into: candidate(into / VERSION, held, training=TRAINING, metrics=many))
    lines = report(found).splitlines()
    # 40 new measures, and the three of the release that are gone.
    assert lines[0] == "0.5.0 is not reproduced; what differs (43):"
    assert lines[-2] == "  and 23 more"


def test_a_manifest_that_does_not_say_how_it_was_made_cannot_be_reproduced(tmp_path: Path) -> None:
    with pytest.raises(NotReproducible, match="with which seed and patients"):
        retrain_as_stated({"version": VERSION, "training": {"seed": 1}}, tmp_path)
    synthetic = {"seed": 1, "patients": 9000, "origin": "synthetic"}
    with pytest.raises(NotReproducible, match="was trained on the synthetic cohort"):
        retrain_as_stated({"version": VERSION, "training": synthetic}, tmp_path, data=tmp_path / "exams.csv")
    with pytest.raises(NotReproducible, match="holds no release"):
        reproduce(tmp_path, copied(tmp_path))


@pytest.mark.parametrize(("same", "status"), [(True, 0), (False, 1)])
def test_the_command_reproduces_the_champion(
    released: Path,
    held: HeldOut,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    same: bool,
    status: int,
) -> None:
    def retrain(stated: Mapping[str, Any], into: Path, data: Path | None) -> Path:
        assert data is None
        return candidate(into / stated["version"], held, strength=1.0 if same else 1.1, training=TRAINING)

    write(released.parent, (VERSION,))
    monkeypatch.setattr(reproducing, "retrain_as_stated", retrain)
    monkeypatch.setattr("sys.argv", ["reproduce", "--models", str(released.parent)])
    assert reproducing.main() == status
    assert ("is reproduced" if same else "is not reproduced") in capsys.readouterr().out


def test_the_command_says_what_it_cannot_reproduce(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["reproduce", "--models", str(tmp_path)])
    assert reproducing.main() == 2
    assert "no version was ever promoted" in capsys.readouterr().err


def test_a_reproduction_leaves_no_run_behind(released: Path) -> None:
    """The manifest of the release stays as it was, and nothing lies beside it."""
    before = json.loads((released / "manifest.json").read_text())
    reproduce(released, copied(released))
    assert json.loads((released / "manifest.json").read_text()) == before
    assert [path.name for path in released.parent.iterdir()] == [VERSION]
