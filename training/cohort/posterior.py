"""The limit: the exact probability of the roots given what an examination states, by adding up over everything hidden.

The cohort is a known finite model, so Bayes' theorem gives what the best possible classifier would say; none can have a
lower expected log-loss (the logarithmic score is proper: Gneiting and Raftery, J Am Stat Assoc 2007;102:359-378). What
is written down depends on nothing hidden, so findings that were not stated drop out of the sum.
"""

from collections.abc import Sequence

import numpy as np
from scipy.special import logsumexp

from features.anatomy import ROOTS
from features.encoding import OLD_AGE
from training.cohort.causes import CAUSES, INVOLVED, SETTINGS, Floats, Ints
from training.cohort.findings import COLUMN, LOWER, WHERE, Codes
from training.cohort.signs import ALONE, TERRITORIES, TERRITORY_OF_REGION
from training.cohort.states import STATES, VARIANTS
from training.cohort.symptoms import TARGET_OF_COURSE
from training.cohort.world import World

CHUNK = 4096
"""Examinations added up at a time: bounds the memory."""
_LEAST = 1e-12
"""Stands for a probability of zero, so that its logarithm is a number."""

ROOT_SET_OF_CAUSE: Ints = np.asarray(INVOLVED @ (1 << np.arange(len(ROOTS))))
"""The set of ROOTS that each cause involves as one number: bit i stands for ROOTS[i], 0 for none of the three."""
ROOT_SETS = 1 << len(ROOTS)
_MEMBERS = ((np.arange(ROOT_SETS)[:, None] >> np.arange(len(ROOTS))) & 1).astype(np.float64)


def limit(worlds: Sequence[World], codes: Codes, setting: str | None = None) -> Floats:
    """The exact P(L4), P(L5), P(S1), P(none) of examinations, (n, 4), when every world is as likely as any other.

    `codes` (n, 97) as in `findings`; `setting` is one of SETTINGS if it is known where the patients come from.
    """
    by_set = root_set_probabilities(worlds, codes, setting)
    return np.column_stack([by_set @ _MEMBERS, by_set[:, 0]])


def root_set_probabilities(worlds: Sequence[World], codes: Codes, setting: str | None = None) -> Floats:
    """The exact probability of every set of ROOTS, numbered as ROOT_SET_OF_CAUSE is: (n, 8)."""
    parts = [np.empty((0, ROOT_SETS))]
    for start in range(0, len(codes), CHUNK):
        part = codes[start : start + CHUNK]
        joint = np.stack([log_joint(world, part, setting) for world in worlds])
        of_sets = logsumexp(joint, axis=0)
        parts.append(np.exp(of_sets - logsumexp(of_sets, axis=1, keepdims=True)))
    return np.concatenate(parts)


def log_joint(world: World, codes: Codes, setting: str | None = None) -> Floats:
    """Log P(what is stated, set of roots) in one world: (n, 8)."""
    total = _signs(world, codes)
    by_cause = _patient(world, codes) + _history(world, codes)
    by_cause_and_variant = by_cause[:, :, None] + _pain(world, codes)
    total += by_cause_and_variant[:, STATES.cause, STATES.variant]
    total += np.log(np.maximum(state_mixture(world, setting), _LEAST**2))
    highest = total.max(axis=1, keepdims=True)
    weights = np.exp(total - highest)
    of_set = (ROOT_SET_OF_CAUSE[STATES.cause][:, None] == np.arange(ROOT_SETS)).astype(np.float64)
    return np.asarray(highest + np.log(np.maximum(weights @ of_set, np.finfo(np.float64).tiny)))


def state_mixture(world: World, setting: str | None = None) -> Floats:
    """How often each state is met in a setting, or over all settings: (s,)."""
    if setting is not None:
        return world.state[setting]
    return np.asarray(sum(share * world.state[name] for share, name in zip(world.setting, SETTINGS, strict=True)))


def _log(table: Floats) -> Floats:
    return np.asarray(np.log(np.maximum(table, _LEAST)))


def _yes_no(codes: Codes, yes: Floats) -> Floats:
    """Log P of columns of yes and no, (n, r), where `yes` (r, j) is the chance of each column in each of r rows."""
    return np.asarray((codes == 1) @ _log(yes).T + (codes == 0) @ _log(1 - yes).T)


def _patient(world: World, codes: Codes) -> Floats:
    age = np.clip(codes[:, COLUMN["age_years"]], world.years[0], world.years[-1]) - world.years[0]
    sex = codes[:, COLUMN["female"], None]
    return np.asarray(np.log(world.age[:, age]).T + _yes_no(sex, world.female[:, None]))


