"""`python -m training`: train one version of the model and write it as a candidate, to be promoted or not."""

import argparse
import math
import os
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from training.dataset import TooFewPatients
from training.evaluation.acceptance import NotAccepted
from training.export import ParityBroken
from training.on_cluster import NoCluster
from training.params import Params
from training.provenance import CHECKOUT
from training.release import AlreadyReleased, NotWritten, first_free, refuse_if_released
from training.run import SiteData, train
from training.site.faults import BadTable
from training.site.mixing import DEFAULT_PRIOR_WEIGHT

RELEASED = CHECKOUT / "models"
CANDIDATES = CHECKOUT / "candidates"
REFUSED = 2
"""The exit status of argparse for a command line it does not take; here of every refusal."""
LEAST_PATIENTS = 8000
"""The rarest set of roots is under 1 % of the patients: fewer leave it out of one of the parts, or of the fits."""
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
            f"{number} patients are too few: the rarest set of roots (all three, under 1 % of them) must be in every "
            f"part, which takes {LEAST_PATIENTS}"
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


def table(text: str) -> Path:
    """A file that is there."""
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"{text} is not a file")
    return path


def weight(text: str) -> float:
    """How many local exams the synthetic cohort counts for."""
    try:
        number = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number") from None
    if not math.isfinite(number) or number < 0:
        raise argparse.ArgumentTypeError(f"{text} is no number of exams: 0 or more")
    return number


def main() -> int:
    """Read the command line and train; 2 if the run was refused, with the reason on standard error."""
    parser = argparse.ArgumentParser(
        prog="python -m training",
        description="Fit, calibrate and judge the classifier and write a candidate, on the synthetic cohort or on a "
        "site's own labelled exams. What is not given comes from training/params.toml; the figures of the cohort are "
        "in training/cohort/figures.csv. The run is logged to MLflow: MLFLOW_TRACKING_URI, or mlflow.db in the "
        "checkout.",
    )
    parser.add_argument(
        "--version",
        type=version,
        metavar="X.Y.Z",
        help="name of the new model, and of its folder; not that of a released one (make train VERSION=X.Y.Z). Without "
        "it that of params.toml, or the first free one after it",
    )
    parser.add_argument(
        "--data",
        type=table,
        metavar="FILE",
        help="labelled exams of a site, .parquet, .jsonl or .csv: docs/site-data.md (make train DATA=FILE)",
    )
    parser.add_argument(
        "--prior-weight",
        type=weight,
        metavar="EXAMS",
        help="how many of the site's exams the synthetic cohort counts for "
        f"(make train PRIOR_WEIGHT=EXAMS; default {DEFAULT_PRIOR_WEIGHT:g}, 0 leaves it out)",
    )
    parser.add_argument("--patients", type=patients, metavar="N", help=f"patients to draw, at least {LEAST_PATIENTS}")
    parser.add_argument("--seed", type=seed, metavar="S", help="from 0 on; the same seed gives the same model")
    parser.add_argument(
        "--out", type=folder, metavar="DIR", default=CANDIDATES, help="where to write (default: candidates/)"
    )
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help="make a version again that is in models/ already, but that no tagged software ships",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="every step on few patients in under a minute, to try the code; its limits are loose",
    )
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="search on the Dask cluster there, with the same result (make train SCHEDULER=tcp://HOST:PORT)",
    )
    asked = parser.parse_args()
    if asked.prior_weight is not None and asked.data is None:
        parser.error("--prior-weight weighs the synthetic cohort against a site's exams: name them with --data")
    if asked.quick and asked.out.resolve() == CANDIDATES:
        parser.error("--quick makes no candidate worth promoting: name another folder with --out")
    named = asked.version or first_free(RELEASED / Params.load().version)
    params = Params.load(quick=asked.quick, version=named, patients=asked.patients, seed=asked.seed)
    now = datetime.now(UTC)
    prior = DEFAULT_PRIOR_WEIGHT if asked.prior_weight is None else asked.prior_weight
    site = None if asked.data is None else SiteData(path=asked.data, prior_weight=prior, now=now)
    try:
        refuse_if_released(RELEASED / params.version, asked.overwrite)
        trained = train(params, asked.out, now.date().isoformat(), site=site, scheduler=asked.scheduler)
    except (AlreadyReleased, BadTable, NoCluster, NotAccepted, NotWritten, ParityBroken, TooFewPatients) as refused:
        sys.stderr.write(f"{refused}\n")
        return REFUSED
    where = asked.out.resolve()
    source = "" if where == CANDIDATES else f" FROM={trained.folder}"
    print(f"next: read {trained.folder / 'MODEL_CARD.md'}, then make promote VERSION={params.version}{source}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
