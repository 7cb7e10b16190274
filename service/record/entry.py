"""What is kept of one event: who, when, with which versions, and, apart from it, what was said of the patient."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum


class Kind(StrEnum):
    """What happened."""

    ASSESSMENT = "assessment"
    """An examination was answered."""
    OUTCOME = "outcome"
    """Somebody stated what was found in the end; `Entry.about` is the assessment."""
    FEEDBACK = "feedback"
    """A clinician took up or overrode the card of an assessment; `Entry.about` is the assessment."""
    PURGE = "purge"
    """The clinical content of all that is older than `Entry.purged_before` was removed."""


@dataclass(frozen=True, kw_only=True)
class Content:
    """The clinical content of an entry: what retention removes, while the entry itself stays.

    The chain holds a digest of it, salted, so that what was removed cannot be found again by trying.
    """

    salt: str
    """32 hexadecimal digits, drawn for this entry alone."""
    exam: str | None
    """The examination as JSON in the words of the contract, without `patient.reference`; of an assessment alone."""
    answer: str
    """The answer exactly as it was sent; of an outcome or feedback, what was stated, as JSON."""
    person: str | None
    """The keyed hash of tenant and `patient.reference`, hexadecimal; None where there was none."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One event, as it is appended to the record. All of it is text, so that it hashes alike in every database."""

    id: str
    """Time-ordered UUID (RFC 9562, version 7)."""
    kind: Kind
    at: str
    """When, RFC 3339 in UTC with microseconds and `Z`: such texts sort by time."""
    tenant: str
    caller: str
    entrance: str
    """By which entrance it came, for example `rest`; `maintenance` for what people do by hand."""
    about: str | None = None
    """The id of the assessment that an outcome or feedback is about."""
    model_version: str | None = None
    ruleset_version: str | None = None
    software_version: str | None = None
    idempotency_key: str | None = None
    """The keyed hash of the caller's Idempotency-Key, hexadecimal."""
    request_digest: str | None = None
    """The keyed hash of the body that came with the Idempotency-Key, hexadecimal."""
    purged_before: str | None = None
    """A time as in `at`; of a purge alone."""
    content: Content | None = None


class Damaged(str):
    """What stands in the database where a text was written, and is none that the record writes. It equals nothing.

    Bytes, or another spelling of a text, may read like what was written, while nobody finds them by it any more.
    """

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return False

    def __ne__(self, other: object) -> bool:
        return True


def moment(at: datetime) -> str:
    """A time as the record writes it: UTC, microseconds, `Z`."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def is_moment(text: str) -> bool:
    """Whether it is a time as `moment` writes it."""
    try:
        return moment(datetime.fromisoformat(text)) == text
    except (ValueError, OverflowError):
        return False
