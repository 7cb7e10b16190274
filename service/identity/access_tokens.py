"""OAuth 2 access tokens as JSON Web Tokens (RFC 6750, RFC 9068): whom the issuer says that it let in, and what for."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from service.identity.caller import Caller, Scope
from service.identity.jwks import JwkSet
from service.identity.key_file import nameable, tenant_named
from service.identity.refusals import NotKnown, Reason
from service.identity.signed_tokens import read_header, verified_claims

ACCESS: Final = "at+jwt"
"""The `typ` that access tokens have (RFC 9068, section 2.1); many issuers still write `JWT`, or nothing."""

_ID_TOKEN_CLAIMS: Final = frozenset({"nonce", "at_hash", "c_hash", "s_hash"})
"""Claims of ID tokens (OpenID Connect Core, sections 2 and 3.3.2.11), which tell an app who signed in and let nobody in
anywhere. Keycloak before version 24 put `nonce` into access tokens too; it must be told not to."""

_NAMES: Final = ("client_id", "azp", "sub")
"""Claims that name the caller: the program that asks, else the person."""


class AccessTokens:
    """Tokens of one issuer for this service."""

    def __init__(
        self, keys: JwkSet, *, issuer: str, audience: str, tenant_claim: str, now: Callable[[], datetime]
    ) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._tenant_claim = tenant_claim
        self._now = now

    @property
    def fault(self) -> str | None:
        """Why the keys of the issuer are not as fresh as they should be."""
        return self._keys.fault

    @property
    def able(self) -> bool:
        """Whether there are keys to check tokens with."""
        return self._keys.able

    async def prepare(self) -> None:
        """Fetch the keys of the issuer where they are missing."""
        await self._keys.prepare()

    async def close(self) -> None:
        """End what is under way."""
        await self._keys.close()

    async def caller_of(self, credential: str) -> Caller:
        """Whom the token shows.

        Raises:
            NotKnown: nobody.
            KeysUnavailable: the keys of the issuer are not there.
        """
        header = read_header(credential)
        if header.kind not in (ACCESS, "jwt", None):
            raise NotKnown(Reason.WRONG_TYPE)
        key = await self._keys.key(header.kid, header.algorithm)
        claims = verified_claims(
            credential, key, issuer=self._issuer, audience=self._audience, now=self._now().timestamp()
        )
        if not _lets_in(claims, sure=header.kind == ACCESS):
            raise NotKnown(Reason.WRONG_TYPE)
        return Caller(
            tenant=_named(claims, (self._tenant_claim,), tenant_named, Reason.NO_TENANT),
            name=_named(claims, _NAMES, nameable, Reason.BAD_CLAIMS),
            scopes=_scopes(claims),
        )


def _lets_in(claims: Mapping[str, Any], *, sure: bool) -> bool:
    """Whether these are the claims of an access token that whoever holds it may use.

    `sure` is whether the header said that it is an access token. Keycloak says so in a claim `typ` (`Bearer`, `ID`,
    `Refresh`), Cognito in `token_use`. A token with `cnf` is bound to a key of its holder (RFC 8705, RFC 9449), which
    is not checked here: taking it from anybody would undo what it is for.
    """
    kind, use = claims.get("typ", "Bearer"), claims.get("token_use", "access")
    return (
        "cnf" not in claims
        and isinstance(kind, str)
        and kind.lower() in ("bearer", ACCESS, "jwt")
        and use == "access"
        and (sure or not _ID_TOKEN_CLAIMS & claims.keys())
    )


def _named(claims: Mapping[str, Any], names: tuple[str, ...], taken: Callable[[str], str], missing: Reason) -> str:
    """The first of these claims that is there, if it is `taken` as a name."""
    stated = next((claims[name] for name in names if claims.get(name) is not None), None)
    if not isinstance(stated, str):
        raise NotKnown(missing)
    try:
        return taken(stated)
    except ValueError:
        raise NotKnown(missing) from None


def _scopes(claims: Mapping[str, Any]) -> frozenset[Scope]:
    """The scopes in `scope` (RFC 8693, section 4.2), else `scp`, which some issuers write; words of others left out."""
    stated = claims["scope"] if claims.get("scope") is not None else claims.get("scp", "")
    words = stated.split(" ") if isinstance(stated, str) else stated
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise NotKnown(Reason.BAD_CLAIMS)
    return frozenset(scope for scope in Scope if scope.value in words)
