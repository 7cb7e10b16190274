"""The published keys of one issuer: fetched, kept for a while, and asked for again no more often than is polite."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from service.downloading import NoAnswer, body_of
from service.identity.addresses import checked_url
from service.identity.refusals import KeysUnavailable, NotKnown, Reason
from service.identity.verification_keys import VerificationKey, fitting, read_key_set

AHEAD: Final = 480.0
"""Seconds after which new keys are fetched beside the work, so that under load nobody waits for them."""
FRESH: Final = 600.0
"""Seconds for which what was fetched is relied on without asking again."""
STALE: Final = 24 * 3600.0
"""Seconds for which it serves on while the issuer cannot be reached: longer, and keys it withdrew long ago would."""
PAUSE: Final = 30.0
"""Seconds between two fetches: tokens with invented key ids must not become a flood of requests to the issuer."""
FIRST_PAUSE: Final = 5.0
"""The same while no keys are there at all, and nobody can be let in."""
SECONDS: Final = 2.0
"""How long one fetch may take in all."""
MAX_BODY: Final = 256 * 1024
"""Bytes of a key set; that of a large issuer has about 10 KiB."""

_log = logging.getLogger(__name__)


class JwkSet:
    """The key set at one address.

    Any number of requests wait for the same fetch. Where known keys are at hand, nobody waits for an issuer that was
    silent the last time.
    """

    def __init__(self, url: str, *, clock: Callable[[], float]) -> None:
        self._url = checked_url(url)
        self._clock = clock
        self._keys: tuple[VerificationKey, ...] = ()
        self._fetched: float | None = None
        self._asked: float | None = None
        self._why: str | None = None
        self._flight: asyncio.Task[None] | None = None
        import httpx2  # not loaded by services that have no issuer

        self._client = httpx2.AsyncClient(
            timeout=SECONDS,
            follow_redirects=False,
            # A proxy, and the authorities of a hospital, come from the environment; this machine is asked directly.
            trust_env=urlsplit(url).scheme == "https",
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
            limits=httpx2.Limits(max_keepalive_connections=0),
        )

    @property
    def fault(self) -> str | None:
        """Why the keys are not as fresh as they should be; None where they are, or nobody has asked yet."""
        return self._why

    @property
    def able(self) -> bool:
        """Whether there are keys to check signatures with."""
        return self._usable()

    @property
    def fetching(self) -> bool:
        """Whether a fetch is under way."""
        return self._flight is not None and not self._flight.done()

    async def prepare(self) -> None:
        """Fetch the keys where it is time to; wait for them where those at hand cannot be relied on."""
        if (self._age() > AHEAD or not self._usable()) and self._due():
            self._launch()
        if not self._usable() or (self._age() > FRESH and self._why is None):
            await self.landed()

    async def close(self) -> None:
        """End what is under way."""
        if self._flight is not None and self.fetching:
            self._flight.cancel()
            await asyncio.wait({self._flight})
        await self._client.aclose()

    async def key(self, kid: str | None, algorithm: str) -> VerificationKey:
        """The key of that id for that algorithm.

        Raises:
            NotKnown: the issuer publishes none.
            KeysUnavailable: no keys could be fetched, or none for so long that the known ones cannot be relied on.
        """
        await self.prepare()
        if self._age() > STALE:
            raise KeysUnavailable(int(FIRST_PAUSE))
        found = fitting(self._keys, kid, algorithm)
        if found is None and (self._due() or self.fetching):
            self._launch()
            await self.landed()
            found = fitting(self._keys, kid, algorithm)
        if found is None:
            raise NotKnown(Reason.UNKNOWN_KEY)
        return found

    async def landed(self) -> None:
        """Wait for the fetch under way, if there is one; a request that is given up does not end it for the others."""
        if self._flight is not None and self.fetching:
            await asyncio.wait({self._flight})

    def _age(self) -> float:
        return float("inf") if self._fetched is None else self._clock() - self._fetched

    def _usable(self) -> bool:
        return bool(self._keys) and self._age() <= STALE

    def _due(self) -> bool:
        pause = PAUSE if self._usable() else FIRST_PAUSE
        return not self.fetching and (self._asked is None or self._clock() - self._asked >= pause)

    def _launch(self) -> None:
        if not self.fetching:
            self._asked = self._clock()
            self._flight = asyncio.create_task(self._fetch(self._asked))

    async def _fetch(self, asked: float) -> None:
        """Put what the issuer publishes in the place of the known keys; leave them where that fails."""
        try:
            async with asyncio.timeout(SECONDS):
                self._keys = read_key_set(await body_of(self._client, self._url, most=MAX_BODY))
        except Exception as fault:
            # Whatever it was: callers whose keys are known must not notice. Its type says enough, and quotes nobody.
            why = str(fault) if isinstance(fault, NoAnswer) else type(fault).__name__
            self._say(f"The keys of the issuer could not be fetched ({why}).")
        else:
            self._fetched = asked
            self._say(None if self._keys else "The issuer publishes no key that can be used.")

    def _say(self, why: str | None) -> None:
        """Log a change for the worse, or for the better, once."""
        if why is not None and why != self._why:
            _log.error("%s", why)
        elif why is None and self._why is not None:
            _log.info("The keys of the issuer were fetched again.")
        self._why = why
