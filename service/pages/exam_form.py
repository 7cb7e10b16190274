"""The examination as a form on paper: every question with what can be ticked, in the order of the form."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from service.terminology.exam_form import answers_of, form_groups
from service.terminology.exam_items import GRADED, Group, Item, Kind
from service.terminology.exam_texts import question
from service.terminology.value_texts import value_text

OCCASION: Final = ("Person", "Date and time of the examination", "Examined by")
"""What the paper has to say besides the answers, or nobody knows later whose they are; the lines are printed alone."""
YES_OR_NO: Final = ("Yes", "No")


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question; a number has no answers to tick but a range to stay in."""

    text: str
    answers: tuple[str, ...] = ()
    range: str | None = None
    several: bool = False
    """Whether more than one answer can be ticked."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """Questions under one heading; a part within a section has `level` 3, a section 2."""

    title: str
    level: int
    questions: tuple[Question, ...]


@cache
def exam_form() -> tuple[Part, ...]:
    """All of the examination."""
    return tuple(part for group in form_groups() for part in _parts(group, 2))


def _parts(group: Group, level: int) -> Iterator[Part]:
    """The group's own questions, and after them each group within it."""
    own = tuple(_asked(each) for each in group.members if isinstance(each, Item))
    yield Part(title=question(group.code), level=level, questions=own)
    for each in group.members:
        if isinstance(each, Group):
            yield from _parts(each, level + 1)


def _asked(item: Item) -> Question:
    text = question(item.code)
    match item.kind:
        case Kind.BOOLEAN:
            return Question(text=text, answers=YES_OR_NO)
        case Kind.NUMBER:
            return Question(text=text, range=_range(item))
        case Kind.GRADE:
            # The heading says what the grades mean.
            return Question(text=text, answers=tuple(_grade(code) for code in item.choices))
        case _:
            answers = tuple(value_text(code) for code in answers_of(item))
            return Question(text=text, answers=answers, several=item.kind is Kind.CHOICES)


def _grade(code: str) -> str:
    return code.removeprefix(GRADED) if code.startswith(GRADED) else value_text(code)


def _range(item: Item) -> str:
    low = "" if item.low is None else f"{item.low:g}"
    return f"{low} to {item.high:g}" if item.high is not None else f"{low} or more"
