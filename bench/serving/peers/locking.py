"""Resolve the dependencies of the peers again and write their locks (`python -m bench.serving.peers.locking`).

What a peer shares with this project by name (`<peer>.in`), onnxruntime first of all, it has in the version of the
project: the same model is run by the same runtime.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.own_service import ROOT
from bench.serving.peers.environment import LOCKS, UV, lock

PEERS: Final = ("mlflow", "bentoml", "mlserver")
DEV: Final = ROOT / "requirements" / "dev.lock"
OPTIONS: Final = (
    *("--quiet", "--universal", "--python-version", "3.11", "--generate-hashes", "--no-annotate"),
    *("--no-emit-index-url", "--no-emit-find-links"),
    *("--custom-compile-command", "python -m bench.serving.peers.locking"),
)


def wanted(name: str) -> list[str]:
    """The packages that a peer asks for by name."""
    lines = (LOCKS / f"{name}.in").read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def pins(text: str) -> Iterator[tuple[str, str]]:
    """Each package that a lock names, with its line: `name==version`, and the marker where there is one."""
    for line in text.splitlines():
        name, pinned, _ = line.partition("==")
        if pinned and not line.startswith((" ", "#")):
            yield name, line.removesuffix("\\").strip()


def main() -> int:
    """Write the locks, and return the exit status."""
    project = list(pins(DEV.read_text(encoding="utf-8")))
    with tempfile.TemporaryDirectory() as temporary:
        for name in PEERS:
            constraints = Path(temporary) / f"{name}.txt"
            names = wanted(name)
            constraints.write_text("\n".join(line for package, line in project if package in names), encoding="utf-8")
            source = [str(LOCKS / f"{name}.in"), "--constraints", str(constraints)]
            done = subprocess.run([UV, "pip", "compile", *OPTIONS, *source, "-o", str(lock(name))], check=False)
            if done.returncode != 0:
                return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
