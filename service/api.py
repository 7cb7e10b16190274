"""The JSON entrance: assess an exam, read the rules, look at the model, ask after health."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

import uuid6
from fastapi import APIRouter, Path, Request, Response
from pydantic import TypeAdapter

from service.assessment import Assessment
from service.earlier import Earlier
from service.intake import read_body, read_exam
from service.languages import Languages
from service.problems import MEDIA_TYPE, Refusal, problem
from service.rules import RULESET_VERSION
from service.rules.citations import citations
from service.rules.comparison import Source
from service.rules.guideline import Citation, Policy
from service.rules.rulebook import RetiredRule, RuleEntry, entries, retired
from service.switches import Switch, refuse_others

JSON = "application/json"
_ASSESSMENT = TypeAdapter(Assessment)

Assess = Callable[..., Assessment]


@dataclass(frozen=True, kw_only=True)
class Rulebook:
    """The guideline as it is in force."""

    ruleset_version: str
    policy: Policy
    rules: tuple[RuleEntry, ...]
    retired: tuple[RetiredRule, ...]
    citations: Mapping[str, Citation]


FAULTY = {
    "type": "urn:nerveroot:problem:invalid-exam",
    "title": "The body is not an examination",
    "status": 422,
    "detail": "One fault was found; each is named with its place. Nothing was recorded.",
    "errors": [{"pointer": "/history/pain_severity", "detail": "must be 10 or less."}],
}
SPOKEN = {
    "Content-Language": {"description": "The language of the texts; `en` beside another: some are not translated."},
    "Vary": {"description": "`Accept-Language`"},
}
ANSWERED = {
    "Location": {"description": "Names this answer; it cannot be fetched before answers are recorded."},
    "Nerveroot-Record": {"description": "`none`: this version does not record answers."},
    **SPOKEN,
}
PATIENT_NUMBERS = Switch(
    name="patient_numbers",
    default=False,
    description="Whether `impression.text_for_patient` says in numbers (as in 9 of 10 people) how likely the root is.",
)
COMMIT = Switch(
    name="commit",
    default=True,
    description="Whether the examination is remembered under its `patient.reference`, for later ones to be compared "
    "with. It is compared with earlier ones either way.",
)
EXPLAIN = Switch(
    name="explain",
    default=True,
    description="Whether the answer says why (`explanation`) and what to examine next (`next_examinations`).",
)
SWITCHES = (EXPLAIN, PATIENT_NUMBERS, COMMIT)
_REASONS = {"baseline_log_odds", "explanation", "next_examinations"}
UNEXPLAINED: Any = {"classifier": _REASONS, "other_leg": {"classifier": _REASONS}}
"""The fields of an answer that `?explain=false` leaves out."""


def refusals(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """How the endpoints document what they refuse."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        int(status): {
            "description": status.phrase,
            "content": {MEDIA_TYPE: {**schema, "example": FAULTY} if int(status) == FAULTY["status"] else schema},
        }
        for status in statuses
    }


def _text_headers(headers: dict[str, dict[str, str]]) -> dict[str, Any]:
    return {name: {**header, "schema": {"type": "string"}} for name, header in headers.items()}


