"""The exported graph says what scikit-learn says, in the same bytes every time."""

import numpy as np
import pytest

from features.encoding import FEATURES
from tests.training.conftest import SmallModel
from training.estimator import COLUMNS
from training.export import ParityBroken, check_parity, graph, infer, scatter_missing, serialize

ROWS = 20000


@pytest.fixture(scope="module")
def onnx_bytes(small_model: SmallModel) -> bytes:
    return serialize(graph(small_model.linear))


@pytest.fixture(scope="module")
def rows(small_model: SmallModel) -> np.ndarray:
    return scatter_missing(small_model.parts["test"].rows, ROWS, np.random.default_rng(1))


def test_parity_with_anything_missing(small_model: SmallModel, onnx_bytes: bytes, rows: np.ndarray) -> None:
    difference = check_parity(onnx_bytes, small_model.calibrated, small_model.fitted.root_sets, rows, 1e-5)
    assert difference < 1e-9


def test_the_gate_sees_rows_from_complete_to_empty(rows: np.ndarray) -> None:
    missing = np.isnan(rows).mean(axis=1)
    assert missing.max() == 1
    assert missing.min() < 0.75
    assert np.isnan(rows[-100:]).all()


def test_a_graph_that_disagrees_is_refused(small_model: SmallModel, onnx_bytes: bytes, rows: np.ndarray) -> None:
    other = small_model.fitted.root_sets[::-1]
    with pytest.raises(ParityBroken, match="differs from scikit-learn"):
        check_parity(onnx_bytes, small_model.calibrated, other, rows[:500], 1e-5)


def test_the_same_model_gives_the_same_bytes(small_model: SmallModel, onnx_bytes: bytes) -> None:
    assert serialize(graph(small_model.linear)) == onnx_bytes


def test_one_input_and_one_output_of_the_agreed_shape(small_model: SmallModel) -> None:
    proto = graph(small_model.linear)
    (given,), (returned,) = proto.graph.input, proto.graph.output
    assert (given.name, given.type.tensor_type.shape.dim[1].dim_value) == ("X", len(FEATURES))
    assert (returned.name, returned.type.tensor_type.shape.dim[1].dim_value) == ("probabilities", len(COLUMNS))


def test_one_row_alone_gets_what_it_gets_among_many(onnx_bytes: bytes, rows: np.ndarray) -> None:
    assert infer(onnx_bytes, rows[7:8])[0] == pytest.approx(infer(onnx_bytes, rows)[7], abs=1e-12)
