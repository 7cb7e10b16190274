"""Switches of a request: yes or no in its query, refused in plain words where neither."""

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from starlette.datastructures import QueryParams

from service.problems import Refusal, problem

RECORD: Final = "Nerveroot-Record"
"""The header by which an answer says whether it is on record."""

_KNOWN = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, kw_only=True)
class Switch:
    """One yes-or-no parameter of the query, with what it is where the query does not name it."""

    name: str
    default: bool
    description: str

    def read(self, query: QueryParams) -> bool:
        """Whether it is on.

        Raises:
            Refusal: 422 for anything but true and false, and for both at once.
        """
        said = {_KNOWN.get(value.strip().lower()) for value in query.getlist(self.name)} or {self.default}
        (first, *more) = said
        if first is None or more:
            raise _unreadable(f"`{self.name}` must be true or false.")
        return first

    @property
    def documented(self) -> dict[str, Any]:
        """The parameter in an OpenAPI document."""
        schema = {"type": "boolean", "default": self.default}
        return {"name": self.name, "in": "query", "description": self.description, "schema": schema}


COMMIT: Final = Switch(
    name="commit",
    default=True,
    description="Whether the answer is recorded, and the examination compared with later ones of the same "
    "`patient.reference`. It is compared with earlier ones either way.",
)
"""Of every entrance that answers examinations."""


def refuse_others(query: QueryParams, switches: Iterable[Switch]) -> None:
    """Refuse what is no parameter: a mistyped one would be ignored in silence.

    Raises:
        Refusal: 422 for a parameter that none of `switches` reads.
    """
    known = [each.name for each in switches]
    if any(name not in known for name in query):
        raise _unreadable(f"The parameters are {', '.join(f'`{name}`' for name in known)}.")


def _unreadable(detail: str) -> Refusal:
    title = "A parameter of the address cannot be read"
    detail = f"{detail} Nothing was recorded."
    return Refusal(problem("invalid-parameter", HTTPStatus.UNPROCESSABLE_ENTITY, title, detail))
