"""One real MLflow store on SQLite for all these tests: making one takes seconds."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.lifecycle.candidates import candidate, exams
from training import tracking
from training.held_out import HeldOut
from training.store import Store, connect

Logged = Callable[..., Path]


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """An empty store; every test uses versions of its own in it."""
    return Store.named({"MLFLOW_TRACKING_URI": f"sqlite:///{tmp_path_factory.mktemp('store') / 'mlflow.db'}"})


@pytest.fixture(scope="session")
def client(store: Store) -> Any:
    """The MLflow client of the store."""
    return connect(store)


@pytest.fixture(scope="session")
def held() -> HeldOut:
    """Exams that the true model fits."""
    return exams()


@pytest.fixture
def logged(store: Store, held: HeldOut, tmp_path: Path) -> Logged:
    """Write a candidate and log it, as a training run does; the arguments are those of `candidate`."""

    def log(version: str, **made: Any) -> Path:
        folder = candidate(tmp_path / "candidates" / version, held, **made)
        with tracking.run({"seed": 1}, {"version": version}, store=store) as live:
            live.candidate(folder, held.exams.rows[:2], "digest of the data")
        assert live.not_logged is None
        return folder

    return log
