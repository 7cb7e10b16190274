"""Three-valued answers: what was not asked is neither yes nor no."""

from collections.abc import Iterable
from enum import Enum
from typing import Any


class Answer(Enum):
    """The answer to a clinical question, combined by Kleene's strong logic of indeterminacy.

    `|` and `&` combine answers, `~` negates. An Answer refuses to be used as a condition, because `if answer:`
    would read *not assessed* as *no*: compare with `is Answer.YES` instead.

    Source: Kleene SC. Introduction to Metamathematics. 1952, section 64.
    """

    YES = "yes"
    NO = "no"
    NOT_ASSESSED = "not_assessed"

    @classmethod
    def of(cls, stated: bool | None) -> "Answer":
        """The answer that a stated `true`, `false` or nothing at all gives."""
        if stated is None:
            return Answer.NOT_ASSESSED
        return Answer.YES if stated else Answer.NO

    @classmethod
    def any(cls, answers: Iterable["Answer"]) -> "Answer":
        """Yes if one is yes, no if all are no; *not assessed* for none at all. It asks no further than it must."""
        return cls._fold(answers, Answer.YES)

    @classmethod
    def all(cls, answers: Iterable["Answer"]) -> "Answer":
        """No if one is no, yes if all are yes; *not assessed* for none at all. It asks no further than it must."""
        return cls._fold(answers, Answer.NO)

    @classmethod
    def _fold(cls, answers: Iterable["Answer"], settles: "Answer") -> "Answer":
        found = None
        for answer in answers:
            if answer is settles:
                return answer
            if found is not Answer.NOT_ASSESSED:
                found = answer
        return Answer.NOT_ASSESSED if found is None else found

    def __or__(self, other: "Answer") -> "Answer":
        if self is Answer.YES or other is Answer.YES:
            return Answer.YES
        return other if self is Answer.NO else self

    def __and__(self, other: "Answer") -> "Answer":
        if self is Answer.NO or other is Answer.NO:
            return Answer.NO
        return other if self is Answer.YES else self

    __hash__ = object.__hash__
    """There is one object of each; the hash of Enum is worked out in Python, and rules look up answers all the time."""

    def __invert__(self) -> "Answer":
        return {Answer.YES: Answer.NO, Answer.NO: Answer.YES}.get(self, self)

    def __bool__(self) -> bool:
        raise TypeError("an Answer has three values: compare it with `is Answer.YES`")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> dict[str, Any]:
        """On the wire an Answer is `true`, `false` or `null`; pydantic calls this, nothing here imports it."""
        stated = {"type": "nullable", "schema": {"type": "bool", "strict": True}}
        return {
            "type": "function-after",
            "function": {"type": "no-info", "function": cls.of},
            "schema": stated,
            "serialization": {"type": "function-plain", "function": cls._stated, "return_schema": stated},
        }

    def _stated(self) -> bool | None:
        return None if self is Answer.NOT_ASSESSED else self is Answer.YES