def _history(world: World, codes: Codes) -> Floats:
    both_sides = codes[:, COLUMN["both_sides"], None]
    told = world.symptoms
    return _yes_no(both_sides, told.both_sides[:, None]) + _yes_no(codes[:, WHERE["history"]], told.history)


def _pain(world: World, codes: Codes) -> Floats:
    """Log P of the regions that hurt and tingle, summed over courses, styles and targets: (n, causes, variants)."""
    told = world.symptoms
    by_course = np.logaddexp.reduce(
        [np.log(style.share) + _list_of_pain(codes, style.hurts, style.named) for style in told.styles]
    )
    tingling = _yes_no(codes[:, WHERE["paresthesia"]], told.tingling)
    most, strongest = by_course.max(axis=1, keepdims=True), tingling.max(axis=1, keepdims=True)
    course, target = np.exp(by_course - most), np.exp(tingling - strongest)
    of_cause = course @ told.course.T
    with_pain = (course * target[:, TARGET_OF_COURSE]) @ told.course.T
    listed = codes[:, WHERE["paresthesia"]]
    none_felt = np.where((listed != 1).all(axis=1, keepdims=True), np.exp(-strongest), 0.0)
    joint = np.empty((len(codes), len(CAUSES), len(VARIANTS)))
    for variant in range(len(VARIANTS)):
        own = target[:, told.own_target[:, variant]]
        felt = told.follows_root * own * of_cause + (1 - told.follows_root) * with_pain
        joint[:, :, variant] = told.tingles * felt + (1 - told.tingles) * none_felt * of_cause
    return np.asarray(np.log(np.maximum(joint, np.finfo(np.float64).tiny)) + (most + strongest)[:, :, None])


def _list_of_pain(codes: Codes, hurts: Floats, named: Floats) -> Floats:
    """Log P of the list of pain and of whether it goes below the knee, (n, k), for each course.

    `hurts` (k, 20) is how often each region hurts, `named` (k, 20) how often it hurts and is named.
    """
    listed, stated = codes[:, WHERE["pain"]], codes[:, COLUMN["below_knee"], None]
    lower = listed[:, LOWER]
    none_hurts = _log(1 - hurts[:, LOWER]).sum(axis=1)
    # Given a list that names no region below the knee, pain may still go there; given one that does, it must.
    not_named = (lower == 0) @ _log(1 - named[:, LOWER]).T
    named_there = (lower == 1).any(axis=1, keepdims=True)
    goes = np.log(np.maximum(np.exp(not_named) - np.exp(none_hurts), _LEAST)) - not_named
    goes = np.where(named_there, 0.0, goes)
    stays = np.where(named_there, np.log(_LEAST), none_hurts - not_named)
    return _yes_no(listed, named) + np.where(stated == 1, goes, np.where(stated == 0, stays, 0.0))


def _signs(world: World, codes: Codes) -> Floats:
    """Log P of the signs in every state: (n, s)."""
    total = np.empty((len(codes), len(STATES)))
    over = codes[:, COLUMN["age_years"]] > OLD_AGE
    for band, members in enumerate((~over, over)):
        chosen = codes[members]
        parts, tables = [], []
        for kind in ("strength", "function", "reflex", "slr", "test"):
            table = getattr(world.signs, kind)[band]
            found = chosen[:, WHERE[kind], None] == np.arange(table.shape[2])
            parts.append(found.reshape(len(chosen), table[0].size))
            tables.append(_log(table).reshape(len(STATES), -1))
        total[members] = np.hstack(parts).astype(np.float64) @ np.hstack(tables).T
    return total + _skin(world, codes[:, WHERE["sensation"]])


def _skin(world: World, felt: Codes) -> Floats:
    """Log P of the sensation of all regions in every state, (n, s): each territory is lost or not."""
    found = felt[:, :, None] == np.arange(world.signs.region.shape[2])
    kept, lost = (np.where(found, table, 0.0).sum(axis=2) for table in _log(world.signs.region))
    total = np.zeros((len(felt), len(STATES)))
    for territory in range(len(TERRITORIES)):
        regions = territory == TERRITORY_OF_REGION
        if_kept = kept[:, regions].sum(axis=1, keepdims=True)
        if_lost = lost[:, regions].sum(axis=1, keepdims=True)
        # Few states differ in this territory: the sum is worked out once for each chance and then handed out.
        chances, of_state = np.unique(world.signs.lost[:, territory].round(12), return_inverse=True)
        summed = np.logaddexp(_log(chances) + if_lost, _log(1 - chances) + if_kept)
        total += summed[:, of_state]
    return np.asarray(total + kept[:, ALONE == TERRITORY_OF_REGION].sum(axis=1, keepdims=True))
