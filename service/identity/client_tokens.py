"""Tokens of record systems (CDS Hooks 2.0, "Trusting CDS Clients"): signed by one that is known, for one call alone.

What is asked of them is in the specification and in its best practices; how long they may live, and that the header
names no other keys than those that are configured, is ours.
"""

import asyncio
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from math import ceil
from typing import Any, Final

from service.identity.caller import Caller, Scope
from service.identity.jwks import JwkSet
from service.identity.record_systems import CdsClient
from service.identity.refusals import Foreign, NotKnown, Reason
from service.identity.signed_tokens import LEEWAY, read_header, seconds_of, stated_issuer, verified_claims

KIND: Final = "jwt"
"""The `typ` that such a token must have; access tokens have another (RFC 9068, section 2.1)."""

LONGEST_LIFE: Final = 3600.0
"""Seconds from `iat` to `exp`; clients of which we know take five minutes."""

LONGEST_ID: Final = 255
"""Characters of `jti`; a UUID has 36."""


@dataclass(frozen=True, kw_only=True)
class ShownToken:
    """A token that is right in everything, except that it may have been used before."""

    caller: Caller
    digest: str
    """Of issuer and `jti`: what may be kept of them."""
    expires: int
    """Seconds since 1970 from which it is no longer taken, and need not be remembered."""


class ClientTokens:
    """The tokens of the record systems that `clients` names; each has its own keys."""

    def __init__(
        self, clients: Collection[CdsClient], *, now: Callable[[], datetime], clock: Callable[[], float]
    ) -> None:
        self._clients = {client.iss: client for client in clients}
        self._keys = {client.iss: JwkSet(client.jku, clock=clock) for client in clients}
        self._now = now

    @property
    def fault(self) -> str | None:
        """Why keys of some record system are not as fresh as they should be; it does not say of which."""
        return next((keys.fault for keys in self._keys.values() if keys.fault is not None), None)

    @property
    def able(self) -> bool:
        """Whether there are keys of any to check tokens with."""
        return any(keys.able for keys in self._keys.values())

    async def prepare(self) -> None:
        """Fetch the keys that are missing."""
        await asyncio.gather(*(keys.prepare() for keys in self._keys.values()))

    async def close(self) -> None:
        """End what is under way."""
        await asyncio.gather(*(keys.close() for keys in self._keys.values()))

    async def read(self, token: str, audiences: Collection[str]) -> ShownToken:
        """What the token shows, if it is for one of `audiences`. Nobody but its signer learns that it is Foreign.

        Raises:
            NotKnown: nobody.
            KeysUnavailable: the keys of its issuer are not there.
            Foreign: a record system that is known, for an organisation that is not.
        """
        header = read_header(token)
        if header.kind != KIND:
            raise NotKnown(Reason.WRONG_TYPE)
        if not header.kid:
            raise NotKnown(Reason.MALFORMED)
        client = self._clients.get(stated_issuer(token))
        if client is None:
            raise NotKnown(Reason.WRONG_ISSUER)
        if header.key_set not in (None, client.jku):
            raise NotKnown(Reason.UNKNOWN_KEY)
        key = await self._keys[client.iss].key(header.kid, header.algorithm)
        now = self._now().timestamp()
        claims = verified_claims(token, key, issuer=client.iss, audience=audiences, now=now)
        expires = _expires(claims)
        digest = _digest(client.iss, _identifier(claims))
        caller = Caller(tenant=_tenant(client, claims), name=client.iss, scopes=frozenset({Scope.ASSESS}))
        return ShownToken(caller=caller, digest=digest, expires=expires)


def _expires(claims: Mapping[str, Any]) -> int:
    """From when the token is no longer taken; it says when it was made, and does not live long."""
    if claims.get("iat") is None:
        raise NotKnown(Reason.BAD_CLAIMS)
    issued, ends = seconds_of(claims["iat"]), seconds_of(claims["exp"])
    if ends <= issued:
        raise NotKnown(Reason.BAD_CLAIMS)
    if ends - issued > LONGEST_LIFE:
        raise NotKnown(Reason.TOO_LONG_LIVED)
    return ceil(ends + LEEWAY)


def _identifier(claims: Mapping[str, Any]) -> str:
    stated = claims.get("jti")
    if not isinstance(stated, str) or not 0 < len(stated) <= LONGEST_ID:
        raise NotKnown(Reason.BAD_CLAIMS)
    return stated


def _digest(issuer: str, identifier: str) -> str:
    """Both as one text that no other two give; as JSON, so that half a character has a spelling too."""
    return sha256(json.dumps([issuer, identifier]).encode("ascii")).hexdigest()


def _tenant(client: CdsClient, claims: Mapping[str, Any]) -> str:
    """The organisation under which the record keeps what is asked; an issuer that speaks for one alone need not say.

    If it says another, it speaks for more than the settings know of, and their charts must not come under one name.
    """
    named = claims.get("tenant")
    if client.tenants is None:
        if named not in (None, client.tenant):
            raise Foreign(client.iss)
        return client.tenant
    tenant = client.tenants.get(named) if isinstance(named, str) else None
    if tenant is None:
        raise Foreign(client.iss)
    return tenant
