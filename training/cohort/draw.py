"""Patients drawn from one or many worlds, examined once or twice, and what was written down of it.

Vectorised and seeded: the same arguments give the same arrays. Released models are trained again from their seed, so
every random number keeps its place: a change that is only to make drawing faster must leave every array as it was.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
import numpy.typing as npt

from features.encoding import OLD_AGE
from training.cohort.causes import INVOLVED, SETTINGS, Bools, Floats, Ints
from training.cohort.completeness import COMPLETENESS, draw_completeness, draw_stated, leave_out
from training.cohort.findings import (
    COLUMN,
    COLUMNS,
    FULL_POWER,
    LOWER,
    NEGATIVE,
    POSITIVE,
    POSITIVE_BEYOND,
    POSITIVE_IN_RANGE,
    UNGRADED,
    WHERE,
    Codes,
)
from training.cohort.signs import TERRITORY_OF_REGION
from training.cohort.states import STATES
from training.cohort.symptoms import TARGET_OF_COURSE
from training.cohort.world import TENSION_TESTS, World

Uniform = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.floating]

BLOCK = 50_000
"""Patients of a world drawn at a time: bounds the memory. Each block has a generator of its own, so another size would
draw other patients.
"""
SIX_WEEKS = 42
"""Days."""


@dataclass(frozen=True, kw_only=True)
class Cohort:
    """Examinations as parallel arrays of n: `codes` (n, 97) as in `findings`; `patient` a number; `world`, `setting`,
    `completeness`, `cause` positions in the worlds asked for, SETTINGS, COMPLETENESS and CAUSES; `duration_days`;
    `imaging` (n, 3) whether imaging shows compression of each of ROOTS; `complete` the codes before anything was left
    out.
    """

    codes: Codes
    complete: Codes
    patient: Ints
    world: Ints
    setting: Ints
    completeness: Ints
    cause: Ints
    duration_days: Ints
    imaging: Bools

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def involved(self) -> Bools:
        """Which of ROOTS are truly involved: (n, 3)."""
        return INVOLVED[self.cause]

    def where(self, chosen: Bools | Ints) -> Self:
        """The examinations that a mask or an index chooses."""
        return type(self)(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})


def draw(
    worlds: Sequence[World],
    patients: int,
    seed: int,
    *,
    setting: str | None = None,
    completeness: str | None = None,
    twice: bool = True,
) -> Cohort:
    """Draw `patients` patients, in equal parts from every world, and examine them; some twice if `twice`.

    `setting` and `completeness` restrict the cohort to one of SETTINGS or COMPLETENESS; None mixes them.
    """
    parts = list(draw_blocks(worlds, patients, seed, setting=setting, completeness=completeness, twice=twice))
    names = [field.name for field in fields(Cohort)]
    return Cohort(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def draw_blocks(
    worlds: Sequence[World],
    patients: int,
    seed: int,
    *,
    setting: str | None = None,
    completeness: str | None = None,
    twice: bool = True,
) -> Iterator[Cohort]:
    """The cohort of `draw` in the same order, at most BLOCK patients at a time, for who need not hold it whole."""
    shares = np.array_split(np.arange(patients), len(worlds))
    for number, (world, members) in enumerate(zip(worlds, shares, strict=True)):
        for start in range(0, len(members), BLOCK):
            block = members[start : start + BLOCK]
            rng = np.random.default_rng([seed, number, start])
            yield _block(world, number, block, rng, setting, completeness, twice)


def _block(
    world: World,
    number: int,
    members: Ints,
    rng: np.random.Generator,
    setting: str | None,
    completeness: str | None,
    twice: bool,
) -> Cohort:
    n, figures = len(members), world.figures
    fixed = None if setting is None else SETTINGS.index(setting)
    settings = rng.choice(len(SETTINGS), size=n, p=world.setting) if fixed is None else np.full(n, fixed)
    state = np.empty(n, dtype=np.int64)
    for position, name in enumerate(SETTINGS):
        there = settings == position
        state[there] = _pick(np.cumsum(world.state[name]), rng.random(there.sum()))
    cause = STATES.cause[state]
    again = np.flatnonzero(rng.random(n) < figures.value("second_exam", "share")) if twice else np.arange(0)
    age = world.years[_pick_row(np.cumsum(world.age, axis=1), cause, rng.random(n))]
    female = rng.random(n) < world.female[cause]
    who = np.concatenate([np.arange(n), again])
    u = _Uniforms(patients=n, again=again, rng=rng, world=world)
    codes = np.empty((len(who), len(COLUMNS)), dtype=np.int8)
    codes[:, COLUMN["age_years"]], codes[:, COLUMN["female"]] = age[who], female[who]
    _tell(codes, world, state[who], u)
    _examine(codes, world, state[who], age[who] > OLD_AGE, u)
    level = None if completeness is None else COMPLETENESS.index(completeness)
    strata = draw_completeness(figures, len(who), rng) if level is None else np.full(len(who), level)
    stated = _write(
        codes, figures_share=(_by_level(world, "ungraded"), _by_level(world, "angle")), strata=strata, rng=rng
    )
    early = [figures.value("duration", "under_6_weeks", name) for name in SETTINGS]
    return Cohort(
        codes=leave_out(stated, draw_stated(figures, strata, rng)),
        complete=codes,
        patient=members[who],
        world=np.full(len(who), number),
        setting=settings[who],
        completeness=strata,
        cause=cause[who],
        duration_days=_durations(np.array(early)[settings], figures.value("duration", "median_days_after"), rng)[who],
        imaging=(rng.random((n, 3)) < np.where(INVOLVED[cause], world.seen[1], world.seen[0]))[who],
    )


@dataclass(frozen=True, kw_only=True)
class _Uniforms:
    """Uniform numbers per examination; a second examination repeats most of those of the first."""

    patients: int
    again: Ints
    rng: np.random.Generator
    world: World

    def of_patient(self) -> Uniform:
        """One number a patient, the same at both examinations."""
        first = self.rng.random(self.patients, dtype=np.float32)
        return np.concatenate([first, first[self.again]])

    def of_exam(self, kind: str, width: int) -> Uniform:
        """`width` numbers an examination: the second keeps each unless it is called afresh."""
        first = self.rng.random((self.patients, width), dtype=np.float32)
        second = self.rng.random((len(self.again), width), dtype=np.float32)
        afresh = self.rng.random(second.shape, dtype=np.float32) < self.world.anew[kind]
        return np.concatenate([first, np.where(afresh, second, first[self.again])])


def _pick(cumulative: Floats, u: Floats) -> Ints:
    return np.minimum(np.searchsorted(cumulative, u, side="right"), len(cumulative) - 1)


def _pick_row(cumulative: Numbers, row: Ints, u: Numbers) -> Ints:
    table = cumulative.astype(np.float32)
    return np.asarray((table[row, :-1] <= u[:, None].astype(np.float32)).sum(axis=1))


def _codes(table: Floats, row: Ints, u: Uniform) -> Codes:
    """Codes (n, j) from a table whose last axis, k, holds probabilities that add up to one.

    `row` says which rows of it belong to the numbers `u`, (n, j): rows of (j, k) as (n,), or rows of (k,) as (n, j).
    """
    codes = np.zeros(u.shape, dtype=np.int8)
    # Cumulated before it is looked up, and one step of k after the other: the table is small, what is looked up is not.
    for step in np.moveaxis(np.cumsum(table, axis=-1, dtype=np.float32), -1, 0)[:-1]:
        codes += np.ascontiguousarray(step).take(row, axis=0) <= u
    return codes


def _tell(codes: Codes, world: World, state: Ints, u: _Uniforms) -> None:
    told, cause = world.symptoms, STATES.cause[state]
    course = _pick_row(np.cumsum(told.course, axis=1), cause, u.of_patient())
    style = _pick(np.cumsum([each.share for each in told.styles]), u.of_patient().astype(np.float64))
    rates = np.stack([each.hurts for each in told.styles]).astype(np.float32)[style, course]
    naming = np.array([each.naming for each in told.styles], dtype=np.float32)[style]
    hurts = u.of_exam("history", len(LOWER)) < rates
    named = u.of_exam("history", len(LOWER)) < naming[:, None]
    codes[:, WHERE["pain"]] = hurts & named
    codes[:, COLUMN["below_knee"]] = hurts[:, LOWER].any(axis=1)
    follows = u.of_patient() < told.follows_root[cause]
    target = np.where(follows, told.own_target[cause, STATES.variant[state]], TARGET_OF_COURSE[course])
    tingles = u.of_patient() < told.tingles[cause]
    where = u.of_exam("history", len(LOWER)) < told.tingling[target].astype(np.float32)
    codes[:, WHERE["paresthesia"]] = where & tingles[:, None]
    codes[:, COLUMN["both_sides"]] = u.of_patient() < told.both_sides[cause]
    codes[:, WHERE["history"]] = u.of_exam("history", told.history.shape[1]) < told.history[cause]


def _examine(codes: Codes, world: World, state: Ints, over: Bools, u: _Uniforms) -> None:
    signs, band = world.signs, over.astype(np.int64)
    # In a table of both bands as one, (b * s, …): looking up by one index takes a tenth of the time of two.
    row = band * len(STATES) + state
    for kind, noise in (("strength", "strength"), ("function", "strength"), ("reflex", "reflex")):
        table = getattr(signs, kind)
        drawn = table[..., :UNGRADED] if kind == "strength" else table
        codes[:, WHERE[kind]] = _codes(np.concatenate(drawn), row, u.of_exam(noise, table.shape[2]))
    raised = signs.slr[band, state, :, NEGATIVE] <= u.of_exam("tension", 1)
    beyond = signs.slr[band, state, :, POSITIVE_BEYOND] / signs.slr[band, state, :, POSITIVE]
    wide = u.of_exam("tension", 1) < beyond
    codes[:, WHERE["slr"]] = np.where(raised, np.where(wide, POSITIVE_BEYOND, POSITIVE_IN_RANGE), NEGATIVE)
    positive = signs.test[band, state, :, 1].astype(np.float32)
    tension, mimics = u.of_exam("tension", TENSION_TESTS), u.of_exam("mimic", positive.shape[1] - TENSION_TESTS)
    codes[:, WHERE["test"]] = np.hstack([tension, mimics]) < positive
    lost = u.of_exam("sensation", signs.lost.shape[1]) < signs.lost[state].astype(np.float32)
    # A region of no territory, ALONE, is never lost with one: it takes the last column.
    lost = np.hstack([lost, np.zeros((len(lost), 1), dtype=bool)])[:, TERRITORY_OF_REGION]
    skin = u.of_exam("sensation", lost.shape[1])
    where = np.arange(lost.shape[1])
    codes[:, WHERE["sensation"]] = _codes(np.concatenate(signs.region), lost * len(where) + where, skin)


def _by_level(world: World, row: str) -> Floats:
    return np.array([world.figures.value("stated", level, row) for level in COMPLETENESS])


def _write(codes: Codes, figures_share: tuple[Floats, Floats], strata: Ints, rng: np.random.Generator) -> Codes:
    """Leave out the grades of some examinations ("weak") and the angles of some straight leg raises."""
    ungraded, angled = (rng.random(len(codes)) < share[strata] for share in figures_share)
    written = codes.copy()
    strength = written[:, WHERE["strength"]]
    strength[ungraded[:, None] & (strength != FULL_POWER)] = UNGRADED
    raised = written[:, WHERE["slr"]]
    raised[~angled[:, None] & (raised != NEGATIVE)] = POSITIVE
    return written


def _durations(early: Floats, median: float, rng: np.random.Generator) -> Ints:
    """Days since the leg began to hurt: evenly over six weeks, or exponential beyond them."""
    later = SIX_WEEKS + rng.exponential((median - SIX_WEEKS) / np.log(2), len(early))
    return np.where(rng.random(len(early)) < early, rng.uniform(1, SIX_WEEKS, len(early)), later).astype(np.int64)
