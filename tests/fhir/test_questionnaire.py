"""The Questionnaire asks for the whole examination, and a form filler that knows R4 alone can read it."""

from collections.abc import Iterator
from typing import Any

import pytest

from service.fhir.canonical import Resource
from service.fhir.questionnaire import exam_questionnaire
from service.terminology.exam_items import GRADED, Item, Kind, exam_items
from service.terminology.systems import CONTENT_VERSION, EXAM_ITEMS, EXAM_VALUES, LOINC, QUESTIONNAIRE, UCUM

FORM = exam_questionnaire()
ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
EXCLUSIVE = "http://hl7.org/fhir/StructureDefinition/questionnaire-optionExclusive"
LOW, HIGH = "http://hl7.org/fhir/StructureDefinition/minValue", "http://hl7.org/fhir/StructureDefinition/maxValue"
UNIT = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
CONTROL = "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl"
CONTROLS = "http://hl7.org/fhir/questionnaire-item-control"
EXTRACT = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-observationExtract"
CATEGORY = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-observation-extract-category"


def within(items: list[Resource]) -> Iterator[Resource]:
    """Every item, groups too, in the order of the form."""
    for each in items:
        yield each
        yield from within(each.get("item", []))


ALL = list(within(FORM["item"]))
BY_LINK = {each["linkId"]: each for each in ALL}
ITEMS = exam_items()


def told(element: Resource, url: str) -> Any:
    """The value of an extension; None where it is not there."""
    values = [each for each in element.get("extension", []) if each["url"] == url]
    return next((value for each in values for name, value in each.items() if name.startswith("value")), None)


def test_it_is_ours_in_its_version() -> None:
    assert (FORM["url"], FORM["version"]) == (QUESTIONNAIRE, CONTENT_VERSION)
    assert FORM["subjectType"] == ["Patient"]
    assert "What is not answered is not assessed" in FORM["description"]


def test_every_link_id_is_there_once() -> None:
    """Invariant que-2."""
    assert len(BY_LINK) == len(ALL)
    assert all(0 < len(each["linkId"]) <= 255 and each["linkId"].strip() == each["linkId"] for each in ALL)


def test_it_asks_for_every_statement_of_an_examination_and_for_nothing_else() -> None:
    asked = {each["linkId"] for each in ALL if each["type"] != "group"}
    assert asked == ITEMS.keys()
    assert not [code for code in asked if "reference" in code or "examined_at" in code or "previous" in code]


@pytest.mark.parametrize("item", ALL, ids=lambda item: item["linkId"])
def test_an_item_has_words_and_a_type_and_keeps_the_invariants(item: Resource) -> None:
    """que-1: groups hold items and questions none; que-5, que-6, que-9 and the like: what only some types may have."""
    assert item["text"].strip()
    assert ("item" in item) == (item["type"] == "group")
    assert ("answerOption" in item) == (item["type"] == "choice")
    assert item["type"] in ("group", "boolean", "decimal", "choice")
    assert "answerValueSet" not in item, "answers stand in place: a form filler needs no terminology server"
    assert "initial" not in item, "nothing is answered before somebody has answered it"
    if item["type"] == "group":
        assert not item.keys() & {"required", "repeats", "code"}


@pytest.mark.parametrize("item", ITEMS.values(), ids=lambda item: item.code)
def test_an_item_asks_for_what_can_be_stated(item: Item) -> None:
    asked = BY_LINK[item.code]
    kind = {Kind.BOOLEAN: "boolean", Kind.NUMBER: "decimal"}.get(item.kind, "choice")
    assert asked["type"] == kind
    assert asked.get("required", False) is item.required
    assert asked.get("repeats", False) is (item.kind is Kind.CHOICES)
    assert asked["code"][0]["system"] == EXAM_ITEMS
    assert asked["code"][0]["code"] == item.code
    assert (told(asked, LOW), told(asked, HIGH)) == (item.low, item.high)
    unit = told(asked, UNIT)
    assert (unit and (unit["system"], unit["code"])) == (item.unit and (UCUM, item.unit))
    answers = [each["valueCoding"] for each in asked.get("answerOption", [])]
    assert [each["code"] for each in answers] == [*item.choices, *(["none"] if item.kind is Kind.CHOICES else [])]
    assert {each["system"] for each in answers} <= {EXAM_VALUES}
    assert all(each["display"].strip() for each in answers)


