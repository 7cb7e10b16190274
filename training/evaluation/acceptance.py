"""The limits that a model has to keep before it is written: those of `params.toml`, held against its report.

They refuse a model that is of no use, one whose probabilities or prediction sets are off, one that is far from the best
possible, and one that is too good, because then the cohort is cleaner than any clinic. They prove nothing about
patients. Where there are so few exams that chance alone goes beyond a limit, only what goes beyond chance is refused
(three standard errors): a small site could otherwise never pass, nor fail for a reason.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from training.evaluation.judged import ROOT_NAMES
from training.evaluation.report import DECIMALS, Report

STANDARD_ERRORS = 3
PLAIN = ("prevalence", "textbook", "naive_bayes")
"""The baselines that a model has to beat, where the report has them."""


class NotAccepted(Exception):
    """The model does not keep the limits of params.toml: nothing is written."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a report has to keep; a table of `params.toml` with these names.

    `calibration_error` of each root and of none of them; `slope_within` least and most; `coverage_overall` and
    `coverage_subgroup` how far from nominal, for the roots together and each alone; `auc_full_within` by root, on full
    examinations; `log_loss_ratio_full` and `log_loss_ratio_sparse` to the best possible, at most.
    """

    calibration_error: float
    slope_within: tuple[float, float]
    coverage_overall: float
    coverage_subgroup: float
    auc_full_within: Mapping[str, tuple[float, float]]
    log_loss_ratio_full: float
    log_loss_ratio_sparse: float


def accept(report: Report, limits: Limits, *, own_data: bool = False) -> None:
    """Compare the report with the limits; `own_data` is that of a site, where much may be rough and some unknown.

    A site's exams are as hard as they are, its rare roots may be too few to judge (the card says so), sets that hold
    too much are no danger, and what both the thresholds and the test owe to chance is allowed for.

    Raises:
        NotAccepted: with every limit that is not kept.
    """
    if own_data:
        faults = [*_calibration(report, limits, own_data), *_worth_having(report), *_coverage(report, limits, own_data)]
    else:
        faults = [
            *_calibration(report, limits, own_data),
            *_usefulness(report),
            *_difficulty(report, limits),
            *_distance(report, limits),
            *_coverage(report, limits, own_data),
        ]
    if faults:
        raise NotAccepted("not accepted, nothing written: " + "; ".join(faults))


def _calibration(report: Report, limits: Limits, own_data: bool) -> Iterator[str]:
    least, most = limits.slope_within
    for root, cell in report["overall"]["roots"].items():
        if "too_few" in cell:
            if not own_data:
                yield f"{root}: cannot be judged, {cell['too_few']}"
            continue
        allowed = max(limits.calibration_error, cell["ece_most_by_chance"])
        if not cell["ece"] <= allowed:
            yield f"{root}: calibration error {cell['ece']:.4f} is above {allowed:.4g}"
        slope, error = cell["calibration_slope"], cell["calibration_slope_error"]
        by_chance = 0.0 if error is None else STANDARD_ERRORS * error
        allowed_from, allowed_to = min(least, 1 - by_chance), max(most, 1 + by_chance)
        if slope is None or not allowed_from <= slope <= allowed_to:
            yield f"{root}: calibration slope {_number(slope)} is not within {allowed_from:.3g} to {allowed_to:.3g}"


def _usefulness(report: Report) -> Iterator[str]:
    for root in ROOT_NAMES:
        cell = report["overall"]["roots"][root]
        for name in PLAIN:
            baseline = cell.get("baselines", {}).get(name)
            if baseline is None:
                continue
            for measure, better in (("log_loss", -1), ("auc", 1)):
                if not better * cell[measure] > better * baseline[measure]:
                    yield (
                        f"{root}: {measure} {cell[measure]:.4f} is no better than that of {name} "
                        f"({baseline[measure]:.4f})"
                    )


def _worth_having(report: Report) -> Iterator[str]:
    losses = report["overall"]["mean_log_loss"]
    if not losses["model"] < losses["prevalence"]:
        yield f"log-loss {losses['model']:.4f} is no better than that of the prevalence ({losses['prevalence']:.4f})"


def _difficulty(report: Report, limits: Limits) -> Iterator[str]:
    full = report["subgroups"]["completeness"].get("full")
    for root, (least, most) in limits.auc_full_within.items() if full else ():
        auc = full["roots"][root].get("auc")
        if auc is not None and not least <= auc <= most:
            yield f"{root}: area on full examinations {auc:.4f} is not within {least} to {most}"


def _distance(report: Report, limits: Limits) -> Iterator[str]:
    """No limit is known for a site's own exams, and a ratio that is not known is not held against anyone."""
    for kind in ("full", "sparse"):
        ratio, most = report["summary"][f"log_loss_ratio_{kind}"], getattr(limits, f"log_loss_ratio_{kind}")
        if ratio is not None and not ratio <= most:
            yield f"log-loss on {kind} examinations is {ratio:.4f} times the best possible, more than {most}"


def _coverage(report: Report, limits: Limits, own_data: bool) -> Iterator[str]:
    nominal = report["nominal_coverage"]
    yield from _covered(report["overall"], "all exams", nominal, limits.coverage_overall, own_data)
    for family, groups in report["subgroups"].items():
        for name, group in groups.items():
            yield from _covered(group, f"{family} {name}", nominal, limits.coverage_subgroup, own_data)


def _covered(group: Mapping[str, Any], name: str, nominal: float, limit: float, own_data: bool) -> Iterator[str]:
    parts = {"all roots": group["sets"], **{root: group["roots"][root] for root in ROOT_NAMES}}
    for part, found in parts.items():
        coverage = found.get("coverage")
        if coverage is None:
            continue
        # The thresholds come from about as few exams as the test part has, and are as uncertain.
        errors = STANDARD_ERRORS * (float(np.sqrt(2)) if own_data else 1.0)
        allowed = max(limit, errors * float(np.sqrt(nominal * (1 - nominal) / found["positives"])))
        off = nominal - coverage if own_data else abs(coverage - nominal)
        if not round(off, DECIMALS) <= allowed:
            yield f"{part}: coverage {coverage:.4f} on {name} is more than {allowed:.3g} from {nominal}"


def _number(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.3f}"
