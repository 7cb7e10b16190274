"""An explanation adds up, names only what was stated, and gives what a known model is known to have added."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.encoding import FEATURES, Row, encode
from features.explanation import explanation, fillings
from features.statements import STATEMENTS, stated, stated_by
from tests.builders import an_exam

AT = {feature.name: column for column, feature in enumerate(FEATURES)}
L5_EXAM: dict[str, Any] = {
    "history": {"pain_locations": ["buttock", "dorsum_foot"], "worse_with_cough_or_sneeze": False},
    "examination": {
        "strength": {"great_toe_extension": 4, "plantar_flexion": 5},
        "reflexes": {"achilles": "normal"},
        "sensation": {"dorsum_foot": "reduced"},
    },
}


def additive(rows: Row) -> np.ndarray:
    """Log-odds (n, 3) to which every stated column adds its number times a weight of its own."""
    weights = np.random.default_rng(7).normal(size=(len(FEATURES), 3))
    return np.asarray(np.nan_to_num(rows).astype(np.float64) @ weights + np.array([-2.0, -0.5, -1.0]))


def joint(rows: Row) -> np.ndarray:
    """Log-odds to which a weak toe and a dull foot add 2 together, and nothing by themselves."""
    both = (rows[:, AT["great_toe_extension.weak"]] == 1) & (rows[:, AT["sensation.dorsum_foot"]] == 1)
    return np.repeat(2.0 * both[:, None], 3, axis=1)


def pointers(sections: dict[str, Any]) -> tuple[str, ...]:
    exam = an_exam(**sections)
    return tuple(each.pointer for each in stated_by(exam, encode(exam)))


@pytest.mark.parametrize(
    ("sections", "named"),
    [
        ({}, ()),
        ({"patient": {"sex": "female"}}, ()),
        ({"red_flags": {"fever": True}, "treatment": {"surgery_candidate": True}}, ()),
        ({"history": {"pain_locations": ["heel"]}}, ("/history/pain_locations",)),
        ({"history": {"pain_radiates_below_knee": True}}, ("/history/pain_radiates_below_knee",)),
        (
            {"history": {"pain_locations": ["heel"], "pain_radiates_below_knee": True}},
            ("/history/pain_radiates_below_knee", "/history/pain_locations"),
        ),
        ({"history": {"paresthesia_locations": []}}, ("/history/paresthesia_locations",)),
        (
            {"examination": {"strength": {"plantar_flexion": "weak"}}},
            ("/examination/strength/plantar_flexion",),
        ),
        (
            {"examination": {"straight_leg_raise": {"result": "negative"}, "slump": None}},
            ("/examination/straight_leg_raise",),
        ),
        ({"examination": {"straight_leg_raise": {"angle_degrees": 40}}}, ()),
    ],
)
def test_only_what_was_stated_is_named(sections: dict[str, Any], named: tuple[str, ...]) -> None:
    assert pointers(sections) == named


def test_where_the_pain_goes_belongs_to_its_regions_unless_it_was_said() -> None:
    exam = an_exam(history={"pain_locations": ["heel"]})
    (pain,) = stated_by(exam, encode(exam))
    assert AT["pain_below_knee"] in pain.columns


def test_an_additive_model_is_explained_by_its_own_weights() -> None:
    exam = an_exam(**L5_EXAM)
    row = encode(exam)
    statements = stated_by(exam, row)
    found = explanation(additive(fillings(row, statements)))
    for statement, added in zip(statements, found.added, strict=True):
        without = row.copy()
        without[list(statement.columns)] = np.nan
        assert added == pytest.approx((additive(row[None]) - additive(without[None]))[0])


def test_two_findings_that_tell_only_together_share_what_they_tell() -> None:
    exam = an_exam(**L5_EXAM)
    row = encode(exam)
    statements = stated_by(exam, row)
    found = explanation(joint(fillings(row, statements)))
    shared = {each.pointer: added.tolist() for each, added in zip(statements, found.added, strict=True) if added.any()}
    assert shared == {
        "/examination/strength/great_toe_extension": [1, 1, 1],
        "/examination/sensation/dorsum_foot": [1, 1, 1],
    }


def test_nothing_stated_is_the_baseline_alone() -> None:
    row = encode(an_exam(55))
    asked = fillings(row, ())
    assert np.array_equal(asked, row[None], equal_nan=True)
    found = explanation(additive(asked))
    assert found.baseline == pytest.approx(additive(row[None])[0])
    assert found.added.shape == (0, 3)


@given(chosen=st.sets(st.sampled_from(range(len(STATEMENTS))), max_size=20), seed=st.integers(0, 100))
def test_baseline_and_parts_make_the_whole_in_any_model(chosen: set[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    row = np.full(len(FEATURES), np.nan, dtype=np.float32)
    row[AT["age_years"]] = 50
    for number in chosen:
        row[list(STATEMENTS[number].columns)] = rng.integers(0, 3)
    statements = stated(row)
    asked = fillings(row, statements)
    assert len(asked) == max(2 * len(statements), 1)
    hidden = rng.normal(size=(len(FEATURES), 5))

    def tangled(rows: Row) -> np.ndarray:
        return np.tanh(np.nan_to_num(rows, nan=0.3) @ hidden / 5) @ np.ones((5, 3))

    found = explanation(tangled(asked))
    assert found.baseline + found.added.sum(axis=0) == pytest.approx(tangled(row[None])[0])