def assessments(assess: Assess, earlier: Earlier, languages: Languages, examples: dict[str, Any]) -> APIRouter:
    """`POST /v1/assessments`; `assess` is the clinical sequence with everything but the exam, id and time settled.

    `earlier` holds the examinations that a later one of the same reference is compared with.
    """
    router = APIRouter(tags=["assessment"])
    body = {
        "required": True,
        "content": {JSON: {"schema": {"$ref": "#/components/schemas/Exam"}, "examples": examples}},
    }

    @router.post(
        "/v1/assessments",
        status_code=HTTPStatus.CREATED,
        response_model=Assessment,
        responses={
            int(HTTPStatus.CREATED): {"description": "The answer", "headers": _text_headers(ANSWERED)},
            **refusals(
                HTTPStatus.BAD_REQUEST,
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                HTTPStatus.UNPROCESSABLE_ENTITY,
                HTTPStatus.INTERNAL_SERVER_ERROR,
            ),
        },
        openapi_extra={
            "requestBody": body,
            "parameters": [*(each.documented for each in SWITCHES), languages.documented],
        },
        summary="Assess one examination",
    )
    async def assess_exam(request: Request) -> Response:
        """Red flags, root probabilities and management plan for one examination.

        Only the age is required. What is absent, or `null`, is *not assessed*: never no, never normal. Examinations
        of one `patient.reference` are compared, as long as the process lives: say when each was done (`examined_at`),
        and post a correction with the time of the first. Not honoured by this version: `Idempotency-Key`.
        """
        now = datetime.now(UTC)
        refuse_others(request.query_params, SWITCHES)
        numbers, language = PATIENT_NUMBERS.read(request.query_params), languages.chosen(request.headers)
        commit, explained = COMMIT.read(request.query_params), EXPLAIN.read(request.query_params)
        exam = read_exam(await read_body(request), now)
        identifier = str(uuid6.uuid7())
        linked = earlier.linked(exam)
        answer = assess(
            linked,
            identifier=identifier,
            at=now,
            wording=language.wording,
            with_numbers=numbers,
            earlier=Source.BODY if linked.previous_examination is exam.previous_examination else Source.REFERENCE,
            **({} if explained else {"explain": None}),
        )
        if commit:
            earlier.remember(exam)
        return Response(
            _ASSESSMENT.dump_json(answer, exclude=None if explained else UNEXPLAINED),
            status_code=HTTPStatus.CREATED,
            media_type=JSON,
            headers={
                "Location": f"/v1/assessments/{identifier}",
                "Nerveroot-Record": "none",
                **language.headers,
            },
        )

    return router


def rules(policy: Policy, languages: Languages) -> APIRouter:
    """`GET /v1/rules` and `GET /v1/rules/{id}`: the guideline as it is in force."""
    router = APIRouter(tags=["rules"])
    spoken: dict[int | str, dict[str, Any]] = {int(HTTPStatus.OK): {"headers": _text_headers(SPOKEN)}}
    asked = {"parameters": [languages.documented]}

    @router.get(
        "/v1/rules",
        response_model=Rulebook,
        responses=spoken,
        openapi_extra=asked,
        summary="Every rule with its sources",
    )
    async def list_rules(request: Request, response: Response) -> Rulebook:
        """The version of the rules, the policy in force, every rule, and every source they name."""
        language = languages.chosen(request.headers)
        response.headers.update(language.headers)
        return Rulebook(
            ruleset_version=RULESET_VERSION,
            policy=policy,
            rules=entries(language.wording),
            retired=retired(),
            citations=citations(),
        )

    @router.get(
        "/v1/rules/{rule_id}",
        response_model=RuleEntry,
        responses=spoken | refusals(HTTPStatus.NOT_FOUND),
        openapi_extra=asked,
        summary="One rule",
    )
    async def show_rule(
        rule_id: Annotated[str, Path(description="for example RF-CES-RETENTION")], request: Request, response: Response
    ) -> RuleEntry:
        """One rule by its permanent id."""
        language = languages.chosen(request.headers)
        for rule in entries(language.wording):
            if rule.rule_id == rule_id:
                response.headers.update(language.headers)
                return rule
        gone = next((f" It was retired: {rule.because}" for rule in retired() if rule.rule_id == rule_id), "")
        raise Refusal(
            problem("no-such-rule", HTTPStatus.NOT_FOUND, "No such rule", f"GET /v1/rules lists every rule id.{gone}")
        )

    return router


def model(card: dict[str, Any]) -> APIRouter:
    """`GET /v1/model`: the model card in machine-readable form."""
    router = APIRouter(tags=["model"])

    @router.get("/v1/model", summary="The model card in machine-readable form")
    async def show_model() -> dict[str, Any]:
        """Version, training data, metrics and limits of the model that answers."""
        return card

    return router


def health(versions: dict[str, str]) -> APIRouter:
    """`GET /health/live` and `GET /health/ready`."""
    router = APIRouter(tags=["health"])

    # Load balancers like to ask with HEAD.
    @router.head("/health/live", include_in_schema=False)
    @router.get("/health/live", summary="The process runs")
    async def live() -> dict[str, str]:
        """The process runs and answers."""
        return {"status": "live"}

    @router.head("/health/ready", include_in_schema=False)
    @router.get("/health/ready", summary="The service can assess")
    async def ready() -> dict[str, str]:
        """The model is loaded and checked; a service that could not do that would not have started."""
        return {"status": "ready", **versions}

    return router
