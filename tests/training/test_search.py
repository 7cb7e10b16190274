"""The search is reproducible and tells every trial; the choice keeps to the rule of one standard error."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from tests.training.conftest import SmallModel
from training.candidates import CANDIDATES, LOGISTIC, PERCEPTRON, TREES, Candidate
from training.search import Plan, Tuned, choose, compare, search, some_patients, standings, tune

Told = list[tuple[str, int, dict[str, Any], tuple[float, ...]]]


def silent(_: str) -> None:
    """Progress that nobody reads."""


def keep(told: Told) -> Any:
    def on_trial(name: str, number: int, choices: Mapping[str, Any], losses: Sequence[float]) -> None:
        told.append((name, number, dict(choices), tuple(losses)))

    return on_trial


def tuned(candidate: Candidate, *losses: float) -> Tuned:
    return Tuned(candidate=candidate, choices={}, fold_losses=losses)


@pytest.mark.parametrize(
    ("logistic", "trees", "perceptron", "chosen"),
    [
        # By hand: 0.01, 0.03, 0.02 behind are 0.02 with a standard error of 0.01 / sqrt(3) = 0.0058.
        ((0.41, 0.53, 0.32), (0.9, 0.9, 0.9), (0.40, 0.50, 0.30), PERCEPTRON),
        # 0.01 with a standard error of 0.0361 / sqrt(3) = 0.0208: within it, though the folds themselves vary by 0.1.
        ((0.45, 0.50, 0.28), (0.9, 0.9, 0.9), (0.40, 0.50, 0.30), LOGISTIC),
        # Two are within: the simpler.
        ((0.9, 0.9, 0.9), (0.45, 0.50, 0.28), (0.40, 0.50, 0.30), TREES),
        # The best is the simplest.
        ((0.39, 0.49, 0.29), (0.40, 0.50, 0.30), (0.40, 0.50, 0.30), LOGISTIC),
        # Always behind by the same: no error, so not within it.
        ((0.41, 0.51, 0.31), (0.9, 0.9, 0.9), (0.40, 0.50, 0.30), PERCEPTRON),
    ],
)
def test_the_simplest_within_one_standard_error(
    logistic: tuple[float, ...], trees: tuple[float, ...], perceptron: tuple[float, ...], chosen: Candidate
) -> None:
    table = [tuned(PERCEPTRON, *perceptron), tuned(LOGISTIC, *logistic), tuned(TREES, *trees)]
    assert choose(table).candidate is chosen


def test_the_standing_by_hand() -> None:
    behind, best = standings([tuned(LOGISTIC, 0.41, 0.53, 0.32), tuned(TREES, 0.40, 0.50, 0.30)])
    assert behind.behind == pytest.approx(0.02)
    assert behind.standard_error == pytest.approx(0.01 / np.sqrt(3))
    assert not behind.within
    assert (best.behind, best.standard_error, best.within) == (0, 0, True)


def test_with_a_single_fold_the_best_is_chosen() -> None:
    assert choose([tuned(LOGISTIC, 0.41), tuned(TREES, 0.40)]).candidate is TREES


def test_the_search_tells_every_trial_and_can_be_repeated(small_model: SmallModel) -> None:
    plan = Plan(
        tuning_exams=400,
        tuning_folds=2,
        comparing_exams=600,
        comparing_folds=2,
        trials={"logistic": 6, "perceptron": 2},
    )
    runs = []
    for _ in range(2):
        told: Told = []
        lines: list[str] = []
        found = search([LOGISTIC, PERCEPTRON], small_model.parts["fit"], plan, 4, keep(told), lines.append)
        runs.append((told, found))
        assert any(line.startswith("logistic 6 of 6") for line in lines)
    (told, found), again = runs
    assert (told, found) == again
    expected = [("logistic", number) for number in range(6)] + [("perceptron", number) for number in range(2)]
    assert [(name, number) for name, number, _, _ in told] == expected
    assert told[0][2] == LOGISTIC.start
    assert len({entry[2]["C"] for entry in told[:6]}) == 6
    assert all(len(losses) == 2 for *_, losses in told)
    # The best of the trials goes on; its losses are those of the comparison.
    best = min(told[:6], key=lambda entry: np.mean(entry[3]))
    assert found[0].choices == best[2]
    assert found[0].fold_losses != best[3]


def test_another_seed_searches_elsewhere(small_model: SmallModel) -> None:
    material = some_patients(small_model.parts["fit"], 500, 1)
    tried: list[list[float]] = []
    for seed in (1, 2):
        told: Told = []
        tune(LOGISTIC, material, 3, 2, seed, keep(told), silent)
        tried.append([choices["C"] for _, _, choices, _ in told])
    assert tried[0][0] == tried[1][0] == LOGISTIC.start["C"]
    assert tried[0][1:] != tried[1][1:]


@pytest.mark.parametrize("candidate", CANDIDATES, ids=lambda candidate: candidate.name)
def test_a_set_of_roots_missing_from_a_fold_is_no_fault(candidate: Candidate, small_model: SmallModel) -> None:
    """One patient alone has all three roots: in one of the two folds nobody to fit on does."""
    part = small_model.parts["fit"]
    common = np.flatnonzero(np.isin(part.root_sets, (0, 1, 2)))[:300]
    material = part.where(np.append(common, np.flatnonzero(part.root_sets == 7)[:1]))
    entry = Tuned(candidate=candidate, choices=dict(candidate.start), fold_losses=())
    (compared,) = compare([entry], material, 2, 1, silent)
    assert np.isfinite(compared.fold_losses).all()
    assert compared.loss < 1


def test_some_patients_are_whole_patients(small_model: SmallModel) -> None:
    data = small_model.parts["fit"]
    some = some_patients(data, 1000, 3)
    assert 1000 <= len(some) < 1005
    assert np.isin(data.patients, some.patients).sum() == len(some)
    assert some.involved.mean(axis=0) == pytest.approx(data.involved.mean(axis=0), abs=0.07)
    again, other = (some_patients(data, 1000, seed).digest() for seed in (3, 4))
    assert some.digest() == again != other


def test_all_patients_if_there_are_no_more(small_model: SmallModel) -> None:
    data = small_model.parts["temperature"]
    assert some_patients(data, len(data), 3) is data
