"""The model as an ONNX graph, written node by node, and the proof that it says what scikit-learn says.

Written by hand because converters drop missing indicators silently and know no temperature scaling. One input `X`
float32 (n, 109), as `features.encoding.encode` makes it; double precision inside; one output `probabilities` double
(n, 4) in the order of COLUMNS. No time, path or machine goes into the graph: the same model gives the same bytes.
"""

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from sklearn.calibration import CalibratedClassifierCV

from features.encoding import FEATURES
from training.estimator import COLUMNS, LinearModel, membership

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.float32]

INPUT, OUTPUT = "X", "probabilities"
OPSET, IR_VERSION = 21, 10
CHUNK = 4096
"""Rows per call: onnxruntime is many times slower on one huge call."""


class ParityBroken(Exception):
    """The exported graph and scikit-learn disagree: nothing is written."""


def graph(model: LinearModel) -> onnx.ModelProto:
    """Missing to 0 and an indicator, one matrix, softmax over the sets of roots, sums per root."""
    constants = {
        "zero": np.array(0.0),
        "weights": model.weights,
        "intercepts": model.intercepts,
        "membership": model.membership,
    }
    nodes = [
        helper.make_node("Cast", [INPUT], ["values"], to=TensorProto.DOUBLE),
        helper.make_node("IsNaN", ["values"], ["missing"]),
        helper.make_node("Where", ["missing", "zero", "values"], ["assessed"]),
        helper.make_node("Cast", ["missing"], ["indicators"], to=TensorProto.DOUBLE),
        helper.make_node("Concat", ["assessed", "indicators"], ["columns"], axis=1),
        helper.make_node("Gemm", ["columns", "weights", "intercepts"], ["log_odds"]),
        helper.make_node("Softmax", ["log_odds"], ["root_sets"], axis=1),
        helper.make_node("MatMul", ["root_sets", "membership"], [OUTPUT]),
    ]
    proto = helper.make_model(
        helper.make_graph(
            nodes,
            "root_involvement",
            [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, [None, len(FEATURES)])],
            [helper.make_tensor_value_info(OUTPUT, TensorProto.DOUBLE, [None, len(COLUMNS)])],
            [numpy_helper.from_array(np.ascontiguousarray(v, dtype=np.float64), k) for k, v in constants.items()],
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="nerveroot",
    )
    onnx.checker.check_model(proto, full_check=True)
    return proto


def serialize(proto: onnx.ModelProto) -> bytes:
    """The bytes of the graph, the same for the same graph."""
    return bytes(proto.SerializeToString(deterministic=True))


def infer(onnx_bytes: bytes, rows: Rows) -> Floats:
    """What onnxruntime says of `rows`: (n, 4)."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(onnx_bytes, options, providers=["CPUExecutionProvider"])
    parts = [session.run([OUTPUT], {INPUT: rows[at : at + CHUNK]})[0] for at in range(0, len(rows), CHUNK)]
    return np.concatenate(parts)


def scatter_missing(rows: Rows, count: int, rng: np.random.Generator) -> Rows:
    """`count` rows made from `rows` with anything from none to all of it missing; the last hundred lack everything.

    Values are shuffled between exams column by column, so that the gate also sees rows that no cohort would hold.
    """
    picked = rng.integers(0, len(rows), size=(count, rows.shape[1]))
    scattered = np.take_along_axis(rows, picked, axis=0)
    scattered[rng.random(scattered.shape) < rng.random((count, 1))] = np.nan
    scattered[-100:] = np.nan
    return scattered


def check_parity(
    onnx_bytes: bytes, estimator: CalibratedClassifierCV, root_sets: npt.NDArray[np.int64], rows: Rows, largest: float
) -> float:
    """The largest difference between onnxruntime and the calibrated scikit-learn estimator over `rows`.

    Raises:
        ParityBroken: it is larger than `largest`, or one of them gives no number.
    """
    expected = estimator.predict_proba(rows) @ membership(root_sets)
    difference = float(np.abs(infer(onnx_bytes, rows) - expected).max())
    if not difference <= largest:
        raise ParityBroken(
            f"ONNX differs from scikit-learn by {difference:.3g} over {len(rows)} rows; {largest} allowed"
        )
    return difference
