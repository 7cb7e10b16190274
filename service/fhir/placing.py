"""Faults of an exam, told of the FHIR that stated it: each at its place, and in words that name no place of `/v1`."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from service.problems import Fault, Refusal
from service.terminology.exam_items import exam_items

AGE: Final = exam_items()["patient.age_years"]
"""The one item that is required."""
NO_AGE: Final = f"has no answer to `{AGE.code}`, which is required."
TIMES: Final = {
    "/previous_examination/examined_at": "the time of the earlier examination",
    "/examined_at": "the time of the examination",
}
"""What FHIR states in elements of its own, by its pointer in an exam."""

_POINTER: Final = re.compile(r"(?<![\w/])/[a-z][\w/]*")


def at_their_places(refused: Refusal, places: Mapping[str, str], otherwise: str) -> Refusal:
    """The refusal of an exam with every fault where it stands in what was sent.

    `places` holds by the pointer of a statement where that was; a fault of none of them is one of all, at `otherwise`.
    """
    faults = (_placed(each, places, otherwise) for each in refused.problem.errors)
    return Refusal(replace(refused.problem, errors=tuple(faults)), refused.headers)


def in_words(refused: Refusal) -> Refusal:
    """The refusal with the code of an item wherever its pointer in an exam was named."""
    faults = (replace(each, detail=_in_words(each.detail)) for each in refused.problem.errors)
    return Refusal(replace(refused.problem, errors=tuple(faults)), refused.headers)


def _placed(fault: Fault, places: Mapping[str, str], otherwise: str) -> Fault:
    if fault.pointer == AGE.pointer and fault.pointer not in places:
        return Fault(pointer=otherwise, detail=NO_AGE)
    return replace(fault, pointer=_place(fault.pointer, places, otherwise))


def _place(pointer: str, places: Mapping[str, str], otherwise: str) -> str:
    """Where the statement at a pointer stands, or the one that it is part of."""
    while pointer:
        if pointer in places:
            return places[pointer]
        pointer = pointer.rpartition("/")[0]
    return otherwise


def _in_words(detail: str) -> str:
    codes = {item.pointer: f"`{code}`" for code, item in exam_items().items()}
    return _POINTER.sub(lambda found: (TIMES | codes).get(found[0], found[0]), detail)
