"""One training run, step by step: dataset, split, choose, fit, calibrate, evaluate, accept, export, log.

A run ends with a candidate in a folder of its own, not with a release: `make promote` judges it against the champion.
MLflow keeps what was tried, the refused runs among it.
"""

import io
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Plot

from training import export, release, sources, tracking
from training.candidates import CANDIDATES
from training.cohort.figures import TABLE, Figures
from training.cohort.goodness import goodness, unexplained
from training.cohort.world import draw_worlds, published_world
from training.conformal import prediction_sets
from training.dataset import TooFewPatients
from training.estimator import Calibrated, calibrate, fit, roots_of
from training.evaluation.acceptance import NotAccepted, accept
from training.evaluation.across import across_worlds, spread
from training.evaluation.card import statements
from training.evaluation.fit_plot import goodness_of_fit
from training.evaluation.plots import PLOTS
from training.evaluation.report import Report, report
from training.golden import golden_rows
from training.held_out import HeldOut, to_bytes
from training.naive_bayes import naive_bayes
from training.on_cluster import fits_at
from training.params import Params
from training.provenance import commit, environment
from training.search import Tuned, choose, search, standings
from training.sources import Source
from training.textbook import textbook_called
from training.typicality import typicality

Say = Callable[[str], None]

OTHER_WORLDS = 1
"""Added to the seed of the worlds that the model is judged in, so that they are not those it learned from."""
EXAMPLES = 5
"""Invented rows that MLflow shows of how the model is asked; never those of a patient."""
REFUSALS = (NotAccepted, TooFewPatients, export.ParityBroken, release.NotWritten)


@dataclass(frozen=True, kw_only=True)
class SiteData:
    """A site's own table, how many of its exams the synthetic cohort counts for beside it, and the time of reading."""

    path: Path
    prior_weight: float
    now: datetime


@dataclass(frozen=True, kw_only=True)
class Trained:
    """The folder of the candidate, its manifest, and why the run could not be logged, if it could not."""

    folder: Path
    manifest: dict[str, Any]
    not_logged: str | None


def train(
    params: Params,
    into: Path,
    created: str,
    *,
    site: SiteData | None = None,
    scheduler: str | None = None,
    say: Say = print,
) -> Trained:
    """Train `params.version` and write it to a folder of that name in `into`; `created` is the date (YYYY-MM-DD).

    Without `site` it learns from the synthetic cohort; without `scheduler`, the address of a Dask cluster, it searches
    in this process. Every run that comes to a verdict is logged. If MLflow fails,
    the verdict stands: a refusal is raised all the same, and what was written stays.

    Raises:
        BadTable: something is wrong with a site's table; nothing is trained.
        TooFewPatients: there is nothing to learn from.
        NotAccepted: a limit of params.toml is not kept, or the cohort does not fit the papers.
        ParityBroken: the exported graph disagrees with scikit-learn.
        NotWritten: the disk does not take the candidate.
        NoCluster: the search has no cluster to run on.
    """
    started = time.monotonic()

    def tell(step: str) -> None:
        say(f"{time.monotonic() - started:6.1f} s  {step}")

    source = _source(params, site, tell)
    tags = {"version": params.version, "commit": commit(), "data_sha256": source.digest, "origin": str(source.origin)}
    with tracking.run(asdict(params), tags, refusals=REFUSALS) as live:
        if source.notes:
            live.text("notes.txt", "\n".join(source.notes) + "\n")
        fits = _fit_of_cohort(params, source, live, tell)
        chosen, compared = _choose(params, source, live, scheduler, tell)
        model = _fit(params, source, chosen, tell)
        held, test = source.parts["conformal"], source.parts["test"]
        sets = prediction_sets(model.probabilities(held.rows), held, params.coverage)
        best = source.best(test)
        judged = _judge(params, source, model, sets.sets, best, tell)
        judged |= {"candidates": compared, "goodness_of_fit": fits}
        plots = {name: plot(judged) for name, plot in PLOTS.items()}
        _log(live, judged, plots)
        if fits:
            plots["goodness_of_fit"] = goodness_of_fit(judged)
        onnx_bytes, parity = _export(params, source, model, tell)
        usual = typicality(onnx_bytes, source.parts["fit"].rows, np.random.default_rng(params.seed))
        _accept(params, judged, site is not None, tell)
        manifest = release.write(
            into / params.version,
            onnx_bytes=onnx_bytes,
            created=created,
            statements=statements(judged, origin=source.origin, bases=source.bases, of_model=(chosen.candidate.limit,)),
            prediction_set=asdict(sets),
            typicality=asdict(usual),
            root_sets=roots_of(model.fitted.root_sets),
            training=_training(params, source, site, chosen, model, tags["commit"]),
            metrics={"parity": parity, "parity_rows": params.parity.rows, **judged["summary"]},
            report=judged,
            overwrite=True,
            attachments={
                **{f"plots/{name}.png": _png(plot) for name, plot in plots.items()},
                release.HELD_OUT: to_bytes(HeldOut(exams=test, limit=best)),
            },
        )
        tell(f"wrote {into / params.version}")
        live.candidate(into / params.version, golden_rows()[:EXAMPLES], source.digest)
    tell("logged to MLflow" if live.not_logged is None else f"logging failed: {live.not_logged}")
    return Trained(folder=into / params.version, manifest=manifest, not_logged=live.not_logged)


