"""Simulated exams of which everything is known: the probabilities they were drawn with are the best possible."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
from scipy.special import expit, logit

from features.anatomy import Movement
from features.encoding import FEATURES
from training.conformal import prediction_sets
from training.dataset import Dataset
from training.evaluation.report import Report, report

Floats = npt.NDArray[np.float64]

NAMES = [feature.name for feature in FEATURES]
MOVEMENTS = [NAMES.index(f"{movement}.weak") for movement in Movement]
EXAMS = 24000


@dataclass(frozen=True, kw_only=True)
class Simulated:
    """Exams, and the probabilities (n, 4) that they were drawn with."""

    data: Dataset
    right: Floats


def simulate(exams: int, seed: int) -> Simulated:
    """Roots that are independent given age and weakness: L4 of the old, S1 of the young, and severity in the signs."""
    rng = np.random.default_rng(seed)
    rows = np.full((exams, len(NAMES)), np.nan, dtype=np.float32)
    age = rng.integers(18, 90, exams)
    female = rng.choice([0.0, 1.0, np.nan], size=exams, p=[0.45, 0.45, 0.1])
    kinds = rng.choice(["full", "partial", "sparse"], size=exams)
    weak = rng.random((exams, len(MOVEMENTS))) < 0.25
    kept = rng.random(weak.shape) < np.select([kinds == "full", kinds == "partial"], [1.0, 0.6], 0.15)[:, None]
    rows[:, NAMES.index("age_years")], rows[:, NAMES.index("over_60")] = age, age > 60
    rows[:, NAMES.index("female")] = female
    rows[:, MOVEMENTS] = np.where(kept, weak, np.nan)
    found = (weak & kept).sum(axis=1)
    slope = (age - 54) / 20
    noise = rng.normal(0, 0.8, (exams, 3))
    roots = expit(np.column_stack([-2 + slope, -0.4 + 0.3 * found, -1 - slope + 0.2 * found]) + noise)
    return Simulated(
        data=Dataset(
            rows=rows,
            involved=rng.random(roots.shape) < roots,
            patients=np.array([f"p{i}" for i in range(exams)]),
            completeness=kinds,
            setting=rng.choice(["primary_care", "specialist", "surgical"], size=exams),
            weights=np.ones(exams),
        ),
        right=np.column_stack([roots, (1 - roots).prod(axis=1)]),
    )


def blurred(right: Floats, by: float) -> Floats:
    """The probabilities with normal noise of that standard deviation on their log-odds."""
    moved = logit(right) + np.random.default_rng(9).normal(0, by, right.shape)
    return np.asarray(expit(moved))


@pytest.fixture(scope="session")
def simulated() -> Simulated:
    return simulate(EXAMS, 1)


@pytest.fixture(scope="session")
def judged(simulated: Simulated) -> Report:
    """The report of a forecaster that states the right probabilities."""
    held = simulate(EXAMS, 2)
    sets = prediction_sets(held.right, held.data, 0.9)
    return report(
        simulated.data,
        simulated.right,
        sets.sets(simulated.right, simulated.data.rows),
        coverage=0.9,
        baselines={
            "textbook": (simulated.data.rows[:, MOVEMENTS[:3]] > 0),
            "naive_bayes": blurred(simulated.right, 1.0)[:, :3],
        },
        limit=simulated.right,
    )
