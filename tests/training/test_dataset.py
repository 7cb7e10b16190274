"""The parts are split by patient and stratified by the roots."""

import numpy as np
import pytest

from training.candidates import LOGISTIC
from training.dataset import PARTS, Dataset, TooFewPatients, patient_folds, split
from training.estimator import calibrate, fit, root_log_loss
from training.params import Params

TENTHS = Params.load().split


def test_no_patient_straddles_two_parts(data: Dataset) -> None:
    parts = split(data, TENTHS, seed=1)
    members = [set(parts[part].patients) for part in PARTS]
    assert sum(map(len, members)) == len(set.union(*members)) == len(set(data.patients))


def test_some_patients_are_examined_twice(data: Dataset) -> None:
    assert len(set(data.patients)) < len(data)


def test_every_examination_is_in_one_part(data: Dataset) -> None:
    assert sum(len(part) for part in split(data, TENTHS, seed=1).values()) == len(data)


def test_parts_have_like_shares_of_the_roots(data: Dataset) -> None:
    for part in split(data, TENTHS, seed=1).values():
        assert part.involved.mean(axis=0) == pytest.approx(data.involved.mean(axis=0), abs=0.02)


def a_site(sets: dict[int, int]) -> Dataset:
    """So many patients with each set of roots (bit i stands for ROOTS[i]), every third of them examined twice."""
    root_sets = np.repeat(list(sets), list(sets.values()))
    patients = np.arange(len(root_sets))
    patients = np.concatenate([patients, patients[::3]])
    n = len(patients)
    return Dataset(
        rows=np.zeros((n, 109), dtype=np.float32),
        involved=(root_sets[patients, None] >> np.arange(3)) & 1 == 1,
        patients=np.char.add("p", patients.astype(np.str_)),
        completeness=np.full(n, "full"),
        setting=np.full(n, "surgical"),
        weights=np.ones(n),
    )


SMALL = {0: 40, 1: 11, 2: 60, 3: 2, 4: 45, 5: 1, 6: 9, 7: 1}


def per_fold(site: Dataset, folds: int, seed: int, chosen: np.ndarray) -> list[int]:
    """How many of the chosen patients each fold holds out."""
    held_out = [fold for _, fold in patient_folds(site, folds, seed)]
    return [len(set(site.patients[fold]) & set(site.patients[chosen])) for fold in held_out]


@pytest.mark.parametrize("seed", range(5))
def test_every_set_of_roots_is_dealt_out_evenly_however_rare(seed: int) -> None:
    site = a_site(SMALL)
    for root_set, patients in SMALL.items():
        counts = per_fold(site, 10, seed, site.root_sets == root_set)
        assert sum(counts) == patients
        assert max(counts) - min(counts) <= 1
    everybody = per_fold(site, 10, seed, np.ones(len(site), dtype=bool))
    assert max(everybody) - min(everybody) <= 1


@pytest.mark.parametrize("seed", range(5))
def test_the_rarest_root_is_dealt_out_evenly_though_in_several_sets(seed: int) -> None:
    site = a_site(SMALL)
    counts = per_fold(site, 10, seed, site.involved[:, 0])
    assert sum(counts) == 15
    assert max(counts) - min(counts) <= 1


def test_a_small_site_is_split_without_a_warning() -> None:
    site = a_site(SMALL)
    parts = split(site, TENTHS, seed=1)
    assert sum(len(part) for part in parts.values()) == len(site)
    assert len({tuple(part.patients) for part in parts.values()}) == len(PARTS)


def test_a_set_of_roots_that_the_fit_never_saw_has_no_probability_and_crashes_nothing() -> None:
    site = a_site({0: 20, 2: 20, 4: 20, 7: 1})
    rng = np.random.default_rng(1)
    site.rows[:] = rng.normal(size=site.rows.shape) + site.root_sets[:, None]
    (rest, held_out) = next(fold for fold in patient_folds(site, 10, seed=1) if 7 in site.root_sets[fold[1]])
    fitted = fit(LOGISTIC, {"C": 0.01}, site.where(rest), seed=1)
    held = site.where(held_out)
    probabilities = calibrate(fitted, held).probabilities(held.rows)
    assert fitted.root_sets.tolist() == [0, 2, 4]
    assert (probabilities[:, 0] == 0).all()
    assert np.isfinite(root_log_loss(held.involved, probabilities))


def test_the_same_seed_gives_the_same_folds(data: Dataset) -> None:
    first, again, other = (patient_folds(data, 3, seed)[0][1] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_fewer_patients_than_folds_are_refused() -> None:
    with pytest.raises(TooFewPatients, match="6 patients cannot be dealt into 10 parts"):
        split(a_site({0: 3, 2: 3}), TENTHS, seed=1)


def test_folds_are_split_by_patient_too(data: Dataset) -> None:
    for rest, held_out in patient_folds(data, 3, seed=1):
        assert not set(data.patients[rest]) & set(data.patients[held_out])


@pytest.mark.parametrize("tenths", [{"fit": 10}, dict.fromkeys(PARTS, 2)])
def test_tenths_that_do_not_fit_are_refused(data: Dataset, tenths: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="add up to 10"):
        split(data, tenths, seed=1)


def test_root_sets_are_numbered_by_bits(data: Dataset) -> None:
    assert np.array_equal(data.root_sets == 0, ~data.involved.any(axis=1))
    assert np.array_equal((data.root_sets & 2) > 0, data.involved[:, 1])


def test_the_digest_follows_the_data(data: Dataset) -> None:
    assert data.digest() == data.where(np.arange(len(data))).digest()
    assert data.digest() != data.where(np.arange(len(data) - 1)).digest()
