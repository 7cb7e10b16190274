"""The cohort as a file: every format reads back as the same exams, and a bad command is refused with a sentence."""

import gzip
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from features.anatomy import ROOTS
from training.cohort.__main__ import main
from training.cohort.causes import CAUSES, MIMICS, SETTINGS
from training.cohort.draw import Cohort, draw
from training.cohort.findings import rows
from training.cohort.records import SUFFIXES, records, write
from training.cohort.world import World
from training.golden import read_exam
from training.site.table import read

NOW = datetime(2026, 11, 22, tzinfo=UTC)
PATIENTS, SEED = 250, 7


@pytest.fixture(scope="module")
def few(world: World) -> Cohort:
    return draw([world], PATIENTS, SEED)


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """`python -m training.cohort` within this process."""
    monkeypatch.setattr(sys, "argv", ["cohort", *arguments])
    return main()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_reads_back_as_the_exams_and_labels_it_was_written_from(
    few: Cohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], suffix: str
) -> None:
    path = tmp_path / f"cohort{suffix}"
    assert run(monkeypatch, "--patients", str(PATIENTS), "--seed", str(SEED), "--out", str(path)) == 0
    assert f"{len(few)} exams of {PATIENTS} patients" in capsys.readouterr().err
    site = read(path, NOW, fewest=1).dataset
    np.testing.assert_array_equal(site.rows, rows(few.codes))
    np.testing.assert_array_equal(site.involved, few.involved)
    assert list(site.patients) == [f"synthetic-{SEED}-{number}" for number in few.patient]
    assert list(site.setting) == [SETTINGS[position] for position in few.setting]


def test_the_truth_stands_beside_the_exam(few: Cohort) -> None:
    for i, entry in enumerate(records(few, SEED)):
        cause = CAUSES[few.cause[i]]
        assert entry["lesion"] == (cause.lesion if cause.reached else cause.name)
        assert (entry["lesion"] in MIMICS) == (not cause.reached)
        assert entry["roots"] == [str(root) for root in ROOTS if str(root) in cause.reached]
        assert entry["imaging_roots"] == [str(ROOTS[j]) for j in np.flatnonzero(few.imaging[i])]
        assert entry["duration_days"] == entry["exam"]["history"]["symptom_duration_days"] == few.duration_days[i]
        # Nothing confirmed the roots of an invented patient, and the exam does not give them away.
        assert "confirmed_by" not in entry
        assert set(entry["exam"]) <= {"patient", "history", "examination"}
        read_exam(entry["exam"])


def test_both_examinations_of_a_patient_are_of_the_same_leg(few: Cohort) -> None:
    sides: dict[str, set[str]] = {}
    for entry in records(few, SEED):
        if (side := entry["exam"]["history"].get("side")) is not None:
            sides.setdefault(entry["patient"], set()).add(side)
    assert all(len(of_patient) == 1 for of_patient in sides.values())
    assert {"left", "right", "bilateral"} == set.union(*sides.values())


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz", ".csv"])
def test_the_same_seed_gives_the_same_bytes_and_another_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    first, again, other = (tmp_path / folder / f"cohort{suffix}" for folder in ("first", "again", "other"))
    for path, seed in ((first, "3"), (again, "3"), (other, "4")):
        path.parent.mkdir()
        assert run(monkeypatch, "--patients", "40", "--seed", seed, "--out", str(path)) == 0
    assert first.read_bytes() == again.read_bytes() != other.read_bytes()


def entries(path: Path) -> list[dict[str, object]]:
    """The lines of a `.jsonl` file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_setting_and_a_completeness_can_be_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "cohort.jsonl"
    chosen = ["--setting", "surgical", "--completeness", "sparse", "--patients", "60", "--out", str(path)]
    assert run(monkeypatch, *chosen) == 0
    found = entries(path)
    assert {entry["setting"] for entry in found} == {"surgical"}
    assert np.median([len(str(entry["exam"])) for entry in found]) < 900


def test_worlds_can_be_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    published, drawn = tmp_path / "published.jsonl", tmp_path / "drawn.jsonl"
    assert run(monkeypatch, "--patients", "40", "--out", str(published)) == 0
    assert run(monkeypatch, "--patients", "40", "--worlds", "3", "--out", str(drawn)) == 0
    assert {entry["patient"] for entry in entries(published)} == {entry["patient"] for entry in entries(drawn)}
    assert entries(published) != entries(drawn)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--patients", "0", "--out", "x.jsonl"], "0 is below 1"),
        (["--patients", "-5", "--out", "x.jsonl"], "-5 is below 0"),
        (["--patients", "many", "--out", "x.jsonl"], "'many' is no whole number"),
        (["--patients", "1.5", "--out", "x.jsonl"], "'1.5' is no whole number"),
        (["--seed", "-1", "--out", "x.jsonl"], "-1 is below 0"),
        (["--setting", "moon", "--out", "x.jsonl"], "invalid choice: 'moon'"),
        (["--completeness", "bare", "--out", "x.jsonl"], "invalid choice: 'bare'"),
        (["--out", "x.xlsx"], "must end in one of .jsonl, .jsonl.gz, .csv, .parquet"),
        (["--out", "nowhere/x.jsonl"], "is not a folder"),
        ([], "the following arguments are required: --out"),
    ],
)
def test_a_bad_command_is_refused_with_a_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    complaint: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as refused:
        run(monkeypatch, *arguments)
    assert refused.value.code == 2
    assert complaint in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken.jsonl").mkdir()
    assert run(monkeypatch, "--patients", "5", "--out", str(tmp_path / "taken.jsonl")) == 2
    assert "could not be written" in capsys.readouterr().err


def test_an_unknown_kind_of_file_is_refused(few: Cohort, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="must end in one of"):
        write(few, tmp_path / "cohort.txt", SEED, lambda done: None)


def test_it_runs_as_a_command(tmp_path: Path) -> None:
    path = tmp_path / "cohort.jsonl.gz"
    done = subprocess.run(
        [sys.executable, "-m", "training.cohort", "--patients", "20", "--out", str(path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[3],
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        assert len({json.loads(line)["patient"] for line in lines}) == 20
