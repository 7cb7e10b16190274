"""Assess, then record: the one way by which every entrance gets its answer.

Nothing is sent that is not on record, and nothing that fails here takes the red flags with it: where the answer cannot
be recorded or worked out, the refusal carries the flags that the examination raises.
"""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import uuid6
from pydantic import TypeAdapter, ValidationError

from features.exam import Exam
from service.assessment import Assessment
from service.earlier import linked
from service.errors import Purged, RecordUnavailable
from service.identity.caller import Caller
from service.intake import EXAM
from service.languages import Language
from service.models import Loaded, Models
from service.record.entry import Content, Entry, Kind, moment
from service.record.pseudonyms import Pseudonyms
from service.record.record import Mark, Record
from service.rules import RULESET_VERSION
from service.rules.comparison import Source
from service.rules.guideline import Policy
from service.sequence import assess, red_flags
from service.silenced import FlagsAtLeast, NotAssessed, NotRecorded
from service.tracing import span
from service.version import SOFTWARE_VERSION

MOST_READ = 48
"""Examinations of one person that are read from the record: more than are weighed, because some are corrections."""

READ_BEFORE = 256
"""Examinations of the record that are not read anew: while somebody types, those of one person are asked again and
again."""

ASSESSMENT = TypeAdapter(Assessment)
_REASONS = {"baseline_log_odds", "explanation", "next_examinations"}
UNEXPLAINED: Any = {"classifier": _REASONS, "other_leg": {"classifier": _REASONS}}
"""The fields of an answer that `?explain=false` leaves out."""
NOT_KEPT: Any = {"patient": {"reference"}}
"""What of an exam is not stored as it came."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One examination to be answered, by whatever entrance it came."""

    exam: Exam
    """As it was read; with the time of the request where it states none."""
    at: datetime
    """When it was asked."""
    caller: Caller
    entrance: str
    language: Language
    with_numbers: bool = False
    explained: bool = True
    commit: bool = True
    """Whether the answer is recorded; without it the answer is the same, and nothing is kept."""
    idempotency_key: str | None = None
    body: bytes = b""
    """What `idempotency_key` came with: the same key with another body is refused."""


@dataclass(frozen=True, kw_only=True)
class Answered:
    """The answer, as it is on record and is sent."""

    id: str
    body: bytes
    mark: Mark
    assessment: Assessment | None = None
    """The answer itself, for entrances that say it in other words; None where it is replayed."""
    replayed: bool = False
    """Whether it is the answer that was given to the same Idempotency-Key before."""


