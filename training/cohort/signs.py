"""How often each sign is found in each hidden state: strength, walking, reflexes, sensation and bedside tests."""

from dataclasses import dataclass

import numpy as np

from features.anatomy import MYOTOMES, ROOTS, NerveRoot, Region, regions_of
from training.cohort.causes import CAUSES, ROOT_NAMES, UPPER, Floats
from training.cohort.figures import Figures
from training.cohort.findings import (
    ABSENT,
    FULL_POWER,
    FUNCTIONS,
    GRADES,
    KEPT,
    MOVEMENTS,
    NEGATIVE,
    POSITIVE,
    POSITIVE_BEYOND,
    POSITIVE_IN_RANGE,
    RAISED,
    REDUCED,
    REFLEXES,
    REGIONS,
    TESTS,
    UNGRADED,
)
from training.cohort.frequency import REACHED, combined, frequencies
from training.cohort.states import SEVERITIES, STATES, variant_shares

AGE_BANDS = 2
"""Up to and over OLD_AGE, where the straight leg raise and the ankle jerk change."""
THIGH = "thigh"
TERRITORIES: dict[str, tuple[Region, ...]] = {
    THIGH: (Region.ANTEROLATERAL_THIGH, Region.ANTERIOR_THIGH, Region.GROIN),
    # The key region comes first: it is altered whenever the territory is.
    "L4": (Region.MEDIAL_LEG, Region.KNEE, Region.ANTERIOR_LEG, Region.MEDIAL_ANKLE),
    "L5": (Region.DORSUM_FOOT, *(r for r in regions_of(ROOTS[1]) if r is not Region.DORSUM_FOOT)),
    "S1": (Region.LATERAL_FOOT, *(r for r in regions_of(ROOTS[2]) if r is not Region.LATERAL_FOOT)),
}
"""Regions of skin that lose sensation together, from above to below."""
ALONE = len(TERRITORIES)
TERRITORY_OF_REGION = np.array(
    [next((t for t, regions in enumerate(TERRITORIES.values()) if region in regions), ALONE) for region in REGIONS]
)
"""The territory of each of REGIONS, ALONE for a region that belongs to none."""
_TENSION = (*TESTS[:4],)
_PERONEAL = np.array([cause.name == "peroneal" for cause in CAUSES])[STATES.cause]
_STEPS = np.array([0, -1, 1])
"""How far along TERRITORIES each of VARIANTS moves what a root owns."""
_MOVES = {
    **{str(root): np.array([row.roots[0] is root for row in MYOTOMES]) for root in ROOTS},
    UPPER: np.array([not set(row.roots).isdisjoint((NerveRoot.L2, NerveRoot.L3)) for row in MYOTOMES]),
}
"""Which of MOVEMENTS each root usually moves."""
_OWN = {UPPER: THIGH, **{str(root): str(root) for root in ROOTS}}


@dataclass(frozen=True, kw_only=True)
class SignTables:
    """Probabilities of the codes of `findings` for each age band, b, and state, s; codes on the last axis.

    `strength` (b, s, 11, 9), `function` (b, s, 3, 2), `reflex` (b, s, 3, 4), `slr` (b, s, 1, 4), `test` (b, s, 10, 2);
    UNGRADED and POSITIVE hold what is known when the grade or the angle is not stated, beside the codes they sum.
    `lost` (s, 4): whether each of TERRITORIES has lost sensation; `region` (2, 20, 4): codes where it has not, and has.
    """

    strength: Floats
    function: Floats
    reflex: Floats
    slr: Floats
    test: Floats
    lost: Floats
    region: Floats


def sign_tables(figures: Figures) -> SignTables:
    """Work out every table from the figures of one world."""
    functions = frequencies(figures, [("unable", name) for name in FUNCTIONS], "incidental").total
    return SignTables(
        strength=_both_bands(_strength(figures)),
        function=_both_bands(_yes_no(functions)),
        reflex=_reflexes(figures),
        slr=_straight_leg_raise(figures),
        test=_both_bands(_yes_no(_tests(figures))),
        lost=_lost(figures),
        region=_regions(figures),
    )


def _both_bands(table: Floats) -> Floats:
    return np.stack([table] * AGE_BANDS)


def _yes_no(found: Floats) -> Floats:
    return np.stack([1 - found, found], axis=-1)


def _strength(figures: Figures) -> Floats:
    weak = frequencies(figures, [("weak", movement) for movement in MOVEMENTS], "incidental")
    order = [str(grade) if grade % 1 else str(int(grade)) for grade in GRADES[:FULL_POWER]]

    def grades(column: str) -> Floats:
        names, shares = figures.shares("grade", column)
        return shares[[names.index(grade) for grade in order]]

    # A weak movement has the grades of whatever caused it: each cause counts by how much it contributes.
    by_severity = np.stack([grades(severity) for severity in SEVERITIES])
    mixed = (weak.incidental * weak.lowered)[..., None] * grades("incidental")
    of_mimic = np.where(_PERONEAL[:, None], grades("nerve"), grades("incidental"))
    mixed = mixed + weak.by_mimic[..., None] * of_mimic[:, None, :]
    for root, name in enumerate(ROOT_NAMES):
        own = by_severity[STATES.severity[:, root]] * REACHED[:, root, None]
        # Weakness without its usual root is slighter: 0.93 of lumbar foot drop has L5 compressed (PR084).
        of_root = np.where(_MOVES[name][:, None], own[:, None, :], grades("incidental"))
        mixed = mixed + weak.by_root[root][..., None] * of_root
    mixed = mixed / mixed.sum(axis=-1, keepdims=True)
    table = np.zeros((*weak.total.shape, len(GRADES) + 1))
    table[..., :FULL_POWER] = weak.total[..., None] * mixed
    table[..., FULL_POWER] = 1 - weak.total
    table[..., UNGRADED] = weak.total
    return table


