"""An answered exam form, read strictly: every fault at once, each with its place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from http import HTTPStatus
from typing import Any, Final

from service.chart.entries import Unreadable, is_modified, moment_of
from service.chart.observations import NUMBERS, value_of
from service.problems import Fault, Refusal, problem
from service.terminology.exam_items import GRADED, Group, Item, Kind, exam_groups, exam_items
from service.terminology.systems import CONTENT_VERSION, EXAM_VALUES, QUESTIONNAIRE

ANSWERED: Final = frozenset({"completed", "amended", "in-progress"})
NOT_TAKEN: Final = frozenset({"entered-in-error", "stopped"})
DEEPEST: Final = 10
MODIFIED: Final = "has a modifierExtension, or implicitRules, that is not known here: it may mean something else."

VALUES: Final = {
    Kind.BOOLEAN: ("valueBoolean",),
    Kind.NUMBER: NUMBERS,
    Kind.CHOICE: ("valueCoding",),
    Kind.CHOICES: ("valueCoding",),
    Kind.GRADE: ("valueCoding", *NUMBERS),
}
"""What an answer may be, by the kind of its item; one of them, and nothing else that is a value."""


@dataclass(frozen=True, kw_only=True)
class ReadForm:
    """What a form states: an exam in the words of the contract, not held against it yet."""

    body: Mapping[str, Any]
    authored: datetime | None
    subject: str | None
    """`subject.reference`, as it was sent."""
    places: Mapping[str, str] = field(default_factory=dict)
    """By the pointer of a statement in the exam, that of the item in what was sent."""


class _Faults:
    def __init__(self) -> None:
        self.found: list[Fault] = []

    def add(self, place: str, detail: str) -> None:
        self.found.append(Fault(pointer=place, detail=detail))


def read_response(resource: Any, *, place: str, now: datetime | None = None) -> ReadForm:
    """The form that `resource` is; `place` is its own pointer in what was sent, `now` what no day alone is later than.

    Raises:
        Refusal: 422 with every fault.
    """
    faults = _Faults()
    if not isinstance(resource, Mapping) or resource.get("resourceType") != "QuestionnaireResponse":
        faults.add(place, "must be a QuestionnaireResponse.")
        raise not_a_form(faults.found)
    _check_head(resource, place, faults)
    statements: dict[str, Any] = {}
    places: dict[str, str] = {}
    for item, told, where in _items(resource, place, faults, 0):
        if item.code in places:
            faults.add(where, f"answers {item.code} a second time.")
            continue
        places[item.code] = where
        try:
            value = _value(item, told)
        except Unreadable:
            faults.add(where, _taken(item))
            continue
        if value is not None:
            statements[item.code] = value
    authored = moment_of(resource.get("authored"), now)
    if resource.get("authored") is not None and authored is None:
        faults.add(f"{place}/authored", "must be a time with its offset from UTC, or a day.")
    if faults.found:
        raise not_a_form(faults.found)
    return ReadForm(
        body=nested(statements),
        authored=authored,
        subject=_subject(resource),
        places={exam_items()[code].pointer: where for code, where in places.items()},
    )


def nested(statements: Mapping[str, Any]) -> dict[str, Any]:
    """Statements by their dotted codes as the body of an exam."""
    body: dict[str, Any] = {}
    for code, value in statements.items():
        *way, last = code.split(".")
        inner = body
        for name in way:
            inner = inner.setdefault(name, {})
        inner[last] = value
    return body


def not_a_form(faults: list[Fault]) -> Refusal:
    """The refusal of a form, or of another statement of an exam in FHIR, with every fault."""
    many = f"{len(faults)} faults were" if len(faults) > 1 else "One fault was"
    return Refusal(
        problem(
            "invalid-exam",
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "This is not an examination",
            f"{many} found; each is named with its place. Nothing was recorded.",
            tuple(faults[:100]),
        )
    )


def _check_head(resource: Mapping[str, Any], place: str, faults: _Faults) -> None:
    if is_modified(resource):
        faults.add(place, MODIFIED)
    canonical = resource.get("questionnaire")
    if canonical not in (None, QUESTIONNAIRE, f"{QUESTIONNAIRE}|{CONTENT_VERSION}"):
        faults.add(
            f"{place}/questionnaire",
            f"must be {QUESTIONNAIRE}, with the version {CONTENT_VERSION} or none: another one is not guessed at.",
        )
    status = resource.get("status")
    if not isinstance(status, str) or status not in ANSWERED | NOT_TAKEN:
        faults.add(f"{place}/status", "must be completed, amended or in-progress.")
    elif status in NOT_TAKEN:
        faults.add(f"{place}/status", "says that these answers do not count.")


def _items(holder: Mapping[str, Any], place: str, faults: _Faults, depth: int) -> Iterator[tuple[Item, list[Any], str]]:
    """Every item that has an answer, wherever it is nested, with its place."""
    listed = holder.get("item", [])
    if not isinstance(listed, list) or depth > DEEPEST:
        faults.add(f"{place}/item", "must be a list of items, nested as the form is.")
        return
    for number, each in enumerate(listed):
        where = f"{place}/item/{number}"
        if not isinstance(each, Mapping) or not isinstance(each.get("linkId"), str):
            faults.add(where, "must be an item with a linkId.")
            continue
        code = each["linkId"]
        _check_modifiers(each, where, faults)
        if "answer" in each and "item" in each:
            faults.add(where, "must not have both answers and items (qrs-1).")
        elif code in exam_items():
            told = _answers(each, where, faults)
            if told:
                yield exam_items()[code], told, where
            for position, one in enumerate(told):  # R4 lets items stand below an answer too
                yield from _items(one, f"{where}/answer/{position}", faults, depth + 1)
        elif code in group_codes():
            if "answer" in each:
                faults.add(f"{where}/answer", "has no place in a group.")
            yield from _items(each, where, faults, depth + 1)
        else:
            faults.add(f"{where}/linkId", "is none of the exam form.")


def _check_modifiers(item: Mapping[str, Any], where: str, faults: _Faults) -> None:
    """A fault where an item, or one of its answers, may mean something else than it seems to."""
    if is_modified(item):
        faults.add(where, MODIFIED)
    told = item.get("answer")
    for position, each in enumerate(told if isinstance(told, list) else []):
        if isinstance(each, Mapping) and is_modified(each):
            faults.add(f"{where}/answer/{position}", MODIFIED)


def _answers(item: Mapping[str, Any], where: str, faults: _Faults) -> list[Any]:
    """The answers of a question; none where it was left out."""
    told = item.get("answer", [])
    if "item" in item:
        faults.add(f"{where}/item", "has no place below a question.")
    elif not isinstance(told, list) or not all(isinstance(one, Mapping) for one in told):
        faults.add(f"{where}/answer", "must be a list of answers.")
    else:
        return told
    return []


@cache
def group_codes() -> frozenset[str]:
    """The codes of all groups of the form."""
    return frozenset(_codes_of(exam_groups()))


def _codes_of(members: tuple[Item | Group, ...]) -> Iterator[str]:
    for each in members:
        if isinstance(each, Group):
            yield each.code
            yield from _codes_of(each.members)


def _value(item: Item, told: list[Any]) -> Any:
    """What the answers state.

    Raises:
        Unreadable: not what the item takes.
    """
    values = [_one_value(item, each) for each in told]
    if item.kind is not Kind.CHOICES and len(values) != 1:
        raise Unreadable("more than one answer")
    chosen = [_coding(each["valueCoding"]) for each in values if "valueCoding" in each]
    if not chosen:
        return value_of(item, values[0])
    if len({each["code"] for each in chosen}) < len(chosen):
        raise Unreadable("the same answer twice")
    return value_of(item, {"valueCodeableConcept": {"coding": chosen}})


def _one_value(item: Item, answer: Mapping[str, Any]) -> dict[str, Any]:
    """The one value that an answer has.

    Raises:
        Unreadable: it has none, or several, or one of a type that the item does not take.
    """
    found = {name: value for name, value in answer.items() if name.startswith("value")}
    if len(found) != 1 or not found.keys() <= set(VALUES[item.kind]):
        raise Unreadable("not one value")
    return found


def _coding(coding: Any) -> dict[str, str]:
    """The Coding of an answer, of our system.

    Raises:
        Unreadable: it is of another.
    """
    if (
        not isinstance(coding, Mapping)
        or coding.get("system") != EXAM_VALUES
        or not isinstance(coding.get("code"), str)
    ):
        raise Unreadable("no coding of ours")
    return {"system": EXAM_VALUES, "code": coding["code"]}


def _taken(item: Item) -> str:
    """What an item takes, for a sentence about it."""
    if item.kind is Kind.BOOLEAN:
        return "must be one valueBoolean; leave the item out if it was not assessed."
    if item.kind is Kind.NUMBER:
        unit = f", as a valueQuantity one with the UCUM code `{item.unit}`" if item.unit else ""
        return f"must be one number{unit}."
    many = "codings, each once, or none alone," if item.kind is Kind.CHOICES else "one coding"
    named = ", ".join(each for each in item.choices if not each.startswith(GRADED))
    graded = f"{GRADED}0 to {GRADED}5, " if item.kind is Kind.GRADE else ""
    return f"must be {many} of {EXAM_VALUES}: {graded}{named}."


def _subject(resource: Mapping[str, Any]) -> str | None:
    subject = resource.get("subject")
    reference = subject.get("reference") if isinstance(subject, Mapping) else None
    return reference if isinstance(reference, str) and reference.strip() else None
