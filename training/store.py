"""Where MLflow keeps runs and registered models: one SQLite file in the checkout, or what MLFLOW_TRACKING_URI names.

With `tracking` (writes) and `registry` (reads and moves aliases) this is all of the software that knows MLflow. Nothing
of it is imported before it is needed: it takes two seconds and 160 MB.
"""

import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from training.provenance import CHECKOUT

EXPERIMENT = MODEL = "nerveroot"
"""The experiment that runs go to, and the name that models are registered under."""
SQLITE = "sqlite:///"
ENVIRONMENT = {
    # MLflow asks for its telemetry host when it is imported.
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    # By itself MLflow tries a server that does not answer for several minutes.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
}
"""Set before MLflow is imported, each unless it is set already."""


class StoreFailed(Exception):
    """MLflow did not do what it was asked for; the message is what it said, on one line."""


@dataclass(frozen=True, kw_only=True)
class Store:
    """A tracking store and its registry; `artifacts` is where a new experiment keeps its files, None as MLflow does."""

    uri: str
    registry_uri: str
    artifacts: str | None

    @classmethod
    def named(cls, environment: Mapping[str, str]) -> Self:
        """The store that the environment names, or else mlflow.db and mlruns/ in the checkout.

        The files of an SQLite store lie in mlruns/ beside it; MLflow would put them where it was started.
        """
        uri = environment.get("MLFLOW_TRACKING_URI") or f"{SQLITE}{CHECKOUT / 'mlflow.db'}"
        beside = Path(uri.removeprefix(SQLITE).partition("?")[0]).absolute().parent / "mlruns"
        return cls(
            uri=uri,
            registry_uri=environment.get("MLFLOW_REGISTRY_URI") or uri,
            artifacts=beside.as_uri() if uri.startswith(SQLITE) else None,
        )


@contextmanager
def asking() -> Iterator[None]:
    """Whatever MLflow raises within becomes StoreFailed; what it uses that is deprecated is its own affair.

    Raises:
        StoreFailed: MLflow failed, with errors of its own, of its database, of the network or of the file system.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except StoreFailed:
            raise
        except Exception as fault:
            raise StoreFailed(f"{type(fault).__name__}: {' '.join(str(fault).split())}") from fault


def connect(store: Store) -> Any:
    """The MLflow client of the store.

    Raises:
        StoreFailed: there is no such store, or it cannot be opened.
    """
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    with asking():
        from mlflow import MlflowClient

        return MlflowClient(tracking_uri=store.uri, registry_uri=store.registry_uri)


@contextmanager
def globally(store: Store) -> Iterator[None]:
    """The store as that of the whole process, for the one call that takes no client; put back afterwards."""
    import mlflow

    # Setting the store also sets the environment variable, which the next run would take for the wish of its user.
    names = ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI")
    before = {name: os.environ.get(name) for name in names}
    uris = mlflow.get_tracking_uri(), mlflow.get_registry_uri()
    mlflow.set_tracking_uri(store.uri)
    mlflow.set_registry_uri(store.registry_uri)
    try:
        yield
    finally:
        mlflow.set_tracking_uri(uris[0])
        mlflow.set_registry_uri(uris[1])
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
