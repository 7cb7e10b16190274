"""Which candidate, with which hyper-parameters: found by cross-validation, split by patient.

Two steps, because who is best on few patients is not who is best on many: the linear candidate is near its best on
30,000 examinations, trees and perceptron are not. `tune` searches the hyper-parameters of each candidate on a subset of
the patients; `compare` fits what was found on a larger one, all candidates on the same folds; `choose` takes the
simplest that is within one standard error of the best.

Sources: Akiba T et al. Optuna. KDD 2019; Bergstra J et al. Algorithms for hyper-parameter optimization. NIPS 2011
(tree-structured Parzen estimator); Breiman L, Friedman J, Olshen R, Stone C. Classification and Regression Trees.
Wadsworth 1984, section 3.4.3, and Hastie T, Tibshirani R, Friedman J. The Elements of Statistical Learning. 2nd ed.
Springer 2009, section 7.10 (the rule of one standard error).
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import optuna

from training.candidates import Candidate, Choices
from training.dataset import Dataset, Index, patient_folds
from training.estimator import Chances, fit, root_log_loss

OnTrial = Callable[[str, int, Mapping[str, Any], Sequence[float]], None]
"""Called after every trial with the name of the candidate, the number of the trial, its choices and its fold losses."""

Say = Callable[[str], None]

RANDOM_TRIALS = 4
"""How many trials are drawn at random before the sampler trusts what it has seen."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much is searched: examinations and folds of either step, and the trials of each candidate by name."""

    tuning_exams: int
    tuning_folds: int
    comparing_exams: int
    comparing_folds: int
    trials: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Tuned:
    """A candidate with the best choices found, and the `root_log_loss` of each fold with them."""

    candidate: Candidate
    choices: Choices
    fold_losses: tuple[float, ...]

    @property
    def loss(self) -> float:
        """The mean over the folds."""
        return float(np.mean(self.fold_losses))


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A candidate beside the best: how much more it loses, and the standard error of that."""

    tuned: Tuned
    behind: float
    standard_error: float

    @property
    def within(self) -> bool:
        """Whether it is not more than one standard error behind."""
        return self.behind <= self.standard_error


@dataclass(frozen=True, kw_only=True)
class Material:
    """Examinations to fit on, and their `chances` (n, 8) as in `training.estimator.fit`, if they are known."""

    data: Dataset
    chances: Chances | None = None

    def where(self, chosen: Index) -> "Material":
        """The examinations that an index chooses."""
        return Material(data=self.data.where(chosen), chances=None if self.chances is None else self.chances[chosen])


def search(
    candidates: Sequence[Candidate],
    data: Dataset,
    plan: Plan,
    seed: int,
    on_trial: OnTrial,
    say: Say,
    chances: Chances | None = None,
) -> tuple[Tuned, ...]:
    """Tune every candidate, then compare them on more patients; in the order given.

    `chances` (n, 8) of `data`, if they are known, are learnt from as in `training.estimator.fit`.
    """
    material = Material(data=data, chances=chances)
    subset = some_patients(material, plan.tuning_exams, seed)
    say(f"tuning on {len(subset.data)} examinations, {plan.tuning_folds} folds")
    tuned = [
        tune(candidate, subset, plan.trials[candidate.name], plan.tuning_folds, seed, on_trial, say)
        for candidate in candidates
    ]
    subset = some_patients(material, plan.comparing_exams, seed)
    say(f"comparing on {len(subset.data)} examinations, {plan.comparing_folds} folds")
    return compare(tuned, subset, plan.comparing_folds, seed, say)


def tune(
    candidate: Candidate, material: Material, trials: int, folds: int, seed: int, on_trial: OnTrial, say: Say
) -> Tuned:
    """The best of so many trials, the first with the candidate's `start`; the same seed gives the same trials."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    splits = _folds(material.data, folds, seed)
    done: list[Tuned] = []

    def objective(trial: optuna.Trial) -> float:
        choices = candidate.suggest(trial)
        losses = fold_losses(candidate, choices, material, splits, seed)
        tuned = Tuned(candidate=candidate, choices=choices, fold_losses=losses)
        done.append(tuned)
        on_trial(candidate.name, trial.number, choices, losses)
        say(f"{candidate.name} {trial.number + 1} of {trials}: {tuned.loss:.4f} with {_told(choices)}")
        return tuned.loss

    sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=RANDOM_TRIALS)
    study = optuna.create_study(sampler=sampler)
    study.enqueue_trial(dict(candidate.start))
    study.optimize(objective, n_trials=trials)
    return min(done, key=lambda tuned: tuned.loss)


