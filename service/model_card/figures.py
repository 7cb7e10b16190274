"""The figures of a report as tables: the same ones for programs and for the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from features.anatomy import ROOTS
from service.model_card.report import Group, Range, Report

Value = str | int | float | None
"""What stands in a table; None where it was not measured."""

DECIMALS: Final = 3
DEMOGRAPHIC: Final = ("age", "sex", "setting")
"""The families of subgroups that say whose exams they are; the others say what was examined."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """Figures of one kind; every row has a value for each of `columns`."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


def performance(report: Report) -> Table:
    """Each root on all held-out exams, and by how complete they are."""
    groups = {"all": report.overall, **report.subgroups.get("completeness", {})}
    return Table(
        caption=f"{report.examinations:,} held-out exams of {report.patients:,} patients. AUC: area under the ROC "
        "curve, with its 95 % interval. Slope: of calibration, 1 is right. Error: expected calibration error. Kept: "
        f"share of involved roots that the prediction set holds (nominal {report.nominal_coverage:g}).",
        columns=("exams", "root", "n", "involved", "AUC", "from", "to", "log-loss", "Brier", "slope", "error", "kept"),
        rows=tuple(
            (
                name,
                root,
                cell.n,
                *map(_rounded, (cell.prevalence, cell.auc, cell.auc_low, cell.auc_high)),
                *map(_rounded, (cell.log_loss, cell.brier, cell.calibration_slope, cell.ece, cell.coverage)),
            )
            for name, group in groups.items()
            for root, cell in group.roots.items()
        ),
    )


def by_subgroup(report: Report) -> Table:
    """Discrimination, calibration and coverage in every subgroup."""
    return Table(
        caption="Held-out exams by subgroup. AUC of each root; the largest calibration error of the three; share of "
        "involved roots that the prediction set holds; roots in the set on average.",
        columns=("by", "subgroup", "n", *(f"AUC {root}" for root in ROOTS), "error", "kept", "roots in the set"),
        rows=tuple(
            (family, _named(name), group.n, *_judged(group))
            for family, groups in report.subgroups.items()
            for name, group in groups.items()
        ),
    )


def people(report: Report) -> Table:
    """Whose exams were held out, as shares."""
    return Table(
        caption="Held-out exams by age in years, sex and setting.",
        columns=("by", "subgroup", "n", "share"),
        rows=tuple(
            (family, _named(name), group.n, _rounded(group.n / report.examinations))
            for family, groups in _demographic(report).items()
            for name, group in groups.items()
        ),
    )


def elsewhere(report: Report) -> Table | None:
    """What became of the model in cohorts that it did not learn from; None where there were none."""
    found = report.other_worlds
    if found is None:
        return None
    ranges: dict[str, Range] = {f"AUC {root}, full exams": each for root, each in found.auc_full.items()}
    ranges |= {f"calibration error {root}": each for root, each in found.ece.items()}
    if found.coverage is not None:
        ranges["share kept by the prediction sets"] = found.coverage
    return Table(
        caption=f"The same in {found.worlds} other cohorts, whose figures the model has not learned from.",
        columns=("measure", "lowest", "median", "highest"),
        rows=tuple((measure, *map(_rounded, each)) for measure, each in ranges.items()),
    )


def _demographic(report: Report) -> Mapping[str, Mapping[str, Group]]:
    return {family: groups for family, groups in report.subgroups.items() if family in DEMOGRAPHIC}


def _judged(group: Group) -> tuple[Value, ...]:
    cells = [group.roots.get(root) for root in ROOTS]
    errors = [cell.ece for cell in cells if cell is not None and cell.ece is not None]
    areas = [None if cell is None else cell.auc for cell in cells]
    return tuple(map(_rounded, (*areas, max(errors, default=None), group.sets.coverage, group.sets.mean_size)))


def _named(subgroup: str) -> str:
    return subgroup.replace("_", " ")


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DECIMALS)
