"""What a finding is expected to tell, against channels whose information is known."""

import math

import numpy as np
import pytest

from features.encoding import FEATURES, encode
from features.information import (
    EXAMINABLE,
    LEAST_BITS,
    MOST_SUGGESTED,
    Examinable,
    best,
    expected_bits,
    open_findings,
    with_results,
)
from tests.builders import an_exam

AT = {feature.name: column for column, feature in enumerate(FEATURES)}


def binary(name: str, kind: str | None = None) -> Examinable:
    return Examinable(pointer=f"/{name}", columns=(0,), results=((0.0,), (1.0,)), kind=kind or name)


def entropy(p: float) -> float:
    return -sum(q * math.log2(q) for q in (p, 1 - p) if q)


@pytest.mark.parametrize(("prior", "sensitivity", "specificity"), [(0.5, 0.9, 0.8), (0.2, 0.6, 0.95), (0.5, 0.5, 0.5)])
def test_the_information_of_a_test_of_known_accuracy(prior: float, sensitivity: float, specificity: float) -> None:
    """Mutual information of a binary channel: H(result) - H(result given the root)."""
    positive = prior * sensitivity + (1 - prior) * (1 - specificity)
    after = [prior * (1 - sensitivity) / (1 - positive), prior * sensitivity / positive]
    sets = np.array([[1 - p, p] for p in after])
    found = expected_bits((binary("test"),), sets, np.log([1 - positive, positive]) - 30)
    known = entropy(positive) - prior * entropy(sensitivity) - (1 - prior) * entropy(specificity)
    assert found[0] == pytest.approx(known, abs=1e-12)


def test_a_certain_result_and_one_that_changes_nothing_tell_nothing() -> None:
    findings = (binary("certain"), binary("idle"))
    sets = np.array([[0.5, 0.5], [0.1, 0.9], [0.3, 0.7], [0.3, 0.7]])
    found = expected_bits(findings, sets, np.array([0.0, -800.0, -1.0, -1.0]))
    assert found == pytest.approx([0, 0], abs=1e-12)


def test_results_share_the_probability_however_unlikely_the_exam() -> None:
    sets = np.array([[1.0, 0.0], [0.0, 1.0]])
    assert expected_bits((binary("tell-all"),), sets, np.array([-900.0, -900.0]))[0] == pytest.approx(1)


def test_at_most_five_the_best_first_one_of_a_kind_none_idle() -> None:
    findings = [binary(f"f{number}") for number in range(7)] + [binary("heel", "f6"), binary("idle")]
    bits = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.65, LEAST_BITS / 2])
    chosen = best(findings, bits)
    assert [each.pointer for each in chosen] == ["/f6", "/f5", "/f4", "/f3", "/f2"]
    assert len(chosen) == MOST_SUGGESTED
    assert best(findings, np.full(9, LEAST_BITS / 2)) == ()


def test_what_is_stated_is_not_suggested_nor_what_tells_the_same() -> None:
    row = encode(an_exam(examination={"heel_walk": "able", "sensation": {"great_toe": "normal"}, "slump": "negative"}))
    suggested = {each.pointer for each in open_findings(row)}
    assert "/examination/heel_walk" not in suggested
    assert "/examination/strength/ankle_dorsiflexion" not in suggested
    assert "/examination/sensation/dorsum_foot" not in suggested
    assert "/examination/slump" not in suggested
    assert {"/examination/sensation/lateral_foot", "/examination/strength/great_toe_extension"} <= suggested


def test_only_findings_of_the_bedside_examination_are_suggested() -> None:
    assert all(each.pointer.startswith("/examination/") for each in EXAMINABLE)
    assert len({each.pointer for each in EXAMINABLE}) == len(EXAMINABLE)


def test_each_result_gets_a_row_beside_all_that_is_stated() -> None:
    row = encode(an_exam(examination={"reflexes": {"achilles": "absent"}}))
    findings = tuple(each for each in EXAMINABLE if each.kind == "great_toe_extension")
    rows = with_results(row, findings)
    assert rows[:, AT["great_toe_extension.weak"]].tolist() == [0, 1]
    assert rows[0, AT["great_toe_extension.deficit"]] == 0
    assert np.isnan(rows[1, AT["great_toe_extension.deficit"]])
    assert (rows[:, AT["achilles.lost"]] == 2).all()
