"""What the examiner finds: strength, reflexes, sensation and bedside tests, drawn from their published frequencies.

A sign is there when a latent standard normal variable falls below the threshold that makes its frequency come out as
published. The latent variables share a severity of the patient and one of the root that the sign tests, so signs of
one root go together, the false ones too: without that, counting signs would tell the root far better than any study
found (a probit random-effects model; for two correlated tests: Qu, Tan and Kutner, Biometrics 1996;52:797-810).
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from features.anatomy import MYOTOMES, REFLEX_ARCS, ROOTS, NerveRoot, Region, regions_of
from features.encoding import OLD_AGE
from features.exam import NORMAL_POWER
from training.figures import Figures
from training.population import CAUSES, MIMICS, Bools, Floats, Ints, Population, highest, rates
from training.symptoms import REGIONS

MOVEMENTS = tuple(row.movement for row in MYOTOMES)
REFLEXES = tuple(row.reflex for row in REFLEX_ARCS)
FUNCTIONS = ("heel_walk", "toe_walk", "single_leg_sit_to_stand")
TESTS = {
    "straight_leg_raise": None,
    "crossed_straight_leg_raise": None,
    "slump": None,
    "femoral_stretch": NerveRoot.L4,
    "crossed_femoral_stretch": NerveRoot.L4,
    "hip_internal_rotation_pain": None,
    "trochanteric_tenderness": None,
    "faber": None,
    "fibular_head_tinel": None,
    "pedal_pulses_reduced": None,
    "dermatomal_rash": None,
}
"""Bedside tests and the root whose severity they share."""

KEPT, REDUCED, ABSENT, RAISED = range(4)
"""Codes of reflexes (raised: brisk) and of sensation (raised: increased)."""

TERRITORIES: dict[str, tuple[Region, ...]] = {
    # The key region comes first: it is altered whenever the territory is.
    "L4": (Region.MEDIAL_LEG, *(r for r in regions_of(NerveRoot.L4) if r is not Region.MEDIAL_LEG)),
    "L5": (Region.DORSUM_FOOT, *(r for r in regions_of(NerveRoot.L5) if r is not Region.DORSUM_FOOT)),
    "S1": (Region.LATERAL_FOOT, *(r for r in regions_of(NerveRoot.S1) if r is not Region.LATERAL_FOOT)),
    "thigh": (Region.ANTEROLATERAL_THIGH, Region.ANTERIOR_THIGH),
}
_FUNCTION_OF = {"heel_walk": "ankle_dorsiflexion", "toe_walk": "plantar_flexion"}


@dataclass(frozen=True, kw_only=True)
class Signs:
    """Parallel arrays: `power` (n, 11) MRC grades, `unable` (n, 3), `reflexes` (n, 3) and `sensation` (n, 20) codes,
    `tests` (n, 11), in the order of MOVEMENTS, FUNCTIONS, REFLEXES, REGIONS and TESTS.
    """

    power: Floats
    unable: Bools
    reflexes: Ints
    sensation: Ints
    tests: Bools


@dataclass(frozen=True, kw_only=True)
class _Examiner:
    """Draws one sign after another for the same people."""

    figures: Figures
    people: Population
    rng: np.random.Generator

    def depth(self, rate: Floats, root: NerveRoot | None, tension: bool = False) -> Floats:
        """How deep each patient lies below the threshold of a sign, (n,): there if below 1, the smaller the worse."""
        patient = self.figures.value("loading", "tension" if tension else "patient")
        shared = patient * self.people.severity
        explained = patient**2
        if root in ROOTS:
            own = self.figures.value("loading", "root")
            shared = shared + own * self.people.root_severity[:, ROOTS.index(root)]
            explained += own**2
        latent = shared + np.sqrt(1 - explained) * self.rng.standard_normal(len(self.people))
        # A rate of zero is a sign that is never there.
        return np.asarray(ndtr(-latent) / np.maximum(rate, np.finfo(float).tiny))

    def rate(self, table: str, row: str) -> Floats:
        return highest(self.people.caused, rates(self.figures, table, row))

    def _usual_cause(self, table: str, row: str, root: NerveRoot) -> Bools:
        """Whether the usual root of the sign, or a mimic with a rate of its own, is a cause: (n,)."""
        usual = {str(root)} if root in ROOTS else {"upper_root"}
        usual |= {mimic for mimic in MIMICS if self.figures.states(table, row, mimic)}
        return np.asarray(self.people.caused[:, [cause in usual for cause in CAUSES]].any(axis=1))

    def power(self) -> Floats:
        power = np.full((len(self.people), len(MOVEMENTS)), NORMAL_POWER)
        for column, row in enumerate(MYOTOMES):
            depth = self.depth(self.rate("weak", row.movement), row.roots[0])
            belongs = self._usual_cause("weak", row.movement, row.roots[0])
            for members, kind in ((belongs, "root"), (~belongs, "incidental")):
                grades, shares = self.figures.shares("grade", kind)
                # The figures list the mildest grade first; depth 0 is the worst.
                steps = np.cumsum(shares[::-1])[:-1]
                worst_first = np.array([float(grade) for grade in grades[::-1]])
                weak = members & (depth < 1)
                power[weak, column] = worst_first[np.searchsorted(steps, depth[weak], side="right")]
        return power

    def unable(self, power: Floats) -> Bools:
        n = len(self.people)
        columns = []
        for function in FUNCTIONS:
            movement = _FUNCTION_OF.get(function, "knee_extension")
            weak = power[:, [str(m) for m in MOVEMENTS].index(movement)] < NORMAL_POWER
            figures = {kind: self.figures.value("unable", function, kind) for kind in ("weak", "strong")}
            chance = np.where(weak, figures["weak"], figures["strong"])
            for root in ROOTS:
                if self.figures.states("unable", function, root):
                    own = np.where(
                        self.people.roots[:, ROOTS.index(root)], self.figures.value("unable", function, root), 0
                    )
                    chance = np.maximum(chance, own)
            columns.append(self.rng.random(n) < chance)
        return np.column_stack(columns)

    def reflexes(self) -> Ints:
        n = len(self.people)
        columns = []
        for arc in REFLEX_ARCS:
            depth = self.depth(self.rate("reflex", arc.reflex), arc.roots[0])
            worst = np.where(
                self._usual_cause("reflex", arc.reflex, arc.roots[0]),
                self.figures.value("reflex_absent", "given_lost", "root"),
                self.figures.value("reflex_absent", "given_lost", "incidental"),
            )
            found = np.where(depth < worst, ABSENT, np.where(depth < 1, REDUCED, KEPT))
            brisk = self.rng.random(n) < self.figures.value("reflex_brisk", "given_kept")
            found[(found == KEPT) & brisk] = RAISED
            if self.figures.states("reflex_lost_with_age", arc.reflex, "all"):
                old = self.people.age_years > OLD_AGE
                found[old & (self.rng.random(n) < self.figures.value("reflex_lost_with_age", arc.reflex))] = ABSENT
            columns.append(found)
        return np.column_stack(columns)

    def sensation(self) -> Ints:
        n, figures = len(self.people), self.figures
        altered = self.rng.random((n, len(REGIONS))) < figures.value("sensory_extent", "without_loss")
        for territory, (key, *beside) in TERRITORIES.items():
            root = next((root for root in ROOTS if root == territory), None)
            lost = self.depth(self.rate("sensory", territory), root) < 1
            altered[:, REGIONS.index(key)] |= lost
            for region in beside:
                spread = self.rng.random(n) < figures.value("sensory_extent", "beside_key")
                altered[:, REGIONS.index(region)] |= lost & spread
        u = self.rng.random(altered.shape)
        absent = figures.value("sensory_quality", "absent")
        raised = absent + figures.value("sensory_quality", "increased")
        return np.where(~altered, KEPT, np.where(u < absent, ABSENT, np.where(u < raised, RAISED, REDUCED)))

    def tests(self) -> Bools:
        columns = []
        for test, root in TESTS.items():
            rate = self.rate("test", test)
            if test in self.figures.rows("test_over_60", "other"):
                rate = np.where(self.people.age_years > OLD_AGE, self.rate("test_over_60", test), rate)
            columns.append(self.depth(rate, root, tension=root is None) < 1)
        return np.column_stack(columns)


def draw_signs(figures: Figures, people: Population, rng: np.random.Generator) -> Signs:
    """Examine each of `people` once, completely."""
    examiner = _Examiner(figures=figures, people=people, rng=rng)
    power = examiner.power()
    return Signs(
        power=power,
        unable=examiner.unable(power),
        reflexes=examiner.reflexes(),
        sensation=examiner.sensation(),
        tests=examiner.tests(),
    )
