"""Releases for tests: copies of the released model, and real ONNX graphs that hang, fail or return nonsense on demand.

They are made as releases are, with manifest and digests, so that the service loads them by the very code that loads the
released one.
"""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from onnx import TensorProto, helper

from service.released import version_meant
from service.settings import RELEASED

CHAMPION = version_meant(RELEASED, "champion")
"""The version that this checkout serves."""

HANGS, NOT_A_NUMBER, RAISES = 99, 98, 97
"""Ages at which an odd model loops a million million times, returns NaN, or stops with an error of onnxruntime."""

SETS = {"coverage": 0.9, "method": "test", "thresholds": {"L4": 0.2, "L5": 0.2, "S1": 0.2}}


def a_copy(models: Path, version: str = CHAMPION) -> Path:
    """A copy of the released model, to be broken; returns its folder."""
    return Path(shutil.copytree(RELEASED / CHAMPION, models / version))


def change_manifest(folder: Path, **changes: Any) -> None:
    """Change fields of the manifest in `folder`."""
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def sign(folder: Path) -> None:
    """Write the digests of the files in `folder` into its manifest."""
    digests = {
        f"{name}_sha256": hashlib.sha256((folder / file).read_bytes()).hexdigest()
        for name, file in (("onnx", "classifier.onnx"), ("golden", "golden.json"))
    }
    change_manifest(folder, **digests)


def an_odd_model(models: Path, version: str, l5: float = 0.8) -> Path:
    """A release that gives everybody the probability `l5` of L5, and at some ages does worse; returns its folder."""
    folder = a_copy(models, version)
    (folder / "classifier.onnx").write_bytes(_graph((0.05, l5, 0.1, round(0.99 - l5, 6))))
    (folder / "golden.json").write_text(json.dumps({"tolerance": 1e-5, "cases": []}))
    change_manifest(folder, version=version, prediction_set=SETS, typicality=None)
    sign(folder)
    return folder


def promote(models: Path, version: str) -> None:
    """Make `version` the champion of `models`."""
    (models / "CHAMPION").write_text(f"{version}\n")


def _graph(probabilities: tuple[float, ...]) -> bytes:
    """X (n, 109) to probabilities (n, 4); the oldest age of the rows decides what goes wrong."""
    turn = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["go_on"]), helper.make_node("Identity", ["kept"], ["kept_on"])],
        "turn",
        [
            helper.make_tensor_value_info("turn", TensorProto.INT64, []),
            helper.make_tensor_value_info("go", TensorProto.BOOL, []),
            helper.make_tensor_value_info("kept", TensorProto.DOUBLE, None),
        ],
        [
            helper.make_tensor_value_info("go_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("kept_on", TensorProto.DOUBLE, None),
        ],
    )
    constants = [
        _constant("all_of_it", TensorProto.DOUBLE, [1, 4], probabilities),
        _constant("nan", TensorProto.DOUBLE, [1], [float("nan")]),
        _constant("first", TensorProto.INT64, [1], [0]),
        _constant("nowhere", TensorProto.INT64, [1], [1000]),
        _constant("once", TensorProto.INT64, [], [1]),
        _constant("for_ever", TensorProto.INT64, [], [10**12]),
        _constant("true", TensorProto.BOOL, [], [True]),
        _constant("four", TensorProto.INT64, [1], [4]),
        *(_constant(f"age_{age}", TensorProto.FLOAT, [], [age]) for age in (HANGS, NOT_A_NUMBER, RAISES)),
    ]
    nodes = [
        helper.make_node("Gather", ["X", "first"], ["ages"], axis=1),
        helper.make_node("ReduceMax", ["ages"], ["age"], keepdims=0),
        *(helper.make_node("Equal", ["age", f"age_{age}"], [f"is_{age}"]) for age in (HANGS, NOT_A_NUMBER, RAISES)),
        helper.make_node("Where", [f"is_{RAISES}", "nowhere", "first"], ["row"]),
        helper.make_node("Gather", ["all_of_it", "row"], ["one"], axis=0),
        helper.make_node("Where", [f"is_{NOT_A_NUMBER}", "nan", "one"], ["stated"]),
        helper.make_node("Where", [f"is_{HANGS}", "for_ever", "once"], ["turns"]),
        helper.make_node("Loop", ["turns", "true", "stated"], ["looped"], body=turn),
        helper.make_node("Shape", ["X"], ["rows"], end=1),
        helper.make_node("Concat", ["rows", "four"], ["shape"], axis=0),
        helper.make_node("Expand", ["looped", "shape"], ["probabilities"]),
    ]
    graph = helper.make_graph(
        nodes,
        "odd",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, 109])],
        [helper.make_tensor_value_info("probabilities", TensorProto.DOUBLE, [None, 4])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())


def _constant(name: str, kind: int, shape: list[int], values: Any) -> Any:
    return helper.make_tensor(name, kind, shape, values)
