"""Prediction sets that keep the true root in nine of ten: on average, and in each kind of examination that shows.

Label-conditional split conformal prediction: a root is in the set when its log-odds reach a threshold, chosen on
examinations that truly involve it and that the model never saw. With one threshold for all, a root that is rare in the
young is lost there every third time. So the threshold is a sum of terms by age band, sex, findings stated and signs
abnormal, chosen so that the promise holds within every group of each of the four, overlapping as they are. Crossing
the four instead (Mondrian groups) would leave cells of a few patients each. The setting and the kind of letter are not
in an examination; they are reached through what was stated and how much of it was abnormal.

The terms come from one half of the patients and the base of each threshold from the other, which the terms have not
seen: so the average over everybody is guaranteed, however few the exams, and the terms only even it out.

Sources: Vovk V, Gammerman A, Shafer G. Algorithmic Learning in a Random World. Springer 2005 (label-conditional
validity); Vovk V. Conditional validity of inductive conformal predictors. ACML 2012 (the quantile of one group); Jung
C et al. Batch multivalid conformal prediction. ICLR 2023 (overlapping groups, thresholds additive in them; there the
coverage of a group holds up to an error that vanishes as the group grows, and the report measures it).
"""

import numpy as np
import numpy.typing as npt

from features.anatomy import ROOTS
from features.completeness import findings_stated
from features.encoding import Row
from features.prediction_sets import ExamGroups, PredictionSets, Threshold, log_odds
from training.dataset import Dataset

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

METHOD = (
    "label-conditional split conformal (Vovk 2005, 2012), thresholds additive over age band, sex, findings stated and "
    "signs abnormal (Jung et al. 2023)"
)
AGE_FROM = (40.0, 60.0, 75.0)
ABNORMAL_FROM = (1, 2, 4, 7)
STATED_GROUPS = 7
"""Groups by findings stated: one for none at all, the others of about equal size."""
LEAST_POSITIVES = 100
"""A group in which fewer examinations involve the root gets no term of its own: its quantile would be mostly chance."""
SWEEPS, SETTLED = 50, 1e-3
"""The terms are adjusted in turn until none moves by more than SETTLED log-odds, or so often."""
ROUNDING = 1e-5
"""Log-odds that every threshold is lowered by, so that an examination just like the one that set it stays in the set
whichever library works the probability out."""
DECIMALS = 6
ALWAYS = -40.0
"""The threshold of a root that is always in the set; no log-odds of `features.prediction_sets` are as low."""


def prediction_sets(probabilities: Floats, held: Dataset, coverage: float) -> PredictionSets:
    """The thresholds from a part that neither fit nor calibration has seen; `probabilities` (n, 4) are the model's."""
    groups = ExamGroups(age_from=AGE_FROM, stated_from=_stated_from(held.rows), abnormal_from=ABNORMAL_FROM)
    group, scores = groups.of(held.rows), log_odds(probabilities)
    _, patient = np.unique(held.patients, return_inverse=True)
    evens = patient % 2 == 0
    thresholds = {}
    for i, root in enumerate(ROOTS):
        even, odd = held.involved[:, i] & evens, held.involved[:, i] & ~evens
        terms = [np.round(term, DECIMALS) for term in _terms(scores[even, i], group[even], groups, coverage)]
        left = scores[odd, i] - sum(term[group[odd, factor]] for factor, term in enumerate(terms))
        age, sex, stated, abnormal = (tuple(term.tolist()) for term in terms)
        base = round(threshold(left, coverage, never=ALWAYS), DECIMALS) - ROUNDING
        thresholds[root] = Threshold(base=base, age=age, sex=sex, stated=stated, abnormal=abnormal)
    return PredictionSets(coverage=coverage, method=METHOD, groups=groups, thresholds=thresholds)


def threshold(scores: npt.ArrayLike, coverage: float, never: float = 0.0) -> float:
    """The k-th smallest of the n scores of a root among exams that involve it, k = floor((1-coverage)(n+1)).

    With k = 0 there are too few exams to promise the coverage unless the root is always in the set: `never`.
    """
    ordered = np.sort(np.asarray(scores, dtype=np.float64))
    rank = int(np.floor((1 - coverage) * (len(ordered) + 1) + 1e-9))
    return float(ordered[rank - 1]) if rank else never


def _terms(scores: Floats, group: Ints, groups: ExamGroups, coverage: float) -> list[Floats]:
    """What each group adds to the threshold of one root, from its log-odds (m,) and groups (m, 4) where involved."""
    terms = [np.zeros(size) for size in groups.sizes]
    left = scores - threshold(scores, coverage)
    # Each group in turn takes its own quantile of what the other terms leave. Where nothing moves any more the
    # coverage holds in every group at once.
    for _ in range(SWEEPS):
        furthest = 0.0
        for factor, term in enumerate(terms):
            for level in range(len(term)):
                members = group[:, factor] == level
                if members.sum() < LEAST_POSITIVES:
                    continue
                step = threshold(left[members], coverage)
                term[level] += step
                left[members] -= step
                furthest = max(furthest, abs(step))
        if furthest <= SETTLED:
            break
    return terms


def _stated_from(rows: Row) -> tuple[int, ...]:
    """Where the groups by findings stated begin: at one, and at the quantiles of those that state something."""
    counts = findings_stated(rows)
    some = counts[counts > 0]
    shares = np.arange(1, STATED_GROUPS - 1) / (STATED_GROUPS - 1)
    edges = np.quantile(some, shares, method="higher").tolist() if len(some) else []
    return tuple(sorted({1, *(int(edge) for edge in edges)}))
