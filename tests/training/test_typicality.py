"""What is unlike anything trained on is told, and what is like it is not, save one exam in two hundred."""

import json
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter

from features.encoding import encode
from features.involvement import Outside
from features.typicality import Typicality
from tests.builders import an_exam
from tests.training.conftest import SmallModel
from training.export import graph, log_likelihood, serialize
from training.typicality import USUAL, typicality

EXAMS = 2500
EVERY_MOVEMENT = (
    "hip_flexion",
    "hip_adduction",
    "knee_extension",
    "hip_abduction",
    "hip_extension",
    "knee_flexion",
    "ankle_dorsiflexion",
    "great_toe_extension",
    "plantar_flexion",
)
KEPT_SKIN = {"medial_leg": "normal", "dorsum_foot": "normal", "lateral_foot": "normal"}
UNUSUAL: dict[str, dict[str, Any]] = {
    "no movement left in the leg": {"strength": dict.fromkeys(EVERY_MOVEMENT, 0)},
    "a leg that moves nothing and feels everything": {
        "strength": dict.fromkeys(("hip_flexion", "knee_extension", "ankle_dorsiflexion", "plantar_flexion"), 0),
        "sensation": KEPT_SKIN,
        "reflexes": {"patellar": "normal", "achilles": "normal"},
    },
}
USUAL_EXAMS: dict[str, dict[str, Any]] = {
    "nothing examined": {},
    "weak toes and dull skin of L5": {
        "strength": {"great_toe_extension": 4, "ankle_dorsiflexion": 4, "plantar_flexion": 5},
        "sensation": KEPT_SKIN | {"dorsum_foot": "reduced"},
    },
    "all normal": {"strength": dict.fromkeys(EVERY_MOVEMENT, 5), "sensation": KEPT_SKIN},
}


@pytest.fixture(scope="module")
def onnx_bytes(small_model: SmallModel) -> bytes:
    return serialize(graph(small_model.model))


@pytest.fixture(scope="module")
def usual(onnx_bytes: bytes, small_model: SmallModel) -> Typicality:
    return typicality(onnx_bytes, small_model.parts["fit"].rows[:EXAMS], np.random.default_rng(1))


def outside(usual: Typicality, onnx_bytes: bytes, examination: dict[str, Any], age: float = 45) -> frozenset[Outside]:
    row = encode(an_exam(age, examination=examination))
    return usual.outside(row, float(log_likelihood(onnx_bytes, row[np.newaxis])[0]))


@pytest.mark.parametrize("name", UNUSUAL)
def test_a_pattern_that_no_root_makes_is_told(usual: Typicality, onnx_bytes: bytes, name: str) -> None:
    assert outside(usual, onnx_bytes, UNUSUAL[name]) == {Outside.PATTERN}


@pytest.mark.parametrize("name", USUAL_EXAMS)
def test_an_ordinary_exam_is_not(usual: Typicality, onnx_bytes: bytes, name: str) -> None:
    assert outside(usual, onnx_bytes, USUAL_EXAMS[name]) == frozenset()


def test_an_age_beyond_those_trained_on_is_told(usual: Typicality, onnx_bytes: bytes) -> None:
    """Whole years count, as the model reads them."""
    youngest, oldest = usual.ages
    assert youngest == 18
    for age, told in ((youngest, False), (oldest, False), (oldest + 0.9, False), (oldest + 1, True), (120, True)):
        assert (Outside.AGE in outside(usual, onnx_bytes, {}, age)) is told, age


def test_one_in_two_hundred_of_those_trained_on_is_unusual(
    usual: Typicality, onnx_bytes: bytes, small_model: SmallModel
) -> None:
    rows = small_model.parts["test"].rows[:1500]
    said = log_likelihood(onnx_bytes, rows)
    share = np.mean([Outside.PATTERN in usual.outside(row, float(each)) for row, each in zip(rows, said, strict=True)])
    assert share < 5 * (1 - USUAL)


def test_a_manifest_holds_it(usual: Typicality) -> None:
    written = json.dumps(asdict(usual), allow_nan=False)
    assert TypeAdapter(Typicality).validate_json(written) == usual
