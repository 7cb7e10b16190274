"""The same seed draws the same patients as ever: a released model is trained again from its seed.

The digests are of what was drawn before drawing was made faster. Where figures or what is drawn change on purpose, they
change, and so does the next model; otherwise a digest that differs is a fault.
"""

import hashlib
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from training.cohort.draw import BLOCK, Cohort, draw, draw_blocks
from training.cohort.findings import ROWS_AT_ONCE, rows
from training.cohort.records import write
from training.cohort.world import World, draw_worlds

DRAWN = {
    # seed, patients: some around the border of a block
    (1, 1): "2fc17c4ca1ff0118",
    (1, 7): "a07ec2f38f8f1bca",
    (1, 4096): "b293187b08bf6fa6",
    (1, BLOCK - 1): "8e897dfb9c51d333",
    (1, BLOCK): "ad888efbfeb3a4b7",
    (1, BLOCK + 1): "fbbf3734c6a22abb",
    (2, 1000): "8d63845504d5287a",
    (20261122, 1000): "ebb4fe2ee41364ae",
    (20261122, 2 * BLOCK + 1): "3c1dbafeba08b083",
}
RESTRICTED = {
    ("primary_care", "full", True): "a546a850a3db5905",
    ("specialist", "partial", False): "6357c7f3163492ac",
    ("surgical", "sparse", True): "e9cfa8da0f1508d0",
}
ACROSS = "268b782d947a04d5"
FILES = {
    ".jsonl": "80441b015d17d620",
    ".csv": "1903e7932ef6a311",
}


def digest(cohort: Cohort) -> str:
    """Of every array, its type and shape, and of the rows that a classifier reads."""
    found = hashlib.sha256()
    arrays = {field.name: getattr(cohort, field.name) for field in fields(cohort)}
    for name, array in (arrays | {"rows": rows(cohort.codes)}).items():
        found.update(f"{name} {array.dtype} {array.shape}".encode() + array.tobytes())
    return found.hexdigest()[:16]


@pytest.mark.parametrize(("seed", "patients"), DRAWN)
def test_the_same_patients_as_ever(world: World, seed: int, patients: int) -> None:
    assert digest(draw([world], patients, seed)) == DRAWN[seed, patients]


@pytest.mark.parametrize(("setting", "completeness", "twice"), RESTRICTED)
def test_the_same_patients_of_a_setting_as_ever(world: World, setting: str, completeness: str, twice: bool) -> None:
    drawn = draw([world], 2001, 5, setting=setting, completeness=completeness, twice=twice)
    assert digest(drawn) == RESTRICTED[setting, completeness, twice]


def test_the_same_patients_across_worlds_as_ever() -> None:
    assert digest(draw(draw_worlds(3, 1), 3001, 99)) == ACROSS


@pytest.mark.parametrize("suffix", FILES)
def test_the_same_files_as_ever(world: World, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"cohort{suffix}"
    write(draw([world], 300, 3), path, 3, lambda done: None)
    assert hashlib.sha256(path.read_bytes()).hexdigest()[:16] == FILES[suffix]


@pytest.mark.parametrize("patients", [1, BLOCK - 1, BLOCK, BLOCK + 1])
def test_blocks_are_the_cohort_in_parts(world: World, patients: int) -> None:
    whole, blocks = draw([world], patients, 4), list(draw_blocks([world], patients, 4))
    sizes = [min(BLOCK, patients - start) for start in range(0, patients, BLOCK)]
    assert [len(np.unique(block.patient)) for block in blocks] == sizes
    for field in fields(Cohort):
        together = np.concatenate([getattr(block, field.name) for block in blocks])
        np.testing.assert_array_equal(together, getattr(whole, field.name), err_msg=field.name)


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_rows_do_not_depend_on_how_many_are_encoded_with_them(world: World, more: int) -> None:
    codes = draw([world], 2 * ROWS_AT_ONCE, 4).codes
    some = ROWS_AT_ONCE + more
    np.testing.assert_array_equal(rows(codes[:some]), np.concatenate([rows(codes[:100]), rows(codes[100:some])]))


def test_worlds_without_a_patient_give_no_block() -> None:
    assert [len(np.unique(block.patient)) for block in draw_blocks(draw_worlds(4, 1), 3, 1)] == [1, 1, 1]
