"""One small cohort and one small model, drawn and fitted once for all tests of training."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.training.running import Runs
from training.candidates import LOGISTIC
from training.cohort.draw import Cohort, draw
from training.cohort.figures import Figures
from training.cohort.world import World, published_world
from training.dataset import Dataset, split
from training.estimator import Calibrated, Fitted, calibrate, fit
from training.params import Params
from training.store import Store, connect

SEED = 5
PATIENTS = 12000


@dataclass(frozen=True, kw_only=True)
class SmallModel:
    """A model fitted on the small cohort, and the parts it was fitted and calibrated on."""

    parts: dict[str, Dataset]
    fitted: Fitted
    model: Calibrated


@pytest.fixture(scope="session")
def figures() -> Figures:
    return Figures.load()


@pytest.fixture(scope="session")
def world() -> World:
    return published_world()


@pytest.fixture(scope="session")
def cohort(world: World) -> Cohort:
    return draw([world], PATIENTS, SEED)


@pytest.fixture(scope="session")
def data(cohort: Cohort) -> Dataset:
    return Dataset.of_cohort(cohort)


@pytest.fixture(scope="session")
def small_model(data: Dataset) -> SmallModel:
    parts = split(data, Params.load().split, SEED)
    fitted = fit(LOGISTIC, {"C": 0.01}, parts["fit"], SEED)
    return SmallModel(parts=parts, fitted=fitted, model=calibrate(fitted, parts["temperature"]))


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of one MLflow store for all runs: making one takes seconds."""
    uri = f"sqlite:///{tmp_path_factory.mktemp('store') / 'mlflow.db'}"
    connect(Store.named({"MLFLOW_TRACKING_URI": uri}))
    return uri


@pytest.fixture(scope="module")
def runs(store: str) -> Iterator[Runs]:
    """What is logged in that store, which the environment names meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", store)
        yield Runs(client=connect(Store.named({"MLFLOW_TRACKING_URI": store})))
