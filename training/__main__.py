"""`python -m training`: train one version of the model and write it to models/."""

import argparse
import os
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from training.acceptance import NotAccepted
from training.dataset import TooFewPatients
from training.export import ParityBroken
from training.params import Params
from training.release import AlreadyReleased, NotWritten
from training.run import CHECKOUT, train

RELEASED = CHECKOUT / "models"
REFUSED = 2
"""The exit status of argparse for a command line it does not take; here of every refusal."""
LEAST_PATIENTS = 8000
"""The rarest set of roots is 0.7 % of the patients: fewer leave it out of one of the parts, or of the fits."""
LARGEST_SEED = 2**32 - 1
"""scikit-learn takes no larger one."""


def version(text: str) -> str:
    """A version as the service names it; it becomes the name of a folder, so nothing else may be in it."""
    if not re.fullmatch(r"\d+\.\d+\.\d+", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"{text!r} is no version: three numbers with dots between them, as in 1.0.1")
    return text


def patients(text: str) -> int:
    """How many patients to draw."""
    number = _whole(text)
    if number < LEAST_PATIENTS:
        raise argparse.ArgumentTypeError(
            f"{number} patients are too few: the rarest set of roots (all three, 0.7 % of them) must be in every part, "
            f"which takes {LEAST_PATIENTS}"
        )
    return number


def seed(text: str) -> int:
    """The seed of every draw."""
    number = _whole(text)
    if not 0 <= number <= LARGEST_SEED:
        raise argparse.ArgumentTypeError(f"{number} is no seed: a whole number from 0 to {LARGEST_SEED}")
    return number


def folder(text: str) -> Path:
    """A folder that can be written to, or made; asked before the work is done rather than after it."""
    path = Path(text)
    there = next(each for each in (path, *path.absolute().parents) if each.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise argparse.ArgumentTypeError(f"{there} is not a folder that can be written to")
    return path


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number") from None


def main() -> int:
    """Read the command line and train; 2 if the run was refused, with the reason on standard error."""
    parser = argparse.ArgumentParser(
        prog="python -m training",
        description="Draw the synthetic cohort, fit and judge the classifier, and write models/<version>/. "
        "What is not given comes from training/params.toml; the figures of the cohort are in training/figures.csv. "
        "The run is logged to MLflow: MLFLOW_TRACKING_URI, or mlflow.db in the checkout.",
    )
    parser.add_argument(
        "--version",
        type=version,
        metavar="X.Y.Z",
        help="name of the new model, and of its folder; it must not be there yet (make train VERSION=X.Y.Z)",
    )
    parser.add_argument("--patients", type=patients, metavar="N", help=f"patients to draw, at least {LEAST_PATIENTS}")
    parser.add_argument("--seed", type=seed, metavar="S", help="from 0 on; the same seed gives the same model")
    parser.add_argument(
        "--models", type=folder, metavar="DIR", help="where to write (default: models/ of the checkout)"
    )
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help="replace a version that is not released yet: no software that ships it has been tagged",
    )
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
        released = train(params, models, datetime.now(UTC).date().isoformat(), overwrite=asked.overwrite)
    except (AlreadyReleased, NotAccepted, NotWritten, ParityBroken, TooFewPatients) as refused:
        sys.stderr.write(f"{refused}\n")
        return REFUSED
    if released.not_logged is not None:
        sys.stderr.write(f"the release is written; logging failed: {released.not_logged}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
