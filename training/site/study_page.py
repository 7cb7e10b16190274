"""The study of `training.site.study` as a picture and as tables in docs/site-data.md."""

import io
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.stats import t as student

from training.marks import put_between
from training.site.mixing import DEFAULT_PRIOR_WEIGHT
from training.site.study import Curves

DOCS = Path(__file__).parents[2] / "docs"
BEGIN, END = "<!-- study: begin -->", "<!-- study: end -->"
LOG_LOSS, AREA = 0, 1
_COLOURS = {"prior": "#767676", "local": "#c2571a", "mixed": "#1b5e9c"}

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Studies:
    """The study at sites that lie beyond the published ranges, within them and far from them; and with the model on the
    findings, at the first of those beyond.
    """

    beyond: Curves
    within: Curves
    far: Curves
    findings: Curves


def write(studies: Studies, docs: Path = DOCS) -> None:
    """Write `site-data.svg` and put the tables between the marks of `site-data.md`.

    Raises:
        ValueError: the page has no marks.
    """
    (docs / "site-data.svg").write_text(picture(studies.beyond), encoding="utf-8")
    page = docs / "site-data.md"
    parts = (_by_size(studies.beyond), _by_weight(studies), _findings(studies.beyond, studies.findings))
    filled = "\n".join(["", *parts, ""])
    page.write_text(put_between(page.read_text(encoding="utf-8"), BEGIN, END, filled), encoding="utf-8")


def _by_size(curves: Curves) -> str:
    """Log-loss by number of local exams, in Markdown."""
    prior, needed = curves.prior[:, LOG_LOSS], curves.until_local_wins
    lines = [
        f"Local exams until they beat the prior, by site: median {_rounded(np.median(needed))}, from "
        f"{_rounded(needed.min())} to {_rounded(needed.max())}.",
        f"Log-loss of the prior alone: {_with_interval(prior, '.3f')}. Compared with it, at the same site:",
        "",
        f"| local exams | local alone | mixed, PRIOR_WEIGHT={DEFAULT_PRIOR_WEIGHT:g} | local beats the prior |",
        "| ---: | ---: | ---: | ---: |",
    ]
    for i, size in enumerate(curves.plan.sizes):
        local, mixed = curves.local[:, i, LOG_LOSS] - prior, curves.mixed[:, _default(curves), i, LOG_LOSS] - prior
        won = f"{int((local < 0).sum())} of {curves.plan.sites}"
        lines.append(f"| {size:,} | {_with_interval(local, '+.3f')} | {_with_interval(mixed, '+.3f')} | {won} |")
    return "\n".join(lines)


def _by_weight(studies: Studies) -> str:
    """What each PRIOR_WEIGHT costs on average and at worst, in Markdown."""
    lines = [
        "",
        "How much worse the mixture is than the better of prior alone and local alone, over all sites and sizes",
        "(below zero it is better than both); at sites within the published ranges, beyond them by a factor of 1.6,",
        "and by one of 2.7:",
        "",
        "| PRIOR_WEIGHT | within: mean | worst | beyond: mean | worst | far: mean | worst |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for i, weight in enumerate(studies.beyond.plan.weights):
        regrets = [curves.regret[:, i] for curves in (studies.within, studies.beyond, studies.far)]
        told = [f"{value:+.4f}" for regret in regrets for value in (regret.mean(), regret.max())]
        lines.append(f"| {weight:g} | {' | '.join(told)} |")
    return "\n".join(lines)


def _findings(evidence: Curves, findings: Curves) -> str:
    """The model on the findings beside the one on the evidence, in Markdown: both against the prior of the latter."""
    sites, weights = findings.plan.sites, findings.plan.weights
    prior = evidence.prior[:sites, LOG_LOSS]
    lines = [
        "",
        f"The logistic regression on the findings themselves, at {sites} of these sites, against the same prior (that",
        f"on the evidence); its own prior alone: {_with_interval(findings.prior[:, LOG_LOSS] - prior, '+.3f')}.",
        "",
        "| local exams | local alone | "
        + " | ".join(f"mixed, PRIOR_WEIGHT={weight:g}" for weight in weights)
        + " | on the evidence, local alone |",
        "| ---: | ---: |" + " ---: |" * (len(weights) + 1),
    ]
    for i, size in enumerate(findings.plan.sizes):
        there = evidence.local[:sites, list(evidence.plan.sizes).index(size), LOG_LOSS]
        losses = [findings.local[:, i, LOG_LOSS], *findings.mixed[:, :, i, LOG_LOSS].T, there]
        lines.append(f"| {size:,} | " + " | ".join(_with_interval(loss - prior, "+.3f") for loss in losses) + " |")
    return "\n".join(lines)


def _rounded(exams: float) -> str:
    """Two digits are all that so few sites can tell."""
    return f"{float(f'{exams:.2g}'):,.0f}" if np.isfinite(exams) else "more than were tried"


def picture(curves: Curves) -> str:
    """The figure of `drawn` as SVG. The same curves give the same text."""
    written = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": "site-data"}):
        drawn(curves).savefig(written, format="svg", metadata={"Date": None})
    return "\n".join(line.rstrip() for line in written.getvalue().splitlines()) + "\n"


def drawn(curves: Curves) -> Figure:
    """Log-loss and area compared with the prior alone, over the number of local exams."""
    figure = Figure(figsize=(9.5, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    _panel(left, curves, LOG_LOSS)
    _panel(right, curves, AREA)
    left.set_title("Log-loss against the synthetic cohort alone (lower is better)", fontsize=10)
    right.set_title("Area under the ROC curve against it (higher is better)", fontsize=10)
    # At the smallest sites local exams alone are far off the scale that the rest needs.
    gain = -(curves.mixed[..., LOG_LOSS] - curves.prior[:, None, None, LOG_LOSS]).mean(axis=0).min()
    left.set_ylim(-1.5 * gain, 2.5 * gain)
    left.legend(frameon=False, loc="upper right")
    return figure


def _panel(axes: Axes, curves: Curves, measure: int) -> None:
    sizes, prior = curves.plan.sizes, curves.prior[:, None, measure]
    axes.axhline(0, color=_COLOURS["prior"], label="synthetic cohort alone", linewidth=2)
    for name, label, lines in (
        ("local", "local exams alone", curves.local[..., measure] - prior),
        (
            "mixed",
            f"both, PRIOR_WEIGHT={DEFAULT_PRIOR_WEIGHT:g}",
            curves.mixed[:, _default(curves), :, measure] - prior,
        ),
    ):
        mean, half = lines.mean(axis=0), _half_width(lines)
        axes.plot(sizes, mean, color=_COLOURS[name], label=label, linewidth=2, marker="o", markersize=3.5)
        axes.fill_between(sizes, mean - half, mean + half, color=_COLOURS[name], alpha=0.15, linewidth=0)
    axes.set_xscale("log")
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes], rotation=45)
    axes.minorticks_off()
    axes.set_xlabel("local exams")
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)


def _default(curves: Curves) -> int:
    """Where the default weight stands among those of the plan."""
    return list(curves.plan.weights).index(DEFAULT_PRIOR_WEIGHT)


def _half_width(values: Floats) -> Floats:
    """Half of the 95 % interval of the mean over sites (the first axis), by Student's t."""
    sites = len(values)
    error = values.std(axis=0, ddof=1) / np.sqrt(sites)
    return np.asarray(student.ppf(0.975, sites - 1) * error)


def _with_interval(values: Floats, form: str) -> str:
    return f"{values.mean():{form}} ± {float(_half_width(values)):.3f}"
