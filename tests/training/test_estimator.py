"""The probabilities fit together, and what was not assessed is not normal."""

import numpy as np
import pytest

from features.anatomy import ROOTS
from features.encoding import FEATURES
from tests.training.conftest import SmallModel
from training.conformal import covered, threshold, thresholds
from training.dataset import Dataset
from training.estimator import calibrate, inverse_temperature, membership, split_missing

NAMES = [feature.name for feature in FEATURES]


def test_missing_becomes_zero_and_an_indicator() -> None:
    assert split_missing([[1.0, np.nan]]).tolist() == [[1, 0, 0, 1]]


def test_membership_sums_sets_to_roots() -> None:
    # none, L4, L5, L4 and L5, all three
    assert membership([0, 1, 2, 3, 7]).tolist() == [
        [0, 0, 0, 1],
        [1, 0, 0, 0],
        [0, 1, 0, 0],
        [1, 1, 0, 0],
        [1, 1, 1, 0],
    ]


def test_probabilities_are_coherent(small_model: SmallModel) -> None:
    """No root is likelier than any of the three, nor all together less likely."""
    probabilities = small_model.linear.probabilities(small_model.parts["test"].rows)
    some = 1 - probabilities[:, 3]
    assert (probabilities >= 0).all()
    assert (probabilities[:, :3].max(axis=1) <= some + 1e-12).all()
    assert (probabilities[:, :3].sum(axis=1) >= some - 1e-12).all()


def test_folding_changes_nothing(small_model: SmallModel) -> None:
    rows = small_model.parts["test"].rows
    direct = small_model.calibrated.predict_proba(rows) @ membership(small_model.fitted.root_sets)
    assert small_model.linear.probabilities(rows) == pytest.approx(direct, abs=1e-12)


def test_the_temperature_lowers_the_log_loss_where_it_was_found(small_model: SmallModel) -> None:
    part = small_model.parts["temperature"]
    classes = np.searchsorted(small_model.fitted.root_sets, part.root_sets)
    each = np.arange(len(part))
    before, after = (
        -np.log(model.predict_proba(part.rows)[each, classes]).mean()
        for model in (small_model.fitted.pipeline, small_model.calibrated)
    )
    assert after <= before + 1e-6
    assert 0.5 < inverse_temperature(small_model.calibrated) < 1.5


@pytest.mark.parametrize("name", ["great_toe_extension.weak", "achilles.lost", "sensation.dorsum_foot"])
def test_not_assessed_is_not_normal(small_model: SmallModel, name: str) -> None:
    normal = np.full((1, len(NAMES)), np.nan, dtype=np.float32)
    normal[0, NAMES.index("age_years")] = 45
    unknown = normal.copy()
    normal[0, NAMES.index(name)] = 0
    difference = small_model.linear.probabilities(normal) - small_model.linear.probabilities(unknown)
    assert np.abs(difference).max() > 0.001


def test_calibrating_without_a_rare_set_is_refused(small_model: SmallModel) -> None:
    part = small_model.parts["temperature"]
    with pytest.raises(ValueError, match="draw more patients"):
        calibrate(small_model.fitted, part.where(part.root_sets != 7))


def test_coverage_on_new_exams_is_as_promised(small_model: SmallModel) -> None:
    held, test = small_model.parts["conformal"], small_model.parts["test"]
    limits = thresholds(small_model.linear.probabilities(held.rows), held.involved, 0.9)
    found = covered(small_model.linear.probabilities(test.rows), test.involved, limits)
    for i, root in enumerate(ROOTS):
        # Four standard errors of both draws.
        error = 4 * np.sqrt(0.09 / held.involved[:, i].sum() + 0.09 / test.involved[:, i].sum())
        assert found[root] == pytest.approx(0.9, abs=error)


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (8, 0.0),  # 0.1 * 9 < 1: too few to promise nine in ten
        (9, 1.0),  # 0.1 * 10 = 1: the smallest
        (18, 1.0),  # 0.1 * 19 = 1.9
        (19, 2.0),  # 0.1 * 20 = 2: the second smallest
        (99, 10.0),
    ],
)
def test_the_threshold_is_the_corrected_quantile(count: int, expected: float) -> None:
    assert threshold(np.arange(count, 0, -1.0), 0.9) == expected


def test_coverage_of_a_root_that_nobody_has_is_not_a_number() -> None:
    shares = covered(np.full((2, 4), 0.5), np.array([[True, False, False]] * 2), dict.fromkeys(("L4", "L5", "S1"), 0.2))
    assert shares["L4"] == 1
    assert np.isnan(shares["S1"])


def test_a_small_model_discriminates(small_model: SmallModel, data: Dataset) -> None:
    test = small_model.parts["test"]
    probabilities = small_model.linear.probabilities(test.rows)
    for i in range(len(ROOTS)):
        involved = test.involved[:, i]
        assert probabilities[involved, i].mean() > probabilities[~involved, i].mean() + 0.1
