"""What is exported is what `make train DATA=…` reads; the reader of the training says so itself."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from service.record.database import Database
from service.record.entry import Entry
from service.record.labelled import PAGE, Exported, NotExported, export
from service.record.retention import purge
from tests.record.commands import run
from tests.record.entries import NOON, a_content, a_feedback, an_entry, an_outcome
from tests.record.tampering import tamper
from training.site.table import read

EXAMPLE = (Path(__file__).parent.parent.parent / "service" / "examples" / "exam.json").read_text(encoding="utf-8")


def seen(person: str | None = None, age: float = 40, **changes: Any) -> Entry:
    """An assessment with an examination that the contract allows."""
    exam = json.loads(EXAMPLE)
    exam["patient"] = {**{key: value for key, value in exam["patient"].items() if key != "reference"}, "age_years": age}
    return an_entry(a_content(exam=json.dumps(exam), person=person), **changes)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_training_reads_it(database: Database, tmp_path: Path) -> None:
    first, again, nobody = seen(person="a" * 64, age=40), seen(person="a" * 64, age=41), seen(age=50)
    without = seen(age=60)
    database.append([first, again, nobody, without])
    database.append([an_outcome(first.id), an_outcome(again.id, '["L4","S1"]'), an_outcome(nobody.id, "[]")])
    out = tmp_path / "exams.jsonl"
    done = export(database, out, tenant=None, overwrite=False)
    assert done == Exported(exams=3, assessments=4, purged=0)
    table = read(out, datetime(2026, 11, 23, tzinfo=UTC), fewest=0)
    assert table.dataset.patients.tolist() == ["a" * 64, "a" * 64, nobody.id]
    expected = [[False, True, False], [True, False, True], [False, False, False]]
    assert np.array_equal(table.dataset.involved, expected)
    assert out.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir() if "exams" in each.name] == ["exams.jsonl"]


def test_the_latest_outcome_counts(database: Database, tmp_path: Path) -> None:
    one, two = seen(), seen(age=50)
    database.append([one, two])
    database.append([an_outcome(one.id, '["L4"]'), an_outcome(two.id), an_outcome(one.id, '["S1"]')])
    export(database, tmp_path / "exams.jsonl", tenant=None, overwrite=False)
    labels = [(line["patient"], line["roots"], line["confirmed_by"]) for line in lines(tmp_path / "exams.jsonl")]
    assert labels == [(two.id, ["L5"], "mri"), (one.id, ["S1"], "mri")]


def test_feedback_is_no_outcome(database: Database, tmp_path: Path) -> None:
    """What a clinician did with a card says nothing of the root."""
    one, two = seen(), seen(age=50)
    database.append([one, two, an_outcome(one.id), a_feedback(one.id), a_feedback(two.id)])
    assert [each.kind for each in database.outcomes("clinic", one.id)] == ["outcome"]
    done = export(database, tmp_path / "exams.jsonl", tenant=None, overwrite=False)
    assert done == Exported(exams=1, assessments=2, purged=0)
    assert [line["roots"] for line in lines(tmp_path / "exams.jsonl")] == [["L5"]]


def test_a_tenant_can_be_chosen(database: Database, tmp_path: Path) -> None:
    ours, theirs = seen(), seen(tenant="other")
    database.append([ours, theirs, an_outcome(ours.id), an_outcome(theirs.id, tenant="other")])
    # What another tenant states of it is no outcome of it, even if that one knows its id.
    database.append([an_outcome(ours.id, "[]", tenant="other")])
    done = export(database, tmp_path / "exams.jsonl", tenant="clinic", overwrite=False)
    assert done == Exported(exams=1, assessments=1, purged=0)
    [line] = lines(tmp_path / "exams.jsonl")
    assert (line["patient"], line["roots"]) == (ours.id, ["L5"])


def test_what_was_purged_is_counted_and_left_out(database: Database, tmp_path: Path) -> None:
    old, young = seen(at="2020-01-01T00:00:00.000000Z"), seen()
    database.append([old, young, an_outcome(old.id), an_outcome(young.id)])
    purge(database, before=NOON.replace(year=2025), now=NOON, id="p", caller="keeper")
    done = export(database, tmp_path / "exams.jsonl", tenant=None, overwrite=False)
    assert done == Exported(exams=1, assessments=2, purged=1)


def test_what_cannot_be_read_is_told_and_nothing_is_written(url: str, database: Database, tmp_path: Path) -> None:
    one = seen()
    database.append([one, an_outcome(one.id)])
    tamper(url, 'UPDATE contents SET answer = \'{"roots":["Mrs Secret\' WHERE seq = 2')
    done = run(url, "export-outcomes", "--out", str(tmp_path / "exams.jsonl"))
    assert (done.status, done.out) == (2, "")
    assert "The outcome of entry 2 cannot be read: verify the record." in done.err
    assert "Secret" not in done.err
    assert not [each for each in tmp_path.iterdir() if "exams" in each.name]


def test_many_are_written_packed_page_by_page(database: Database, tmp_path: Path) -> None:
    entries = [an_entry() for _ in range(PAGE + 10)]
    database.append(entries)
    database.append([an_outcome(each.id) for each in entries])
    out = tmp_path / "exams.jsonl.gz"
    assert export(database, out, tenant=None, overwrite=False).exams == PAGE + 10
    with gzip.open(out, "rt", encoding="utf-8") as file:
        assert [json.loads(line)["patient"] for line in file] == [each.id for each in entries]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_no_file_is_replaced_unasked(database: Database, tmp_path: Path) -> None:
    out = tmp_path / "exams.jsonl"
    out.write_text("kept")
    with pytest.raises(NotExported, match="--overwrite"):
        export(database, out, tenant=None, overwrite=False)
    assert out.read_text() == "kept"
    assert export(database, out, tenant=None, overwrite=True).exams == 0
    assert out.read_text() == ""


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ["exams.csv", "exams", "none/exams.jsonl"])
def test_what_cannot_be_written_is_told(database: Database, tmp_path: Path, name: str) -> None:
    with pytest.raises(NotExported):
        export(database, tmp_path / name, tenant=None, overwrite=False)


def test_the_command(url: str, database: Database, tmp_path: Path) -> None:
    one = seen()
    database.append([one, seen(), an_outcome(one.id)])
    out = tmp_path / "exams.jsonl"
    done = run(url, "export-outcomes", "--out", str(out))
    assert (done.status, done.out) == (0, f"1 labelled exams of 2 assessments are in {out}\n")
    again = run(url, "export-outcomes", "--out", str(out))
    assert again.status == 2
    assert "--overwrite" in again.err
