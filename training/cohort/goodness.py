"""Goodness of fit: for each published figure that bears on the cohort, the simulated figure beside it.

`goodness.csv` lists the figures. `measures` says what the words of `population` and `measure` mean; a published range
comes from where `range_from` says: a printed `interval`, a range `stated` in words, several `papers` together, the 95 %
interval of a share of `n` (Wilson EB. J Am Stat Assoc 1927;22:209-212), or our `judgement` where none is printed. A
figure outside its range must say `because`: papers conflict, and the cohort cannot follow all of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm
from sklearn.metrics import cohen_kappa_score, roc_auc_score

from features.anatomy import ROOTS
from training.cohort.causes import Floats
from training.cohort.draw import Cohort, draw
from training.cohort.findings import COLUMN, COLUMNS, HISTORY_ANSWERS, MOVEMENTS, NOT_STATED, REFLEXES, WHERE
from training.cohort.measures import KEY_MOVEMENTS, KEY_REFLEXES, finding, population
from training.cohort.posterior import limit
from training.cohort.world import World

TABLE = Path(__file__).parent / "goodness.csv"
CONFIDENCE = 0.95
SHARE_SPECIALIST = 20
"""One specialist patient, whose exact posterior is worked out, for so many drawn."""
LEAST = 20
"""Examinations below which a share is not worth stating."""
SETTING = "specialist"
"""Where most figures on how well roots can be told come from."""
_KNOWN = {"all": tuple(WHERE), "history": ("patient", "side", "history", "paresthesia"), "slr": ("slr",)}
"""What a classifier is told whose area is published: kinds of columns, beside the age."""


@dataclass(frozen=True, kw_only=True)
class Fit:
    """One published figure and its simulated counterpart: in the world as published, and its 95 % range over worlds.

    `least` and `most` are NaN where no other worlds were drawn.
    """

    evidence: str
    what: str
    published: float
    low: float
    high: float
    simulated: float
    least: float
    most: float
    range_from: str
    because: str

    @property
    def inside(self) -> bool:
        """Whether the simulated figure lies in the published range."""
        return self.low <= self.simulated <= self.high


def goodness(published: World, worlds: Sequence[World], patients: int, seed: int) -> list[Fit]:
    """Every figure of the table, simulated with `patients` patients in each world."""
    table = pd.read_csv(TABLE, keep_default_na=False)
    simulated = [_simulate(world, table, patients, [seed, number]) for number, world in enumerate((published, *worlds))]
    fits = []
    for number, row in enumerate(table.to_dict("records")):
        low, high = _range(row)
        least, most = _spread([values[number] for values in simulated[1:]])
        fits.append(
            Fit(
                evidence=row["evidence"],
                what=row["what"],
                published=float(row["published"]),
                low=low,
                high=high,
                simulated=simulated[0][number],
                least=least,
                most=most,
                range_from=row["range_from"],
                because=row["because"],
            )
        )
    return fits


def unexplained(fits: Sequence[Fit]) -> list[str]:
    """A sentence for every figure that lies outside its published range and does not say why."""
    return [
        f"{fit.what} ({fit.evidence}): simulated {fit.simulated:.3f}, published {fit.low:.3f} to {fit.high:.3f}"
        for fit in fits
        if not fit.inside and not fit.because
    ]


def _spread(simulated: Sequence[float]) -> tuple[float, float]:
    """The range that 95 % of the numbers lie in, those left out that could not be worked out."""
    known = [each for each in simulated if not np.isnan(each)]
    if not known:
        return float("nan"), float("nan")
    least, most = np.quantile(known, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(least), float(most)


def _range(row: Mapping[Any, Any]) -> tuple[float, float]:
    if row["low"] != "":
        return float(row["low"]), float(row["high"])
    return wilson(float(row["published"]), int(float(row["n"])))


def wilson(share: float, n: int) -> tuple[float, float]:
    """The 95 % interval of a share of n (Wilson 1927)."""
    z = float(norm.ppf((1 + CONFIDENCE) / 2))
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return float(centre - half), float(centre + half)


def _simulate(world: World, table: pd.DataFrame, patients: int, seed: Sequence[int]) -> list[float]:
    number = int(np.random.SeedSequence(seed).generate_state(1)[0])
    cohort = draw([world], patients, number, completeness="full")
    specialist = draw([world], patients // SHARE_SPECIALIST, number, completeness="full", setting=SETTING, twice=False)
    said = {what: _said(world, specialist, kinds) for what, kinds in _KNOWN.items()}
    return [_figure(cohort, specialist, said, row) for row in table.to_dict("records")]


def _figure(cohort: Cohort, specialist: Cohort, said: Mapping[str, Floats], row: Mapping[Any, Any]) -> float:
    kind, measure = row["kind"], row["measure"]
    if kind == "kappa":
        return _kappa(cohort.where(population(cohort, row["population"])), measure)
    if kind == "area":
        what, target = measure.split(":")
        return _area(specialist, said[what], target)
    if kind == "best_single":
        return _best_single(specialist)
    members = population(cohort, row["population"])
    if members.sum() < LEAST:
        return float("nan")
    found = finding(cohort, measure)
    if kind in {"share", "mean"}:
        return float(found[members].mean())
    here, there = (float(found[chosen].mean()) for chosen in (members, population(cohort, row["versus"])))
    ratio = here / there
    return ratio if kind == "lr" else ratio * (1 - there) / (1 - here)


def _kappa(cohort: Cohort, kind: str) -> float:
    """Agreement of two examiners who saw the same patient, averaged over the findings that are usually tested."""
    order = np.argsort(cohort.patient, kind="stable")
    same = np.flatnonzero(np.diff(cohort.patient[order]) == 0)
    first, second = cohort.where(order[same]), cohort.where(order[same + 1])
    measures = {
        "strength": [f"weak:{movement}" for movement in KEY_MOVEMENTS],
        "reflex": [f"lost:{reflex}" for reflex in KEY_REFLEXES],
        "sensation": [f"numb:{root}" for root in ROOTS],
        "slr": ["slr"],
    }[kind]
    return float(np.mean([cohen_kappa_score(finding(first, each), finding(second, each)) for each in measures]))


def _best_single(specialist: Cohort) -> float:
    """The largest area that any finding alone has for root compression on imaging."""
    truth = specialist.imaging.any(axis=1)
    names = [
        *(f"weak:{movement}" for movement in MOVEMENTS),
        *(f"lost:{reflex}" for reflex in REFLEXES),
        *(f"numb:{root}" for root in ROOTS),
        *(f"yes:{answer}" for answer in HISTORY_ANSWERS),
        *("slr", "yes:crossed_straight_leg_raise", "yes:slump", "yes:femoral_stretch", "yes:below_knee"),
    ]
    return max(float(roc_auc_score(truth, finding(specialist, name))) for name in names)


def _said(world: World, specialist: Cohort, kinds: Sequence[str]) -> Floats:
    """What the best classifier says that is told the age and some kinds of findings: (n, 4)."""
    codes = np.full_like(specialist.codes, NOT_STATED)
    told = np.concatenate([[COLUMN["age_years"]], *(np.arange(len(COLUMNS))[WHERE[kind]] for kind in kinds)])
    codes[:, told] = specialist.codes[:, told]
    return limit([world], codes, SETTING)


def _area(specialist: Cohort, said: Floats, target: str) -> float:
    """The area of what was said for a root, or for any of them, imaging taken as the truth."""
    if target == "any":
        return float(roc_auc_score(specialist.imaging.any(axis=1), 1 - said[:, -1]))
    root = [str(each) for each in ROOTS].index(target)
    return float(roc_auc_score(specialist.imaging[:, root], said[:, root]))
