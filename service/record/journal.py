"""Where answers wait while the database is down: files that are on disk before the answer is sent.

A process writes files of its own, and takes over those that others left behind when they ended. Nothing in here knows
the database: what waits is handed out in order (`oldest`), and is let go when somebody says that it is kept elsewhere
(`done`).
"""

import logging
import threading
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from service.record.entry import Entry
from service.record.folder import Folder
from service.record.receipt import Kept
from service.record.segment import Segment, encoded
from service.record.waiting import Place, Waiting, key_of

SEGMENT_BYTES = 16 * 2**20
"""How long a file grows before the next one is begun, so that disk is freed while the backlog shrinks."""

logger = logging.getLogger(__name__)


class Journal:
    """The journal in one folder; one object a process. Several threads may use it at once."""

    def __init__(self, folder: Path, *, segment_bytes: int = SEGMENT_BYTES) -> None:
        self._folder = Folder(folder)
        self._segment_bytes = segment_bytes
        self._lock = threading.Lock()
        self._waiting = Waiting()
        self._current: Segment | None = None

    @property
    def waiting(self) -> int:
        """How many entries wait."""
        return len(self._waiting.places)

    @property
    def ready(self) -> int:
        """How many of those that wait can be handed out, as far as is known."""
        return self.waiting - self._waiting.postponed

    @property
    def fault(self) -> str | None:
        """Why nothing can be appended, as far as the last attempt tells."""
        return self._folder.fault

    @property
    def damage(self) -> str | None:
        """What cannot be read."""
        unread = self._waiting.postponed
        told = [self._folder.damage, f"{unread} answer(s) in the journal cannot be read just now" if unread else None]
        return "; ".join(filter(None, told)) or None

    def open(self) -> None:
        """Make the folder where it is missing, and take over what was left behind. What fails is in `fault`."""
        self._folder.make()
        self.adopt()
        self.probe()

    def adopt(self, most: int | None = None) -> int:
        """Take over files of processes that have ended, the oldest first, and try again what could not be read.

        How many; `most` is for who has other things to do in between.
        """
        self._waiting.try_again()
        taken = 0
        for segment, lines in islice(self._folder.left_behind(), most):
            taken += 1
            with self._lock:
                for offset, length, entry in lines:
                    self._waiting.add(entry, Place(segment, offset, length))
                self._finish(segment)
        return taken

    def probe(self) -> None:
        """Find out whether it can be written."""
        self._folder.probe()

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
            self._folder.failed(fault)
            raise
        with self._lock:
            for entry, line, offset in zip(fresh.values(), lines, offsets, strict=True):
                self._waiting.add(entry, Place(segment, offset, len(line)))
        self._end(segment)
        self._folder.fault = None
        return kept

    def oldest(self, limit: int) -> list[Entry]:
        """Up to `limit` of those that wait, in order; those that cannot be read just now come later."""
        found = []
        with self._lock:
            for identifier in self._waiting.oldest(limit):
                try:
                    found += self._read([identifier])
                except OSError as fault:
                    if not self._waiting.postponed:
                        logger.error("the journal cannot be read just now (%s)", fault.strerror)
                    self._waiting.postpone(identifier)
        return found

    def done(self, entries: Sequence[Entry]) -> None:
        """These are kept elsewhere now."""
        self._leave(entries, damaged=0)

    def refused(self, entries: Sequence[Entry]) -> None:
        """These can be kept nowhere else: they stay in their file, which is set aside when the rest of it is done."""
        self._leave(entries, damaged=1)

    def find(self, tenant: str, identifier: str) -> Entry | None:
        """The entry of that id, if it waits and is of that tenant.

        Raises:
            OSError: it waits, and cannot be read just now; so it is with what follows.
        """
        with self._lock:
            found = self._read([identifier])
        return next((entry for entry in found if entry.tenant == tenant), None)

    def of_others(self) -> bool:
        """Whether answers may wait in files of other processes, which nobody else can read.

        Raises:
            OSError: nobody can tell.
        """
        return self._folder.of_others()

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
                    self._folder.remove(segment)
            self._waiting, self._current, self._folder.fault = Waiting(), None, "the journal is closed"

    def _kept(self, entry: Entry, fresh: dict[str, Entry]) -> Kept:
        """Whether the entry is new, or comes after another with its Idempotency-Key: one that waits, or is `fresh`."""
        first = self._waiting.keyed(entry)
        earlier: Entry | None = None
        if first is not None and first[1] != entry.request_digest:
            return Kept(conflict=True)
        if first is not None:
            try:
                earlier = next(iter(self._read([first[0]])), None)
            except OSError:
                return Kept(unread=True)
        if earlier is None and (own := key_of(entry)) is not None:
            earlier = next((each for each in fresh.values() if key_of(each) == own), None)
        if earlier is None:
            fresh[entry.id] = entry
            return Kept()
        if earlier.request_digest != entry.request_digest:
            return Kept(conflict=True)
        return Kept(replay=earlier)

    def _read(self, ids: Sequence[str]) -> list[Entry]:
        """The entries of these ids that wait; one that its disk will not give back any more is left in its file."""
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

    def _begin(self) -> Segment:
        """The file to append to, which nobody removes before `_end`."""
        with self._lock:
            segment = self._current
            if segment is not None and not segment.sealed and segment.size < self._segment_bytes:
                segment.busy = True
                return segment
        created = self._folder.create()
        created.busy = True
        with self._lock:
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
        self._folder.remove(segment)
