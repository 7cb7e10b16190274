"""`GET /fhir/metadata`, and reading and searching definitions. Open to everybody, as the rules are.

Each takes HEAD too, as GET everywhere should (RFC 9110, 9.1): link checkers ask with it, and clients that keep copies.
"""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response

from service.fhir.canonical import Resource
from service.fhir.capability import capability
from service.fhir.definitions import SEARCHED, SERVED
from service.fhir.negotiation import refuse_other_formats
from service.fhir.searching import search
from service.models import Loaded
from service.problems import Refusal, problem
from service.responding import FHIR_JSON
from service.settings import Auth

FAMILY: Final = "/fhir"


def definitions(
    loaded: Callable[[], Loaded], address: Callable[[Request], str], *, auth: Auth, cors: bool
) -> APIRouter:
    """The routes; `loaded` is what answers just now, `address` the public address of the service."""
    router = APIRouter(tags=["fhir"])

    @router.head(f"{FAMILY}/metadata", include_in_schema=False)
    @router.get(
        f"{FAMILY}/metadata",
        response_class=Response,
        responses=_documented("CapabilityStatement"),
        summary="What this FHIR server can do",
    )
    async def show_capability(request: Request) -> Response:
        """The CapabilityStatement (FHIR R4)."""
        refuse_other_formats(request)
        return _answer(capability(address(request) + FAMILY, auth=auth, cors=cors))

    for kind in SERVED:
        _serve(router, kind, loaded, address)
    return router


def _serve(router: APIRouter, kind: str, loaded: Callable[[], Loaded], address: Callable[[Request], str]) -> None:
    """The two routes of one resource type."""

    @router.head(f"{FAMILY}/{kind}", include_in_schema=False)
    @router.get(
        f"{FAMILY}/{kind}",
        response_class=Response,
        responses=_documented("Bundle", HTTPStatus.BAD_REQUEST),
        summary=f"Search {kind}",
        openapi_extra={"parameters": [_parameter(name) for name in SEARCHED[kind]]},
    )
    async def search_definitions(request: Request) -> Response:
        """A Bundle (searchset) of every one that matches."""
        refuse_other_formats(request)
        base = f"{address(request)}{FAMILY}/{kind}"
        return _answer(search(SERVED[kind](loaded()), request, SEARCHED[kind], base=base))

    example = SERVED[kind](loaded())[-1]["id"]

    @router.head(f"{FAMILY}/{kind}/{{resource_id}}", include_in_schema=False)
    @router.get(
        f"{FAMILY}/{kind}/{{resource_id}}",
        response_class=Response,
        responses=_documented(kind, HTTPStatus.NOT_FOUND),
        summary=f"Read one {kind}",
    )
    async def read_definition(resource_id: Annotated[str, Path(examples=[example])], request: Request) -> Response:
        """The resource with this id."""
        refuse_other_formats(request)
        for resource in SERVED[kind](loaded()):
            if resource["id"] == resource_id:
                return _answer(resource)
        raise Refusal(
            problem(
                "no-such-resource", HTTPStatus.NOT_FOUND, "No such resource", f"GET {FAMILY}/{kind} lists every one."
            )
        )


def _answer(resource: Resource) -> Response:
    return Response(json.dumps(resource, ensure_ascii=False, allow_nan=False), media_type=FHIR_JSON)


def _documented(kind: str, *refused: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """The answer and the refusals in the OpenAPI document; their shapes are those of FHIR."""
    told = {HTTPStatus.OK: f"{kind} (FHIR R4)"}
    told |= {status: f"{status.phrase} (OperationOutcome)" for status in (*refused, HTTPStatus.NOT_ACCEPTABLE)}
    content = {FHIR_JSON: {"schema": {"type": "object"}}}
    return {int(status): {"description": text, "content": content} for status, text in told.items()}


def _parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": {"type": "string"}}
