"""`python -m tests`: all quick tests, in three runs at once, because many wait: for a browser, a process, a disk.

Arguments are those of pytest. Where one of them names a file or a folder there is one run, of what it names.
"""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

BESIDE: Final = {
    "In the browser": ("tests/browser",),
    "Of training, and of services as a whole": (
        "tests/bench",
        "tests/lifecycle",
        "tests/model",
        "tests/outside",
        "tests/record",
        "tests/training",
    ),
}
"""What runs beside the others. Moreover, sync Playwright keeps `asyncio.run` from working in its process."""
NOTHING_COLLECTED: Final = 5
"""The exit status of pytest where no test was chosen."""


def outcome(statuses: Sequence[int]) -> int:
    """One exit status for several runs: 0 where every one that chose a test passed, the first other one else."""
    told = [status for status in statuses if status != NOTHING_COLLECTED]
    return next((status for status in told if status != 0), 0 if told else NOTHING_COLLECTED)


def names_a_place(argument: str) -> bool:
    """Whether an argument of pytest names a file or a folder, or a test in one."""
    return not argument.startswith("-") and Path(argument.partition("::")[0]).exists()


def main(arguments: Sequence[str]) -> int:
    """Run them, and return the exit status."""
    pytest = [sys.executable, "-m", "pytest"]
    if any(names_a_place(each) for each in arguments):
        return subprocess.run([*pytest, *arguments], check=False).returncode
    with ExitStack() as ending:
        beside = {}
        for name, places in BESIDE.items():
            said = ending.enter_context(tempfile.TemporaryFile())
            run = subprocess.Popen([*pytest, *places, *arguments], stdout=said, stderr=subprocess.STDOUT)
            ending.callback(run.wait)
            ending.callback(run.terminate)  # of no effect where it has ended
            beside[name] = run, said
        ignored = [f"--ignore={place}" for places in BESIDE.values() for place in places]
        statuses = [subprocess.run([*pytest, *ignored, *arguments], check=False).returncode]
        for name, (run, said) in beside.items():
            statuses.append(run.wait())
            # Told after the others, so that they do not talk at once.
            said.seek(0)
            print(f"{name}:\n{said.read().decode(errors='replace')}", flush=True)
    return outcome(statuses)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
