"""What the patient tells: where it hurts and tingles, on which side, and what makes it worse.

Pain takes a path: it follows the territory of the own root, of a neighbour, or none (Kortelainen 1985), and goes down
to thigh, leg or foot; two roots give two paths. Mimics hurt where their maps say. Some histories name all regions that
hurt, some only a few, and some people mark most of the leg. A course is one way in which the pain can run; a patient's
list of regions comes from one course.
"""

from dataclasses import dataclass
from itertools import combinations, combinations_with_replacement, product

import numpy as np

from features.anatomy import BELOW_KNEE, DERMATOMES, ROOTS, Dermatome, NerveRoot, Region
from training.cohort.causes import CAUSES, MIMICS, NO_LESION, UPPER, Cause, Floats, Ints
from training.cohort.figures import Figures
from training.cohort.findings import HISTORY_ANSWERS, REGIONS
from training.cohort.frequency import combined
from training.cohort.states import VARIANTS

EXTENTS = ("thigh", "leg", "foot")
_THIGH, _UNSPECIFIC = "thigh", "unspecific"
PATHS = (_THIGH, *(str(root) for root in ROOTS), _UNSPECIFIC)
PAIRS = tuple(combinations_with_replacement(range(len(PATHS)), 2))
"""Two paths at once; a path with itself is the path alone."""
TARGETS = (*PAIRS, *MIMICS)
"""Where pain or tingling is felt: along one or two of PATHS, or on the map of a mimic."""
COURSES = (*product(range(len(PAIRS)), range(len(EXTENTS))), *((len(PAIRS) + m, 0) for m in range(len(MIMICS))))
"""Positions in TARGETS and EXTENTS; a mimic's map says itself how far down it goes."""
TARGET_OF_COURSE: Ints = np.array([target for target, _ in COURSES])

_FOOT = frozenset(BELOW_KNEE) - {Region.MEDIAL_LEG, Region.ANTERIOR_LEG, Region.LATERAL_LEG, Region.POSTERIOR_CALF}
_LEVEL = np.array([2 if region in _FOOT else 1 if region in BELOW_KNEE else 0 for region in REGIONS])
_ROOT_OF_PATH = {**{str(root): root for root in ROOTS}, _THIGH: NerveRoot.L3}
_LOWER_PATHS = (str(NerveRoot.L5), str(NerveRoot.S1))
_UPPER_FIRST = ((NerveRoot.L2,), (NerveRoot.L3,), (NerveRoot.L4,))


@dataclass(frozen=True, kw_only=True)
class Style:
    """One way of telling pain, met in `share` of people: `hurts` (k, 20) is how often each region does on each course,
    `naming` how often one that hurts is named.
    """

    share: float
    hurts: Floats
    naming: float

    @property
    def named(self) -> Floats:
        """How often each region hurts and is named: (k, 20)."""
        return self.hurts * self.naming


@dataclass(frozen=True, kw_only=True)
class SymptomTables:
    """Probabilities over causes, c, courses, k, and targets, t.

    `course` (c, k); `styles` in which pain is told; `tingles` (c,); `tingling` (t, 20) where, if it does;
    `follows_root` (c,) whether tingling follows the root rather than the pain, and then `own_target` (c, 3) by variant;
    `both_sides` (c,); `history` (c, 5).
    """

    course: Floats
    styles: tuple[Style, ...]
    tingles: Floats
    tingling: Floats
    follows_root: Floats
    own_target: Ints
    both_sides: Floats
    history: Floats


def symptom_tables(figures: Figures) -> SymptomTables:
    """Work out every table from the figures of one world."""
    follows = figures.value("paresthesia", "follows_root", "root")
    history = [[_of_cause(figures, "history", answer, cause) for answer in HISTORY_ANSWERS] for cause in CAUSES]
    return SymptomTables(
        course=np.array([_courses(figures, cause) for cause in CAUSES]),
        styles=_styles(figures),
        tingles=np.array([_tingles(figures, cause) for cause in CAUSES]),
        tingling=_over_targets(_tingling_rates(figures)),
        follows_root=np.array([follows if cause.reached else 0.0 for cause in CAUSES]),
        own_target=np.array([_own_targets(cause) for cause in CAUSES]),
        both_sides=np.array([_of_cause(figures, "history", "both_sides", cause) for cause in CAUSES]),
        history=np.array(history),
    )


def _styles(figures: Figures) -> tuple[Style, ...]:
    along = _over_targets(_pain_rates(figures))[TARGET_OF_COURSE]
    reach = np.array([extent >= _LEVEL if target < len(PAIRS) else _LEVEL >= 0 for target, extent in COURSES])
    hurts = np.where(reach, along, figures.value("pain_region", "beyond_reach", "path"))
    anywhere = np.full_like(hurts, figures.value("style_region", "hurts", "widespread"))
    names, shares = figures.shares("list_style")
    share = dict(zip(names, shares.tolist(), strict=True))
    return (
        Style(share=share["plain"], hurts=hurts, naming=1.0),
        Style(share=share["terse"], hurts=hurts, naming=figures.value("style_region", "named", "terse")),
        Style(share=share["widespread"], hurts=combined(hurts, anywhere), naming=1.0),
    )


