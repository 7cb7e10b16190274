"""Ask for an answer, and read it again: `POST /v1/assessments` and `GET /v1/assessments/{id}`."""

import re
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response

from service.consult import Asked, Consult
from service.identity.admission import Admission
from service.identity.caller import Scope
from service.intake import read_body, read_exam
from service.languages import Languages
from service.problems import Refusal, problem
from service.record.entry import Kind
from service.record.record import Record
from service.rest.documented import JSON, RECORDED, SPOKEN, answer_of, headers_of, refusals
from service.switches import COMMIT, RECORD, Switch, refuse_others

ENTRANCE = "rest"
IDEMPOTENCY_KEY = "Idempotency-Key"

PATIENT_NUMBERS = Switch(
    name="patient_numbers",
    default=False,
    description="Whether `impression.text_for_patient` says in numbers (as in 9 of 10 people) how likely the root is.",
)
EXPLAIN = Switch(
    name="explain",
    default=True,
    description="Whether the answer says why (`explanation`) and what to examine next (`next_examinations`).",
)
SWITCHES = (EXPLAIN, PATIENT_NUMBERS, COMMIT)

CROSS_ORIGIN: Final[dict[str, Any]] = {
    "allow_methods": ["GET", "POST", "PUT"],
    "allow_headers": ["Authorization", "Content-Type", IDEMPOTENCY_KEY, "X-API-Key", "X-Request-ID", "traceparent"],
    "expose_headers": ["Location", RECORD, "Idempotency-Replayed", "Retry-After", "WWW-Authenticate", "X-Request-ID"],
}
"""What a page of another origin that the settings name may send and read."""

_KEY = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)
_ANSWERED = {
    "Location": {"description": "Names this answer; not there with `?commit=false`."},
    "Idempotency-Replayed": {"description": "`true` where this is the stored answer to the same Idempotency-Key."},
}
_KEY_DOCUMENTED = {
    "name": IDEMPOTENCY_KEY,
    "in": "header",
    "description": "Your own key of this request, 1 to 255 visible ASCII characters. Sent again with the same body it "
    "gets the stored answer, with another body a refusal. Never a reference to a patient.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}


def assessments(
    consult: Consult, record: Record, admission: Admission, languages: Languages, examples: dict[str, Any]
) -> APIRouter:
    """The routes; `examples` are bodies for the document."""
    router = APIRouter(tags=["assessment"])
    body = {
        "required": True,
        "content": {JSON: {"schema": {"$ref": "#/components/schemas/Exam"}, "examples": examples}},
    }

    @router.post(
        "/v1/assessments",
        status_code=HTTPStatus.CREATED,
        responses={
            int(HTTPStatus.CREATED): {
                "description": "The answer",
                **answer_of("Assessment"),
                "headers": headers_of(_ANSWERED, RECORDED, SPOKEN),
            },
            **refusals(
                HTTPStatus.BAD_REQUEST,
                HTTPStatus.REQUEST_TIMEOUT,
                HTTPStatus.GONE,
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                HTTPStatus.UNPROCESSABLE_ENTITY,
                HTTPStatus.INTERNAL_SERVER_ERROR,
            ),
        },
        openapi_extra={
            "requestBody": body,
            "parameters": [*(each.documented for each in SWITCHES), languages.documented, _KEY_DOCUMENTED],
        },
        summary="Assess one examination",
    )
    async def assess_exam(request: Request) -> Response:
        """Red flags, root probabilities and management plan for one examination.

        Only the age is required. What is absent, or `null`, is *not assessed*: never no, never normal. Examinations
        of one `patient.reference` are compared: say when each was done (`examined_at`), and post a correction with the
        time of the first. The answer is on record before it is sent; where it cannot be recorded at all, the refusal
        (503) carries the red flags.
        """
        now = datetime.now(UTC)
        caller = await admission.admit(request, Scope.ASSESS)
        refuse_others(request.query_params, SWITCHES)
        numbers, language = PATIENT_NUMBERS.read(request.query_params), languages.chosen(request.headers)
        commit, explained = COMMIT.read(request.query_params), EXPLAIN.read(request.query_params)
        key = _idempotency_key(request)
        stated = await read_body(request)
        answered = await consult(
            Asked(
                exam=read_exam(stated, now),
                at=now,
                caller=caller,
                entrance=ENTRANCE,
                language=language,
                with_numbers=numbers,
                explained=explained,
                commit=commit,
                idempotency_key=key,
                body=stated,
            )
        )
        # The stored answer may be in another language than the one that is asked for now.
        headers = {"Idempotency-Replayed": "true"} if answered.replayed else language.headers
        headers = {RECORD: answered.mark, **headers}
        if commit:
            headers["Location"] = f"/v1/assessments/{answered.id}"
        return Response(answered.body, status_code=HTTPStatus.CREATED, media_type=JSON, headers=headers)

    @router.get(
        "/v1/assessments/{assessment_id}",
        responses={
            int(HTTPStatus.OK): {
                "description": "The stored answer",
                **answer_of("Assessment"),
                "headers": headers_of(RECORDED),
            },
            **refusals(HTTPStatus.NOT_FOUND, HTTPStatus.GONE, HTTPStatus.UNPROCESSABLE_ENTITY),
        },
        summary="Read one answer again",
    )
    async def read_assessment(
        assessment_id: Annotated[str, Path(description="the `id` of the answer")], request: Request
    ) -> Response:
        """The answer, byte for byte as it was returned. Answers of other tenants are not there."""
        caller = await admission.admit(request, Scope.READ)
        refuse_others(request.query_params, ())
        found = await record.find(caller.tenant, assessment_id)
        if found is None or found[0].kind is not Kind.ASSESSMENT:
            raise no_such_assessment()
        entry, mark = found
        if entry.content is None:
            raise purged()
        return Response(entry.content.answer.encode(), media_type=JSON, headers={RECORD: mark})

    return router


def no_such_assessment() -> Refusal:
    """The refusal where no answer of that id is the caller's to see; those of others look no different."""
    return Refusal(
        problem(
            "no-such-assessment",
            HTTPStatus.NOT_FOUND,
            "No such assessment",
            "No answer with this id is on record for you. Without recording (`?commit=false`) none is kept.",
        )
    )


def purged() -> Refusal:
    """The refusal where retention has removed what was asked for."""
    return Refusal(
        problem(
            "purged",
            HTTPStatus.GONE,
            "The answer was removed",
            "The retention period of this answer is over: its content was removed, and cannot be shown again.",
        )
    )


def _idempotency_key(request: Request) -> str | None:
    stated = request.headers.getlist(IDEMPOTENCY_KEY)
    if not stated:
        return None
    if len(stated) > 1 or not _KEY.fullmatch(stated[0]):
        raise Refusal(
            problem(
                "idempotency-key",
                HTTPStatus.BAD_REQUEST,
                "The Idempotency-Key cannot be used",
                "Send one, of 1 to 255 visible ASCII characters.",
            )
        )
    return stated[0]
