"""Whoever shows wrong credentials too often from one address is not listened to for a while."""

from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from typing import Final

from service.identity.rate_limits import KEPT, RateLimits, network_of, parsed

GUESSES: Final = "30/minute"
"""Wrong credentials from one address before nothing more from there is compared.

A key has 256 random bits and a token a signature: nobody guesses them at any speed. The limit saves the work of
checking, and makes noise in the metrics.
"""


class Guesses:
    """Counts wrong credentials by address, and remembers, by hash, which were right.

    Many people may share one address: a hospital behind one proxy. What was right before is therefore still checked
    from an address that is shut, or one program with an old key would silence all others there.
    """

    def __init__(self, *, clock: Callable[[], float], kept: int = KEPT) -> None:
        self._limits = RateLimits(parsed(GUESSES), clock=clock, kept=kept)
        self._kept = kept
        self._right: OrderedDict[bytes, None] = OrderedDict()

    def wait(self, host: str | None, credential: str) -> int:
        """Seconds for which `credential` from `host` is not looked at; 0 if it is."""
        seconds = self._limits.wait(network_of(host))
        return 0 if seconds and _digest(credential) in self._right else seconds

    def wrong(self, host: str | None, credential: str) -> None:
        """Count `credential` from `host` as a wrong one."""
        self._right.pop(_digest(credential), None)
        self._limits.count(network_of(host))

    def right(self, credential: str) -> None:
        """Remember `credential` as a right one."""
        digest = _digest(credential)
        self._right[digest] = None
        self._right.move_to_end(digest)
        if len(self._right) > self._kept:
            self._right.popitem(last=False)


def _digest(credential: str) -> bytes:
    return sha256(credential.encode("utf-8", "surrogatepass")).digest()
