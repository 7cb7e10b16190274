"""`python -m tests.record.ensure_postgres`: install PostgreSQL where it is missing and that is ours to do."""

import os
import shutil
import subprocess
import sys

from tests.record.postgres import MISSING, programs


def main() -> int:
    """Nothing where it is there; as root on Debian or Ubuntu install it; else say what to install, and fail."""
    if programs() is not None:
        return 0
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        print(MISSING, file=sys.stderr)
        return 1
    print("installing PostgreSQL for the tests (once)")
    # Its package starts a server of its own unless it is told not to; the tests start theirs.
    for command in (["update"], ["install", "-y", "--no-install-recommends", "postgresql"]):
        done = subprocess.run(
            ["apt-get", "-qq", *command],
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"},
            stdout=subprocess.DEVNULL,
            check=False,
        )
        if done.returncode != 0:
            print(f"apt-get {command[0]} failed. {MISSING}", file=sys.stderr)
            return 1
    return 0 if programs() is not None else 1


if __name__ == "__main__":
    sys.exit(main())
