"""Two runs of the tests count as one: what fails in either fails, and what was not chosen in one is no fault."""

import pytest

from tests.__main__ import NOTHING_COLLECTED, names_a_place, outcome


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
    ],
)
def test_one_status_for_both(statuses: tuple[int, int], told: int) -> None:
    assert outcome(statuses) == told


@pytest.mark.parametrize(
    ("argument", "named"),
    [
        ("tests/pages", True),
        ("tests/test_main.py", True),
        ("tests/test_main.py::test_one_status_for_both", True),
        ("-k", False),
        ("catalogue", False),
        ("--durations=10", False),
        ("tests/nowhere", False),
    ],
)
def test_a_place_is_run_by_itself(argument: str, named: bool) -> None:
    assert names_a_place(argument) is named
