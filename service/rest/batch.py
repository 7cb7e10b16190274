"""Many examinations in one request: `POST /v1/assessments/batch`, a line each, answered as they come."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final
from weakref import WeakValueDictionary

from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect

from features.exam import Exam
from service.body import BODY_SECONDS, MAX_BODY, refuse_unlike, too_long
from service.consult import Asked, Consult
from service.identity.admission import Admission
from service.identity.caller import Caller, Scope
from service.in_order import in_order
from service.intake import read_exam
from service.languages import Language, Languages
from service.ndjson import MEDIA_TYPES, NDJSON, BodyTooSlow, Line, Streamed, lines
from service.problems import FAILED, PROBLEM, Problem, Refusal, problem
from service.rest.assessments import EXPLAIN, IDEMPOTENCY_KEY, PATIENT_NUMBERS, SWITCHES
from service.rest.documented import SPOKEN, headers_of, refusals
from service.silenced import AnswerWithheld
from service.switches import COMMIT, RECORD, refuse_others

ENTRANCE: Final = "batch"
AT_ONCE: Final = 8
"""Examinations of one batch that are worked on at a time: enough to share commits, few enough to let others in."""

_NO_KEY: Final = problem(
    "idempotency-key",
    HTTPStatus.BAD_REQUEST,
    "A batch takes no Idempotency-Key",
    "A key belongs to one answer. After a batch that broke off, send the lines again that got no answer.",
)
_TOO_SLOW: Final = problem(
    "body-too-slow",
    HTTPStatus.REQUEST_TIMEOUT,
    "The body did not go on in time",
    f"Nothing arrived for {BODY_SECONDS:g} seconds. What was answered before stands; send the rest again.",
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class _Batch:
    """What all examinations of one batch have in common."""

    consult: Consult
    admission: Admission
    caller: Caller
    language: Language
    with_numbers: bool
    explained: bool
    commit: bool
    people: WeakValueDictionary[str, asyncio.Lock]
    """By reference: examinations of one person are answered one after the other, so that each knows those before."""

    async def answers(self, request: Request) -> AsyncGenerator[bytes]:
        """An answer or a problem for each line, in order."""
        body = lines(request, limit=MAX_BODY, seconds=BODY_SECONDS)
        try:
            async with aclosing(in_order(body, self._line, at_once=AT_ONCE)) as answered:
                async for each in answered:
                    yield each
        except BodyTooSlow:
            yield _said(_TOO_SLOW)
        except ClientDisconnect:
            return  # nobody reads on

    async def _line(self, line: Line) -> bytes:
        try:
            return await self._answer(line)
        except Refusal as refused:
            told = refused.problem
        except AnswerWithheld as withheld:
            told = withheld.problem
        except Exception:
            logger.exception("a line of a batch failed")
            told = FAILED
        return _said(replace(told, line=line.number))

    async def _answer(self, line: Line) -> bytes:
        await self.admission.pace(self.caller)
        if line.content is None:
            raise too_long(MAX_BODY)
        now = datetime.now(UTC)
        exam = read_exam(line.content, now)
        reference = exam.patient.reference
        if reference is None:
            return await self._consult(exam, now)
        async with self.people.setdefault(reference, asyncio.Lock()):
            return await self._consult(exam, now)

    async def _consult(self, exam: Exam, now: datetime) -> bytes:
        answered = await self.consult(
            Asked(
                exam=exam,
                at=now,
                caller=self.caller,
                entrance=ENTRANCE,
                language=self.language,
                with_numbers=self.with_numbers,
                explained=self.explained,
                commit=self.commit,
            )
        )
        return answered.body


def batch(consult: Consult, admission: Admission, languages: Languages) -> APIRouter:
    """The route."""
    router = APIRouter(tags=["assessment"])
    lines_of: dict[str, Any] = {NDJSON: {"schema": {"$ref": "#/components/schemas/Exam"}}}
    either = [{"$ref": f"#/components/schemas/{name}"} for name in ("Assessment", "Problem")]

    @router.post(
        "/v1/assessments/batch",
        responses={
            int(HTTPStatus.OK): {
                "description": "A line for each line of the body, in order: an answer, or a problem with its `line`",
                "content": {NDJSON: {"schema": {"oneOf": either}}},
                "headers": headers_of(SPOKEN),
            },
            **refusals(
                HTTPStatus.BAD_REQUEST,
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                HTTPStatus.UNPROCESSABLE_ENTITY,
                HTTPStatus.INTERNAL_SERVER_ERROR,
            ),
        },
        openapi_extra={
            "requestBody": {"required": True, "content": lines_of},
            "parameters": [*(each.documented for each in SWITCHES), languages.documented],
        },
        summary="Assess many examinations",
    )
    async def assess_batch(request: Request) -> Response:
        """One examination a line, as for `POST /v1/assessments`; one answer a line, in the same order.

        A line that cannot be read, or answered, gets a problem object with its number, and the rest go on. Blank lines
        are passed over. Each answer is on record before it is sent, and examinations of one `patient.reference` are
        compared with those before. Both ways are streamed: **read while you send** (`curl -T`), for the service
        reads on only while its answers are taken. Each line counts as a request of the caller; a batch that is faster
        is slowed down, not refused. A batch that breaks off is resumed with the lines that got no answer.
        """
        caller = await admission.admit(request, Scope.ASSESS)
        refuse_others(request.query_params, SWITCHES)
        refuse_unlike(request, MEDIA_TYPES)
        if request.headers.getlist(IDEMPOTENCY_KEY):
            raise Refusal(_NO_KEY)
        language, commit = languages.chosen(request.headers), COMMIT.read(request.query_params)
        asked = _Batch(
            consult=consult,
            admission=admission,
            caller=caller,
            language=language,
            with_numbers=PATIENT_NUMBERS.read(request.query_params),
            explained=EXPLAIN.read(request.query_params),
            commit=commit,
            people=WeakValueDictionary(),
        )
        # With a record, whether each is stored or deferred is not known before the first line is sent.
        return Streamed(asked.answers(request), {**language.headers, **({} if commit else {RECORD: "none"})})

    return router


def _said(told: Problem) -> bytes:
    return PROBLEM.dump_json(told, exclude_defaults=True)
