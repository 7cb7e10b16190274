"""Every candidate learns, answers what it is asked, and hears no more and no less than it should."""

from typing import Any

import numpy as np
import optuna
import pytest

from features.encoding import FEATURES
from tests.training.conftest import SmallModel
from training.candidates import CANDIDATES, LOGISTIC, PERCEPTRON, TREES, Candidate
from training.dataset import Dataset
from training.design import CHUNK, Design
from training.estimator import Fitted, fit, root_log_loss
from training.interactions import COLUMNS_OF_DESIGN, COUNTS, PAIRS, split_missing, with_interactions

NAMES = [feature.name for feature in FEATURES]
QUICK: dict[str, dict[str, Any]] = {
    "evidence": {"C": 1.0},
    "logistic": {"C": 0.01},
    "trees": {**TREES.start, "iterations": 20},
    "perceptron": {**PERCEPTRON.start, "units": 64, "penalty": 300.0},
}


@pytest.fixture(scope="module", params=CANDIDATES, ids=lambda candidate: candidate.name)
def fitted(request: pytest.FixtureRequest, small_model: SmallModel) -> Fitted:
    return fit(request.param, QUICK[request.param.name], small_model.parts["fit"], 1)


def empty(count: int = 1) -> np.ndarray:
    return np.full((count, len(NAMES)), np.nan, dtype=np.float32)


def test_candidates_are_listed_from_the_simplest() -> None:
    assert [candidate.rank for candidate in CANDIDATES] == list(range(1, len(CANDIDATES) + 1))
    assert len({candidate.name for candidate in CANDIDATES}) == len(CANDIDATES)


@pytest.mark.parametrize("candidate", CANDIDATES, ids=lambda candidate: candidate.name)
def test_what_is_tried_first_is_among_what_may_be_tried(candidate: Candidate) -> None:
    assert candidate.suggest(optuna.trial.FixedTrial(dict(candidate.start))) == candidate.start


def test_a_candidate_beats_the_prevalence(fitted: Fitted, small_model: SmallModel) -> None:
    rest, test = small_model.parts["fit"], small_model.parts["test"]
    prevalence = np.tile(rest.involved.mean(axis=0), (len(test), 1))
    # The linear model comes to 0.83 of it on this cohort; a model that has learnt nothing to 1.
    assert root_log_loss(test.involved, fitted.probabilities(test.rows)) < 0.87 * root_log_loss(
        test.involved, prevalence
    )


def test_probabilities_fit_together(fitted: Fitted, small_model: SmallModel) -> None:
    """No root is likelier than any of the three, nor all together less likely; on bare rows too."""
    rows = np.vstack([small_model.parts["test"].rows, empty(5)])
    probabilities = fitted.probabilities(rows)
    some = 1 - probabilities[:, 3]
    assert np.isfinite(probabilities).all()
    assert (probabilities >= 0).all()
    assert (probabilities[:, :3].max(axis=1) <= some + 1e-9).all()
    assert (probabilities[:, :3].sum(axis=1) >= some - 1e-9).all()


def test_knowing_nothing_gives_moderate_probabilities(fitted: Fitted) -> None:
    nothing = empty()
    nothing[0, : NAMES.index("female")] = (45, 0)
    assert (fitted.probabilities(nothing) > 0.01).all()
    assert (fitted.probabilities(nothing) < 0.9).all()


@pytest.mark.parametrize("name", ["great_toe_extension.weak", "achilles.lost"])
def test_abnormal_normal_and_not_assessed_are_three_answers(fitted: Fitted, small_model: SmallModel, name: str) -> None:
    """Averaged over real rows, because trees may not look at a finding in some of them."""
    rows = small_model.parts["test"].rows[:500]
    answers = []
    for value in (np.nan, 0, 1):
        changed = rows.copy()
        changed[:, NAMES.index(name)] = value
        answers.append(fitted.probabilities(changed))
    unknown, normal, abnormal = answers
    assert np.abs(normal - unknown).mean() > 0.001
    assert np.abs(abnormal - normal).mean() > 0.01


