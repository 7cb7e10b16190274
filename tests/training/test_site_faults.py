"""A bad table is refused as a whole, every fault named by row and column, and no value of a patient repeated."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.training.site_tables import Row, a_row, some_rows, write_csv, write_jsonl, write_parquet
from training.site.faults import LISTED, LISTED_ALIKE, BadTable
from training.site.table import read

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
Change = Callable[[Row], Any]


def refusal(path: Path) -> str:
    """The report on a table that must be refused."""
    with pytest.raises(BadTable) as refused:
        read(path, NOW)
    return str(refused.value)


def lines(report: str) -> list[str]:
    """The faults of a report, without its heading."""
    return [line.strip() for line in report.splitlines()[1:]]


def _exam(**sections: Any) -> Change:
    return lambda row: row["exam"].update(sections)


def _label(**labels: Any) -> Change:
    return lambda row: row.update(labels)


def _without(name: str) -> Change:
    return lambda row: row.pop(name)


@pytest.mark.parametrize(
    ("change", "column", "words"),
    [
        (_exam(patient={"age_years": 17}), "exam.patient.age_years", "adults"),
        (_exam(patient={}), "exam.patient.age_years", "is missing"),
        (_exam(patient={"age_years": "41"}), "exam.patient.age_years", "must be a number"),
        (_exam(patient={"age_years": 40, "sex": "f"}), "exam.patient.sex", "must be one of 'female'"),
        (_exam(surname="x"), "exam.surname", "no field of the contract"),
        (_exam(history={"pain_severity": 11}), "exam.history.pain_severity", "10 or less"),
        (_exam(history={"pain_locations": ["knee", "head"]}), "exam.history.pain_locations", "must be one of"),
        (_exam(history={"worse_with_sitting": "no"}), "exam.history.worse_with_sitting", "true or false"),
        (_exam(red_flags={"fever": 0}), "exam.red_flags.fever", "true or false"),
        (
            _exam(examination={"strength": {"great_toe_extension": 4.2}}),
            "exam.examination.strength.great_toe_extension",
            "MRC grade",
        ),
        (_exam(examination={"strength": {"big_toe": 4}}), "exam.examination.strength.big_toe", "no field"),
        (_exam(examination={"reflexes": {"achilles": "+"}}), "exam.examination.reflexes.achilles", "must be one of"),
        (_exam(examined_at="2026-01-01"), "exam.examined_at", "offset from UTC"),
        (_exam(examined_at="2027-01-01T00:00:00Z"), "exam.examined_at", "in the future"),
        (
            _exam(history={"pain_radiates_below_knee": False, "pain_locations": ["sole"]}),
            "exam.history.pain_radiates_below_knee",
            "history.pain_locations names a region below the knee",
        ),
        (_exam(mri_finding="x"), "exam.mri_finding", "looks like the outcome"),
        (
            _exam(examination={"sensation": {"l5_dermatome": "normal"}}),
            "exam.examination.sensation.l5_dermatome",
            "looks",
        ),
        (_label(exam=[]), "exam", "must be an object"),
        (_without("exam"), "exam.patient", "is missing"),
        (_without("patient"), "patient", "is missing"),
        (_label(patient="  "), "patient", "must be a key"),
        (_label(patient="a\0b"), "patient", "must be a key"),
        (_without("roots"), "roots", "is missing"),
        (_label(roots="L5"), "roots", "must be a list"),
        (_label(roots=["L5", "L5"]), "roots", "at most once"),
        (_label(roots=["L3"]), "roots", "must be a list of L4, L5, S1"),
        (_label(confirmed_by="MRI"), "confirmed_by", "must be one of mri"),
        (_label(confirmed_on="31.01.2026"), "confirmed_on", "must be a date"),
        (_label(confirmed_on="2026-02-30"), "confirmed_on", "must be a date"),
        (_label(confirmed_on="2026-11-23"), "confirmed_on", "not in the future"),
        (_label(setting="gp"), "setting", "must be one of primary_care"),
        (_label(surgery_date="2026-01-01"), "surgery_date", "looks like the outcome"),
        (_label(outcome={"roots": ["L5"]}), "outcome", "looks like the outcome"),
        (_label(weight=70), "weight", "is no column of the format"),
    ],
)
def test_each_fault_names_its_line_and_column(tmp_path: Path, change: Change, column: str, words: str) -> None:
    rows = some_rows(120)
    change(rows[7])
    (told,) = lines(refusal(write_jsonl(tmp_path / "exams.jsonl", rows)))
    assert told.startswith(f"line 8, {column}: ")
    assert words in told


def test_all_faults_are_in_one_report_contradictions_too(tmp_path: Path) -> None:
    rows = some_rows(120)
    rows[1]["exam"] |= {
        "patient": {"age_years": 12, "sex": "male", "pregnant": True},
        "history": {"pain_radiates_below_knee": False, "pain_locations": ["head", "sole", "face"]},
    }
    rows[1]["roots"] = ["L9"]
    rows[4]["patient"] = None
    rows[9]["exam"]["history"] = {"side": "both"}
    report = refusal(write_jsonl(tmp_path / "exams.jsonl", rows))
    assert report.startswith("exams.jsonl: 7 faults in 3 of 120 rows. Nothing was trained.\n")
    assert {told.split(": ")[0] for told in lines(report)} == {
        "line 2, exam.patient.age_years",
        "line 2, exam.patient.sex",
        "line 2, exam.history.pain_locations",
        "line 2, exam.history.pain_radiates_below_knee",
        "line 2, roots",
        "line 5, patient",
        "line 10, exam.history.side",
    }


def test_no_value_is_repeated(tmp_path: Path) -> None:
    rows = some_rows(120)
    marker = "Ada-Lovelace"
    rows[0] |= {"roots": [marker], "confirmed_by": marker, "confirmed_on": marker, "setting": marker}
    rows[0]["exam"] |= {"history": {"side": marker, "pain_locations": [marker], "pain_severity": marker}}
    rows[1]["patient"] = marker * 20
    rows[2]["exam"]["examination"] = {"strength": {"hip_flexion": marker}, "clonus": marker}
    assert marker not in refusal(write_jsonl(tmp_path / "exams.jsonl", rows))


@pytest.mark.parametrize("write", [write_csv, write_parquet])
def test_tables_name_columns_without_a_prefix(tmp_path: Path, write: Callable[..., Path]) -> None:
    rows = some_rows(120)
    rows[3]["exam"]["history"]["side"] = "both"
    path = write(tmp_path / f"exams.{write.__name__.removeprefix('write_')}", rows)
    place = "line 5" if write is write_csv else "row 4"  # the header is line 1
    (told,) = lines(refusal(path))
    assert told.startswith(f"{place}, history.side: must be one of")


@pytest.mark.parametrize(
    ("header", "cells", "told"),
    [
        ("patient,roots,exam.patient.age_years", "a,L5,40", "leave out `exam.`"),
        (
            "patient,roots,patient.age_years,history.pain_location",
            "a,L5,40,knee",
            "Did you mean history.pain_locations?",
        ),
        ("patient,roots,patient.age_years,patient.age_years", "a,L5,40,40", "patient.age_years: is there twice"),
        ("patient,roots,patient.age_years,mri_level", "a,L5,40,4", "the table, mri_level: looks like the outcome"),
        (
            "patient,roots,patient.age_years,outcome.roots",
            "a,L5,40,4",
            "the table, outcome.roots: looks like the outcome",
        ),
        ("patient,roots,patient.age_years,", "a,L5,40,4", "has no name"),
        ("roots,patient.age_years", "L5,40", "the table, patient: is missing"),
        ("patient,roots", "a,L5", "the table, patient.age_years: is missing"),
        ("patient;roots;patient.age_years", "a;L5;40", "Write commas"),
        ("patient,roots,patient.age_years", "a,L5,40,7", "line 2: has 4 cells, the header 3"),
        ("patient,roots,patient.age_years", "a,,40", "line 2, roots: is missing"),
        ("patient,roots,patient.age_years", "a,L5,", "line 2, patient.age_years: is missing"),
        ("patient,roots,patient.age_years", 'a,L5,"41,5"', "line 2, patient.age_years: must be a number"),
        ("patient,roots,patient.age_years", "a,L5,NA", "line 2, patient.age_years: must be a number"),
        ("patient,roots,patient.age_years", 'a,L5,"41', "cannot be read"),
        ("patient,roots,patient.age_years", "", "has no rows"),
    ],
)
def test_a_csv_that_is_not_one(tmp_path: Path, header: str, cells: str, told: str) -> None:
    (tmp_path / "exams.csv").write_text(f"{header}\n{cells}\n", encoding="utf-8")
    assert told in refusal(tmp_path / "exams.csv")


def test_a_missing_column_is_told_once_and_not_for_every_row(tmp_path: Path) -> None:
    rows = some_rows(120)
    for row in rows:
        del row["roots"]
    report = refusal(write_csv(tmp_path / "exams.csv", rows))
    assert lines(report) == ["the table, roots: is missing: every table must have this column."]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("exams.jsonl", b'{"exam": ', "line 1: is not a JSON object"),
        ("exams.jsonl", b"[]\n", "line 1: is not a JSON object"),
        ("exams.jsonl", b'{"patient": "a", "patient": "b"}\n', "a key twice"),
        ("exams.jsonl", b'{"patient": "\\ud800", "roots": []}\n', "line 1: holds half a character"),
        ("exams.jsonl", b"", "has no rows"),
        ("exams.jsonl", b"\xff\xfe\x00", "UTF-8"),
        ("exams.jsonl.gz", b"no gzip", "cannot be read"),
        ("exams.parquet", b"no parquet", "cannot be read"),
        ("exams.xlsx", b"", "end the name in .parquet, .csv or .jsonl"),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert words in refusal(tmp_path / name)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "is not there" in refusal(tmp_path / "exams.csv")


def test_a_long_report_stays_readable(tmp_path: Path) -> None:
    rows = [a_row(i, history={"side": "both"}) for i in range(300)]
    rows[250]["exam"]["history"]["pain_severity"] = 99
    report = refusal(write_jsonl(tmp_path / "exams.jsonl", rows))
    assert report.startswith("exams.jsonl: 301 faults in 300 of 300 rows")
    assert "line 251, exam.history.pain_severity" in report
    assert f"… and {300 - LISTED_ALIKE} more in exam.history.side" in report
    assert len(report.splitlines()) < LISTED


def test_many_kinds_of_faults_are_cut_at_the_limit(tmp_path: Path) -> None:
    rows = [a_row(i, history={f"column_{i}": 1}) for i in range(LISTED + 50)]
    report = refusal(write_jsonl(tmp_path / "exams.jsonl", rows))
    assert sum(line.strip().startswith("line ") for line in report.splitlines()) == LISTED
    assert f"{LISTED + 50} faults" in report


def test_the_example_of_the_docs_gives_the_report_of_the_docs(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "site-data.md").read_text(encoding="utf-8")
    table = page.partition("```csv bad\n")[2].partition("```")[0]
    report = page.partition("```text report\n")[2].partition("```")[0]
    assert table
    (tmp_path / "exams.csv").write_text(table, encoding="utf-8")
    assert refusal(tmp_path / "exams.csv") == report.strip()


def test_the_good_examples_of_the_docs_have_no_fault_but_their_size(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "site-data.md").read_text(encoding="utf-8")
    for kind in ("csv", "json"):
        content = page.partition(f"```{kind}\n")[2].partition("```")[0]
        if kind == "json":
            content = json.dumps(json.loads(content)) + "\n"
        path = tmp_path / ("exams.csv" if kind == "csv" else "exams.jsonl")
        path.write_text(content, encoding="utf-8")
        read(path, NOW, fewest=0)
