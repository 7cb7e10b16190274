"""The report of a model: every measure, root by root, over all exams and in every subgroup, as one plain document.

It holds nothing but JSON: no NaN, `None` for what cannot be said. Layout of `report.json`:

- `format`, `examinations`, `patients`, `nominal_coverage`
- `summary`: `log_loss_ratio`, `log_loss_ratio_full`, `log_loss_ratio_sparse` (mean log-loss over the three roots, of
  the model over that of the limit); `ece`, `auc`, `calibration_slope` by root; `coverage` (pooled over every involved
  root), `coverage_by_root`, `worst_subgroup` and `worst_root_in_subgroup` (farthest from nominal, of
  those with SURE_POSITIVES involved roots)
- `overall` and `subgroups.<family>.<name>`: one group each
- a group: `n`; `mean_log_loss` by forecaster over the three roots; `exact`: share of exams with all roots right, of the
  model and of every baseline that calls roots; `sets`: `positives`, `coverage` (with interval) and `mean_size` of the
  prediction sets; `roots.<L4|L5|S1|none>`: one cell each
- a cell: `n`, `positives`, `prevalence`; then `too_few` with the reason, or `mean_probability`, `auc` with interval,
  `log_loss`, `brier`, `calibration_slope` (with `calibration_slope_error`, its standard error),
  `calibration_intercept`, `ece` (`ece_by_chance`: see `measures`),
  `coverage` (roots only), `limit` and `baselines.<name>` with their `auc` and `log_loss`
- `reliability.<root>`: bins of the overall exams, and `histogram`: counts of twenty equal slices of probability
- `decision_curves.<root>`: `thresholds`, and net benefit of `model`, `treat_all`, `treat_none` and baselines that call
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from training.dataset import Dataset
from training.evaluation.judged import ROOT_NAMES, Judged, ratio
from training.evaluation.subgroups import subgroups

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Report = dict[str, Any]
Group = dict[str, Any]

FORMAT = 1
SURE_POSITIVES = 900
"""From so many involved roots on, chance moves a coverage of 90 % by at most three points (three standard errors)."""
DECIMALS = 6


def report(
    test: Dataset,
    probabilities: Floats,
    sets: Bools,
    *,
    coverage: float,
    baselines: Mapping[str, npt.ArrayLike],
    limit: Floats | None = None,
) -> Report:
    """Judge a model on `test`, which it has never seen.

    `probabilities` (n, 4) are the model's by COLUMNS, `sets` (n, 3) its prediction sets, whose nominal coverage is
    `coverage`; `limit` (n, 4) are the best that anyone could state, where that is known. `baselines` by name are (n, 3)
    or (n, 4): probabilities, or calls of 0 and 1. The prevalence alone is added to them.

    Raises:
        ValueError: the arrays do not have a row for each exam, or there is no exam.
    """
    judged = Judged(test, probabilities, sets, baselines, limit)
    overall = judged.group(np.ones(len(test), dtype=bool))
    within = {
        family: {name: judged.group(mask) for name, mask in masks.items()} for family, masks in subgroups(test).items()
    }
    found: Report = {
        "format": FORMAT,
        "examinations": len(test),
        "patients": len(np.unique(test.patients)),
        "nominal_coverage": coverage,
        "summary": summary(overall, within, coverage),
        "overall": overall,
        "subgroups": within,
        "reliability": judged.reliability(),
        "decision_curves": judged.decision_curves(),
    }
    return {key: _plain(value) for key, value in found.items()}


def summary(overall: Group, within: Mapping[str, Mapping[str, Group]], nominal: float) -> dict[str, Any]:
    """The few numbers that a model stands or falls by, from the groups of the report."""
    kinds = within["completeness"]
    cells = {root: overall["roots"][root] for root in ROOT_NAMES}
    pooled, by_root = [], []
    for family, groups in within.items():
        for name, group in groups.items():
            pooled.append({"subgroup": f"{family}: {name}", **group["sets"]})
            by_root += [{"subgroup": f"{family}: {name}", "root": root, **group["roots"][root]} for root in ROOT_NAMES]
    return {
        "log_loss_ratio": _group_ratio(overall),
        "log_loss_ratio_full": _group_ratio(kinds.get("full")),
        "log_loss_ratio_sparse": _group_ratio(kinds.get("sparse")),
        "ece": {root: cell.get("ece") for root, cell in cells.items()},
        "auc": {root: cell.get("auc") for root, cell in cells.items()},
        "calibration_slope": {root: cell.get("calibration_slope") for root, cell in cells.items()},
        "coverage": overall["sets"]["coverage"],
        "coverage_by_root": {root: cell.get("coverage") for root, cell in cells.items()},
        "worst_subgroup": _farthest(pooled, nominal, ("subgroup", "positives", "coverage")),
        "worst_root_in_subgroup": _farthest(by_root, nominal, ("subgroup", "root", "positives", "coverage")),
    }


def _farthest(found: list[dict[str, Any]], nominal: float, keys: tuple[str, ...]) -> dict[str, Any] | None:
    known = [each for each in found if each.get("coverage") is not None and each["positives"] >= SURE_POSITIVES]
    if not known:
        return None
    worst = max(known, key=lambda each: abs(each["coverage"] - nominal))
    return {key: worst[key] for key in keys}


def _group_ratio(group: Group | None) -> float | None:
    losses = {} if group is None else group["mean_log_loss"]
    return ratio(losses["model"], losses["limit"]) if "limit" in losses else None


def _plain(value: Any) -> Any:
    """The same in plain JSON types, rounded; what is not a finite number is None."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return round(value, DECIMALS) if np.isfinite(value) else None
    return value
