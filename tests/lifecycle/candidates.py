"""Candidates with small hand-made models, and exams whose truth is drawn from such a model.

The model gives each root one sign of its own. A candidate with the strength of the truth is calibrated by construction;
any other strength is not.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from pydantic import TypeAdapter

from features.anatomy import ROOTS
from features.encoding import FEATURES, Row, schema_digest
from features.prediction_sets import PredictionSets, Threshold, log_odds
from training.dataset import Dataset
from training.estimator import COLUMNS
from training.export import infer
from training.golden import golden_file
from training.held_out import HeldOut, to_bytes
from training.provenance import libraries
from training.release import digest_of

SIGNS = ("knee_extension.weak", "great_toe_extension.weak", "plantar_flexion.weak")
EXAMS = 4000
TRUE_STRENGTH = 1.0
COVERAGE = 0.9


def onnx_bytes(strength: float = TRUE_STRENGTH, shift: float = 0.0) -> bytes:
    """Log-odds of each root: `strength` times (4 if its sign is there, less 2), plus `shift`; roots independent."""
    weights = np.zeros((len(FEATURES), len(ROOTS)))
    names = [feature.name for feature in FEATURES]
    for root, sign in enumerate(SIGNS):
        weights[names.index(sign), root] = 4 * strength
    constants = {
        "zero": np.array(0.0),
        "one": np.array(1.0),
        "weights": weights,
        "intercepts": np.full(len(ROOTS), shift - 2 * strength),
        "axis": np.array([1]),
    }
    nodes = [
        helper.make_node("Cast", ["X"], ["values"], to=TensorProto.DOUBLE),
        helper.make_node("IsNaN", ["values"], ["missing"]),
        helper.make_node("Where", ["missing", "zero", "values"], ["assessed"]),
        helper.make_node("Gemm", ["assessed", "weights", "intercepts"], ["log_odds"]),
        helper.make_node("Sigmoid", ["log_odds"], ["roots"]),
        helper.make_node("Sub", ["one", "roots"], ["not"]),
        helper.make_node("ReduceProd", ["not", "axis"], ["none"]),
        helper.make_node("Concat", ["roots", "none"], ["probabilities"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "by_hand",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, len(FEATURES)])],
        [helper.make_tensor_value_info("probabilities", TensorProto.DOUBLE, [None, len(COLUMNS)])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))


def rows(count: int, rng: np.random.Generator) -> Row:
    """Rows of zeros and ones with a third of them missing; the age is always there."""
    drawn = rng.integers(0, 2, (count, len(FEATURES))).astype(np.float32)
    drawn[rng.random(drawn.shape) < 1 / 3] = np.nan
    drawn[:, 0] = rng.integers(20, 80, count)
    return drawn


def exams(count: int = EXAMS, seed: int = 1) -> HeldOut:
    """Exams whose roots are drawn from the true model, two of each patient; its probabilities are the limit."""
    rng = np.random.default_rng(seed)
    encoded = rows(count, rng)
    limit = infer(onnx_bytes(), encoded)
    drawn = Dataset(
        rows=encoded,
        involved=rng.random((count, len(ROOTS))) < limit[:, : len(ROOTS)],
        patients=np.array([f"invented-{at // 2}" for at in range(count)]),
        completeness=np.array(["full", "sparse"])[np.arange(count) // 2 % 2],
        setting=np.full(count, "specialist"),
        weights=np.ones(count),
    )
    return HeldOut(exams=drawn, limit=limit)


def thresholds(probabilities: np.ndarray, held: HeldOut) -> dict[str, Any]:
    """Prediction sets that cover COVERAGE of the roots of these very exams, as a manifest holds them."""
    flat = {"age": (0.0,), "sex": (0.0,) * 3, "stated": (0.0,), "abnormal": (0.0,)}
    least = {
        root: float(log_odds(np.quantile(probabilities[held.exams.involved[:, at], at], 1 - COVERAGE)))
        for at, root in enumerate(ROOTS)
    }
    made = PredictionSets(
        coverage=COVERAGE,
        method="quantile",
        thresholds={root: Threshold(base=base - 1e-9, **flat) for root, base in least.items()},
    )
    stated: dict[str, Any] = TypeAdapter(PredictionSets).dump_python(made, mode="json")
    return stated


def candidate(
    folder: Path, held: HeldOut, *, strength: float = TRUE_STRENGTH, shift: float = 0.0, **changes: Any
) -> Path:
    """Write a candidate into `folder`, whose name is its version; `changes` go into its manifest."""
    content = onnx_bytes(strength, shift)
    golden = json.dumps(golden_file(content)).encode()
    manifest = {
        "format": 1,
        "version": folder.name,
        "created": "2026-01-01",
        "intended_use": [],
        "not_for": [],
        "limits": [],
        "onnx_sha256": digest_of(content),
        "golden_sha256": digest_of(golden),
        "input": "X",
        "output": "probabilities",
        "columns": list(COLUMNS),
        "features": [feature.name for feature in FEATURES],
        "feature_schema": schema_digest(),
        "prediction_set": thresholds(infer(content, held.exams.rows), held),
        "training": {"data": "invented", "data_sha256": "0", "seed": 1, "patients": 9000, "commit": "unknown"},
        "metrics": {"parity": 1e-7, "parity_rows": 100_000, "test": {"all": {"L5": {"area": 0.8}}}},
        "libraries": libraries(),
    } | changes
    (folder / "plots").mkdir(parents=True)
    for name, written in {
        "classifier.onnx": content,
        "golden.json": golden,
        "manifest.json": json.dumps(manifest).encode(),
        "MODEL_CARD.md": b"# by hand\n",
        "report.json": b"{}",
        "plots/reliability.png": b"png",
        "held_out.parquet": to_bytes(held),
    }.items():
        (folder / name).write_bytes(written)
    return folder
