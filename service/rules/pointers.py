"""JSON pointers (RFC 6901) into an exam: whether a statement stands there, and what it is called for the other leg."""

from collections.abc import Iterable, Mapping

from features.answer import Answer
from features.exam import Exam, StraightLegRaise

WORSE, OTHER = "/examination/", "/other_leg/"
"""Where the signs of the worse and of the other leg stand."""


def stated(exam: Exam, pointer: str) -> bool:
    """Whether anything was stated at `pointer`; an empty list is a statement, *not assessed* is none."""
    value: object = exam
    for name in pointer.removeprefix("/").split("/"):
        if value is None:
            return False
        value = value.get(name) if isinstance(value, Mapping) else getattr(value, name)
    if isinstance(value, StraightLegRaise):
        value = value.result
    return value is not None and value is not Answer.NOT_ASSESSED


def not_stated(exam: Exam, pointers: Iterable[str]) -> tuple[str, ...]:
    """Those of `pointers` at which nothing was stated."""
    return tuple(pointer for pointer in pointers if not stated(exam, pointer))


def open_first(exam: Exam, pointers: Iterable[str]) -> tuple[str, ...]:
    """The same pointers, those at which nothing was stated first."""
    return tuple(sorted(pointers, key=lambda pointer: stated(exam, pointer)))


def of_other_leg(pointers: Iterable[str]) -> tuple[str, ...]:
    """What the same statements are called where the other leg is meant; the history tells of the worse leg alone."""
    named = (pointer for pointer in pointers if not pointer.startswith("/history/"))
    return tuple(_swapped(pointer) for pointer in named)


def _swapped(pointer: str) -> str:
    for here, there in ((WORSE, OTHER), (OTHER, WORSE)):
        if pointer.startswith(here):
            return there + pointer.removeprefix(here)
    return pointer
