"""The key of the small record system, and a token for every call (CDS Hooks 2.0, trusting CDS clients)."""

import time
import uuid
from pathlib import Path
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt.algorithms import ECAlgorithm

ISSUER: Final = "https://demo-ehr.example"
ALGORITHM: Final = "ES384"
LIFE: Final = 300
"""Seconds for which a token is good."""


class Signer:
    """Signs in the name of ISSUER; `jku` is where its key can be fetched."""

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key
        numbers = key.public_key().public_numbers()
        self.kid = f"{numbers.x:x}"[:16]

    @property
    def key_set(self) -> dict[str, Any]:
        """The JWK Set that is published."""
        public = ECAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return {"keys": [{**public, "kid": self.kid, "use": "sig", "alg": ALGORITHM}]}

    def token(self, audience: str, jku: str) -> str:
        """A token for one call of the address `audience`, never used before."""
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": audience, "iat": now, "exp": now + LIFE, "jti": str(uuid.uuid4())}
        headers = {"typ": "JWT", "kid": self.kid, "jku": jku}
        return jwt.encode(claims, self._key, algorithm=ALGORITHM, headers=headers)


def new_key() -> ec.EllipticCurvePrivateKey:
    """A key that nobody has used."""
    return ec.generate_private_key(ec.SECP384R1())


def kept_key(file: Path) -> ec.EllipticCurvePrivateKey:
    """The key in `file`, made where it is not there: a service that knows it need not fetch it again."""
    if file.is_file():
        found = load_pem_private_key(file.read_bytes(), password=None)
        if isinstance(found, ec.EllipticCurvePrivateKey):
            return found
    key = new_key()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return key
