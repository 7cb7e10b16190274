"""Which of two values of an item is graver, and which may ask for a scan."""

from itertools import pairwise
from typing import Any

import pytest

from service.chart.gravity import RESIDUAL_ML, alike, gravity, pressing
from service.rules import findings
from service.terminology.exam_items import Kind, exam_items

WEAK = "examination.strength.ankle_dorsiflexion"
RISING: list[tuple[str, list[Any]]] = [
    ("red_flags.fever", [False, True]),
    ("red_flags.post_void_residual_ml", [0.0, 20.0, 600.0]),
    ("red_flags.motor_deterioration_hours", [72.0, 5.0]),
    (WEAK, [5.0, "weak", 4.5, 3.0, 0.0]),
    ("other_leg.reflexes.achilles", ["normal", "reduced", "absent", "brisk"]),
    ("examination.sensation.sole", ["normal", "increased", "reduced", "absent"]),
    ("examination.plantar_response", ["flexor", "extensor"]),
    ("examination.heel_walk", ["able", "unable"]),
    ("examination.slump", ["negative", "positive"]),
    ("examination.straight_leg_raise.angle_degrees", [80.0, 30.0]),
    ("treatment.pain_relief", ["adequate", "partial", "inadequate"]),
    ("treatment.nsaid_contraindications", [[], ["pregnancy"], ["pregnancy", "peptic_ulcer"]]),
]


@pytest.mark.parametrize(("code", "values"), RISING)
def test_the_values_of_an_item_rise_in_gravity(code: str, values: list[Any]) -> None:
    assert all(gravity(code, less) < gravity(code, more) for less, more in pairwise(values))


@pytest.mark.parametrize("code", [code for code, item in exam_items().items() if item.kind is Kind.CHOICE])
def test_every_word_for_a_sign_has_its_place(code: str) -> None:
    choices = exam_items()[code].choices
    ranked = {gravity(code, each) for each in choices}
    assert len(ranked) == (1 if code in ("patient.sex", "history.side") else len(choices))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("weak", 3.0, True),
        ("weak", 5.0, False),
        ("weak", "weak", True),
        (4.0, 4, True),
        (4.0, 3.5, False),
        (["sole", "heel"], ["heel", "sole"], True),
        (["sole"], [], False),
        ("reduced", "absent", False),
        (True, False, False),
    ],
)
def test_what_says_the_same(one: Any, other: Any, same: bool) -> None:
    assert alike(one, other) is alike(other, one) is same


def test_a_residual_presses_from_the_volume_that_raises_the_flag() -> None:
    assert RESIDUAL_ML == findings.RESIDUAL_ML
    residual = "red_flags.post_void_residual_ml"
    assert [pressing(residual, volume) for volume in (0, 199.9, 200, 600)] == [False, False, True, True]


@pytest.mark.parametrize(
    ("code", "value"),
    [("history.pain_severity", 10.0), ("examination.slump", "positive"), ("treatment.intolerable_pain", True)],
)
def test_what_asks_for_no_scan_by_itself(code: str, value: Any) -> None:
    assert not pressing(code, value)
