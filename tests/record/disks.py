"""Disks that are full, or that nobody may write to: real ones where this machine lets us mount, limits elsewhere."""

import errno
import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHUNK = 4096


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[bool]:
    """A disk of its own at `folder`; whether this machine lets us have one."""
    folder.mkdir()
    mounted = _mounted("-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder))
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Leave no room on the disk; removing the file that is returned frees it."""
    filler = folder / "filler"
    descriptor = os.open(filler, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        while True:
            os.write(descriptor, bytes(CHUNK))
    except OSError as fault:
        if fault.errno != errno.ENOSPC:
            raise
    finally:
        os.close(descriptor)
    return filler


def limit_files(pid: int, size: int | None) -> None:
    """Let no file of a process grow beyond `size` bytes, None to let it grow again: its disk is full, as it sees it."""
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard if size is None else size, hard))


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond `size` bytes."""
    limit_files(os.getpid(), size)
    try:
        yield
    finally:
        limit_files(os.getpid(), None)


@contextmanager
def read_only(folder: Path) -> Iterator[bool]:
    """Nobody writes to `folder`, not even root; whether this machine lets us have it so."""
    if os.geteuid() != 0:
        folder.chmod(0o500)
        try:
            yield True
        finally:
            folder.chmod(0o700)
        return
    if not _mounted("--bind", str(folder), str(folder)):
        yield False
        return
    try:
        yield _mounted("-o", "remount,bind,ro", str(folder))
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def _mounted(*arguments: str) -> bool:
    if os.geteuid() != 0:
        return False
    return subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode == 0
