"""A refusal is a problem object, or an OperationOutcome where clients speak FHIR; both say the same."""

import json
from http import HTTPStatus

import pytest
from fhir.resources.R4B.operationoutcome import OperationOutcome
from starlette.testclient import TestClient

from features.exam import Exam
from service.problems import Fault, problem
from service.responding import FHIR_JSON, ISSUE_TYPES, fhirpath, operation_outcome, respond
from service.rules.guideline import Policy
from service.sequence import red_flags
from service.silenced import FlagsAtLeast, NotRecorded
from tests.builders import an_exam

KINDS = frozenset(
    (
        "invalid",
        "structure",
        "required",
        "value",
        "invariant",
        "security",
        "login",
        "unknown",
        "expired",
        "forbidden",
        "suppressed",
        "processing",
        "not-supported",
        "duplicate",
        "multiple-matches",
        "not-found",
        "deleted",
        "too-long",
        "code-invalid",
        "extension",
        "too-costly",
        "business-rule",
        "conflict",
        "transient",
        "lock-error",
        "no-store",
        "exception",
        "timeout",
        "incomplete",
        "throttled",
        "informational",
    )
)
"""The value set issue-type of FHIR R4; the required binding that the library does not hold."""

EMERGENCY: Exam = an_exam(red_flags={"urinary_retention": True})


@pytest.mark.parametrize(
    ("pointer", "path"),
    [
        ("", ""),
        ("/QuestionnaireResponse/item/0/answer/1/valueDecimal", "QuestionnaireResponse.item[0].answer[1].value"),
        ("/Parameters/parameter/0/resource/item/2", "Parameters.parameter[0].resource.item[2]"),
        ("/Bundle/entry/3/resource/effectiveDateTime", "Bundle.entry[3].resource.effective"),
        ("/context/patientId", "context.patientId"),
        (
            "/prefetch/conditions/entry/0/resource/onsetPeriod/start",
            "prefetch.conditions.entry[0].resource.onset.start",
        ),
        ("/valued", "valued"),
    ],
)
def test_a_pointer_becomes_the_path_of_the_same_place(pointer: str, path: str) -> None:
    assert fhirpath(pointer) == path


@pytest.mark.parametrize("status", sorted(ISSUE_TYPES))
def test_every_kind_of_issue_is_one_of_fhir(status: HTTPStatus) -> None:
    assert ISSUE_TYPES[status] in KINDS
    said = operation_outcome(problem("some", status, "Title", "What to do."))
    assert OperationOutcome.model_validate(said).issue[0].code == ISSUE_TYPES[status]


def test_every_fault_is_an_issue_with_its_place() -> None:
    faults = (Fault(pointer="/Bundle/entry/0", detail="is odd."), Fault(pointer="", detail="is long."))
    said = operation_outcome(problem("some", HTTPStatus.UNPROCESSABLE_ENTITY, "Title", "All.", faults))
    assert [issue.get("expression") for issue in said["issue"]] == [["Bundle.entry[0]"], None]
    assert [issue["diagnostics"] for issue in said["issue"]] == ["Bundle.entry[0] is odd.", "The body is long."]


def test_the_red_flags_of_an_answer_that_is_withheld_are_issues() -> None:
    """Hazard H-14: where the answer cannot be given, its red flags are lost on the way to a FHIR client."""
    withheld = NotRecorded(FlagsAtLeast.of(red_flags(EMERGENCY, Policy.LISTED)))
    said = operation_outcome(withheld.problem)
    first, flag = said["issue"]
    assert first["code"] == "transient"
    assert "Urinary retention (emergency)" in flag["diagnostics"]
    OperationOutcome.model_validate(said)


@pytest.mark.parametrize("path", ["/fhir", "/fhir/Questionnaire", "/cds-services", "/cds-services/x/feedback"])
def test_addresses_that_speak_fhir(path: str) -> None:
    answer = respond(problem("some", HTTPStatus.NOT_FOUND, "Title", "Nothing."), path=path)
    assert answer.media_type == FHIR_JSON
    assert json.loads(bytes(answer.body))["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize("path", ["", "/", "/fhirs", "/v1/assessments", "/v1/fhir", "/cds-service"])
def test_addresses_that_do_not(path: str) -> None:
    answer = respond(problem("some", HTTPStatus.NOT_FOUND, "Title", "Nothing."), path=path)
    assert answer.media_type == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/fhir/Nothing", 404), ("DELETE", "/cds-services/nobody", 404), ("GET", "/cds-services/none/at/all", 404)],
)
def test_the_service_answers_so_where_nothing_is(client: TestClient, method: str, path: str, status: int) -> None:
    answer = client.request(method, path)
    assert answer.status_code in (status, 405)
    assert answer.headers["content-type"] == FHIR_JSON
    OperationOutcome.model_validate(answer.json())
