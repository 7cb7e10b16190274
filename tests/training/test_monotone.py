"""No root is ever lowered by its own sign, whatever model is inside and however odd the exam."""

from itertools import pairwise

import numpy as np
import pytest

from features.encoding import FEATURES, Row
from tests.training.conftest import SmallModel
from training.export import scatter_missing
from training.monotone import MILDER, NONE, never_lowered

AT = {feature.name: column for column, feature in enumerate(FEATURES)}
TOE, TOE_WEAK = AT["great_toe_extension.deficit"], AT["great_toe_extension.weak"]
ANKLE_JERK, KNEE_JERK = AT["achilles.lost"], AT["patellar.lost"]
L4, L5, S1 = range(3)


def contrary(rows: np.ndarray) -> np.ndarray:
    """A model that takes every sign for the opposite: weaker toes speak against L5, lost jerks against S1 and L4."""
    stated = np.nan_to_num(rows[:, [KNEE_JERK, TOE, ANKLE_JERK]]) / np.array([2, 10, 2])
    weak = np.column_stack([np.zeros(len(rows)), np.nan_to_num(rows[:, TOE_WEAK]), np.zeros(len(rows))])
    roots = 0.6 - 0.3 * stated - 0.1 * weak
    return np.column_stack([roots, 1 - roots.max(axis=1)])


@pytest.fixture(scope="module")
def rows(small_model: SmallModel) -> Row:
    return scatter_missing(small_model.parts["test"].rows, 4000, np.random.default_rng(5))


def graded(rows: Row, halves: float) -> Row:
    changed = rows.copy()
    changed[:, TOE], changed[:, TOE_WEAK] = halves, halves > 0
    return changed


def lost(rows: Row, column: int, degree: float) -> Row:
    changed = rows.copy()
    changed[:, column] = degree
    return changed


def test_a_contrary_model_is_held(rows: Row) -> None:
    toes = [never_lowered(graded(rows, halves), contrary)[:, L5] for halves in range(11)]
    assert all((worse >= milder).all() for milder, worse in pairwise(toes))
    for column, root in ((ANKLE_JERK, S1), (KNEE_JERK, L4)):
        degrees = [never_lowered(lost(rows, column, degree), contrary)[:, root] for degree in range(3)]
        assert all((worse >= milder).all() for milder, worse in pairwise(degrees))


def test_weakness_without_a_grade_is_held_against_full_power_alone(rows: Row) -> None:
    ungraded = rows.copy()
    ungraded[:, TOE], ungraded[:, TOE_WEAK] = np.nan, 1
    found, full = (never_lowered(each, contrary)[:, L5] for each in (ungraded, graded(rows, 0)))
    assert (found == full).all()


def test_what_is_not_stated_to_be_worse_is_left_as_it_is(rows: Row) -> None:
    mild = rows.copy()
    for column in (TOE, TOE_WEAK, ANKLE_JERK, KNEE_JERK):
        mild[:, column] = np.where(np.isnan(mild[:, column]), np.nan, 0)
    assert (never_lowered(mild, contrary) == contrary(mild)).all()


def test_none_of_the_roots_stays_coherent(rows: Row) -> None:
    found = never_lowered(rows, contrary)
    assert (found[:, NONE] <= 1 - found[:, :NONE].max(axis=1)).all()
    assert (found[:, NONE] <= contrary(rows)[:, NONE]).all()


def test_every_degree_that_an_exam_can_state_has_its_milder_ones() -> None:
    assert [each.level for each in MILDER if each.degree == TOE] == list(range(10))
    assert [each.level for each in MILDER if each.degree == ANKLE_JERK] == [0, 1]
    assert [each.level for each in MILDER if each.degree == KNEE_JERK] == [0, 1]
