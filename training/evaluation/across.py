"""How a model does in worlds it has not learned from: the papers leave the figures open, so a clinic may be any one.

Every world draws the figures of the cohort from their ranges; the best possible there is what one could say who knew
that world. No model knows it, so the distance to it holds two things: what the model does not get out of an
examination, and what nobody can know of a clinic from papers.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from training.cohort.completeness import FULL
from training.cohort.draw import draw
from training.cohort.posterior import limit
from training.cohort.world import World
from training.dataset import Dataset
from training.estimator import Model, root_log_loss
from training.evaluation.judged import ROOT_NAMES
from training.evaluation.measures import reliability


def across_worlds(model: Model, worlds: Sequence[World], patients: int, seed: int) -> list[dict[str, Any]]:
    """For each world: by root the area on full examinations and the calibration error over all, and the log-loss of the
    model and of the best possible there.
    """
    return [_in_world(model, world, patients, seed + number) for number, world in enumerate(worlds)]


def _in_world(model: Model, world: World, patients: int, seed: int) -> dict[str, Any]:
    cohort = draw([world], patients, seed, twice=False)
    data = Dataset.of_cohort(cohort)
    said, best = model.probabilities(data.rows), limit([world], cohort.codes)
    full = data.completeness == FULL
    return {
        "auc_full": {
            root: float(roc_auc_score(data.involved[full, i], said[full, i])) for i, root in enumerate(ROOT_NAMES)
        },
        "ece": {root: reliability(data.involved[:, i], said[:, i]).error for i, root in enumerate(ROOT_NAMES)},
        "log_loss": root_log_loss(data.involved, said),
        "log_loss_best": root_log_loss(data.involved, best),
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
    ratios = [world["log_loss"] / world["log_loss_best"] for world in found]
    return {"worlds": len(found), "log_loss_ratio": ends(ratios), **by_root}
