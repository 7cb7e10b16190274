"""Journals in folders of their own, for tests that look at their files."""

import shutil
from pathlib import Path

from service.record.journal import Journal


def opened_at(folder: Path, **limits: int) -> Journal:
    """A journal that is open."""
    made = Journal(folder, **limits)
    made.open()
    return made


def files(folder: Path) -> list[str]:
    """The names of its files."""
    return sorted(path.name for path in folder.iterdir())


def only_file(folder: Path) -> Path:
    """The one file that it has."""
    (path,) = folder.iterdir()
    return path


def left_behind(journal: Journal, folder: Path, elsewhere: Path) -> Path:
    """What a process that is killed now would leave: its files, held by nobody."""
    shutil.copytree(folder, elsewhere)
    return elsewhere
