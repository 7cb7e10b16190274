"""The real service as a process of its own, with a record of its own, for as long as a measurement or a demo lasts."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
PATIENCE: Final = 60.0
ANNOUNCED: Final = "running on http://127.0.0.1:"


@contextmanager
def own_service(folder: Path, settings: Mapping[str, str] | None = None) -> Iterator[int]:
    """The port of a service on this machine; its record and its log are in `folder`.

    It has `settings` and none of the environment's.

    Raises:
        RuntimeError: it does not start; the message is what it said.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("NERVEROOT_")}
    own = {
        "NERVEROOT_PORT": "0",
        "NERVEROOT_DATABASE_URL": f"sqlite:///{folder / 'record.sqlite3'}",
        "NERVEROOT_JOURNAL_DIR": str(folder / "journal"),
        "NERVEROOT_RECORD_KEY": os.urandom(32).hex(),
        **(settings or {}),
    }
    log = folder / "log"
    with log.open("wb") as errors:
        process = subprocess.Popen([sys.executable, "-m", "service"], cwd=ROOT, env={**inherited, **own}, stderr=errors)
    try:
        yield _port(process, log)
    finally:
        process.terminate()  # of no effect where it has ended
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(PATIENCE)


def _port(process: subprocess.Popen[bytes], log: Path) -> int:
    until = time.monotonic() + PATIENCE
    while ANNOUNCED not in (said := log.read_text(encoding="utf-8")):
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"the service does not start: {said}")
        time.sleep(0.02)
    return int(said.split(ANNOUNCED, 1)[1].split()[0])
