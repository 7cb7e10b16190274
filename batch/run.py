"""One run: files to chunks, chunks to answers, answers to files; stopped at any moment, it goes on where it was."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, TextIO

from batch.deciding import Terms, decider
from batch.errors import Failed, Unusable
from batch.manifest import Input, Manifest, Tally
from batch.output import Scope
from batch.parts import AGAIN, FOLDER_SUFFIX, Parts
from batch.progress import shown
from batch.rowwise import Decided
from batch.sink import join, placed
from batch.source import Chunk, Lines, Place, Source, sources
from batch.summary import Summary, keep
from service.settings import Settings

CHUNK_ROWS: Final = 32_768
CHUNK_LINES: Final = 8_192
CHUNK_ONE_BY_ONE: Final = 1_024
"""Rows that are decided at a time, and again if the run is stopped meanwhile: of a table, lines, which may be long, and
rows that are decided one by one."""

ROWS_A_PROCESS: Final = 500_000
ROWS_ONE_BY_ONE: Final = 2_500
"""Rows for which a further process pays: each takes some seconds to start, and to learn what the others know."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the command line says."""

    given: Path
    out: Path
    at: datetime
    """When examinations without a time were done, unless the run was begun before."""
    scope: Scope = Scope.ALL
    overwrite: bool = False
    chunk_rows: int | None = None
    """Rows of a chunk; None for what suits."""
    scheduler: str | None = None
    """The address of a Dask scheduler; without it the run stays on this machine."""
    one_by_one: bool = False
    """Whether each row is decided by itself."""
    workers: int | None = 1
    """Processes on this machine, where there is no `scheduler`; None for as many as there are cores and it pays."""

    @property
    def parts(self) -> Path:
        """Where the parts of the run are."""
        return self.out.with_name(self.out.name + FOLDER_SUFFIX)


def run(asked: Asked, settings: Settings, told: TextIO) -> Summary:
    """Decide every row that is not decided yet, put the answers in their place, and say what came of it.

    Raises:
        Unusable: it cannot be done as it was asked for; nothing was written.
        Failed: something broke on the way; what is done is kept.
        ModelFault: the model that the settings name cannot be used.
    """
    begun = time.monotonic()
    files = sources(asked.given)
    places = placed(asked.out, asked.given, files)
    terms = Terms.here(settings, asked.at, asked.scope, one_by_one=asked.one_by_one)
    suits = CHUNK_LINES if any(isinstance(file, Lines) for file in files) else CHUNK_ROWS
    size = asked.chunk_rows or (CHUNK_ONE_BY_ONE if asked.one_by_one else suits)
    wanted = Manifest(inputs=tuple(map(Input.of, files)), terms=terms, chunk_rows=size)
    with closing(_opened(asked)) as parts:
        work = _Work(parts, parts.begin(wanted, overwrite=asked.overwrite), files, places)
        left = work.left
        pays = 1 + left // (ROWS_ONE_BY_ONE if asked.one_by_one else ROWS_A_PROCESS)
        processes = min(work.chunks_left, asked.workers or min(pays, _cores()))
        with shown(sum(file.rows for file in files), sum(file.rows for file in files) - left, told) as advance:
            for place, decided in _decided(work, asked.scheduler, processes):
                work.keep(place, decided)
                advance(place.count)
        summary = Summary(
            manifest=work.manifest,
            places=places,
            tallies=tuple(parts.tally(file.file) or Tally() for file in files),
            passed_over=tuple(dict.fromkeys(name for file in files for name in file.passed_over)),
            rows_now=left,
            seconds=time.monotonic() - begun,
        )
        keep(summary, asked.out)
        parts.remove()
    return summary


class _Work:
    """What is left of a run. Files that are done as a whole are put in their place at once.

    Raises, when made:
        Failed: a file changed.
    """

    def __init__(self, parts: Parts, manifest: Manifest, files: tuple[Source, ...], places: tuple[Path, ...]) -> None:
        self.parts, self.manifest, self._places = parts, manifest, places
        self._files: Mapping[int, Source] = {each.file: each for each in files if parts.tally(each.file) is None}
        self._done = {number: set(parts.done(number)) for number in self._files}
        for number in self._files:
            self._finish(number)

    @property
    def left(self) -> int:
        """Rows that are not decided yet."""
        size = self.manifest.chunk_rows
        return sum(
            min(size, file.rows - chunk * size)
            for number, file in self._files.items()
            for chunk in range(file.count(size))
            if chunk not in self._done[number]
        )

    @property
    def chunks_left(self) -> int:
        """Chunks that are not decided yet."""
        size = self.manifest.chunk_rows
        return sum(file.count(size) - len(self._done[number]) for number, file in self._files.items())

    def chunks(self) -> Iterator[Chunk]:
        """These chunks."""
        for number, file in self._files.items():
            yield from file.chunks(self.manifest.chunk_rows, frozenset(self._done[number]))

    def keep(self, place: Place, decided: Decided) -> None:
        """Keep what came of a chunk; with the last one of a file its answers are put in their place."""
        self.parts.keep(place, decided)
        self._done[place.file].add(place.number)
        self._finish(place.file)

    def _finish(self, number: int) -> None:
        source = self._files[number]
        if len(self._done[number]) < source.count(self.manifest.chunk_rows):
            return
        if Input.of(source) != self.manifest.inputs[number]:
            raise Failed(f"{source.path} changed while it was read. {AGAIN}")
        self.parts.finish(number, join(self.parts, source, self._places[number], self.manifest))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _opened(asked: Asked) -> Parts:
    if _is_there(asked.out) and not asked.overwrite and not Parts.begun(asked.parts):
        raise Unusable(f"{asked.out} is there already. {AGAIN}")
    return Parts(asked.parts)


def _is_there(out: Path) -> bool:
    return any(out.iterdir()) if out.is_dir() else out.exists()


def _decided(work: _Work, scheduler: str | None, processes: int) -> Iterator[tuple[Place, Decided]]:
    """Every chunk that is left, decided by this process, by several, or by the cluster of a scheduler."""
    if scheduler is None and processes <= 1:
        decide = decider(work.manifest.terms)
        for chunk in work.chunks():
            yield chunk.place, decide(chunk.rows, chunk.place.first_row)
        return
    # It takes half a second to import, and one process does without.
    from batch.distributed import cluster, decided_by

    if work.chunks_left:
        with cluster(scheduler, processes) as client:
            yield from decided_by(client, work.manifest.terms, work.chunks())
