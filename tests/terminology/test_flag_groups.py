"""The screen is asked for as a whole, what cannot wait first, and each group for what its flags look for."""

import re

import pytest

from service.rules.citations import citations
from service.rules.guideline import Group, RedFlag, Urgency
from service.rules.red_flags import RED_FLAGS
from service.terminology.exam_form import LAST
from service.terminology.exam_items import Kind, exam_items
from service.terminology.flag_groups import FLAG_GROUPS, SCREEN, FlagGroup

LOOKS_FOR = {
    "cauda_equina": {Group.CAUDA_EQUINA},
    "weakness": {Group.MOTOR, Group.BILATERAL},
    "cancer": {Group.CANCER},
    "infection": {Group.INFECTION},
    "fracture": {Group.FRACTURE},
}
"""The groups of rules that a group of questions serves."""

EACH_GROUP = pytest.mark.parametrize("group", FLAG_GROUPS, ids=lambda group: group.code)


def asked_by(flag: RedFlag) -> set[str]:
    """The items of the screen that a flag asks for by itself."""
    return {
        sign.pointer.removeprefix("/").replace("/", ".")
        for sign in flag.signs
        if sign.pointer.startswith("/red_flags/") and (not sign.supporting or flag.rule_id == "RF-CES-SUSPECTED")
    }


def test_every_item_of_the_screen_is_in_one_group() -> None:
    """Hazard H-02: a question that no group holds is never asked, and "all no" never reaches it."""
    grouped = [code for group in FLAG_GROUPS for code in group.items]
    assert sorted(grouped) == sorted(code for code in exam_items() if code.startswith(f"{SCREEN}."))


@EACH_GROUP
def test_a_question_stands_in_the_group_whose_flags_it_raises(group: FlagGroup) -> None:
    for code in group.items:
        raised = {flag.group for flag in RED_FLAGS if code in asked_by(flag) and (not flag.derived or code in LAST)}
        assert raised, f"{code} raises no flag of its own"
        assert raised <= LOOKS_FOR[group.code]


def test_what_is_an_emergency_by_itself_is_asked_for_first() -> None:
    """Hazard H-02: a screen that is left before its end must have asked for it."""
    emergencies = {
        code for flag in RED_FLAGS if flag.urgency is Urgency.EMERGENCY and not flag.derived for code in asked_by(flag)
    }
    holds = [bool(emergencies & set(group.items)) for group in FLAG_GROUPS]
    assert holds == sorted(holds, reverse=True)
    assert all(code in emergencies for code in FLAG_GROUPS[0].items if code not in LAST)
    assert holds[0]
    assert not holds[-1]


@EACH_GROUP
def test_questions_come_before_what_is_measured_or_read_elsewhere(group: FlagGroup) -> None:
    """What the person can answer is asked first; `LAST` ends its group."""
    second = {code for flag in RED_FLAGS if flag.second_line for code in asked_by(flag)} | LAST
    waits = [code in second for code in group.items]
    assert waits == sorted(waits)
    assert not LAST & set(group.items[:-1])


@EACH_GROUP
def test_a_group_says_in_one_sentence_why_it_is_asked(group: FlagGroup) -> None:
    assert re.fullmatch(r"[A-Z][^.?!\n]*\.", group.why)
    assert len(group.why.split()) <= 30
    assert 0 < len(group.title) <= 40
    assert re.fullmatch(r"[a-z_]+", group.code)


def test_groups_can_be_told_apart() -> None:
    for names in ([group.code for group in FLAG_GROUPS], [group.title for group in FLAG_GROUPS]):
        assert len(set(names)) == len(names)


@EACH_GROUP
def test_every_group_has_sources_that_are_known(group: FlagGroup) -> None:
    assert group.sources
    assert set(group.sources) <= citations().keys()


@EACH_GROUP
def test_every_group_can_be_denied_with_yes_or_no_questions(group: FlagGroup) -> None:
    assert any(exam_items()[code].kind is Kind.BOOLEAN for code in group.items)
