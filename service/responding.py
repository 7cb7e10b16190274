"""A refusal as bytes: a problem object, or an OperationOutcome where the address speaks FHIR."""

import json
import re
from http import HTTPStatus
from typing import Any, Final

from starlette.responses import Response

from service.problems import MEDIA_TYPE, PROBLEM, Problem

FHIR_JSON: Final = "application/fhir+json"
FHIR_FAMILIES: Final = ("/fhir", "/cds-services")
"""Where clients expect an OperationOutcome (FHIR R4, http.html; CDS Hooks 3.0-ballot, HTTP status codes)."""

ISSUE_TYPES: Final = {
    HTTPStatus.BAD_REQUEST: "structure",
    HTTPStatus.UNAUTHORIZED: "login",
    HTTPStatus.FORBIDDEN: "forbidden",
    HTTPStatus.NOT_FOUND: "not-found",
    HTTPStatus.METHOD_NOT_ALLOWED: "not-supported",
    HTTPStatus.NOT_ACCEPTABLE: "not-supported",
    HTTPStatus.REQUEST_TIMEOUT: "timeout",
    HTTPStatus.GONE: "deleted",
    HTTPStatus.PRECONDITION_FAILED: "required",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too-long",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "not-supported",
    HTTPStatus.UNPROCESSABLE_ENTITY: "invalid",
    HTTPStatus.TOO_MANY_REQUESTS: "throttled",
    HTTPStatus.INTERNAL_SERVER_ERROR: "exception",
    HTTPStatus.SERVICE_UNAVAILABLE: "transient",
}
"""The kind of an issue (FHIR R4, value set issue-type) by the status of the refusal."""

_CHOICE = re.compile(r"(value|onset|effective|occurrence|medication|deceased|abatement)[A-Z]\w*")
"""Elements of several types have the type in their JSON name, and not in FHIRPath (FHIR R4, fhirpath.html)."""


def respond(refused: Problem, headers: dict[str, str] | None = None, *, path: str = "") -> Response:
    """The HTTP answer to a request that was refused at the address `path`."""
    if not speaks_fhir(path):
        body, media_type = PROBLEM.dump_json(refused, exclude_defaults=True), MEDIA_TYPE
    else:
        body, media_type = json.dumps(operation_outcome(refused), ensure_ascii=False).encode(), FHIR_JSON
    return Response(body, status_code=refused.status, media_type=media_type, headers=headers)


def speaks_fhir(path: str) -> bool:
    """Whether refusals at this address are OperationOutcomes."""
    return any(path == family or path.startswith(f"{family}/") for family in FHIR_FAMILIES)


def operation_outcome(refused: Problem) -> dict[str, Any]:
    """A refusal as an OperationOutcome: one issue for each fault and its place, and the red flags."""
    kind = ISSUE_TYPES.get(HTTPStatus(refused.status), "processing")
    said = {"severity": "error", "code": kind, "details": {"text": refused.title}}
    issues = [
        {**said, "diagnostics": f"{path or 'The body'} {fault.detail}", **({"expression": [path]} if path else {})}
        for fault in refused.errors
        for path in (fhirpath(fault.pointer),)
    ] or [{**said, "diagnostics": refused.detail}]
    flags = refused.red_flags.present if refused.red_flags else ()
    raised = [
        {
            "severity": "warning",
            "code": "business-rule",
            "details": {"text": flag.label},
            "diagnostics": f"{flag.label} ({flag.urgency.value}): {flag.action}",
        }
        for flag in flags
    ]
    return {"resourceType": "OperationOutcome", "issue": [*issues, *raised]}


def fhirpath(pointer: str) -> str:
    """A JSON pointer as the FHIRPath of the same place: `/QuestionnaireResponse/item/0/answer/1/valueDecimal`."""
    path = ""
    for step in filter(None, pointer.split("/")):
        step = step.replace("~1", "/").replace("~0", "~")
        choice = _CHOICE.fullmatch(step)
        path += f"[{step}]" if step.isdecimal() else f".{choice[1] if choice else step}"
    return path.removeprefix(".")
