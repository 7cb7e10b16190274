"""The purges on record: which content each explains the absence of, and which of them nobody can have made."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from service.record.entry import Kind, is_moment, moment
from service.record.tables import ENTRIES

TOLERANCE = timedelta(minutes=5)
"""By how much the clock of whoever purged may have been ahead of that of whoever verifies; a convention."""

_STATED = select(ENTRIES.c.seq, ENTRIES.c.kind, ENTRIES.c.at, ENTRIES.c.caller, ENTRIES.c.purged_before)


@dataclass(kw_only=True)
class Purge:
    """One purge, as it is on record."""

    seq: int
    at: str
    caller: str
    before: str
    """Up to when it removes what is older."""
    removed: int = 0
    """Contents that are gone and that no earlier purge explains, as far as the record was read."""

    def __str__(self) -> str:
        by = f"of {self.at} by {_shown(self.caller)}"
        return f"Entry {self.seq} is a purge {by}: {self.removed} contents from before {self.before} are gone."


class Purges:
    """The purges of one record, read while it is verified; memory grows with their number alone.

    Without `now`, none is too late to be true.
    """

    def __init__(self, now: datetime | None = None) -> None:
        self._latest = None if now is None else moment(now + TOLERANCE)
        self._read_to = 0
        self.found: list[Purge] = []
        """In the order of the chain; those that nobody can have made are not among them."""

    def read(self, connection: Connection) -> None:
        """Read those that came since the last time."""
        asked = _STATED.where(ENTRIES.c.purged_before.is_not(None), ENTRIES.c.seq > self._read_to)
        for row in connection.execute(asked.order_by(ENTRIES.c.seq)):
            self._read_to = row.seq
            if self.fault(row) is None and is_moment(row.at):
                self.found.append(Purge(seq=row.seq, at=row.at, caller=row.caller, before=row.purged_before))

    def explains(self, seq: int, since: str) -> bool:
        """Whether a purge that came after entry `seq` removes what is of the time `since`; counted for the first."""
        for purge in self.found[bisect_right(self.found, seq, key=lambda each: each.seq) :]:
            if since < purge.before:
                purge.removed += 1
                return True
        return False

    def fault(self, row: Any) -> str | None:
        """Why an entry is no purge although it says so, in a sentence; None where it is one, or says no such thing."""
        before, seq = row.purged_before, row.seq
        if row.kind != Kind.PURGE:
            return None if before is None else f"Entry {seq} is no purge, and says up to when it removes."
        if before is None or not is_moment(before):
            return f"Entry {seq} is a purge and does not say up to when."
        if before > row.at:
            return f"Entry {seq} is a purge of what did not exist yet: of before {before}, at {_shown(row.at)}."
        if self._latest is not None and row.at > self._latest:
            return f"Entry {seq} is a purge of a time that has not come: {_shown(row.at)}."
        return None


def _shown(text: str) -> str:
    """A text that somebody else wrote, so that it cannot end the line or rewrite another."""
    return text if text.isprintable() else ascii(text)
