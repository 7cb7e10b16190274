"""Our code systems, complete: items and values of the examination, roots, rules, reasons to override, tasks."""

from functools import cache
from typing import Final

from features.anatomy import ROOTS
from service.fhir.canonical import Resource, definition
from service.rules import RULESET_VERSION
from service.rules.rulebook import entries, retired
from service.terminology.exam_items import Group, Item, exam_groups
from service.terminology.exam_texts import item_text
from service.terminology.override_reasons import OWN_REASONS
from service.terminology.systems import (
    CONTENT_VERSION,
    EXAM_ITEMS,
    EXAM_VALUES,
    NERVE_ROOTS,
    OVERRIDE_REASONS,
    RULES,
    TASKS,
)
from service.terminology.tasks import ALL_TASKS
from service.terminology.value_texts import VALUE_TEXTS

INACTIVE: Final[Resource] = {
    "code": "inactive",
    "uri": "http://hl7.org/fhir/concept-properties#inactive",
    "description": "The id was retired, and is never given again.",
    "type": "boolean",
}


@cache
def code_systems() -> tuple[Resource, ...]:
    """Every code system."""
    return (_exam_items(), _exam_values(), _nerve_roots(), _rules(), _override_reasons(), _tasks())


def _system(
    url: str,
    title: str,
    description: str,
    concepts: list[Resource],
    *,
    version: str = CONTENT_VERSION,
    hierarchy: str | None = None,
    properties: list[Resource] | None = None,
) -> Resource:
    return definition(
        "CodeSystem",
        identifier=url.rpartition(":")[2],
        url=url,
        title=title,
        description=description,
        version=version,
        caseSensitive=True,
        hierarchyMeaning=hierarchy,
        content="complete",
        count=_count(concepts),
        property=properties,
        concept=concepts,
    )


def _count(concepts: list[Resource]) -> int:
    return sum(1 + _count(each.get("concept", [])) for each in concepts)


def _exam_items() -> Resource:
    return _system(
        EXAM_ITEMS,
        "Statements of an examination",
        "What can be stated of a person with leg pain, one code a statement: the code of an Observation, and the "
        "linkId of an item of the questionnaire. Codes of groups only gather those of statements: no Observation has "
        "one.",
        [_member(each) for each in exam_groups()],
        hierarchy="grouped-by",
    )


def _member(member: Item | Group) -> Resource:
    concept: Resource = {"code": member.code, "display": item_text(member.code)}
    return {**concept, "concept": [_member(each) for each in member.members]} if isinstance(member, Group) else concept


def _exam_values() -> Resource:
    return _system(
        EXAM_VALUES,
        "Values of statements of an examination",
        "What can be stated where a statement is neither true nor false, nor a number. `none` answers a list: it was "
        "asked for, and nothing is on it. Not assessed is no value: the statement is left out.",
        [{"code": code, "display": text} for code, text in VALUE_TEXTS.items()],
    )


def _nerve_roots() -> Resource:
    return _system(
        NERVE_ROOTS,
        "Nerve roots",
        "The roots whose involvement is predicted. No standard code of a single root was found.",
        [{"code": root.value, "display": f"Nerve root {root.value}"} for root in ROOTS],
    )


def _rules() -> Resource:
    in_force = [
        {"code": rule.rule_id, "display": _capital(rule.label or rule.trigger), "definition": rule.trigger}
        for rule in entries()
    ]
    gone: list[Resource] = [
        {
            "code": rule.rule_id,
            "display": f"Retired: {rule.rule_id}",
            "definition": rule.because,
            "property": [{"code": INACTIVE["code"], "valueBoolean": True}],
        }
        for rule in retired()
    ]
    return _system(
        RULES,
        "Rules of the guideline",
        "The permanent ids of the rules that decide and describe, each with what triggers it. GET /v1/rules says what "
        "they do, and from which sources.",
        [*in_force, *gone],
        version=RULESET_VERSION,
        properties=[INACTIVE],
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _override_reasons() -> Resource:
    return _system(
        OVERRIDE_REASONS,
        "Reasons to order imaging all the same",
        "What clinicians say who order imaging against the advice of a card (after Chen et al., World Neurosurg 2020).",
        [{"code": each.code, "display": each.display} for each in OWN_REASONS],
    )


def _tasks() -> Resource:
    return _system(
        TASKS,
        "Tasks",
        "What a suggestion of a card asks somebody to do.",
        [{"code": each.code, "display": each.display, "definition": each.definition} for each in ALL_TASKS],
    )
