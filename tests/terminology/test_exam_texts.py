"""Every statement has a question, every value a display, and they say what the rest of the service says."""

import re

import pytest

from service.rules.terms import FINDINGS, VALUES
from service.terminology import exam_texts
from service.terminology.exam_form import answers_of, form_groups, members_of
from service.terminology.exam_items import Group, Item, Kind, exam_groups, exam_items
from service.terminology.exam_texts import item_text, question
from service.terminology.value_texts import VALUE_TEXTS

ITEMS = exam_items()


def groups_within(members: tuple[Item | Group, ...]) -> list[Group]:
    """Every group, and those within it."""
    groups = [each for each in members if isinstance(each, Group)]
    return groups + [inner for each in groups for inner in groups_within(each.members)]


GROUPS = groups_within(exam_groups())


@pytest.mark.parametrize("code", [*ITEMS, *(group.code for group in GROUPS)])
def test_every_item_and_group_is_asked_for_in_words(code: str) -> None:
    assert re.fullmatch(r"\S(.*\S)?", question(code)), "one line without space around it"
    assert "_" not in question(code), "a field name, not words"


def test_no_question_is_left_over() -> None:
    asked = {question(code) for code in [*ITEMS, *(group.code for group in GROUPS)]}
    assert set(exam_texts._TEXTS.values()) == asked


def test_the_legs_share_their_questions_and_not_their_names() -> None:
    signs = [code.removeprefix("examination.") for code in ITEMS if code.startswith("examination.")]
    assert len(signs) > 40
    for sign in signs:
        assert question(f"examination.{sign}") == question(f"other_leg.{sign}")
    names = [item_text(code) for code in ITEMS]
    assert len(set(names)) == len(names)


def test_every_value_that_can_be_answered_has_a_display_and_no_other_has() -> None:
    assert VALUE_TEXTS.keys() == {code for item in ITEMS.values() for code in answers_of(item)}
    assert len(set(VALUE_TEXTS.values())) == len(VALUE_TEXTS), "two codes of one display cannot be told apart"


@pytest.mark.parametrize("code", [*ITEMS])
def test_the_answers_to_one_question_can_be_told_apart(code: str) -> None:
    answers = answers_of(ITEMS[code])
    assert len({VALUE_TEXTS[each] for each in answers}) == len(answers)
    assert bool(answers) == (ITEMS[code].kind not in (Kind.BOOLEAN, Kind.NUMBER))


@pytest.mark.parametrize(
    ("code", "display"),
    [
        ("mrc-0", "MRC 0: no contraction"),
        ("mrc-3", "MRC 3: movement against gravity"),
        ("mrc-3.5", "MRC 3.5 (4-)"),
        ("mrc-4.5", "MRC 4.5 (4+)"),
        ("mrc-5", "MRC 5: normal power"),
        ("weak", "Weak, not graded"),
        ("none", "None of these"),
    ],
)
def test_grades_are_named_as_clinicians_write_them(code: str, display: str) -> None:
    """Hazard H-16: a grade is read as another one."""
    assert VALUE_TEXTS[code] == display


@pytest.mark.parametrize(
    "place", [place for place in FINDINGS if place.partition("/")[0] in ("strength", "reflexes", "sensation")]
)
def test_signs_are_called_what_the_answer_calls_them(place: str) -> None:
    assert question(f"examination.{place.replace('/', '.')}").lower().startswith(FINDINGS[place].text.lower())


@pytest.mark.parametrize("code", [code for code in VALUES if code in VALUE_TEXTS])
def test_values_are_called_what_the_answer_calls_them(code: str) -> None:
    first = re.split(r"\W", VALUES[code].text)[0]
    assert VALUE_TEXTS[code].lower().startswith(first.lower())


def test_the_form_asks_for_all_of_the_examination_once() -> None:
    asked = [item.code for group in form_groups() for item in members_of(group)]
    assert sorted(asked) == sorted(ITEMS)
    assert {group.code for group in form_groups()} == {group.code for group in exam_groups()}


def test_the_form_asks_for_red_flags_before_anything_that_can_wait() -> None:
    """Hazard H-02: a form that is left before its end must have asked for them."""
    assert [group.code for group in form_groups()][:2] == ["patient", "red_flags"]
    flags = next(group for group in form_groups() if group.code == "red_flags")
    assert flags.members[0].code == "red_flags.urinary_retention"
    assert flags.members[-1].code == "red_flags.cauda_equina_or_cord_compression"
