"""Keyed hashes of what must not be stored as it came: references to patients, idempotency keys, bodies."""

from hashlib import blake2b


class Pseudonyms:
    """BLAKE2b (RFC 7693) with the key of the record: without the key a guessed reference cannot be tried.

    The purposes have hashes of their own, so that equal texts of different purpose cannot be told from the record.
    """

    def __init__(self, key: bytes) -> None:
        # BLAKE2b takes keys up to 64 bytes; a longer passphrase counts in whole.
        self._key = blake2b(key, digest_size=64, person=b"nerveroot key").digest()

    @property
    def fingerprint(self) -> str:
        """What tells this key from every other one, hexadecimal; the key cannot be worked out from it."""
        return self._hash(b"fingerprint", b"")[:32]

    def person(self, tenant: str, reference: str | None) -> str | None:
        """The person whom `reference` means within `tenant`, white space around it aside; None for a blank one.

        A blank reference means nobody, or all who have none would be one person.
        """
        stripped = (reference or "").strip()
        return self._hash(b"person", tenant, stripped) if stripped else None

    def idempotency_key(self, tenant: str, caller: str, key: str) -> str:
        """One Idempotency-Key of one caller."""
        return self._hash(b"idempotency", tenant, caller, key)

    def body(self, body: bytes) -> str:
        """The body of a request."""
        return self._hash(b"body", body)

    def _hash(self, purpose: bytes, *parts: str | bytes) -> str:
        digest = blake2b(key=self._key, digest_size=32, person=purpose)
        for part in parts:
            # Half a character of UTF-16 that came through JSON has no UTF-8 of its own.
            encoded = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
            digest.update(len(encoded).to_bytes(8, "big") + encoded)
        return digest.hexdigest()
