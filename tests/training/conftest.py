"""One small cohort and one small model, drawn and fitted once for all tests of training."""

from dataclasses import dataclass

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV

from training.cohort import LabelledExam, draw_cohort
from training.dataset import Dataset, split
from training.estimator import Fitted, LinearModel, calibrate, fit, fold
from training.figures import Figures
from training.params import Params

SEED = 5
PATIENTS = 12000


@dataclass(frozen=True, kw_only=True)
class SmallModel:
    """A model fitted on the small cohort, and the parts it was fitted and calibrated on."""

    parts: dict[str, Dataset]
    fitted: Fitted
    calibrated: CalibratedClassifierCV
    linear: LinearModel


@pytest.fixture(scope="session")
def figures() -> Figures:
    return Figures.load()


@pytest.fixture(scope="session")
def cohort(figures: Figures) -> tuple[LabelledExam, ...]:
    return tuple(draw_cohort(figures, PATIENTS, np.random.default_rng(SEED)))


@pytest.fixture(scope="session")
def data(cohort: tuple[LabelledExam, ...]) -> Dataset:
    return Dataset.encoded(cohort)


@pytest.fixture(scope="session")
def small_model(data: Dataset) -> SmallModel:
    parts = split(data, Params.load().split, SEED)
    fitted = fit(parts["fit"], [0.01], 2, SEED)
    calibrated = calibrate(fitted, parts["temperature"])
    return SmallModel(parts=parts, fitted=fitted, calibrated=calibrated, linear=fold(fitted, calibrated))
