"""Short names fit on a control, cannot be taken for one another, and say the same as the question."""

import pytest

from service.terminology.exam_form import answers_of, members_of
from service.terminology.exam_items import Kind, exam_groups, exam_items
from service.terminology.exam_texts import question
from service.terminology.short_names import _NAMES, short_name, short_value
from service.terminology.value_texts import value_text

ITEMS = exam_items()
LONGEST = 32
"""Characters that a line of a phone holds beside the answers."""

SIGNS = [code.partition(".")[2] for code in ITEMS if code.startswith("examination.")]


def test_every_item_has_a_name_and_no_name_is_left_over() -> None:
    assert _NAMES.keys() == ITEMS.keys()


@pytest.mark.parametrize("code", ITEMS)
def test_a_name_is_short_and_no_question(code: str) -> None:
    name = short_name(code)
    assert 0 < len(name) <= LONGEST
    assert name == name.strip()
    assert not set(name) & set("?:_()"), "no question, no grading, no field name"


@pytest.mark.parametrize("group", exam_groups(), ids=lambda group: group.code)
def test_names_within_a_section_cannot_be_mixed_up(group: object) -> None:
    """Or one finding is read as another."""
    names = [short_name(item.code).casefold() for item in members_of(group)]  # type: ignore[arg-type]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("sign", SIGNS)
def test_the_legs_share_their_names(sign: str) -> None:
    assert short_name(f"examination.{sign}") == short_name(f"other_leg.{sign}")


@pytest.mark.parametrize("sign", [sign for sign in SIGNS if sign.startswith(("strength.", "reflexes.", "sensation."))])
def test_a_sign_is_called_what_the_question_calls_it(sign: str) -> None:
    assert short_name(f"examination.{sign}").casefold() in question(f"examination.{sign}").casefold()


def test_an_unknown_item_has_no_name() -> None:
    with pytest.raises(KeyError):
        short_name("examination.strength.wiggling")


@pytest.mark.parametrize(
    ("grade", "shown"),
    [
        ("mrc-0", "0"),
        ("mrc-0.5", "0½"),
        ("mrc-1", "1"),
        ("mrc-1.5", "1½"),
        ("mrc-2", "2"),
        ("mrc-2.5", "2½"),
        ("mrc-3", "3"),
        ("mrc-3.5", "4\N{MINUS SIGN}"),
        ("mrc-4", "4"),
        ("mrc-4.5", "4+"),
        ("mrc-5", "5"),
        ("weak", "weak"),
    ],
)
def test_grades_are_shown_as_clinicians_write_them(grade: str, shown: str) -> None:
    """Hazard H-16: a grade is read as another one."""
    assert short_value("examination.strength.great_toe_extension", grade) == shown


@pytest.mark.parametrize("code", [code for code in ITEMS if ITEMS[code].kind is Kind.GRADE])
def test_every_grade_of_every_movement_is_shown_as_another(code: str) -> None:
    shown = [short_value(code, each) for each in answers_of(ITEMS[code])]
    assert len(set(shown)) == len(shown) == 12


@pytest.mark.parametrize("code", [code for code in ITEMS if ITEMS[code].kind is Kind.BOOLEAN])
def test_a_question_is_answered_yes_or_no(code: str) -> None:
    assert (short_value(code, "true"), short_value(code, "false")) == ("yes", "no")


@pytest.mark.parametrize("code", [code for code in ITEMS if ITEMS[code].kind in (Kind.CHOICE, Kind.CHOICES)])
def test_other_answers_are_called_what_the_questionnaire_calls_them(code: str) -> None:
    assert [short_value(code, each) for each in answers_of(ITEMS[code])] == [
        value_text(each) for each in answers_of(ITEMS[code])
    ]


@pytest.mark.parametrize(
    ("item", "value"),
    [
        pytest.param("examination.reflexes.achilles", "mrc-3", id="a grade of a reflex"),
        pytest.param("examination.strength.knee_extension", "normal", id="a word for a grade"),
        pytest.param("red_flags.fever", "positive", id="a test result for a question"),
        pytest.param("patient.age_years", "5", id="a number, which has no codes"),
        pytest.param("no.such", "true", id="no such item"),
    ],
)
def test_what_cannot_be_answered_has_no_name(item: str, value: str) -> None:
    with pytest.raises(KeyError):
        short_value(item, value)