def test_only_the_age_is_required() -> None:
    assert [each["linkId"] for each in ALL if each.get("required")] == ["patient.age_years"]


def test_grades_can_be_compared_and_weak_without_a_grade_cannot() -> None:
    grades = {
        option["valueCoding"]["code"]: told(option, ORDINAL)
        for each in ALL
        for option in each.get("answerOption", [])
        if each["linkId"].startswith(("examination.strength.", "other_leg.strength."))
    }
    assert grades == {**{f"{GRADED}{half / 2:g}": half / 2 for half in range(11)}, "weak": None}


def test_none_excludes_every_other_answer_to_a_list() -> None:
    for each in ALL:
        exclusive = [o["valueCoding"]["code"] for o in each.get("answerOption", []) if told(o, EXCLUSIVE)]
        assert exclusive == (["none"] if each.get("repeats") else [])


def test_few_items_wait_for_another_and_that_one_comes_first() -> None:
    order = [each["linkId"] for each in ALL]
    waiting = {each["linkId"]: each["enableWhen"] for each in ALL if "enableWhen" in each}
    assert waiting.keys() == {
        "examination.straight_leg_raise.angle_degrees",
        "other_leg.straight_leg_raise.angle_degrees",
        "red_flags.motor_deterioration_hours",
    }
    for link, (condition,) in waiting.items():
        assert order.index(condition["question"]) < order.index(link)
        answers = [name for name in condition if name.startswith("answer")]
        assert answers == ["answerBoolean"]  # que-7: `exists` takes a boolean; the other one asks for a boolean
        assert condition["operator"] == "exists" or BY_LINK[condition["question"]]["type"] == "boolean"


def test_no_red_flag_waits_for_anything_but_how_fast_weakness_grew() -> None:
    """Hazard H-02: a flag that is hidden is not asked for."""
    hidden = [each["linkId"] for each in ALL if each["linkId"].startswith("red_flags.") and "enableWhen" in each]
    assert hidden == ["red_flags.motor_deterioration_hours"]
    assert "enableWhen" not in BY_LINK["red_flags"]


def test_answers_can_be_extracted_as_observations() -> None:
    assert told(FORM, EXTRACT) is True
    assert told(FORM, CATEGORY)["coding"][0]["code"] == "survey"
    for each in ALL:
        wanted = "exam" if each["linkId"] in ("examination", "other_leg") else None
        found = told(each, CATEGORY)
        assert (found and found["coding"][0]["code"]) == wanted


@pytest.mark.parametrize(
    ("link", "control"),
    [
        ("red_flags.fever", "radio-button"),
        ("patient.sex", "radio-button"),
        ("history.side", "radio-button"),
        ("examination.slump", "radio-button"),
        ("examination.sensation.great_toe", "radio-button"),
        ("history.pain_locations", "check-box"),
        ("treatment.nsaid_contraindications", "check-box"),
        ("examination.strength.great_toe_extension", None),
        ("patient.age_years", None),
        ("examination", None),
    ],
)
def test_what_can_be_ticked_is_seen_at_once(link: str, control: str | None) -> None:
    found = told(BY_LINK[link], CONTROL)
    shown = [(CONTROLS, control)] if control else None
    assert (found and [(each["system"], each["code"]) for each in found["coding"]]) == shown


def test_radio_buttons_are_for_one_answer_and_boxes_for_several() -> None:
    """Questionnaire-itemControl (FHIR R4): a radio button makes no sense for a question that repeats."""
    for each in ALL:
        found = told(each, CONTROL)
        assert ((found or {}).get("coding", [{}])[0].get("code") == "check-box") is each.get("repeats", False)


def test_standard_codes_stand_beside_ours_where_one_was_seen() -> None:
    beside = {each["linkId"]: each["code"][1:] for each in ALL if len(each.get("code", [])) > 1}
    assert {link: [(code["system"], code["code"]) for code in codes] for link, codes in beside.items()} == {
        "history.pain_severity": [(LOINC, "72514-3")],
        "examination.reflexes.patellar": [(LOINC, "32392-3")],
    }
