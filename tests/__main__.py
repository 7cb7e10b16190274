"""`python -m tests`: all quick tests, those in the browser beside the others, because they mostly wait for it.

Arguments are those of pytest. Where one of them names a file or a folder there is one run, of what it names.
"""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

BROWSER: Final = "tests/browser"
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
    with tempfile.TemporaryFile() as said:
        # It is told after the others, so that the two do not talk at once.
        browser = subprocess.Popen([*pytest, BROWSER, *arguments], stdout=said, stderr=subprocess.STDOUT)
        try:
            others = subprocess.run([*pytest, f"--ignore={BROWSER}", *arguments], check=False).returncode
            status = browser.wait()
        finally:
            browser.terminate()  # of no effect where it has ended
            browser.wait()
        said.seek(0)
        print(f"In the browser:\n{said.read().decode(errors='replace')}", flush=True)
    return outcome((others, status))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
