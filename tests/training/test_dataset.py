"""The parts are split by patient and stratified by the roots."""

import numpy as np
import pytest

from training.dataset import PARTS, Dataset, patient_folds, split
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
