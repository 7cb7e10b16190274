"""The key of the keyed hashes: from the environment, or, on one machine alone, made once and kept beside the record."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from sqlalchemy import make_url

from service.errors import StartupError
from service.settings import SHORTEST_KEY

KEY_FILE = "record.key"


def record_key(stated: str | None, database_url: str, otherwise: Path) -> bytes:
    """The key: what was `stated`, else that in the file beside a SQLite database, else in the folder `otherwise`.

    The file is made where it is not there. Whoever loses the key loses the links between examinations of one person.

    Raises:
        StartupError: the file cannot be read or made, or holds no whole key.
    """
    if stated is not None:
        return stated.encode()
    url = make_url(database_url)
    kept_in_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    path = (Path(str(url.database)).parent if kept_in_file else otherwise) / KEY_FILE
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _make(path)
        key = path.read_bytes()
    except OSError as fault:
        raise StartupError(
            f"The key of the record cannot be kept in {path}: {fault.strerror}. Make the folder writable, or set "
            "NERVEROOT_RECORD_KEY."
        ) from fault
    if len(key) < SHORTEST_KEY:
        raise StartupError(
            f"The key of the record in {path} was cut off: it has {len(key)} bytes, and needs {SHORTEST_KEY}. Put it "
            "back from a backup. Only where there is none, remove the file: what was linked by the old key is lost."
        )
    return key


def _make(path: Path) -> None:
    """Write a new key; of two processes that start at once the first one's counts."""
    # In containers on one disk every process has the same number, so the draft is named at random.
    draft = path.with_name(f"{KEY_FILE}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the name of the file has to outlive a power cut as well
    finally:
        os.close(folder)
