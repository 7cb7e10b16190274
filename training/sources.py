"""Where the labelled examinations of a run come from: the synthetic cohort, or a site's table with the cohort as prior.

Both give the same thing: parts by patient, and what to fit on. Only the part that is fitted on gets the prior mixed in;
calibration, prediction sets and judgement are on the data's own patients alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from training.cohort.draw import draw
from training.cohort.figures import Figures
from training.cohort.posterior import limit
from training.cohort.world import World, draw_worlds
from training.conformal import Floats
from training.dataset import Dataset, split
from training.evaluation.card import Origin
from training.params import Params
from training.search import WithPrior, alone
from training.site.mixing import mix
from training.site.table import read

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Source:
    """The parts of the data; `digest` is that of all of them, `statement` says where they are from.

    `worlds` are those that the cohort was drawn from; there are none behind a site's data. `with_prior` puts the
    synthetic cohort beside a site's exams that are to be fitted on, and leaves the cohort's own as they are. `notes`
    are what the owner of a table should know of it.
    """

    origin: Origin
    statement: str
    parts: Mapping[str, Dataset]
    with_prior: WithPrior
    digest: str
    worlds: tuple[World, ...]
    bases: Mapping[str, int] | None
    notes: tuple[str, ...] = ()

    def best(self, exams: Dataset) -> Floats | None:
        """The exact probabilities of the roots, (n, 4), that no model can beat; None where nobody knows them."""
        return limit(self.worlds, exams.findings) if self.worlds and exams.findings is not None else None


def synthetic(params: Params, say: Say) -> Source:
    """The synthetic cohort, drawn across worlds."""
    worlds = draw_worlds(params.cohort.worlds, params.seed)
    data = Dataset.of_cohort(draw(worlds, params.cohort.patients, params.seed))
    say(f"drew {params.cohort.patients} synthetic patients in {len(worlds)} worlds, {len(data)} examinations")
    parts = split(data, params.split, params.seed)
    bases = Figures.load().bases()
    return Source(
        origin=Origin.SYNTHETIC,
        statement=_of_cohort(bases, params.cohort.worlds),
        parts=parts,
        with_prior=alone,
        digest=data.digest(),
        worlds=worlds,
        bases=bases,
    )


def of_site(params: Params, path: Path, prior_weight: float, now: datetime, say: Say) -> Source:
    """A site's table, with the synthetic cohort mixed into the part that is fitted on.

    Raises:
        BadTable: something is wrong with the table; the message names every fault.
    """
    table = read(path, now)
    for note in table.notes:
        say(note)
    parts = split(table.dataset, params.split, params.seed)
    statement = f"{len(table.dataset)} labelled exams of a site ({path.name})"
    if prior_weight == 0:
        return Source(
            origin=Origin.SITE,
            statement=statement,
            parts=parts,
            with_prior=alone,
            digest=table.dataset.digest(),
            worlds=(),
            bases=None,
            notes=table.notes,
        )
    worlds = draw_worlds(params.cohort.worlds, params.seed)
    prior = Dataset.of_cohort(draw(worlds, params.cohort.prior_patients, params.seed))
    say(f"mixed in {len(prior)} synthetic examinations as prior knowledge, counting as {prior_weight:g} exams")
    bases = Figures.load().bases()
    return Source(
        origin=Origin.MIXED,
        statement=f"{statement}; as prior knowledge worth {prior_weight:g} of them, a "
        + _of_cohort(bases, params.cohort.worlds),
        parts=parts,
        with_prior=partial(mix, prior=prior, weight=prior_weight),
        # The prior and its weight are data too.
        digest=mix(table.dataset, prior, prior_weight).digest(),
        worlds=(),
        bases=bases,
        notes=table.notes,
    )


def _of_cohort(bases: Mapping[str, int], worlds: int) -> str:
    """Where the cohort comes from, in one sentence that promises no more than the table of figures holds."""
    return (
        f"synthetic cohort drawn in {worlds} worlds from published frequencies where there are any, otherwise from "
        f"assumptions (training/cohort/figures.csv: {bases['published']} figures as published, {bases['working']} "
        f"working values judged from published ones, {bases['recalled']} from memory, {bases['assumption']} "
        f"assumptions, {bases['design']} choices of design); no patient data"
    )