def _source(params: Params, site: SiteData | None, tell: Say) -> Source:
    if site is None:
        source = sources.synthetic(params, tell)
    else:
        source = sources.of_site(params, site.path, site.prior_weight, site.now, tell)
    tell("split by patient: " + ", ".join(f"{name} {len(part)}" for name, part in source.parts.items()))
    return source


def _fit_of_cohort(params: Params, source: Source, live: tracking.Live, tell: Say) -> list[dict[str, Any]]:
    """The published figures beside the simulated ones; none if the data are not the synthetic cohort.

    Raises:
        NotAccepted: a figure lies outside its published range and the table does not say why.
    """
    if not source.worlds:
        return []
    live.artifacts(TABLE, "cohort")
    fits = goodness(published_world(), source.worlds, params.cohort.fit_patients, params.seed)
    rows = [asdict(each) | {"inside": each.inside} for each in fits]
    # Logged before they are judged: who has to mend a misfit needs to see it.
    live.table("goodness_of_fit", rows)
    live.figure("goodness_of_fit", goodness_of_fit({"goodness_of_fit": rows}))
    outside = [fit for fit in fits if not fit.inside]
    tell(f"fit of the cohort: {len(fits) - len(outside)} of {len(fits)} figures in their published range")
    if faults := unexplained(fits):
        raise NotAccepted("the cohort does not fit the papers: " + "; ".join(faults))
    return rows


def _choose(
    params: Params, source: Source, live: tracking.Live, scheduler: str | None, tell: Say
) -> tuple[Tuned, list[dict[str, Any]]]:
    """The candidate to fit, and how all of them stood."""
    with fits_at(scheduler):
        exams = source.parts["fit"]
        compared = search(CANDIDATES, exams, params.search, params.seed, live.trial, tell, source.with_prior)
    chosen = choose(compared)
    standing = [
        {
            "candidate": each.tuned.candidate.name,
            "title": each.tuned.candidate.title,
            "choices": dict(each.tuned.choices),
            "log_loss": each.tuned.loss,
            "behind": each.behind,
            "standard_error": each.standard_error,
            "chosen": each.tuned.candidate is chosen.candidate,
        }
        for each in standings(compared)
    ]
    live.tags({"candidate": chosen.candidate.name})
    tell(f"chose {chosen.candidate.name}: the simplest within one standard error of the best")
    return chosen, standing


def _fit(params: Params, source: Source, chosen: Tuned, tell: Say) -> Calibrated:
    fitted = fit(chosen.candidate, chosen.choices, source.with_prior(source.parts["fit"]), params.seed)
    model = calibrate(fitted, source.parts["temperature"])
    tell(f"fitted on {len(source.parts['fit'])} examinations; inverse temperature {model.inverse_temperature:.3f}")
    return model


