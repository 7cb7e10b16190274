"""The recorded examinations of one person: `POST /v1/examinations/search`.

By POST, because a reference to a patient belongs into no address: addresses are logged, kept and passed on. It reads
alone: nothing is recorded, and nothing counts as an answer.
"""

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, ClassVar, Final

from fastapi import APIRouter, Request, Response
from pydantic import TypeAdapter

from features.exam import Exam
from features.wire import STRICT, AtMost
from service.consult import MOST_READ
from service.identity.admission import Admission
from service.identity.caller import Scope
from service.intake import EXAM, read_body, read_value
from service.record.entry import Entry
from service.record.pseudonyms import Pseudonyms
from service.record.record import Examinations, Record
from service.rest.documented import JSON, answer_of, refusals
from service.rules.guideline import Urgency
from service.switches import refuse_others

MAX_BODY: Final = 2048
"""Bytes of a search: a reference of 128 characters, each written as a pair of escapes."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class ExaminationsSearch:
    """Whose examinations are asked for."""

    __pydantic_config__: ClassVar = STRICT

    reference: Annotated[str, AtMost(128)]
    """`patient.reference` as it came with the examinations. A blank one is nobody's."""


@dataclass(frozen=True, kw_only=True)
class RecordedExamination:
    """One examination as it is on record."""

    __pydantic_config__: ClassVar = {"use_attribute_docstrings": True}

    id: str
    """The id of its answer."""
    examined_at: datetime
    created_at: datetime
    """When it was answered."""
    exam: Exam
    """As it was recorded, without `patient.reference`; null, or not there: not assessed."""
    urgency: Urgency
    """As it was answered."""


@dataclass(frozen=True, kw_only=True)
class RecordedExaminations:
    """The examinations of one person, oldest first; a correction has the time of what it corrects, and comes after."""

    # Nobody waits for its schema when the service starts: it holds that of the Exam once more.
    __pydantic_config__: ClassVar = {"use_attribute_docstrings": True, "defer_build": True}

    examinations: tuple[RecordedExamination, ...]
    complete: bool
    """Whether these are all; otherwise there are more, or some cannot be read just now."""


SEARCH: Final = TypeAdapter(ExaminationsSearch)
FOUND: Final = TypeAdapter(RecordedExaminations)


def earlier(record: Record, pseudonyms: Pseudonyms, admission: Admission) -> APIRouter:
    """The route."""
    router = APIRouter(tags=["assessment"])
    body: dict[str, Any] = {
        "required": True,
        "content": {JSON: {"schema": SEARCH.json_schema(), "example": {"reference": "demo-17"}}},
    }

    @router.post(
        "/v1/examinations/search",
        responses={
            int(HTTPStatus.OK): {
                "description": "What is on record; empty where nothing is",
                **answer_of("RecordedExaminations"),
            },
            **refusals(
                HTTPStatus.BAD_REQUEST,
                HTTPStatus.REQUEST_TIMEOUT,
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                HTTPStatus.UNPROCESSABLE_ENTITY,
            ),
        },
        openapi_extra={"requestBody": body},
        summary="Find the recorded examinations of one person",
    )
    async def find_examinations(request: Request) -> Response:
        """The last 48 examinations that were recorded with this `patient.reference`, to draw a course from.

        Those of other tenants, and those that retention has removed, are not there. It is a POST so that the
        reference is in no address; nothing is recorded.
        """
        caller = await admission.admit(request, Scope.READ)
        refuse_others(request.query_params, ())
        asked = read_value(SEARCH, await read_body(request, limit=MAX_BODY), "search")
        person = pseudonyms.person(caller.tenant, asked.reference)
        found = Examinations(entries=[], complete=True)
        if person is not None:
            # One more than is shown, to tell whether there are more.
            found = await record.examinations(caller.tenant, person, MOST_READ + 1)
        return Response(FOUND.dump_json(shown(found), exclude_none=True), media_type=JSON)

    return router


def shown(found: Examinations) -> RecordedExaminations:
    """What was found, oldest first, as far as this software can read it."""
    last = found.entries[:MOST_READ]
    # Sorting keeps the order of those of the same time, which is that of the record.
    read = sorted(_read(reversed(last)), key=lambda each: each.examined_at)
    complete = found.complete and len(read) == len(found.entries)
    return RecordedExaminations(examinations=tuple(read), complete=complete)


def _read(entries: Iterable[Entry]) -> Iterable[RecordedExamination]:
    for entry in entries:
        if entry.content is None or entry.content.exam is None:
            continue  # none of these was asked for
        try:
            exam = EXAM.validate_json(entry.content.exam)
            created_at = datetime.fromisoformat(entry.at)
            urgency = Urgency(json.loads(entry.content.answer)["urgency"])
        except (ValueError, KeyError, TypeError):  # of a contract that this software no longer reads, or tampered with
            logger.error("an examination on record cannot be read")
            continue
        yield RecordedExamination(
            id=entry.id,
            examined_at=exam.examined_at or created_at,
            created_at=created_at,
            exam=exam,
            urgency=urgency,
        )
