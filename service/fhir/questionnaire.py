"""The whole examination as a Questionnaire that any form filler for FHIR R4 reads.

Answers are listed in place, so that no terminology server is needed. Extensions only tell more: a filler that knows
none of them asks the same questions. The codes and categories make SDC's extraction of Observations possible
(hl7.org/fhir/uv/sdc, Form Data Extraction, observation-based); groups have no code, so none of them becomes one.
"""

from functools import cache
from typing import Any, Final

from service.fhir.canonical import Resource, definition
from service.terminology.exam_form import answers_of, form_groups
from service.terminology.exam_items import GRADED, NOWHERE, Group, Item, Kind
from service.terminology.exam_texts import LEGS, item_text, question
from service.terminology.notices import notice
from service.terminology.standard_codes import standard
from service.terminology.systems import EXAM_ITEMS, EXAM_VALUES, LOINC, QUESTIONNAIRE, UCUM
from service.terminology.value_texts import value_text

IDENTIFIER: Final = "nerveroot-exam"

HL7: Final = "http://hl7.org/fhir/StructureDefinition"
ITEM_CONTROL: Final = "http://hl7.org/fhir/questionnaire-item-control"
"""How an item is shown (FHIR R4, CodeSystem questionnaire-item-control)."""
SDC: Final = "http://hl7.org/fhir/uv/sdc/StructureDefinition"
OBSERVATION_CATEGORY: Final = "http://terminology.hl7.org/CodeSystem/observation-category"

DESCRIPTION: Final = (
    "One examination of an adult with leg pain thought to come from the back: the person, red flags, history, the "
    "signs of both legs, and treatment. Only the age is required. What is not answered is not assessed: it never "
    "counts as no, and never as normal. Lists are complete: what is not named on an answered list is denied, and a "
    "list where nothing applies is answered with `none`. Who was examined is the subject of the answers, when is "
    "`authored`."
)

TYPES: Final = {Kind.BOOLEAN: "boolean", Kind.NUMBER: "decimal"}
"""The types of items; all others are choices."""

MOST_BUTTONS: Final = 5
"""Answers that are shown side by side; the grades of strength, in halves, are a list to choose from."""

UNIT_NAMES: Final = {"a": "years", "d": "days", "h": "hours", "wk": "weeks", "mL": "ml", "deg": "degrees"}
"""What units (UCUM) are called."""

STANDARD: Final = {
    "history.pain_severity": standard(LOINC, "72514-3"),
    "examination.reflexes.patellar": standard(LOINC, "32392-3"),
}
"""Items that a standard code fits too. That of the reflex says no side, so the other leg goes without it: two
Observations of one code could not be told apart."""

_SHOWN: Final[dict[str, dict[str, Any]]] = {
    **{
        f"{leg}.straight_leg_raise.angle_degrees": {
            "question": f"{leg}.straight_leg_raise.result",
            "operator": "exists",
            "answerBoolean": True,
        }
        for leg in LEGS
    },
    "red_flags.motor_deterioration_hours": {
        "question": "red_flags.progressive_motor_weakness",
        "operator": "=",
        "answerBoolean": True,
    },
}
"""Items that are asked only where another is answered so: they mean nothing without it."""


@cache
def exam_questionnaire() -> Resource:
    """The Questionnaire."""
    return definition(
        "Questionnaire",
        identifier=IDENTIFIER,
        url=QUESTIONNAIRE,
        title="Examination for lumbosacral radiculopathy",
        description=DESCRIPTION,
        extension=[{"url": f"{SDC}/sdc-questionnaire-observationExtract", "valueBoolean": True}, _category("survey")],
        subjectType=["Patient"],
        copyright=notice(each.system for each in STANDARD.values()),
        item=[_group(each) for each in form_groups()],
    )


def _group(group: Group) -> Resource:
    item = {
        "linkId": group.code,
        "text": question(group.code),
        "type": "group",
        "item": [_group(each) if isinstance(each, Group) else _item(each) for each in group.members],
    }
    return {"extension": [_category("exam")], **item} if group.code in LEGS else item


def _item(item: Item) -> Resource:
    made: Resource = {
        "linkId": item.code,
        "code": _codes(item.code),
        "text": question(item.code),
        "type": TYPES.get(item.kind, "choice"),
    }
    if item.code in _SHOWN:
        made["enableWhen"] = [_SHOWN[item.code]]
    if item.required:
        made["required"] = True
    if item.kind is Kind.CHOICES:
        made["repeats"] = True
    if answers := answers_of(item):
        made["answerOption"] = [_option(code) for code in answers]
    told = [*_limits(item), *_control(item)]
    return {"extension": told, **made} if told else made


def _codes(code: str) -> list[Resource]:
    own = {"system": EXAM_ITEMS, "code": code, "display": item_text(code)}
    return [own, STANDARD[code].coding] if code in STANDARD else [own]


def _option(code: str) -> Resource:
    option: Resource = {"valueCoding": {"system": EXAM_VALUES, "code": code, "display": value_text(code)}}
    told: list[Resource] = []
    if code.startswith(GRADED):
        told.append({"url": f"{HL7}/ordinalValue", "valueDecimal": float(code.removeprefix(GRADED))})
    if code == NOWHERE:
        told.append({"url": f"{HL7}/questionnaire-optionExclusive", "valueBoolean": True})
    return {"extension": told, **option} if told else option


def _limits(item: Item) -> list[Resource]:
    """What the answer to a number may be, and its unit."""
    told: list[Resource] = []
    if item.low is not None:
        told.append({"url": f"{HL7}/minValue", "valueDecimal": float(item.low)})
    if item.high is not None:
        told.append({"url": f"{HL7}/maxValue", "valueDecimal": float(item.high)})
    if item.unit is not None:
        unit = {"system": UCUM, "code": item.unit, "display": UNIT_NAMES[item.unit]}
        told.append({"url": f"{HL7}/questionnaire-unit", "valueCoding": unit})
    return told


def _control(item: Item) -> list[Resource]:
    """How the item is best shown: what can be ticked is seen without opening a list."""
    if item.kind is Kind.CHOICES:
        control = "check-box"
    elif item.kind is Kind.BOOLEAN or 0 < len(item.choices) <= MOST_BUTTONS:
        control = "radio-button"
    else:
        return []
    concept = {"coding": [{"system": ITEM_CONTROL, "code": control}]}
    return [{"url": f"{HL7}/questionnaire-itemControl", "valueCodeableConcept": concept}]


def _category(code: str) -> Resource:
    """What kind of Observations the answers become."""
    concept = {"coding": [{"system": OBSERVATION_CATEGORY, "code": code}]}
    return {"url": f"{SDC}/sdc-questionnaire-observation-extract-category", "valueCodeableConcept": concept}
