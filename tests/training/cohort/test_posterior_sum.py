"""The limit is what it says: held against a plain sum over everything hidden, written out by the definition."""

from itertools import product

import numpy as np
import numpy.typing as npt
import pytest

from features.encoding import OLD_AGE
from training.cohort.causes import CAUSES, INVOLVED, SETTINGS
from training.cohort.draw import Cohort
from training.cohort.findings import (
    COLUMN,
    LOWER,
    NOT_STATED,
    WHERE,
    Codes,
)
from training.cohort.posterior import log_joint
from training.cohort.signs import ALONE, TERRITORY_OF_REGION
from training.cohort.states import STATES, VARIANTS
from training.cohort.symptoms import TARGET_OF_COURSE
from training.cohort.world import World


def yes(found: Codes, rates: npt.NDArray[np.float64]) -> float:
    """P of answers that are yes or no, or were not asked for."""
    return float(np.prod(np.where(found == 1, rates, np.where(found == 0, 1 - rates, 1.0))))


def pain(codes: Codes, hurts: npt.NDArray[np.float64], named: npt.NDArray[np.float64]) -> float:
    """P of the list of pain, and of what is said of the leg below the knee."""
    listed, below = codes[WHERE["pain"]], codes[COLUMN["below_knee"]]
    nowhere = float(np.prod(1 - hurts[LOWER]) * (listed[LOWER] != 1).all())
    whatever, above = yes(listed[LOWER], named[LOWER]), yes(listed[~LOWER], named[~LOWER])
    return above * {NOT_STATED: whatever, 0: nowhere, 1: whatever - nowhere}[int(below)]


def story(world: World, codes: Codes, cause: int, variant: int) -> float:
    """P of what is told of pain and tingling."""
    told, said = world.symptoms, codes[WHERE["paresthesia"]]
    silent = (1 - told.tingles[cause]) * (said != 1).all()
    own = yes(said, told.tingling[told.own_target[cause, variant]])
    total = 0.0
    for course in np.flatnonzero(told.course[cause]):
        along = yes(said, told.tingling[TARGET_OF_COURSE[course]])
        tingles = told.follows_root[cause] * own + (1 - told.follows_root[cause]) * along
        listed = sum(
            style.share * pain(codes, style.hurts[course], style.hurts[course] * style.naming) for style in told.styles
        )
        total += told.course[cause, course] * listed * (told.tingles[cause] * tingles + silent)
    return total


def skin(world: World, felt: Codes, state: int) -> float:
    """P of the sensation of every region: each territory is lost or not."""
    total = 1.0
    for territory in range(ALONE + 1):
        regions = np.flatnonzero((territory == TERRITORY_OF_REGION) & (felt != NOT_STATED))
        kept, gone = (float(np.prod([world.signs.region[is_lost, r, felt[r]] for r in regions])) for is_lost in (0, 1))
        lost = 0.0 if territory == ALONE else world.signs.lost[state, territory]
        total *= (1 - lost) * kept + lost * gone
    return total


def plain_sum(world: World, codes: Codes) -> npt.NDArray[np.float64]:
    """P(what is stated, set of roots) of one examination by the definition, state by state and without logarithms."""
    age, told = int(codes[COLUMN["age_years"]]), world.symptoms
    band, joint = int(age > OLD_AGE), np.zeros(8)
    stories = {pair: story(world, codes, *pair) for pair in product(range(len(CAUSES)), range(len(VARIANTS)))}
    for state, cause in enumerate(STATES.cause):
        weight = sum(
            share * world.state[setting][state] for share, setting in zip(world.setting, SETTINGS, strict=True)
        )
        weight *= world.age[cause, age - world.years[0]] * yes(codes[[COLUMN["female"]]], world.female[[cause]])
        weight *= yes(codes[[COLUMN["both_sides"]]], told.both_sides[[cause]])
        weight *= yes(codes[WHERE["history"]], told.history[cause])
        for kind in ("strength", "function", "reflex", "slr", "test"):
            table = getattr(world.signs, kind)[band, state]
            weight *= np.prod([row[c] for row, c in zip(table, codes[WHERE[kind]], strict=True) if c != NOT_STATED])
        weight *= skin(world, codes[WHERE["sensation"]], state) * stories[cause, STATES.variant[state]]
        joint[INVOLVED[cause] @ (1, 2, 4)] += weight
    return joint


def test_the_sum_is_that_of_its_definition_on_whole_examinations(world: World, cohort: Cohort) -> None:
    by_level = [np.flatnonzero(cohort.completeness == level)[:2] for level in range(3)]
    for codes in cohort.codes[np.concatenate(by_level)]:
        expected = plain_sum(world, codes)
        found = np.exp(log_joint(world, codes[None])[0])
        # Sets of roots that no cause involves get the least number there is, and not nothing.
        assert found == pytest.approx(expected, rel=1e-7, abs=1e-290)
