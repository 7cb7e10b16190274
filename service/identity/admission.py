"""One question before every entrance: who asks, and whether they may."""

import asyncio
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, Protocol

from starlette.datastructures import Headers
from starlette.requests import Request

from service.errors import StartupError
from service.identity.api_keys import ApiKeys
from service.identity.caller import LOCAL, Caller, Scope
from service.identity.guesses import Guesses
from service.identity.rate_limits import RateLimits, parsed
from service.identity.refusals import KeysUnavailable, NotKnown, Reason, forbidden, too_many
from service.identity.refused import Refused
from service.settings import Auth, Settings

LONGEST: Final = 8 * 1024
"""Characters of a key or token; tokens have one or two thousand."""

BEARER: Final = "Bearer"
KEY_HEADER: Final = "X-API-Key"

_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
"""What may follow `Bearer` (RFC 6750, section 2.1)."""


class Credentials(Protocol):
    """One way for callers to show who they are."""

    @property
    def fault(self) -> str | None:
        """What is wrong, though callers may still be let in; safe to show."""

    @property
    def able(self) -> bool:
        """Whether anybody can be let in at all."""

    async def prepare(self) -> None:
        """Get what is needed to check callers, where it is missing; it does not fail."""

    async def close(self) -> None:
        """Give everything back."""

    async def caller_of(self, credential: str) -> Caller:
        """Whom `credential` shows; raises NotKnown or KeysUnavailable."""


class Admission:
    """Who is let in. Refusals are counted by label; what is answered does not tell them apart."""

    def __init__(
        self,
        credentials: Credentials | None,
        *,
        limits: RateLimits,
        guesses: Guesses,
        key_header: bool,
        refused: Callable[[str], None],
    ) -> None:
        self._credentials = credentials
        self._limits = limits
        self._key_header = key_header
        self._refused = Refused(guesses=guesses, refused=refused)

    @property
    def fault(self) -> str | None:
        """What is wrong with the keys, though callers may still be let in; None where nothing is."""
        return self._credentials.fault if self._credentials else None

    @property
    def able(self) -> bool:
        """Whether anybody can be let in at all: where not, others should be asked instead of this process."""
        return self._credentials.able if self._credentials else True

    async def prepare(self) -> None:
        """Get what is needed to check callers, where it is missing; it does not fail.

        Asked when the service starts, and whenever somebody asks whether it is ready: a service that nobody turns to
        because it was not ready would otherwise never become so.
        """
        if self._credentials:
            await self._credentials.prepare()

    async def close(self) -> None:
        """Give everything back."""
        if self._credentials:
            await self._credentials.close()

    async def admit(self, request: Request, scope: Scope | None) -> Caller:
        """Who asks, if they may do what takes `scope`; with None, whoever is known.

        Raises:
            Refusal: 401 for nobody known, 403 without the scope, 429 for too many requests or too many wrong
                credentials, 503 where nobody can be checked.
        """
        if self._credentials is None:
            request.state.caller = LOCAL
            return LOCAL
        # Left in the request for the line of the log, which names who asked, let in or not.
        caller = request.state.caller = await self._known(request, self._credentials)
        seconds = self._limits.take(caller.tenant, caller.name)
        if seconds:
            raise self._refused.counted(Reason.RATE, too_many(seconds))
        if scope is not None and scope not in caller.scopes:
            raise self._refused.counted(Reason.NO_SCOPE, forbidden(scope))
        return caller

    async def pace(self, caller: Caller) -> None:
        """Wait until a caller who was let in may ask for one thing more, which then counts as a request.

        For requests that ask for many things: they are slowed down to the rate of the caller, and not refused.
        """
        if self._credentials is not None:
            while seconds := self._limits.take(caller.tenant, caller.name):
                await asyncio.sleep(seconds)

    async def _known(self, request: Request, credentials: Credentials) -> Caller:
        try:
            return await credentials.caller_of(shown(request.headers, key_header=self._key_header))
        except (NotKnown, KeysUnavailable) as fault:
            raise self._refused.by(fault, request) from None


def shown(headers: Headers, *, key_header: bool) -> str:
    """The key or token that a request shows, in one place alone (RFC 6750, section 2).

    Raises:
        NotKnown: none, more than one, or nothing that could be one.
    """
    bearers = headers.getlist("Authorization")
    keys = headers.getlist(KEY_HEADER) if key_header else []
    if not bearers and not keys:
        raise NotKnown(Reason.NO_CREDENTIALS)
    if len(bearers) + len(keys) > 1:
        raise NotKnown(Reason.MALFORMED)
    if keys:
        (credential,) = keys
    else:
        scheme, _, credential = bearers[0].partition(" ")
        if scheme.lower() != BEARER.lower():
            raise NotKnown(Reason.MALFORMED)
    credential = credential.strip(" ")
    if len(credential) > LONGEST or not _TOKEN.fullmatch(credential):
        raise NotKnown(Reason.MALFORMED)
    return credential


def admission_of(
    settings: Settings,
    *,
    refused: Callable[[str], None],
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    clock: Callable[[], float] = time.monotonic,
) -> Admission:
    """The admission that `settings` ask for; `now` is the time of day, `clock` counts seconds and is never set back.

    Raises:
        StartupError: the file of API keys cannot be read, or the keys of the issuer cannot be fetched safely from
            where the settings say.
    """
    return Admission(
        _credentials_of(settings, now=now, clock=clock),
        limits=RateLimits(parsed(settings.rate_limit), clock=clock),
        guesses=Guesses(clock=clock),
        key_header=settings.auth is Auth.API_KEY,
        refused=refused,
    )


def _credentials_of(
    settings: Settings, *, now: Callable[[], datetime], clock: Callable[[], float]
) -> Credentials | None:
    if settings.auth is Auth.NONE:
        return None
    if settings.auth is Auth.API_KEY:
        return ApiKeys(settings.api_keys_file, now=now, clock=clock)
    # What reads signed tokens is loaded where there can be any.
    from service.identity.access_tokens import AccessTokens
    from service.identity.jwks import JwkSet

    try:
        keys = JwkSet(settings.jwt_jwks_url or "", clock=clock)
    except ValueError as fault:
        raise StartupError(f"NERVEROOT_JWT_JWKS_URL {fault}") from None
    return AccessTokens(
        keys,
        issuer=settings.jwt_issuer or "",
        audience=settings.jwt_audience or "",
        tenant_claim=settings.jwt_tenant_claim,
        now=now,
    )
