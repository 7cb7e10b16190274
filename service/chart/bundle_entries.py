"""The entries of a Bundle, and which of them say something to this service.

One entry that is of no concern here must not silence an emergency: whatever it is, it is left out. What would be read
and cannot be is a fault.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from service.chart.conditions import meant
from service.chart.entries import codings, is_modified
from service.chart.medications import KINDS
from service.chart.observations import SAME_AS
from service.chart.questionnaire_response import not_a_form
from service.problems import Fault
from service.terminology.exam_items import exam_items
from service.terminology.systems import EXAM_ITEMS, QUESTIONNAIRE

TYPES: Final = ("collection", "searchset")
"""The types of Bundle that hold what is so; the others ask for something, or hold what was so once."""

OUTCOME: Final = "OperationOutcome"
HARMLESS: Final = ("information", "warning")
"""The severities of an issue with which all that was asked for has come (FHIR R4: issue-severity)."""

_TYPE: Final = re.compile(r"[A-Z][A-Za-z]+")


@dataclass(frozen=True, kw_only=True)
class BundleEntry:
    """One resource of a Bundle. A drug has its Medication with it, where that is another entry."""

    resource: Mapping[str, Any]
    kind: str
    """Its type; "" where that is none."""
    place: str
    full_url: Any
    modified: bool
    """Whether the resource, or its entry, has a modifier that is not known here."""


def entries_of(bundle: Mapping[str, Any], place: str) -> list[BundleEntry]:
    """Every resource with its place.

    Raises:
        Refusal: 422, it is no Bundle of what is so, or an entry holds no resource.
    """
    if bundle.get("type") not in TYPES:
        raise not_a_form([Fault(pointer=f"{place}/type", detail=f"must be {' or '.join(TYPES)}.")])
    listed = bundle.get("entry")
    if not isinstance(listed, list) or not listed:
        raise not_a_form([Fault(pointer=f"{place}/entry", detail="must hold the resources of one Patient.")])
    drugs = dict(_medications(listed))
    found = []
    for number, entry in enumerate(listed):
        resource = entry.get("resource") if isinstance(entry, Mapping) else None
        if not isinstance(resource, Mapping):
            raise not_a_form([Fault(pointer=f"{place}/entry/{number}", detail="must hold a resource.")])
        stated = resource.get("resourceType")
        kind = stated if isinstance(stated, str) and _TYPE.fullmatch(stated) else ""
        found.append(
            BundleEntry(
                resource=_with_its_drug(resource, drugs) if kind in KINDS else resource,
                kind=kind,
                place=f"{place}/entry/{number}/resource",
                full_url=entry.get("fullUrl"),
                modified=is_modified(entry) or is_modified(resource),
            )
        )
    return found


def may_be_read(entry: BundleEntry) -> bool:
    """Whether a condition or an observation is one that this service reads, by its code."""
    concept = entry.resource.get("code")
    named = list(codings(concept))
    ours = any(system == EXAM_ITEMS or (system, code) in SAME_AS for system, code in named)
    return ours or bool(meant(concept)[1])


def is_concept(concept: Any) -> bool:
    """Whether it has the shape of a CodeableConcept, with or without codes."""
    if concept is None:
        return True
    listed = concept.get("coding", []) if isinstance(concept, Mapping) else None
    return isinstance(listed, list) and all(isinstance(each, Mapping) and _is_coding(each) for each in listed)


def _is_coding(coding: Mapping[str, Any]) -> bool:
    return isinstance(coding.get("system"), str | None) and isinstance(coding.get("code"), str | int | None)


def is_outcome_of_failure(resource: Mapping[str, Any]) -> bool:
    """Whether it says that something could not be had; a warning beside what was found does not."""
    if resource.get("resourceType") != OUTCOME:
        return False
    issues = resource.get("issue")
    if not isinstance(issues, list) or not issues:
        return True
    return not all(isinstance(each, Mapping) and each.get("severity") in HARMLESS for each in issues)


def is_of_another_form(resource: Mapping[str, Any]) -> bool:
    """Whether it answers another questionnaire than ours, and nothing of ours in it."""
    canonical = resource.get("questionnaire")
    if not isinstance(canonical, str) or canonical.partition("|")[0] == QUESTIONNAIRE:
        return False
    return not any(isinstance(each, str) and each in exam_items() for each in _link_ids(resource))


def _link_ids(holder: Mapping[str, Any]) -> Iterator[Any]:
    """Every linkId, below groups and below answers."""
    left: list[Any] = [holder]
    while left:
        each = left.pop()
        if isinstance(each, Mapping):
            yield each.get("linkId")
            for name in ("item", "answer"):
                inner = each.get(name)
                left += inner if isinstance(inner, list) else []


def _medications(listed: list[Any]) -> Iterator[tuple[str, Any]]:
    """What each Medication among the entries is, by all that a reference may call it."""
    for entry in listed:
        resource = entry.get("resource") if isinstance(entry, Mapping) else None
        if isinstance(resource, Mapping) and resource.get("resourceType") == "Medication":
            for name in (entry.get("fullUrl"), f"Medication/{resource.get('id')}"):
                if isinstance(name, str) and not is_modified(resource):
                    yield name, resource.get("code")


def _with_its_drug(resource: Mapping[str, Any], drugs: Mapping[str, Any]) -> Mapping[str, Any]:
    """An order for a drug with the code of the Medication that it refers to."""
    named = resource.get("medicationReference")
    reference = named.get("reference") if isinstance(named, Mapping) else None
    if resource.get("medicationCodeableConcept") is not None or not isinstance(reference, str):
        return resource
    code = drugs.get(reference)
    return resource if code is None else {**resource, "medicationCodeableConcept": code}
