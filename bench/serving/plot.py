"""The figures as one picture: answers a second of every server, and how long one waits for an answer."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import FuncFormatter, NullFormatter

from bench.own_service import ROOT
from bench.serving.figures import Figures, Measured, times
from bench.serving.goals import MANY, PEERS
from bench.serving.ours import FLOOR, NO_OP, OURS
from training.evaluation.plots import BLUE, GREY, ORANGE

PICTURE: Final = "speed.svg"


def write(figures: Figures, docs: Path = ROOT / "docs") -> None:
    """Draw the picture and put it beside the page; the same figures give the same bytes."""
    drawn = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": PICTURE, "font.size": 9}):
        picture(figures).savefig(drawn, format="svg", metadata={"Date": None})
    lines = (line.rstrip() for line in drawn.getvalue().splitlines())
    (docs / PICTURE).write_text("\n".join(lines) + "\n", encoding="utf-8")


def picture(figures: Figures) -> Drawing:
    """Two panels over the same servers: 32 at once, answers a second; one at a time, milliseconds."""
    drawing = Drawing(figsize=(10, 0.4 * len(figures.servers) + 1.6), layout="constrained", dpi=110)
    FigureCanvasSVG(drawing)
    many, one = drawing.subplots(1, 2, sharey=True)
    _bars(many, figures, lambda each: each.median("rate", MANY), "{:,.0f}")
    _bars(one, figures, lambda each: each.median("p50", 1), "{:.2f}")
    many.set_yticks(range(len(figures.servers)), [each.name.replace("`", "") for each in figures.servers])
    many.invert_yaxis()
    many.set_title(f"Answers a second, {MANY} at once", fontsize=10, loc="left")
    one.set_title("Median wait, one at a time, in ms", fontsize=10, loc="left")
    drawing.suptitle(_title(figures), fontsize=11, fontweight="bold")
    return drawing


def _bars(axes: Axes, figures: Figures, value: Callable[[Measured], float], form: str) -> None:
    for at, each in enumerate(figures.servers):
        found = value(each)
        axes.barh(at, found, height=0.7, color=_colour(each.name))
        axes.text(found * 1.08, at, form.format(found), va="center", fontsize=8)
    axes.set_xscale("log")
    axes.set_xlim(right=axes.get_xlim()[1] * 2.2)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda tick, _: f"{tick:,g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("logarithmic")
    axes.tick_params(axis="y", length=0)
    axes.spines[["top", "right"]].set_visible(False)


def _colour(name: str) -> str:
    if name in PEERS:
        return ORANGE
    return GREY if name in (FLOOR, NO_OP) else BLUE


def _title(figures: Figures) -> str:
    """What is to be seen: how often we answer while a peer answers once."""
    ours = figures.named(OURS)
    beside = [each for each in figures.servers if each.name in PEERS]
    if ours is None or not beside:
        return "Answers of one process on one core"
    told = [f"{times(ours, each, MANY):.1f} of {_short(each.name)}" for each in beside]
    return "Answers of ours for each one " + ", ".join(told)


def _short(name: str) -> str:
    """`MLflow ONNX` for `MLflow, the ONNX model`."""
    return name.replace(", the ", " ").removesuffix(" model")
