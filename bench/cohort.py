"""How long a million synthetic patients take, and how much memory (`python -m bench.cohort`).

Two ways, each in a process of its own, several times: `memory` is what training does, the patients of ten worlds held
whole with the rows that a classifier reads; `parquet` is `python -m training.cohort`, which writes them to a file.
Start and imports count. Medians; the exit status is 1 where one takes 20 seconds or 2 GB, or more.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

LIMIT_SECONDS, LIMIT_MB = 20.0, 2000.0
SEED = 1
KB = 1024
"""Bytes: in these the kernel counts memory."""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What one process took: `seconds` on the clock, `cpu` of user and system, `peak` MB (10^6) of memory."""

    seconds: float
    cpu: float
    peak: float


def draw_and_encode(patients: int, worlds: int) -> None:
    """The cohort as training has it, with the rows that its models read."""
    # The measuring process must stay small: Linux counts its memory as the first of its children.
    from training.cohort.draw import draw
    from training.cohort.findings import rows
    from training.cohort.world import draw_worlds

    rows(draw(draw_worlds(worlds, SEED), patients, SEED).codes)


def measure(command: list[str]) -> Taken:
    """Run a command on one core and ask the kernel what it took.

    Raises:
        CalledProcessError: it failed.
    """
    begun = time.perf_counter()
    one_thread = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(command, env=os.environ | one_thread, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Taken(seconds=time.perf_counter() - begun, cpu=used.ru_utime + used.ru_stime, peak=used.ru_maxrss * KB / 1e6)


def commands(patients: int, worlds: int, folder: Path) -> dict[str, list[str]]:
    """How each way is run."""
    stated = ["--patients", str(patients), "--worlds", str(worlds)]
    parquet = ["--seed", str(SEED), "--out", str(folder / "cohort.parquet")]
    return {
        "memory": [sys.executable, "-m", "bench.cohort", "--once", *stated],
        "parquet": [sys.executable, "-m", "training.cohort", *stated, *parquet],
    }


def main() -> int:
    """Measure and print a table; 1 if a limit is reached."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--patients", type=int, default=1_000_000)
    parser.add_argument("--worlds", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3, help="of each way (default 3)")
    parser.add_argument("--once", action="store_true", help="draw in this process and measure nothing")
    asked = parser.parse_args()
    if asked.once:
        draw_and_encode(asked.patients, asked.worlds)
        return 0
    print(f"{asked.patients:,} patients of {asked.worlds} worlds, median of {asked.rounds}", flush=True)
    print("| | seconds | CPU seconds | patients a second | peak MB |\n|---|---|---|---|---|", flush=True)
    reached = False
    with tempfile.TemporaryDirectory() as folder:
        for way, command in commands(asked.patients, asked.worlds, Path(folder)).items():
            rounds = [measure(command) for _ in range(asked.rounds)]
            seconds, cpu = median(each.seconds for each in rounds), median(each.cpu for each in rounds)
            peak = max(each.peak for each in rounds)
            print(f"| {way} | {seconds:.1f} | {cpu:.1f} | {asked.patients / seconds:,.0f} | {peak:,.0f} |", flush=True)
            reached |= seconds >= LIMIT_SECONDS or peak >= LIMIT_MB
    return int(reached)


if __name__ == "__main__":
    sys.exit(main())
