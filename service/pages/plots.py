"""The plots of a release for the page of the model: which there are, how large, and what is to be seen in each.

Training draws them from the report of the release (training/evaluation/plots.py says what each shows). What is said of
them here is worked out from the same report, so that who cannot see a plot learns what it shows, and no figure is made
up. Where a figure was not measured, the plot is shown without it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from features.anatomy import ROOTS
from service.model_card.report import Group, Report

FOLDER: Final = "plots"
SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
"""The first eight bytes of a PNG (W3C PNG specification, 5.2); width and height stand at 16 and 20 (11.2.1)."""
OTHER: Final = "other"

FAMILIES: Final = {"completeness": "exam"}
"""Families of groups that the plots call otherwise than the report."""

Figures = dict[str, str]
"""What stands in the places of a sentence, as it is read."""
Extreme = tuple[float, str]
"""A value, and which group it is of."""


@dataclass(frozen=True, kw_only=True)
class Plot:
    """One plot; `told` is the code under which the words of the page describe it, with `figures` in their places."""

    name: str
    width: int
    height: int
    told: str
    figures: Mapping[str, str]

    @property
    def tall(self) -> bool:
        """Whether it is much higher than wide, and would push the rest off the page."""
        return self.height > 1.5 * self.width


def plots_of(folder: Path | None, report: Report | None) -> tuple[Plot, ...]:
    """The plots of the release in `folder` in reading order; none without the report they were drawn from."""
    if folder is None or report is None:
        return ()
    return tuple(_plot(name, content, report) for name, content in _found(folder))


def plot_bytes(folder: Path | None, name: str) -> bytes | None:
    """The plot of that name, byte for byte; None where the release has none.

    `name` is compared with what is there and never made part of a path.
    """
    return None if folder is None else next((content for each, content in _found(folder, name) if each == name), None)


def _found(folder: Path, only: str | None = None) -> Iterator[tuple[str, bytes]]:
    """The plots by name, those that are known first; what is no PNG, or leads elsewhere, is not one."""
    try:
        paths = [each for each in (folder / FOLDER).iterdir() if each.suffix == ".png" and not each.is_symlink()]
    except OSError:
        return
    order = [*TOLD]
    for path in sorted(
        paths, key=lambda each: (order.index(each.stem) if each.stem in TOLD else len(order), each.stem)
    ):
        if only not in (None, path.stem):
            continue
        try:
            content = path.read_bytes()
        except OSError:
            continue
        if content.startswith(SIGNATURE) and len(content) > 24:
            yield path.stem, content


def _plot(name: str, content: bytes, report: Report) -> Plot:
    figures = TOLD[name](report) if name in TOLD else None
    return Plot(
        name=name,
        width=int.from_bytes(content[16:20], "big"),
        height=int.from_bytes(content[20:24], "big"),
        told=OTHER if figures is None else name,
        figures={"name": name.replace("_", " ")} if figures is None else figures,
    )


def _reliability(report: Report) -> Figures | None:
    cells = report.overall.roots
    known = {name: cell.ece for name, cell in cells.items() if cell.ece is not None}
    slopes = [cell.calibration_slope for cell in cells.values() if cell.calibration_slope is not None]
    if not known or not slopes:
        return None
    worst = max(known, key=lambda name: known[name])
    return {
        "exams": f"{report.examinations:,}",
        "worst": f"{100 * known[worst]:.1f}",
        "which": worst,
        "low": f"{min(slopes):.2f}",
        "high": f"{max(slopes):.2f}",
    }


def _decision_curves(report: Report) -> Figures | None:
    ahead = judged = 0
    for curve in report.decision_curves.values():
        others = [values for name, values in curve.items() if name not in ("thresholds", "model")]
        own = curve.get("model", ())
        if not own or any(len(each) != len(own) for each in others):
            return None
        ahead += sum(value > max(each) for value, each in zip(own, zip(*others, strict=True), strict=True))
        judged += len(own)
    return {"ahead": str(ahead), "judged": str(judged)} if judged else None


def _areas(report: Report) -> Figures | None:
    overall = [report.overall.roots[root].auc for root in ROOTS if root in report.overall.roots]
    values = [
        (cell.auc, f"{root}, {name}")
        for name, group in _groups(report)
        for root, cell in group.roots.items()
        if root in ROOTS and cell.auc is not None
    ]
    if None in overall or len(overall) < len(ROOTS) or not values:
        return None
    stated = ", ".join(f"{root} {area:.2f}" for root, area in zip(ROOTS, overall, strict=True))
    return {"stated": stated, **_ends(values, lambda value: f"{value:.2f}")}


def _distance(report: Report) -> Figures | None:
    names = {"all": "log_loss_ratio", "full": "log_loss_ratio_full", "sparse": "log_loss_ratio_sparse"}
    ratios = {name: report.summary.get(code) for name, code in names.items()}
    if any(not isinstance(ratio, int | float) for ratio in ratios.values()):
        return None
    return {name: f"{100 * (float(ratio or 0) - 1):.1f}" for name, ratio in ratios.items()}


def _coverage(report: Report) -> Figures | None:
    values = [(group.sets.coverage, name) for name, group in _groups(report) if group.sets.coverage is not None]
    if report.overall.sets.coverage is None or not values:
        return None
    return {
        "kept": _percent(report.overall.sets.coverage),
        "nominal": f"{100 * report.nominal_coverage:.0f} %",
        **_ends(values, _percent),
    }


def _goodness(report: Report) -> Figures | None:
    inside, judged = sum(each.inside for each in report.goodness_of_fit), len(report.goodness_of_fit)
    return {"inside": str(inside), "judged": str(judged), "outside": str(judged - inside)} if judged else None


TOLD: Final[Mapping[str, Callable[[Report], Figures | None]]] = {
    "reliability": _reliability,
    "areas": _areas,
    "coverage": _coverage,
    "decision_curves": _decision_curves,
    "distance_to_limit": _distance,
    "goodness_of_fit": _goodness,
}
"""What is told of each plot that training draws, in reading order; None where the report lacks it."""


def _groups(report: Report) -> Iterator[tuple[str, Group]]:
    for family, groups in report.subgroups.items():
        for name, group in groups.items():
            yield f"{FAMILIES.get(family, family)} {name}".replace("_", " "), group


def _ends(values: list[Extreme], shown: Callable[[float], str]) -> Figures:
    (low, lowest), (high, highest) = min(values), max(values)
    return {"low": shown(low), "lowest": lowest, "high": shown(high), "highest": highest}


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
