"""The same exams come out of JSON Lines, CSV and Parquet, and they are what the service would have read."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.encoding import encode
from features.exam import Exam
from tests.training.site_tables import WRITERS, as_json, some_rows, write_csv, write_jsonl
from training.cohort.completeness import COMPLETENESS
from training.cohort.draw import draw
from training.cohort.records import SUFFIXES, write
from training.cohort.world import World
from training.dataset import Dataset
from training.site.columns import EXAM, Kind, dotted, exam_columns, from_cell, nested, to_cell
from training.site.completeness import completeness_of
from training.site.table import read

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
EVERY_FINDING = json.loads((Path(__file__).parents[1] / "features" / "every_finding.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_synthetic_cohort_comes_back_as_it_was_drawn(tmp_path: Path, world: World, suffix: str) -> None:
    drawn = draw([world], 1000, seed=1)
    path = tmp_path / f"exams{suffix}"
    write(drawn, path, seed=1, tell=lambda done: None)
    read_back, expected = read(path, NOW).dataset, Dataset.of_cohort(drawn)
    assert np.array_equal(read_back.rows, expected.rows, equal_nan=True)
    assert np.array_equal(read_back.involved, expected.involved)
    assert np.array_equal(read_back.setting, expected.setting)
    assert read_back.patients.tolist() == [f"synthetic-1-{number}" for number in drawn.patient]
    assert read_back.weights.tolist() == [1.0] * len(drawn)


def test_every_column_of_the_contract_has_a_dotted_name() -> None:
    columns = exam_columns()
    assert set(dotted(EVERY_FINDING)) <= set(columns)
    assert columns["patient.age_years"] is Kind.NUMBER
    assert columns["examination.strength.great_toe_extension"] is Kind.GRADE
    assert columns["history.pain_locations"] is Kind.LIST
    assert columns["red_flags.fever"] is Kind.YES_NO
    assert columns["examined_at"] is Kind.WORD
    assert columns["other_leg.straight_leg_raise.angle_degrees"] is Kind.NUMBER
    assert columns["previous_examination.examination.sensation.perianal"] is Kind.WORD


def _values(kind: Kind, name: str) -> st.SearchStrategy[Any]:
    """Values that the contract allows in a column: read off the JSON schema, so that no list of them stands here."""
    if kind is Kind.YES_NO:
        return st.booleans()
    if kind is Kind.GRADE:
        return st.sampled_from([*(half / 2 for half in range(11)), "weak"])
    if kind is Kind.NUMBER:
        return st.floats(18, 120) if name == "patient.age_years" else st.floats(0, 10)
    if name.endswith("examined_at"):
        return st.datetimes(datetime(2020, 1, 1), datetime(2026, 1, 1)).map(lambda t: f"{t:%Y-%m-%dT%H:%M:%S}+01:00")
    if name == "patient.reference":
        return st.text("abc,;\"' 0", min_size=1, max_size=8).filter(lambda text: text == text.strip())
    words = st.sampled_from(_words(name))
    return st.lists(words, unique=True, max_size=4) if kind is Kind.LIST else words


def _words(name: str) -> list[str]:
    schema = EXAM.json_schema()
    place: Any = schema
    for step in name.split("."):
        place = place["properties"][step] if "properties" in place else place["additionalProperties"]
        while "enum" not in place and ("$ref" in place or "anyOf" in place or "items" in place):
            choice = next((one for one in place.get("anyOf", []) if one.get("type") != "null"), place)
            choice = choice.get("items", choice)
            place = schema["$defs"][choice["$ref"].rsplit("/", 1)[-1]] if "$ref" in choice else choice
            if "properties" in place or "additionalProperties" in place:
                break
    words: list[str] = place["enum"]
    return words


_FLAT = st.fixed_dictionaries(
    {"patient.age_years": _values(Kind.NUMBER, "patient.age_years")},
    optional={name: _values(kind, name) for name, kind in exam_columns().items() if name != "patient.age_years"},
)


@given(_FLAT)
@settings(max_examples=60, deadline=None)
def test_an_exam_survives_dots_and_cells(flat: dict[str, Any]) -> None:
    exam = EXAM.validate_json(json.dumps(nested(flat)))
    kinds = exam_columns()
    cells = {name: to_cell(value) for name, value in dotted(as_json(exam)).items()}
    back = {name: from_cell(cell, kinds[name]) for name, cell in cells.items()}
    assert EXAM.validate_json(json.dumps(nested(back))) == exam
    assert np.array_equal(encode(EXAM.validate_json(json.dumps(nested(flat)))), encode(exam), equal_nan=True)


@pytest.mark.parametrize("name", WRITERS)
def test_asked_and_none_is_not_the_same_as_not_asked(tmp_path: Path, name: str) -> None:
    rows = some_rows(200)
    rows[0]["exam"]["history"] = {"pain_locations": []}
    rows[1]["exam"]["history"] = {"side": "left"}
    table = read(WRITERS[name](tmp_path / name, rows), NOW)
    pain = table.dataset.rows[:, 10:30]
    assert (pain[0] == 0).all()
    assert np.isnan(pain[1]).all()


@pytest.mark.parametrize(
    ("cell", "kind", "stated"),
    [
        ("", Kind.LIST, None),
        ("none", Kind.LIST, []),
        ("knee; sole", Kind.LIST, ["knee", "sole"]),
        ("True", Kind.YES_NO, True),
        ("4.5", Kind.GRADE, 4.5),
        ("weak", Kind.GRADE, "weak"),
        ("4,5", Kind.NUMBER, "4,5"),
        ("1_0", Kind.NUMBER, "1_0"),
        ("nan", Kind.NUMBER, "nan"),
        ("none", Kind.WORD, "none"),
    ],
)
def test_what_a_cell_states(cell: str, kind: Kind, stated: Any) -> None:
    assert from_cell(cell, kind) == stated


def test_a_parquet_table_as_other_tools_write_it(tmp_path: Path) -> None:
    """Lists joined by semicolons, whole numbers, NaN for nothing, dates and times with a zone, keys as numbers."""
    n = 200
    columns = {
        "patient": pa.array(range(n)),
        "roots": [("L4", "L5", "S1", "none")[i % 4] for i in range(n)],
        "confirmed_on": pa.array([datetime(2026, 1, 31)] * n, type=pa.timestamp("us")),
        "patient.age_years": pa.array([50] * n),
        "history.pain_severity": pa.array([float("nan"), 3.0] * (n // 2), from_pandas=False),
        "history.pain_locations": ["none", "knee;sole"] * (n // 2),
        "examination.strength.knee_extension": ["weak", "4.5"] * (n // 2),
        "examination.strength.plantar_flexion": pa.array([5, None] * (n // 2)),
        "examined_at": pa.array([NOW.astimezone(timezone(timedelta(hours=1)))] * n),
        "lesion": ["paracentral"] * n,
    }
    pq.write_table(pa.table(columns), tmp_path / "exams.parquet")
    table = read(tmp_path / "exams.parquet", NOW)
    exams = [
        Exam(patient=EXAM.validate_json('{"patient": {"age_years": 50}}').patient),
        EXAM.validate_json(
            json.dumps(
                {
                    "patient": {"age_years": 50},
                    "history": {"pain_locations": ["knee", "sole"]},
                    "examination": {"strength": {"knee_extension": 4.5}},
                }
            )
        ),
    ]
    assert np.array_equal(table.dataset.rows[1], encode(exams[1]), equal_nan=True)
    assert table.dataset.patients[3] == "3"
    assert table.dataset.involved[3].tolist() == [False, False, False]


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "exams.csv", some_rows(200))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert len(read(path, NOW).dataset) == 200


def test_setting_and_completeness(tmp_path: Path) -> None:
    rows = some_rows(200)
    rows[5] |= {"setting": "primary_care"}
    rows[6]["exam"] |= EVERY_FINDING
    table = read(write_jsonl(tmp_path / "exams.jsonl", rows), NOW, setting="specialist")
    assert table.dataset.setting[5] == "primary_care"
    assert set(np.delete(table.dataset.setting, 5)) == {"specialist"}
    assert table.dataset.completeness[6] == "full"
    assert table.dataset.completeness[7] == "sparse"


def test_completeness_follows_the_number_of_findings() -> None:
    rows = np.full((3, 109), np.nan, dtype=np.float32)
    rows[0, 50:60] = 0  # ten movements
    rows[1, 50:59] = 0
    rows[2, 50:61] = rows[2, 72:90] = 0
    assert completeness_of(rows).tolist() == ["partial", "sparse", "full"]


def test_completeness_of_the_synthetic_cohort_is_mostly_what_it_was_drawn_as(data: Dataset) -> None:
    told = completeness_of(data.rows)
    for level in COMPLETENESS:
        assert (told[data.completeness == level] == level).mean() > 0.7


def test_notes_tell_what_to_think_about(tmp_path: Path) -> None:
    rows = some_rows(200)
    for row in rows[:60]:
        row["exam"]["examination"] = {"sensation": {"sole": "reduced"}}
    for row in rows[:3]:
        row["exam"]["examined_at"] = "2026-03-01T08:00:00Z"
    for row in rows[3:7]:
        row["confirmed_by"] = "clinical"
    del rows[7]["confirmed_by"]
    rows[9] |= {"patient": "p8", "roots": []}
    told = "\n".join(read(write_jsonl(tmp_path / "exams.jsonl", rows), NOW).notes)
    assert "200 exams of 199 patients" in told
    assert "1 exams do not say what confirmed" in told
    assert "4 exams were confirmed clinically" in told
    assert "3 exams came after the roots had been confirmed" in told
    assert "never recorded as normal: examination.sensation.sole" in told
    assert "1 patients have exams with different roots" in told
    assert "few patients with (or without) L4 10, L5 10, S1 10" in told