def _judge(params: Params, source: Source, model: Calibrated, sets: Callable[..., Any], best: Any, tell: Say) -> Report:
    """The report on the test part, and how the model does in other worlds where it comes from the cohort."""
    test, figures = source.parts["test"], Figures.load()
    tell("the best possible is known on the test part" if best is not None else "nobody knows the best possible here")
    stated = model.probabilities(test.rows)
    prevalence = np.average(source.parts["fit"].involved, axis=0, weights=source.parts["fit"].weights)
    baselines = {
        "textbook": textbook_called(test.rows),
        "naive_bayes": naive_bayes(figures, test.rows, np.clip(prevalence, 1e-3, 1 - 1e-3)),
    }
    judged = report(test, stated, sets(stated, test.rows), coverage=params.coverage, baselines=baselines, limit=best)
    if source.worlds:
        worlds = draw_worlds(params.cohort.other_worlds, params.seed + OTHER_WORLDS)
        found = across_worlds(model, sets, worlds, params.cohort.other_patients, params.seed + OTHER_WORLDS)
        judged["other_worlds"] = spread(found)
    areas = ", ".join(
        f"{root} {'unknown' if area is None else f'{area:.3f}'}" for root, area in judged["summary"]["auc"].items()
    )
    tell(f"evaluated on {len(test)} examinations: area {areas}")
    return judged


def _log(live: tracking.Live, judged: Report, plots: Mapping[str, Plot]) -> None:
    live.metrics(dict(_numbers(judged["summary"], "")))
    live.metrics(dict(_numbers(judged["subgroups"], "subgroups/")))
    for name, plot in plots.items():
        live.figure(name, plot)
    # A choice is a number, a word or yes or no, of other names for each candidate: told as text.
    rows = [{**row, "choices": str(row["choices"])} for row in judged["candidates"]]
    live.table("candidates", rows)


def _numbers(nested: Mapping[str, Any], under: str) -> list[tuple[str, float]]:
    """Every number of a document with the way to it as its name."""
    found: list[tuple[str, float]] = []
    for name, value in nested.items():
        if isinstance(value, Mapping):
            found += _numbers(value, f"{under}{name}/")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found.append((f"{under}{name}", float(value)))
    return found


def _export(params: Params, source: Source, model: Calibrated, tell: Say) -> tuple[bytes, float]:
    onnx_bytes = export.serialize(export.graph(model))
    rng = np.random.default_rng(params.seed)
    rows = export.scatter_missing(source.parts["test"].rows, params.parity.rows, rng)
    parity = export.check_parity(onnx_bytes, model, rows, params.parity.largest_difference)
    tell(
        f"exported {len(onnx_bytes) / 1e6:.2f} MB: ONNX differs from scikit-learn by at most {parity:.1e} over "
        f"{len(rows)} rows"
    )
    return onnx_bytes, parity


def _accept(params: Params, judged: Report, own_data: bool, tell: Say) -> None:
    accept(judged, params.accept, own_data=own_data)
    tell("accepted: every limit of params.toml is kept")


def _training(
    params: Params, source: Source, site: SiteData | None, chosen: Tuned, model: Calibrated, made_from: str
) -> dict[str, Any]:
    """What the manifest says of how the model was made."""
    choices = ", ".join(f"{name} {value}" for name, value in chosen.choices.items())
    return {
        "origin": str(source.origin),
        "data": source.statement,
        "model": f"{chosen.candidate.title} ({choices}). One temperature (inverse {model.inverse_temperature:.3f}).",
        "candidate": chosen.candidate.name,
        "figures": source.bases,
        "patients": params.cohort.patients if site is None else None,
        "prior_weight": None if site is None else site.prior_weight,
        "examinations": {name: len(part) for name, part in source.parts.items()},
        "seed": params.seed,
        "data_sha256": source.digest,
        "commit": made_from,
        **{name: value for name, value in environment().items() if not name.startswith("library.")},
    }


def _png(plot: Plot) -> bytes:
    buffer = io.BytesIO()
    plot.savefig(buffer, format="png", dpi=110, metadata={"Software": None})
    return buffer.getvalue()
