"""How many local cases it takes before local data beat the prior, and what mixing does.

Run by `python -m training.site.study`, within five minutes.

Several invented sites, each unlike the papers in its own way (`training.site.worlds`). At each, three models are judged
on exams of that site that none of them saw: the prior alone (the synthetic cohort), local exams alone, and both mixed.
The picture and the tables of docs/site-data.md come from here and from nowhere else.

One logistic regression per root stands for the model of the pipeline: it is fitted in a second, and the question is
about data, not about models. Its strength was set once, on a site that is not among those shown.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from features.anatomy import ROOTS
from training.dataset import Dataset
from training.site.mixing import DEFAULT_PRIOR_WEIGHT, mix
from training.site.worlds import FAR_SPREAD, SPREAD, draw, published, shifted

Floats = npt.NDArray[np.float64]
Predict = Callable[[Dataset], Floats]

SEED = 20240611
LOCAL_STRENGTH, MIXED_STRENGTH = 0.01, 0.02
"""scikit-learn's C for local exams alone and with a prior among them. Tried on a site drawn from seed 3: 0.003 to 0.03
and 0.003 to 0.1; the best of them at 100, 1,000 and 10,000 local exams is one of these two or beside it."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How large the study is, and how unlike the papers its sites are (`spread`, see `training.site.worlds`).

    `sizes` are local exams, `weights` the PRIOR_WEIGHTs that are compared.
    """

    sites: int = 6
    spread: float = SPREAD
    sizes: Sequence[int] = (50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000)
    weights: Sequence[float] = (300, DEFAULT_PRIOR_WEIGHT, 3000)
    prior_patients: int = 6000
    test_patients: int = 5000


@dataclass(frozen=True, kw_only=True)
class Curves:
    """What was measured, for each site: log-loss and area under the ROC curve, both means over the three roots.

    `prior` (sites, 2), `local` (sites, sizes, 2), `mixed` (sites, weights, sizes, 2); the last axis is log-loss, area.
    """

    plan: Plan
    prior: Floats
    local: Floats
    mixed: Floats

    @property
    def better_of_two(self) -> Floats:
        """The lower log-loss of prior alone and local alone: (sites, sizes)."""
        return np.minimum(self.local[:, :, 0], self.prior[:, None, 0])

    @property
    def regret(self) -> Floats:
        """How much worse than the better of the two each mixture is, in log-loss: (sites, weights, sizes)."""
        return self.mixed[..., 0] - self.better_of_two[:, None, :]


def run(plan: Plan, seed: int, tell: Callable[[str], None]) -> Curves:
    """Draw the sites, fit and judge; `tell` hears about the progress."""
    rng = np.random.default_rng(seed)
    prior = draw(published(), plan.prior_patients, rng)
    from_prior = fit(prior, MIXED_STRENGTH)
    priors, locals_, mixtures = [], [], []
    for number in range(plan.sites):
        site = shifted(rng, plan.spread)
        everyone = draw(site, max(plan.sizes), rng)
        test = draw(site, plan.test_patients, rng)
        priors.append(judge(from_prior(test), test))
        local, mixed = [], []
        for size in plan.sizes:
            seen = everyone.where(np.arange(size))
            local.append(judge(fit(seen, LOCAL_STRENGTH)(test), test))
            mixed.append([judge(fit(mix(seen, prior, w), MIXED_STRENGTH)(test), test) for w in plan.weights])
        locals_.append(local)
        mixtures.append(mixed)
        tell(f"site {number + 1} of {plan.sites}")
    return Curves(
        plan=plan, prior=np.array(priors), local=np.array(locals_), mixed=np.array(mixtures).transpose(0, 2, 1, 3)
    )


def fit(data: Dataset, strength: float) -> Predict:
    """A logistic regression per root on values and indicators of what is missing, weighted.

    Its answers, (n, 3), are drawn to one half as by half a case more of either kind, so that a root which a small site
    never saw is not held to be impossible.
    """
    columns = _columns(data.rows)
    mean = np.average(columns, axis=0, weights=data.weights)
    spread = np.sqrt(np.average((columns - mean) ** 2, axis=0, weights=data.weights))
    # A list of regions is missing as a whole: one indicator says it for all of them.
    distinct = {columns[:, j].tobytes(): j for j in reversed(range(columns.shape[1])) if spread[j] > 0}
    kept = sorted(distinct.values())
    total = data.weights.sum()

    def scaled(rows: npt.ArrayLike) -> Floats:
        return np.asarray((_columns(rows)[:, kept] - mean[kept]) / spread[kept])

    models = [_one_root(scaled(data.rows), data.involved[:, i], data.weights, strength) for i in range(len(ROOTS))]

    def predict(exams: Dataset) -> Floats:
        rows = scaled(exams.rows)
        found = [np.full(len(rows), one) if isinstance(one, float) else one.predict_proba(rows)[:, 1] for one in models]
        return np.asarray((total * np.column_stack(found) + 0.5) / (total + 1))

    return predict


def _columns(rows: npt.ArrayLike) -> Floats:
    """(n, d) with NaN to (n, 2d): the values with 0 for NaN, then 1 where there was NaN."""
    values = np.asarray(rows, dtype=np.float64)
    missing = np.isnan(values)
    return np.hstack([np.where(missing, 0.0, values), missing])


def _one_root(rows: Floats, truth: npt.NDArray[np.bool_], weights: Floats, strength: float) -> Any:
    if truth.all() or not truth.any():
        return float(truth[0])
    return LogisticRegression(C=strength, solver="newton-cholesky", tol=1e-3).fit(rows, truth, sample_weight=weights)


def judge(probabilities: Floats, test: Dataset) -> tuple[float, float]:
    """Log-loss and area under the ROC curve of probabilities (n, 3), both means over the roots."""
    right = np.where(test.involved, probabilities, 1 - probabilities)
    areas = [roc_auc_score(test.involved[:, i], probabilities[:, i]) for i in range(len(ROOTS))]
    return float(-np.log(right).mean()), float(np.mean(areas))


def main() -> None:
    """Run the study and write its picture and tables into docs."""
    from training.site.study_page import write

    def tell(progress: str) -> None:
        print(progress, file=sys.stderr, flush=True)

    far = Plan(spread=FAR_SPREAD, sites=4)
    write(run(Plan(), SEED, tell), run(far, SEED + 1, tell))


if __name__ == "__main__":
    main()
