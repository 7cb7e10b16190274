"""Which released model is meant: a version by its number, or the champion that `make promote` named."""

import re
from pathlib import Path

from service.errors import ModelMissing

CHAMPION = "champion"
"""The version that the file CHAMPION in the folder of the models names, in its first line."""

_VERSION = re.compile(r"\d+\.\d+\.\d+", re.ASCII)


def version_meant(folder: Path, version: str) -> str:
    """The version itself; for `champion` the one that the file CHAMPION names just now.

    Raises:
        ModelMissing: the file cannot be read, or names no version.
    """
    if version != CHAMPION:
        return version
    path = folder / CHAMPION.upper()
    try:
        first = next(iter(path.read_text(encoding="utf-8").splitlines()), "")
    except (OSError, UnicodeDecodeError) as fault:
        raise ModelMissing(
            f"Which model is champion cannot be read ({fault}). Restore {path} from git, or name a version."
        ) from fault
    if not _VERSION.fullmatch(first):
        raise ModelMissing(
            f"The first line of {path} is {first!r}, and must be a version as in 1.0.1. Restore the file from git, or "
            "name a version."
        )
    return first
