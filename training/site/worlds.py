"""The synthetic "sites" of the study: clinics whose patients and examiners differ from the published ones.

Everything that the study needs to know of a cohort is `draw(site, patients, rng)`.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit, logit

from features.encoding import FEATURES
from training.cohort import draw as cohort
from training.cohort.figures import Figures
from training.cohort.world import World, build, published_world
from training.dataset import Dataset

WITHIN, BEYOND, FAR = 0.0, 0.5, 1.0
"""How far a site lies outside the published ranges: the standard deviation of its log-odds about a world drawn from
them. Not at all; a factor of 1.6 either way, which is how far papers on the same sign commonly differ; a factor of 2.7.
"""

CONFIRMING = ("surgical", "specialist")
"""The settings that confirm roots often enough to have a table of them."""

NEVER_EXAMINED = 0.2
"""Share of the signs that a site never looks for."""

_FREQUENCIES = (
    *("weak", "unable", "reflex", "sensory", "test", "test_over_60"),
    *("history", "paresthesia", "pain_region", "no_root", "stated"),
)
_SHARES = ("lesion", "roots", "severity", "share_of_none", "pain_path", "stratum")
"""Tables whose rows are parts of a whole; they are scaled to add up where they are read."""
_NO_FREQUENCY = "spread"
"""The column of the table `stated` that says how much examiners differ."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where exams come from: a world, one of the settings (None for all of them), and the columns of the rows that hold
    nothing because nobody looks there.
    """

    world: World
    setting: str | None = None
    blank: tuple[int, ...] = ()


def published() -> Site:
    """The world of the papers, in all settings: what the synthetic cohort is drawn from, the prior."""
    return Site(world=published_world())


def shifted(rng: np.random.Generator, spread: float = BEYOND, setting: str = CONFIRMING[0]) -> Site:
    """A clinic of its own: other prevalences, other frequencies of signs, other habits of examination.

    Its figures are drawn from the published ranges, and then moved by `spread` on the scale of log-odds.
    """
    table = Figures.load().drawn(rng).table
    value = table["value"].to_numpy(dtype=np.float64, copy=True)
    frequency = (
        table["table"].isin(_FREQUENCIES) & (table["column"] != _NO_FREQUENCY) & (value > 0) & (value < 1)
    ).to_numpy()
    value[frequency] = expit(logit(value[frequency]) + rng.normal(0, spread, frequency.sum()))
    share = table["table"].isin(_SHARES).to_numpy()
    value[share] *= np.exp(rng.normal(0, spread, share.sum()))
    signs = sorted({feature.pointer for feature in FEATURES if feature.pointer.startswith("/examination/")})
    never = {sign for sign, skipped in zip(signs, rng.random(len(signs)) < NEVER_EXAMINED, strict=True) if skipped}
    return Site(
        world=build(Figures(table.assign(value=value))),
        setting=setting,
        blank=tuple(column for column, feature in enumerate(FEATURES) if feature.pointer in never),
    )


def draw(site: Site, patients: int, rng: np.random.Generator) -> Dataset:
    """The examinations of so many patients of `site`, some examined twice, as rows in random order."""
    drawn = cohort.draw([site.world], patients, int(rng.integers(2**32)), setting=site.setting)
    data = Dataset.of_cohort(drawn)
    data.rows[:, list(site.blank)] = np.nan
    # Second examinations stand at the end; a small site has its share of them. The codes still hold what was blanked.
    return replace(data, findings=None).where(rng.permutation(len(data)))