def test_exams_of_no_weight_have_no_influence(fitted: Fitted, small_model: SmallModel) -> None:
    part = small_model.parts["fit"].where(np.arange(1500))
    spoilt = Dataset(
        rows=np.vstack([part.rows, part.rows[:200]]),
        involved=np.vstack([part.involved, ~part.involved[:200]]),
        patients=np.append(part.patients, part.patients[:200]),
        completeness=np.append(part.completeness, part.completeness[:200]),
        setting=np.append(part.setting, part.setting[:200]),
        weights=np.append(part.weights, np.zeros(200)),
    )
    candidate, choices, rows = fitted.candidate, fitted.choices, small_model.parts["test"].rows[:200]
    with_them, without = (fit(candidate, choices, data, 1).probabilities(rows) for data in (spoilt, part))
    assert np.array_equal(with_them, without)


def test_weights_change_what_is_learnt(fitted: Fitted, small_model: SmallModel) -> None:
    part = small_model.parts["fit"].where(np.arange(1500))
    part.weights[:] = np.where(part.involved[:, 2], 5.0, 1.0)
    plain = small_model.parts["fit"].where(np.arange(1500))
    rows = small_model.parts["test"].rows[:200]
    weighted, unweighted = (fit(fitted.candidate, fitted.choices, d, 1).probabilities(rows) for d in (part, plain))
    assert weighted[:, 2].mean() > unweighted[:, 2].mean() + 0.1


def test_a_weight_of_two_is_the_exam_twice(small_model: SmallModel) -> None:
    """For the logistic regression, which draws nothing: weight 2 on some exams against the same exams once more."""
    part = small_model.parts["fit"].where(np.arange(1500))
    twice = part.where(np.append(np.arange(1500), np.arange(500)))
    part.weights[:500] = 2
    rows = small_model.parts["test"].rows[:200]
    weighted, repeated = (fit(LOGISTIC, {"C": 0.01}, data, 1).probabilities(rows) for data in (part, twice))
    assert weighted == pytest.approx(repeated, abs=2e-3)


def row(**findings: float) -> np.ndarray:
    """One row with these findings; dots in a name are written as two underscores."""
    made = empty()
    for name, value in findings.items():
        made[0, NAMES.index(name.replace("__", "."))] = value
    return made


def test_missing_becomes_zero_and_an_indicator() -> None:
    assert split_missing(np.array([[1.0, np.nan]])).tolist() == [[1, 0, 0, 1]]


def test_counts_and_products_by_hand() -> None:
    """Two of three L5 signs assessed are there, one of one S1 sign; 72 years; nothing else is known."""
    made = with_interactions(
        row(
            great_toe_extension__weak=1,
            hip_abduction__weak=0,
            sensation__dorsum_foot=2,
            achilles__lost=2,
            age_years=72,
        )
    )
    shown = dict(zip(COLUMNS_OF_DESIGN, made[0].tolist(), strict=True))
    assert shown["L5 signs"] == 2
    assert shown["L5 any sign"] == 1
    assert shown["L5 signs assessed"] == 3
    assert (shown["L5 weak"], shown["L5 numb"]) == (1, 1)
    assert (shown["S1 signs"], shown["S1 signs assessed"]) == (1, 1)
    assert (shown["L4 signs"], shown["L4 signs assessed"], shown["upper signs"]) == (0, 0, 0)
    assert shown["L5 signs x L5 signs"] == 4
    assert shown["L5 signs x L5 signs assessed"] == 6
    assert shown["L5 signs x S1 signs"] == 2
    assert shown["age_years x achilles.lost"] == 144
    assert shown["achilles.lost not assessed"] == 0
    assert shown["patellar.lost not assessed"] == 1


def test_every_column_of_the_design_is_named_once_and_every_pair_is_new() -> None:
    assert len(set(COLUMNS_OF_DESIGN)) == len(COLUMNS_OF_DESIGN)
    assert len({frozenset(pair) for pair in PAIRS}) == len(PAIRS)
    assert all(len(set(count.columns)) == len(count.columns) > 0 for count in COUNTS)


def test_the_design_is_standardised_by_weight() -> None:
    """More rows than one chunk; columns that vary have weighted mean 0 and spread 1."""
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 3, (CHUNK + 100, len(NAMES))).astype(np.float64)
    rows[:, 0] += 1000
    rows[rng.random(rows.shape) < 0.3] = np.nan
    weights = rng.integers(1, 4, len(rows)).astype(np.float64)
    made = Design().fit(rows, sample_weight=weights).transform(rows)
    assert np.average(made, axis=0, weights=weights) == pytest.approx(0, abs=1e-9)
    assert np.average(made**2, axis=0, weights=weights) == pytest.approx(1)
