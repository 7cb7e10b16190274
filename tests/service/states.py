"""States of the record for tests."""

from typing import Any

from service.record.receipt import RecordState


def a_state(**changes: Any) -> RecordState:
    """A record that is well, has 3 entries and nothing to say, but for `changes`."""
    well: dict[str, Any] = {"writable": True, "database": "up", "why": None, "deferred": 0, "head": 3}
    return RecordState(**(well | changes))
