"""What the patient tells: where it hurts and tingles, and what makes it worse.

Pain takes a path: it follows the territory of the own root, of a neighbour, or none (Kortelainen 1985), and goes down
to thigh, leg or foot. The tables of `features.anatomy` say which region belongs to which path.
"""

from dataclasses import dataclass

import numpy as np

from features.anatomy import BELOW_KNEE, DERMATOMES, ROOTS, Dermatome, NerveRoot, Region
from training.figures import Figures
from training.population import CAUSES, MIMICS, Bools, Floats, Ints, Population, highest, rates

REGIONS = tuple(row.region for row in DERMATOMES)
HISTORY_ANSWERS = (
    "leg_pain_worse_than_back_pain",
    "worse_with_cough_or_sneeze",
    "worse_with_sitting",
    "worse_with_walking",
    "relieved_by_flexion",
)
PATHS = (*(str(root) for root in ROOTS), "thigh", "unspecific", *MIMICS)
EXTENTS = ("thigh", "leg", "foot")

_FOOT = frozenset(BELOW_KNEE) - {Region.MEDIAL_LEG, Region.ANTERIOR_LEG, Region.LATERAL_LEG, Region.POSTERIOR_CALF}
_ROOT_OF_PATH = {**{str(root): root for root in ROOTS}, "thigh": NerveRoot.L3}
_LOWER_PATHS = (str(NerveRoot.L5), str(NerveRoot.S1))
_UPPER_FIRST = ((NerveRoot.L2,), (NerveRoot.L3,), (NerveRoot.L4,))


@dataclass(frozen=True, kw_only=True)
class Symptoms:
    """Parallel arrays: `pain` and `paresthesia` (n, 20) in the order of REGIONS, `history` (n, 5) in the order of
    HISTORY_ANSWERS, `both_sides` (n,).
    """

    pain: Bools
    paresthesia: Bools
    history: Bools
    both_sides: Bools

    @property
    def below_knee(self) -> Bools:
        """Whether the pain goes below the knee: (n,)."""
        return np.asarray(self.pain[:, [region in BELOW_KNEE for region in REGIONS]].any(axis=1))


def draw_symptoms(figures: Figures, people: Population, rng: np.random.Generator) -> Symptoms:
    """Draw what each of `people` tells."""
    n = len(people)
    paths = _draw_paths(figures, people, rng)
    reaches = _draw_reach(figures, people, rng)
    pain = rng.random((n, len(REGIONS))) < _over_causes(pain_rates(figures), paths, people) * reaches
    history = np.column_stack(
        [rng.random(n) < highest(people.caused, rates(figures, "history", answer)) for answer in HISTORY_ANSWERS]
    )
    return Symptoms(
        pain=pain,
        paresthesia=_draw_paresthesia(figures, people, paths, rng),
        history=history,
        both_sides=rng.random(n) < highest(people.caused, rates(figures, "history", "both_sides")),
    )


def _draw_paths(figures: Figures, people: Population, rng: np.random.Generator) -> Ints:
    """The path of the pain that each cause would give: (n, len(CAUSES)), indices into PATHS."""
    drawn = []
    for cause in CAUSES:
        paths, shares = figures.shares("pain_path", cause)
        drawn.append(rng.choice([PATHS.index(path) for path in paths], size=len(people), p=shares))
    return np.column_stack(drawn)


def _draw_reach(figures: Figures, people: Population, rng: np.random.Generator) -> Bools:
    """Whether the pain goes down far enough for each region: (n, 20). The maps of mimics say so themselves."""
    level = np.array([2 if region in _FOOT else 1 if region in BELOW_KNEE else 0 for region in REGIONS])
    u = rng.random(len(people))
    depth = np.zeros(len(people), dtype=np.int64)
    rooted = people.roots.any(axis=1) | people.caused[:, CAUSES.index("upper_root")]
    for members, column in ((rooted, "root"), (~rooted, "none")):
        _, shares = figures.shares("pain_extent", column)
        depth[members] = np.searchsorted(np.cumsum(shares)[:-1], u[members], side="right")
    mapped = people.caused[:, [figures.states("pain_path", cause, cause) and cause in MIMICS for cause in CAUSES]]
    return np.asarray((level <= depth[:, None]) | mapped.any(axis=1, keepdims=True))


def _over_causes(per_path: Floats, paths: Ints, people: Population) -> Floats:
    """The highest rate of each region over the causes that are there: (n, 20)."""
    highest_yet = np.zeros((len(people), len(REGIONS)))
    for column in range(len(CAUSES)):
        there = people.caused[:, column]
        highest_yet[there] = np.maximum(highest_yet[there], per_path[paths[there, column]])
    return highest_yet


def pain_rates(figures: Figures) -> Floats:
    """How often each region hurts when the pain takes each path and reaches that far: (len(PATHS), 20)."""
    return np.array([[_pain_rate(figures, row, path) for row in DERMATOMES] for path in PATHS])


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


def _draw_paresthesia(figures: Figures, people: Population, pain_paths: Ints, rng: np.random.Generator) -> Bools:
    n = len(people)
    own = np.array([PATHS.index("thigh" if cause == "upper_root" else cause) for cause in CAUSES])
    follows = rng.random(n) < figures.value("paresthesia", "follows_root", "root")
    paths = np.where(follows[:, None] & people.roots.any(axis=1, keepdims=True), own, pain_paths)
    chance = _over_causes(_tingling_rates(figures), paths, people)
    u = rng.random((n, len(REGIONS)))
    where = u < chance
    # Somebody who tingles tingles somewhere: where it is likeliest, if the draw names no region.
    nearest = np.argmax(chance - u, axis=1)
    where[np.arange(n), nearest] |= ~where.any(axis=1)
    reported = rng.random(n) < highest(people.caused, np.array([_tingles(figures, cause) for cause in CAUSES]))
    return np.asarray(where & reported[:, None])


def _tingles(figures: Figures, cause: str) -> float:
    if figures.states("paresthesia", "reported", cause):
        return figures.value("paresthesia", "reported", cause)
    return figures.value("paresthesia", "reported", "root" if cause in (*ROOTS, "upper_root") else "none")


def _tingling_rates(figures: Figures) -> Floats:
    """How often each region tingles, given that something does: (len(PATHS), 20)."""
    beyond = figures.value("paresthesia_region", "beyond", "path")
    felt_by = figures.value("paresthesia_region", "territory_from", "mimic")

    def rate(region: Region, roots: tuple[NerveRoot, ...], path: str) -> float:
        if path in MIMICS:
            stated = figures.states("pain_region", region, path)
            own = stated and figures.value("pain_region", region, path) >= felt_by
        else:
            own = roots[:1] == (_ROOT_OF_PATH.get(path),)
        zone = "foot" if region in _FOOT else "leg" if region in BELOW_KNEE else "thigh"
        return figures.value("paresthesia_region", f"own_{zone}", "path") if own else beyond

    return np.array([[rate(row.region, row.roots, path) for row in DERMATOMES] for path in PATHS])
