"""The candidates as ONNX nodes, written one by one: from the input to the calibrated log-odds of the sets of roots.

Written by hand because the converters drop missing indicators silently, work in single precision, name their nodes at
random and know no temperature. Everything here is double precision; scaler and temperature are folded into the weights.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import TensorProto, numpy_helper
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from training import interactions
from training.design import Design
from training.draft import Draft
from training.evidence import Evidence
from training.perceptron import AnnealedPerceptron

Layer = tuple[npt.NDArray[np.floating], npt.NDArray[np.floating]]
"""Weights (columns in, columns out) and intercepts (columns out,)."""

LEQ = 0
"""The mode of a tree node that goes to its true branch when the value is at most the threshold; NaN never is."""

TREES_DOMAIN = "ai.onnx.ml"


def log_odds(draft: Draft, estimator: Any, values: str, published: str, factor: float) -> str:
    """Add what `estimator` computes, times `factor`; returns the name of the (n, k) result.

    `values` names the rows in double precision, `published` what `training.evidence_graph.evidence` makes of them.

    Raises:
        TypeError: there is no graph for this estimator.
    """
    match estimator:
        case HistGradientBoostingClassifier():
            return _trees(draft, estimator, values, factor)
        case Pipeline(steps=[(_, Evidence()), (_, StandardScaler() as scaler), (_, LogisticRegression() as model)]):
            # The sums know the milder exams without reading them, and nothing else does.
            draft.drop_unread(values)
            plain = model.coef_.T / scaler.scale_[:, None]
            return _layers(draft, [(plain, model.intercept_ - scaler.mean_ @ plain)], published, factor)
        case Pipeline(steps=[(_, Design() as design), (_, LogisticRegression() as model)]):
            layers = [(model.coef_.T, model.intercept_)]
        case Pipeline(steps=[(_, Design() as design), (_, AnnealedPerceptron() as model)]):
            layers = model.layers_
        case _:
            raise TypeError(f"no graph for {type(estimator).__name__}")
    return _layers(draft, [design.fold(*layers[0]), *layers[1:]], _design(draft, design, values), factor)


def _design(draft: Draft, design: Design, values: str) -> str:
    """What `interactions.split_missing` or `interactions.with_interactions` makes, before it is standardised."""
    zero = draft.constant("zero", 0.0)
    missing = draft.add("IsNaN", [values], "missing")
    assessed = draft.add("Where", [missing, zero, values], "assessed_values")
    indicators = draft.add("Cast", [missing], "not_assessed", to=TensorProto.DOUBLE)
    if not design.interactions:
        return draft.add("Concat", [assessed, indicators], "columns", axis=1)
    above = draft.add("Greater", [assessed, zero], "above_zero")
    found = draft.add("Cast", [above], "found", to=TensorProto.DOUBLE)
    stated = draft.add("Sub", [draft.constant("one", 1.0), indicators], "assessed")
    measured = draft.add("Concat", [found, stated], "measured", axis=1)
    sums = draft.add("MatMul", [measured, draft.constant("adder", interactions.ADDER)], "sums")
    counts = draft.add("Min", [sums, draft.constant("limits", interactions.LIMITS)], "counts")
    factors = draft.add("Concat", [assessed, counts], "factors", axis=1)
    left = draft.add("Gather", [factors, draft.constant("left", interactions.LEFT)], "left_factors", axis=1)
    right = draft.add("Gather", [factors, draft.constant("right", interactions.RIGHT)], "right_factors", axis=1)
    products = draft.add("Mul", [left, right], "products")
    return draft.add("Concat", [assessed, indicators, counts, products], "columns", axis=1)


def _layers(draft: Draft, layers: Sequence[Layer], columns: str, factor: float) -> str:
    """Linear layers with rectified linear units between them; the last one times `factor`."""
    *hidden, (weights, intercepts) = layers
    for depth, (inner_weights, inner_intercepts) in enumerate(hidden, start=1):
        given = [columns, draft.constant(f"weights_{depth}", inner_weights)]
        linear = draft.add("Gemm", [*given, draft.constant(f"intercepts_{depth}", inner_intercepts)], f"linear_{depth}")
        columns = draft.add("Relu", [linear], f"units_{depth}")
    scaled, shifts = (factor * np.asarray(part, dtype=np.float64) for part in (weights, intercepts))
    if len(shifts) == 1:
        # Of two classes scikit-learn keeps the log-odds of the second alone; those of the first are 0.
        scaled, shifts = np.hstack([np.zeros_like(scaled), scaled]), np.append(0.0, shifts)
    given = [columns, draft.constant("weights", scaled), draft.constant("intercepts", shifts)]
    return draft.add("Gemm", given, "log_odds")


def _trees(draft: Draft, model: HistGradientBoostingClassifier, values: str, factor: float) -> str:
    """All trees in one TreeEnsemble, whose leaves hold what they add to the log-odds of their class."""
    # scikit-learn shows its trees nowhere else; `check_parity` would find out if a version changed them.
    rounds = model._predictors
    classes = len(model.classes_)
    # Of two classes scikit-learn keeps the log-odds of the second alone; those of the first are 0.
    first_class = classes - len(rounds[0])
    forest = [(tree.nodes, target) for trees in rounds for target, tree in enumerate(trees, start=first_class)]
    inner = [max(1, int(np.count_nonzero(nodes["is_leaf"] == 0))) for nodes, _ in forest]
    leaves = [int(np.count_nonzero(nodes["is_leaf"])) for nodes, _ in forest]
    first_inner, first_leaf = (np.cumsum([0, *sizes]) for sizes in (inner, leaves))
    drawn = [
        _tree(nodes, start, leaf)
        for (nodes, _), start, leaf in zip(forest, first_inner[:-1], first_leaf[:-1], strict=True)
    ]
    joined = {key: np.concatenate([tree[key] for tree in drawn]) for key in drawn[0]}
    weights = factor * np.concatenate([nodes["value"][nodes["is_leaf"] == 1] for nodes, _ in forest])
    targets = np.concatenate([np.full(count, target) for (_, target), count in zip(forest, leaves, strict=True)])
    draft.add(
        "TreeEnsemble",
        [values],
        "tree_sums",
        domain=TREES_DOMAIN,
        n_targets=classes,
        tree_roots=first_inner[:-1].tolist(),
        nodes_splits=_tensor("splits", joined["splits"], np.float64),
        nodes_modes=_tensor("modes", np.full(len(joined["splits"]), LEQ), np.uint8),
        nodes_featureids=joined["features"].tolist(),
        nodes_missing_value_tracks_true=joined["missing_true"].tolist(),
        nodes_truenodeids=joined["true"].tolist(),
        nodes_trueleafs=joined["true_leaf"].tolist(),
        nodes_falsenodeids=joined["false"].tolist(),
        nodes_falseleafs=joined["false_leaf"].tolist(),
        leaf_targetids=targets.tolist(),
        leaf_weights=_tensor("leaf_weights", weights, np.float64),
    )
    baseline = np.zeros(classes)
    baseline[first_class:] = factor * np.ravel(model._baseline_prediction)
    return draft.add("Add", ["tree_sums", draft.constant("baseline", baseline)], "log_odds")


def _tree(nodes: npt.NDArray[Any], first_inner: int, first_leaf: int) -> dict[str, npt.NDArray[Any]]:
    """One tree with its inner nodes numbered from `first_inner`, its leaves from `first_leaf`."""
    leaf = nodes["is_leaf"] == 1
    number = np.where(leaf, first_leaf + np.cumsum(leaf) - 1, first_inner + np.cumsum(~leaf) - 1)
    # A tree that is one leaf is written as a node both of whose branches are that leaf.
    inner = nodes if len(nodes) == 1 else nodes[~leaf]
    left, right = inner["left"].astype(np.int64), inner["right"].astype(np.int64)
    return {
        "splits": inner["num_threshold"],
        "features": inner["feature_idx"].astype(np.int64),
        "missing_true": inner["missing_go_to_left"].astype(np.int64),
        "true": number[left],
        "true_leaf": leaf[left].astype(np.int64),
        "false": number[right],
        "false_leaf": leaf[right].astype(np.int64),
    }


def _tensor(name: str, values: npt.NDArray[Any], kind: type) -> TensorProto:
    return numpy_helper.from_array(np.ascontiguousarray(values, dtype=kind), name)
