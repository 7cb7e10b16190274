"""What the record says back: where an entry is kept, what is known of a person, how the record is doing."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from service.record.entry import Entry


class Mark(StrEnum):
    """Where an answer is kept, in the words of the header `Nerveroot-Record`."""

    STORED = "stored"
    """In the database."""
    DEFERRED = "deferred"
    """In the journal, synced to disk, until the database is back."""
    NONE = "none"
    """Nowhere: the caller asked for an answer without a record."""


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What is on record now under what was appended."""

    entry: Entry
    """The entry itself, or the one that came first under the same Idempotency-Key; then without its content, where
    retention has removed that.
    """
    mark: Mark
    replayed: bool = False
    """Whether it is the one that came first, and nothing was appended."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What became of an entry that was to be appended to the journal."""

    replay: Entry | None = None
    """What was journalled before under the same Idempotency-Key with the same body; nothing was appended."""
    conflict: bool = False
    """The Idempotency-Key waits with another body; nothing was appended."""
    unread: bool = False
    """The Idempotency-Key waits, and what came with it cannot be read just now; nothing was appended."""


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """The recorded examinations of one person."""

    exams: list[str]
    """As JSON, latest first."""
    complete: bool
    """Whether the database could be asked; otherwise these are those that wait in the journal, and no others."""


@dataclass(frozen=True, kw_only=True)
class Examinations:
    """The recorded examinations of one person with what was answered."""

    entries: list[Entry]
    """Latest first."""
    complete: bool
    """Whether every journal could be asked too; otherwise some may wait where nobody can read them just now."""


@dataclass(frozen=True, kw_only=True)
class RecordState:
    """How the record is doing. Nothing in it is of a patient, or secret."""

    writable: bool
    """Whether an answer can be kept somewhere, as far as the last attempts tell."""
    database: Literal["up", "down"]
    why: str | None
    """What is wrong, in sentences; None where nothing is."""
    deferred: int
    """Answers that were given and wait in the journal."""
    head: int | None
    """The number of the last entry in the database when it was last asked, some seconds ago; None before that."""
    outdated: str | None = None
    """How the schema of the database differs from that of this software; None where it does not, or is not known."""
    newest: datetime | None = None
    """The time of the last entry in the database when it was last asked."""
