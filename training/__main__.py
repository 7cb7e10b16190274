"""`python -m training`: train one version of the model and write it to models/."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from training.export import ParityBroken
from training.params import Params
from training.release import AlreadyReleased
from training.run import CHECKOUT, NotAccepted, train

RELEASED = CHECKOUT / "models"


def main() -> int:
    """Read the command line and train; 1 if the run was refused, with the reason on standard error."""
    parser = argparse.ArgumentParser(
        prog="python -m training",
        description="Draw the synthetic cohort, fit and judge the classifier, and write models/<version>/. "
        "What is not given comes from training/params.toml; the figures of the cohort are in training/figures.csv. "
        "The run is logged to MLflow: MLFLOW_TRACKING_URI, or mlflow.db in the checkout.",
    )
    parser.add_argument("--version", metavar="X.Y.Z", help="name of the new model, and of its folder")
    parser.add_argument("--patients", type=int, metavar="N", help="patients to draw")
    parser.add_argument("--seed", type=int, metavar="S", help="the same seed gives the same model")
    parser.add_argument("--models", type=Path, metavar="DIR", help="where to write (default: models/ of the checkout)")
    parser.add_argument("--overwrite", action="store_true", help="replace a version that was never released")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="every step on few patients in under a minute, to try the code; needs --models, as it is no release",
    )
    asked = parser.parse_args()
    models = asked.models or RELEASED
    if asked.quick and models.resolve() == RELEASED:
        parser.error("--quick makes no model worth releasing: name another folder with --models")
    params = Params.load(quick=asked.quick, version=asked.version, patients=asked.patients, seed=asked.seed)
    try:
        train(params, models, datetime.now(UTC).date().isoformat(), overwrite=asked.overwrite)
    except (AlreadyReleased, NotAccepted, ParityBroken) as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
