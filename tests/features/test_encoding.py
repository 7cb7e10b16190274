"""The encoding: one row for one leg, NaN for what was not assessed and for nothing else."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from features.answer import Answer
from features.encoding import FEATURES, encode, schema_digest, supports_tension
from service.intake import EXAM
from tests.builders import a_body, an_exam

NAMES = [feature.name for feature in FEATURES]
EVERY_FINDING: dict[str, Any] = json.loads((Path(__file__).parent / "every_finding.json").read_text())


def value(name: str, **sections: Any) -> float:
    return float(encode(an_exam(**sections))[NAMES.index(name)])


def test_names_are_unique_and_every_column_says_what_it_means() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert all(feature.meaning and feature.pointer.startswith("/") for feature in FEATURES)


def test_only_age_is_known_of_an_empty_exam() -> None:
    row = encode(an_exam(44.9))
    assert {name: x for name, x in zip(NAMES, row, strict=True) if not math.isnan(x)} == {
        "age_years": 44,
        "over_60": 0,
    }


def test_every_column_can_be_filled_and_holds_a_small_whole_number() -> None:
    row = encode(EXAM.validate_json(json.dumps(EVERY_FINDING)))
    assert row.dtype == np.float32
    assert not np.isnan(row).any()
    assert (row == np.round(row)).all()
    assert row.min() >= 0
    assert row.max() <= 120


@pytest.mark.parametrize(
    ("name", "section", "field", "codes"),
    [
        ("achilles.lost", "examination", "reflexes", {"normal": 0, "brisk": 0, "reduced": 1, "absent": 2}),
        ("sensation.sole", "examination", "sensation", {"normal": 0, "reduced": 1, "increased": 1, "absent": 2}),
        ("plantar_flexion.weak", "examination", "strength", {5: 0, 4.5: 1, 0: 1, "weak": 1}),
        ("plantar_flexion.deficit", "examination", "strength", {5: 0, 4.5: 1, 0: 10, "weak": math.nan}),
    ],
)
def test_grades_become_numbers(name: str, section: str, field: str, codes: dict[Any, float]) -> None:
    key = name.split(".")[1] if name.startswith("sensation") else name.split(".")[0]
    for stated, number in codes.items():
        found = value(name, **{section: {field: {key: stated}}})
        assert found == number or (math.isnan(found) and math.isnan(number))


@pytest.mark.parametrize(
    ("raised", "supports"),
    [
        ({"result": "positive"}, Answer.YES),
        ({"result": "positive", "angle_degrees": 29.9}, Answer.NO),
        ({"result": "positive", "angle_degrees": 30}, Answer.YES),
        ({"result": "positive", "angle_degrees": 70}, Answer.YES),
        ({"result": "positive", "angle_degrees": 70.1}, Answer.NO),
        ({"result": "negative", "angle_degrees": 50}, Answer.NO),
        ({"angle_degrees": 50}, Answer.NOT_ASSESSED),
        (None, Answer.NOT_ASSESSED),
    ],
)
def test_the_straight_leg_raise_counts_between_30_and_70_degrees(raised: Any, supports: Answer) -> None:
    assert supports_tension(an_exam(examination={"straight_leg_raise": raised})) is supports


@pytest.mark.parametrize(("age", "over"), [(60, 0), (60.5, 1), (61, 1)])
def test_over_60(age: float, over: float) -> None:
    assert value("over_60", age=age) == over


@pytest.mark.parametrize(("sex", "female"), [("female", 1), ("male", 0)])
def test_sex(sex: str, female: float) -> None:
    assert value("female", patient={"sex": sex}) == female


@pytest.mark.parametrize("sex", ["other", "unknown"])
def test_a_sex_that_the_figures_do_not_know_is_not_assessed(sex: str) -> None:
    assert math.isnan(value("female", patient={"sex": sex}))


def test_the_side_of_the_pain_changes_nothing() -> None:
    left = encode(an_exam(history={"side": "left", "pain_locations": ["sole"]}))
    right = encode(an_exam(history={"side": "right", "pain_locations": ["sole"]}))
    assert np.array_equal(left, right, equal_nan=True)


@pytest.mark.parametrize("pointer", sorted({feature.pointer for feature in FEATURES} - {"/patient/age_years"}))
def test_taking_a_finding_out_makes_its_columns_not_assessed_and_no_other(pointer: str) -> None:
    full = encode(EXAM.validate_json(json.dumps(EVERY_FINDING)))
    body: dict[str, Any] = json.loads(json.dumps(EVERY_FINDING))
    *way, last = pointer.strip("/").split("/")
    place = body
    for step in way:
        place = place[step]
    del place[last]
    less = encode(EXAM.validate_json(json.dumps(body)))
    gone = {name for name, was, now in zip(NAMES, full, less, strict=True) if was != now}
    own = {feature.name for feature in FEATURES if feature.pointer == pointer}
    # Whether the pain goes below the knee can be read from its regions too.
    also = {"pain_below_knee"} if pointer == "/history/pain_locations" else set()
    assert gone <= own | also
    assert all(math.isnan(less[NAMES.index(name)]) for name in gone)
    assert gone or pointer == "/history/pain_radiates_below_knee"


def test_the_digest_names_this_encoding() -> None:
    assert len(schema_digest()) == 64
    assert a_body()["patient"]["age_years"] == 40
