"""The folder of the journal: the files in it, whose they are, and which of them cannot be read.

A disk that hangs keeps whoever asks it waiting. So only the journal's own thread looks around in here, and it holds no
lock meanwhile.
"""

import logging
from collections.abc import Iterator
from pathlib import Path

from service.record.entry import Entry
from service.record.segment import SEGMENTS, SET_ASIDE, Segment

TRIAL_BYTES = 2**18
"""How much is written to find out whether there is room: some answers, since one byte more proves nothing."""

logger = logging.getLogger(__name__)

Line = tuple[int, int, Entry]
"""Offset, length and entry."""


class Folder:
    """The files of the journal at one place."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: set[str] = set()
        """Names of files that are ours, or that are done and could not be removed."""
        self._unreadable: set[str] = set()
        """Names of what cannot be read, and is tried again."""
        self._set_aside = 0
        self.fault: str | None = "the journal is not open"
        """Why nothing can be written, as far as the last attempt tells."""

    @property
    def damage(self) -> str | None:
        """What could not be read, and where it is kept for somebody to look at."""
        told = []
        if self._set_aside:
            told.append(f"the journal holds {self._set_aside} damaged file(s), kept as {SEGMENTS}{SET_ASIDE}")
        if self._unreadable:
            told.append(f"{len(self._unreadable)} file(s) of the journal cannot be read")
        return "; ".join(told) or None

    def make(self) -> None:
        """Make the folder where it is missing."""
        try:
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._set_aside = len(list(self._path.glob(SEGMENTS + SET_ASIDE)))
        except OSError as fault:
            self.failed(fault)

    def create(self) -> Segment:
        """A new file of ours.

        Raises:
            OSError: it cannot be made.
        """
        created = Segment.create(self._path)
        self._known.add(created.path.name)
        return created

    def left_behind(self) -> Iterator[tuple[Segment, list[Line]]]:
        """The files of processes that have ended, the oldest first, and what can be read of each; they are ours now."""
        try:
            paths = sorted(path for path in self._path.glob(SEGMENTS) if path.name not in self._known)
        except OSError:
            return  # whether anything can be written in there is told elsewhere
        self._unreadable &= {path.name for path in paths}
        for path in paths:
            try:
                found = _read(path)
            except Exception as fault:
                if path.name not in self._unreadable:
                    self._unreadable.add(path.name)
                    why = getattr(fault, "strerror", None) or type(fault).__name__
                    logger.error("a file of the journal cannot be read: %s (%s)", path.name, why)
                continue
            self._unreadable.discard(path.name)
            if found is not None:
                self._known.add(path.name)
                yield found

    def of_others(self) -> bool:
        """Whether there are files that are not ours: answers wait in them that only another process can read.

        Raises:
            OSError: nobody can tell.
        """
        return any(path.name not in self._known for path in self._path.glob(SEGMENTS))

    def probe(self) -> None:
        """Find out whether it can be written."""
        try:
            trial = Segment.create(self._path)
            try:
                trial.append([b" " * (TRIAL_BYTES - 1) + b"\n"])
            finally:
                trial.remove()
        except OSError as fault:
            self.failed(fault)
        else:
            self.fault = None

    def failed(self, fault: OSError) -> None:
        """Something could not be written."""
        why = f"the journal cannot be written ({fault.strerror or type(fault).__name__})"
        if why != self.fault:
            logger.error("%s", why)
        self.fault = why

    def remove(self, segment: Segment) -> None:
        """End a file of which nothing waits any more; one that is damaged is kept under another name."""
        self._set_aside += bool(segment.damaged)
        try:
            segment.remove()
        except OSError as fault:
            # It is replayed once more after the next start; by then its entries are known, and nothing is doubled.
            logger.error("a file of the journal cannot be removed: %s (%s)", segment.path.name, fault.strerror)
        else:
            self._known.discard(segment.path.name)


def _read(path: Path) -> tuple[Segment, list[Line]] | None:
    """The file with what it holds; None where a process has it, or where it is gone."""
    segment = Segment.adopt(path)
    if segment is None:
        return None
    try:
        lines = list(segment.lines())
    except BaseException:
        segment.close()
        raise
    if segment.damaged:
        logger.error("%d line(s) of the journal cannot be read: %s", segment.damaged, path.name)
    return segment, lines
