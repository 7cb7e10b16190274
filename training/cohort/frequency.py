"""How a published frequency is shared out among hidden states: part means nothing, part is owed to roots and mimics.

A sign has an incidental frequency and an excess for each root or mimic that causes it, so that the two together give
the published frequency. The excess rises with the severity of the root, the incidental frequency with how many signs
that mean nothing the person shows: signs of one root go together, false signs too. Without that, counting signs would
tell the roots far better than any study found. Both rise on the probit scale (a probit random-effects model; for two
correlated tests: Qu, Tan and Kutner, Biometrics 1996;52:797-810).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri
from scipy.stats import norm

from training.cohort.causes import CAUSES, MIMICS, NO_LESION, ROOT_NAMES, Bools, Floats, Ints
from training.cohort.figures import EVERYBODY_ELSE, Figures
from training.cohort.states import NOT_REACHED, STATES, incidental_shares, severity_shares

REFERENCE = "specialist"
"""The setting whose severities the published frequencies belong to."""
FORAMINAL = "foraminal"
_CERTAIN = 40.0
"""A probit beyond which a probability is zero or one in double precision."""
_HALVINGS = 60

MIMIC_OF_STATE: Ints = np.array([MIMICS.index(c.name) if c.lesion == NO_LESION else -1 for c in CAUSES])[STATES.cause]
REACHED: Bools = np.asarray(STATES.severity != NOT_REACHED)
_IS_MIMIC: Bools = np.asarray(MIMIC_OF_STATE >= 0)
_IS_FORAMINAL: Bools = np.array([cause.lesion == FORAMINAL for cause in CAUSES])[STATES.cause]


@dataclass(frozen=True, kw_only=True)
class Frequencies:
    """What j signs owe to what: `incidental` (s, j) where nothing causes them, `by_root` (4, s, j) the excess of each
    root that is reached, `by_mimic` (s, j); `lowered` (s, j) is the share of incidental signs that a mimic leaves.
    """

    incidental: Floats
    by_root: Floats
    by_mimic: Floats
    lowered: Floats

    @property
    def total(self) -> Floats:
        """The probability of each sign in each state: (s, j)."""
        return combined(self.incidental * self.lowered, *self.by_root, self.by_mimic)


def combined(*independent: Floats) -> Floats:
    """The probability that at least one of several independent reasons shows."""
    free = np.ones_like(independent[0])
    for reason in independent:
        free = free * (1 - reason)
    return np.asarray(1 - free)


def frequencies(figures: Figures, rows: Sequence[tuple[str, str]], loading: str) -> Frequencies:
    """The frequencies of the signs that `rows` names as (table, row), with the `loading` of false signs.

    The excess of a root takes the loading `severity`, or that of `tension` where false signs do.
    """
    base = np.array([figures.value(*row, EVERYBODY_ELSE) for row in rows])
    own = "tension" if loading == "tension" else "severity"
    levels = graded(base, incidental_shares(figures), figures.value("loading", loading))
    severities = severity_shares(figures, REFERENCE)
    by_root = np.zeros((len(ROOT_NAMES), len(STATES), len(rows)))
    attenuation = np.where(_IS_FORAMINAL, figures.value("attenuation", FORAMINAL), 1.0)[:, None]
    for number, root in enumerate(ROOT_NAMES):
        excess = np.maximum(_excess(figures, rows, root, base), 0.0)
        by_level = graded(excess, severities, figures.value("loading", own))
        reached = by_level[STATES.severity[:, number]] * attenuation
        by_root[number] = np.where(REACHED[:, number, None], reached, 0.0)
    of_mimic = np.array([_excess(figures, rows, mimic, base) for mimic in MIMICS])[MIMIC_OF_STATE]
    of_mimic = np.where(_IS_MIMIC[:, None], of_mimic, 0.0)
    rates = (of_mimic * (1 - base) + base) / base
    return Frequencies(
        incidental=levels[STATES.incidental],
        by_root=by_root,
        by_mimic=np.maximum(of_mimic, 0.0),
        lowered=np.minimum(rates, 1.0),
    )


def _excess(figures: Figures, rows: Sequence[tuple[str, str]], cause: str, base: Floats) -> Floats:
    """How much more often than incidentally each sign is found under one root or mimic; negative if less often."""
    return (np.array([figures.value(*row, cause) for row in rows]) - base) / (1 - base)


def graded(mean: Floats, shares: Floats, loading: float) -> Floats:
    """Probabilities of levels met in `shares`, (levels, j), that rise in probit with `loading` and average to `mean`.

    The levels stand for stretches of a standard normal variable, each for its mean.
    """
    edges = norm.pdf(ndtri(np.concatenate([[0.0], np.cumsum(shares)[:-1], [1.0]])))
    nodes = -np.diff(edges) / shares
    steps = loading / np.sqrt(1 - loading**2) * nodes[:, None]
    low, high = np.full_like(mean, -_CERTAIN), np.full_like(mean, _CERTAIN)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        above = shares @ ndtr(middle + steps) > mean
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return np.asarray(ndtr((low + high) / 2 + steps))
