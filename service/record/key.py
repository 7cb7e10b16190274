"""The key of the keyed hashes: from the environment, or, on one machine alone, made once and kept beside the record."""

import os
import secrets
from pathlib import Path

from sqlalchemy import make_url

from service.errors import StartupError

KEY_FILE = "record.key"


def record_key(stated: str | None, database_url: str, otherwise: Path) -> bytes:
    """The key: what was `stated`, else that in the file beside a SQLite database, else in the folder `otherwise`.

    The file is made where it is not there. Whoever loses the key loses the links between examinations of one person.

    Raises:
        StartupError: the file cannot be read or made.
    """
    if stated is not None:
        return stated.encode()
    url = make_url(database_url)
    kept_in_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    path = (Path(str(url.database)).parent if kept_in_file else otherwise) / KEY_FILE
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _make(path)
        return path.read_bytes()
    except OSError as fault:
        raise StartupError(
            f"The key of the record cannot be kept in {path}: {fault.strerror}. Make the folder writable, or set "
            "NERVEROOT_RECORD_KEY."
        ) from fault


def _make(path: Path) -> None:
    """Write a new key; of two processes that start at once the first one's counts."""
    draft = path.with_name(f"{KEY_FILE}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(32))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
