"""Several runs of the tests count as one: what fails in any fails, and what was not chosen in one is no fault."""

from pathlib import Path

import pytest

from tests.__main__ import BESIDE, NOTHING_COLLECTED, names_a_place, outcome


@pytest.mark.parametrize(
    ("statuses", "told"),
    [
        ((0, 0), 0),
        ((1, 0), 1),
        ((0, 1), 1),
        ((2, 1), 2),
        ((NOTHING_COLLECTED, 0), 0),
        ((0, NOTHING_COLLECTED), 0),
        ((1, NOTHING_COLLECTED), 1),
        ((NOTHING_COLLECTED, NOTHING_COLLECTED), NOTHING_COLLECTED),
        ((-15, 0), -15),
        ((0, 0, 1), 1),
        ((NOTHING_COLLECTED, NOTHING_COLLECTED, 0), 0),
    ],
)
def test_one_status_for_all(statuses: tuple[int, ...], told: int) -> None:
    assert outcome(statuses) == told


@pytest.mark.parametrize(
    ("argument", "named"),
    [
        ("tests/pages", True),
        ("tests/test_main.py", True),
        ("tests/test_main.py::test_one_status_for_all", True),
        ("-k", False),
        ("catalogue", False),
        ("--durations=10", False),
        ("tests/nowhere", False),
    ],
)
def test_a_place_is_run_by_itself(argument: str, named: bool) -> None:
    assert names_a_place(argument) is named


@pytest.mark.parametrize("place", [place for places in BESIDE.values() for place in places])
def test_what_runs_beside_the_others_is_there(place: str) -> None:
    assert list(Path(place).glob("test_*.py"))