def compare(tuned: Sequence[Tuned], material: Material, folds: int, seed: int, say: Say) -> tuple[Tuned, ...]:
    """The same choices with the losses of folds of `material`, the same folds for all."""
    splits = _folds(material.data, folds, seed)
    compared = []
    for entry in tuned:
        losses = fold_losses(entry.candidate, entry.choices, material, splits, seed)
        compared.append(replace(entry, fold_losses=losses))
        say(f"{entry.candidate.name}: {compared[-1].loss:.4f} with {_told(entry.choices)}")
    return tuple(compared)


def fold_losses(
    candidate: Candidate, choices: Choices, material: Material, splits: Sequence[tuple[Index, Index]], seed: int
) -> tuple[float, ...]:
    """The weighted `root_log_loss` of each held-out fold against the roots drawn, fitted on the others.

    A set of roots that only the held-out part has is no fault: the roots in it have probabilities from other sets, and
    one that has none at all pays the largest loss there is.
    """
    losses = []
    for rest, held_out in splits:
        learnt, held = material.where(rest), material.data.where(held_out)
        fitted = fit(candidate, choices, learnt.data, seed, learnt.chances)
        losses.append(root_log_loss(held.involved, fitted.probabilities(held.rows), held.weights))
    return tuple(losses)


def standings(compared: Sequence[Tuned]) -> tuple[Standing, ...]:
    """Every candidate beside the best, in the order given.

    The standard error is that of the mean over the folds of the *difference* to the best, fold by fold: the folds are
    the same for all, so what makes one of them hard is in both losses and says nothing of who is better. The standard
    error of the best loss alone, as in Breiman 1984, would be the larger and let nearly everything pass.
    """
    best = min(compared, key=lambda tuned: tuned.loss)
    standing = []
    for tuned in compared:
        behind = np.subtract(tuned.fold_losses, best.fold_losses)
        error = float(behind.std(ddof=1) / np.sqrt(len(behind))) if len(behind) > 1 else 0.0
        standing.append(Standing(tuned=tuned, behind=float(behind.mean()), standard_error=error))
    return tuple(standing)


def choose(compared: Sequence[Tuned]) -> Tuned:
    """The simplest candidate within one standard error of the best."""
    within = [standing.tuned for standing in standings(compared) if standing.within]
    return min(within, key=lambda tuned: tuned.candidate.rank)


def some_patients(material: Material, exams: int, seed: int) -> Material:
    """All examinations of patients drawn until there are about so many; all of `material` if it has no more."""
    if len(material.data) <= exams:
        return material
    patients, of = np.unique(material.data.patients, return_inverse=True)
    rank = np.random.default_rng(seed).permutation(len(patients))
    # In the order of the draw, as many patients as come to that number of examinations.
    counts = np.bincount(of)[np.argsort(rank)]
    last = int(np.searchsorted(np.cumsum(counts), exams))
    return material.where(np.flatnonzero(rank[of] <= last))


def _folds(data: Dataset, folds: int, seed: int) -> list[tuple[Index, Index]]:
    with warnings.catch_warnings():
        # A rare set of roots need not be in every fold.
        warnings.filterwarnings("ignore", message="The least populated class")
        return patient_folds(data, folds, seed)


def _told(choices: Choices) -> str:
    return ", ".join(f"{name} {choice:.3g}" for name, choice in choices.items())
