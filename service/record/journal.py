"""Where answers wait while the database is down: files that are on disk before the answer is sent.

A process writes files of its own, and takes over those that others left behind when they ended. Nothing in here knows
the database: what waits is handed out in order (`oldest`), and is let go when somebody says that it is kept elsewhere
(`done`).
"""

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from service.record.entry import Entry
from service.record.segment import SEGMENTS, SET_ASIDE, Segment, encoded
from service.record.waiting import Place, Waiting

SEGMENT_BYTES = 16 * 2**20
"""How long a file grows before the next one is begun, so that disk is freed while the backlog shrinks."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What became of an entry that was to be appended."""

    replay: Entry | None = None
    """What was journalled before under the same Idempotency-Key with the same body; nothing was appended."""
    conflict: bool = False
    """The Idempotency-Key waits with another body; nothing was appended."""


class Journal:
    """The journal in one folder; one object a process. Several threads may use it at once."""

    def __init__(self, folder: Path, *, segment_bytes: int = SEGMENT_BYTES) -> None:
        self._folder = folder
        self._segment_bytes = segment_bytes
        self._lock = threading.Lock()
        self._waiting = Waiting()
        self._current: Segment | None = None
        self._known: set[str] = set()
        """Names of files that are ours, or that are done and could not be removed."""
        self._fault: str | None = "the journal is not open"
        self._set_aside = 0

    @property
    def waiting(self) -> int:
        """How many entries wait."""
        return len(self._waiting.places)

    @property
    def fault(self) -> str | None:
        """Why nothing can be appended, as far as the last attempt tells."""
        return self._fault

    @property
    def damage(self) -> str | None:
        """What could not be read, and where it is kept for somebody to look at."""
        if not self._set_aside:
            return None
        return f"the journal holds {self._set_aside} damaged file(s), kept as {SEGMENTS}{SET_ASIDE}"

    def open(self) -> None:
        """Make the folder where it is missing, and take over what was left behind. What fails is in `fault`."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._set_aside = len(list(self._folder.glob(SEGMENTS + SET_ASIDE)))
        except OSError as fault:
            self._failed(fault)
        self.adopt()
        self.probe()

    def adopt(self) -> None:
        """Take over the files of processes that have ended, the oldest first."""
        try:
            paths = sorted(path for path in self._folder.glob(SEGMENTS) if path.name not in self._known)
        except OSError:
            return
        for path in paths:
            with self._lock:
                if path.name in self._known:
                    continue
                try:
                    segment = Segment.adopt(path)
                except OSError as fault:
                    self._known.add(path.name)
                    logger.error("a file of the journal cannot be read: %s (%s)", path.name, fault.strerror)
                    continue
                if segment is not None:
                    self._take_over(segment)

    def probe(self) -> None:
        """Find out whether it can be written."""
        try:
            trial = Segment.create(self._folder)
            try:
                trial.append([b" " * 4095 + b"\n"])
            finally:
                trial.remove()
        except OSError as fault:
            self._failed(fault)
        else:
            self._fault = None

    def append(self, entries: Sequence[Entry]) -> list[Kept]:
        """Write entries to disk with one sync, those aside whose Idempotency-Key waits already. One thread at a time.

        Raises:
            OSError: none of them could be written.
        """
        fresh: dict[str, Entry] = {}
        with self._lock:
            kept = [self._kept(entry, fresh) for entry in entries]
        if not fresh:
            return kept
        try:
            segment = self._begin()
            lines = [encoded(entry) for entry in fresh.values()]
            try:
                offsets = segment.append(lines)
            except OSError:
                self._end(segment)
                raise
        except OSError as fault:
            self._failed(fault)
            raise
        with self._lock:
            for entry, line, offset in zip(fresh.values(), lines, offsets, strict=True):
                self._waiting.add(entry, Place(segment, offset, len(line)))
        self._end(segment)
        self._fault = None
        return kept

    def oldest(self, limit: int) -> list[Entry]:
        """Up to `limit` of those that wait, in order."""
        with self._lock:
            return self._read(list(islice(self._waiting.places, limit)))

    def done(self, entries: Sequence[Entry]) -> None:
        """These are kept elsewhere now."""
        self._leave(entries, damaged=0)

    def refused(self, entries: Sequence[Entry]) -> None:
        """These can be kept nowhere else: they stay in their file, which is set aside when the rest of it is done."""
        self._leave(entries, damaged=1)

    def find(self, tenant: str, identifier: str) -> Entry | None:
        """The entry of that id, if it waits and is of that tenant."""
        with self._lock:
            found = self._read([identifier])
        return next((entry for entry in found if entry.tenant == tenant), None)

    def of_person(self, tenant: str, person: str, limit: int) -> list[Entry]:
        """The last `limit` examinations of one person among those that wait, latest first."""
        with self._lock:
            return self._read(self._waiting.of_person(tenant, person)[: -limit - 1 : -1])

    def outcomes(self, tenant: str, about: str) -> list[Entry]:
        """The outcomes of one assessment among those that wait, in order."""
        with self._lock:
            return self._read(self._waiting.outcomes(tenant, about))

    def close(self) -> None:
        """Let go of all files: what waits in them is taken over at the next start."""
        with self._lock:
            segments = {place.segment for place in self._waiting.places.values()}
            if self._current is not None:
                segments.add(self._current)
            for segment in segments:
                if segment.busy:
                    continue  # its disk hangs: the lock goes with the process
                if segment.waiting:
                    segment.close()
                else:
                    self._remove(segment)
            self._waiting, self._current, self._fault = Waiting(), None, "the journal is closed"

    def _kept(self, entry: Entry, fresh: dict[str, Entry]) -> Kept:
        """Whether the entry is new, or comes after another with its Idempotency-Key: one that waits, or is `fresh`."""
        first = self._waiting.keyed(entry)
        earlier = next(iter(self._read([first[0]])), None) if first else None
        if earlier is None and entry.idempotency_key is not None:
            own = (entry.tenant, entry.caller, entry.idempotency_key)
            earlier = next(
                (each for each in fresh.values() if (each.tenant, each.caller, each.idempotency_key) == own), None
            )
        if earlier is None:
            fresh[entry.id] = entry
            return Kept()
        if earlier.request_digest != entry.request_digest:
            return Kept(conflict=True)
        return Kept(replay=earlier)

    def _read(self, ids: Sequence[str]) -> list[Entry]:
        """The entries of these ids that wait; one that its disk no longer gives back is left in its file."""
        found = []
        for identifier in ids:
            place = self._waiting.places.get(identifier)
            if place is None:
                continue
            try:
                found.append(place.segment.read(place.offset, place.length))
            except ValueError:
                self._waiting.drop(identifier)
                place.segment.damaged += 1
                logger.error("a line of the journal cannot be read any more: %s", place.segment.path.name)
                self._finish(place.segment)
        return found

    def _leave(self, entries: Sequence[Entry], damaged: int) -> None:
        with self._lock:
            for entry in entries:
                segment = self._waiting.remove(entry)
                if segment is not None:
                    segment.damaged += damaged
                    self._finish(segment)

    def _take_over(self, segment: Segment) -> None:
        self._known.add(segment.path.name)
        for offset, length, entry in segment.lines():
            self._waiting.add(entry, Place(segment, offset, length))
        if segment.damaged:
            logger.error("%d line(s) of the journal cannot be read: %s", segment.damaged, segment.path.name)
        self._finish(segment)

    def _begin(self) -> Segment:
        """The file to append to, which nobody removes before `_end`."""
        with self._lock:
            segment = self._current
            if segment is not None and not segment.sealed and segment.size < self._segment_bytes:
                segment.busy = True
                return segment
        created = Segment.create(self._folder)
        created.busy = True
        with self._lock:
            self._known.add(created.path.name)
            before, self._current = self._current, created
            if before is not None:
                self._finish(before)
        return created

    def _end(self, segment: Segment) -> None:
        with self._lock:
            segment.busy = False
            self._finish(segment)

    def _finish(self, segment: Segment) -> None:
        """Remove a file of which nothing waits any more."""
        if segment.waiting or segment.busy:
            return
        if segment is self._current:
            self._current = None
        self._remove(segment)

    def _remove(self, segment: Segment) -> None:
        self._set_aside += bool(segment.damaged)
        try:
            segment.remove()
        except OSError as fault:
            # It is replayed once more after the next start; by then its entries are known, and nothing is doubled.
            logger.error("a file of the journal cannot be removed: %s (%s)", segment.path.name, fault.strerror)
        else:
            self._known.discard(segment.path.name)

    def _failed(self, fault: OSError) -> None:
        why = f"the journal cannot be written ({fault.strerror or type(fault).__name__})"
        if why != self._fault:
            logger.error("%s", why)
        self._fault = why
