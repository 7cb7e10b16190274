"""Keys of an issuer, and tokens as an issuer or a forger makes them: every part can be made wrong."""

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    SECP384R1,
    SECP521R1,
    EllipticCurve,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from tests.identity.timing import START

ISSUER = "https://issuer.example/realms/hospital"
AUDIENCE = "nerveroot"
CURVES: dict[str, EllipticCurve] = {"ES256": SECP256R1(), "ES384": SECP384R1(), "ES512": SECP521R1()}
HASHES = {"256": RSAAlgorithm.SHA256, "384": RSAAlgorithm.SHA384, "512": RSAAlgorithm.SHA512}

PrivateKey = RSAPrivateKey | EllipticCurvePrivateKey


@cache
def private(name: str, algorithm: str = "RS256", bits: int = 2048) -> PrivateKey:
    """The private key of this name, made when it is first asked for."""
    if algorithm.startswith("RS"):
        return generate_rsa(public_exponent=65537, key_size=bits)
    return generate_private_key(CURVES[algorithm])


def published(name: str, algorithm: str = "RS256", bits: int = 2048, **changes: Any) -> dict[str, Any]:
    """The public key as the issuer publishes it; a change to None takes the member out."""
    key = private(name, algorithm, bits)
    numbers = (
        RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
        if isinstance(key, RSAPrivateKey)
        else ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    )
    stated = numbers | {"kid": name, "alg": algorithm, "use": "sig"} | changes
    return {member: value for member, value in stated.items() if value is not None}


def claims(**changes: Any) -> dict[str, Any]:
    """The claims of a token that lets a program of the hospital in; a change to None takes a claim out."""
    start = START.timestamp()
    stated = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "exp": start + 300,
        "iat": start,
        "sub": "f4c1",
        "client_id": "ward-app",
        "tenant": "hospital",
        "scope": "assess read",
        "jti": "1",
    } | changes
    return {name: value for name, value in stated.items() if value is not None}


def token(
    stated: Mapping[str, Any] | None = None,
    *,
    by: str = "first",
    algorithm: str = "RS256",
    bits: int = 2048,
    header: Mapping[str, Any] | None = None,
) -> str:
    """A token with these claims; what `header` changes to None is left out, the signature stays that of the key."""
    said = {"alg": algorithm, "kid": by, "typ": "at+jwt"} | dict(header or {})
    said = {name: value for name, value in said.items() if value is not None}
    signing_input = f"{part(said)}.{part(stated if stated is not None else claims())}"
    return f"{signing_input}.{encoded(signature(signing_input.encode(), private(by, algorithm, bits), algorithm))}"


def signature(text: bytes, key: PrivateKey, algorithm: str) -> bytes:
    """The signature as the algorithm makes it, whatever is thought of the key."""
    hashed = HASHES[algorithm[2:]]
    if isinstance(key, RSAPrivateKey):
        return RSAAlgorithm(hashed).sign(text, key)
    return ECAlgorithm(hashed).sign(text, key)


def with_shared_secret(secret: bytes, header: Mapping[str, Any]) -> str:
    """A token under HMAC with `secret`, as who knows the public key alone can make."""
    signing_input = f"{part(header)}.{part(claims())}"
    return f"{signing_input}.{encoded(hmac.digest(secret, signing_input.encode(), 'sha256'))}"


def part(stated: Any) -> str:
    """One part of a token."""
    return encoded(json.dumps(stated).encode())


def encoded(raw: bytes) -> str:
    """base64url without padding (RFC 7515, section 2)."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
