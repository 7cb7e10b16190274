"""Batches of rows cut and joined to one size."""

from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa


def resized(batches: Iterable[pa.RecordBatch], size: int, skip: int = 0) -> Iterator[pa.RecordBatch]:
    """The rows after the first `skip` in batches of `size`, the last of what is left, whatever sizes they come in."""
    waiting: list[pa.RecordBatch] = []
    held = 0
    for batch in batches:
        if skip >= batch.num_rows:
            skip -= batch.num_rows
            continue
        waiting.append(batch.slice(skip))
        held, skip = held + batch.num_rows - skip, 0
        while held >= size:
            together = _one(waiting)
            yield together.slice(0, size)
            held -= size
            waiting = [together.slice(size)] if held else []  # an empty one would have the next be copied
    if held:
        yield _one(waiting)


def _one(batches: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
    """One batch of all rows; a column of codes may have other codes in each."""
    if len(batches) == 1:
        return batches[0]
    (together,) = pa.Table.from_batches(batches).unify_dictionaries().combine_chunks().to_batches()
    return together
