"""The models that compete, from the simplest: each with what may be tried of it and how it is built.

All of them answer with one probability for each set of involved roots, and not with three separate ones: a leg can have
two roots involved, and P(L4), P(L5), P(S1) and P(none) must fit together. They do, being sums over the same
probabilities. All take a row as it is, NaN where nothing was assessed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from optuna.trial import BaseTrial
from sklearn.base import BaseEstimator
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from training.design import Design
from training.evidence import Evidence
from training.perceptron import AnnealedPerceptron

Choices = Mapping[str, Any]
"""Hyper-parameters by name: numbers and truth values."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A kind of model. `rank` is 1 for the simplest; `start` are the choices tried first; `limit` is what it cannot do.

    `suggest` asks an optuna trial for choices; `build` makes the scikit-learn estimator from choices and a seed, to be
    fitted on rows (n, 109) and classes 0 to k - 1.
    """

    name: str
    rank: int
    title: str
    limit: str
    start: Choices
    suggest: Callable[[BaseTrial], dict[str, Any]]
    build: Callable[[Choices, int], BaseEstimator]


def _suggest_evidence(trial: BaseTrial) -> dict[str, Any]:
    return {"C": trial.suggest_float("C", 1e-3, 100.0, log=True)}


def _build_evidence(choices: Choices, seed: int) -> BaseEstimator:
    # Few columns: Newton's steps end at the optimum, where lbfgs stops short of it. It draws nothing; the seed is only
    # there because every candidate takes one.
    model = LogisticRegression(C=choices["C"], solver="newton-cholesky", tol=1e-6, max_iter=1000, random_state=seed)
    return Pipeline([("evidence", Evidence()), ("scale", StandardScaler()), ("model", model)])


def _suggest_logistic(trial: BaseTrial) -> dict[str, Any]:
    return {"C": trial.suggest_float("C", 1e-4, 1.0, log=True)}


def _build_logistic(choices: Choices, seed: int) -> BaseEstimator:
    # lbfgs draws nothing; the seed is only there because every candidate takes one.
    return Pipeline(
        [("design", Design()), ("model", LogisticRegression(C=choices["C"], max_iter=2000, random_state=seed))]
    )


def _suggest_trees(trial: BaseTrial) -> dict[str, Any]:
    return {
        "iterations": trial.suggest_int("iterations", 50, 200, step=50),
        "learning_rate": trial.suggest_float("learning_rate", 0.04, 0.2, log=True),
        "leaves": trial.suggest_int("leaves", 7, 31, step=8),
        "least_in_leaf": trial.suggest_int("least_in_leaf", 20, 200, log=True),
        "penalty": trial.suggest_float("penalty", 0.1, 100.0, log=True),
        "columns_per_split": trial.suggest_float("columns_per_split", 0.2, 1.0),
    }


def _build_trees(choices: Choices, seed: int) -> BaseEstimator:
    return HistGradientBoostingClassifier(
        max_iter=choices["iterations"],
        learning_rate=choices["learning_rate"],
        max_leaf_nodes=choices["leaves"],
        min_samples_leaf=choices["least_in_leaf"],
        l2_regularization=choices["penalty"],
        max_features=choices["columns_per_split"],
        # Its own early stopping would split one patient's examinations.
        early_stopping=False,
        random_state=seed,
    )


def _suggest_perceptron(trial: BaseTrial) -> dict[str, Any]:
    return {
        "units": trial.suggest_categorical("units", [64, 128, 256]),
        "penalty": trial.suggest_float("penalty", 30.0, 1000.0, log=True),
        "interactions": trial.suggest_categorical("interactions", [False, True]),
        "epochs": trial.suggest_int("epochs", 10, 20, step=5),
    }


def _build_perceptron(choices: Choices, seed: int) -> BaseEstimator:
    units = choices["units"]
    model = AnnealedPerceptron(
        units=(units, units // 4), penalty=choices["penalty"], epochs=choices["epochs"], random_state=seed
    )
    return Pipeline([("design", Design(interactions=choices["interactions"])), ("model", model)])


EVIDENCE = Candidate(
    name="evidence",
    rank=1,
    title="multinomial logistic regression on what the published figures say: the log-odds of the sets of roots, added "
    "up over all hidden states of the cohort's model",
    limit="It reads an examination as the published figures do: a sign that means something else at a clinic can be "
    "weighed less or more with all others, but not by itself.",
    start={"C": 1.0},
    suggest=_suggest_evidence,
    build=_build_evidence,
)

LOGISTIC = Candidate(
    name="logistic",
    rank=2,
    title="multinomial logistic regression on findings, missing indicators, counts of signs and their products",
    limit="It knows that a sign means something else beside another one only for the pairs that its design names.",
    start={"C": 0.03},
    suggest=_suggest_logistic,
    build=_build_logistic,
)

TREES = Candidate(
    name="trees",
    rank=3,
    title="gradient-boosted trees",
    limit="Its probabilities move in steps, and nobody can read it.",
    start={
        "iterations": 100,
        "learning_rate": 0.1,
        "leaves": 15,
        "least_in_leaf": 50,
        "penalty": 10.0,
        "columns_per_split": 0.4,
    },
    suggest=_suggest_trees,
    build=_build_trees,
)

PERCEPTRON = Candidate(
    name="perceptron",
    rank=4,
    title="multilayer perceptron with two hidden layers",
    limit="Nobody can read it, and it may bend either way where it has seen few examinations.",
    start={"units": 256, "penalty": 300.0, "interactions": True, "epochs": 10},
    suggest=_suggest_perceptron,
    build=_build_perceptron,
)

CANDIDATES = (EVIDENCE, LOGISTIC, TREES, PERCEPTRON)
"""From the simplest."""
