"""What is known of one person from a record system, before anybody assesses it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

PATIENT: Final = "patient"
CONDITIONS: Final = "conditions"
MEDICATIONS: Final = "medications"
OBSERVATIONS: Final = "observations"
EXAMINATIONS: Final = "examinations"
SOURCES: Final = (PATIENT, CONDITIONS, MEDICATIONS, OBSERVATIONS, EXAMINATIONS)
"""The parts of a chart that are asked for, by the key of their prefetch."""


class State(StrEnum):
    """What came of asking for one part of the chart. Four of them hold nothing, and mean four different things."""

    ABSENT = "absent"
    """Nobody supplied it."""
    NOTHING = "nothing"
    """Somebody looked, and there is nothing (`null`)."""
    COMPLETE = "complete"
    """All there is; it may be an empty list."""
    PARTIAL = "partial"
    """Some of it: there are further pages, or entries that cannot be read. What is not in it is not known."""
    FAILED = "failed"
    """It could not be read (an OperationOutcome, or nothing that was asked for)."""

    @property
    def conclusive(self) -> bool:
        """Whether what is not in it is not on the list."""
        return self in (State.NOTHING, State.COMPLETE)


@dataclass(frozen=True, kw_only=True)
class Source:
    """One part of the chart: what came of asking for it, and the resources that did come, as they came."""

    state: State
    resources: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who the chart is of. `age_years` is None where no date of birth can be read."""

    id: str | None
    age_years: float | None
    sex: str | None = None
    """In the words of the contract."""


@dataclass(frozen=True, kw_only=True)
class Basis:
    """What one statement rests on: a coded entry of the chart."""

    label: str
    """What the entry is called, in the words of this project or of the standard; never free text of the chart."""
    source: str
    """Which part of the chart it stands in: one of SOURCES, or `order`."""
    provisional: bool = False
    """Whether it is suspected rather than confirmed."""
    at: datetime | None = None
    """When it was observed; None where it was not, or nobody says."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """An entry that matters and that no statement of an examination can stand for: somebody has to look."""

    code: str
    """A short stable name, as in `chronic_urinary_incontinence`."""
    text: str
    """One sentence to the clinician, ending in a question mark."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What coded entries of a chart say, in the words of the contract."""

    statements: Mapping[str, Any] = field(default_factory=dict)
    """By the code of the item (service/terminology/exam_items.py), the value as the contract has it in JSON."""
    basis: Mapping[str, tuple[Basis, ...]] = field(default_factory=dict)
    """What each statement rests on, by the same code."""
    questions: tuple[Question, ...] = ()
    lumbar: bool = False
    """Whether an active problem of the lumbar spine, or sciatica, is among them."""
    radicular: bool = False
    """Whether one of them is sciatica or radiculopathy."""
    known: int = 0
    """Entries that count and whose codes are known here."""
    unknown: int = 0
    """Entries that count and whose codes are not known here: they may be anything, a red flag too."""
    unread: int = 0
    """Entries that could not be read."""


@dataclass(frozen=True, kw_only=True)
class ExamOnFile:
    """One answered exam form: the body that it states, and when it was filled in."""

    body: Mapping[str, Any]
    """An exam in the words of the contract, without age and `examined_at`; it was valid when it was read."""
    authored: datetime


@dataclass(frozen=True, kw_only=True)
class Chart:
    """All that is known of one person at one moment."""

    person: Person
    at: datetime
    found: Found
    """Conditions, medications and observations together."""
    exam: ExamOnFile | None = None
    """The exam form that counts as today's examination, where one is fresh enough."""
    earlier: ExamOnFile | None = None
    """The one before it, or the last one where that is too old to count as today's."""
    states: Mapping[str, State] = field(default_factory=dict)
    """What came of asking for each part, by the names in SOURCES."""
