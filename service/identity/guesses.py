"""Whoever shows wrong credentials too often from one address is told to wait."""

from collections.abc import Callable
from typing import Final

from service.identity.rate_limits import KEPT, RateLimits, network_of, parsed

GUESSES: Final = "30/minute"
"""Wrong credentials from one address before further wrong ones there are answered with 429.

A key has 256 random bits and a token a signature: nobody guesses them at any speed. The limit tells a program with an
old key to slow down, and makes noise in the metrics.
"""


class Guesses:
    """Counts wrong credentials by address.

    Right ones are let in from any address, whatever others show there: a hospital behind one proxy shares one, and a
    program with an old key must not silence all others. So every credential is checked. That takes microseconds for a
    key, and less than a millisecond for a token under the slowest algorithm that is taken: no more than any other
    request costs whoever sends it.
    """

    def __init__(self, *, clock: Callable[[], float], kept: int = KEPT) -> None:
        self._limits = RateLimits(parsed(GUESSES), clock=clock, kept=kept)

    def wrong(self, host: str | None) -> int:
        """Count a wrong credential from `host` and return 0, or return the seconds to wait if there were too many."""
        return self._limits.take(network_of(host))
