"""What one sync of the disk costs: the least that an answer on record can wait for."""

import os
import statistics
import time
from pathlib import Path
from typing import Final

PAGE: Final = 4096
"""Bytes: a page of the database."""
PAGES: Final = 256
"""Of the file, written once before: a log that is used again does not grow either."""
TIMES: Final = 200


def one_sync(folder: Path) -> float:
    """Milliseconds that writing a page and `fdatasync` take in `folder`: the median."""
    path = folder / "sync"
    path.write_bytes(bytes(PAGE * PAGES))
    page, took = os.urandom(PAGE), []
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.fsync(descriptor)
        for number in range(TIMES):
            began = time.perf_counter()
            os.pwrite(descriptor, page, PAGE * (number % PAGES))
            os.fdatasync(descriptor)
            took.append(time.perf_counter() - began)
    finally:
        os.close(descriptor)
        path.unlink()
    return statistics.median(took) * 1000
