"""What a client is told of whatever was raised: always a problem object, never the inside of the service."""

from collections.abc import Callable, Coroutine
from http import HTTPMethod, HTTPStatus
from typing import Any, Final

from fastapi import Request, Response
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.routing import Match

from service.errors import KeyReused, Purged, RecordUnavailable
from service.problems import FAILED, Problem, Refusal, problem
from service.responding import respond
from service.rest.assessments import purged
from service.silenced import RETRY_SECONDS, AnswerWithheld, NotAssessed, NotRecorded

Handler = Callable[[Request, Any], Coroutine[Any, Any, Response]]

RETRY: Final = {"Retry-After": str(RETRY_SECONDS)}


def _said(told: Problem, headers: dict[str, str] | None = None) -> Handler:
    async def handle(request: Request, fault: Any) -> Response:
        return respond(told, headers, path=request.url.path)

    return handle


async def _refused(request: Request, refused: Refusal) -> Response:
    return respond(refused.problem, refused.headers, path=request.url.path)


async def _withheld(request: Request, withheld: AnswerWithheld) -> Response:
    headers = RETRY if withheld.status is HTTPStatus.SERVICE_UNAVAILABLE else None
    return respond(withheld.problem, headers, path=request.url.path)


async def _http_error(request: Request, error: HTTPException) -> Response:
    status = HTTPStatus(error.status_code)
    hints = {
        HTTPStatus.NOT_FOUND: "Nothing is at this address. GET /openapi.json lists what there is.",
        HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take this method.",
    }
    said = problem(status.name.lower().replace("_", "-"), status, status.phrase, hints.get(status, status.phrase))
    headers = dict(error.headers or {})
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_methods(request))
    return respond(said, headers, path=request.url.path)


def _methods(request: Request) -> list[str]:
    """Every method that the address takes; the framework names those of its first route alone (RFC 9110, 10.2.1)."""
    routes = list(iter_route_contexts(request.app.routes))
    # `/v1/assessments/batch` is not the answer with the id "batch": routes of this very name go before patterns.
    asked = [route for route in routes if route.path == request.url.path] or routes
    methods = ((str(method), {**request.scope, "method": method}) for method in HTTPMethod)
    return [method for method, scope in methods if any(route.matches(scope)[0] is Match.FULL for route in asked)]


HANDLERS: Final[dict[int | type[Exception], Handler]] = {
    Refusal: _refused,
    NotRecorded: _withheld,
    NotAssessed: _withheld,
    KeyReused: _said(
        problem(
            "idempotency-key-reused",
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "The Idempotency-Key belongs to another body",
            "This key came with another body before. Give every request a key of its own. Nothing was recorded.",
        )
    ),
    Purged: _said(purged().problem),
    RecordUnavailable: _said(
        problem(
            "record-unavailable",
            HTTPStatus.SERVICE_UNAVAILABLE,
            "The record is out of reach",
            "The database does not answer just now. Examinations are assessed all the same; ask for this again later.",
        ),
        RETRY,
    ),
    HTTPException: _http_error,
}
"""What is answered to each kind of fault that is expected."""

failed: Final = _said(FAILED)
"""What is answered to a fault that nobody expected."""
