"""What was found in the end: `PUT` and `GET /v1/assessments/{id}/outcome`. Later ones supersede; none is lost."""

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any, ClassVar

import uuid6
from fastapi import APIRouter, Path, Request, Response
from pydantic import TypeAdapter

from features.anatomy import NerveRoot
from features.outcome import ConfirmedBy, Outcome
from service.identity.admission import Admission
from service.identity.caller import Caller, Scope
from service.intake import read_body, read_value
from service.problems import Fault, Refusal, problem
from service.record.entry import Content, Entry, Kind, moment
from service.record.record import Mark, Record
from service.rest.assessments import ENTRANCE, no_such_assessment, purged
from service.rest.documented import JSON, RECORDED, answer_of, headers_of, refusals
from service.switches import RECORD, refuse_others
from service.version import SOFTWARE_VERSION

MAX_BODY = 1024
"""Bytes of an outcome."""

LONGEST_BEFORE = timedelta(days=366)
"""How long before the answer an outcome may have been confirmed: a scan is often older than the examination, one of
another episode says nothing of it. A convention."""

OUTCOME = TypeAdapter(Outcome)
"""Reads an outcome from JSON, as strictly as an examination."""


@dataclass(frozen=True, kw_only=True)
class RecordedOutcome:
    """One version of the outcome of an assessment, as it is on record."""

    __pydantic_config__: ClassVar = {"use_attribute_docstrings": True}

    assessment: str
    """The id of the assessment."""
    version: int
    """1 for the first; the highest counts."""
    recorded_at: datetime
    recorded_by: str
    """The caller that stated it."""
    roots: tuple[NerveRoot, ...]
    """The roots that were involved; empty for none of L4, L5 and S1."""
    confirmed_by: ConfirmedBy
    confirmed_on: date


@dataclass(frozen=True, kw_only=True)
class OutcomeHistory:
    """All versions of the outcome of one assessment, in order; the last one counts."""

    assessment: str
    outcomes: tuple[RecordedOutcome, ...]


ONE, ALL = TypeAdapter(RecordedOutcome), TypeAdapter(OutcomeHistory)
_ID = Path(description="the `id` of the answer")


def outcomes(record: Record, admission: Admission) -> APIRouter:
    """The routes."""
    router = APIRouter(tags=["outcome"])
    body: dict[str, Any] = {
        "required": True,
        "content": {
            JSON: {
                "schema": {"$ref": "#/components/schemas/Outcome"},
                "example": {"roots": ["L5"], "confirmed_by": "mri", "confirmed_on": "2026-11-20"},
            }
        },
    }
    recorded = {"headers": headers_of(RECORDED)}

    @router.put(
        "/v1/assessments/{assessment_id}/outcome",
        responses={
            int(HTTPStatus.OK): {
                "description": "It is what was on record already",
                **answer_of("RecordedOutcome"),
                **recorded,
            },
            int(HTTPStatus.CREATED): {
                "description": "A new version is on record",
                **answer_of("RecordedOutcome"),
                **recorded,
            },
            **refusals(
                HTTPStatus.BAD_REQUEST,
                HTTPStatus.NOT_FOUND,
                HTTPStatus.REQUEST_TIMEOUT,
                HTTPStatus.GONE,
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                HTTPStatus.UNPROCESSABLE_ENTITY,
            ),
        },
        openapi_extra={"requestBody": body},
        summary="State what was found in the end",
    )
    async def put_outcome(assessment_id: Annotated[str, _ID], request: Request) -> Response:
        """The roots that turned out to be involved, and by what that was confirmed.

        It becomes a label to train on (`make outcomes-export`). A later one supersedes it; none is overwritten.
        """
        now = datetime.now(UTC)
        caller = await admission.admit(request, Scope.OUTCOME)
        refuse_others(request.query_params, ())
        stated = read_outcome(await read_body(request, limit=MAX_BODY), now)
        answered = await _own_assessment(record, caller, assessment_id)
        if stated.confirmed_on < (datetime.fromisoformat(answered.at) - LONGEST_BEFORE).date():
            raise _misdated("must not be more than a year before the answer: that was another episode.")
        before = await record.outcomes(caller.tenant, assessment_id)
        known = _versions(assessment_id, before)
        if known and _same(known[-1], stated):
            return _answer(known[-1], HTTPStatus.OK, Mark.STORED)
        entry = _entry(stated, now, caller, assessment_id)
        receipt = await record.append(entry)
        after = before if receipt.mark is Mark.DEFERRED else await record.outcomes(caller.tenant, assessment_id)
        ids = [each.id for each in after]
        number = ids.index(entry.id) + 1 if entry.id in ids else len(ids) + 1
        return _answer(_version(assessment_id, number, entry), HTTPStatus.CREATED, receipt.mark)

    @router.get(
        "/v1/assessments/{assessment_id}/outcome",
        responses={
            int(HTTPStatus.OK): answer_of("OutcomeHistory"),
            **refusals(HTTPStatus.NOT_FOUND, HTTPStatus.GONE, HTTPStatus.UNPROCESSABLE_ENTITY),
        },
        summary="Read what was found in the end",
    )
    async def read_outcomes(assessment_id: Annotated[str, _ID], request: Request) -> Response:
        """Every version, in order; the last one counts. Empty where nobody has stated one."""
        caller = await admission.admit(request, Scope.READ)
        refuse_others(request.query_params, ())
        await _own_assessment(record, caller, assessment_id)
        found = _versions(assessment_id, await record.outcomes(caller.tenant, assessment_id))
        return Response(ALL.dump_json(OutcomeHistory(assessment=assessment_id, outcomes=found)), media_type=JSON)

    return router


