"""The outcome among the features, one person under two keys, and too few patients are refused."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.training.site_tables import Row, a_row, some_rows, write_jsonl
from training.dataset import Dataset, patient_folds
from training.site.faults import BadTable, Faults
from training.site.leakage import names_outcome, tell_giveaways, tell_twins
from training.site.table import read

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MANY: dict[str, Any] = {
    "history": {"pain_locations": ["knee"], "side": "left", "worse_with_sitting": True, "worse_with_walking": False},
    "examination": {
        "strength": dict.fromkeys(["hip_flexion", "knee_extension", "hip_abduction", "plantar_flexion"], 5),
        "reflexes": {"patellar": "reduced", "achilles": "normal"},
        "sensation": {"sole": "normal", "heel": "normal", "knee": "reduced"},
    },
}


def refusal(path: Path, **options: Any) -> str:
    with pytest.raises(BadTable) as refused:
        read(path, NOW, **options)
    return str(refused.value)


def with_twins(*labels: dict[str, Any]) -> list[Row]:
    """A table whose last rows have the same findings, each with `labels` of its own."""
    alike = [{**a_row(7, **MANY), "patient": f"twin{i}"} | own for i, own in enumerate(labels)]
    return [*some_rows(120), *alike]


def test_one_person_under_two_keys_is_refused(tmp_path: Path) -> None:
    report = refusal(write_jsonl(tmp_path / "exams.jsonl", with_twins({}, {"roots": ["S1"]})))
    assert "line 122, patient: has another key than line 121, and the very same findings" in report


def test_one_examination_exported_twice_is_refused(tmp_path: Path) -> None:
    report = refusal(write_jsonl(tmp_path / "exams.jsonl", with_twins({}, {"patient": "twin0"})))
    assert "line 122, patient: repeats line 121" in report


def test_the_same_findings_of_one_patient_at_two_times_are_two_examinations(tmp_path: Path) -> None:
    rows = with_twins({}, {"patient": "twin0"})
    rows[-1]["exam"] = {**rows[-1]["exam"], "examined_at": "2026-02-01T10:00:00Z"}
    assert len(read(write_jsonl(tmp_path / "exams.jsonl", rows), NOW).dataset) == 122


def test_short_letters_may_be_alike_by_chance(tmp_path: Path) -> None:
    rows = [*some_rows(120), *({**a_row(3, history={"side": "left"}), "patient": f"x{i}"} for i in range(5))]
    table = read(write_jsonl(tmp_path / "exams.jsonl", rows), NOW)
    assert len(table.dataset) == 125
    assert "exams are like another one, but state fewer than 12 findings" in "\n".join(table.notes)


def test_the_synthetic_cohort_has_neither_twins_nor_giveaways(data: Dataset) -> None:
    faults = Faults(unit="line")
    tell_twins(data, range(len(data)), [str(i) for i in range(len(data))], faults)
    tell_giveaways(data, faults)
    assert len(faults) == 0


def test_a_finding_filled_in_from_the_outcome_is_refused(tmp_path: Path) -> None:
    rows = some_rows(200)
    for row in rows:
        row["exam"]["examination"] = {"reflexes": {"achilles": "absent" if row["roots"] == ["S1"] else "normal"}}
    report = refusal(write_jsonl(tmp_path / "exams.jsonl", rows))
    assert "the table, examination.reflexes.achilles: the value tells S1 almost without error" in report


def test_a_finding_recorded_only_where_the_root_is_involved_is_refused(tmp_path: Path) -> None:
    rows = some_rows(200)
    for number, row in enumerate(rows):
        if row["roots"] == ["L4"]:
            row["exam"]["examination"] = {"femoral_stretch": ["positive", "negative"][number // 4 % 2]}
    report = refusal(write_jsonl(tmp_path / "exams.jsonl", rows))
    assert "examination.femoral_stretch: whether it was recorded tells L4 almost without error" in report


def test_a_strong_sign_is_not_a_giveaway(tmp_path: Path) -> None:
    rows = some_rows(200)
    for number, row in enumerate(rows):
        sound = (row["roots"] == ["S1"]) == (number % 10 != 0)  # right nine times in ten
        row["exam"]["examination"] = {"reflexes": {"achilles": "absent" if sound else "normal"}}
    assert len(read(write_jsonl(tmp_path / "exams.jsonl", rows), NOW).dataset) == 200


@pytest.mark.parametrize(
    ("column", "told"),
    [
        ("imaging_result", True),
        ("MRI-Level", True),
        ("outcome.roots", True),
        ("icd10", True),
        ("root_L5", True),
        ("bmi", False),
        ("correct", False),
    ],
)
def test_columns_named_like_the_outcome(column: str, told: bool) -> None:
    assert names_outcome(column) is told


def test_too_few_patients_are_refused_with_how_many_are_needed(tmp_path: Path) -> None:
    report = refusal(write_jsonl(tmp_path / "exams.jsonl", some_rows(80)))
    for root in ("L4", "L5", "S1"):
        assert f"names 20 patients with {root}; at least 25 are needed" in report


def test_patients_are_counted_and_not_exams(tmp_path: Path) -> None:
    rows = some_rows(120)
    for row in rows:
        if row["roots"] == ["L4"]:
            row["patient"] = "always the same"
    assert "names 1 patients with L4" in refusal(write_jsonl(tmp_path / "exams.jsonl", rows))


def test_rows_without_any_negative_are_refused(tmp_path: Path) -> None:
    rows = [row | {"roots": ["L4", "L5", "S1"]} for row in some_rows(120)]
    assert "names 0 patients without L4" in refusal(write_jsonl(tmp_path / "exams.jsonl", rows))


def test_no_patient_of_a_site_straddles_a_fold(tmp_path: Path) -> None:
    rows = some_rows(200)
    for number, row in enumerate(rows):
        row["patient"] = f"p{number // 2}"
    data = read(write_jsonl(tmp_path / "exams.jsonl", rows), NOW).dataset
    for rest, held_out in patient_folds(data, 5, seed=1):
        assert not set(data.patients[rest]) & set(data.patients[held_out])
