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
"""Fields that no table asks about: rows with a previous examination are answered one by one, and without one nothing is
decided by when it was done; nor is it ever by who was examined."""


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
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        between = next((each for each in inner[1:] if isinstance(each, Between)), None)
        high = math.inf if between is None or between.high is None else between.high
        return _place(inner[0]) if between is None else Number(between.low, high)
    if origin in (Union, types.UnionType):
        return _choice([choice for choice in inner if choice is not type(None)])
    if origin is frozenset:
        return Listed(tuple(inner[0]))
    if origin is Mapping:
        return _keyed(*map(_place, inner))
    if hint is float:
        return Number()
    return _whole(hint)


def _choice(choices: list[Any]) -> Place:
    """What may also be None, or one of several enums."""
    if len(choices) > 1:
        return Word(tuple(word for choice in choices for word in choice))
    inner = _place(choices[0])
    return Part(inner.shape, optional=True) if isinstance(inner, Part) else inner


def _keyed(keys: Place, value: Place) -> Keyed:
    if isinstance(keys, Word) and isinstance(value, Number | Word):
        return Keyed(keys.words, value)
    raise TypeError(f"no table can hold a mapping from {keys} to {value}")


def _whole(hint: Any) -> Place:
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