def _reflexes(figures: Figures) -> Floats:
    owed = frequencies(figures, [("reflex", reflex) for reflex in REFLEXES], "incidental")
    lost, by_itself = owed.total, figures.value("reflex_absent", "given_lost", "incidental")
    # A lost reflex is absent as often as whatever lost it has it: each cause counts by how much it contributes.
    shares = np.array([figures.value("reflex_absent", "given_lost", severity) for severity in SEVERITIES])
    incidental = owed.incidental * owed.lowered + owed.by_mimic
    absent, total = incidental * by_itself, incidental
    for root in range(len(ROOT_NAMES)):
        absent = absent + owed.by_root[root] * (shares[STATES.severity[:, root]] * REACHED[:, root])[:, None]
        total = total + owed.by_root[root]
    absent = absent / total
    brisk = figures.value("reflex_brisk", "given_kept")
    table = np.zeros((*lost.shape, 4))
    table[..., KEPT], table[..., RAISED] = (1 - lost) * (1 - brisk), (1 - lost) * brisk
    table[..., REDUCED], table[..., ABSENT] = lost * (1 - absent), lost * absent
    aging = figures.rows("reflex_lost_with_age")
    gone = np.array([figures.value("reflex_lost_with_age", reflex) if reflex in aging else 0.0 for reflex in REFLEXES])
    # Age takes a reflex that is there; one that a root has lost stays as it was found.
    over = table.copy()
    over[..., [KEPT, RAISED]] *= (1 - gone)[:, None]
    over[..., REDUCED] += (1 - lost) * gone * (1 - by_itself)
    over[..., ABSENT] += (1 - lost) * gone * by_itself
    return np.stack([table, over])


def _straight_leg_raise(figures: Figures) -> Floats:
    none = figures.value("slr_beyond_range", "none")
    beyond = np.where(REACHED.any(axis=1), figures.value("slr_beyond_range", "root"), none)
    bands = []
    for table in ("test", "test_over_60"):
        positive = frequencies(figures, [(table, "straight_leg_raise")], "tension").total[:, 0]
        codes = np.zeros((len(STATES), 1, 4))
        codes[:, 0, NEGATIVE], codes[:, 0, POSITIVE] = 1 - positive, positive
        codes[:, 0, POSITIVE_IN_RANGE], codes[:, 0, POSITIVE_BEYOND] = positive * (1 - beyond), positive * beyond
        bands.append(codes)
    return np.stack(bands)


def _tests(figures: Figures) -> Floats:
    tension = frequencies(figures, [("test", name) for name in _TENSION], "tension").total
    rest = frequencies(figures, [("test", name) for name in TESTS[len(_TENSION) :]], "incidental").total
    return np.hstack([tension, rest])


def _lost(figures: Figures) -> Floats:
    """How often each territory has lost sensation, (s, 4); a variant moves what a root owns to the one beside it."""
    names = tuple(TERRITORIES)
    skin = frequencies(figures, [("sensory", name) for name in names], "incidental")
    shares = variant_shares(figures)
    by_root = skin.by_root.copy()
    for number, root in enumerate(ROOT_NAMES):
        own = names.index(_OWN[root])
        # At the end of the row there is no neighbour: the root keeps its own skin.
        felt = np.clip(own + _STEPS, 0, len(names) - 1)
        at_home = np.minimum(skin.by_root[number][:, own] / shares[felt == own].sum(), 1.0)
        for variant, territory in enumerate(felt):
            there = STATES.variant == variant
            by_root[number][there, own] = 0.0
            by_root[number][there, territory] = at_home[there]
    return combined(skin.incidental * skin.lowered, *by_root, skin.by_mimic)


def _regions(figures: Figures) -> Floats:
    alone = figures.value("sensory_extent", "without_loss")
    beside = combined(np.array([figures.value("sensory_extent", "beside_key")]), np.array([alone]))[0]
    keys = [regions[0] for regions in TERRITORIES.values()]
    altered = np.array([[alone] * len(REGIONS), [1.0 if region in keys else beside for region in REGIONS]])
    absent, raised = (figures.value("sensory_quality", quality) for quality in ("absent", "increased"))
    table = np.zeros((*altered.shape, 4))
    table[..., KEPT], table[..., ABSENT] = 1 - altered, altered * absent
    table[..., RAISED], table[..., REDUCED] = altered * raised, altered * (1 - absent - raised)
    return table