def _of_cause(figures: Figures, table: str, row: str, cause: Cause) -> float:
    """The rate under a cause: of the lesion if the table has one, else the highest of the roots it reaches."""
    if figures.states(table, row, cause.lesion):
        return figures.value(table, row, cause.lesion)
    return max(figures.value(table, row, name) for name in cause.reached or (cause.name,))


def _tingles(figures: Figures, cause: Cause) -> float:
    own = figures.states("paresthesia", "reported", cause.name)
    return figures.value("paresthesia", "reported", cause.name if own else "root" if cause.reached else "none")


def _courses(figures: Figures, cause: Cause) -> Floats:
    """How often the pain takes each of COURSES: (k,)."""
    if figures.states("pain_path", cause.name, cause.name) and cause.lesion == NO_LESION:
        return np.asarray(np.eye(len(COURSES))[COURSES.index((len(PAIRS) + MIMICS.index(cause.name), 0))])
    sources = cause.reached or (cause.name,)
    paths = {source: _path_shares(figures, source) for source in sources}
    # Three roots are felt along two of their paths, each two as often as any other.
    two = list(combinations(sources, 2)) or [(sources[0], sources[0])]
    by_pair = np.zeros(len(PAIRS))
    for first, second in two:
        for i, j in product(range(len(PATHS)), repeat=2):
            chance = paths[first][i] * paths[second][j] if first != second else paths[first][i] * (i == j)
            by_pair[PAIRS.index((min(i, j), max(i, j)))] += chance / len(two)
    _, extents = figures.shares("pain_extent", "root" if cause.reached else "none")
    on_paths = np.outer(by_pair, extents).ravel()
    return np.concatenate([on_paths, np.zeros(len(MIMICS))])


def _path_shares(figures: Figures, source: str) -> Floats:
    names, shares = figures.shares("pain_path", source)
    return np.array([shares[names.index(path)] if path in names else 0.0 for path in PATHS])


def _own_targets(cause: Cause) -> list[int]:
    """Where tingling that follows the root is felt under each of VARIANTS: positions in TARGETS."""
    if not cause.reached:
        return [0] * len(VARIANTS)
    own = [PATHS.index(_THIGH if root == UPPER else root) for root in cause.reached]
    ends = (min(own), max(own))
    # Thigh, L4, L5, S1: a variant moves one step along this row, as for sensation.
    last = PATHS.index(str(ROOTS[-1]))
    shifted = [tuple(min(max(end + step, 0), last) for end in ends) for step in (0, -1, 1)]
    return [PAIRS.index((low, high)) for low, high in shifted]


def _over_targets(rates: dict[str, Floats]) -> Floats:
    """Rates per region of every target, (t, 20), from those of every path and mimic."""
    pairs = [rates[PATHS[i]] if i == j else combined(rates[PATHS[i]], rates[PATHS[j]]) for i, j in PAIRS]
    return np.array([*pairs, *(rates[mimic] for mimic in MIMICS)])


def _pain_rates(figures: Figures) -> dict[str, Floats]:
    """How often each region hurts when the pain takes a path and reaches that far: (20,) each."""
    return {path: np.array([_pain_rate(figures, row, path) for row in DERMATOMES]) for path in (*PATHS, *MIMICS)}


def _pain_rate(figures: Figures, row: Dermatome, path: str) -> float:
    if figures.states("pain_region", row.region, path):
        return figures.value("pain_region", row.region, path)
    if path in MIMICS:
        return figures.value("pain_region", "elsewhere", "mimic")
    common = figures.states("pain_region", row.region, "path")
    front = path in _LOWER_PATHS and row.roots[:1] in _UPPER_FIRST
    anyway = figures.value("pain_region", row.region if common else "front" if front else "beyond", "path")
    root = _ROOT_OF_PATH.get(path)
    if root not in row.roots:
        return anyway
    return max(anyway, figures.value("pain_region", "own" if row.roots[0] is root else "second", "path"))


def _tingling_rates(figures: Figures) -> dict[str, Floats]:
    """How often each region tingles, given that something does: (20,) each."""
    beyond = figures.value("paresthesia_region", "beyond", "path")
    felt_by = figures.value("paresthesia_region", "territory_from", "mimic")

    def rate(region: Region, roots: tuple[NerveRoot, ...], path: str) -> float:
        if path in MIMICS:
            stated = figures.states("pain_region", region, path)
            own = stated and figures.value("pain_region", region, path) >= felt_by
        else:
            own = roots[:1] == (_ROOT_OF_PATH.get(path),)
        zone = EXTENTS[_LEVEL[REGIONS.index(region)]]
        return figures.value("paresthesia_region", f"own_{zone}", "path") if own else beyond

    return {path: np.array([rate(row.region, row.roots, path) for row in DERMATOMES]) for path in (*PATHS, *MIMICS)}
