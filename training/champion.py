"""`models/CHAMPION`: which released version the service answers with, and which did before it.

One version a line, the champion first, then those it followed, the latest first. One file that is replaced as a whole:
the champion and the way back never disagree, and git shows who changed it. The service reads its first line.
"""

import re
import tempfile
from pathlib import Path

FILE = "CHAMPION"
VERSION = r"\d+\.\d+\.\d+"


class BrokenChampion(Exception):
    """The file says something that is not a list of versions."""


class NoWayBack(Exception):
    """There is no champion before the present one."""


def champions(models: Path) -> tuple[str, ...]:
    """The champion and those before it; nothing if no version was ever promoted.

    Raises:
        BrokenChampion: a line is no version.
    """
    path = models / FILE
    if not path.exists():
        return ()
    lines = tuple(path.read_text(encoding="utf-8").split())
    if not lines or not all(re.fullmatch(VERSION, line, re.ASCII) for line in lines):
        raise BrokenChampion(
            f"{path} must hold one version a line, the champion first, as in 1.0.1; restore it from git"
        )
    return lines


def promoted(before: tuple[str, ...], version: str) -> tuple[str, ...]:
    """The list with `version` as champion; one that is promoted again is not its own predecessor."""
    return before if before[:1] == (version,) else (version, *before)


def rolled_back(before: tuple[str, ...]) -> tuple[str, ...]:
    """The list without its champion.

    Raises:
        NoWayBack: it would be empty.
    """
    if len(before) <= 1:
        raise NoWayBack(
            f"there is no champion before {before[0]} to go back to" if before else "no version was ever promoted"
        )
    return before[1:]


def write(models: Path, versions: tuple[str, ...]) -> None:
    """Replace the file as a whole, so that a service that starts meanwhile reads the old list or the new one.

    Raises:
        OSError: the disk does not take it.
    """
    models.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=models, prefix=f".{FILE}-") as beside:
        fresh = Path(beside) / FILE
        fresh.write_text("".join(f"{version}\n" for version in versions), encoding="utf-8")
        fresh.replace(models / FILE)
