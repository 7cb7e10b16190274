"""How a model does in worlds it has not learned from: the papers leave the figures open, so a clinic may be any one.

Every world draws the figures of the cohort from their ranges; the best possible there is what one could say who knew
that world. No model knows it, so the distance to it holds two things: what the model does not get out of an
examination, and what nobody can know of a clinic from papers.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from features.encoding import Row
from training.cohort.completeness import FULL
from training.cohort.draw import draw
from training.cohort.posterior import limit
from training.cohort.world import World
from training.dataset import Dataset
from training.estimator import Model, root_log_loss
from training.evaluation.judged import ROOT_NAMES
from training.evaluation.measures import Bools, Floats, reliability

Sets = Callable[[Floats, Row], Bools]
"""Prediction sets (n, 3) from probabilities (n, 4) and rows."""


def across_worlds(model: Model, sets: Sets, worlds: Sequence[World], patients: int, seed: int) -> list[dict[str, Any]]:
    """For each world: by root the area on full examinations and the calibration error over all; the share of involved
    roots that the prediction sets keep; the log-loss of the model and of the best possible there, over all examinations
    and by completeness.
    """
    return [_in_world(model, sets, world, patients, seed + number) for number, world in enumerate(worlds)]


def _in_world(model: Model, sets: Sets, world: World, patients: int, seed: int) -> dict[str, Any]:
    cohort = draw([world], patients, seed, twice=False)
    data = Dataset.of_cohort(cohort)
    said, best = model.probabilities(data.rows), limit([world], cohort.codes)
    full = data.completeness == FULL
    return {
        "auc_full": {
            root: float(roc_auc_score(data.involved[full, i], said[full, i])) for i, root in enumerate(ROOT_NAMES)
        },
        "ece": {root: reliability(data.involved[:, i], said[:, i]).error for i, root in enumerate(ROOT_NAMES)},
        "coverage": float(sets(said, data.rows)[data.involved].mean()),
        "log_loss_ratio": root_log_loss(data.involved, said) / root_log_loss(data.involved, best),
        "log_loss_ratio_by_completeness": {
            str(kind): root_log_loss(data.involved[chosen], said[chosen])
            / root_log_loss(data.involved[chosen], best[chosen])
            for kind in np.unique(data.completeness)
            if (chosen := data.completeness == kind).any()
        },
        "prevalence": {root: float(data.involved[:, i].mean()) for i, root in enumerate(ROOT_NAMES)},
    }


def spread(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The middle and the ends of each measure over the worlds: [least, median, most]."""

    def ends(values: Sequence[float]) -> list[float]:
        return [float(value) for value in np.quantile(values, (0.0, 0.5, 1.0))]

    by_root = {
        measure: {root: ends([world[measure][root] for world in found]) for root in ROOT_NAMES}
        for measure in ("auc_full", "ece", "prevalence")
    }
    kinds = {
        kind: ends([world["log_loss_ratio_by_completeness"][kind] for world in found])
        for kind in found[0]["log_loss_ratio_by_completeness"]
    }
    overall = {name: ends([world[name] for world in found]) for name in ("log_loss_ratio", "coverage")}
    return {"worlds": len(found), **overall, "log_loss_ratio_by_completeness": kinds, **by_root}
