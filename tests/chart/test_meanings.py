"""The table of codes: every row, and that it says the same as the value sets."""

from typing import Any

import pytest

from service.chart.meanings import BY_CODE, CANCER, COMPRESSION, MEANINGS
from service.terminology.code_groups import LUMBAR_PROBLEMS, RED_FLAG_FINDINGS
from service.terminology.exam_items import exam_items
from service.terminology.standard_codes import standard_codes
from service.terminology.systems import ICD10CM, SNOMED

FLAGS: dict[str, tuple[str, ...]] = {
    "red_flags.urinary_retention": ("267064002", "236648008", "249288007"),
    "red_flags.urinary_incontinence": ("165232002",),
    "red_flags.new_bladder_symptom": ("40492006", "398064005"),
    "red_flags.fecal_incontinence": ("72042002", "425671009"),
    COMPRESSION: ("192970008", "12454008", "71286001", "G83.4"),
    CANCER: ("266987004", "94602001", "128462008"),
    "red_flags.unexplained_weight_loss": ("267024001", "422868009"),
    "red_flags.fever": ("386661006",),
    "red_flags.recent_infection": ("91302008", "5758002", "2304001", "203241002", "35984006", "266463007"),
    "red_flags.iv_drug_use": ("226034001",),
    "red_flags.immunosuppression": ("86553008", "234532001", "86406008"),
    "red_flags.osteoporosis": ("64859006", "390833005", "240198002"),
    "red_flags.steroid_use": ("297279009", "Z79.52"),
    "red_flags.significant_trauma": ("125608002", "426646004", "81102000"),
}
ASKED = ("102568007", "249945007", "713514005", "86854008", "42984000", "217082002", "397803000")
ASKED_OF_MIMICS = ("233985008", "9631008")
LEG = ("23056005", "128196005", "2415007", "202735001", "M54.16", "M54.17", "M51.16")
BACK = ("279039007", "278862001", "278860009", "279040009", "303081002", "202708005", "18347007")
NOTHING = ("160313009", "54404000", "85007004", "52585001", "10601006", "279043006")
UNSAID = ("309537005", "309538000", "309087008", "182764009")


def meaning(code: str) -> Any:
    """What a code means, whichever system it is of."""
    return BY_CODE[ICD10CM if code[0].isalpha() else SNOMED, code]


@pytest.mark.parametrize(("item", "code"), [(item, code) for item, codes in FLAGS.items() for code in codes])
def test_a_red_flag_is_stated(item: str, code: str) -> None:
    assert (meaning(code).item, meaning(code).value) == (item, True)


def test_foot_drop_is_a_weak_ankle_that_nobody_graded() -> None:
    found = meaning("6077001")
    assert (found.item, found.value, found.while_new) == ("examination.strength.ankle_dorsiflexion", "weak", True)


@pytest.mark.parametrize("code", [*ASKED, *ASKED_OF_MIMICS])
def test_what_no_statement_stands_for_is_asked(code: str) -> None:
    found = meaning(code)
    assert found.item is None
    assert found.question.endswith("?")
    assert not found.lumbar


@pytest.mark.parametrize("code", LEG)
def test_a_radicular_problem_is_a_lumbar_one(code: str) -> None:
    assert (meaning(code).lumbar, meaning(code).radicular, meaning(code).item) == (True, True, None)


@pytest.mark.parametrize("code", BACK)
def test_a_lumbar_problem(code: str) -> None:
    found = meaning(code)
    assert (found.lumbar, found.radicular, found.item, found.chronic) == (True, False, None, code == "278860009")


@pytest.mark.parametrize("code", [*NOTHING, *UNSAID])
def test_what_says_nothing_of_this(code: str) -> None:
    found = meaning(code)
    assert (found.item, found.question, found.lumbar, found.radicular) == (None, None, False, False)


def test_every_row_is_in_one_of_these_tables() -> None:
    flags = {code for codes in FLAGS.values() for code in codes}
    others = {"6077001", *ASKED, *ASKED_OF_MIMICS, *LEG, *BACK, *NOTHING, *UNSAID}
    assert {code for _, code in BY_CODE} == flags | others
    assert len(BY_CODE) == sum(len(each.codes) for each in MEANINGS), "a code stands in two rows"


def test_the_value_sets_say_the_same() -> None:
    found = {
        name: {each for each in BY_CODE if BY_CODE[each].item == f"red_flags.{name}"} for name in RED_FLAG_FINDINGS
    }
    assert found == {name: {(each.system, each.code) for each in codes} for name, codes in RED_FLAG_FINDINGS.items()}
    lumbar = {key for key, each in BY_CODE.items() if each.lumbar and each.item != COMPRESSION}
    assert lumbar == {(each.system, each.code) for each in LUMBAR_PROBLEMS}


@pytest.mark.parametrize("key", BY_CODE, ids="|".join)
def test_a_row_has_codes_that_were_seen_and_items_of_the_contract(key: tuple[str, str]) -> None:
    found = BY_CODE[key]
    assert key in standard_codes()
    assert found.item is None or found.item in exam_items()
    assert set(found.denied_by) <= set(found.codes)
    assert not found.while_new or found.question


def test_only_bladder_bowel_and_what_comes_and_goes_has_to_be_new() -> None:
    names = {each.item.rpartition(".")[2] for each in MEANINGS if each.while_new and each.item}
    assert names == {
        *("urinary_retention", "urinary_incontinence", "new_bladder_symptom", "fecal_incontinence"),
        *("unexplained_weight_loss", "fever", "recent_infection", "significant_trauma", "ankle_dorsiflexion"),
    }
    assert {each.codes for each in MEANINGS if each.lasting} == {("94602001", "128462008")}
