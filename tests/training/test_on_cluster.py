"""The search on a real Dask scheduler and workers finds what it finds in one process."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from signal import SIGKILL
from threading import Timer
from typing import Any

import pytest

from tests.batch.dask_processes import cluster
from tests.training.conftest import SmallModel
from training.candidates import EVIDENCE, LOGISTIC, TREES
from training.on_cluster import NoCluster, fits_at
from training.search import Plan, choose, search

PLAN = Plan(
    tuning_exams=400,
    tuning_folds=2,
    comparing_exams=600,
    comparing_folds=3,
    trials={"evidence": 1, "logistic": 3, "trees": 2},
)
SEED = 4


def found(small_model: SmallModel, after_first: Callable[[], object] = lambda: None) -> tuple[Any, ...]:
    """Every trial, and what is compared and chosen; a moment after the first trial something else may happen."""
    told: list[tuple[str, int, dict[str, Any], tuple[float, ...]]] = []

    def keep(name: str, number: int, choices: Mapping[str, Any], losses: Sequence[float]) -> None:
        told.append((name, number, dict(choices), tuple(losses)))
        if len(told) == 1:
            Timer(0.1, after_first).start()

    compared = search([EVIDENCE, LOGISTIC, TREES], small_model.parts["fit"], PLAN, SEED, keep, lambda line: None)
    return told, compared, choose(compared)


def test_the_same_is_found_on_a_cluster_even_if_a_worker_dies(small_model: SmallModel, tmp_path: Path) -> None:
    here = found(small_model)
    with cluster(tmp_path, count=2) as dask:
        with fits_at(dask.address):
            assert found(small_model) == here
        asked = dask.log.read_text(encoding="utf-8")
        with fits_at(dask.address):
            assert found(small_model, dask.workers[0].kill) == here
        assert dask.workers[0].wait() == -SIGKILL
    assert "Traceback" not in asked


def test_a_worker_that_lacks_the_project_is_told(tmp_path: Path) -> None:
    with (
        cluster(tmp_path, count=1, workers_at=tmp_path) as dask,
        pytest.raises(NoCluster, match="does not find this project"),
        fits_at(dask.address),
    ):
        pass


def test_no_cluster_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("training.on_cluster.SECONDS", 1.0)
    with (
        pytest.raises(NoCluster, match="No Dask scheduler answers at SCHEDULER=tcp://"),
        fits_at("tcp://127.0.0.1:9"),
    ):
        pass
    with cluster(tmp_path, count=0) as dask, pytest.raises(NoCluster, match="No worker came"), fits_at(dask.address):
        pass


def test_workers_of_another_checkout_are_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The worker has the code of this checkout; here it is as if another library were there."""
    with cluster(tmp_path, count=1) as dask:
        monkeypatch.setattr("training.on_cluster.libraries", lambda: {"numpy": "0"})
        with pytest.raises(NoCluster, match="has other code or other libraries"), fits_at(dask.address):
            pass
