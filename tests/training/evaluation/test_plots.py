"""The figures show the numbers of the report, and their titles say what is in them."""

import copy
from typing import cast

import numpy as np
import pytest
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from training.evaluation.plots import PLOTS, areas, coverage, decision_curves, distance_to_limit, reliability
from training.evaluation.report import Report


def title(figure: Figure) -> str:
    return figure.get_suptitle()


def xs(line: Line2D) -> list[float]:
    return [float(value) for value in np.asarray(line.get_xdata())]


def ys(line: Line2D) -> list[float]:
    return [float(value) for value in np.asarray(line.get_ydata())]


def labels(figure: Figure, at: int = 0) -> set[str]:
    legend = figure.axes[at].get_legend()
    assert legend is not None
    return {text.get_text() for text in legend.get_texts()}


@pytest.mark.parametrize("name", PLOTS)
def test_every_figure_can_be_drawn(judged: Report, name: str) -> None:
    figure = PLOTS[name](judged)
    figure.canvas.draw()
    assert title(figure)
    assert sum(bool(axes.get_xlabel()) for axes in figure.axes) == {"reliability": 4, "decision_curves": 3}.get(name, 1)


@pytest.mark.parametrize("name", PLOTS)
def test_a_site_without_limit_or_baselines_gets_its_figures_too(judged: Report, name: str) -> None:
    bare = copy.deepcopy(judged)
    bare["summary"]["log_loss_ratio"] = None
    groups = [bare["overall"], *(group for groups in bare["subgroups"].values() for group in groups.values())]
    for group in groups:
        for other in ("limit", "textbook", "naive_bayes"):
            group["mean_log_loss"].pop(other)
        for cell in group["roots"].values():
            cell.pop("limit")
    bare["subgroups"]["sex"]["unknown"]["sets"]["coverage"] = None
    bare["subgroups"]["sex"]["unknown"]["roots"]["L4"] = {"n": 3, "positives": 1, "too_few": "1 of 3"}
    for curve in bare["decision_curves"].values():
        curve.pop("textbook")
    PLOTS[name](bare).canvas.draw()


def test_reliability_shows_the_bins(judged: Report) -> None:
    figure = reliability(judged)
    assert [axes.get_title().split(":")[0] for axes in figure.axes[:4]] == ["L4", "L5", "S1", "none"]
    bins = judged["reliability"]["L5"]
    (drawn,) = figure.axes[1].containers
    points = cast(ErrorbarContainer, drawn).lines[0]
    assert points is not None
    assert xs(points) == pytest.approx(bins["mean"])
    assert ys(points) == pytest.approx(bins["observed"])
    heights = [cast(Rectangle, bar).get_height() for bar in figure.axes[5].patches]
    assert heights == bins["histogram"]
    worst = max(cell["ece"] for cell in judged["overall"]["roots"].values())
    assert f"off by {100 * worst:.1f} points" in title(figure)


def test_decision_curves_show_every_policy(judged: Report) -> None:
    figure = decision_curves(judged)
    assert labels(figure) == {"nobody", "everybody", "textbook rule", "this model"}
    for axes, root in zip(figure.axes, ("L4", "L5", "S1"), strict=True):
        (model,) = (line for line in axes.get_lines() if line.get_label() == "this model")
        assert ys(model) == pytest.approx(judged["decision_curves"][root]["model"])
    assert "of 57 thresholds" in title(figure)


def test_areas_show_every_subgroup(judged: Report) -> None:
    figure = areas(judged)
    ticks = [text.get_text() for text in figure.axes[0].get_yticklabels()]
    assert len(ticks) == 14
    assert ticks[0] == "all exams (24,000)"
    assert any(tick.startswith("setting primary care") for tick in ticks)
    assert labels(figure) == {"L4", "L5", "S1", "best possible"}
    drawn = {round(xs(line)[0], 6) for line in figure.axes[0].get_lines() if len(xs(line)) == 1}
    assert judged["overall"]["roots"]["S1"]["auc"] in drawn


def test_the_distance_is_that_of_the_summary(judged: Report) -> None:
    figure = distance_to_limit(judged)
    assert title(figure) == "The model is 0.0 % above the log-loss of the best that is possible"
    assert labels(figure) == {"prevalence alone", "textbook rule", "naive Bayes", "this model", "best possible"}
    assert [text.get_text() for text in figure.axes[0].texts] == ["model +0.0 %"] * 4


def test_the_coverage_title_counts_the_subgroups_in_the_band(judged: Report) -> None:
    off = copy.deepcopy(judged)
    for name, share in (("female", 0.94), ("male", 0.93)):
        off["subgroups"]["sex"][name]["sets"]["coverage"] = share
    before, after = title(coverage(judged)), title(coverage(off))
    assert before.endswith("13 of 13 subgroups lie in the band")
    assert after.endswith("12 of 13 subgroups lie in the band")
