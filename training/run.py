"""One training run, step by step: draw, split, fit, calibrate, evaluate, accept, export, log.

`models/` keeps what was released; MLflow keeps what was tried. This is the only module that knows MLflow.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from training import conformal, estimator, evaluate, export, release
from training.cohort import draw_cohort
from training.dataset import Dataset, split
from training.evaluate import Report
from training.figures import BASES, TABLE, Figures
from training.params import Params

CHECKOUT = Path(__file__).parents[1]
METHOD = "label-conditional split conformal (Vovk 2005; Sadinle, Lei and Wasserman 2019)"
MEASURES = ("area", "area_low", "area_high", "log_loss", "brier", "slope", "intercept", "calibration_error", "coverage")


class NotAccepted(Exception):
    """The model does not keep the limits of params.toml: nothing is written."""


@dataclass(frozen=True, kw_only=True)
class Released:
    """The folder that a run has written, and its manifest."""

    folder: Path
    manifest: dict[str, Any]


def train(
    params: Params, models: Path, created: str, *, overwrite: bool = False, say: Callable[[str], None] = print
) -> Released:
    """Train `params.version` and write it to `models`; `created` is the date (YYYY-MM-DD) that the manifest bears.

    Raises:
        AlreadyReleased: the version is there and `overwrite` was not asked for.
        NotAccepted: a limit of params.toml is not kept.
        ParityBroken: the exported graph disagrees with scikit-learn.
    """
    folder = models / params.version
    release.refuse_if_released(folder, overwrite)
    started = time.monotonic()

    def tell(step: str) -> None:
        say(f"{time.monotonic() - started:6.1f} s  {step}")

    figures = Figures.load()
    data = Dataset.encoded(draw_cohort(figures, params.patients, np.random.default_rng(params.seed)))
    tell(f"drew {params.patients} synthetic patients, {len(data)} examinations")
    parts = split(data, params.split, params.seed)
    tell("split by patient: " + ", ".join(f"{name} {len(part)}" for name, part in parts.items()))
    fitted = estimator.fit(parts["fit"], params.inverse_strengths, params.folds, params.seed)
    tell(f"fitted: C {fitted.inverse_strength}, cross-validated log-loss {fitted.cross_validated_log_loss:.4f}")
    calibrated = estimator.calibrate(fitted, parts["temperature"])
    model = estimator.fold(fitted, calibrated)
    tell(f"calibrated: inverse temperature {estimator.inverse_temperature(calibrated):.3f}")
    held = parts["conformal"]
    limits = conformal.thresholds(model.probabilities(held.rows), held.involved, params.coverage)
    tell("prediction sets: " + ", ".join(f"{root} from {limit:.3f}" for root, limit in limits.items()))
    report = evaluate.report(parts["test"], model.probabilities(parts["test"].rows), limits)
    tell("evaluated: " + _headline(report))
    accept(report, params)
    onnx_bytes = export.serialize(export.graph(model))
    rows = export.scatter_missing(data.rows, params.accept.parity_rows, np.random.default_rng(params.seed))
    parity = export.check_parity(
        onnx_bytes, calibrated, fitted.root_sets, rows, params.accept.largest_parity_difference
    )
    tell(f"exported: ONNX differs from scikit-learn by at most {parity:.1e} over {len(rows)} rows")
    metrics = {
        "inverse_strength": fitted.inverse_strength,
        "cross_validated_log_loss": fitted.cross_validated_log_loss,
        "inverse_temperature": estimator.inverse_temperature(calibrated),
        "parity": parity,
        "parity_rows": len(rows),
        "test": report,
    }
    manifest = release.write(
        folder,
        onnx_bytes=onnx_bytes,
        created=created,
        prediction_set={"method": METHOD, "coverage": params.coverage, "thresholds": limits},
        training={
            "data": "synthetic cohort drawn from published frequencies (training/figures.csv); no patient data",
            "patients": params.patients,
            "examinations": len(data),
            "seed": params.seed,
            "data_sha256": data.digest(),
            "commit": _commit(),
        },
        metrics=metrics,
        report=report,
        bases={basis: int((figures.table["basis"] == basis).sum()) for basis in BASES},
        overwrite=overwrite,
    )
    tell(f"wrote {folder}")
    _log(params, report, manifest, folder)
    tell("logged to MLflow")
    return Released(folder=folder, manifest=manifest)


def accept(report: Report, params: Params) -> None:
    """Compare the report with the limits.

    Raises:
        NotAccepted: with every limit that is not kept.
    """
    limits, faults = params.accept, []
    for root in limits.area_full_least:
        overall = report[evaluate.EVERY][root]
        area = report["full"][root]["area"]
        least, most = limits.area_full_least[root], limits.area_full_most[root]
        if not least <= area <= most:
            faults.append(f"{root}: area on full examinations {area:.3f} is not within {least} to {most}")
        coverage = overall["coverage"]
        if not limits.least_coverage <= coverage <= limits.most_coverage:
            faults.append(
                f"{root}: coverage {coverage:.3f} is not within {limits.least_coverage} to {limits.most_coverage}"
            )
        log_loss, baseline = overall["log_loss"], overall["log_loss_prevalence"]
        if not log_loss < baseline:
            faults.append(f"{root}: log-loss {log_loss:.3f} is no better than the prevalence alone ({baseline:.3f})")
        error = overall["calibration_error"]
        if not error <= limits.largest_calibration_error:
            faults.append(f"{root}: calibration error {error:.3f} is above {limits.largest_calibration_error}")
    if faults:
        raise NotAccepted("not accepted, nothing written: " + "; ".join(faults))


def _headline(report: Report) -> str:
    areas = ", ".join(f"{root} {measures['area']:.3f}" for root, measures in report["full"].items())
    return f"area on full examinations {areas}"


def _commit() -> str:
    """The commit that the run was made from, marked where features/ or training/ differ from it; or "unknown"."""
    git = shutil.which("git")
    if git is None:
        return "unknown"

    def ask(*arguments: str) -> str:
        # The arguments are fixed and the program comes from the PATH: nothing here is anybody's input.
        done = subprocess.run([git, *arguments], cwd=CHECKOUT, capture_output=True, text=True, check=False)  # noqa: S603
        return done.stdout.strip()

    commit = ask("rev-parse", "HEAD")
    if not commit:
        return "unknown"
    return f"{commit} with changes" if ask("status", "--porcelain", "--", "features", "training") else commit


def _log(params: Params, report: Report, manifest: dict[str, Any], folder: Path) -> None:
    """Log the run to MLFLOW_TRACKING_URI, or else to mlflow.db and mlruns/ in the checkout."""
    # Set before the import: MLflow starts its telemetry when it is imported.
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    import mlflow

    if "MLFLOW_TRACKING_URI" not in os.environ:
        mlflow.set_tracking_uri(f"sqlite:///{CHECKOUT / 'mlflow.db'}")
    if mlflow.get_experiment_by_name("nerveroot") is None:
        local = (CHECKOUT / "mlruns").as_uri()
        mlflow.create_experiment("nerveroot", None if "MLFLOW_TRACKING_URI" in os.environ else local)
    mlflow.set_experiment("nerveroot")
    with mlflow.start_run(run_name=params.version):
        mlflow.set_tags({"onnx_sha256": manifest["onnx_sha256"], "commit": manifest["training"]["commit"]})
        mlflow.log_params({**asdict(params), "data_sha256": manifest["training"]["data_sha256"]})
        mlflow.log_metrics(
            {
                f"{stratum}/{root}/{measure}": measures[measure]
                for stratum, roots in report.items()
                for root, measures in roots.items()
                for measure in MEASURES
                if measure in measures
            }
        )
        mlflow.log_artifacts(str(folder), artifact_path="model")
        mlflow.log_artifact(str(TABLE))
