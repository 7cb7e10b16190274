"""One file of the journal: an entry a line, on disk before it counts.

A line is JSON: the entry, and a SHA-256 of it, so that what a failing disk made of it is not taken for an answer. The
process that writes a file holds a lock on it (flock); the lock ends with the process, however it ends, and what it left
is then free for another to take over.
"""

import errno
import fcntl
import hashlib
import json
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import uuid6

from service.record.entry import Content, Entry, Kind

SEGMENTS = "deferred-*.jsonl"
"""How the files are called; the star is a time-ordered UUID, so that they sort by age."""
SET_ASIDE = ".damaged"
"""What is put behind the name of a file that cannot be read in whole."""


def encoded(entry: Entry) -> bytes:
    """The line for an entry. Plain ASCII, so half a character of UTF-16 comes back as it was."""
    fields: dict[str, Any] = {name: value for name, value in vars(entry).items() if value is not None}
    if entry.content is not None:
        fields["content"] = vars(entry.content)
    text = _canonical(fields)
    return f'{{"entry":{text},"sha256":"{_digest(text)}"}}\n'.encode("ascii")


def decoded(line: bytes) -> Entry:
    """The entry of a line.

    Raises:
        ValueError: it is not the line that was written. The message holds nothing of it.
    """
    try:
        read = json.loads(line)
        fields = read["entry"]
        if read["sha256"] != _digest(_canonical(fields)):
            raise ValueError("not what was written")
        content = fields.pop("content", None)
        return Entry(
            **{**fields, "kind": Kind(fields["kind"])}, content=None if content is None else Content(**content)
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ValueError("a line of the journal cannot be read") from None


def _canonical(fields: Any) -> str:
    return json.dumps(fields, ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("ascii")).hexdigest()


class Segment:
    """One file of the journal, held by this process."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self.waiting = 0
        """Entries in it that are not in the database yet."""
        self.busy = False
        """Whether an append is under way."""
        self.sealed = False
        """Whether nothing more may be appended: it was taken over, or its disk failed in the middle."""
        self.damaged = 0
        """Lines that cannot be read."""
        self.size = 0
        """Bytes that count; what is behind them was never acknowledged."""
        self._descriptor = descriptor

    @classmethod
    def create(cls, folder: Path) -> Self:
        """A new, empty one.

        Raises:
            OSError: the folder cannot be written.
        """
        while True:
            path = folder / SEGMENTS.replace("*", str(uuid6.uuid7()))
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                if _held(descriptor):
                    _sync_folder(folder)  # the name of the file has to outlive a power cut as well
                    return cls(path, descriptor)
            except BaseException:
                try:
                    path.unlink(missing_ok=True)
                finally:
                    os.close(descriptor)
                raise
            os.close(descriptor)  # another process took it for one that was left behind, and removes it

    @classmethod
    def adopt(cls, path: Path) -> Self | None:
        """One that a process left behind; None where a process still holds it, or where it is gone.

        Raises:
            OSError: it cannot be read.
        """
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # to open a pipe would wait for who writes to it
        except FileNotFoundError:
            return None
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OSError(errno.EINVAL, "Not a file")
            held = _held(descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        if not held:
            os.close(descriptor)
            return None
        segment = cls(path, descriptor)
        segment.sealed = True
        return segment

    def lines(self) -> Iterator[tuple[int, int, Entry]]:
        """Offset, length and entry of each line that can be read; the others are counted as `damaged`.

        A last line without an end was torn when the process ended. It was never acknowledged, and is left out.

        Raises:
            OSError: the disk does not answer, perhaps only now.
        """
        with open(self._descriptor, "rb", closefd=False) as file:
            file.seek(0)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                offset, self.size = self.size, self.size + len(line)
                if line.isspace():
                    continue
                try:
                    entry = decoded(line)
                except ValueError:
                    self.damaged += 1
                else:
                    yield offset, len(line), entry

    def append(self, lines: Sequence[bytes]) -> list[int]:
        """Write lines to disk, and say where each begins. All of them are kept, or none.

        Raises:
            OSError: they could not be written.
        """
        rest, at = memoryview(b"".join(lines)), self.size
        try:
            while rest:
                written = os.pwrite(self._descriptor, rest, at)
                rest, at = rest[written:], at + written
        except OSError:
            self._cut()
            raise
        try:
            os.fsync(self._descriptor)
        except OSError:
            # After a failed sync the system may hold pages for written that are not: nothing may follow them.
            self._cut()
            self.sealed = True
            raise
        offsets = []
        for line in lines:
            offsets.append(self.size)
            self.size += len(line)
        return offsets

    def read(self, offset: int, length: int) -> Entry:
        """The entry at a place.

        Raises:
            ValueError: the disk does not give back what was written, and never will.
            OSError: the disk does not answer, perhaps only now.
        """
        return decoded(os.pread(self._descriptor, length, offset))

    def remove(self) -> None:
        """End it: the file goes, unless lines in it cannot be read, and the lock with it.

        Raises:
            OSError: it is still there, under its old name.
        """
        try:
            if self.damaged:
                self.path.rename(self.path.with_name(self.path.name + SET_ASIDE))
            else:
                self.path.unlink(missing_ok=True)
        finally:
            self.close()

    def close(self) -> None:
        """Let go of it, for this process or another to take it over later."""
        os.close(self._descriptor)

    def _cut(self) -> None:
        try:
            os.ftruncate(self._descriptor, self.size)
        except OSError:
            self.sealed = True


def _held(descriptor: int) -> bool:
    """Whether the lock is ours now, and the file still has a name."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return os.fstat(descriptor).st_nlink > 0


def _sync_folder(folder: Path) -> None:
    held = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)
