"""The report as figures that a person can read at a glance; each title says what is to be seen in it.

Every function takes the report and nothing else. Colours: Okabe and Ito's, told apart by the colour-blind too.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from training.estimator import COLUMNS
from training.evaluation.judged import ROOT_NAMES
from training.evaluation.report import DECIMALS, Report

BLUE, ORANGE, GREEN, VERMILION, PURPLE, GREY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#6B6B6B"
ROOT_COLOURS = dict(zip(ROOT_NAMES, (GREEN, BLUE, VERMILION), strict=True))
ROOT_MARKERS = dict(zip(ROOT_NAMES, ("s", "o", "D"), strict=True))
FORECASTERS = {
    "prevalence": ("prevalence alone", GREY, "v"),
    "textbook": ("textbook rule", ORANGE, "s"),
    "naive_bayes": ("naive Bayes", PURPLE, "D"),
    "model": ("this model", BLUE, "o"),
    "limit": ("best possible", "black", "|"),
}
"""Title, colour and marker; the textbook's calls are read as their predictive values."""
FAMILIES = {"age": "age", "sex": "sex", "setting": "setting", "completeness": "exam"}
SUBGROUP_LIMIT = 0.03
"""How far the coverage of a subgroup may be from nominal (issue 3)."""


def reliability(report: Report) -> Figure:
    """Stated probability against the share found, with how often each was stated."""
    figure = _figure(12, 4.8)
    grid = figure.subplots(2, len(COLUMNS), height_ratios=(4, 1), sharex=True, sharey="row", squeeze=False)
    for i, name in enumerate(COLUMNS):
        bins, cell = report["reliability"][name], report["overall"]["roots"][name]
        upper, lower = grid[0][i], grid[1][i]
        upper.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--", label="exactly right")
        spread = [
            [max(0.0, o - low) for o, low in zip(bins["observed"], bins["observed_low"], strict=True)],
            [max(0.0, high - o) for o, high in zip(bins["observed"], bins["observed_high"], strict=True)],
        ]
        upper.errorbar(bins["mean"], bins["observed"], yerr=spread, fmt="o", color=BLUE, markersize=5, label="found")
        slope = "" if cell.get("calibration_slope") is None else f", slope {cell['calibration_slope']:.2f}"
        upper.set_title(f"{name}: error {_number(cell.get('ece'), 3)}{slope}", fontsize=10)
        slices = bins["histogram"]
        width = 1 / len(slices)
        lower.bar([(at + 0.5) * width for at in range(len(slices))], slices, width=0.9 * width, color=GREY)
        lower.set_xlabel("probability stated")
        for axes in (upper, lower):
            axes.set_xlim(0, 1)
            axes.xaxis.set_major_formatter(PercentFormatter(1))
    grid[0][0].set_ylim(0, 1)
    grid[0][0].yaxis.set_major_formatter(PercentFormatter(1))
    grid[0][0].set_ylabel("share truly involved")
    grid[1][0].set_ylabel("exams")
    grid[0][0].legend(loc="upper left", frameon=False, fontsize=8)
    worst = max((cell["ece"] for cell in report["overall"]["roots"].values() if "ece" in cell), default=1.0)
    figure.suptitle(
        f"Stated probabilities are off by {100 * worst:.1f} points or less on average (expected calibration error)"
    )
    return figure


