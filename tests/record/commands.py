"""`python -m service.record`, run as people run it, and within the process of the test, which is quicker."""

import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from unittest.mock import patch

from service.record.__main__ import main

CHECKOUT = Path(__file__).parent.parent.parent


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What a command did."""

    status: int
    out: str
    err: str


def run(url: str, *arguments: str, **settings: str) -> Ran:
    """Run the command on the record at `url`, with the `settings` in the environment."""
    out, err = StringIO(), StringIO()
    with patch.dict(os.environ, _environment(url, settings), clear=True), redirect_stdout(out), redirect_stderr(err):
        try:
            status = main(arguments)
        except SystemExit as left:  # so argparse ends
            status = int(left.code or 0)
    return Ran(status=status, out=out.getvalue(), err=err.getvalue())


def run_process(url: str, *arguments: str) -> Ran:
    """Run the command in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "service.record", *arguments],
        env=_environment(url, {}),
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    return Ran(status=done.returncode, out=done.stdout, err=done.stderr)


def _environment(url: str, settings: dict[str, str]) -> dict[str, str]:
    mine = {name: value for name, value in os.environ.items() if not name.startswith("NERVEROOT_")}
    return {**mine, "NERVEROOT_DATABASE_URL": url, **settings}
