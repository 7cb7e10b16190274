"""The virtual environment of each peer, made when it is first needed, and again when its lock has changed."""

import hashlib
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distributions
from pathlib import Path
from typing import Final

from bench.own_service import ROOT

LOCKS: Final = Path(__file__).parent
FOLDER: Final = ROOT / ".venv-peers"
PYTHON: Final = f"{sys.version_info.major}.{sys.version_info.minor}"
UV: Final = str(Path(sys.executable).with_name("uv"))


def lock(name: str) -> Path:
    """The file that names every package of the peer with its hashes."""
    return LOCKS / f"{name}.lock"


def environment(name: str) -> Path:
    """The folder of the peer's programs (`bin`), in an environment that holds what its lock says.

    Raises:
        subprocess.CalledProcessError: it cannot be made, for want of a network as a rule; what is wrong was printed.
    """
    folder, stamp = FOLDER / name, FOLDER / name / ".installed"
    content = lock(name).read_bytes()
    digest = f"{PYTHON} {hashlib.sha256(content).hexdigest()}\n"
    if not (stamp.is_file() and stamp.read_text(encoding="utf-8") == digest):
        print(f"making {folder.relative_to(ROOT)} from {lock(name).relative_to(ROOT)} (once)", file=sys.stderr)
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([UV, "venv", "--quiet", "--no-project", "--python", sys.executable, str(folder)], check=True)
        # Compiled at once: otherwise a first start, or every start where Python must not write, is slow by that.
        install = [UV, "pip", "sync", "--quiet", "--require-hashes", "--compile-bytecode", str(lock(name))]
        subprocess.run([*install, "--python", str(folder / "bin" / "python")], check=True)
        stamp.write_text(digest, encoding="utf-8")
    return folder / "bin"


def version(name: str, package: str) -> str:
    """The version of `package` in the environment of the peer, which is there.

    Raises:
        PackageNotFoundError: it has none.
    """
    folder = FOLDER / name / "lib" / f"python{PYTHON}" / "site-packages"
    for found in distributions(name=package, path=[str(folder)]):
        return found.version
    raise PackageNotFoundError(package)
