"""CDS Hooks 2.0 over HTTP: `GET /cds-services`, `POST /cds-services/{id}` and `POST /cds-services/{id}/feedback`."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from importlib.resources import files
from typing import Annotated, Any, Final, Protocol

from fastapi import APIRouter, Path, Request, Response

from service.body import JSON, read_body
from service.cds.answering import Call, answer
from service.cds.cards import Card, Pages
from service.cds.discovery import IMAGING_ORDERED, SERVICES, discovery, hooks_of
from service.cds.feedback import entry_of, is_card, read_feedback
from service.cds.fetching import Fetcher
from service.cds.gathering import gather
from service.cds.request import MAX_CALL, read_request
from service.consult import Consult
from service.identity.caller import Caller
from service.languages import Language, Languages
from service.problems import Refusal, problem
from service.record.record import Mark, Record
from service.responding import FHIR_JSON
from service.rules.wording import ENGLISH
from service.switches import RECORD

FAMILY: Final = "/cds-services"
MAX_FEEDBACK: Final = 64 * 1024
"""Bytes of one call that reports what became of cards."""

_ID = Path(description="the `id` of the service, as discovery names it", examples=[IMAGING_ORDERED])
_EXAMPLES: Final = files("service").joinpath("examples", "cds")


class Admits(Protocol):
    """Who lets record systems in."""

    async def admit(self, request: Request, *, path: str) -> Caller:
        """The caller behind a request to the service at `path`, or a refusal."""


class Counts(Protocol):
    """Who counts what is shown and what becomes of it."""

    def shown(self, hook: str, indicator: str) -> None:
        """Count one card."""

    def reported(self, outcome: str) -> None:
        """Count what a user did with one card."""


def cds_services(
    consult: Consult,
    record: Record,
    admission: Admits,
    languages: Languages,
    fetcher: Fetcher,
    address: Callable[[Request], str],
    counts: Counts,
    *,
    smart_launch_url: str | None,
) -> APIRouter:
    """The routes; `address` is the public address of the service."""
    router = APIRouter(tags=["cds hooks"])

    @router.get(
        FAMILY, response_class=Response, responses=_documented("The services"), summary="The services, for discovery"
    )
    async def discover() -> Response:
        """Which services there are, for which hooks, and what of the chart each wants to be given (CDS Hooks 2.0)."""
        return _json(discovery())

    @router.post(
        f"{FAMILY}/{{service_id}}",
        response_class=Response,
        responses=_documented(
            "The cards; an empty list where the service has nothing to say",
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.NOT_FOUND,
            HTTPStatus.PRECONDITION_FAILED,
            HTTPStatus.UNPROCESSABLE_ENTITY,
            admitted=True,
            headers=(RECORD, "Content-Language", "Vary"),
        ),
        openapi_extra={
            "requestBody": _body("A call of one of the hooks of the service", "order_sign.json"),
            **_language(languages),
        },
        summary="Call a service",
    )
    async def call_service(service_id: Annotated[str, _ID], request: Request) -> Response:
        """The cards of one call of a hook, the most urgent first; one for each order of lumbar imaging.

        What was not supplied is fetched from `fhirServer` where that is allowed. What could not be read is not
        assessed, and the card says so. Each card is an assessment of its own: its uuid is the id on record.
        """
        at = datetime.now(UTC)
        caller = await _admitted(admission, request, service_id)
        hooks = _known(service_id)
        language = _partly(languages.chosen(request.headers))
        called = read_request(await read_body(request, limit=MAX_CALL), hooks)
        pages = Pages(address=address(request), smart_launch_url=smart_launch_url)
        said = await answer(
            Call(request=called, caller=caller, at=at, language=language, pages=pages),
            consult,
            partial(gather, fetcher=fetcher, at=at),
        )
        for card in said.cards:
            counts.shown(called.hook, card["indicator"])
        return _json({"cards": said.cards}, {RECORD: said.mark, **language.headers})

    @router.post(
        f"{FAMILY}/{{service_id}}/feedback",
        response_class=Response,
        responses=_documented(
            "It is on record, as far as the cards are yours",
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.NOT_FOUND,
            admitted=True,
            headers=(RECORD,),
        ),
        openapi_extra={"requestBody": _body("What became of cards", "feedback.json")},
        summary="Report what became of cards",
    )
    async def take_feedback(service_id: Annotated[str, _ID], request: Request) -> Response:
        """What users did with cards, put on record with the assessments of the cards.

        A user's comment is neither stored nor logged. Cards that were not shown to the caller are passed over, and what
        is on record already is not recorded again. By which service a card came is not on record, so either address
        takes what became of it.
        """
        at = datetime.now(UTC)
        caller = await _admitted(admission, request, service_id, "feedback")
        _known(service_id)
        marks = []
        for item in read_feedback(await read_body(request, limit=MAX_FEEDBACK), at=at):
            assessment = item.assessment
            found = None if assessment is None else await record.find(caller.tenant, assessment)
            if found is None or assessment is None or not is_card(found[0], caller):
                continue
            entry = entry_of(item, assessment, at=at, caller=caller, pseudonyms=consult.pseudonyms)
            receipt = await record.append(entry)
            marks.append(receipt.mark)
            if not receipt.replayed:
                counts.reported(item.outcome.value)
        kept = Mark.DEFERRED if Mark.DEFERRED in marks else Mark.STORED if marks else Mark.NONE
        return _json({}, {RECORD: kept})

    return router


async def _admitted(admission: Admits, request: Request, *steps: str) -> Caller:
    """Whoever calls, before anything else is looked at; the audience of a token is the address that is called."""
    return await admission.admit(request, path="/".join((FAMILY, *steps)))


def _known(service_id: str) -> frozenset[str]:
    hooks = hooks_of(service_id)
    if not hooks:
        named = " or ".join(dict.fromkeys(each.id for each in SERVICES))
        raise Refusal(problem("no-such-service", HTTPStatus.NOT_FOUND, "No such service", f"The services are {named}."))
    return hooks


def _partly(language: Language) -> Language:
    """The language of the texts of the rules; the sentences of cards themselves are English."""
    return language if language.wording is ENGLISH else Language(wording=language.wording, complete=False)


def _json(said: Mapping[str, Any] | Mapping[str, tuple[Card, ...]], headers: dict[str, str] | None = None) -> Response:
    body = json.dumps(said, ensure_ascii=False, allow_nan=False)
    return Response(body, media_type=JSON, headers=headers)


def _documented(
    answered: str, *refused: HTTPStatus, admitted: bool = False, headers: tuple[str, ...] = ()
) -> dict[int | str, dict[str, Any]]:
    """The answer and the refusals in the OpenAPI document; their shapes are those of CDS Hooks and FHIR."""
    shape = {"schema": {"type": "object"}}
    also = (
        *(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.REQUEST_TIMEOUT),
        *(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, HTTPStatus.TOO_MANY_REQUESTS),
        *(HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE),
    )
    told = _headers(headers)
    return {
        int(HTTPStatus.OK): {"description": answered, "content": {JSON: shape}, **({"headers": told} if told else {})},
        **{
            int(status): {"description": f"{status.phrase} (OperationOutcome)", "content": {FHIR_JSON: shape}}
            for status in sorted({*refused, *(also if admitted else ())})
        },
    }


_SAYS: Final = {
    RECORD: "`stored`: on record; `deferred`: in the journal on disk until the database is back; `none`: nothing was "
    "kept.",
    "Content-Language": "The language of the texts; `en` beside another: what cards say by themselves is English.",
    "Vary": "`Accept-Language`",
}


def _headers(names: tuple[str, ...]) -> dict[str, Any]:
    """Headers of an answer, each a text."""
    return {name: {"description": _SAYS[name], "schema": {"type": "string"}} for name in names}


def _body(described: str, example: str) -> dict[str, Any]:
    shown = json.loads((_EXAMPLES / example).read_text(encoding="utf-8"))
    content = {"schema": {"type": "object"}, "examples": {"example": {"value": shown}}}
    return {"required": True, "description": described, "content": {JSON: content}}


def _language(languages: Languages) -> dict[str, Any]:
    return {"parameters": [languages.documented]}