def decision_curves(report: Report) -> Figure:
    """Net benefit of acting on the model, against acting on everybody, on nobody, or on what the textbook calls."""
    figure = _figure(11.5, 4)
    curves = report["decision_curves"]
    grid = figure.subplots(1, len(ROOT_NAMES), sharex=True, squeeze=False)[0]
    ahead, judged = 0, 0
    for axes, root in zip(grid, ROOT_NAMES, strict=True):
        curve = curves[root]
        thresholds = curve["thresholds"]
        axes.plot(thresholds, curve["treat_none"], color="black", linewidth=1, label="nobody")
        axes.plot(thresholds, curve["treat_all"], color=GREY, linestyle="--", label="everybody")
        if "textbook" in curve:
            axes.plot(thresholds, curve["textbook"], color=ORANGE, linestyle="-.", label="textbook rule")
        axes.plot(thresholds, curve["model"], color=BLUE, linewidth=2, label="this model")
        others = [curve[name] for name in curve if name not in {"thresholds", "model"}]
        best = [max(values) for values in zip(*others, strict=True)]
        ahead += sum(own > other for own, other in zip(curve["model"], best, strict=True))
        judged += len(thresholds)
        top = max(*curve["model"], curve["treat_all"][0])
        axes.set_ylim(-0.15 * top, 1.1 * top)
        axes.set_xlim(0, 1)
        axes.xaxis.set_major_formatter(PercentFormatter(1))
        axes.set_title(root, fontsize=10)
        axes.set_xlabel("act from this probability on")
    grid[0].set_ylabel("net benefit per exam")
    grid[0].legend(frameon=False, fontsize=8)
    figure.suptitle(f"Acting on the model is better than any plain policy at {ahead} of {judged} thresholds")
    return figure


def areas(report: Report) -> Figure:
    """The area under the ROC curve of each root, overall and by subgroup, with its interval."""
    rows = list(_groups(report))
    figure = _figure(9, 1.6 + 0.34 * len(rows))
    axes = figure.subplots()
    for i, (_, group) in enumerate(rows):
        for j, root in enumerate(ROOT_NAMES):
            cell, at = group["roots"][root], i + 0.22 * (j - 1)
            if "auc" not in cell:
                continue
            axes.plot([cell["auc_low"], cell["auc_high"]], [at, at], color=ROOT_COLOURS[root], linewidth=1.3)
            axes.plot([cell["auc"]], [at], ROOT_MARKERS[root], color=ROOT_COLOURS[root], markersize=5)
            if "limit" in cell:
                axes.plot([cell["limit"]["auc"]], [at], marker="|", color="black", markersize=8, zorder=3)
    handles = [axes.plot([], [], ROOT_MARKERS[root], color=ROOT_COLOURS[root], label=root)[0] for root in ROOT_NAMES]
    if "limit" in report["overall"]["mean_log_loss"]:
        handles += axes.plot([], [], "|", color="black", markersize=8, label="best possible")
    _by_group(axes, rows)
    axes.axvline(0.5, color=GREY, linestyle="--", linewidth=1)
    axes.set_xlabel("area under the ROC curve, 95 % interval (0.5: no better than chance)")
    axes.legend(handles=handles, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4, frameon=False, fontsize=9)
    stated = ", ".join(f"{root} {_number(report['overall']['roots'][root].get('auc'), 2)}" for root in ROOT_NAMES)
    figure.suptitle(f"How well involved roots are told from others: area {stated}")
    return figure


def distance_to_limit(report: Report) -> Figure:
    """The log-loss of every forecaster by completeness of the exam, and what is left to the best possible."""
    kinds = {"all exams": report["overall"], **report["subgroups"]["completeness"]}
    known = [name for name in FORECASTERS if name in report["overall"]["mean_log_loss"]]
    figure = _figure(9, 2.2 + 0.75 * len(kinds))
    axes = figure.subplots()
    for i, group in enumerate(kinds.values()):
        losses = group["mean_log_loss"]
        axes.plot([min(losses.values()), max(losses.values())], [i, i], color="#DDDDDD", linewidth=3, zorder=1)
        for name in known:
            title, colour, marker = FORECASTERS[name]
            size = 26 if name == "limit" else 9
            label = title if i == 0 else None
            axes.plot(losses[name], i, marker, color=colour, markersize=size, markeredgewidth=2, label=label)
        if "limit" in losses:
            above = f"model {100 * (losses['model'] / losses['limit'] - 1):+.1f} %"
            axes.annotate(above, (1, i), (8, 0), ("axes fraction", "data"), "offset points", va="center")
    axes.set_yticks(range(len(kinds)), [f"{name} ({group['n']:,})" for name, group in kinds.items()])
    axes.set_ylim(len(kinds) - 0.5, -0.6)
    axes.set_xlabel("mean log-loss over L4, L5 and S1 (nats; less is better)")
    axes.legend(
        loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(known), frameon=False, fontsize=9, markerscale=0.8
    )
    ratio = report["summary"]["log_loss_ratio"]
    if ratio is None:
        figure.suptitle("How surprised each forecaster is by the truth (the best possible is not known here)")
    else:
        figure.suptitle(f"The model is {100 * (ratio - 1):.1f} % above the log-loss of the best that is possible")
    return figure


