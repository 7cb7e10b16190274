"""From a JSON Web Key Set (RFC 7517) to the public keys in it that signatures may be checked with."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from jwt.exceptions import PyJWTError

RSA_ALGORITHMS: Final = frozenset({"RS256", "RS384", "RS512"})
CURVES: Final = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}
"""The one algorithm of each curve (RFC 7518, section 3.4)."""

ALGORITHMS: Final = RSA_ALGORITHMS | frozenset(CURVES.values())
"""All that are taken: signatures that only the owner of a private key can make (RFC 8725, section 3.1)."""

SHORTEST_RSA: Final = 2048
"""Bits (RFC 7518, section 3.3)."""

_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
"""The members of a key that must stay with its owner (RFC 7518, section 6)."""

_PUBLIC = ("kty", "n", "e", "crv", "x", "y")


@dataclass(frozen=True, kw_only=True)
class VerificationKey:
    """One public key, and the algorithms that it may be used with: never what a token says of itself."""

    kid: str | None
    algorithms: frozenset[str]
    public: RSAPublicKey | EllipticCurvePublicKey


def read_key_set(text: bytes) -> tuple[VerificationKey, ...]:
    """The usable keys of a set, in its order; those that cannot be used are left out (RFC 7517, section 5).

    Raises:
        ValueError: it is no key set.
    """
    try:
        stated = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(stated, dict) or not isinstance(stated.get("keys"), list):
        raise ValueError("no key set")
    read = (_read_key(each) for each in stated["keys"] if isinstance(each, dict))
    return tuple(key for key in read if key is not None)


def fitting(keys: Iterable[VerificationKey], kid: str | None, algorithm: str) -> VerificationKey | None:
    """The key that a token with this header was signed with; without a `kid` only where no other could be meant."""
    usable = [key for key in keys if algorithm in key.algorithms]
    if kid is None:
        return usable[0] if len(usable) == 1 else None
    return next((key for key in usable if key.kid == kid), None)


def _read_key(stated: Mapping[str, Any]) -> VerificationKey | None:
    """One key; None where it is not for signatures, too weak, or not readable.

    A key that was published with its private part is left out too: by now anybody may sign with it.
    """
    kid, named = stated.get("kid"), stated.get("alg")
    operations = stated.get("key_ops")
    if (
        not (kid is None or isinstance(kid, str))
        or stated.get("use", "sig") != "sig"
        or not (operations is None or (isinstance(operations, list) and "verify" in operations))
        or _PRIVATE & stated.keys()
    ):
        return None
    numbers = {name: stated[name] for name in _PUBLIC if name in stated}
    try:
        public, possible = _public(numbers)
    except (PyJWTError, ValueError, TypeError, OverflowError):
        return None
    algorithms = possible if named is None else frozenset(alg for alg in possible if alg == named)
    return VerificationKey(kid=kid, algorithms=algorithms, public=public) if algorithms else None


def _public(numbers: dict[str, Any]) -> tuple[RSAPublicKey | EllipticCurvePublicKey, frozenset[str]]:
    """The key that these numbers are, and its algorithms.

    Raises:
        ValueError: none that is taken.
    """
    if numbers.get("kty") == "RSA":
        rsa = RSAAlgorithm.from_jwk(numbers)
        if isinstance(rsa, RSAPublicKey) and rsa.key_size >= SHORTEST_RSA:
            return rsa, RSA_ALGORITHMS
    elif numbers.get("kty") == "EC" and numbers.get("crv") in CURVES:
        curve = ECAlgorithm.from_jwk(numbers)
        if isinstance(curve, EllipticCurvePublicKey):
            return curve, frozenset({CURVES[numbers["crv"]]})
    raise ValueError("no key that is taken")
