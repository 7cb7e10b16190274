"""Entries for tests: only what the test is about is stated."""

from datetime import UTC, datetime, timedelta
from typing import Any

import uuid6

from service.record.entry import Content, Entry, Kind

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def moment(*, days_ago: float = 0) -> str:
    """A time as entries hold it."""
    return (NOON - timedelta(days=days_ago)).isoformat(timespec="microseconds").replace("+00:00", "Z")


def a_content(**changes: Any) -> Content:
    """What was said of a patient."""
    stated: dict[str, Any] = {"salt": "0" * 32, "exam": '{"patient":{"age_years":40}}', "answer": "{}", "person": None}
    return Content(**(stated | changes))


def an_entry(content: Content | None = None, **changes: Any) -> Entry:
    """An assessment at noon."""
    stated: dict[str, Any] = {
        "id": str(uuid6.uuid7()),
        "kind": Kind.ASSESSMENT,
        "at": moment(),
        "tenant": "clinic",
        "caller": "app",
        "entrance": "rest",
        "model_version": "1.2.0",
        "ruleset_version": "5",
        "software_version": "0.5.0",
    }
    return Entry(**(stated | {"content": content or a_content()} | changes))


def an_outcome(about: str, roots: str = '["L5"]', **changes: Any) -> Entry:
    """What was found in the end of the assessment `about`."""
    answer = f'{{"roots":{roots},"confirmed_by":"mri","confirmed_on":"2026-11-20"}}'
    return an_entry(a_content(exam=None, answer=answer), kind=Kind.OUTCOME, about=about, **changes)


def a_feedback(about: str, **changes: Any) -> Entry:
    """What a clinician did with the card of the assessment `about`."""
    answer = '{"outcome":"overridden","override_reason":{"code":"patient-refuses"}}'
    return an_entry(a_content(exam=None, answer=answer), kind=Kind.FEEDBACK, about=about, **changes)
