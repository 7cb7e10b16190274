"""Logs a run to MLflow, the refused ones too. This is the only module that knows MLflow.

`models/` keeps what was written, MLflow what was tried: without the refused runs nobody could see how often a limit
was run against before a model kept it.
"""

import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from training.evaluate import Report
from training.figures import TABLE
from training.params import Params

CHECKOUT = Path(__file__).parents[1]
EXPERIMENT = "nerveroot"
MEASURES = ("area", "area_low", "area_high", "log_loss", "brier", "slope", "intercept", "calibration_error", "coverage")
LONGEST_TAG = 5000
"""Characters that MLflow takes for a tag."""


class NotLogged(Exception):
    """MLflow did not take the run; the message is what it said, on one line."""


def log(params: Params, report: Report, tags: Mapping[str, str], folder: Path | None = None) -> None:
    """Log one run to MLFLOW_TRACKING_URI, or else to mlflow.db and mlruns/ in the checkout.

    `tags` say what became of it; `folder` is the version that it wrote, if it wrote one.

    Raises:
        NotLogged: MLflow failed, in whatever way.
    """
    try:
        _log(params, report, tags, folder)
    except Exception as fault:
        # MLflow fails with errors of its own, of its database, of the network and of the file system. None of them may
        # hide what became of the run.
        raise NotLogged(f"{type(fault).__name__}: {' '.join(str(fault).split())}") from fault


def _log(params: Params, report: Report, tags: Mapping[str, str], folder: Path | None) -> None:
    # Set before the import: MLflow starts its telemetry when it is imported.
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    import mlflow

    if "MLFLOW_TRACKING_URI" not in os.environ:
        mlflow.set_tracking_uri(f"sqlite:///{CHECKOUT / 'mlflow.db'}")
    if mlflow.get_experiment_by_name(EXPERIMENT) is None:
        local = (CHECKOUT / "mlruns").as_uri()
        mlflow.create_experiment(EXPERIMENT, None if "MLFLOW_TRACKING_URI" in os.environ else local)
    mlflow.set_experiment(EXPERIMENT)
    with mlflow.start_run(run_name=params.version):
        mlflow.set_tags({name: text[:LONGEST_TAG] for name, text in tags.items()})
        mlflow.log_params(asdict(params))
        mlflow.log_metrics(
            {
                f"{stratum}/{root}/{measure}": measures[measure]
                for stratum, roots in report.items()
                for root, measures in roots.items()
                for measure in MEASURES
                if measure in measures
            }
        )
        mlflow.log_artifact(str(TABLE))
        if folder is not None:
            mlflow.log_artifacts(str(folder), artifact_path="model")
