"""Naive Bayes on published likelihood ratios, by hand."""

import numpy as np
import pytest

from features.encoding import FEATURES
from training.cohort.figures import Figures
from training.naive_bayes import naive_bayes

PREVALENCE = np.array([0.1, 0.35, 0.3])
AT = {feature.name: column for column, feature in enumerate(FEATURES)}


def row(**stated: float) -> np.ndarray:
    """One row with just these features; a dot in a name is written as two underscores."""
    made = np.full((1, len(FEATURES)), np.nan, dtype=np.float32)
    for name, value in stated.items():
        made[0, AT[name.replace("__", ".")]] = value
    return made


def updated(prior: float, ratio: float) -> float:
    """Bayes' theorem in odds."""
    odds = prior / (1 - prior) * ratio
    return odds / (1 + odds)


def test_nothing_stated_gives_the_prevalence(figures: Figures) -> None:
    assert naive_bayes(figures, row(), PREVALENCE)[0] == pytest.approx(PREVALENCE)
    # Age and history are no findings of this rule.
    told = row(age_years=70, over_60=1, female=1, worse_with_sitting=1, pain_below_knee=1)
    assert naive_bayes(figures, told, PREVALENCE)[0] == pytest.approx(PREVALENCE)


@pytest.mark.parametrize(("value", "found"), [(0, False), (1, True), (2, True)])
def test_one_finding_multiplies_the_odds_by_its_likelihood_ratio(figures: Figures, value: float, found: bool) -> None:
    """The ankle jerk: 0.50 in S1, 0.25 in L5, 0.09 in anybody else, L4 among them."""
    assert [figures.value("reflex", "achilles", root) for root in ("L4", "L5", "S1")] == [0.09, 0.25, 0.50]
    ratios = [0.09 / 0.09, 0.25 / 0.09, 0.50 / 0.09] if found else [1.0, 0.75 / 0.91, 0.50 / 0.91]
    expected = [updated(prior, ratio) for prior, ratio in zip(PREVALENCE, ratios, strict=True)]
    assert naive_bayes(figures, row(achilles__lost=value), PREVALENCE)[0] == pytest.approx(expected)


def test_findings_count_as_independent(figures: Figures) -> None:
    both = naive_bayes(figures, row(achilles__lost=1, straight_leg_raise=1), PREVALENCE)[0]
    jerk = naive_bayes(figures, row(achilles__lost=1), PREVALENCE)[0]
    assert naive_bayes(figures, row(straight_leg_raise=1), jerk)[0] == pytest.approx(both)


def test_pain_counts_where_it_is_listed_in_the_dermatome_below_the_knee(figures: Figures) -> None:
    names = ("lateral_leg", "dorsum_foot", "first_web_space", "great_toe")
    listed = {f"pain__{name}": 0.0 for name in names}
    share = {whose: figures.value("pain_dermatome", "L5", whose) for whose in ("L5", "other")}
    there = naive_bayes(figures, row(**(listed | {"pain__great_toe": 1.0})), PREVALENCE)[0]
    assert there[1] == pytest.approx(updated(PREVALENCE[1], share["L5"] / share["other"]))
    nowhere = naive_bayes(figures, row(**listed), PREVALENCE)[0]
    assert nowhere[1] == pytest.approx(updated(PREVALENCE[1], (1 - share["L5"]) / (1 - share["other"])))
    # Pain in the thigh is in no dermatome below the knee.
    thigh = naive_bayes(figures, row(**(listed | {"pain__lateral_thigh": 1.0})), PREVALENCE)[0]
    assert thigh == pytest.approx(nowhere)


def test_rows_are_answered_one_by_one(figures: Figures) -> None:
    rows = np.concatenate([row(), row(achilles__lost=1), row()])
    answered = naive_bayes(figures, rows, PREVALENCE)
    assert answered.shape == (3, 3)
    assert answered[0] == pytest.approx(answered[2])
    assert answered[1, 2] > answered[0, 2]
