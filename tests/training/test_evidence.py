"""The evidence of a row is the exact posterior of what the row still says, worked out another way."""

import numpy as np
import pytest
from scipy.special import logsumexp
from sklearn.base import clone

from features.encoding import FEATURES, encode
from tests.training.conftest import SmallModel
from training.cohort.draw import Cohort
from training.cohort.findings import (
    COLUMN,
    KEPT,
    NEGATIVE,
    NOT_STATED,
    POSITIVE,
    POSITIVE_BEYOND,
    POSITIVE_IN_RANGE,
    RAISED,
    REDUCED,
    WHERE,
    Codes,
    rows,
)
from training.cohort.posterior import log_joint
from training.cohort.reading import codes_of
from training.cohort.world import World
from training.evidence import CHUNK, Evidence
from training.evidence_graph import KNOWN_SETS
from training.export import graph, log_likelihood, serialize
from training.golden import GOLDEN_EXAMS, read_exam

TOLERANCE = 1e-8
DRAWN = 6000


def as_a_row_says_it(codes: Codes) -> Codes:
    """The codes without what no row keeps: the angle of a raise, and "not below the knee" beside a list."""
    kept = codes.copy()
    raised, below = kept[:, COLUMN["straight_leg_raise"]], kept[:, COLUMN["below_knee"]]
    raised[raised == POSITIVE_BEYOND] = NEGATIVE
    raised[raised == POSITIVE_IN_RANGE] = POSITIVE
    listed = kept[:, WHERE["pain"]][:, 0] != NOT_STATED
    below[listed & (below == 0)] = NOT_STATED
    return kept


def expected(world: World, codes: Codes) -> np.ndarray:
    """The log-odds of KNOWN_SETS against the first of them, by `training.cohort.posterior`."""
    joint = log_joint(world, as_a_row_says_it(codes))[:, list(KNOWN_SETS)]
    return joint[:, 1:] - joint[:, :1]


def transformed(table: np.ndarray) -> np.ndarray:
    """What the columns of evidence are for these rows."""
    return np.asarray(Evidence().fit(table).transform(table))


@pytest.fixture(scope="module")
def codes(cohort: Cohort) -> Codes:
    return cohort.codes[:DRAWN]


def test_the_sets_of_roots_start_with_none_and_leave_out_what_no_cause_involves() -> None:
    assert KNOWN_SETS == (0b000, 0b001, 0b010, 0b011, 0b100, 0b110, 0b111)


def test_the_evidence_is_the_exact_posterior_in_log_odds(world: World, codes: Codes) -> None:
    found = transformed(rows(codes).astype(np.float64))
    assert found.shape == (DRAWN, len(KNOWN_SETS) - 1)
    assert np.abs(found - expected(world, codes)).max() < TOLERANCE


@pytest.mark.parametrize("level", range(3))
def test_it_is_so_however_much_is_stated(world: World, cohort: Cohort, level: int) -> None:
    some = cohort.where(cohort.completeness == level).codes[:400]
    assert np.abs(transformed(rows(some).astype(np.float64)) - expected(world, some)).max() < TOLERANCE


@pytest.mark.parametrize("name", GOLDEN_EXAMS)
def test_it_is_so_for_exams_as_they_are_posted(world: World, name: str) -> None:
    exam = read_exam(GOLDEN_EXAMS[name])
    found = transformed(encode(exam).astype(np.float64)[None])
    assert found == pytest.approx(expected(world, codes_of(exam)[None]), abs=TOLERANCE)


@pytest.mark.parametrize("grade", [half / 2 for half in range(11)])
def test_every_grade_of_strength_is_known(world: World, grade: float) -> None:
    exam = read_exam({"patient": {"age_years": 50}, "examination": {"strength": {"great_toe_extension": grade}}})
    found = transformed(encode(exam).astype(np.float64)[None])
    assert found == pytest.approx(expected(world, codes_of(exam)[None]), abs=TOLERANCE)


def test_a_row_of_nothing_is_the_prior_over_all_ages(world: World) -> None:
    nothing = np.full((1, len(FEATURES)), np.nan)
    found = transformed(nothing)[0]
    ages = np.full((len(world.years), len(COLUMN)), NOT_STATED, dtype=np.int8)
    ages[:, COLUMN["age_years"]] = world.years
    joint = np.exp(log_joint(world, ages))[:, list(KNOWN_SETS)].sum(axis=0)
    assert found == pytest.approx(np.log(joint[1:] / joint[0]), abs=1e-6)


def test_the_age_counts_as_the_nearest_that_the_cohort_knows(world: World) -> None:
    table = np.full((4, len(FEATURES)), np.nan)
    table[:, 0] = 18, 95, 96, 120
    table[:, 1] = 0, 1, 1, 1
    youngest, oldest, older, oldest_of_all = transformed(table)
    assert older == pytest.approx(oldest)
    assert oldest_of_all == pytest.approx(oldest)
    assert abs(youngest - oldest).max() > 0.5


def test_precision_is_that_of_the_rows_and_the_columns_do_not_depend_on_it(codes: Codes) -> None:
    single, double = rows(codes), rows(codes).astype(np.float64)
    assert transformed(single).dtype == np.float32
    assert transformed(double).dtype == np.float64
    np.testing.assert_array_equal(transformed(single), transformed(double).astype(np.float32))


def test_nothing_is_learned_from_the_data(codes: Codes) -> None:
    table = rows(codes[:50]).astype(np.float64)
    elsewhere = Evidence().fit(np.zeros_like(table), np.arange(50))
    np.testing.assert_array_equal(elsewhere.transform(table), transformed(table))
    assert Evidence().get_params() == clone(Evidence()).get_params() == {}
    assert elsewhere.n_features_in_ == len(FEATURES)


def test_rows_do_not_influence_each_other_and_may_be_none_or_many(codes: Codes) -> None:
    table = rows(codes).astype(np.float64)
    assert CHUNK < DRAWN
    together = transformed(table)
    some = np.array([0, CHUNK - 1, CHUNK, DRAWN - 1])
    assert together[some] == pytest.approx(np.concatenate([transformed(table[[i]]) for i in some]), abs=1e-10)
    assert transformed(table[:0]).shape == (0, len(KNOWN_SETS) - 1)


def test_the_likelihood_is_the_exact_one_given_the_age(world: World, codes: Codes, small_model: SmallModel) -> None:
    """How likely all that is stated is at that age: the joint probability over all sets less that of the age alone."""
    some = as_a_row_says_it(codes[:1500])
    # A row does not tell increased skin from dull skin, nor a brisk reflex from one that is there.
    skin, reflexes = some[:, WHERE["sensation"]], some[:, WHERE["reflex"]]
    skin[skin == RAISED], reflexes[reflexes == RAISED] = REDUCED, KEPT
    # The skin of the low back is the same in every state, and is left out of the graph.
    some[:, COLUMN["sensation.low_back"]] = NOT_STATED
    age_alone = np.full_like(some, NOT_STATED)
    age_alone[:, COLUMN["age_years"]] = some[:, COLUMN["age_years"]]
    expected_here = logsumexp(log_joint(world, some), axis=1) - logsumexp(log_joint(world, age_alone), axis=1)
    onnx_bytes = serialize(graph(small_model.model))
    assert np.abs(log_likelihood(onnx_bytes, rows(codes[:1500])) - expected_here).max() < TOLERANCE
