"""How the endpoints document what they take, answer and refuse."""

from http import HTTPStatus
from typing import Any, Final

from service.problems import MEDIA_TYPE

JSON: Final = "application/json"

FAULTY: Final = {
    "type": "urn:nerveroot:problem:invalid-exam",
    "title": "The body is not an examination",
    "status": 422,
    "detail": "One fault was found; each is named with its place. Nothing was recorded.",
    "errors": [{"pointer": "/history/pain_severity", "detail": "must be 10 or less."}],
}
SPOKEN: Final = {
    "Content-Language": {"description": "The language of the texts; `en` beside another: some are not translated."},
    "Vary": {"description": "`Accept-Language`"},
}
RECORDED: Final = {
    "Nerveroot-Record": {
        "description": "`stored`: on record; `deferred`: in the journal on disk until the database is back; `none`: "
        "nothing was kept."
    },
}
_WHO: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS)
"""What every endpoint refuses that asks who is asking."""


def refusals(*statuses: HTTPStatus, admitted: bool = True) -> dict[int | str, dict[str, Any]]:
    """The refusals of an endpoint; with `admitted`, also those of callers who are not let in."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    asked = (*_WHO, HTTPStatus.SERVICE_UNAVAILABLE) if admitted else ()
    return {
        int(status): {
            "description": status.phrase,
            "content": {MEDIA_TYPE: {**schema, "example": FAULTY} if int(status) == FAULTY["status"] else schema},
        }
        for status in sorted({*statuses, *asked})
    }


def answer_of(name: str) -> dict[str, Any]:
    """The content of an answer whose schema is called `name` in the document (service/openapi.py).

    FastAPI would make it from the type of the answer, and a serialiser with it that nobody uses, at every start.
    """
    return {"content": {JSON: {"schema": {"$ref": f"#/components/schemas/{name}"}}}}


def headers_of(*headers: dict[str, dict[str, str]]) -> dict[str, Any]:
    """Headers of an answer, each a text."""
    return {name: {**header, "schema": {"type": "string"}} for each in headers for name, header in each.items()}
