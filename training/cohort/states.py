"""The hidden states: cause, severity of each root reached, anatomical variant, and how many signs mean nothing.

A state is one combination. There are about a thousand of them, few enough to add up over all.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from training.cohort.causes import CAUSES, ROOT_NAMES, Floats, Ints, cause_shares
from training.cohort.figures import Figures

SEVERITIES = ("mild", "moderate", "severe")
VARIANTS = ("usual", "rostral", "caudal")
"""Whose skin a root supplies: its own, that of the root above, that of the root below."""
INCIDENTALS = ("few", "usual", "many")
"""How many signs that mean nothing a person, or the examiner, tends to show."""
NOT_REACHED = -1


@dataclass(frozen=True, kw_only=True)
class States:
    """Parallel arrays over the states, (s,): positions in CAUSES, VARIANTS and INCIDENTALS; `severity` (s, 4) positions
    in SEVERITIES by ROOT_NAMES, NOT_REACHED for a root that the cause spares.
    """

    cause: Ints
    severity: Ints
    variant: Ints
    incidental: Ints

    def __len__(self) -> int:
        return len(self.cause)


def _enumerate() -> States:
    rows = []
    for number, cause in enumerate(CAUSES):
        levels = [range(len(SEVERITIES)) if root in cause.reached else (NOT_REACHED,) for root in ROOT_NAMES]
        # The variant moves the skin of a root; where no root is reached it changes nothing.
        variants = range(len(VARIANTS)) if cause.reached else (0,)
        rows += [(number, *rest) for rest in product(*levels, variants, range(len(INCIDENTALS)))]
    table = np.array(rows)
    return States(cause=table[:, 0], severity=table[:, 1:5], variant=table[:, 5], incidental=table[:, 6])


STATES = _enumerate()
"""Every state, in the order of every array over states."""


def state_shares(figures: Figures, setting: str) -> Floats:
    """How often each state is met in a setting: (len(STATES),), adding up to one."""
    shares = cause_shares(figures, setting)[STATES.cause]
    severities = severity_shares(figures, setting)
    for root in range(len(ROOT_NAMES)):
        level = STATES.severity[:, root]
        shares = shares * np.where(level == NOT_REACHED, 1.0, severities[level])
    variants = variant_shares(figures)
    reached = (STATES.severity != NOT_REACHED).any(axis=1)
    shares = shares * np.where(reached, variants[STATES.variant], 1.0)
    return np.asarray(shares * incidental_shares(figures)[STATES.incidental])


def severity_shares(figures: Figures, setting: str) -> Floats:
    """How often each of SEVERITIES is met in a setting."""
    _, shares = figures.shares("severity", setting)
    return shares


def variant_shares(figures: Figures) -> Floats:
    """How often each of VARIANTS is met."""
    shifted = [figures.value("variant", variant) for variant in VARIANTS[1:]]
    return np.array([1 - sum(shifted), *shifted])


def incidental_shares(figures: Figures) -> Floats:
    """How often each of INCIDENTALS is met."""
    _, shares = figures.shares("incidental")
    return shares
