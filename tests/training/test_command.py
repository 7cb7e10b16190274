"""The command line of a training run: what it refuses, each with its sentence, before any work is done."""

from pathlib import Path
from typing import Any

import pytest
from onnxruntime.capi.onnxruntime_pybind11_state import InvalidProtobuf

from training.__main__ import CANDIDATES, LEAST_PATIENTS, RELEASED, main
from training.cohort.draw import Cohort
from training.dataset import Dataset
from training.params import Params
from training.release import AlreadyReleased, refuse_if_released, write

ANY_MODEL: dict[str, Any] = {
    "created": "2026-01-01",
    "statements": {},
    "prediction_set": {},
    "typicality": {},
    "root_sets": [],
    "training": {},
    "metrics": {},
    "report": {},
    "overwrite": False,
}
"""What `write` is given beside the model, where the model is all that counts."""


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--patients", "5"], "5 patients are too few: the rarest set of roots"),
        (["--patients", "-3"], "-3 patients are too few"),
        (["--patients", "many"], "'many' is no whole number"),
        (["--seed", "-1"], "-1 is no seed"),
        (["--seed", str(2**32)], "is no seed"),
        (["--seed", "1.5"], "'1.5' is no whole number"),
        (["--version", "../../evil"], "is no version"),
        (["--version", "1.0"], "is no version"),
        (["--version", "1.0.0\n"], "is no version"),
        (["--out", __file__], "is not a folder"),
        (["--out", f"{__file__}/candidates"], "is not a folder"),
        (["--data", "/nowhere/exams.csv"], "/nowhere/exams.csv is not a file"),
        (["--data", __file__, "--prior-weight", "-1"], "-1 is no number of exams"),
        (["--data", __file__, "--prior-weight", "inf"], "inf is no number of exams"),
        (["--data", __file__, "--prior-weight", "some"], "'some' is no number"),
        (["--prior-weight", "100"], "name them with --data"),
        (["--quick"], "name another folder with --out"),
        (["--quick", "--out", str(CANDIDATES)], "name another folder with --out"),
    ],
)
def test_a_command_line_that_makes_no_sense_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], options: list[str], complaint: str
) -> None:
    monkeypatch.setattr("sys.argv", ["training", *options])
    with pytest.raises(SystemExit) as refused:
        main()
    assert refused.value.code == 2
    assert complaint in capsys.readouterr().err.splitlines()[-1]


def test_a_released_version_is_not_trained_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever folder it would be written to: `make promote` would only refuse it later."""
    released = sorted(path.parent.name for path in RELEASED.glob("*/manifest.json"))[0]
    monkeypatch.setattr("sys.argv", ["training", "--version", released, "--out", str(tmp_path)])
    assert main() == 2
    said = capsys.readouterr().err
    assert "never edited" in said
    assert f"make train VERSION={released} ARGS=--overwrite" in said
    assert not list(tmp_path.iterdir())


def test_what_is_there_names_the_next_version(tmp_path: Path) -> None:
    for version in ("1.0.0", "1.0.1"):
        (tmp_path / version).mkdir()
    with pytest.raises(AlreadyReleased, match=r"make train VERSION=1\.0\.2;"):
        refuse_if_released(tmp_path / "1.0.0", overwrite=False)
    refuse_if_released(tmp_path / "1.0.0", overwrite=True)
    refuse_if_released(tmp_path / "1.0.2", overwrite=False)


def test_nothing_is_left_behind_when_writing_fails(tmp_path: Path) -> None:
    with pytest.raises(InvalidProtobuf):
        write(tmp_path / "models" / "1.0.0", onnx_bytes=b"no model", **ANY_MODEL)
    assert not list(tmp_path.iterdir())


def test_the_fewest_patients_leave_the_rarest_roots_in_every_part(data: Dataset, cohort: Cohort) -> None:
    """What the command line says of them: all three roots are the rarest set, under 1 % of the patients."""
    counts = {code: (data.root_sets == code).mean() for code in set(data.root_sets.tolist())}
    assert min(counts, key=lambda code: counts[code]) == 0b111
    patients = len(set(data.patients[data.root_sets == 0b111].tolist())) / len(set(cohort.patient.tolist()))
    assert 0.003 < patients < 0.01
    assert LEAST_PATIENTS * patients * min(Params.load().split.values()) / 10 > 3


def test_the_quick_profile_keeps_every_step() -> None:
    whole, quick = Params.load(), Params.load(quick=True)
    assert (quick.split, quick.coverage, quick.seed) == (whole.split, whole.coverage, whole.seed)
    assert quick.search.trials.keys() == whole.search.trials.keys()
    assert quick.cohort.patients < whole.cohort.patients
    assert quick.parity.largest_difference == whole.parity.largest_difference == 1e-5
    assert whole.parity.rows >= 100_000


def test_the_limits_are_those_of_the_issue() -> None:
    limits = Params.load().accept
    assert (limits.log_loss_ratio_full, limits.log_loss_ratio_sparse) == (1.02, 1.03)
    assert limits.calibration_error == 0.01
    assert (limits.coverage_overall, limits.coverage_subgroup) == (0.01, 0.03)


def test_what_the_command_line_says_counts() -> None:
    said = Params.load(patients=9000, seed=0, version="3.2.1")
    assert (said.cohort.patients, said.seed, said.version) == (9000, 0, "3.2.1")
    assert Params.load(seed=None).seed == Params.load().seed


def test_a_parameter_that_no_run_has_is_refused(tmp_path: Path) -> None:
    odd = tmp_path / "params.toml"
    text = (Path(__file__).parents[2] / "training" / "params.toml").read_text(encoding="utf-8")
    odd.write_text(f"patiens = 3\n{text}", encoding="utf-8")
    with pytest.raises(TypeError, match="patiens"):
        Params.load(path=odd)
