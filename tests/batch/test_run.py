"""One run from files to files: what is written where, what is told, and with which exit status."""

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from batch.deciding import decider
from batch.errors import Failed, Unusable
from batch.output import OUTPUT
from batch.run import Asked, run
from service.sequence import assess
from service.settings import Settings
from service.version import SOFTWARE_VERSION
from tests.batch.examinations import as_lines, as_table, cohort, read, write
from tests.batch.running import AT, batch, left_beside
from tests.builders import NOON, Body, a_body

EMERGENCY: dict[str, Any] = {"red_flags": {"urinary_retention": True}}
CHILD = a_body(12)


def some(count: int) -> list[Body]:
    """So many adults, every third an emergency, each under a reference of its own."""
    return [
        a_body(30, patient={"reference": f"p{number}"}, **(EMERGENCY if number % 3 == 0 else {}))
        for number in range(count)
    ]


def summary_of(path: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(path.read_bytes())
    return told


def test_all_answered(tmp_path: Path) -> None:
    given, out = write(tmp_path / "exams.jsonl", as_lines(some(7))), tmp_path / "answers.parquet"
    done = batch(given, out, "--chunk-rows", "3")
    assert (done.returncode, done.stderr) == (0, "")
    told = done.stdout.splitlines()
    assert told[0] == "7 rows: 7 answered, 0 refused"
    assert told[1] == "urgency: emergency 3, routine 4"
    assert told[-1] == f"answers: {out}"
    found = pq.read_table(out)
    assert found.schema.remove_metadata() == OUTPUT
    assert found["row"].to_pylist() == [1, 2, 3, 4, 5, 6, 7]
    assert found["reference"].to_pylist() == [f"p{number}" for number in range(7)]
    assert found["urgency"].to_pylist() == ["emergency", "routine", "routine"] * 2 + ["emergency"]
    made = {name.decode(): value.decode() for name, value in found.schema.metadata.items() if b"nerveroot" in name}
    summary = summary_of(tmp_path / "answers.summary.json")
    assert made["nerveroot.software_version"] == summary["software_version"] == SOFTWARE_VERSION
    assert made["nerveroot.model_sha256"] == summary["model_sha256"]
    assert made["nerveroot.at"] == summary["at"] == AT
    assert summary["by_urgency"] == {"emergency": 3, "routine": 4}
    assert {*left_beside(out)} == {"answers.parquet", "answers.summary.json", "exams.jsonl"}


def test_some_refused(tmp_path: Path) -> None:
    lines = [*as_lines([*some(1), CHILD]), b"", b'{"patient": {"age_years": "Mrs Miller"', *as_lines(some(1))]
    given, out = write(tmp_path / "exams.jsonl", lines), tmp_path / "answers.jsonl"
    done = batch(given, out)
    assert (done.returncode, done.stderr) == (3, "")
    assert done.stdout.splitlines()[0] == "5 rows: 2 answered, 2 refused, 1 blank lines"
    assert f"refused rows with their faults: {tmp_path / 'answers.refused.jsonl'}" in done.stdout
    assert [row["row"] for row in read(out)] == [1, 5]
    assert [*read(out)[0]] == OUTPUT.names
    child, cut = read(tmp_path / "answers.refused.jsonl")
    assert (child["file"], child["row"], [each["pointer"] for each in child["errors"]]) == (
        "exams.jsonl",
        2,
        ["/patient/age_years"],
    )
    assert child["errors"][0]["detail"].startswith("must be 18 or over: ")
    assert (cut["row"], cut["errors"][0]["pointer"]) == (4, "")
    assert b"Miller" not in (tmp_path / "answers.refused.jsonl").read_bytes()


def test_a_folder_is_answered_into_a_folder(tmp_path: Path) -> None:
    given, out = tmp_path / "exams", tmp_path / "answers"
    given.mkdir()
    write(given / "b.parquet", as_table(some(5)))
    write(given / "a.parquet", as_table([CHILD]))
    write(given / "c.parquet", as_table(some(2)).slice(0, 0))
    done = batch(given, out, "--chunk-rows", "2")
    assert done.returncode == 3, done.stderr
    assert sorted(each.name for each in out.iterdir()) == [
        *("a.parquet", "a.refused.jsonl", "b.parquet", "c.parquet", "run.summary.json")
    ]
    assert [len(read(out / name)) for name in ("a.parquet", "b.parquet", "c.parquet")] == [0, 5, 0]
    assert [each["rows"] for each in summary_of(out / "run.summary.json")["files"]] == [1, 5, 0]
    assert batch(given, out).returncode == 2
    # Begun anew, what is no longer refused is no longer told.
    write(given / "a.parquet", as_table(some(1)))
    assert batch(given, out, "--overwrite").returncode == 0
    assert not (out / "a.refused.jsonl").exists()


def test_what_training_writes_beside_the_examinations_is_passed_over(tmp_path: Path) -> None:
    given = write(tmp_path / "exams.parquet", cohort(20))
    done = batch(given, tmp_path / "answers.jsonl")
    assert done.returncode == 0, done.stderr
    beside = "roots, imaging_roots, patient, lesion, setting, duration_days"
    assert f"not read, because they are no part of an examination: {beside}" in done.stdout


def test_answers_that_are_there_are_kept_unless_told_otherwise(tmp_path: Path) -> None:
    given, out = write(tmp_path / "exams.jsonl", as_lines(some(1))), tmp_path / "answers.jsonl"
    out.write_text("mine")
    refused = batch(given, out)
    assert (refused.returncode, out.read_text()) == (2, "mine")
    assert f"{out} is there already. OVERWRITE=1 begins anew." in refused.stderr
    assert {*left_beside(out)} == {"answers.jsonl", "exams.jsonl"}
    assert batch(given, out, "--overwrite").returncode == 0
    assert len(read(out)) == 1


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    given, out = write(tmp_path / "exams.jsonl", as_lines(some(1))), tmp_path / "answers.jsonl"
    letters = tmp_path / "answers.jsonl.parts"
    letters.mkdir()
    (letters / "letter.txt").write_text("mine")
    refused = batch(given, out, "--overwrite")
    assert refused.returncode == 2
    assert "holds letter.txt, which no batch wrote" in refused.stderr
    assert (letters / "letter.txt").read_text() == "mine"


def columns(**stated: Any) -> pa.Table:
    return pa.table({name.replace("__", "."): [value] for name, value in stated.items()})


def _folder(path: Path, **files: bytes) -> Path:
    path.mkdir()
    for name, content in files.items():
        (path / name.replace("_", ".")).write_bytes(content)
    return path


WRONG: dict[str, tuple[Callable[[Path], Path], str, str]] = {
    "nothing there": (lambda at: at / "exams.parquet", "answers.parquet", "exams.parquet is not there."),
    "another kind": (
        lambda at: write(at / "exams.csv", [b"a"]),
        "answers.parquet",
        "end the name in .parquet or .jsonl, not '.csv'",
    ),
    "no Parquet": (lambda at: write(at / "exams.parquet", [b"a"]), "answers.parquet", "exams.parquet cannot be read:"),
    "no examination": (
        lambda at: write(at / "exams.parquet", columns(roots="L5", patient="a")),
        "answers.parquet",
        "has no column of an examination: every examination needs patient.age_years",
    ),
    "no age": (
        lambda at: write(at / "exams.parquet", columns(patient__sex="male")),
        "answers.parquet",
        "has no column patient.age_years: every examination needs",
    ),
    "a column nobody knows": (
        lambda at: write(at / "exams.parquet", columns(patient__age_years=40, examination__clonos=True)),
        "answers.parquet",
        "the column 'examination.clonos' is no column of the format. Did you mean examination.clonus?",
    ),
    "an empty folder": (lambda at: _folder(at / "exams"), "answers", "holds no .parquet or .jsonl file"),
    "a folder of both kinds": (
        lambda at: _folder(at / "exams", a_jsonl=b"", b_parquet=b""),
        "answers",
        "holds files of both kinds",
    ),
    "a folder with something else": (
        lambda at: _folder(at / "exams", a_txt=b""),
        "answers",
        "holds a.txt, which is no",
    ),
    "a folder into a file": (
        lambda at: _folder(at / "exams", a_jsonl=b""),
        "answers.jsonl",
        "The answers to a folder go into a folder",
    ),
    "answers of another kind": (
        lambda at: write(at / "exams.jsonl", [b"{}"]),
        "answers.csv",
        "end the name in .parquet or .jsonl.",
    ),
    "answers over the examinations": (
        lambda at: write(at / "exams.jsonl", [b"{}"]),
        "exams.jsonl",
        "would take the place of what is read",
    ),
    "answers among the examinations": (
        lambda at: _folder(at / "exams", a_jsonl=b""),
        "exams/answers",
        "lies in the folder that is read",
    ),
    "answers nowhere": (
        lambda at: write(at / "exams.jsonl", [b"{}"]),
        "nowhere/answers.jsonl",
        "its folder is not there",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_done_is_told_before_anything_is_written(tmp_path: Path, name: str) -> None:
    made, out, sentence = WRONG[name]
    given = made(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    asked = Asked(given=given, out=tmp_path / out, at=NOON)
    with pytest.raises(Unusable, match=re.escape(sentence)):
        run(asked, Settings(), io.StringIO())
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("--workers", "0"),
        ("--chunk-rows", "many"),
        ("--at", "2026-11-22T12:00:00"),
        ("--only", "rules"),
        ("--workers", "2", "--scheduler", "tcp://127.0.0.1:9"),
    ],
)
def test_a_command_line_that_says_nothing_sensible(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    given = write(tmp_path / "exams.jsonl", as_lines(some(1)))
    assert batch(given, tmp_path / "answers.jsonl", *arguments).returncode == 2


def test_without_a_model_nothing_is_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = write(tmp_path / "exams.jsonl", as_lines(some(1)))
    monkeypatch.setenv("NERVEROOT_MODEL_VERSION", "9.9.9")
    done = batch(given, tmp_path / "answers.jsonl")
    assert done.returncode == 1
    assert "No model 9.9.9" in done.stderr
    assert {*left_beside(given)} == {"exams.jsonl"}


def test_a_file_that_changes_while_it_is_read_is_told(tmp_path: Path) -> None:
    """Another row comes between the count of the rows and their answers."""
    given = write(tmp_path / "exams.jsonl", as_lines(some(4)))
    asked = Asked(given=given, out=tmp_path / "answers.jsonl", at=NOON, chunk_rows=2)

    class Growing(io.StringIO):
        """Where progress is told: asked whether it is a terminal after the begin, and before the first row."""

        def isatty(self) -> bool:
            """It is none, and another row is there now."""
            given.write_bytes(given.read_bytes() + as_lines(some(1))[0])
            return False

    with pytest.raises(Failed, match=r"exams\.jsonl changed while it was read"):
        run(asked, Settings(), Growing())
    assert not (tmp_path / "answers.jsonl").exists()


def test_a_row_that_breaks_something_is_refused_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows of such a row; a rule is broken for this test."""
    given = write(tmp_path / "exams.jsonl", as_lines(some(3)))

    def broken(exam: Any, **rest: Any) -> Any:
        if exam.patient.reference == "p1":
            raise ZeroDivisionError("Mrs Miller")
        return assess(exam, **rest)

    monkeypatch.setattr("batch.rowwise.assess", broken)
    asked = Asked(given=given, out=tmp_path / "answers.jsonl", at=NOON, one_by_one=True)
    decider.cache_clear()
    try:
        summary = run(asked, Settings(), io.StringIO())
    finally:
        decider.cache_clear()
    assert (summary.tally.answered, summary.tally.refused) == (2, 1)
    (refused,) = read(tmp_path / "answers.refused.jsonl")
    assert refused["errors"][0]["detail"].startswith("The service failed. ")
