"""`python -m batch` as a process of its own."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.service.serving import ROOT

AT = "2026-11-24T12:00:00+00:00"
"""When examinations without a time were done: the same for runs that are compared."""
PATIENCE = 300


def command(given: Path, out: Path, *arguments: str) -> list[str]:
    """The command line; on one process, unless the arguments say otherwise."""
    where = () if {"--workers", "--scheduler"} & {*arguments} else ("--workers", "1")
    return [sys.executable, "-m", "batch", "--in", str(given), "--out", str(out), "--at", AT, *where, *arguments]


def batch(given: Path, out: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it to its end."""
    asked = command(given, out, *arguments)
    return subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)


def begun(given: Path, out: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start it."""
    asked = command(given, out, *arguments)
    return subprocess.Popen(asked, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ)


def left_beside(out: Path) -> Sequence[str]:
    """What is in the folder of the answers."""
    return sorted(each.name for each in out.parent.iterdir())
