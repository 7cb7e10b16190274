"""`POST /fhir/QuestionnaireResponse/$assess`: an examination in FHIR, and the answer as a Bundle."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from starlette.datastructures import QueryParams

from service.consult import Asked, Consult
from service.fhir.answer_bundle import answer_bundle
from service.fhir.assess_input import read_stated
from service.fhir.canonical import Resource
from service.fhir.elements import uri_identifier
from service.fhir.negotiation import VERSIONS, refuse_other_formats
from service.fhir.occasion import Occasion
from service.identity.admission import Admission
from service.identity.caller import Scope
from service.intake import read_body
from service.languages import Languages
from service.logs import ASKED
from service.models import Loaded
from service.problems import Refusal, problem
from service.responding import FHIR_JSON
from service.switches import COMMIT, RECORD, refuse_others
from service.terminology.systems import EXAM_ITEMS, EXAM_VALUES

ENTRANCE: Final = "fhir"
ADDRESS: Final = "/fhir/QuestionnaireResponse/$assess"
JSON: Final = "application/json"
MAX_FHIR: Final = 1024 * 1024
"""Bytes; an answered form is about 40 KiB, a Bundle of Observations that says the same about 60 KiB."""
TOLERATED: Final = ("_format", "_pretty")
"""Parameters of every interaction of FHIR (R4, http.html): the first is looked at, the second changes nothing."""

EXAMPLES: Final[dict[str, Any]] = {
    "form": {
        "summary": "A weak great toe, as an answered form",
        "value": {
            "resourceType": "QuestionnaireResponse",
            "status": "completed",
            "item": [
                {"linkId": "patient.age_years", "answer": [{"valueDecimal": 44}]},
                {
                    "linkId": "examination.strength.great_toe_extension",
                    "answer": [{"valueCoding": {"system": EXAM_VALUES, "code": "mrc-4"}}],
                },
            ],
        },
    },
    "observations": {
        "summary": "Urinary retention, as a coded observation",
        "value": {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [
                {"resource": {"resourceType": "Patient", "id": "p1", "birthDate": "1980-05-17"}},
                {
                    "resource": {
                        "resourceType": "Observation",
                        "status": "final",
                        "subject": {"reference": "Patient/p1"},
                        "code": {"coding": [{"system": EXAM_ITEMS, "code": "red_flags.urinary_retention"}]},
                        "valueBoolean": True,
                    }
                },
            ],
        },
    },
}
"""Bodies for the document."""


def assessing(
    consult: Consult,
    admission: Admission,
    languages: Languages,
    loaded: Callable[[], Loaded],
    address: Callable[[Request], str],
) -> APIRouter:
    """The route; `loaded` is what answers just now, `address` the public address of the service."""
    router = APIRouter(tags=["fhir"])
    schema = {
        "type": "object",
        "required": ["resourceType"],
        "properties": {"resourceType": {"enum": ["QuestionnaireResponse", "Bundle", "Parameters"]}},
    }
    content = {"schema": schema, "examples": EXAMPLES}

    @router.post(
        ADDRESS,
        response_class=Response,
        responses=_documented(),
        openapi_extra={
            "requestBody": {"required": True, "content": {FHIR_JSON: content, JSON: content}},
            "parameters": [COMMIT.documented, languages.documented],
        },
        summary="Assess one examination in FHIR",
    )
    async def assess_in_fhir(request: Request) -> Response:
        """Red flags, root probabilities and management plan as resources of FHIR R4.

        Takes an answered form of the Questionnaire, a Bundle of one Patient with coded Observations and Conditions, or
        either in Parameters, with an earlier form as `previous`. What is not stated is *not assessed*: never no, never
        normal. Probabilities are **per cent** here, as FHIR R4 has them. The answer is on record before it is sent.
        """
        now = datetime.now(UTC)
        caller = await admission.admit(request, Scope.ASSESS)
        refuse_other_formats(request)
        _refuse_other_versions(request)
        refuse_others(_own(request.query_params), (COMMIT,))
        commit, language = COMMIT.read(request.query_params), languages.chosen(request.headers)
        body = await read_body(request, limit=MAX_FHIR, media_types=(FHIR_JSON, JSON))
        stated = read_stated(body, now)
        before = loaded()
        answered = await consult(
            Asked(exam=stated.exam, at=now, caller=caller, entrance=ENTRANCE, language=language, commit=commit)
        )
        answer = answered.assessment
        assert answer is not None  # only a replay has none, and no key came with the question
        bundle = answer_bundle(
            Occasion(
                answer=answer,
                subject=stated.subject,
                basis=stated.basis,
                examined_at=stated.exam.examined_at or now,
                side=stated.exam.history.side,
                endpoint=f"{address(request)}/cds-services",
                request=_request_identifier(answer.id),
                # Another release may have taken over while this one was answering.
                card=before.card if before.provenance == answer.provenance else None,
            )
        )
        headers = {RECORD: answered.mark, **language.headers}
        return Response(json.dumps(bundle, ensure_ascii=False, allow_nan=False), headers=headers, media_type=FHIR_JSON)

    return router


def _own(query: QueryParams) -> QueryParams:
    """The parameters of the query that are this operation's own."""
    return QueryParams([(name, value) for name, value in query.multi_items() if name not in TOLERATED])


def _refuse_other_versions(request: Request) -> None:
    """Refuse a body of another version of FHIR: the same names mean other things there.

    Raises:
        Refusal: 415.
    """
    stated = (part.strip().lower().partition("=") for part in request.headers.get("content-type", "").split(";")[1:])
    if any(name == "fhirversion" and value.strip('"') not in VERSIONS for name, _, value in stated):
        raise Refusal(
            problem(
                "fhir-version",
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                "The body must be FHIR R4",
                f"Send R4 resources, as `{FHIR_JSON}; fhirVersion=4.0`.",
            )
        )


def _request_identifier(assessment: str) -> Resource:
    """What the request is called: as the header X-Request-ID has it."""
    asked = ASKED.get()
    return uri_identifier(f"urn:uuid:{assessment}") if asked is None else {"value": asked.request_id}


def _documented() -> dict[int | str, dict[str, Any]]:
    """The answer and the refusals in the OpenAPI document; their shapes are those of FHIR."""
    refused = (
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_ACCEPTABLE,
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.SERVICE_UNAVAILABLE,
    )
    content = {FHIR_JSON: {"schema": {"type": "object"}}}
    text = {"schema": {"type": "string"}}
    headers = {
        RECORD: {"description": "`stored`, `deferred` or `none`: whether the answer is on record.", **text},
        "Content-Language": {"description": "The language of the texts.", **text},
        "Vary": {"description": "`Accept-Language`", **text},
    }
    return {
        int(HTTPStatus.OK): {"description": "The answer: a Bundle (FHIR R4)", "headers": headers, "content": content},
        **{
            int(status): {"description": f"{status.phrase} (OperationOutcome)", "content": content}
            for status in refused
        },
    }
