"""The file of API keys: what it holds, how it is read, and how it is written so that it is never half there."""

import fcntl
import glob
import json
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Annotated, ClassVar, Final

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError

from service.identity.caller import RESERVED, Caller, Scope

PREFIX: Final = "nerveroot"
"""Before every key, so that scanners for secrets find one that was published by mistake."""

LONGEST_NAME: Final = 128
"""Characters of a tenant or of the name of a caller."""

_MAX_FILE = 4 * 1024 * 1024
_WRITABLE_BY_ALL = 0o002
_UNFINISHED = ".unfinished"
_KEY = re.compile(rf"{PREFIX}_([0-9a-z]{{8,32}})_([0-9A-Za-z_-]{{43,128}})")


def nameable(name: str) -> str:
    """`name`, if it can name a tenant or a caller in logs and in the record.

    Raises:
        ValueError: it is empty, too long, or holds what cannot be printed or stored.
    """
    if not (name.strip() == name and 0 < len(name) <= LONGEST_NAME and name.isprintable()):
        raise ValueError(f"a name has 1 to {LONGEST_NAME} printable characters, with no white space around it")
    return name


def tenant_named(name: str) -> str:
    """`name`, if a credential may name it as its tenant.

    Raises:
        ValueError: it is not `nameable`, or the service uses it itself.
    """
    if name in RESERVED:
        raise ValueError(f"the service uses the tenants {' and '.join(sorted(RESERVED))} itself; choose another name")
    return nameable(name)


_Name = Annotated[str, AfterValidator(nameable)]
_Tenant = Annotated[str, AfterValidator(tenant_named)]


@dataclass(frozen=True, kw_only=True)
class ApiKey:
    """One key as it is kept: of its secret only a hash.

    SHA-256 once is enough. Slow hashes make up for secrets that people choose; this one has 256 random bits, which
    cannot be tried out.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid", "hide_input_in_errors": True}

    id: Annotated[str, Field(pattern=r"^[0-9a-z]{8,32}$")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] = field(repr=False)
    tenant: _Tenant
    name: _Name
    scopes: tuple[Scope, ...]
    created: date
    expires: date | None = None
    """The last day on which it is valid, in UTC."""

    @property
    def caller(self) -> Caller:
        """Whom the key shows."""
        return Caller(tenant=self.tenant, name=self.name, scopes=frozenset(self.scopes))

    def expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return self.expires is not None and today > self.expires


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The two parts of a key that somebody shows."""

    id: str
    secret: str = field(repr=False)


def parts(key: str) -> Parts | None:
    """The parts of `key`; None where no key looks like this."""
    found = _KEY.fullmatch(key)
    return Parts(id=found[1], secret=found[2]) if found else None


def joined(key: Parts) -> str:
    """The key as its owner keeps it."""
    return f"{PREFIX}_{key.id}_{key.secret}"


def digest(secret: str) -> str:
    """The hash under which a secret is kept."""
    return sha256(secret.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class _Kept:
    __pydantic_config__: ClassVar = {"extra": "forbid", "hide_input_in_errors": True}

    keys: tuple[ApiKey, ...]


_FILE = TypeAdapter(_Kept)


class KeyFileBroken(Exception):
    """The file cannot be read as a file of keys; the message says why, and names no key."""


Signature = tuple[int, int, int, int]
"""What changes when a file does: times of content and of status, size, inode."""


def signature(status: os.stat_result) -> Signature:
    """What tells one state of a file from the next."""
    return (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)


def read_keys(path: Path) -> tuple[tuple[ApiKey, ...], Signature]:
    """The keys in the file, and the state of the file that they are from.

    Raises:
        KeyFileBroken: it is not there, cannot be read, or is not as `write_keys` leaves it.
    """
    try:
        with path.open("rb") as opened:
            status = os.fstat(opened.fileno())
            content = opened.read(_MAX_FILE + 1)
    except FileNotFoundError:
        raise KeyFileBroken(f"{path} is not there") from None
    except OSError as fault:
        raise KeyFileBroken(f"{path} cannot be read ({fault.strerror})") from None
    if status.st_mode & _WRITABLE_BY_ALL:
        raise KeyFileBroken(f"everybody on this machine can write {path}: `chmod 600 {path}`")
    if len(content) > _MAX_FILE:
        raise KeyFileBroken(f"{path} is longer than a file of keys can be")
    try:
        keys = _FILE.validate_json(content).keys
    except ValidationError as found:
        # Of the fault its place alone: what stands there may be a secret that was put into the wrong field.
        place = ".".join(map(str, found.errors(include_url=False, include_input=False)[0]["loc"])) or "its first line"
        raise KeyFileBroken(f"{path} is not as `make api-key` writes it, at {place}") from None
    if len({key.id for key in keys}) < len(keys):
        raise KeyFileBroken(f"{path} holds an id twice")
    return keys, signature(status)


def write_keys(path: Path, keys: Sequence[ApiKey]) -> None:
    """Put `keys` in the place of what the file holds: all of it or, if the machine stops, nothing."""
    path = path.resolve()  # where a link points; the link itself stays
    text = json.dumps(json.loads(_FILE.dump_json(_Kept(keys=tuple(keys)))), indent=1) + "\n"
    new = path.with_name(f".{path.name}.{secrets.token_hex(8)}{_UNFINISHED}")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            _keep_owner(opened.fileno(), path)
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Let nobody else change the file meanwhile: of two who write at once, neither loses what the other wrote."""
    path = path.resolve()
    folder = path.parent
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        for left in folder.glob(f".{glob.escape(path.name)}.*{_UNFINISHED}"):  # by one who was killed while writing
            left.unlink(missing_ok=True)
        yield
    finally:
        os.close(handle)


def _keep_owner(handle: int, path: Path) -> None:
    """Leave a file that root writes to whoever owns the one before, or the folder: the service must read it."""
    if os.geteuid() == 0:
        before = (path if path.exists() else path.parent).stat()
        os.fchown(handle, before.st_uid, before.st_gid)
