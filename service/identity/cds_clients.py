"""One question before CDS Hooks: which record system asks, and whether its token is for this call, and new."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Protocol

from starlette.requests import Request

from service.errors import SchemaOutdated
from service.identity.addresses import host_of, is_loopback
from service.identity.admission import shown
from service.identity.caller import LOCAL, Caller
from service.identity.guesses import Guesses
from service.identity.rate_limits import RateLimits, parsed
from service.identity.refusals import Foreign, KeysUnavailable, NotKnown, Reason, foreign, too_many, unkept
from service.identity.refused import Refused
from service.settings import Auth, Settings

if TYPE_CHECKING:
    from service.identity.client_tokens import ClientTokens, ShownToken

NOBODY: Final = ""
"""Under which organisation those are counted that name one that is not known; no tenant has this name."""


class OnceOnly(Protocol):
    """Who remembers which tokens were used, in all processes of the service."""

    @property
    def fault(self) -> str | None:
        """Why other processes do not learn of it at present; safe to show."""

    def known(self, digest: str) -> bool:
        """Whether this process knows at once that the token of that digest was used."""

    async def first_time(self, digest: str, expires: int) -> bool:
        """Whether the token of that digest was never used; from now on it was, until `expires`.

        Raises:
            SchemaOutdated: nobody could be told, nor will be until somebody mends the tables.
        """

    def share(self) -> None:
        """Begin to tell other processes of the tokens that they do not know of yet; it does not wait, nor fail."""

    async def close(self) -> None:
        """Give everything back."""


class CdsAdmission:
    """Which record systems are let in. Refusals are counted by label; what is answered does not tell them apart."""

    def __init__(
        self,
        tokens: "ClientTokens | None",
        used: OnceOnly,
        *,
        audiences: Callable[[Request, str], frozenset[str]],
        limits: RateLimits,
        guesses: Guesses,
        refused: Callable[[str], None],
    ) -> None:
        """Without `tokens` whoever asks is the local caller."""
        self._tokens = tokens
        self._used = used
        self._audiences = audiences
        self._limits = limits
        self._refused = Refused(guesses=guesses, refused=refused)

    @property
    def fault(self) -> str | None:
        """What is wrong, though record systems may still be let in; None where nothing is."""
        found = (self._tokens.fault or self._used.fault) if self._tokens else None
        return None if found is None else f"CDS Hooks: {found}"

    @property
    def able(self) -> bool:
        """Whether any record system can be let in at all; where none is configured, none can."""
        return self._tokens.able if self._tokens else True

    async def prepare(self) -> None:
        """Get the keys of record systems, and share which tokens were used, where that is missing; it does not fail."""
        if self._tokens:
            self._used.share()
            await self._tokens.prepare()

    async def close(self) -> None:
        """Give everything back."""
        if self._tokens:
            await self._tokens.close()
        await self._used.close()

    async def admit(self, request: Request, *, path: str) -> Caller:
        """Which record system asks; `path` is the address that it calls, without the host.

        A token is used up last, so that nobody can use up another's, and only where an answer will come of it.

        Raises:
            Refusal: 401 for nobody known, 403 for an unknown organisation of one that is known, 429 for too many
                requests or too many wrong tokens, 503 where nobody can be checked.
        """
        if self._tokens is None:
            request.state.caller = LOCAL
            return LOCAL
        token = await self._read(request, self._tokens, path)
        # Left in the request for the line of the log, which names who asked, let in or not.
        caller = request.state.caller = token.caller
        if self._used.known(token.digest):
            # Not counted as a request of the record system: whoever stole one token must not use up what it may ask.
            raise self._refused.unknown(request, Reason.REPLAYED)
        seconds = self._limits.take(caller.tenant, caller.name)
        if seconds:
            raise self._refused.counted(Reason.RATE, too_many(seconds))
        try:
            first = await self._used.first_time(token.digest, token.expires)
        except SchemaOutdated:
            raise self._refused.counted(Reason.TOKENS_UNKEPT, unkept()) from None
        if not first:
            raise self._refused.unknown(request, Reason.REPLAYED)
        return caller

    async def _read(self, request: Request, tokens: "ClientTokens", path: str) -> "ShownToken":
        try:
            return await tokens.read(shown(request.headers, key_header=False), self._audiences(request, path))
        except (NotKnown, KeysUnavailable) as fault:
            raise self._refused.by(fault, request) from None
        except Foreign as found:
            # Its token is not used up, so it is counted; apart, so that it does not use up what the known ones may ask.
            seconds = self._limits.take(NOBODY, found.issuer)
            if seconds:
                raise self._refused.counted(Reason.RATE, too_many(seconds)) from None
            raise self._refused.counted(Reason.NO_TENANT, foreign()) from None


def cds_admission_of(
    settings: Settings,
    used: OnceOnly,
    *,
    refused: Callable[[str], None],
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    clock: Callable[[], float] = time.monotonic,
) -> CdsAdmission:
    """The admission that `settings` ask for; `now` is the time of day, `clock` counts seconds and is never set back.

    A service that asks nobody who they are, on its own machine, does not ask record systems either, unless it is told
    of some. Elsewhere nobody is let in until it is.
    """
    tokens = None
    if settings.auth is not Auth.NONE or settings.cds_clients:
        # What reads signed tokens is loaded where there can be any.
        from service.identity.client_tokens import ClientTokens

        tokens = ClientTokens(settings.cds_clients, now=now, clock=clock)
    return CdsAdmission(
        tokens,
        used,
        audiences=audiences_of(settings),
        limits=RateLimits(parsed(settings.rate_limit), clock=clock),
        guesses=Guesses(clock=clock),
        refused=refused,
    )


def audiences_of(settings: Settings) -> Callable[[Request, str], frozenset[str]]:
    """What a token may name as its audience: the very address that is called, or what a site has typed in instead.

    The address is that of the settings. The one that was asked is of the header `Host`, which anybody can write: a
    token for another service could be taken here under that one's name. So it counts on this machine alone.
    """

    def audiences(request: Request, path: str) -> frozenset[str]:
        address = settings.public_url
        if address is None and is_loopback(host_of(str(request.base_url)) or ""):
            address = str(request.base_url).rstrip("/")
        own = frozenset() if address is None else frozenset({address + path})
        return own.union(settings.cds_audiences)

    return audiences
