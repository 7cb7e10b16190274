"""Whether a challenger may take the champion's place: the same held-out exams, and every reason against it.

Nothing here reads a file or knows where a model comes from; it judges probabilities, prediction sets and counts.

Sources: paired comparison of losses with patients as clusters, Cameron AC, Miller DL. J Hum Resour 2015;50:317-372;
Bonferroni over the kinds of examination; Cox calibration line, Cox DR. Biometrika 1958;45:562-565; what calibration
error chance alone makes, consistency resampling, Broecker J, Smith LA. Weather Forecast 2007;22:651-661.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit
from scipy.stats import fisher_exact, norm

from features.anatomy import ROOTS
from training.dataset import Dataset
from training.estimator import root_losses
from training.evaluation.measures import reliability

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Counts = Mapping[str, tuple[int, int]]
"""Hits and total by name, as `bench.score` counts published patients."""

CLIP = 1e-9
EVERY = "all"
LEAST_PATIENTS = 100
"""A kind of examination with fewer patients is not compared by itself."""
RESAMPLES = 200
MORE_IS_BETTER = {
    "roots, lenient": "published patients with the right roots (lenient)",
    "mimics": "mimics without a called root",
}
LESS_IS_BETTER = {"under-triage": "under-triaged published patients", "refused": "refused published patients"}


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What is refused: calibration error and slope of each root, coverage overall and by kind of examination.

    `chance` is how often a model that is no worse may be refused by chance, for each question asked. `negligible_loss`
    is how much more log-loss than the champion's nobody would notice (0.1 % of it): on a hundred thousand exams even
    less is beyond noise.
    """

    largest_calibration_error: float = 0.01
    slope_within: tuple[float, float] = (0.9, 1.1)
    coverage_leeway: float = 0.01
    coverage_leeway_by_kind: float = 0.03
    chance: float = 0.05
    negligible_loss: float = 0.0004


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Mean difference in loss, challenger less reference, with its standard error; negative is better."""

    mean: float
    error: float
    patients: int

    def worse(self, z: float, negligible: float = 0.0) -> bool:
        """Worse by more than is negligible, beyond noise."""
        return not self.mean - z * self.error <= negligible  # NaN is worse

    def better(self, z: float) -> bool:
        """Better beyond noise."""
        return self.mean + z * self.error < 0


def difference(losses: Floats, reference: Floats, patients: npt.NDArray[np.str_]) -> Difference:
    """Compare the losses exam by exam; the exams of one patient count as one draw."""
    apart = losses - reference
    mean = float(apart.mean())
    names, patient_of = np.unique(patients, return_inverse=True)
    sums = np.bincount(patient_of, weights=apart - mean)
    error = float(np.sqrt((sums**2).sum() * len(names) / max(len(names) - 1, 1)) / len(apart))
    return Difference(mean=mean, error=error, patients=len(names))


def against_champion(exams: Dataset, challenger: Floats, champion: Floats, limits: Limits) -> list[str]:
    """Where the challenger is worse than the champion beyond noise, overall or on one kind of examination."""
    losses, before = (root_losses(exams.involved, each) for each in (challenger, champion))
    found = {
        kind: difference(losses[chosen], before[chosen], exams.patients[chosen])
        for kind, chosen in kinds(exams).items()
    }
    judged = {kind: each for kind, each in found.items() if kind == EVERY or each.patients >= LEAST_PATIENTS}
    z = float(norm.ppf(1 - limits.chance / len(judged)))
    return [
        f"log-loss on {kind} examinations is worse than the champion's by {each.mean:.4f} "
        f"(standard error {each.error:.4f}, {each.patients} patients)"
        for kind, each in judged.items()
        if each.worse(z, limits.negligible_loss)
    ]


def against_baselines(exams: Dataset, challenger: Floats, called: Bools, limits: Limits) -> list[str]:
    """Which plain baseline a first champion does not beat: the prevalence, and the textbook rule.

    `called` (n, 3) are the roots that the rule calls. It speaks without probabilities, so it is lent the best that
    these very exams allow: how often a root is involved where the rule calls it, and where it does not.
    """
    involved = exams.involved
    prevalence = np.broadcast_to(involved.mean(axis=0), involved.shape)
    rule = np.column_stack([_share(involved[:, at], called[:, at]) for at in range(len(ROOTS))])
    losses = root_losses(involved, challenger)
    z = float(norm.ppf(1 - limits.chance))
    faults = []
    for name, stated in (("the prevalence alone", prevalence), ("the textbook rule", rule)):
        found = difference(losses, root_losses(involved, stated), exams.patients)
        if not found.better(z):
            faults.append(
                f"log-loss is no better than that of {name} beyond noise (difference {found.mean:.4f}, "
                f"standard error {found.error:.4f})"
            )
    return faults


def miscalibrated(exams: Dataset, probabilities: Floats, limits: Limits, rng: np.random.Generator) -> list[str]:
    """The roots whose probabilities are off by more than the limits and by more than chance makes of so few exams."""
    faults = []
    least, most = limits.slope_within
    for at, root in enumerate(ROOTS):
        truth, stated = exams.involved[:, at], probabilities[:, at]
        error, most_error = reliability(truth, stated).error, limits.largest_calibration_error
        # What chance alone makes is asked only where it matters: it takes a while on many exams.
        if not error <= most_error and not error <= (chance := chance_error(stated, limits.chance, rng)):
            faults.append(f"{root}: calibration error {error:.4f} is above {max(most_error, chance):.4f}")
        slope, slope_error = calibration_slope(truth, stated)
        z = float(norm.ppf(1 - limits.chance / 2))
        if not (slope + z * slope_error >= least and slope - z * slope_error <= most):
            faults.append(
                f"{root}: calibration slope {slope:.2f} (standard error {slope_error:.2f}) is outside {least} to {most}"
            )
    return faults


def uncovered(exams: Dataset, in_sets: Bools, nominal: float, limits: Limits) -> list[str]:
    """The roots whose prediction sets, (n, 3), miss more than they promise, overall or on one kind of examination.

    Sets that hold too much are of little use but not unsafe; training refuses those.
    """
    faults = []
    z = float(norm.ppf(1 - limits.chance))
    for kind, chosen in kinds(exams).items():
        leeway = limits.coverage_leeway if kind == EVERY else limits.coverage_leeway_by_kind
        for at, root in enumerate(ROOTS):
            there = chosen & exams.involved[:, at]
            if not there.any():
                continue
            share, noise = float(in_sets[there, at].mean()), float(np.sqrt(nominal * (1 - nominal) / there.sum()))
            if share < nominal - leeway - z * noise:
                faults.append(f"{root}: coverage {share:.3f} on {kind} examinations, {nominal} is promised")
    return faults


def unsafe(challenger: Counts, reference: Counts, against: str, chance: float = 0.0) -> list[str]:
    """Where the challenger does worse on published patients than `against`: fewer right, more missed or refused.

    Of patients missed or refused one more is one too many. Of roots and mimics called right, with a `chance` above 0,
    only what chance alone gives more seldom than that counts: there are a handful of patients, and the next handful
    would have come out otherwise (Fisher's exact test, one-sided, which is cautious for the same patients twice).
    """
    faults = []
    for name, title in (*MORE_IS_BETTER.items(), *LESS_IS_BETTER.items()):
        missing = [who for who, counts in (("the challenger", challenger), (against, reference)) if name not in counts]
        if missing:
            faults.append(f"{title}: the scorer did not count {name!r} for {' and '.join(missing)}")
            continue
        (hits, total), (before, of) = challenger[name], reference[name]
        worse = hits > before if name in LESS_IS_BETTER else hits < before
        if chance and name in MORE_IS_BETTER:
            worse = worse and _p_value(hits, total, before, of) < chance
        if worse:
            faults.append(f"{title}: {hits} of {total}, {against} {before}")
    return faults


def _p_value(hits: int, total: int, before: int, of: int) -> float:
    """How often chance alone gives so few hits beside so many before (Fisher's exact test, one-sided)."""
    return float(fisher_exact([[hits, total - hits], [before, of - before]], alternative="less").pvalue)


def kinds(exams: Dataset) -> dict[str, Bools]:
    """All exams, then those of each completeness, as masks."""
    names = np.unique(exams.completeness).tolist()
    return {EVERY: np.ones(len(exams), dtype=bool), **{name: exams.completeness == name for name in names}}


def chance_error(stated: Floats, chance: float, rng: np.random.Generator) -> float:
    """The calibration error that a perfectly calibrated forecast exceeds with this chance, on as many exams."""
    drawn = [reliability(rng.random(len(stated)) < stated, stated).error for _ in range(RESAMPLES)]
    return float(np.quantile(drawn, 1 - chance))


def calibration_slope(truth: Bools, stated: Floats) -> tuple[float, float]:
    """Slope of the calibration line on the log-odds with its standard error, by Newton's method; 1 is right."""
    design = np.column_stack([np.ones(len(stated)), logit(np.clip(stated, CLIP, 1 - CLIP))])
    line = np.array([0.0, 1.0])
    for _ in range(25):
        fitted = expit(design @ line)
        information = (design * (fitted * (1 - fitted))[:, None]).T @ design
        step = np.linalg.lstsq(information, design.T @ (truth - fitted), rcond=None)[0]
        line = line + np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-10:
            break
    return float(line[1]), float(np.sqrt(np.linalg.pinv(information)[1, 1]))


def _share(involved: Bools, called: Bools) -> Floats:
    """How often the root is involved where it is called, and where it is not, for each exam; (n,)."""
    share = np.empty(len(involved))
    for chosen in (called, ~called):
        share[chosen] = involved[chosen].mean() if chosen.any() else 0.0
    return share
