"""The exported graph says what scikit-learn says, in the same bytes every time, whichever candidate it is."""

from typing import Any

import numpy as np
import onnxruntime
import pytest
from sklearn.dummy import DummyClassifier

from features.encoding import FEATURES
from tests.training.conftest import SmallModel
from training.candidates import CANDIDATES, PERCEPTRON, TREES
from training.estimator import COLUMNS, Calibrated, Fitted, calibrate, fit, membership
from training.export import ParityBroken, check_parity, graph, infer, scatter_missing, serialize

ROWS = 8000
KINDS: dict[str, dict[str, Any]] = {
    "evidence": {"C": 1.0},
    "logistic": {"C": 0.01},
    "trees": {**TREES.start, "iterations": 10},
    "perceptron": {**PERCEPTRON.start, "units": 64},
    "perceptron with interactions": {**PERCEPTRON.start, "units": 64, "interactions": True},
}


def trained(kind: str, small_model: SmallModel, sets: tuple[int, ...] = tuple(range(8))) -> Calibrated:
    (candidate,) = (candidate for candidate in CANDIDATES if kind.startswith(candidate.name))
    part = small_model.parts["fit"].where(np.arange(2000))
    fitted = fit(candidate, KINDS[kind], part.where(np.isin(part.root_sets, sets)), 3)
    return calibrate(fitted, small_model.parts["temperature"])


@pytest.fixture(scope="module", params=KINDS)
def model(request: pytest.FixtureRequest, small_model: SmallModel) -> Calibrated:
    return trained(request.param, small_model)


@pytest.fixture(scope="module")
def rows(small_model: SmallModel) -> np.ndarray:
    return scatter_missing(small_model.parts["test"].rows, ROWS, np.random.default_rng(1))


def test_parity_with_anything_missing(model: Calibrated, rows: np.ndarray) -> None:
    assert check_parity(serialize(graph(model)), model, rows, 1e-5) < 1e-9


@pytest.mark.parametrize("kind", KINDS)
def test_parity_with_two_sets_of_roots(kind: str, small_model: SmallModel, rows: np.ndarray) -> None:
    """Of two classes scikit-learn keeps one column of log-odds; a site may well know two sets alone."""
    model = trained(kind, small_model, sets=(0, 2))
    assert model.probabilities(rows[:2000])[:, [0, 2]].max() == 0
    assert check_parity(serialize(graph(model)), model, rows[:2000], 1e-5) < 1e-9


def test_parity_of_trees_that_are_one_leaf(small_model: SmallModel, rows: np.ndarray) -> None:
    part = small_model.parts["fit"].where(np.arange(300))
    fitted = fit(TREES, {**TREES.start, "iterations": 3, "least_in_leaf": 200}, part, 1)
    assert all(len(tree.nodes) == 1 for trees in fitted.estimator._predictors for tree in trees)
    model = Calibrated(fitted=fitted, inverse_temperature=0.8)
    assert check_parity(serialize(graph(model)), model, rows[:500], 1e-5) < 1e-9


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_bytes(kind: str, small_model: SmallModel) -> None:
    once, again = (serialize(graph(trained(kind, small_model))) for _ in range(2))
    assert once == again


def test_another_seed_gives_another_perceptron(small_model: SmallModel) -> None:
    part, choices = small_model.parts["fit"].where(np.arange(500)), KINDS["perceptron"]
    once, again = (
        serialize(graph(Calibrated(fitted=fit(PERCEPTRON, choices, part, seed), inverse_temperature=1.0)))
        for seed in (1, 2)
    )
    assert once != again


def test_the_gate_sees_rows_from_complete_to_empty(rows: np.ndarray) -> None:
    missing = np.isnan(rows).mean(axis=1)
    assert missing.max() == 1
    assert missing.min() < 0.75
    assert np.isnan(rows[-100:]).all()


def test_a_graph_that_disagrees_is_refused(model: Calibrated, rows: np.ndarray) -> None:
    hotter = Calibrated(fitted=model.fitted, inverse_temperature=1.01 * model.inverse_temperature)
    with pytest.raises(ParityBroken, match="differs from scikit-learn"):
        check_parity(serialize(graph(hotter)), model, rows[:500], 1e-5)


def test_an_estimator_without_a_graph_is_refused(small_model: SmallModel) -> None:
    part = small_model.parts["fit"]
    dummy = DummyClassifier().fit(part.rows, part.root_sets)
    fitted = Fitted(candidate=CANDIDATES[0], choices={}, estimator=dummy, root_sets=small_model.fitted.root_sets)
    with pytest.raises(TypeError, match="no graph for DummyClassifier"):
        graph(Calibrated(fitted=fitted, inverse_temperature=1.0))


def test_one_input_and_three_outputs_of_the_agreed_shapes(model: Calibrated) -> None:
    proto = graph(model)
    (given,) = proto.graph.input
    assert (given.name, given.type.tensor_type.shape.dim[1].dim_value) == ("X", len(FEATURES))
    returned = {output.name: output.type.tensor_type.shape.dim[1].dim_value for output in proto.graph.output}
    sets = len(model.fitted.root_sets)
    assert returned == {"probabilities": len(COLUMNS), "root_sets": sets, "log_likelihood": 1}


def test_the_sets_of_roots_add_up_to_the_probabilities_before_they_are_held(
    model: Calibrated, small_model: SmallModel
) -> None:
    rows = small_model.parts["test"].rows[:500]
    session = onnxruntime.InferenceSession(serialize(graph(model)))
    sets, probabilities = session.run(["root_sets", "probabilities"], {"X": rows})
    assert np.abs(sets.sum(axis=1) - 1).max() < 1e-12
    plain = sets @ membership(model.fitted.root_sets)
    assert (probabilities[:, :3] >= plain[:, :3] - 1e-12).all()
    assert np.mean(np.abs(probabilities - plain).max(axis=1) < 1e-9) > 0.5


def test_one_row_alone_gets_what_it_gets_among_many(model: Calibrated, rows: np.ndarray) -> None:
    onnx_bytes = serialize(graph(model))
    assert infer(onnx_bytes, rows[7:8])[0] == pytest.approx(infer(onnx_bytes, rows[:500])[7], abs=1e-12)
