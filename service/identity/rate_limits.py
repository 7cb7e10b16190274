"""How often one caller may ask, and how often one address may guess; counted in this process alone.

The notation and the counting are those of the library `limits`. Its store in memory is not used: it grows with the
number of keys, starts a thread to sweep them, and reads the wall clock, which may be set back.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from ipaddress import IPv6Address, ip_address
from math import ceil
from typing import Final

from limits import RateLimitItem, parse
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter

KEPT: Final = 20_000
"""Counts kept at once, a few megabytes; beyond that the one that was longest not counted starts anew."""

_ONE = re.compile(
    r"\s*[1-9][0-9]{0,8}\s*(/|\bper\b)\s*([1-9][0-9]{0,3}\s*)?(second|minute|hour|day)s?\s*", re.IGNORECASE
)


def parsed(text: str) -> tuple[RateLimitItem, ...]:
    """The limits that `text` states, as in `100/second;20000/hour`.

    Raises:
        ValueError: it states none, with a sentence that says what is expected.
    """
    parts = text.split(";")
    # The library takes more than it understands: it reads `5/0 minutes` as `5/minute`, and leaves some parts out.
    if not all(_ONE.fullmatch(part) for part in parts):
        raise ValueError("a rate limit is written as in 100/second, several as in 100/second;20000/hour.")
    return tuple({str(item): item for item in map(parse, parts)}.values())


class Windows(Storage):
    """Counts in memory, at most `kept` of them: each with the moment at which it starts anew."""

    STORAGE_SCHEME = None
    """It has no address: the library must not make one by itself."""

    def __init__(self, clock: Callable[[], float], kept: int = KEPT) -> None:
        super().__init__()
        self._clock = clock
        self._kept = kept
        self._counts: OrderedDict[str, tuple[int, float]] = OrderedDict()

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        """What can go wrong with a store of its own kind: nothing."""
        return ()

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count `amount` more, for `expiry` seconds from the first."""
        now = self._clock()
        count, end = self._counts.pop(key, (0, now))
        count, end = (count, end) if now < end else (0, now + expiry)
        self._counts[key] = (count + amount, end)
        if len(self._counts) > self._kept:
            self._counts.popitem(last=False)
        return count + amount

    def get(self, key: str) -> int:
        """How many were counted since the window began."""
        count, end = self._counts.get(key, (0, 0.0))
        return count if self._clock() < end else 0

    def get_expiry(self, key: str) -> float:
        """When the count starts anew, by the clock."""
        return self._counts.get(key, (0, self._clock()))[1]

    def check(self) -> bool:
        """Whether it can count: always."""
        return True

    def reset(self) -> int:
        """Forget everything; return how many counts there were."""
        forgotten = len(self._counts)
        self._counts.clear()
        return forgotten

    def clear(self, key: str) -> None:
        """Forget one count."""
        self._counts.pop(key, None)

    def __len__(self) -> int:
        return len(self._counts)


class RateLimits:
    """Several limits that hold together for each of many who ask.

    A window begins with the first request in it. Around its end, twice the number can come in a short time; what that
    buys is that a caller can be told to the second when it may ask again.
    """

    def __init__(self, items: Sequence[RateLimitItem], *, clock: Callable[[], float], kept: int = KEPT) -> None:
        self._items = tuple(items)
        self._clock = clock
        self._windows = Windows(clock, kept * len(self._items))
        self._limiter = FixedWindowRateLimiter(self._windows)

    def wait(self, *who: str) -> int:
        """Seconds until `who` may ask again, at least 1; 0 if at once. It does not count."""
        key = _one_name(who)
        ends = [
            self._windows.get_expiry(item.key_for(key)) for item in self._items if not self._limiter.test(item, key)
        ]
        return max(1, ceil(max(ends) - self._clock())) if ends else 0

    def count(self, *who: str) -> None:
        """Count one request of `who`."""
        for item in self._items:
            self._limiter.hit(item, _one_name(who))

    def take(self, *who: str) -> int:
        """Count one request of `who` and return 0, or return the seconds to wait: refused ones do not count."""
        seconds = self.wait(*who)
        if not seconds:
            self.count(*who)
        return seconds


def _one_name(who: Sequence[str]) -> str:
    """The parts as one text that no other parts give; the library would join `a/b` and `c` as it joins `a`, `b/c`."""
    return "".join(f"{len(part)}:{part}" for part in who)


def network_of(host: str | None) -> str:
    """The address that guesses are counted under; of IPv6 its first 64 bits, which one household or office has."""
    try:
        address = ip_address((host or "").partition("%")[0])
    except ValueError:
        return "unnamed"  # a Unix socket, or a test client
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Address(int(address) >> 64 << 64))
