"""One training run, step by step: draw, split, fit, calibrate, evaluate, export, accept, write, log.

`models/` keeps what was written; MLflow keeps what was tried, the refused runs among it.
"""

import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from training import conformal, estimator, evaluate, export, release, tracking
from training.acceptance import NotAccepted, accept
from training.card import statements
from training.cohort import draw_cohort
from training.dataset import Dataset, split
from training.figures import Figures
from training.params import Params

CHECKOUT = Path(__file__).parents[1]
METHOD = "label-conditional split conformal (Vovk 2005; Sadinle, Lei and Wasserman 2019)"


@dataclass(frozen=True, kw_only=True)
class Released:
    """The folder that a run has written, its manifest, and why the run could not be logged, if it could not."""

    folder: Path
    manifest: dict[str, Any]
    not_logged: str | None


def train(
    params: Params, models: Path, created: str, *, overwrite: bool = False, say: Callable[[str], None] = print
) -> Released:
    """Train `params.version` and write it to `models`; `created` is the date (YYYY-MM-DD) that the manifest bears.

    Every run that comes to a verdict is logged. If MLflow fails, the verdict stands: a refusal is raised all the same,
    and what was written stays.

    Raises:
        AlreadyReleased: the version is there and `overwrite` was not asked for.
        TooFewPatients: a set of roots, or a root in one kind of examination, is too rare to fit or to judge.
        NotAccepted: a limit of params.toml is not kept.
        ParityBroken: the exported graph disagrees with scikit-learn.
        NotWritten: the disk does not take the version.
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
    areas = ", ".join(f"{root} {measures['area']:.3f}" for root, measures in report["full"].items())
    tell(f"evaluated: area on full examinations {areas}")
    tags = {"commit": _commit(), "data_sha256": data.digest()}
    onnx_bytes = export.serialize(export.graph(model))
    rows = export.scatter_missing(data.rows, params.accept.parity_rows, np.random.default_rng(params.seed))
    bases = figures.bases()
    try:
        accept(report, params.accept)
        parity = export.check_parity(
            onnx_bytes, calibrated, fitted.root_sets, rows, params.accept.largest_parity_difference
        )
        tell(f"exported: ONNX differs from scikit-learn by at most {parity:.1e} over {len(rows)} rows")
        manifest = release.write(
            folder,
            onnx_bytes=onnx_bytes,
            created=created,
            statements=statements(report, bases),
            prediction_set={"method": METHOD, "coverage": params.coverage, "thresholds": limits},
            training={
                "data": _origin(bases),
                "figures": bases,
                "patients": params.patients,
                "examinations": len(data),
                "seed": params.seed,
                **tags,
            },
            metrics={
                "inverse_strength": fitted.inverse_strength,
                "cross_validated_log_loss": fitted.cross_validated_log_loss,
                "inverse_temperature": estimator.inverse_temperature(calibrated),
                "parity": parity,
                "parity_rows": len(rows),
                "test": report,
            },
            overwrite=overwrite,
        )
    except (NotAccepted, export.ParityBroken, release.NotWritten) as refusal:
        try:
            tracking.log(params, report, {**tags, "verdict": "refused", "reasons": str(refusal)})
            tell("logged to MLflow as refused")
        except tracking.NotLogged as fault:
            tell(f"the run is refused, and logging it failed: {fault}")
        raise
    tell(f"wrote {folder}")
    not_logged = None
    try:
        tracking.log(params, report, {**tags, "verdict": "written", "onnx_sha256": manifest["onnx_sha256"]}, folder)
        tell("logged to MLflow")
    except tracking.NotLogged as fault:
        not_logged = str(fault)
    return Released(folder=folder, manifest=manifest, not_logged=not_logged)


def _origin(bases: dict[str, int]) -> str:
    """Where the data come from, in one sentence that promises no more than the table of figures holds."""
    return (
        "synthetic cohort drawn from published frequencies where there are any, otherwise from assumptions "
        f"(training/figures.csv: {bases['published']} figures as published, {bases['working']} working values judged "
        f"from published ones, {bases['recalled']} from memory, {bases['assumption']} assumptions); no patient data"
    )


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
