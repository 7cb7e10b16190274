"""One probability against the truth: discrimination, calibration and usefulness, each by its published definition.

Area under the ROC curve and its variance: DeLong ER et al. Biometrics 1988;44:837-845, worked out from ranks after
Sun X, Xu W. IEEE Signal Process Lett 2014;21:1389-1393. Calibration slope and intercept: Cox DR. Biometrika
1958;45:562-565. Expected calibration error: Naeini MP et al. AAAI 2015, bins of equal size. Interval of a share: Wilson
EB. J Am Stat Assoc 1927;22:209-212. Net benefit: Vickers AJ, Elkin EB. Med Decis Making 2006;26:565-574.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit
from scipy.stats import rankdata

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

Z_95 = 1.959963984540054
LEAST = 1e-9
"""Probabilities count as at least this far from 0 and 1 where their logarithm is taken."""
BINS = 10
NEWTON_STEPS = 25


@dataclass(frozen=True, kw_only=True)
class Area:
    """An area under the ROC curve, with its 95 % interval."""

    auc: float
    low: float
    high: float


def area(truth: Bools, score: Floats) -> Area:
    """The area of `score` (n,) for `truth` (n,), which must vary; DeLong's interval, kept within 0 and 1."""
    positive, negative = score[truth], score[~truth]
    m, n = len(positive), len(negative)
    among_all = rankdata(np.concatenate([positive, negative]))
    above = (among_all[:m] - rankdata(positive)) / n
    below = 1 - (among_all[m:] - rankdata(negative)) / m
    auc = float(above.mean())
    spread = sum(part.var(ddof=1) / len(part) if len(part) > 1 else 0.25 for part in (above, below))
    error = Z_95 * float(np.sqrt(spread))
    return Area(auc=auc, low=max(0.0, auc - error), high=min(1.0, auc + error))


def log_loss(truth: Bools, probability: Floats) -> float:
    """Mean negative log-likelihood in nats."""
    stated = np.clip(np.where(truth, probability, 1 - probability), LEAST, 1.0)
    return float(-np.log(stated).mean())


def brier(truth: Bools, probability: Floats) -> float:
    """Mean squared difference between probability and truth."""
    return float(np.square(probability - truth).mean())


@dataclass(frozen=True, kw_only=True)
class Line:
    """A calibration line, and the standard error of its slope (from the Fisher information)."""

    slope: float
    intercept: float
    slope_error: float


def calibration_line(truth: Bools, probability: Floats) -> Line | None:
    """The logistic regression of the truth on the log-odds: slope 1 and intercept 0 where they are right.

    None where no line can be found, because the probabilities do not vary or tell the truth apart completely.
    """
    x = logit(np.clip(probability, LEAST, 1 - LEAST))
    if np.ptp(x) < LEAST:
        return None
    centre = float(x.mean())
    columns = np.column_stack([x - centre, np.ones(len(x))])
    line = np.array([1.0, centre])
    for _ in range(NEWTON_STEPS):
        expected = expit(columns @ line)
        curvature = columns.T @ (columns * (expected * (1 - expected))[:, None])
        if not np.linalg.cond(curvature) < 1 / np.finfo(float).eps:
            return None
        step = np.linalg.solve(curvature, columns.T @ (truth - expected))
        line += step
        if float(np.abs(step).max()) < LEAST:
            slope, at_centre = line.tolist()
            error = float(np.sqrt(np.linalg.inv(curvature)[0, 0]))
            return Line(slope=slope, intercept=at_centre - slope * centre, slope_error=error)
    return None


@dataclass(frozen=True, kw_only=True)
class Reliability:
    """Stated and found, in bins of about equal size by probability.

    `count`, `mean` probability and `observed` share of each bin. `error` is the expected calibration error;
    `error_by_chance` what the error of exactly right probabilities would be, and `most_by_chance` three standard
    deviations more: an error below it shows nothing.
    """

    count: tuple[int, ...]
    mean: tuple[float, ...]
    observed: tuple[float, ...]
    error: float
    error_by_chance: float
    most_by_chance: float


def reliability(truth: Bools, probability: Floats, bins: int = BINS) -> Reliability:
    """Sort the n exams by probability, cut them into `bins` and compare."""
    order = np.argsort(probability, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    count = np.array([len(part) for part in parts])
    mean = np.array([probability[part].mean() for part in parts])
    observed = np.array([truth[part].mean() for part in parts])
    share = count / len(truth)
    variance = np.array([(probability[part] * (1 - probability[part])).mean() for part in parts]) / count
    # The mean and variance of the absolute value of a normal deviate.
    by_chance = float(share @ np.sqrt(variance * 2 / np.pi))
    deviation = float(np.sqrt(np.square(share) @ (variance * (1 - 2 / np.pi))))
    return Reliability(
        count=tuple(count.tolist()),
        mean=tuple(mean.tolist()),
        observed=tuple(observed.tolist()),
        error=float(share @ np.abs(mean - observed)),
        error_by_chance=by_chance,
        most_by_chance=by_chance + 3 * deviation,
    )


def share_interval(count: int, of: int) -> tuple[float, float]:
    """Wilson's 95 % interval of the share `count` / `of`."""
    share, z = count / of, Z_95**2 / of
    centre = (share + z / 2) / (1 + z)
    half = Z_95 * float(np.sqrt(share * (1 - share) / of + z / (4 * of))) / (1 + z)
    return max(0.0, centre - half), min(1.0, centre + half)


def net_benefit(truth: Bools, probability: Floats, thresholds: Sequence[float]) -> list[float]:
    """True positives less weighted false ones, per exam, for acting wherever the probability reaches each threshold.

    The threshold t sets the weight t / (1 - t) of a false positive. Calls are probabilities of 0 and 1.
    """
    ordered = np.sort(probability)
    hits = np.sort(probability[truth])
    limits = np.asarray(thresholds, dtype=np.float64)
    acted = len(ordered) - np.searchsorted(ordered, limits, side="left")
    right = len(hits) - np.searchsorted(hits, limits, side="left")
    benefit = (right - (acted - right) * limits / (1 - limits)) / len(truth)
    return [float(value) for value in benefit]


def predictive_values(truth: Bools, called: Bools) -> Floats:
    """Calls as probabilities: the share involved among those called, and among those not called; (n,).

    It is the kindest reading of a rule that states no probability, because the shares are those of the same exams.
    """
    stated = np.empty(len(truth))
    for answer in (called, ~called):
        if answer.any():
            stated[answer] = truth[answer].mean()
    return stated
