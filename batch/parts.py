"""The answers of a run as they come, a part for each chunk, so that a stop at any moment loses and repeats nothing.

A part is written under another name, synced to disk, and renamed: it is there as a whole or not at all. Where a chunk
has refused rows, those are written first; the file of the answers is what says that the chunk is done.
"""

import fcntl
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

import pyarrow as pa

from batch.errors import Unusable
from batch.manifest import MANIFEST, TALLY, Manifest, Tally
from batch.rowwise import Decided, Refused
from batch.source import Place
from service.problems import Fault

FOLDER_SUFFIX: Final = ".parts"
AGAIN: Final = "OVERWRITE=1 begins anew."

_MANIFEST, _LOCK = "manifest.json", "lock"
_OURS: Final = re.compile(r"lock|\.?(manifest\.json|\d{5}(-\d{8})?\.[a-z.]+)(\.new)?")
"""The names of what a run writes, and of what is left of it where it was killed."""


class Parts:
    """The folder of the parts of one run, locked for as long as the process lives.

    Raises, when made:
        Unusable: another process works on it, or it is the folder of something else.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / _MANIFEST).exists() and (
            strange := [each.name for each in folder.iterdir() if _is_other(each)]
        ):
            raise Unusable(f"{folder} holds {strange[0]}, which no batch wrote. Move it away, or name another OUT.")
        self._lock = (folder / _LOCK).open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise Unusable(f"Another process works on {folder}. Wait for it, or end it.") from None

    @staticmethod
    def begun(folder: Path) -> bool:
        """Whether a run was begun there, and is not over."""
        return (folder / _MANIFEST).exists()

    def begin(self, wanted: Manifest, *, overwrite: bool) -> Manifest:
        """Go on with the run that is there, or begin the one that is wanted; what it was begun with.

        Raises:
            Unusable: the run that is there was begun with something else.
        """
        path = self.folder / _MANIFEST
        if path.exists() and not overwrite:
            begun: Manifest = MANIFEST.validate_json(path.read_bytes())
            if changed := begun.changed(wanted):
                raise Unusable(
                    f"The run in {self.folder} was begun with something else: {', '.join(changed)} changed since. Put "
                    f"it back to go on; {AGAIN}"
                )
            return begun
        # The manifest goes first: without it nothing of what is left counts.
        path.unlink(missing_ok=True)
        for each in self.folder.iterdir():
            if each.name != _LOCK:
                each.unlink()
        written(path, lambda file: file.write(MANIFEST.dump_json(wanted, indent=2)))
        return wanted

    def done(self, file: int) -> frozenset[int]:
        """The numbers of the chunks of a file that are there."""
        return frozenset(int(each.name.split(".")[0].split("-")[1]) for each in self.folder.glob(f"{file:05}-*.arrow"))

    def keep(self, place: Place, decided: Decided) -> None:
        """Write what came of a chunk."""
        stem = self.folder / f"{place.file:05}-{place.number:08}"
        if decided.refused:
            told = [[each.row, [[fault.pointer, fault.detail] for fault in each.errors]] for each in decided.refused]
            written(stem.with_suffix(".refused.json"), lambda to: to.write(json.dumps(told).encode()))
        written(stem.with_suffix(".arrow"), lambda to: _write(to, decided.answers))

    def of(self, file: int) -> Iterator[Decided]:
        """What came of the chunks of a file, in order."""
        for number in sorted(self.done(file)):
            stem = self.folder / f"{file:05}-{number:08}"
            with pa.ipc.open_stream(stem.with_suffix(".arrow").read_bytes()) as stream:
                answers = stream.read_next_batch()
            refused = stem.with_suffix(".refused.json")
            yield Decided(answers=answers, refused=_refused(refused) if refused.exists() else ())

    def tally(self, file: int) -> Tally | None:
        """What came of a file whose answers are where they belong; None where they are not yet."""
        path = self.folder / f"{file:05}.tally.json"
        return TALLY.validate_json(path.read_bytes()) if path.exists() else None

    def finish(self, file: int, tally: Tally) -> None:
        """Note that the answers of a file are where they belong, and remove its parts."""
        written(self.folder / f"{file:05}.tally.json", lambda to: to.write(TALLY.dump_json(tally)))
        for each in self.folder.glob(f"{file:05}-*"):
            each.unlink()

    def remove(self) -> None:
        """Remove the folder: the run is over. Without its manifest, whatever else is left counts for nothing."""
        (self.folder / _MANIFEST).unlink()
        shutil.rmtree(self.folder)
        self.close()

    def close(self) -> None:
        """Let another process work on it."""
        self._lock.close()


def written(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Put a file in its place as a whole: whatever happens, `path` is what it was before, or all that was written."""
    with replacing(path) as file:
        write(file)


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file to write, which takes the place of `path` when it is there as a whole, synced to disk."""
    new = path.with_name(f".{path.name}.new")
    try:
        with new.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        new.unlink()
        raise
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _write(file: IO[bytes], answers: pa.RecordBatch) -> None:
    with pa.ipc.new_stream(file, answers.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as stream:
        stream.write_batch(answers)


def _refused(path: Path) -> tuple[Refused, ...]:
    told: list[Any] = json.loads(path.read_bytes())
    return tuple(
        Refused(row=row, errors=tuple(Fault(pointer=pointer, detail=detail) for pointer, detail in errors))
        for row, errors in told
    )


def _is_other(path: Path) -> bool:
    """Whether it is nothing that a run writes."""
    return _OURS.fullmatch(path.name) is None
