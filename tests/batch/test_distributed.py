"""The same run on a real Dask scheduler and workers: a worker that dies loses nothing, and repeats nothing."""

import signal
import time
from pathlib import Path

import psutil
import pytest

from batch.distributed import cluster as connected
from batch.errors import Unusable
from tests.batch.dask_processes import cluster
from tests.batch.examinations import as_table, grave, write
from tests.batch.running import PATIENCE, batch, begun

ROWS, CHUNK = 300, ("--chunk-rows", "20")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Examinations, some refused, and what one process answers."""
    made = tmp_path_factory.mktemp("exams")
    found = grave(ROWS)
    for body in found[::50]:
        body["patient"] = {"age_years": 7}
    write(made / "exams.parquet", as_table(found))
    assert batch(made / "exams.parquet", made / "whole.parquet", *CHUNK).returncode == 3
    return made


def wait_for_parts(out: Path, count: int) -> None:
    until = time.monotonic() + PATIENCE
    while len(list(out.with_name(f"{out.name}.parts").glob("*.arrow"))) < count:
        assert time.monotonic() < until
        time.sleep(0.01)


def assert_whole(folder: Path, out: Path) -> None:
    assert out.read_bytes() == (folder / "whole.parquet").read_bytes()
    assert out.with_suffix(".refused.jsonl").read_bytes() == (folder / "whole.refused.jsonl").read_bytes()


def test_a_worker_is_killed_in_the_middle_and_the_client_too(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "answers.parquet"
    with cluster(tmp_path, count=2) as dask:
        where = ("--scheduler", dask.address)
        client = begun(folder / "exams.parquet", out, *CHUNK, *where)
        wait_for_parts(out, 3)
        dask.workers[0].kill()
        wait_for_parts(out, 6)
        client.kill()
        client.communicate()
        assert not out.exists()
        done = len(list(out.with_name("answers.parquet.parts").glob("*.arrow")))
        assert 6 <= done < ROWS / 20
        again = batch(folder / "exams.parquet", out, *where)
        assert again.returncode == 3, again.stderr
    assert_whole(folder, out)


def test_without_any_worker_for_a_while_it_goes_on_with_the_next(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "answers.parquet"
    with cluster(tmp_path, count=1) as dask:
        client = begun(folder / "exams.parquet", out, *CHUNK, "--scheduler", dask.address)
        wait_for_parts(out, 2)
        dask.workers[0].kill()
        dask.workers[0].wait()
        dask.add()
        _, told = client.communicate(timeout=PATIENCE)
    assert client.returncode == 3, told
    assert_whole(folder, out)


def test_a_worker_with_other_models_is_told_and_nothing_is_lost(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "answers.parquet"
    with cluster(tmp_path, count=0) as dask:
        dask.add({"NERVEROOT_MODEL_DIR": str(tmp_path)})
        done = batch(folder / "exams.parquet", out, *CHUNK, "--scheduler", dask.address)
    assert done.returncode == 1
    assert f"No model 1.2.1 in {tmp_path}" in done.stderr
    assert "Traceback" not in done.stderr
    assert batch(folder / "exams.parquet", out).returncode == 3
    assert_whole(folder, out)


@pytest.mark.parametrize(("without", "status"), [("at", 1), ("workers_at", 2)])
def test_who_was_started_elsewhere_and_lacks_the_project_is_told(
    without: str, status: int, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "answers.parquet"
    with cluster(tmp_path, count=1, **{without: tmp_path}) as dask:
        done = batch(folder / "exams.parquet", out, *CHUNK, "--scheduler", dask.address)
    assert done.returncode == status, done.stderr
    assert "does not find this project" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_scheduler_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("batch.distributed.CONNECT_SECONDS", 0.5)
    for address in ("tcp://127.0.0.1:9", "nonsense://x"):
        with pytest.raises(Unusable, match=f"SCHEDULER={address}"), connected(address, 1):
            pass


def test_several_processes_of_this_machine_answer_alike(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "answers.parquet"
    done = batch(folder / "exams.parquet", out, *CHUNK, "--workers", "2")
    assert done.returncode == 3, done.stderr
    assert_whole(folder, out)


def test_told_to_stop_all_its_processes_end(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "answers.parquet"
    run = begun(folder / "exams.parquet", out, *CHUNK, "--workers", "2")
    wait_for_parts(out, 2)
    started = psutil.Process(run.pid).children(recursive=True)
    assert len(started) >= 2
    run.send_signal(signal.SIGTERM)
    _, told = run.communicate(timeout=PATIENCE)
    assert run.returncode == 128 + signal.SIGTERM
    assert "goes on with the rest" in told
    assert "Traceback" not in told
    assert psutil.wait_procs(started, timeout=10)[1] == []
    assert batch(folder / "exams.parquet", out).returncode == 3
    assert_whole(folder, out)
