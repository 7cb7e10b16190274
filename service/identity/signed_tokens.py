"""What is checked of every JSON Web Token (RFC 7519), whatever it is for: header, signature, times."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

import jwt
from jwt.exceptions import (
    InvalidAlgorithmError,
    InvalidAudienceError,
    InvalidIssuerError,
    InvalidJTIError,
    InvalidKeyError,
    InvalidSignatureError,
    InvalidSubjectError,
    MissingRequiredClaimError,
    PyJWTError,
)

from service.identity.refusals import NotKnown, Reason
from service.identity.verification_keys import ALGORITHMS, VerificationKey

LEEWAY: Final = 30.0
"""Seconds by which the clocks of issuer and service may differ."""

_LABELS: Final[tuple[tuple[type[PyJWTError], Reason], ...]] = (
    (InvalidSignatureError, Reason.BAD_SIGNATURE),
    (InvalidAlgorithmError, Reason.BAD_ALGORITHM),
    (InvalidKeyError, Reason.BAD_ALGORITHM),
    (InvalidIssuerError, Reason.WRONG_ISSUER),
    (InvalidAudienceError, Reason.WRONG_AUDIENCE),
    (MissingRequiredClaimError, Reason.BAD_CLAIMS),
    (InvalidSubjectError, Reason.BAD_CLAIMS),
    (InvalidJTIError, Reason.BAD_CLAIMS),
)


@dataclass(frozen=True, kw_only=True)
class Header:
    """What the header says that matters; `jwk`, `x5u` and `x5c`, which bring a key along, never do."""

    algorithm: str
    kid: str | None
    kind: str | None
    """`typ`, in lower case and without `application/` (RFC 7515, section 4.1.9)."""
    key_set: object
    """`jku`, as it stands, for who holds it against what is configured: nothing is ever fetched from there."""


def read_header(token: str) -> Header:
    """The header, not verified yet: it names the key to verify it with.

    Raises:
        NotKnown: the token cannot be read, or asks for something that is not understood or not taken.
    """
    try:
        stated = jwt.get_unverified_header(token)
    except (PyJWTError, ValueError):
        raise NotKnown(Reason.MALFORMED) from None
    algorithm, kid, kind = stated.get("alg"), stated.get("kid"), stated.get("typ")
    # `crit` names extensions without which the token means something else; none is known here (RFC 7515, 4.1.11).
    if "crit" in stated or "b64" in stated or not isinstance(kid, str | None) or not isinstance(kind, str | None):
        raise NotKnown(Reason.MALFORMED)
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise NotKnown(Reason.BAD_ALGORITHM)
    kind = kind.lower().removeprefix("application/") if kind is not None else None
    return Header(algorithm=algorithm, kid=kid, kind=kind, key_set=stated.get("jku"))


def stated_issuer(token: str) -> str:
    """Who the token says that it is from, not verified yet: it names whose keys to verify it with.

    Raises:
        NotKnown: the token cannot be read, or does not say.
    """
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except (PyJWTError, ValueError, RecursionError):
        raise NotKnown(Reason.MALFORMED) from None
    issuer = claims.get("iss")
    if not isinstance(issuer, str):
        raise NotKnown(Reason.BAD_CLAIMS)
    return issuer


def verified_claims(
    token: str, key: VerificationKey, *, issuer: str, audience: str | Collection[str], now: float
) -> Mapping[str, Any]:
    """The claims of a token that `key` signed, for one `audience` of these, valid at `now` (seconds since 1970).

    Raises:
        NotKnown: it is not such a token.
    """
    try:
        claims = jwt.decode(
            token,
            key.public,
            algorithms=sorted(key.algorithms),
            issuer=issuer,
            audience=audience if isinstance(audience, str) else sorted(audience),
            # Times are checked below: the library reads the clock itself, and takes "123" and true for times.
            options={"require": ["iss", "aud"], "verify_exp": False, "verify_nbf": False, "verify_iat": False},
        )
    except (PyJWTError, ValueError) as fault:
        label = next((label for kind, label in _LABELS if isinstance(fault, kind)), Reason.MALFORMED)
        raise NotKnown(label) from None
    _check_times(claims, now)
    return claims


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    """RFC 7519, sections 4.1.4 to 4.1.6; an issuer that says when it signed cannot have signed in the future."""
    times = {name: seconds_of(claims[name]) for name in ("exp", "nbf", "iat") if claims.get(name) is not None}
    if "exp" not in times:
        raise NotKnown(Reason.BAD_CLAIMS)
    if now >= times["exp"] + LEEWAY:
        raise NotKnown(Reason.EXPIRED)
    if any(now < times[name] - LEEWAY for name in ("nbf", "iat") if name in times):
        raise NotKnown(Reason.NOT_YET_VALID)


def seconds_of(stated: Any) -> float:
    """A time that a claim states: seconds since 1970, as a number (RFC 7519, section 2).

    Raises:
        NotKnown: it is none.
    """
    if isinstance(stated, bool) or not isinstance(stated, int | float):
        raise NotKnown(Reason.BAD_CLAIMS)
    try:
        seconds = float(stated)
    except OverflowError:
        raise NotKnown(Reason.BAD_CLAIMS) from None
    if not math.isfinite(seconds):
        raise NotKnown(Reason.BAD_CLAIMS)
    return seconds
