"""Schemathesis on the OpenAPI document of the real service: all its phases, all its checks, and what came of them."""

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from pydantic import TypeAdapter, ValidationError
from schemathesis import Case, Response
from schemathesis.checks import CheckContext
from schemathesis.config import (
    ChecksConfig,
    CoveragePhaseConfig,
    OperationConfig,
    OperationsConfig,
    PhasesConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
    StatefulPhaseConfig,
)
from schemathesis.engine import events, from_schema
from schemathesis.filters import FilterSet
from schemathesis.python.asgi import shutdown_lifespans

from service.intake import EXAM
from service.ndjson import NDJSON
from service.rest.outcomes import OUTCOME

READ_BY: dict[str, TypeAdapter[Any]] = {"POST": EXAM, "PUT": OUTCOME}
"""What reads the body of each method."""
TOO_LONG = "413"
"""Refuses what is too long, whatever else is wrong with it; of a body as a whole a JSON schema cannot say how long."""
UNSAYABLE = "422"
"""To what the document allows; `only_contradictions_are_refused` looks at each of them."""


@schemathesis.serializer(NDJSON)
def one_line(ctx: Any, value: Any) -> bytes:
    """A body of one line: the document describes a line, not what they are together."""
    return json.dumps(value).encode() + b"\n"


@schemathesis.check
def only_contradictions_are_refused(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """What the document allows is refused only where its statements contradict each other, or the key is taken.

    A JSON schema cannot say that a claim must agree with another one, or that a time is not in the future. Where the
    reader of the body refuses it too, the document says too little.
    """
    if response.status_code != 422 or case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if not case.path.startswith("/v1/"):  # what FHIR and CDS Hooks are made of the document says in outline
        return
    if response.json()["type"] == "urn:nerveroot:problem:idempotency-key-reused":
        return
    body: Any = response.request.body or b""
    try:
        READ_BY[str(response.request.method)].validate_json(body)
    except ValidationError as found:
        raise AssertionError(f"the document allows what cannot be read: {found.errors(include_url=False)}") from None


@dataclass(kw_only=True)
class Explored:
    """What was tried, and what came of it."""

    cases: Counter[str] = field(default_factory=Counter)
    """How many requests each phase sent."""
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    """Answers by operation and status."""
    recorded: list[str] = field(default_factory=list)
    """Where the answers are that were said to be on record, as the service named it."""
    failures: dict[str, str] = field(default_factory=dict)
    """What was not as the document says, each kind once, with a command that shows it."""

    @property
    def requests(self) -> int:
        """How many there were."""
        return sum(self.cases.values())


def explore(
    app: Any, *, examples: int, walks: int, headers: dict[str, str] | None = None, limits: bool = True
) -> Explored:
    """Try `examples` random requests an operation, beside all that the document's own `limits` suggest.

    `walks` are sequences of requests in which the answer to one names what the next asks for.
    """
    config = SchemathesisConfig(seed=1, projects=ProjectsConfig(default=_project(walks, headers, limits=limits)))
    # With credentials drawn at random beside the right ones, every request would be refused for having two of them.
    config.projects.default.generation.update(
        max_examples=examples, deterministic=True, database="none", with_security_parameters=False
    )
    found = Explored()
    try:
        schema = schemathesis.openapi.from_asgi("/openapi.json", app, config=config)
        for event in from_schema(schema).execute():
            _take_down(event, found)
    finally:
        shutdown_lifespans()
    return found


def _project(walks: int, headers: dict[str, str] | None, *, limits: bool) -> ProjectConfig:
    stateful = StatefulPhaseConfig(enabled=walks > 0)
    stateful.generation.update(max_examples=max(walks, 1), deterministic=True)
    checks = ChecksConfig()
    for check, status in ((checks.negative_data_rejection, TOO_LONG), (checks.positive_data_acceptance, UNSAYABLE)):
        check.expected_statuses = [*check.expected_statuses, status]
    which = FilterSet()
    which.include(path_regex="^/cds-services/")
    calls = OperationConfig(filter_set=which, checks=ChecksConfig())
    calls.checks.positive_data_acceptance.enabled = False  # calls the document says in outline
    batches = FilterSet()
    batches.include(path="/v1/assessments/batch")
    lines = OperationConfig(filter_set=batches, checks=ChecksConfig())
    lines.checks.negative_data_rejection.enabled = False  # a bad line is answered in its place, and the batch goes on
    operations = OperationsConfig(operations=[calls, lines])
    phases = PhasesConfig(stateful=stateful, coverage=CoveragePhaseConfig(enabled=limits))
    return ProjectConfig(headers=headers, phases=phases, checks=checks, operations=operations)


def _take_down(event: Any, found: Explored) -> None:
    match event:
        case events.ScenarioFinished():
            found.cases[str(event.phase)] += len(event.recorder.cases)
            for interaction in event.recorder.interactions.values():
                _answered(interaction, event.recorder.label, found)
            for checks in event.recorder.checks.values():
                for each in checks:
                    if each.failure_info is not None:
                        fault = each.failure_info.failure
                        place = f"{event.recorder.label}: {each.name}: {fault.title}"
                        found.failures.setdefault(place, f"{fault.message}\n{each.failure_info.code_sample}")
        case events.NonFatalError():
            found.failures.setdefault(f"{event.label}: {event.phase}", repr(event.value))
        case events.FatalError():
            raise event.exception
        case events.EngineFinished():
            assert event.stop_reason == "completed"


def _answered(interaction: Any, label: str, found: Explored) -> None:
    answer = interaction.response
    if answer is None:
        found.failures.setdefault(f"{label}: no answer", interaction.request.uri)
        return
    found.statuses[label, answer.status_code] += 1
    if answer.headers.get("nerveroot-record") == ["stored"] and "location" in answer.headers:
        found.recorded.append(answer.headers["location"][0])
