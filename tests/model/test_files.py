"""A released folder fits its manifest, and answers on this machine as it did when it was released."""

import hashlib
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from pydantic import TypeAdapter

from features.encoding import FEATURES, encode, schema_digest
from features.exam import Exam
from features.prediction_sets import PredictionSets
from tests.model.conftest import MODELS, RELEASED


def learned_from(manifest: dict[str, Any]) -> str:
    """`synthetic`, `site` or `mixed`; manifests before 1.1.0 do not say it and are synthetic."""
    return str(manifest["training"].get("origin", "synthetic"))


def test_something_is_released() -> None:
    assert RELEASED


@pytest.mark.parametrize(("name", "key"), [("classifier.onnx", "onnx_sha256"), ("golden.json", "golden_sha256")])
def test_the_files_are_those_of_the_manifest(released: Path, name: str, key: str) -> None:
    manifest = json.loads((released / "manifest.json").read_text())
    assert hashlib.sha256((released / name).read_bytes()).hexdigest() == manifest[key]


def test_the_manifest_fits_this_code(released: Path) -> None:
    """Hazard H-09: the model was trained on another encoding."""
    manifest = json.loads((released / "manifest.json").read_text())
    assert manifest["format"] == 1
    assert manifest["version"] == released.name
    assert manifest["columns"] == ["L4", "L5", "S1", "none"]
    assert manifest["features"] == [feature.name for feature in FEATURES]
    assert manifest["feature_schema"] == schema_digest()
    assert manifest["metrics"]["parity"] <= 1e-5
    assert all(isinstance(sentence, str) for key in ("intended_use", "not_for", "limits") for sentence in manifest[key])
    if learned_from(manifest) == "synthetic":
        assert "no patient data" in manifest["training"]["data"]


def test_the_prediction_sets_can_be_read_and_rule_out_something_but_not_everything(released: Path) -> None:
    """Whichever way the thresholds are written: a root at 1 in 1000 is out, one at 90 % is in, for any exam."""
    manifest = json.loads((released / "manifest.json").read_text())
    sets = TypeAdapter(PredictionSets).validate_python(manifest["prediction_set"])
    assert 0.8 <= sets.coverage < 1
    golden = json.loads((released / "golden.json").read_text())
    rows = np.array([[math.nan if value is None else value for value in case["row"]] for case in golden["cases"]])
    assert not sets.sets(np.full((len(rows), 3), 0.001), rows.astype(np.float32)).any()
    assert sets.sets(np.full((len(rows), 3), 0.9), rows.astype(np.float32)).all()


def test_the_champion_is_one_of_them() -> None:
    champion, *_ = (MODELS / "CHAMPION").read_text(encoding="utf-8").splitlines()
    assert champion in {folder.name for folder in RELEASED}


def test_a_report_has_the_numbers_a_model_stands_by(released: Path) -> None:
    """From 1.1.0 on there is a report; it says what the manifest says."""
    path = released / "report.json"
    if tuple(map(int, released.name.split("."))) < (1, 1, 0):
        assert not path.exists()
        return
    summary = json.loads(path.read_text())["summary"]
    assert {"log_loss_ratio_full", "log_loss_ratio_sparse", "coverage"} <= summary.keys()
    assert all(summary[name].keys() >= {"L4", "L5", "S1"} for name in ("ece", "auc"))
    metrics = json.loads((released / "manifest.json").read_text())["metrics"]
    assert summary == {name: metrics[name] for name in summary}


def test_golden_cases_are_reproduced(released: Path, session: onnxruntime.InferenceSession) -> None:
    """Hazard H-09: the model answers otherwise on this machine than where it was judged."""
    golden = json.loads((released / "golden.json").read_text())
    assert len(golden["cases"]) >= 12
    wire = TypeAdapter(Exam)
    for case in golden["cases"]:
        row = encode(wire.validate_json(json.dumps(case["exam"])))
        stored = [math.nan if value is None else value for value in case["row"]]
        assert np.array_equal(row, np.array(stored, dtype=np.float32), equal_nan=True), case["name"]
        found = session.run(None, {"X": row[np.newaxis]})[0][0]
        assert found == pytest.approx(case["probabilities"], abs=golden["tolerance"]), case["name"]


def test_the_card_says_what_it_learned_from(released: Path) -> None:
    """Hazards H-07, H-13: a model is believed to have learned from patients, or to be for everybody."""
    card = (released / "MODEL_CARD.md").read_text()
    manifest = json.loads((released / "manifest.json").read_text())
    assert ("never from patients" in card) is (learned_from(manifest) == "synthetic")
    assert "Not for" in card
