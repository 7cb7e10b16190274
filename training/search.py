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

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import optuna
from joblib import Parallel, delayed, parallel_config

from training.candidates import Candidate, Choices
from training.dataset import Dataset, Index, patient_folds
from training.estimator import fit, root_log_loss

OnTrial = Callable[[str, int, Mapping[str, Any], Sequence[float]], None]
"""Called after every trial with the name of the candidate, the number of the trial, its choices and its fold losses."""

Say = Callable[[str], None]

WithPrior = Callable[[Dataset], Dataset]
"""What is fitted on for the examinations given: with a site's own, the synthetic cohort beside them. Nothing but the
examinations given is ever judged on."""


def alone(data: Dataset) -> Dataset:
    """The examinations as they are, with no prior."""
    return data


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


def search(
    candidates: Sequence[Candidate],
    data: Dataset,
    plan: Plan,
    seed: int,
    on_trial: OnTrial,
    say: Say,
    with_prior: WithPrior = alone,
) -> tuple[Tuned, ...]:
    """Tune every candidate, then compare them on more patients; in the order given."""
    subset = some_patients(data, plan.tuning_exams, seed)
    say(f"tuning on {len(subset)} examinations, {plan.tuning_folds} folds")
    tuned = [
        tune(candidate, subset, plan.trials[candidate.name], plan.tuning_folds, seed, on_trial, say, with_prior)
        for candidate in candidates
    ]
    subset = some_patients(data, plan.comparing_exams, seed)
    say(f"comparing on {len(subset)} examinations, {plan.comparing_folds} folds")
    return compare(tuned, subset, plan.comparing_folds, seed, say, with_prior)


def tune(
    candidate: Candidate,
    data: Dataset,
    trials: int,
    folds: int,
    seed: int,
    on_trial: OnTrial,
    say: Say,
    with_prior: WithPrior = alone,
) -> Tuned:
    """The best of so many trials, the first with the candidate's `start`; the same seed gives the same trials."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    splits = patient_folds(data, folds, seed)
    done: list[Tuned] = []

    def objective(trial: optuna.Trial) -> float:
        choices = candidate.suggest(trial)
        losses = fold_losses(candidate, choices, data, splits, seed, with_prior)
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


def compare(
    tuned: Sequence[Tuned], data: Dataset, folds: int, seed: int, say: Say, with_prior: WithPrior = alone
) -> tuple[Tuned, ...]:
    """The same choices with the losses of folds of `data`, the same folds for all."""
    splits = patient_folds(data, folds, seed)
    compared = []
    for entry in tuned:
        losses = fold_losses(entry.candidate, entry.choices, data, splits, seed, with_prior)
        compared.append(replace(entry, fold_losses=losses))
        say(f"{entry.candidate.name}: {compared[-1].loss:.4f} with {_told(entry.choices)}")
    return tuple(compared)


def fold_losses(
    candidate: Candidate,
    choices: Choices,
    data: Dataset,
    splits: Sequence[tuple[Index, Index]],
    seed: int,
    with_prior: WithPrior = alone,
) -> tuple[float, ...]:
    """The weighted `root_log_loss` of each held-out fold, fitted on the others and what `with_prior` puts beside them.

    A set of roots that only the held-out part has is no fault: the roots in it have probabilities from other sets, and
    one that has none at all pays the largest loss there is. The folds are fitted one after the other, or wherever
    joblib is told to.
    """
    fits = (delayed(_fold_loss)(candidate, choices, data, split, seed, with_prior) for split in splits)
    return tuple(Parallel()(fits))


def _fold_loss(
    candidate: Candidate,
    choices: Choices,
    data: Dataset,
    split: tuple[Index, Index],
    seed: int,
    with_prior: WithPrior,
) -> float:
    learnt, held = (data.where(part) for part in split)
    with parallel_config(backend="sequential"):  # on a cluster too: a fit is not taken apart any further
        fitted = fit(candidate, choices, with_prior(learnt), seed)
    return root_log_loss(held.involved, fitted.probabilities(held.rows), held.weights)


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


def some_patients(data: Dataset, exams: int, seed: int) -> Dataset:
    """All examinations of patients drawn until there are about so many; all of `data` if it has no more."""
    if len(data) <= exams:
        return data
    patients, of = np.unique(data.patients, return_inverse=True)
    rank = np.random.default_rng(seed).permutation(len(patients))
    # In the order of the draw, as many patients as come to that number of examinations.
    counts = np.bincount(of)[np.argsort(rank)]
    last = int(np.searchsorted(np.cumsum(counts), exams))
    return data.where(np.flatnonzero(rank[of] <= last))


def _told(choices: Choices) -> str:
    return ", ".join(f"{name} {choice:.3g}" for name, choice in choices.items())
