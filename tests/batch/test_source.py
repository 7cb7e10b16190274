"""Files as chunks: the same rows in the same chunks, wherever it is begun and however the file is cut itself."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from batch.resizing import resized
from batch.source import sources
from tests.batch.examinations import write

AGE = "patient.age_years"


def ages(count: int) -> pa.Table:
    return pa.table({AGE: pa.array(range(count), pa.int64())})


@pytest.mark.parametrize("groups", [1, 3, 7, 1_000])
@pytest.mark.parametrize("size", [1, 4, 7, 100])
def test_every_row_is_in_one_chunk_wherever_it_is_begun(tmp_path: Path, groups: int, size: int) -> None:
    (file,) = sources(write(tmp_path / "exams.parquet", ages(23), rows=groups))
    whole = {
        chunk.place.number: (chunk.place.first_row, chunk.rows.column(0).to_pylist()) for chunk in file.chunks(size, ())
    }
    assert [age for _, some in whole.values() for age in some] == list(range(23))
    assert [first for first, _ in whole.values()] == list(range(1, 24, size))
    for done in ({0}, {0, 1, 2}, {1, 3}, set(range(len(whole))), set(range(len(whole) - 1))):
        rest = {chunk.place.number: chunk.rows.column(0).to_pylist() for chunk in file.chunks(size, done)}
        assert rest == {number: some for number, (_, some) in whole.items() if number not in done}


@pytest.mark.parametrize("end", [b"", b"\n", b"\n\n"])
@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_lines_too(tmp_path: Path, size: int, end: bytes) -> None:
    path = tmp_path / "exams.jsonl"
    path.write_bytes(b"a\n\nb\r\n \nc" + end)
    (file,) = sources(path)
    expected = [b"a", None, b"b\r", None, b"c", *([None] if end == b"\n\n" else [])]
    assert file.rows == len(expected)
    for begin in range(file.count(size)):
        found = [line for chunk in file.chunks(size, range(begin)) for line in chunk.rows.column(0).to_pylist()]
        assert found == expected[begin * size :]


def test_words_that_another_tool_wrote_as_codes_are_read(tmp_path: Path) -> None:
    """Row groups of one file may have other codes for the same words."""
    path = tmp_path / "exams.parquet"
    first, second = (pa.table({AGE: [40, 41], "patient.sex": pa.array(words).dictionary_encode()}) for words in WORDS)
    with pq.ParquetWriter(path, first.schema) as writer:
        writer.write_table(first)
        writer.write_table(second)
    (file,) = sources(path)
    (chunk,) = file.chunks(10, ())
    assert chunk.rows.column("patient.sex").to_pylist() == [*WORDS[0], *WORDS[1]]


WORDS = (["male", "female"], ["female", "other"])


def test_resized_keeps_every_row_in_order() -> None:
    batches = ages(50).to_batches(max_chunksize=7)
    for size in (1, 3, 7, 20, 60):
        for skip in (0, 1, 7, 20):
            made = list(resized(iter(batches), size, skip))
            assert [age for each in made for age in each.column(0).to_pylist()] == list(range(skip, 50))
            assert all(each.num_rows == size for each in made[:-1])
