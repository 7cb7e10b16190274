"""API keys: who shows a key that is in the file is who the file says. The file is read again when it changes."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from hmac import compare_digest
from pathlib import Path
from typing import Final

from service.errors import StartupError
from service.identity.caller import Caller
from service.identity.key_file import ApiKey, KeyFileBroken, Signature, digest, parts, read_keys, signature
from service.identity.refusals import NotKnown, Reason

LOOK_AGAIN: Final = 1.0
"""Seconds after which the service looks whether the file has changed: so long a revoked key may still be taken."""

_NOBODY = digest("")
"""Compared with where the id is unknown, so that it takes as long as where it is known."""

_KEPT = "The file of API keys cannot be read; the keys that were there before stay in force."

_log = logging.getLogger(__name__)


class ApiKeys:
    """The keys in force. A file that breaks while the service runs leaves those that were there in force."""

    def __init__(self, path: Path, *, now: Callable[[], datetime], clock: Callable[[], float]) -> None:
        self._path = path
        self._now = now
        self._clock = clock
        self._looked = clock()
        self._fault: str | None = None
        try:
            self._keys, self._seen = _by_id(path)
        except KeyFileBroken as fault:
            raise StartupError(
                f"{fault}. Make the first key with `make api-key TENANT=… NAME=… SCOPES=assess,read`, or let "
                "NERVEROOT_API_KEYS_FILE name the file."
            ) from None

    @property
    def fault(self) -> str | None:
        """That changes of the file do not take effect; None where they do. Why is in the log, with the path."""
        self._look()
        return _KEPT if self._fault is not None else None

    @property
    def able(self) -> bool:
        """Whether there is a key that would let anybody in."""
        self._look()
        return bool(self._keys)

    async def prepare(self) -> None:
        """Read the file again if it changed."""
        self._look()

    async def close(self) -> None:
        """Nothing to give back."""

    async def caller_of(self, credential: str) -> Caller:
        """Whom the key shows.

        Raises:
            NotKnown: nobody.
        """
        self._look()
        shown = parts(credential)
        if shown is None:
            raise NotKnown(Reason.MALFORMED)
        key = self._keys.get(shown.id)
        right = compare_digest(digest(shown.secret), key.sha256 if key else _NOBODY)
        if key is None:
            raise NotKnown(Reason.UNKNOWN_KEY)
        if not right:
            raise NotKnown(Reason.BAD_SECRET)
        if key.expired(self._now().astimezone(UTC).date()):
            raise NotKnown(Reason.EXPIRED)
        return key.caller

    def _look(self) -> None:
        """Read the file again if it is another than before; look at most once in `LOOK_AGAIN` seconds."""
        if self._clock() - self._looked < LOOK_AGAIN:
            return
        self._looked = self._clock()
        try:
            # What could not be read may be mended without a change that shows, such as the rights of a folder.
            if self._fault is None and signature(self._path.stat()) == self._seen:
                return
        except OSError:
            pass  # reading it says what is wrong
        try:
            self._keys, self._seen = _by_id(self._path)
        except KeyFileBroken as fault:
            if self._fault != str(fault):
                _log.error("%s; the keys that were there before stay in force", fault)
            self._fault = str(fault)
        else:
            _log.info("the file of API keys was read again: %d keys", len(self._keys))
            self._fault = None


def _by_id(path: Path) -> tuple[dict[str, ApiKey], Signature]:
    keys, seen = read_keys(path)
    return {key.id: key for key in keys}, seen
