"""Refusals as problem details (RFC 9457): what is wrong, where, and what to do."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import ClassVar, Final

from pydantic import TypeAdapter

from service.assessment import RedFlagAnswer
from service.rules.guideline import Urgency

MEDIA_TYPE: Final = "application/problem+json"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that is wrong: a JSON pointer (RFC 6901) into the body, and a sentence.

    The sentence never repeats the value: it may be about a patient, and error texts end up in logs.
    """

    pointer: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A problem details object."""

    __pydantic_config__: ClassVar = {"use_attribute_docstrings": True}

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[Fault, ...] = field(default=())
    line: int | None = None
    """In a batch, the line of the body that this is about: from 1, blank lines counted."""
    urgency: Urgency | None = None
    """How urgent the red flags are, where an examination was read and its answer could not be given."""
    red_flags: RedFlagAnswer | None = None
    """The red flags that the examination raises, where its answer could not be given."""


class Refusal(Exception):
    """A request that is refused, with the problem to answer."""

    def __init__(self, problem: Problem, headers: dict[str, str] | None = None) -> None:
        super().__init__(problem.title)
        self.problem = problem
        self.headers = headers


PROBLEM = TypeAdapter(Problem)


def problem(name: str, status: HTTPStatus, title: str, detail: str, errors: tuple[Fault, ...] = ()) -> Problem:
    """A problem of the kind `name`; kinds are URNs, because there is no page to point to."""
    kind = f"urn:nerveroot:problem:{name}"
    return Problem(type=kind, title=title, status=int(status), detail=detail, errors=errors)


FAILED: Final = problem(
    "internal",
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "The service failed",
    "Something broke in the service; the log says what. Do not wait for it: use your clinical judgement.",
)
"""What is said where nobody expected the fault."""