@dataclass(frozen=True, kw_only=True)
class Consult:
    """All that does not change from one request to the next."""

    models: Models
    record: Record
    pseudonyms: Pseudonyms
    policy: Policy
    answered: Callable[[Assessment, Exam, Mark], None]
    """Called once for each new answer that is sent."""

    async def __call__(self, asked: Asked) -> Answered:
        """Assess, then record.

        Raises:
            NotAssessed: the answer could not be worked out.
            NotRecorded: it could not be recorded anywhere.
            KeyReused: the Idempotency-Key came with another body before.
            Purged: it came with this body before, and retention has removed the answer.
        """
        model, identifier = self.models.current, str(uuid6.uuid7())
        try:
            person = self.pseudonyms.person(asked.caller.tenant, asked.exam.patient.reference)
            recorded, complete = await self._earlier(asked, person)
            with span("assess") as step:
                answer = self._assess(asked, model, identifier, recorded, complete=complete)
                step.set(urgency=answer.urgency.name.lower(), model_version=model.version)
                body = ASSESSMENT.dump_json(answer, exclude=None if asked.explained else UNEXPLAINED)
            entry = self._entry(asked, identifier, body, person, model) if asked.commit else None
        except Exception as fault:
            logger.exception("an examination could not be assessed")
            raise NotAssessed(self._flags_alone(asked)) from fault
        if entry is None:
            self._count(answer, asked.exam, Mark.NONE)
            return Answered(id=identifier, body=body, mark=Mark.NONE, assessment=answer)
        try:
            with span("record") as step:
                receipt = await self.record.append(entry)
                step.set(mark=receipt.mark)
        except RecordUnavailable as fault:
            raise NotRecorded(FlagsAtLeast(urgency=answer.urgency, red_flags=answer.red_flags)) from fault
        if receipt.replayed:
            return _replayed(receipt.entry, receipt.mark)
        self._count(answer, asked.exam, receipt.mark)
        return Answered(id=identifier, body=body, mark=receipt.mark, assessment=answer)

    def _count(self, answer: Assessment, exam: Exam, mark: Mark) -> None:
        """Tell whoever counts; what fails there must not take an answer along that is on record."""
        try:
            self.answered(answer, exam, mark)
        except Exception:
            logger.exception("an answer could not be counted")

    async def _earlier(self, asked: Asked, person: str | None) -> tuple[list[Exam], bool]:
        """The recorded examinations of the same person, oldest first, and whether these are all."""
        if person is None:
            return [], True
        try:
            found = await self.record.of_person(asked.caller.tenant, person, MOST_READ)
        except Exception:  # whatever is wrong with the record, this examination is answered
            logger.exception("the earlier examinations could not be read")
            return [], False
        exams, complete = [], found.complete
        for stored in reversed(found.exams):
            try:
                exams.append(_read(stored))
            except ValidationError:  # of a version of the contract that this software no longer reads
                logger.error("an examination on record cannot be read")
                complete = False
        return exams, complete

    def _assess(
        self, asked: Asked, model: Loaded, identifier: str, recorded: list[Exam], *, complete: bool
    ) -> Assessment:
        exam = linked(asked.exam, recorded)
        brought = exam.previous_examination is asked.exam.previous_examination
        return assess(
            exam,
            classify=model.classify,
            sets=model.sets,
            policy=self.policy,
            provenance=model.provenance,
            identifier=identifier,
            at=asked.at,
            wording=asked.language.wording,
            with_numbers=asked.with_numbers,
            earlier=Source.BODY if brought else Source.REFERENCE,
            earlier_unread=not complete,
            explain=model.explain if asked.explained else None,
        )

    def _flags_alone(self, asked: Asked) -> FlagsAtLeast | None:
        """The red flags by themselves, where all the rest failed; None where they fail too."""
        try:
            return FlagsAtLeast.of(red_flags(asked.exam, self.policy, asked.language.wording))
        except Exception:
            logger.exception("the red flags could not be worked out either")
            return None

    def _entry(self, asked: Asked, identifier: str, body: bytes, person: str | None, model: Loaded) -> Entry:
        tenant, caller, key = asked.caller.tenant, asked.caller.name, asked.idempotency_key
        return Entry(
            id=identifier,
            kind=Kind.ASSESSMENT,
            at=moment(asked.at),
            tenant=tenant,
            caller=caller,
            entrance=asked.entrance,
            model_version=model.provenance.model_version,
            ruleset_version=RULESET_VERSION,
            software_version=SOFTWARE_VERSION,
            idempotency_key=None if key is None else self.pseudonyms.idempotency_key(tenant, caller, key),
            request_digest=None if key is None else self.pseudonyms.body(asked.body),
            content=Content(
                salt=secrets.token_hex(16),
                exam=EXAM.dump_json(asked.exam, exclude_none=True, exclude=NOT_KEPT).decode(),
                answer=body.decode(),
                person=person,
            ),
        )


@lru_cache(maxsize=READ_BEFORE)
def _read(stored: str) -> Exam:
    """An examination as the record holds it.

    Raises:
        ValidationError: it is of a version of the contract that this software no longer reads.
    """
    return EXAM.validate_json(stored)


def _replayed(entry: Entry, mark: Mark) -> Answered:
    """The answer that was given before.

    Raises:
        Purged: retention has removed it.
    """
    if entry.content is None:
        raise Purged("the answer was removed by retention")
    return Answered(id=entry.id, body=entry.content.answer.encode(), mark=mark, replayed=True)