def read_outcome(body: bytes, now: datetime) -> Outcome:
    """The outcome that `body` states.

    Raises:
        Refusal: 400 if it is not JSON, 422 with every fault at once if it is not an outcome.
    """
    stated = read_value(OUTCOME, body, "outcome", _sentences)
    # Somewhere on earth it is tomorrow already.
    if stated.confirmed_on > (now + timedelta(hours=14)).date():
        raise _misdated("must not be in the future.")
    return stated


def _misdated(sentence: str) -> Refusal:
    return Refusal(
        problem(
            "invalid-outcome",
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "The body is not an outcome",
            "One fault was found; each is named with its place. Nothing was recorded.",
            (Fault(pointer="/confirmed_on", detail=sentence),),
        )
    )


_sentences = {"/confirmed_on": "must be a day, as in 2026-11-22."}


async def _own_assessment(record: Record, caller: Caller, assessment_id: str) -> Entry:
    found = await record.find(caller.tenant, assessment_id)
    if found is None or found[0].kind is not Kind.ASSESSMENT:
        raise no_such_assessment()
    if found[0].content is None:
        raise purged()
    return found[0]


def _entry(stated: Outcome, now: datetime, caller: Caller, assessment_id: str) -> Entry:
    answer = OUTCOME.dump_json(stated).decode()
    return Entry(
        id=str(uuid6.uuid7()),
        kind=Kind.OUTCOME,
        at=moment(now),
        tenant=caller.tenant,
        caller=caller.name,
        entrance=ENTRANCE,
        about=assessment_id,
        software_version=SOFTWARE_VERSION,
        content=Content(salt=secrets.token_hex(16), exam=None, answer=answer, person=None),
    )


def _versions(assessment_id: str, entries: Any) -> tuple[RecordedOutcome, ...]:
    return tuple(
        _version(assessment_id, number, entry) for number, entry in enumerate(entries, 1) if entry.content is not None
    )


def _version(assessment_id: str, number: int, entry: Any) -> RecordedOutcome:
    stated = OUTCOME.validate_json(entry.content.answer)
    return RecordedOutcome(
        assessment=assessment_id,
        version=number,
        recorded_at=datetime.fromisoformat(entry.at),
        recorded_by=entry.caller,
        roots=stated.roots,
        confirmed_by=stated.confirmed_by,
        confirmed_on=stated.confirmed_on,
    )


def _same(known: RecordedOutcome, stated: Outcome) -> bool:
    said = (known.confirmed_by, known.confirmed_on) == (stated.confirmed_by, stated.confirmed_on)
    return said and set(known.roots) == set(stated.roots)


def _answer(outcome: RecordedOutcome, status: HTTPStatus, mark: Mark) -> Response:
    return Response(ONE.dump_json(outcome), status_code=status, media_type=JSON, headers={RECORD: mark})
