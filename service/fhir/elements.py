"""The small parts that answers are made of. What has no value is left out: FHIR JSON has no null and nothing empty."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from service.fhir.canonical import Resource
from service.rules.guideline import Urgency
from service.terminology.exam_form import members_of
from service.terminology.exam_items import Group, Item, dotted, exam_groups, exam_items
from service.terminology.exam_texts import item_text
from service.terminology.systems import EXAM_ITEMS, RULES

RFC_3986: Final = "urn:ietf:rfc:3986"
"""The system of an identifier that is a URI."""

PRIORITY: Final[Mapping[Urgency, str]] = {
    Urgency.ROUTINE: "routine",
    Urgency.URGENT: "urgent",
    Urgency.EMERGENCY: "stat",
}
"""How soon, in the words of request-priority (FHIR R4)."""

PREVIOUS: Final = "/previous_examination"


def stated(**elements: Any) -> Resource:
    """The elements that have a value."""
    return {name: value for name, value in elements.items() if value is not None and value not in ("", [], {})}


def resource(kind: str, **elements: Any) -> Resource:
    """A resource of that type, of the elements that have a value."""
    return {"resourceType": kind, **stated(**elements)}


def instant(at: datetime) -> str:
    """A moment in UTC; FHIR knows fewer offsets than RFC 3339 allows."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def uri_identifier(value: str) -> Resource:
    """An identifier that is a URI."""
    return {"system": RFC_3986, "value": value}


def notes(texts: Iterable[str]) -> list[Resource]:
    """Each text once, as an annotation."""
    return [{"text": text} for text in dict.fromkeys(texts) if text]


def rule_concept(rule_id: str, text: str | None = None) -> Resource:
    """The permanent id of a rule, and what it is called in the language of the answer."""
    return stated(coding=[{"system": RULES, "code": rule_id}], text=text)


@cache
def _groups() -> Mapping[str, Group]:
    found: dict[str, Group] = {}
    waiting = list(exam_groups())
    while waiting:
        group = waiting.pop()
        found[group.code] = group
        waiting += [each for each in group.members if isinstance(each, Group)]
    return found


def item_coding(pointer: str) -> Resource | None:
    """The code of the statement, or of the group of statements, at a JSON pointer; None where it has none.

    What stood there at the previous examination has the same code.
    """
    code = dotted(pointer.removeprefix(PREVIOUS))
    return _coding(code) if code in exam_items() or code in _groups() else None


def items_within(pointer: str) -> list[Resource]:
    """The codes of every statement at a JSON pointer: those of its group where a group stands there."""
    code = dotted(pointer)
    found: tuple[Item, ...] = ()
    if code in exam_items():
        found = (exam_items()[code],)
    elif code in _groups():
        found = members_of(_groups()[code])
    return [_coding(item.code) for item in found]


def _coding(code: str) -> Resource:
    return {"system": EXAM_ITEMS, "code": code, "display": item_text(code)}
