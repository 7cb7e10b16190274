"""Everything that was said of the same exams, held against the truth: cell by cell, group by group."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from features.anatomy import ROOTS
from features.involvement import MORE_LIKELY_THAN_NOT
from training.dataset import Dataset
from training.estimator import COLUMNS
from training.evaluation import measures

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

LEAST_POSITIVES = 50
"""With fewer exams on either side nothing is said of a cell."""
ROOT_NAMES = COLUMNS[: len(ROOTS)]
THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(1, 20))
SLICES = 20


class Judged:
    """The n exams of `test` and what model, limit and baselines say of them; the arguments are those of `report`.

    Raises, when made:
        ValueError: the arrays do not have a row for each exam, or there is no exam.
    """

    def __init__(
        self,
        test: Dataset,
        probabilities: Floats,
        sets: Bools,
        baselines: Mapping[str, npt.ArrayLike],
        limit: Floats | None,
    ) -> None:
        self.involved, self.sets = test.involved, sets
        self.truth = np.column_stack([test.involved, ~test.involved.any(axis=1)])
        self.model = np.asarray(probabilities, dtype=np.float64)
        self.limit = None if limit is None else np.asarray(limit, dtype=np.float64)
        given = {name: np.asarray(stated, dtype=np.float64) for name, stated in baselines.items()}
        everything = {"model": self.model, "sets": sets, **given} | ({} if limit is None else {"limit": limit})
        for name, stated in everything.items():
            if len(test) == 0 or len(stated) != len(test):
                raise ValueError(f"{name} has {len(stated)} rows for {len(test)} exams")
        self.calls = {name: _whole(stated > 0) for name, stated in given.items() if _calls(stated)}
        shares = np.broadcast_to(self.truth.mean(axis=0), self.truth.shape)
        self.forecasts = {"prevalence": shares} | {name: each for name, each in given.items() if not _calls(each)}

    def group(self, chosen: Bools) -> dict[str, Any]:
        """Everything about the exams of one group."""
        involved, kept = self.involved[chosen], self.sets[chosen]
        cells = {name: self._cell(i, chosen) for i, name in enumerate(COLUMNS)}
        called = {"model": likely(self.model[chosen])} | {
            name: c[chosen, : len(ROOTS)] for name, c in self.calls.items()
        }
        return {
            "n": int(chosen.sum()),
            "mean_log_loss": self._mean_log_loss(chosen),
            "exact": {name: float((each == involved).all(axis=1).mean()) for name, each in called.items()},
            "sets": {**_coverage(kept[involved]), "mean_size": float(kept.sum(axis=1).mean())},
            "roots": cells,
        }

    def _cell(self, i: int, chosen: Bools) -> dict[str, Any]:
        truth, stated = self.truth[chosen, i], self.model[chosen, i]
        positives, n = int(truth.sum()), len(truth)
        counted = {"n": n, "positives": positives, "prevalence": positives / n}
        if min(positives, n - positives) < LEAST_POSITIVES:
            return {**counted, "too_few": f"{positives} of {n} exams; {LEAST_POSITIVES} on either side are needed"}
        line, bins = measures.calibration_line(truth, stated), measures.reliability(truth, stated)
        cell: dict[str, Any] = {
            **counted,
            "mean_probability": float(stated.mean()),
            **_area(truth, stated),
            "log_loss": measures.log_loss(truth, stated),
            "brier": measures.brier(truth, stated),
            "calibration_slope": None if line is None else line.slope,
            "calibration_slope_error": None if line is None else line.slope_error,
            "calibration_intercept": None if line is None else line.intercept,
            "ece": bins.error,
            "ece_by_chance": bins.error_by_chance,
            "ece_most_by_chance": bins.most_by_chance,
        }
        if i < len(ROOTS):
            cell |= {
                name: value for name, value in _coverage(self.sets[chosen, i][truth]).items() if name != "positives"
            }
        if self.limit is not None:
            best = self.limit[chosen, i]
            loss = measures.log_loss(truth, best)
            cell["limit"] = {**_area(truth, best), "log_loss": loss, "log_loss_ratio": ratio(cell["log_loss"], loss)}
        return cell | {"baselines": self._baselines(i, chosen, truth)}

    def _baselines(self, i: int, chosen: Bools, truth: Bools) -> dict[str, Any]:
        judged: dict[str, Any] = {}
        for name, each in self.forecasts.items():
            if i < each.shape[1]:
                stated = each[chosen, i]
                judged[name] = {**_area(truth, stated), "log_loss": measures.log_loss(truth, stated)}
        for name, calls in self.calls.items():
            called = calls[chosen, i]
            judged[name] = {
                **_area(truth, called.astype(np.float64)),
                "sensitivity": float(called[truth].mean()),
                "specificity": float((~called[~truth]).mean()),
                "log_loss": measures.log_loss(truth, measures.predictive_values(truth, called)),
            }
        return judged

    def _mean_log_loss(self, chosen: Bools) -> dict[str, float]:
        """Mean over the three roots of the log-loss of each forecaster; calls are read as their predictive values."""
        losses: dict[str, float] = {}
        forecasts = {"model": self.model} | ({} if self.limit is None else {"limit": self.limit}) | self.forecasts
        for name, each in forecasts.items():
            losses[name] = _mean(measures.log_loss(self.truth[chosen, i], each[chosen, i]) for i in range(len(ROOTS)))
        for name, calls in self.calls.items():
            truths = [(self.truth[chosen, i], calls[chosen, i]) for i in range(len(ROOTS))]
            losses[name] = _mean(measures.log_loss(t, measures.predictive_values(t, called)) for t, called in truths)
        return losses

    def reliability(self) -> dict[str, Any]:
        """The bins behind the calibration error over all exams, and how often each probability is stated."""
        drawn = {}
        for i, name in enumerate(COLUMNS):
            bins = measures.reliability(self.truth[:, i], self.model[:, i])
            involved = [round(share * count) for share, count in zip(bins.observed, bins.count, strict=True)]
            limits = [measures.share_interval(k, n) for k, n in zip(involved, bins.count, strict=True)]
            drawn[name] = {
                "count": list(bins.count),
                "mean": list(bins.mean),
                "observed": list(bins.observed),
                "observed_low": [low for low, _ in limits],
                "observed_high": [high for _, high in limits],
                "histogram": np.histogram(self.model[:, i], bins=SLICES, range=(0, 1))[0].tolist(),
            }
        return drawn

    def decision_curves(self) -> dict[str, Any]:
        """Net benefit over all exams at every threshold."""
        curves = {}
        for i, name in enumerate(ROOT_NAMES):
            truth = self.truth[:, i]
            everybody = np.ones(len(truth))
            curves[name] = {
                "thresholds": list(THRESHOLDS),
                "model": measures.net_benefit(truth, self.model[:, i], THRESHOLDS),
                "treat_all": measures.net_benefit(truth, everybody, THRESHOLDS),
                "treat_none": [0.0] * len(THRESHOLDS),
            } | {
                each: measures.net_benefit(truth, calls[:, i].astype(np.float64), THRESHOLDS)
                for each, calls in self.calls.items()
            }
        return curves


def likely(probabilities: Floats) -> Bools:
    """The roots held to be involved, (n, 3), as `features.involvement.Involvement.likely_roots` has them for one."""
    roots, none = probabilities[:, : len(ROOTS)], probabilities[:, len(ROOTS)]
    held = roots >= MORE_LIKELY_THAN_NOT
    likeliest = np.arange(len(ROOTS)) == roots.argmax(axis=1)[:, None]
    held = np.where(held.any(axis=1, keepdims=True), held, likeliest)
    return np.asarray(held & (none < MORE_LIKELY_THAN_NOT)[:, None])


def ratio(one: float | None, other: float | None) -> float | None:
    """`one` over `other`, where both are known."""
    return one / other if one is not None and other else None


def _coverage(kept: Bools) -> dict[str, Any]:
    """How many involved roots there are, and the share of them that the prediction sets kept."""
    if len(kept) < LEAST_POSITIVES:
        return {"positives": len(kept), "coverage": None, "coverage_low": None, "coverage_high": None}
    low, high = measures.share_interval(int(kept.sum()), len(kept))
    return {"positives": len(kept), "coverage": float(kept.mean()), "coverage_low": low, "coverage_high": high}


def _area(truth: Bools, stated: Floats) -> dict[str, float]:
    found = measures.area(truth, stated)
    return {"auc": found.auc, "auc_low": found.low, "auc_high": found.high}


def _calls(stated: Floats) -> bool:
    return bool(np.isin(stated, (0.0, 1.0)).all())


def _whole(calls: Bools) -> Bools:
    """Calls of the three roots, with the call of none of them beside: (n, 4)."""
    roots = calls[:, : len(ROOTS)]
    return np.column_stack([roots, ~roots.any(axis=1)])


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))
