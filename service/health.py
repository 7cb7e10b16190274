"""Whether the service can do all that it should: one check for each thing it rests on, and what they add up to.

Pure functions, but for `looked_at`, which logs a check that fails itself. `degraded` stays in rotation, because the
rules answer: to take it out would silence them. Only a service that can keep no answer, or let nobody in, is
`not_ready`.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Protocol

from service.record.receipt import RecordState
from service.rules import RULES_RELEASED

MOST_YEARS_IN_USE = 20
"""A clock that is this far ahead of RULES_RELEASED is wrong, not the rules that old: a convention."""

CLOCK_TOLERANCE = timedelta(minutes=1)
"""How far the newest entry of the record may be ahead: machines that share a database agree within this."""

logger = logging.getLogger(__name__)


class Status(StrEnum):
    """What a check found, from good to bad."""

    READY = "ready"
    DEGRADED = "degraded"
    NOT_READY = "not_ready"


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that the service rests on. `detail` holds neither secrets nor anything of a patient."""

    __pydantic_config__: ClassVar = {"use_attribute_docstrings": True}

    name: str
    """`model`, `record`, `migrations`, `clock` or `identity`."""
    status: Status
    """`ready`; `degraded`: answers are given all the same; `not_ready`: none can be given."""
    detail: str
    """What was found, in a sentence."""


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """What works and what does not. `status` is that of the worst check."""

    __pydantic_config__: ClassVar = {"use_attribute_docstrings": True}

    status: Status
    """`ready`; `degraded`: it answers, something is missing; `not_ready` (503): no answer can be given."""
    model_version: str
    """The model that answers; `none` while none is loaded."""
    ruleset_version: str
    software_version: str
    red_flag_policy: str
    checks: tuple[Check, ...]


def readiness(
    checks: Iterable[Check],
    *,
    model_version: str,
    ruleset_version: str,
    software_version: str,
    red_flag_policy: str,
) -> Readiness:
    """What the checks add up to."""
    found = tuple(checks)
    worst = max((check.status for check in found), key=list(Status).index, default=Status.READY)
    return Readiness(
        status=worst,
        model_version=model_version,
        ruleset_version=ruleset_version,
        software_version=software_version,
        red_flag_policy=red_flag_policy,
        checks=found,
    )


def looked_at(name: str, check: Callable[[], Check]) -> Check:
    """What `check` finds; `degraded` where it fails itself: nothing is known then, and the other checks still tell."""
    try:
        return check()
    except Exception:
        logger.exception("the check of %s failed", name)
        return Check(name=name, status=Status.DEGRADED, detail="This cannot be told just now. The log says why.")


def model_check(version: str, trouble: str | None) -> Check:
    """The model: `trouble` says why the rules answer alone (`Loaded.trouble`)."""
    if trouble is None:
        return Check(name="model", status=Status.READY, detail=f"Model {version} answers.")
    return Check(name="model", status=Status.DEGRADED, detail=f"{trouble} The rules answer without probabilities.")


def record_check(state: RecordState) -> Check:
    """The record: whether answers can be kept, and whether some wait in the journal."""
    told = f" {state.why}" if state.why else ""
    if not state.writable:
        detail = f"Neither the database nor the journal can be written: answers are withheld.{told}"
        return Check(name="record", status=Status.NOT_READY, detail=detail)
    if state.database == "down" or state.deferred:
        down = "The database is down; answers go to the journal. " if state.database == "down" else ""
        detail = f"{down}{state.deferred} answers wait in the journal.{told}"
        return Check(name="record", status=Status.DEGRADED, detail=detail)
    if state.why:
        return Check(name="record", status=Status.DEGRADED, detail=state.why)
    return Check(name="record", status=Status.READY, detail="Answers are stored before they are sent.")


def migrations_check(outdated: str | None) -> Check:
    """The schema of the database: `outdated` says how it differs from what this software writes."""
    if outdated is None:
        return Check(name="migrations", status=Status.READY, detail="The database has the schema of this software.")
    return Check(name="migrations", status=Status.DEGRADED, detail=outdated)


def clock_check(now: datetime, newest: datetime | None = None) -> Check:
    """The clock of the machine: not behind the rules or the `newest` entry of the record, nor far ahead.

    Examinations are compared by time, so that a wrong clock can hide a deterioration.
    """
    if now.date() < RULES_RELEASED:
        detail = f"The clock says {now:%Y-%m-%d}, before the rules were released. Set it."
    elif now.year - RULES_RELEASED.year > MOST_YEARS_IN_USE:
        detail = f"The clock says {now:%Y-%m-%d}, {MOST_YEARS_IN_USE} years after the rules were released. Set it."
    elif (differs := _differs(now, newest)) is not None:
        detail = differs
    else:
        return Check(name="clock", status=Status.READY, detail="The clock agrees with the rules and the record.")
    return Check(name="clock", status=Status.DEGRADED, detail=detail)


class LetsIn(Protocol):
    """One way to be let in."""

    @property
    def fault(self) -> str | None:
        """What is wrong with it; safe to show."""

    @property
    def able(self) -> bool:
        """Whether anybody can be let in by it."""


def identity_check(*ways: LetsIn) -> Check:
    """Who is let in: `degraded` where anything is wrong with one of the ways, `not_ready` where none lets anybody in.

    Where only record systems can be let in, or only others, they are: to take the service out would silence their
    emergencies.
    """
    told = " ".join(way.fault for way in ways if way.fault is not None)
    if not any(way.able for way in ways):
        return Check(name="identity", status=Status.NOT_READY, detail=told or "Nobody can be let in.")
    if told:
        return Check(name="identity", status=Status.DEGRADED, detail=told)
    return Check(name="identity", status=Status.READY, detail="Callers can be told apart.")


def _differs(now: datetime, newest: datetime | None) -> str | None:
    """How the clock differs from the record; None where it does not. What is on record may have been altered."""
    if newest is None:
        return None
    try:
        ahead = newest - now
    except TypeError:  # a time without an offset
        return "The newest entry of the record has no time to hold the clock against. Run `make verify-record`."
    if ahead <= CLOCK_TOLERANCE:
        return None
    return f"The clock is behind the newest entry of the record ({newest.isoformat(timespec='seconds')}). Set it."
