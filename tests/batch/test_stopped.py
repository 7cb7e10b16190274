"""A run that is stopped at any moment goes on where it was: nothing is lost, nothing is there twice."""

import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.batch.examinations import as_lines, as_table, grave, write
from tests.batch.running import PATIENCE, batch, begun, left_beside

ROWS, CHUNK = 300, "25"
MOST_STARTS = 60


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Examinations of which every seventh is refused, as lines and as a table; and the answers of an unbroken run."""
    made = tmp_path_factory.mktemp("exams")
    found = grave(ROWS)
    for body in found[::7]:
        body["patient"] = {"age_years": 7}
    write(made / "exams.jsonl", as_lines(found))
    write(made / "exams.parquet", as_table(found))
    for kind in ("jsonl", "parquet"):
        done = batch(made / f"exams.{kind}", made / f"whole-{kind}.{kind}", "--chunk-rows", CHUNK)
        assert done.returncode == 3, done.stderr
    return made


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_killed_again_and_again_the_answers_are_those_of_an_unbroken_run(
    folder: Path, tmp_path: Path, kind: str
) -> None:
    given, out, chance = folder / f"exams.{kind}", tmp_path / f"answers.{kind}", random.Random(8)  # noqa: S311
    parts, kills = tmp_path / f"answers.{kind}.parts", 0
    for _ in range(MOST_STARTS):
        before = len(list(parts.glob("*.arrow")))
        process = begun(given, out, "--chunk-rows", CHUNK)
        # Some are killed while they start, most at some moment of their work.
        wanted, until = before + chance.randint(0, 3), time.monotonic() + PATIENCE
        while process.poll() is None and time.monotonic() < until and len(list(parts.glob("*.arrow"))) < wanted:
            time.sleep(0.002)
        time.sleep(chance.random() * 0.3)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        kills += process.returncode == -signal.SIGKILL
        if out.exists() and not (parts / "manifest.json").exists():
            break
    assert kills >= 4
    assert out.read_bytes() == (folder / f"whole-{kind}.{kind}").read_bytes()
    assert (tmp_path / "answers.refused.jsonl").read_bytes() == (folder / f"whole-{kind}.refused.jsonl").read_bytes()
    assert {*left_beside(out)} - {parts.name} == {out.name, "answers.refused.jsonl", "answers.summary.json"}


def some_done(given: Path, out: Path) -> subprocess.Popen[str]:
    """A run that is under way, with some of its chunks done."""
    process = begun(given, out, "--chunk-rows", CHUNK)
    while process.poll() is None and not list(out.with_name(f"{out.name}.parts").glob("*.arrow")):
        time.sleep(0.01)
    assert process.poll() is None, process.communicate()
    return process


def kill(process: subprocess.Popen[str]) -> None:
    """End it as a power cut does."""
    process.kill()
    process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_told_to_stop_it_says_how_to_go_on(folder: Path, tmp_path: Path, number: signal.Signals) -> None:
    out, parts = tmp_path / "answers.parquet", tmp_path / "answers.parquet.parts"
    process = some_done(folder / "exams.parquet", out)
    process.send_signal(number)
    _, told = process.communicate(timeout=PATIENCE)
    assert process.returncode == 128 + number
    assert told.strip().endswith(f"it is in {parts}, and the same command goes on with the rest.")
    assert "Traceback" not in told
    assert not out.exists()
    again = batch(folder / "exams.parquet", out)  # the size of chunks is that of the begin
    assert again.returncode == 3, again.stderr
    assert out.read_bytes() == (folder / "whole-parquet.parquet").read_bytes()


def test_two_do_not_work_on_the_same_answers(folder: Path, tmp_path: Path) -> None:
    out, parts = tmp_path / "answers.parquet", tmp_path / "answers.parquet.parts"
    process = some_done(folder / "exams.parquet", out)
    try:
        other = batch(folder / "exams.parquet", out)
        assert other.returncode == 2
        assert f"Another process works on {parts}." in other.stderr
    finally:
        kill(process)


def test_a_run_goes_on_only_with_what_it_was_begun_with(folder: Path, tmp_path: Path) -> None:
    given, out = tmp_path / "exams.parquet", tmp_path / "answers.parquet"
    given.write_bytes((folder / "exams.parquet").read_bytes())
    kill(some_done(given, out))
    modified = given.stat().st_mtime_ns
    os.utime(given, ns=(modified + 1, modified + 1))
    changed = batch(given, out)
    assert changed.returncode == 2
    assert "begun with something else: the input changed since." in changed.stderr
    other = batch(given, out, "--only", "classification")
    assert "the input, what is decided (ONLY) changed since" in other.stderr
    os.utime(given, ns=(modified, modified))
    assert batch(given, out).returncode == 3
    assert out.read_bytes() == (folder / "whole-parquet.parquet").read_bytes()


def test_another_policy_is_another_run(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "answers.parquet"
    kill(some_done(folder / "exams.parquet", out))
    monkeypatch.setenv("NERVEROOT_RED_FLAG_POLICY", "contextual")
    assert "the policy of red flags changed since" in batch(folder / "exams.parquet", out).stderr
    anew = batch(folder / "exams.parquet", out, "--overwrite")
    assert anew.returncode == 3
    assert pq.read_schema(out).metadata[b"nerveroot.red_flag_policy"] == b"contextual"
    assert json.loads((tmp_path / "answers.summary.json").read_bytes())["red_flag_policy"] == "contextual"
