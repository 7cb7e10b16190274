"""How far a run is: a bar on a terminal, elsewhere a line every few seconds; with the rate and the time left."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, TextIO

from tqdm import tqdm

SECONDS: Final = 5.0
"""Between two lines where nobody watches a bar."""

Advance = Callable[[int], object]
"""Called with the rows that are done since the last time."""


@contextmanager
def shown(total: int, before: int, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> Iterator[Advance]:
    """What to call as rows are done; `before` were done by a run that was stopped, and count for no rate."""
    if not stream.isatty():
        yield _Told(total=total, before=before, stream=stream, clock=clock)
        return
    with tqdm(total=total, initial=before, unit=" rows", unit_scale=True, file=stream, dynamic_ncols=True) as bar:
        yield bar.update


@dataclass(kw_only=True)
class _Told:
    total: int
    before: int
    stream: TextIO
    clock: Callable[[], float]
    done: int = 0
    begun: float = field(init=False)
    last: float = field(init=False)

    def __post_init__(self) -> None:
        self.begun = self.last = self.clock()

    def __call__(self, rows: int) -> None:
        self.done += rows
        now = self.clock()
        if now - self.last < SECONDS:
            return
        self.last = now
        rate = self.done / (now - self.begun)
        left = self.total - self.before - self.done
        time_left = tqdm.format_interval(left / rate) if rate else "unknown"
        self.stream.write(
            f"{self.before + self.done:,} of {self.total:,} rows, {rate:,.0f} a second, {time_left} left\n"
        )
        self.stream.flush()
