"""Who is drawn: people with leg pain, with and without a serious disease, and what they answer to the screen.

History and signs of the leg are those of the synthetic cohort (docs/cohort.md), at the ages the disease is seen at. The
answers to the red-flag questions come from `figures.csv`: with the disease from its sensitivities, everything else from
the frequency among people without it. All answers of a person share one hidden factor, because a person with one
positive answer tends to have others; how strongly is not published (`dependence`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from bench.burden.figures import Figures
from service.rules.red_flags.systemic import WEAK_AGE
from training.cohort.causes import SETTINGS
from training.cohort.completeness import FULL, PARTIAL
from training.cohort.draw import Cohort, draw
from training.cohort.findings import COLUMN, FULL_POWER, KEPT, RAISED, WHERE, exam_json
from training.cohort.world import World, published_world

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Json = dict[str, Any]

NONE = "none"
CAUDA_EQUINA = "cauda_equina"
PATHOLOGIES = (CAUDA_EQUINA, "malignancy", "infection", "fracture")
SUSPECTED = "suspected_cauda_equina"
"""The emergency setting: people sent for a scan because the cauda equina is in doubt."""
PLACES = (*SETTINGS, SUSPECTED)

FIELDS = {
    "urinary_retention": ("urinary_retention",),
    "bladder": ("urinary_incontinence", "new_bladder_symptom"),
    "fecal_incontinence": ("fecal_incontinence",),
    "saddle_anesthesia": ("saddle_anesthesia",),
    "bilateral_neurologic_deficit": ("bilateral_neurologic_deficit",),
    "progressive_motor_weakness": ("progressive_motor_weakness",),
    "history_of_cancer": ("history_of_cancer",),
    "unexplained_weight_loss": ("unexplained_weight_loss",),
    "fever": ("fever",),
    "iv_drug_use": ("iv_drug_use",),
    "recent_infection": ("recent_infection",),
    "immunosuppression": ("immunosuppression",),
    "osteoporosis": ("osteoporosis",),
    "steroid_use": ("steroid_use",),
    "significant_trauma": ("significant_trauma",),
}
"""The yes-or-no fields of the screen that each figure answers; one figure stands for both bladder questions."""
PLANTAR, RESIDUAL = "extensor_plantar", "residual_urine"
QUESTIONS = (*FIELDS, PLANTAR, RESIDUAL)
RESIDUAL_ML = {True: 400.0, False: 50.0}
"""Millilitres written for a residual urine of 200 ml or more, and below."""
TEMPO_HOURS = {True: 12.0, False: 72.0}
"""Hours written for weakness that grew within 24 hours, and more slowly."""
POOL = 3
"""Patients of the cohort drawn for each one needed, so that every age at which a disease is seen is at hand."""


@dataclass(frozen=True, kw_only=True)
class People:
    """`answers` and `asked` by question, (n,); `rapid` is the tempo of weakness that grows. The two cohorts hold the
    same people: examined as a specialist does, and with gaps.
    """

    full: Cohort
    partial: Cohort
    answers: dict[str, Bools]
    asked: dict[str, Bools]
    rapid: Bools
    residual_measured: bool

    def __len__(self) -> int:
        return len(self.full)

    @property
    def over_50(self) -> Bools:
        """Whether each is older than the age that is on the list of red flags."""
        return np.asarray(self.full.codes[:, COLUMN["age_years"]] > WEAK_AGE)

    def bodies(self, *, complete: bool) -> Iterator[Json]:
        """The body of `POST /v1/assessments` for each: with every question of the screen answered, or some left out."""
        cohort = self.full if complete else self.partial
        for i in range(len(self)):
            body = exam_json(cohort.codes[i], left=bool(i % 2), duration_days=int(cohort.duration_days[i]))
            said = {name: bool(self.answers[name][i]) for name in QUESTIONS if complete or self.asked[name][i]}
            flags: Json = {field: said[name] for name in FIELDS if name in said for field in FIELDS[name]}
            if complete and said["progressive_motor_weakness"]:
                flags["motor_deterioration_hours"] = TEMPO_HOURS[bool(self.rapid[i])]
            if self.residual_measured and RESIDUAL in said:
                flags["post_void_residual_ml"] = RESIDUAL_ML[said[RESIDUAL]]
            if PLANTAR in said:
                response = "extensor" if said[PLANTAR] else "flexor"
                body.setdefault("examination", {})["plantar_response"] = response
            yield body | {"red_flags": flags}


def people(
    figures: Figures,
    place: str,
    disease: str,
    size: int,
    seed: int,
    *,
    brisk: bool = True,
    over_50: float | None = None,
) -> People:
    """Draw `size` people of `place` who have `disease`, or NONE.

    The same seed gives the same uniform numbers whatever the figures are, so that scenarios differ by the figures
    alone. `brisk` False lets no normal reflex pass for a brisk one; `over_50` sets the share of the old among people
    without disease.
    """
    setting = "primary_care" if place == SUSPECTED else place
    rng = np.random.default_rng([seed, PLACES.index(place), (NONE, *PATHOLOGIES).index(disease)])
    draws = int(rng.integers(2**31))
    pools = [
        draw((_world(),), POOL * size, draws, setting=setting, completeness=level, twice=False)
        for level in (FULL, PARTIAL)
    ]
    aged, chance = rng.random(size), rng.random(size)
    shared, own = rng.standard_normal(size), rng.standard_normal((len(QUESTIONS), size))
    asked, rapid = rng.random((len(QUESTIONS), size)), rng.random(size)
    share = _share_over_50(figures, place, disease) if over_50 is None else over_50
    chosen = _of_age(np.asarray(pools[0].codes[:, COLUMN["age_years"]] > WEAK_AGE), share, aged, chance)
    full, partial = (_without_brisk(pool.where(chosen)) if not brisk else pool.where(chosen) for pool in pools)
    correlation = figures.value("dependence", "correlation")
    # One hidden factor a person: a Gaussian copula, which leaves every single frequency as the table has it.
    level = norm.cdf(np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * own)
    old = np.asarray(full.codes[:, COLUMN["age_years"]] > WEAK_AGE)
    weak = (full.complete[:, WHERE["strength"]] != FULL_POWER).any(axis=1)
    answers = {}
    for position, question in enumerate(QUESTIONS):
        answers[question] = level[position] < _frequency(figures, question, place, disease, old, weak)
    return People(
        full=full,
        partial=partial,
        answers=answers,
        asked={
            question: asked[position] < figures.value("asked", question, "incomplete")
            for position, question in enumerate(QUESTIONS)
        },
        rapid=rapid < figures.value("background", "rapid", "progressive"),
        residual_measured=place == SUSPECTED,
    )


@cache
def _world() -> World:
    return published_world()


def _share_over_50(figures: Figures, place: str, disease: str) -> float | None:
    """The share of the old among those who have a disease, or among suspects; None as the cohort has it."""
    column = f"{NONE}_suspected" if (place, disease) == (SUSPECTED, NONE) else disease
    return figures.value("share_over_50", "all", column) if figures.states("share_over_50", "all", column) else None


def _of_age(old: Bools, share: float | None, aged: Floats, chance: Floats) -> npt.NDArray[np.int64]:
    """Positions in a pool, one for each of `aged`, so that `share` of them are old."""
    if share is None:
        return np.arange(len(aged))
    bands = [np.flatnonzero(~old), np.flatnonzero(old)]
    which = (aged < share).astype(int)
    return np.array([bands[band][int(at * len(bands[band]))] for band, at in zip(which, chance, strict=True)])


def _frequency(figures: Figures, question: str, place: str, disease: str, old: Bools, weak: Bools) -> Floats:
    """How often each person answers yes: by the disease if its sensitivity is known, else as people without it do."""
    among = weak if question == "progressive_motor_weakness" else np.ones(len(old), dtype=bool)
    if figures.states("sensitivity", question, disease):
        return np.asarray(among * figures.value("sensitivity", question, disease))
    if place == SUSPECTED and figures.states("suspected", question):
        return np.full(len(old), figures.value("suspected", question))
    if question == RESIDUAL:
        return np.zeros(len(old))  # measured in suspects alone
    if question == "progressive_motor_weakness":
        return np.asarray(among * figures.value("background", question, "weak"))
    if figures.states("background", question):
        return np.full(len(old), figures.value("background", question))
    young, aged = (figures.value("background", question, band) for band in ("to_50", "over_50"))
    return np.where(old, aged, young)


def _without_brisk(cohort: Cohort) -> Cohort:
    """The same people, with no reflex called brisk."""
    codes = cohort.codes.copy()
    reflexes = codes[:, WHERE["reflex"]]
    reflexes[reflexes == RAISED] = KEPT
    return Cohort(
        **{name: getattr(cohort, name) for name in Cohort.__dataclass_fields__ if name != "codes"}, codes=codes
    )
