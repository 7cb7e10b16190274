"""The published figures of the cohort beside the simulated ones, as one picture."""

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from training.evaluation.plots import BLUE, GREY, VERMILION
from training.evaluation.report import Report

ROW_HEIGHT = 0.21
"""Inches."""


def goodness_of_fit(report: Report) -> Figure:
    """Each published range as a bar, the simulated figure as a mark with its range over worlds."""
    groups = {
        "shares and areas": [fit for fit in report["goodness_of_fit"] if fit["high"] <= 1.0],
        "ages and ratios": [fit for fit in report["goodness_of_fit"] if fit["high"] > 1.0],
    }
    rows = [len(fits) for fits in groups.values()]
    figure = Figure(figsize=(11, 1.6 + ROW_HEIGHT * sum(rows)), layout="constrained")
    FigureCanvasAgg(figure)
    for axes, (name, fits) in zip(figure.subplots(2, 1, height_ratios=rows), groups.items(), strict=True):
        for at, fit in enumerate(reversed(fits)):
            axes.plot([fit["low"], fit["high"]], [at, at], color=GREY, linewidth=6, alpha=0.45, solid_capstyle="butt")
            axes.plot([fit["published"]], [at], "|", color="black", markersize=8)
            colour = BLUE if fit["inside"] else VERMILION
            axes.plot([fit["least"], fit["most"]], [at, at], color=colour, linewidth=1.4)
            axes.plot([fit["simulated"]], [at], "o" if fit["inside"] else "D", color=colour, markersize=4.5)
        axes.set_yticks(range(len(fits)), [f"{fit['what']}  [{fit['evidence']}]" for fit in reversed(fits)], fontsize=7)
        axes.set_ylim(-0.7, len(fits) - 0.3)
        axes.set_xlabel(name)
        axes.grid(axis="x", alpha=0.3)
        axes.spines[["top", "right", "left"]].set_visible(False)
        if name.startswith("ages"):
            axes.set_xscale("log")
    outside = sum(not fit["inside"] for fits in groups.values() for fit in fits)
    figure.suptitle(
        f"{sum(rows) - outside} of {sum(rows)} simulated figures lie in their published range; "
        f"the page on the cohort says why {outside} do not",
        fontsize=11,
    )
    figure.legend(
        handles=[
            Line2D([], [], color=GREY, linewidth=6, alpha=0.45, label="published range (mark: the figure)"),
            Line2D([], [], color=BLUE, marker="o", markersize=4.5, label="simulated, with its range over worlds"),
            Line2D([], [], color=VERMILION, marker="D", markersize=4.5, label="simulated, outside"),
        ],
        loc="outside lower center",
        ncols=3,
        frameon=False,
        fontsize=8,
    )
    return figure
