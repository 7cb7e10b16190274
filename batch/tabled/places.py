"""What may stand at each place of an examination: read off the dataclasses of the contract, once."""

import math
import types
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Annotated, Any, Final, Union, get_args, get_origin, get_type_hints

from features.answer import Answer
from features.exam import NORMAL_POWER, Exam, MRCGrade
from features.wire import Between

UNGRADED: Final = "weak"
"""What stands for a movement that is weak and was not graded."""

LEFT_OUT: Final = frozenset({"previous_examination", "examined_at", "reference"})
"""Fields that no table reads: rows with a previous examination are answered one by one, and of when it was done and
who was examined nothing else is decided."""


@dataclass(frozen=True)
class Number:
    """A number from `low` to `high`, or without an end; `grade` where it is an MRC grade or the word UNGRADED."""

    low: float = -math.inf
    high: float = math.inf
    grade: bool = False


@dataclass(frozen=True)
class Word:
    """One of `words`, in order: members of an enum. Yes and no are those of Answer."""

    words: tuple[Enum, ...]


@dataclass(frozen=True)
class Listed:
    """A list of some of `words`."""

    words: tuple[Enum, ...]


@dataclass(frozen=True)
class Keyed:
    """A mapping whose keys are `words`; what stands at each key."""

    words: tuple[Enum, ...]
    value: Number | Word


@dataclass(frozen=True)
class Part:
    """A dataclass within the dataclass; `optional` where None may stand in its place."""

    shape: type
    optional: bool


Place = Number | Word | Listed | Keyed | Part


@cache
def places(shape: type) -> Mapping[str, Place]:
    """What stands at each field of a dataclass of the contract, LEFT_OUT aside.

    Raises:
        TypeError: a field is of a kind that no table can hold.
    """
    hints = get_type_hints(shape, include_extras=True)
    return {each.name: _place(hints[each.name]) for each in fields(shape) if each.name not in LEFT_OUT}


@cache
def columns() -> Mapping[str, Number | Word | Listed]:
    """What stands in each dotted column of an examination, LEFT_OUT aside: `examination.strength.knee_extension`."""
    return dict(_columns("", Exam))


def _columns(path: str, shape: type) -> Any:
    for name, place in places(shape).items():
        here = f"{path}.{name}".lstrip(".")
        match place:
            case Part():
                yield from _columns(here, place.shape)
            case Keyed():
                yield from ((f"{here}.{word.value}", place.value) for word in place.words)
            case _:
                yield here, place


def _place(hint: Any) -> Place:
    if hint == MRCGrade:
        return Number(0, NORMAL_POWER, grade=True)
    if get_origin(hint) is Annotated:
        inner, *limits = get_args(hint)
        between = next((each for each in limits if isinstance(each, Between)), None)
        if between is None:
            return _place(inner)
        return Number(between.low, math.inf if between.high is None else between.high)
    if get_origin(hint) in (Union, types.UnionType):
        choices = [choice for choice in get_args(hint) if choice is not type(None)]
        if len(choices) == 1:
            inner = _place(choices[0])
            return Part(inner.shape, optional=True) if isinstance(inner, Part) else inner
        return Word(tuple(word for choice in choices for word in choice))
    if get_origin(hint) is frozenset:
        return Listed(tuple(get_args(hint)[0]))
    if get_origin(hint) in (Mapping, dict):
        key, value = get_args(hint)
        keys, inner = _place(key), _place(value)
        if isinstance(keys, Word) and isinstance(inner, Number | Word):
            return Keyed(keys.words, inner)
    if hint is float:
        return Number()
    if isinstance(hint, type) and issubclass(hint, Enum):
        return Word(tuple(word for word in hint if word is not Answer.NOT_ASSESSED))
    if isinstance(hint, type) and is_dataclass(hint):
        return Part(hint, optional=False)
    raise TypeError(f"no table can hold {hint}")


@cache
def parts() -> tuple[str, ...]:
    """The paths of the parts that can be absent."""
    return tuple(_parts("", Exam))


def _parts(path: str, shape: type) -> Any:
    for name, place in places(shape).items():
        if isinstance(place, Part):
            here = f"{path}.{name}".lstrip(".")
            yield from (here,) if place.optional else ()
            yield from _parts(here, place.shape)
