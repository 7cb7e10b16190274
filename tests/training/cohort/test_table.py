"""The cohort column by column says what it says exam by exam, and it is written without being held whole."""

import csv
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from training.cohort.__main__ import main
from training.cohort.draw import Cohort, draw, draw_blocks
from training.cohort.findings import COLUMNS, NOT_STATED, POSITIVE, UNGRADED, WHERE
from training.cohort.records import SUFFIXES, Json, records, write_blocks
from training.cohort.table import schema, table
from training.cohort.world import World, draw_worlds
from training.site.columns import dotted, to_cell

SEED = 7
BLOCK_OF_TEST = 50


@pytest.fixture(scope="module")
def few(world: World) -> Cohort:
    return draw([world], 300, SEED)


@pytest.fixture(scope="module")
def bare(few: Cohort) -> Cohort:
    """Examinations that state nothing but an age: whole columns are null."""
    codes = few.codes[:20].copy()
    codes[:, np.arange(len(COLUMNS)) != COLUMNS.index("age_years")] = NOT_STATED
    return Cohort(**{**vars(few.where(np.arange(20))), "codes": codes})


def flat(entry: Json) -> Json:
    """A record as one row of a table, grades as text."""
    row = dotted(entry["exam"]) | {name: stated for name, stated in entry.items() if name != "exam"}
    return {name: to_cell(stated) if ".strength." in name else stated for name, stated in row.items()}


@pytest.mark.parametrize("name", ["few", "bare"])
def test_a_table_says_what_the_records_say(name: str, request: pytest.FixtureRequest) -> None:
    cohort: Cohort = request.getfixturevalue(name)
    made = table(cohort, SEED)
    assert made.schema.equals(schema())
    stated = [{name: value for name, value in row.items() if value is not None} for row in made.to_pylist()]
    assert stated == [flat(entry) for entry in records(cohort, SEED)]


def test_codes_that_are_written_in_words_occur(few: Cohort) -> None:
    assert (few.codes[:, WHERE["strength"]] == UNGRADED).any()
    assert (few.codes[:, WHERE["slr"]] == POSITIVE).any()
    for kind in ("pain", "paresthesia"):
        asked = few.codes[:, WHERE[kind]]
        assert (asked[:, 0] == NOT_STATED).any()
        assert (asked == 0).all(axis=1).any()


def test_cells_say_what_the_records_say(few: Cohort, tmp_path: Path) -> None:
    path = tmp_path / "cohort.csv"
    write_blocks([few], path, SEED)
    with path.open(encoding="utf-8", newline="") as file:
        cells = [{name: cell for name, cell in row.items() if cell} for row in csv.DictReader(file)]
    expected = [{name: to_cell(stated) for name, stated in flat(entry).items()} for entry in records(few, SEED)]
    assert cells == expected


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_blocks_are_let_go_as_they_are_written(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    monkeypatch.setattr("training.cohort.draw.BLOCK", BLOCK_OF_TEST)
    drawn: list[weakref.ref[Cohort]] = []
    held: list[int] = []

    def watched() -> Iterator[Cohort]:
        for block in draw_blocks([world], 6 * BLOCK_OF_TEST, SEED):
            drawn.append(weakref.ref(block))
            yield block
            held.append(sum(each() is not None for each in drawn))

    write_blocks(watched(), tmp_path / f"cohort{suffix}", SEED)
    assert len(held) == 6
    # The one before is still in the hands of the loop that wrote it, until it takes the next.
    assert max(held) <= 2


def test_row_groups_are_neither_tiny_nor_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.cohort.records.CHUNK", 100)
    path = tmp_path / "cohort.parquet"
    blocks = list(draw_blocks(draw_worlds(9, 1), 400, SEED))
    write_blocks(blocks, path, SEED)
    file = pq.ParquetFile(path)
    *sizes, _ = (file.metadata.row_group(number).num_rows for number in range(file.num_row_groups))
    assert len(sizes) >= 2
    assert all(100 <= size < 100 + max(map(len, blocks)) for size in sizes)
    assert file.metadata.num_rows == sum(map(len, blocks))


def test_the_command_tells_how_far_it_is_and_how_fast(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("training.cohort.draw.BLOCK", BLOCK_OF_TEST)
    path = tmp_path / "cohort.parquet"
    monkeypatch.setattr(sys, "argv", ["cohort", "--patients", "120", "--out", str(path)])
    assert main() == 0
    *steps, last = capsys.readouterr().err.strip().split("\r")
    assert [step.partition(",")[0] for step in steps if step] == [f"{done} of 120 patients" for done in (50, 100, 120)]
    assert all("exams a second" in step for step in (*steps[1:], last))
    assert last.startswith(f"{pq.read_metadata(path).num_rows} exams of 120 patients in {path}")
