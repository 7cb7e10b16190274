"""The burden as one picture: who is scanned, what is missed, and what one more find costs."""

import io
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from bench.burden.people import SUSPECTED
from bench.burden.simulation import COMPLETE, SCREENS
from service.rules.guideline import Policy
from training.evaluation.plots import BLUE, GREY, ORANGE

PICTURE = "alert-burden.svg"
LISTED, CONTEXTUAL = Policy.LISTED.value, Policy.CONTEXTUAL.value
Json = dict[str, Any]
_CLINICS = {"primary_care": "primary care", "specialist": "specialist care", "surgical": "surgical clinic"}
_PLACES = _CLINICS | {SUSPECTED: "suspected\ncauda equina"}


def write(result: Json, docs: Path) -> None:
    """Draw the picture and put it beside the page; the same result gives the same bytes."""
    drawn = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": PICTURE, "font.size": 9}):
        picture(result).savefig(drawn, format="svg", metadata={"Date": None})
    lines = (line.rstrip() for line in drawn.getvalue().splitlines())
    (docs / PICTURE).write_text("\n".join(lines) + "\n", encoding="utf-8")


def picture(result: Json) -> Figure:
    """Three panels: MRI now by setting, missed by disease, scans for one more found by scenario."""
    figure = Figure(figsize=(10, 8.8), layout="constrained", dpi=110)
    FigureCanvasSVG(figure)
    grid = figure.add_gridspec(2, 2, height_ratios=(1, 1.15), hspace=0.08, wspace=0.06)
    scanned, missed = figure.add_subplot(grid[0, 0]), figure.add_subplot(grid[0, 1])
    _scanned(scanned, result)
    _missed(missed, result)
    _price(figure.add_subplot(grid[1, :]), result)
    for axes in figure.axes:
        axes.spines[["top", "right"]].set_visible(False)
    price = result["places"]["primary_care"][COMPLETE]["more_scans_per_more_found"][0]
    title = f"Age over 50 alone: one more serious disease found for about {price:.0f} more scans in primary care"
    figure.suptitle(title, fontsize=11, fontweight="bold")
    return figure


def _scanned(axes: Axes, result: Json) -> None:
    ticks, labels = [], []
    for row, (place, name) in enumerate(_PLACES.items()):
        for offset, screen in zip((0.0, 0.38), SCREENS, strict=True):
            at, faint = row + offset, 1.0 if screen == COMPLETE else 0.5
            shares = [
                100 * result["places"][place][screen]["measures"][policy]["scan"][0] for policy in (CONTEXTUAL, LISTED)
            ]
            axes.barh(at, shares[0], height=0.34, color=BLUE, alpha=faint)
            axes.barh(at, shares[1] - shares[0], left=shares[0], height=0.34, color=ORANGE, alpha=faint)
            axes.text(shares[1] + 1, at, f"{shares[0]:.0f} → {shares[1]:.0f}", va="center", fontsize=8)
        ticks.append(row + 0.19)
        labels.append(name)
    axes.set_yticks(ticks, labels)
    axes.invert_yaxis()
    axes.set_xlim(0, 112)
    axes.set_xticks(range(0, 101, 20))
    axes.set_xlabel("% of people\n(pale: incomplete screens)")
    axes.set_title("Sent to MRI now", fontsize=10, loc="left")
    axes.tick_params(axis="y", length=0)
    handles = [axes.barh(0, 0, color=BLUE), axes.barh(0, 0, color=ORANGE)]
    axes.legend(
        handles,
        ["contextual", "listed adds: age alone"],
        loc="upper center",
        bbox_to_anchor=(0.45, -0.2),
        ncols=2,
        frameon=False,
        fontsize=8.5,
    )


def _missed(axes: Axes, result: Json) -> None:
    ticks, labels = [], []
    row = 0.0
    for place, name in _CLINICS.items():
        for disease, found in result["places"][place][COMPLETE]["diseases"].items():
            have = found["have"]
            parts = [100 * found[policy]["missed"][0] / have for policy in (LISTED, CONTEXTUAL)]
            axes.plot(parts, [row, row], color="#D5D5D5", linewidth=3, solid_capstyle="round", zorder=1)
            for part, colour, marker in zip(parts, (ORANGE, BLUE), ("s", "o"), strict=True):
                axes.plot(part, row, marker, color=colour, markersize=6.5, zorder=2)
            ticks.append(row)
            labels.append(f"{disease.replace('_', ' ')} ({have:,.0f})")
            row += 1
        axes.text(1.0, row - 4, name, transform=axes.get_yaxis_transform(), ha="right", va="center", color=GREY)
        row += 0.6
    axes.set_yticks(ticks, labels)
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    axes.set_xlabel("% without an overriding flag\n(in brackets: how many of 100,000 have it)")
    axes.set_title("Missed, by disease", fontsize=10, loc="left")
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color="#EEEEEE")
    axes.set_axisbelow(True)
    handles = [
        axes.plot([], [], "o", color=BLUE, label="contextual")[0],
        axes.plot([], [], "s", color=ORANGE, label="listed")[0],
    ]
    axes.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.45, -0.2), ncols=2, frameon=False, fontsize=8.5)


def _price(axes: Axes, result: Json) -> None:
    known = {
        name: found["more_scans_per_more_found"]
        for name, found in result["scenarios"].items()
        if found["more_scans_per_more_found"] is not None
    }
    base = next(iter(known.values()))[0]
    axes.axvline(base, color=GREY, linestyle="--", linewidth=1, zorder=0)
    for row, (value, low, high) in enumerate(known.values()):
        axes.plot([low, high], [row, row], color="black" if row == 0 else BLUE, linewidth=1.4)
        axes.plot(value, row, "o", color="black" if row == 0 else BLUE, markersize=6)
        axes.text(high * 1.04, row, f"{value:.0f}", va="center", fontsize=8.5)
    axes.set_yticks(range(len(known)), list(known))
    axes.tick_params(axis="y", length=0)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xticks([20, 50, 100, 200, 500])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda tick, _: f"{tick:.0f}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.grid(axis="x", color="#EEEEEE")
    axes.set_axisbelow(True)
    axes.set_xlabel(
        "more scans for one more serious disease found under listed (95 % Monte Carlo interval, logarithmic)"
    )
    axes.set_title(
        "What that price rests on: primary care, one group of figures changed at a time", fontsize=10, loc="left"
    )
