"""Examinations decided one by one, by the very code that answers requests.

Each row becomes the body that an app would send: read by `service.intake`, so that its faults are those of the API word
for word, and answered by `service.sequence`. Nothing is recorded, nothing is explained.
"""

import json
import logging
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

import pyarrow as pa

from batch.output import COLUMNS, REFERENCE, ROW, Row, Scope, classified, decisions
from features.encoding import schema_digest
from features.exam import Exam
from service.assessment import Provenance
from service.body import MAX_BODY, too_long
from service.classified import involvement_of
from service.classifier import Classifier
from service.intake import read_exam
from service.problems import FAILED, Fault, Problem, Refusal
from service.rules import RULESET_VERSION
from service.sequence import assess
from service.settings import Settings
from service.version import SOFTWARE_VERSION
from training.site.columns import exam_columns, from_arrow, nested

LINE: Final = "line"
"""The one column of rows that are JSON already: bytes, null for a blank line. All others are dotted columns."""

logger = logging.getLogger("service.batch")


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A row that got no answer: where it stands, from 1, and what is wrong, never with its values."""

    row: int
    errors: tuple[Fault, ...]


@dataclass(frozen=True, kw_only=True)
class Decided:
    """What came of some rows: the answers, with the columns of `batch.output`, and those that got none."""

    answers: pa.RecordBatch
    refused: tuple[Refused, ...]


class Decide(Protocol):
    """What decides rows."""

    @property
    def provenance(self) -> Provenance:
        """The model, the rules and the software that decide."""

    def __call__(self, rows: pa.RecordBatch, first_row: int) -> Decided:
        """Decide rows with dotted columns, or with LINE alone; `first_row` is the number of the first."""


class RowWise:
    """Decides rows one by one; `at` is when an examination without a time was done.

    The model has no limit of time here: on a busy machine a request may be answered without it, a file may not.

    Raises, when made:
        ModelFault: the model that the settings name cannot be used.
    """

    def __init__(self, settings: Settings, at: datetime, scope: Scope = Scope.ALL) -> None:
        self.classifier = Classifier(settings.model_dir, settings.model_version)
        self.policy, self.at, self.scope = settings.red_flag_policy, at, scope
        self.provenance = Provenance(
            model_version=self.classifier.version,
            model_sha256=self.classifier.sha256,
            feature_schema=schema_digest(),
            ruleset_version=RULESET_VERSION,
            software_version=SOFTWARE_VERSION,
        )

    def __call__(self, rows: pa.RecordBatch, first_row: int) -> Decided:
        """Decide them; a row that breaks something is refused by itself, and the rest go on."""
        answers: list[Row] = []
        refused: list[Refused] = []
        for row, body in enumerate(bodies(rows), first_row):
            if body is None:
                continue
            try:
                answers.append({ROW: row, **self._decide(body)})
            except Refusal as fault:
                refused.append(Refused(row=row, errors=_faults(fault.problem)))
            except Exception as fault:
                logger.error("row %d could not be decided: %s", row, _place(fault))
                refused.append(Refused(row=row, errors=_faults(FAILED)))
        return Decided(answers=pa.RecordBatch.from_pylist(answers, schema=COLUMNS[self.scope]), refused=tuple(refused))

    def _decide(self, body: bytes) -> Row:
        if len(body) > MAX_BODY:
            raise too_long(MAX_BODY)
        exam = read_exam(body, self.at)
        said = self._assess(exam) if self.scope is Scope.ALL else classified(involvement_of(self.classifier, exam))
        return {REFERENCE: exam.patient.reference, **said}

    def _assess(self, exam: Exam) -> Row:
        answer = assess(
            exam,
            classify=self.classifier,
            sets=self.classifier.sets,
            policy=self.policy,
            provenance=self.provenance,
            identifier="",
            at=self.at,
        )
        return decisions(answer)


def bodies(rows: pa.RecordBatch) -> Iterator[bytes | None]:
    """Each row as the body of a request; None for a blank line."""
    if rows.schema.names == [LINE]:
        yield from rows.column(0).to_pylist()
        return
    kinds = exam_columns()
    stated: list[dict[str, Any]] = [{} for _ in range(rows.num_rows)]
    for name, column in zip(rows.schema.names, rows.columns, strict=True):
        for place, cell in zip(stated, column.to_pylist(), strict=True):
            value = None if cell is None else from_arrow(cell, kinds[name])
            if value is not None:
                place[name] = value
    for each in stated:
        # What no JSON has is written as text, for the contract to refuse it in its place.
        yield json.dumps(nested(each), default=str).encode()


def _place(fault: Exception) -> str:
    """What broke and where, without its message: that may hold what was said of a patient."""
    last = traceback.extract_tb(fault.__traceback__)[-1]
    return f"{type(fault).__name__} in {last.filename}, line {last.lineno}"


def _faults(problem: Problem) -> tuple[Fault, ...]:
    """The faults that a problem names; of one that names none, what it says itself."""
    return problem.errors or (Fault(pointer="", detail=f"{problem.title}. {problem.detail}"),)
