"""A released folder fits its manifest, and answers on this machine as it did when it was released."""

import hashlib
import json
import math
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from pydantic import TypeAdapter

from features.encoding import FEATURES, encode, schema_digest
from features.exam import Exam
from tests.model.conftest import RELEASED


def test_something_is_released() -> None:
    assert RELEASED


@pytest.mark.parametrize(("name", "key"), [("classifier.onnx", "onnx_sha256"), ("golden.json", "golden_sha256")])
def test_the_files_are_those_of_the_manifest(released: Path, name: str, key: str) -> None:
    manifest = json.loads((released / "manifest.json").read_text())
    assert hashlib.sha256((released / name).read_bytes()).hexdigest() == manifest[key]


def test_the_manifest_fits_this_code(released: Path) -> None:
    manifest = json.loads((released / "manifest.json").read_text())
    assert manifest["format"] == 1
    assert manifest["version"] == released.name
    assert manifest["columns"] == ["L4", "L5", "S1", "none"]
    assert manifest["features"] == [feature.name for feature in FEATURES]
    assert manifest["feature_schema"] == schema_digest()
    assert all(0 < limit < 0.5 for limit in manifest["prediction_set"]["thresholds"].values())
    assert manifest["metrics"]["parity"] <= 1e-5
    assert all(isinstance(sentence, str) for key in ("intended_use", "not_for", "limits") for sentence in manifest[key])
    assert "no patient data" in manifest["training"]["data"]


def test_golden_cases_are_reproduced(released: Path, session: onnxruntime.InferenceSession) -> None:
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
    card = (released / "MODEL_CARD.md").read_text()
    assert "never from patients" in card
    assert "Not for" in card
