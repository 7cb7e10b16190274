"""Every statement of an examination as an item with a code, read from the dataclasses that are the wire contract.

The code of an item is its dotted name, as a column of a labelled table has it
(`examination.strength.great_toe_extension`); questionnaire, code system and coded observations use the same.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum, StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from features.answer import Answer
from features.exam import NORMAL_POWER, Exam
from features.wire import Between, Grade, StatedOnly

UNSTATED: Final = frozenset({"patient.reference", "examined_at", "previous_examination"})
"""Fields that are no items: FHIR has places of its own for who and when, and an earlier examination is one of its own.
"""

UNITS: Final = {
    "patient.age_years": "a",
    "history.symptom_duration_days": "d",
    "red_flags.post_void_residual_ml": "mL",
    "red_flags.motor_deterioration_hours": "h",
    "treatment.conservative_care_weeks": "wk",
    "straight_leg_raise.angle_degrees": "deg",
}
"""Units (UCUM) of numbers, by the end of their code; a rating has none."""

NOWHERE: Final = "none"
"""What a list says in a questionnaire where it was asked and is empty: an answer cannot be an empty list there."""
GRADED: Final = "mrc-"
"""What stands before the number in the code of a grade."""
UNGRADED: Final = "weak"
"""Weak, and nobody graded how much."""


class Kind(StrEnum):
    """What kind of statement it is."""

    BOOLEAN = "boolean"
    NUMBER = "number"
    CHOICE = "choice"
    """One of `choices`."""
    CHOICES = "choices"
    """Any of `choices`; the list is complete."""
    GRADE = "grade"
    """MRC 0 to 5 in steps of 0.5, or weak without a grade: `choices` are `mrc-0`, `mrc-0.5` and so on, and `weak`."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """One statement: its code, its place in the body (JSON pointer), and what can be stated."""

    code: str
    pointer: str
    kind: Kind
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    unit: str | None = None
    required: bool = False


@dataclass(frozen=True, kw_only=True)
class Group:
    """Statements that belong together, in the order of the contract."""

    code: str
    members: tuple["Item | Group", ...]


@cache
def exam_groups() -> tuple[Group, ...]:
    """The whole examination: patient, history, examination, other leg, red flags, treatment."""
    return tuple(each for each in _members(Exam, ()) if isinstance(each, Group))


@cache
def exam_items() -> Mapping[str, Item]:
    """Every item by its code, in the order of the contract."""
    return {item.code: item for group in exam_groups() for item in _flat(group)}


def dotted(pointer: str) -> str:
    """The code of the item at a JSON pointer."""
    return pointer.removeprefix("/").replace("/", ".")


def _flat(group: Group) -> Iterator[Item]:
    for member in group.members:
        if isinstance(member, Group):
            yield from _flat(member)
        else:
            yield member


def _members(shape: type, way: tuple[str, ...]) -> Iterator[Item | Group]:
    hints = get_type_hints(shape, include_extras=True)
    for each in fields(shape):
        here = (*way, each.name)
        if ".".join(here) not in UNSTATED:
            yield _member(hints[each.name], here)


def _member(hint: Any, way: tuple[str, ...]) -> Item | Group:
    """The item, or the group of items, that a field of this type is."""
    code = ".".join(way)
    base, marks = _bare(hint)
    if is_dataclass(base) and isinstance(base, type):
        return Group(code=code, members=tuple(_members(base, way)))
    stated = next((each for each in marks if isinstance(each, StatedOnly)), None)
    if stated is not None:
        values = get_args(base)[1]
        return Group(code=code, members=tuple(_member(values, (*way, str(key))) for key in stated.keys))
    pointer = "/" + "/".join(way)
    if any(isinstance(each, Grade) for each in marks):
        grades = tuple(f"{GRADED}{half / 2:g}" for half in range(int(2 * NORMAL_POWER) + 1))
        return Item(code=code, pointer=pointer, kind=Kind.GRADE, choices=(*grades, UNGRADED))
    if base is Answer:
        return Item(code=code, pointer=pointer, kind=Kind.BOOLEAN)
    if get_origin(base) is frozenset:
        (choice,) = get_args(base)
        return Item(code=code, pointer=pointer, kind=Kind.CHOICES, choices=_values(choice))
    if isinstance(base, type) and issubclass(base, Enum):
        return Item(code=code, pointer=pointer, kind=Kind.CHOICE, choices=_values(base))
    limits = next(each for each in marks if isinstance(each, Between))
    unit = next((unit for end, unit in UNITS.items() if code.endswith(end)), None)
    return Item(
        code=code,
        pointer=pointer,
        kind=Kind.NUMBER,
        low=limits.low,
        high=limits.high,
        unit=unit,
        required=code == "patient.age_years",
    )


def _bare(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    """The type without None and marks, and the marks."""
    marks: tuple[Any, ...] = ()
    while True:
        if get_origin(hint) is Annotated:
            hint, *more = get_args(hint)
            marks = (*marks, *more)
            continue
        if get_origin(hint) in (Union, UnionType):
            stated = [each for each in get_args(hint) if each is not NoneType]
            if len(stated) == 1:
                (hint,) = stated
                continue
            if all(get_origin(each) is not Literal for each in stated) and all(
                isinstance(each, type) for each in stated
            ):
                return stated[0], marks  # kinds of the same, as an area of skin is a region or the perianal one
        return hint, marks


def _values(choices: Any) -> tuple[str, ...]:
    return tuple(str(each.value) for each in choices)
