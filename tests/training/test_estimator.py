"""The temperature is the best one, and the loss that everything is chosen by is what it says."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.dummy import DummyClassifier
from sklearn.metrics import log_loss
from threadpoolctl import threadpool_info, threadpool_limits

from features.anatomy import ROOTS
from tests.training.conftest import SmallModel
from training.candidates import LOGISTIC
from training.conformal import prediction_sets
from training.dataset import TooFewPatients
from training.estimator import Calibrated, Fitted, calibrate, fit, membership, root_log_loss


def test_membership_sums_sets_to_roots() -> None:
    # none, L4, L5, L4 and L5, all three
    assert membership([0, 1, 2, 3, 7]).tolist() == [
        [0, 0, 0, 1],
        [1, 0, 0, 0],
        [0, 1, 0, 0],
        [1, 1, 0, 0],
        [1, 1, 1, 0],
    ]


def test_root_log_loss_is_the_mean_of_three_log_losses() -> None:
    rng = np.random.default_rng(0)
    involved, stated, weights = rng.random((50, 3)) < 0.4, rng.random((50, 4)), rng.random(50)
    each = [log_loss(involved[:, i], stated[:, i], sample_weight=weights) for i in range(3)]
    assert root_log_loss(involved, stated, weights) == pytest.approx(np.mean(each))


def test_root_log_loss_by_hand() -> None:
    """-(ln 0.8 + ln 0.5 + ln 0.9) / 3 = (0.2231 + 0.6931 + 0.1054) / 3."""
    assert root_log_loss([[True, False, False]], [[0.8, 0.5, 0.1, 0.1]]) == pytest.approx(0.3405, abs=1e-4)


def test_a_certain_and_wrong_answer_costs_much_but_not_everything() -> None:
    assert root_log_loss([[True] * 3], [[0.0] * 4]) == pytest.approx(9 * np.log(10))


def test_the_temperature_is_the_best_one(small_model: SmallModel) -> None:
    part, model = small_model.parts["temperature"], small_model.model
    best = root_log_loss(part.involved, model.probabilities(part.rows))
    assert best <= root_log_loss(part.involved, small_model.fitted.probabilities(part.rows))
    for off in (0.98, 1.02):
        other = Calibrated(fitted=model.fitted, inverse_temperature=off * model.inverse_temperature)
        assert root_log_loss(part.involved, other.probabilities(part.rows)) > best


def test_the_temperature_of_a_model_that_is_too_sure_undoes_it(small_model: SmallModel) -> None:
    class Sure:
        """Says three times the log-odds that the calibrated model says."""

        def predict_proba(self, rows: np.ndarray) -> np.ndarray:
            model = small_model.model
            return np.asarray(softmax(3 * model.inverse_temperature * model.fitted.log_probabilities(rows), axis=1))

    part, fitted = small_model.parts["temperature"], small_model.fitted
    sure = Fitted(candidate=LOGISTIC, choices={}, estimator=Sure(), root_sets=fitted.root_sets)
    assert calibrate(sure, part).inverse_temperature == pytest.approx(1 / 3, rel=1e-3)


def test_weights_move_the_temperature(small_model: SmallModel) -> None:
    part = small_model.parts["temperature"].where(np.arange(300))
    right = small_model.fitted.probabilities(part.rows)[:, :3].round().astype(bool) == part.involved
    part.weights[:] = np.where(right.all(axis=1), 1.0, 0.05)
    assert calibrate(small_model.fitted, part).inverse_temperature > 1.2 * small_model.model.inverse_temperature


def test_a_set_of_roots_the_model_never_saw_does_not_stop_the_calibration(small_model: SmallModel) -> None:
    part = small_model.parts["fit"].where(np.arange(1500))
    fitted = fit(LOGISTIC, {"C": 0.01}, part.where(np.isin(part.root_sets, (0, 1, 2, 4))), 1)
    assert set(np.unique(small_model.parts["temperature"].root_sets)) > {0, 1, 2, 4}
    calibrated = calibrate(fitted, small_model.parts["temperature"])
    assert 0.2 < calibrated.inverse_temperature < 2
    assert np.isfinite(calibrated.probabilities(part.rows)).all()


def test_one_set_of_roots_is_nothing_to_learn(small_model: SmallModel) -> None:
    part = small_model.parts["fit"]
    with pytest.raises(TooFewPatients, match="same roots"):
        fit(LOGISTIC, {"C": 0.01}, part.where(part.root_sets == 2), 1)


def test_no_rows_get_no_answers(small_model: SmallModel) -> None:
    assert small_model.model.probabilities(small_model.parts["test"].rows[:0]).shape == (0, 4)


def test_coverage_on_new_exams_is_as_promised(small_model: SmallModel) -> None:
    held, test, model = small_model.parts["conformal"], small_model.parts["test"], small_model.model
    found = prediction_sets(model.probabilities(held.rows), held, 0.9)
    kept = found.sets(model.probabilities(test.rows), test.rows)
    for i in range(len(ROOTS)):
        # Four standard errors of both draws; half of the held exams set the base.
        error = 4 * np.sqrt(0.18 / held.involved[:, i].sum() + 0.09 / test.involved[:, i].sum())
        assert kept[test.involved[:, i], i].mean() == pytest.approx(0.9, abs=error)


def test_a_small_model_discriminates(small_model: SmallModel) -> None:
    test = small_model.parts["test"]
    probabilities = small_model.model.probabilities(test.rows)
    for i in range(len(ROOTS)):
        involved = test.involved[:, i]
        assert probabilities[involved, i].mean() > probabilities[~involved, i].mean() + 0.1


class Asking(DummyClassifier):  # type: ignore[misc]  # scikit-learn has no types
    """Notes how many threads it may use."""

    def fit(self, rows: np.ndarray, classes: np.ndarray) -> "Asking":
        """Note them, then fit."""
        self.threads_ = {pool["num_threads"] for pool in threadpool_info()}
        super().fit(np.zeros((len(rows), 1)), classes)
        return self


def test_a_fit_has_one_thread_however_many_there_are(small_model: SmallModel) -> None:
    """Or the bytes of a model would depend on the number of cores; before and after it there are as many as ever."""
    candidate = replace(LOGISTIC, build=lambda choices, seed: Asking())
    with threadpool_limits(limits=2):
        before = [pool["num_threads"] for pool in threadpool_info()]
        fitted = fit(candidate, {}, small_model.parts["temperature"], 1)
        assert [pool["num_threads"] for pool in threadpool_info()] == before
    assert 2 in before
    assert fitted.estimator.threads_ == {1}
