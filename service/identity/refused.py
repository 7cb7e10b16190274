"""Whoever is refused is counted and logged by a label that they do not learn; guesses are counted by address."""

import logging
from collections.abc import Callable

from starlette.requests import Request

from service.identity.guesses import Guesses
from service.identity.refusals import KeysUnavailable, NotKnown, Reason, too_many, unauthorized, unavailable
from service.problems import Refusal

_log = logging.getLogger(__name__)


class Refused:
    """Makes the refusals of one entrance."""

    def __init__(self, *, guesses: Guesses, refused: Callable[[str], None]) -> None:
        self._guesses = guesses
        self._refused = refused

    def unknown(self, request: Request, reason: Reason) -> Refusal:
        """The refusal of somebody who shows nothing that is taken: 401, or 429 after too many guesses."""
        host = request.client.host if request.client else None
        # Who shows nothing guesses nothing.
        seconds = 0 if reason is Reason.NO_CREDENTIALS else self._guesses.wrong(host)
        return self.counted(Reason.GUESSING, too_many(seconds)) if seconds else self.counted(reason, unauthorized())

    def by(self, fault: NotKnown | KeysUnavailable, request: Request) -> Refusal:
        """The refusal that a fault of credentials is answered with."""
        if isinstance(fault, KeysUnavailable):
            return self.counted(Reason.ISSUER_UNREACHABLE, unavailable(fault.seconds))
        return self.unknown(request, fault.reason)

    def counted(self, reason: Reason, refusal: Refusal) -> Refusal:
        """`refusal`, after it was counted under its reason."""
        self._refused(reason.value)
        _log.info("a caller was refused: %s", reason.value)
        return refusal
