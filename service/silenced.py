"""What is still said where an answer cannot be given: the red flags, in the problem object."""

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Self

from service.assessment import RedFlagAnswer
from service.errors import ServiceError
from service.problems import Problem, problem
from service.rules.guideline import Urgency

RETRY_SECONDS = 5
"""After how long a client is told to ask again."""


@dataclass(frozen=True, kw_only=True)
class FlagsAtLeast:
    """The red flags of an examination, and how urgent they are."""

    urgency: Urgency
    red_flags: RedFlagAnswer

    @classmethod
    def of(cls, flags: RedFlagAnswer) -> Self:
        """What the flags say where nothing else was worked out."""
        return cls(urgency=max((flag.urgency for flag in flags.present), default=Urgency.ROUTINE), red_flags=flags)


class AnswerWithheld(ServiceError):
    """An examination was read, and its answer cannot be given; `flags` are what is known all the same."""

    name: str
    status: HTTPStatus
    title: str
    because: str

    def __init__(self, flags: FlagsAtLeast | None) -> None:
        super().__init__(self.title)
        self.flags = flags

    @property
    def problem(self) -> Problem:
        """What the client is told: why, what to do, and the red flags."""
        told = (
            "The red flags of this examination could not be worked out either: use your clinical judgement."
            if self.flags is None
            else "red_flags holds what the examination raises: act on it, and do not wait for the rest."
        )
        said = problem(self.name, self.status, self.title, f"{self.because} {told}")
        if self.flags is None:
            return said
        return replace(said, urgency=self.flags.urgency, red_flags=self.flags.red_flags)


class NotRecorded(AnswerWithheld):
    """The answer could be recorded neither in the database nor in the journal."""

    name = "not-recorded"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = "The answer could not be recorded"
    because = "An answer that is not on record is not given. Ask again in some seconds."


class NotAssessed(AnswerWithheld):
    """The answer could not be worked out."""

    name = "internal"
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    title = "The service failed"
    because = "Something broke while this examination was assessed; the log says what. Nothing was recorded."
