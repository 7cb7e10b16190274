"""One plausible world: every table that drawing and adding up need, worked out once from the figures.

The papers leave the figures open within ranges, so there is no one world: `draw_worlds` draws as many as asked for, and
the cohort is drawn across them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from features.anatomy import ROOTS
from training.cohort.causes import SETTINGS, Floats, Ints, age_shares, ages, female_shares
from training.cohort.figures import Figures
from training.cohort.findings import FULL_POWER, KEPT, NEGATIVE, RAISED
from training.cohort.frequency import REFERENCE
from training.cohort.signs import SignTables, sign_tables
from training.cohort.states import state_shares
from training.cohort.symptoms import SymptomTables, symptom_tables

TENSION_TESTS = 4
"""The first of `findings.TESTS` are tension tests, the others signs of mimics."""


@dataclass(frozen=True, kw_only=True)
class World:
    """The figures of a world and its tables.

    `years` (y,); `age` (c, y) and `female` (c,) by cause; `state` the share of every state by setting; `setting` how
    often each of SETTINGS is met; `anew` the chance by kind of finding that a second examiner calls it afresh; `seen`
    (2, 3) the chance that imaging shows compression of each of ROOTS where it is spared, and where it is involved.
    """

    figures: Figures
    signs: SignTables
    symptoms: SymptomTables
    years: Ints
    age: Floats
    female: Floats
    state: Mapping[str, Floats]
    setting: Floats
    anew: Mapping[str, float]
    seen: Floats


def build(figures: Figures) -> World:
    """Work out every table from the figures."""
    signs, symptoms = sign_tables(figures), symptom_tables(figures)
    state = {setting: state_shares(figures, setting) for setting in SETTINGS}
    present = figures.value("imaging", "seen", "root")
    absent = [figures.value("imaging", "seen_without", root) for root in ROOTS]
    return World(
        figures=figures,
        signs=signs,
        symptoms=symptoms,
        years=ages(figures),
        age=age_shares(figures),
        female=female_shares(figures),
        state=state,
        setting=np.array([figures.value("setting", setting) for setting in SETTINGS]),
        anew=_second_calls(figures, signs, state[REFERENCE]),
        seen=np.array([absent, [present] * len(ROOTS)]),
    )


@cache
def published_world() -> World:
    """The world in which every figure is as the table has it."""
    return build(Figures.load())


def draw_worlds(count: int, seed: int) -> tuple[World, ...]:
    """`count` plausible worlds, the same for the same seed."""
    figures = Figures.load()
    return tuple(build(figures.drawn(np.random.default_rng([seed, number]))) for number in range(count))


def _second_calls(figures: Figures, signs: SignTables, shares: Floats) -> dict[str, float]:
    """How often a second examiner must call a finding afresh for the published kappa to come out.

    Two examiners agree beyond chance because they see the same patient (the spread of the sign between states) and,
    within a state, as far as the second repeats the first. For history the spread is left out.
    """
    normal = {
        "strength": signs.strength[0, ..., FULL_POWER],
        "reflex": signs.reflex[0, ..., KEPT] + signs.reflex[0, ..., RAISED],
        "sensation": 1 - signs.lost,
        "tension": np.hstack([signs.slr[0, ..., NEGATIVE], signs.test[0, :, :TENSION_TESTS, 0]]),
        "mimic": signs.test[0, :, TENSION_TESTS:, 0],
    }
    anew = {"history": 1 - figures.value("kappa", "history")}
    for kind, found in normal.items():
        mean = shares @ found
        variance = mean * (1 - mean)
        within = (shares @ (found * (1 - found))) / variance
        repeated = (figures.value("kappa", kind) - (1 - within).mean()) / within.mean()
        anew[kind] = 1 - float(np.clip(repeated, 0.0, 1.0))
    return anew
