"""The model as one ONNX file, and the proof that it says what scikit-learn says.

One input `X` float32 (n, 109), as `features.encoding.encode` makes it. Three outputs, all double:

- `probabilities` (n, 4) in the order of COLUMNS, the answer;
- `root_sets` (n, k), the probability of each set of roots that the model knows, before `training.monotone`: what a
  further finding is expected to tell is worked out from it;
- `log_likelihood` (n, 1), how likely all that is stated is at that age under the published figures: its change tells
  how often a further finding is met, and its level how unusual an exam is.

No time, path or machine goes into the graph: the same fit gives the same bytes.
"""

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from features.encoding import FEATURES
from training.cohort.world import published_world
from training.draft import IR_VERSION, OPSET, TREES_OPSET, Draft
from training.estimator import COLUMNS, Calibrated, Model, membership
from training.evidence_graph import evidence
from training.graphs import TREES_DOMAIN, log_odds
from training.monotone_graph import first, never_lowered, of_rows, with_milder

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.float32]

INPUT, OUTPUT = "X", "probabilities"
ROOT_SETS, LOG_LIKELIHOOD = "root_sets", "log_likelihood"
CHUNK = 4096
"""Rows per call: onnxruntime is many times slower on one huge call."""


class ParityBroken(Exception):
    """The exported graph and scikit-learn disagree: nothing is written."""


def graph(model: Calibrated) -> onnx.ModelProto:
    """The calibrated log-odds of the sets of roots, softmax over the sets, sums per root, held by `monotone`."""
    draft, known = Draft(), model.fitted.root_sets
    every = with_milder(draft, INPUT)
    values = draft.add("Cast", [every], "values", to=TensorProto.DOUBLE)
    published, log_likelihood = evidence(draft, published_world(), values)
    scores = log_odds(draft, model.fitted.estimator, values, published, model.inverse_temperature)
    sets = draft.add("Softmax", [scores], "sets", axis=1)
    plain = draft.add("MatMul", [sets, draft.constant("membership", membership(known))], "plain")
    of_rows(draft, INPUT)
    never_lowered(draft, plain, OUTPUT)
    first(draft, sets, ROOT_SETS)
    first(draft, log_likelihood, LOG_LIKELIHOOD)
    domains = {"": OPSET} | {node.domain: TREES_OPSET for node in draft.nodes if node.domain == TREES_DOMAIN}
    outputs = {OUTPUT: len(COLUMNS), ROOT_SETS: len(known), LOG_LIKELIHOOD: 1}
    proto = helper.make_model(
        helper.make_graph(
            draft.nodes,
            "root_involvement",
            [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, [None, len(FEATURES)])],
            [helper.make_tensor_value_info(name, TensorProto.DOUBLE, [None, width]) for name, width in outputs.items()],
            [numpy_helper.from_array(value, name) for name, value in draft.constants.items()],
        ),
        opset_imports=[helper.make_opsetid(domain, version) for domain, version in domains.items()],
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
    return _run(onnx_bytes, rows, OUTPUT)


def log_likelihood(onnx_bytes: bytes, rows: Rows) -> Floats:
    """How likely all that each of `rows` states is at that age, as a logarithm: (n,)."""
    return _run(onnx_bytes, rows, LOG_LIKELIHOOD)[:, 0]


def _run(onnx_bytes: bytes, rows: Rows, output: str) -> Floats:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(onnx_bytes, options, providers=["CPUExecutionProvider"])
    parts = [session.run([output], {INPUT: rows[at : at + CHUNK]})[0] for at in range(0, len(rows), CHUNK)]
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


def check_parity(onnx_bytes: bytes, model: Model, rows: Rows, largest: float) -> float:
    """The largest difference between onnxruntime and the calibrated scikit-learn model over `rows`.

    Raises:
        ParityBroken: it is larger than `largest`, or one of them gives no number.
    """
    difference = float(np.abs(infer(onnx_bytes, rows) - model.probabilities(rows)).max())
    if not difference <= largest:
        raise ParityBroken(
            f"ONNX differs from scikit-learn by {difference:.3g} over {len(rows)} rows; {largest} allowed"
        )
    return difference
