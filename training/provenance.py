"""What a model was made with: the commit, the libraries and the lock file, for manifest and MLflow alike."""

import hashlib
import platform
import shutil
import subprocess
from importlib.metadata import version as version_of
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]
LOCK = CHECKOUT / "requirements" / "training.lock"
LIBRARIES = ("numpy", "scikit-learn", "scipy", "onnx", "onnxruntime")
UNKNOWN = "unknown"


def commit() -> str:
    """The commit that the run was made from, marked where features/ or training/ differ from it; or "unknown"."""
    git = shutil.which("git")
    if git is None:
        return UNKNOWN

    def ask(*arguments: str) -> str:
        # The arguments are fixed and the program comes from the PATH: nothing here is anybody's input.
        done = subprocess.run([git, *arguments], cwd=CHECKOUT, capture_output=True, text=True, check=False)  # noqa: S603
        return done.stdout.strip()

    found = ask("rev-parse", "HEAD")
    if not found:
        return UNKNOWN
    return f"{found} with changes" if ask("status", "--porcelain", "--", "features", "training") else found


def libraries() -> dict[str, str]:
    """The versions of the libraries that can change the bytes of a model."""
    return {name: version_of(name) for name in LIBRARIES}


def lock_digest(lock: Path = LOCK) -> str:
    """SHA-256 of the lock file that the training environment is made from; "unknown" without one."""
    return hashlib.sha256(lock.read_bytes()).hexdigest() if lock.is_file() else UNKNOWN


def environment() -> dict[str, str]:
    """The environment as tags: Python, kind of machine, library versions, lock file."""
    return {
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "lock_sha256": lock_digest(),
        **{f"library.{name}": version for name, version in libraries().items()},
    }