def coverage(report: Report) -> Figure:
    """How often the prediction sets hold an involved root, by subgroup, against nominal."""
    rows, nominal = list(_groups(report)), report["nominal_coverage"]
    figure = _figure(9, 1.6 + 0.44 * len(rows))
    axes = figure.subplots()
    axes.axvspan(nominal - SUBGROUP_LIMIT, nominal + SUBGROUP_LIMIT, color="#E8F1F8", zorder=0)
    axes.axvline(nominal, color="black", linewidth=1)
    for i, (_, group) in enumerate(rows):
        lanes = [(group["sets"], "black", "o")]
        lanes += [(group["roots"][root], ROOT_COLOURS[root], ROOT_MARKERS[root]) for root in ROOT_NAMES]
        for j, (found, colour, marker) in enumerate(lanes):
            if found.get("coverage") is not None:
                at, size = i + 0.2 * (j - 1.5), 6.5 if j == 0 else 4.5
                axes.plot([found["coverage_low"], found["coverage_high"]], [at, at], color=colour, linewidth=1.3)
                axes.plot([found["coverage"]], [at], marker, color=colour, markersize=size)
    judged = [group["sets"]["coverage"] for _, group in rows[1:] if group["sets"]["coverage"] is not None]
    inside = sum(round(abs(found - nominal), DECIMALS) <= SUBGROUP_LIMIT for found in judged)
    handles = axes.plot([], [], "o", color="black", label="all roots together")
    handles += [axes.plot([], [], ROOT_MARKERS[root], color=ROOT_COLOURS[root], label=root)[0] for root in ROOT_NAMES]
    _by_group(axes, rows)
    low, high = axes.get_xlim()
    axes.set_xlim(min(low, nominal - 0.05), min(1.0, max(high, nominal + 0.05)))
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.set_xlabel(
        f"involved roots kept in the prediction set, 95 % interval (band: {nominal:.0%} and 3 points around)"
    )
    axes.legend(handles=handles, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4, frameon=False, fontsize=9)
    overall = _number(report["summary"]["coverage"], 3)
    figure.suptitle(
        f"Prediction sets keep {overall} of involved roots; {inside} of {len(judged)} subgroups lie in the band"
    )
    return figure


PLOTS: Mapping[str, Callable[[Report], Figure]] = {
    "reliability": reliability,
    "decision_curves": decision_curves,
    "areas": areas,
    "distance_to_limit": distance_to_limit,
    "coverage": coverage,
}
"""Every figure by the name of its file."""


def _figure(width: float, height: float) -> Figure:
    figure = Figure(figsize=(width, height), layout="constrained", dpi=110)
    FigureCanvasAgg(figure)
    return figure


def _groups(report: Report) -> Iterator[tuple[str, Any]]:
    yield "all exams", report["overall"]
    for family, groups in report["subgroups"].items():
        for name, group in groups.items():
            yield f"{FAMILIES.get(family, family)} {name.replace('_', ' ')}", group


def _by_group(axes: Axes, rows: list[tuple[str, Any]]) -> None:
    axes.set_yticks(range(len(rows)), [f"{name} ({group['n']:,})" for name, group in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.grid(axis="x", color="#EEEEEE")
    axes.set_axisbelow(True)
    families = [name.split()[0] for name, _ in rows]
    for i in range(1, len(rows)):
        if families[i] != families[i - 1]:
            axes.axhline(i - 0.5, color="#CCCCCC", linewidth=0.8)


def _number(value: float | None, decimals: int) -> str:
    return "unknown" if value is None else f"{value:.{decimals}f}"
