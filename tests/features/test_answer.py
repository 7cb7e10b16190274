"""Kleene's three-valued logic, cell by cell."""

import pytest

from features.answer import Answer

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.NOT_ASSESSED


@pytest.mark.parametrize(
    ("left", "right", "either", "both"),
    [
        (YES, YES, YES, YES),
        (YES, NO, YES, NO),
        (YES, UNKNOWN, YES, UNKNOWN),
        (NO, YES, YES, NO),
        (NO, NO, NO, NO),
        (NO, UNKNOWN, UNKNOWN, NO),
        (UNKNOWN, YES, YES, UNKNOWN),
        (UNKNOWN, NO, UNKNOWN, NO),
        (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    ],
)
def test_all_nine_cells_of_or_and_and(left: Answer, right: Answer, either: Answer, both: Answer) -> None:
    assert left | right is either
    assert left & right is both


@pytest.mark.parametrize(("answer", "negated"), [(YES, NO), (NO, YES), (UNKNOWN, UNKNOWN)])
def test_negation(answer: Answer, negated: Answer) -> None:
    assert ~answer is negated


@pytest.mark.parametrize("answer", list(Answer))
def test_an_answer_is_no_condition(answer: Answer) -> None:
    """Hazard H-02: code reads *not assessed* as no."""
    with pytest.raises(TypeError, match="three values"):
        bool(answer)


def test_any_and_all_of_nothing_are_not_assessed() -> None:
    assert Answer.any(()) is UNKNOWN
    assert Answer.all(()) is UNKNOWN


@pytest.mark.parametrize(("stated", "answer"), [(True, YES), (False, NO), (None, UNKNOWN)])
def test_what_is_stated(stated: bool | None, answer: Answer) -> None:
    assert Answer.of(stated) is answer
