"""Install what the tests need besides Python, where that is ours to do: as root on Debian or Ubuntu."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence


def ensure(
    there: Callable[[], bool],
    packages: Sequence[str],
    *,
    called: str,
    missing: str,
    environment: Mapping[str, str] | None = None,
) -> int:
    """The exit status: 0 where it is `there`, before or after installing `packages`; else say what is `missing`."""
    if there():
        return 0
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        print(missing, file=sys.stderr)
        return 1
    print(f"installing {called} for the tests (once)")
    for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run(
            ["apt-get", "-qq", *command],
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", **(environment or {})},
            stdout=subprocess.DEVNULL,
            check=False,
        )
        if done.returncode != 0:
            print(f"apt-get {command[0]} failed. {missing}", file=sys.stderr)
            return 1
    if not there():
        print(missing, file=sys.stderr)
        return 1
    return 0
