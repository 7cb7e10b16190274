"""From a key set to the keys that signatures are checked with."""

import json
from typing import Any

import pytest

from service.identity.verification_keys import VerificationKey, fitting, read_key_set
from tests.identity.tokens import published

RSA = {"RS256", "RS384", "RS512"}


def keys_of(*stated: Any) -> tuple[VerificationKey, ...]:
    return read_key_set(json.dumps({"keys": stated}).encode())


@pytest.mark.parametrize(
    ("stated", "algorithms"),
    [
        (published("first"), {"RS256"}),
        (published("first", alg=None), RSA),
        (published("first", alg=None, use=None, kid=None), RSA),
        (published("first", alg="RS512", key_ops=["verify"]), {"RS512"}),
        (published("p256", "ES256"), {"ES256"}),
        (published("p384", "ES384", alg=None), {"ES384"}),
        (published("p521", "ES512"), {"ES512"}),
        (published("first") | {"x5c": ["…"], "x5t": "…", "unheard_of": {"a": 1}}, {"RS256"}),
    ],
)
def test_keys_that_are_taken(stated: dict[str, Any], algorithms: set[str]) -> None:
    (key,) = keys_of(stated)
    assert key.algorithms == algorithms
    assert key.kid == stated.get("kid")


@pytest.mark.parametrize(
    "stated",
    [
        pytest.param({"kty": "oct", "kid": "first", "k": "c2VjcmV0", "alg": "HS256"}, id="a shared secret"),
        pytest.param(published("weak", bits=1024), id="RSA of 1024 bits"),
        pytest.param(published("first", alg="HS256"), id="a public key for HMAC"),
        pytest.param(published("first", alg="PS256"), id="an algorithm that is not taken"),
        pytest.param(published("first", alg="none"), id="no algorithm"),
        pytest.param(published("first", alg="ES256"), id="an algorithm of other keys"),
        pytest.param(published("first", alg=["RS256"]), id="a list of algorithms"),
        pytest.param(published("p256", "ES256", alg="ES384"), id="an algorithm of another curve"),
        pytest.param(published("p256", "ES256", crv="P-384"), id="a curve that the point is not on"),
        pytest.param(published("p256", "ES256", crv="secp256k1"), id="a curve that is not taken"),
        pytest.param(published("p256", "ES256", crv=None), id="no curve"),
        pytest.param(published("p256", "ES256", y="AAAA"), id="a point off its curve"),
        pytest.param(published("first", use="enc"), id="for encryption"),
        pytest.param(published("first", key_ops=["encrypt"]), id="for other work"),
        pytest.param(published("first", key_ops="verify"), id="operations that are no list"),
        pytest.param(published("first", d="AQAB"), id="published with its private part"),
        pytest.param(published("p256", "ES256", d="AQAB"), id="published with its private scalar"),
        pytest.param(published("first", n=None), id="no modulus"),
        pytest.param(published("first", n=17), id="a modulus that is no text"),
        pytest.param(published("first", e="AA"), id="an exponent of 0"),
        pytest.param(published("first", kid=["first"]), id="an id that is no text"),
        pytest.param({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}, id="EdDSA"),
        pytest.param({"kty": ["RSA"]}, id="a kind that is no text"),
        pytest.param({}, id="nothing"),
        pytest.param("first", id="no object"),
    ],
)
def test_keys_that_are_left_out_without_harm_to_the_others(stated: Any) -> None:
    assert [key.kid for key in keys_of(stated, published("second"))] == ["second"]


@pytest.mark.parametrize(
    "text", [b"", b"<html>", b"[]", b"{}", b'{"keys": {}}', b'{"keys": null}', b"\xff\xfe", b"[" * 10**5]
)
def test_what_is_no_key_set(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_key_set(text)


@pytest.mark.parametrize(
    ("stated", "kid", "algorithm", "found"),
    [
        ([published("first"), published("second")], "second", "RS256", "second"),
        ([published("first"), published("second")], "third", "RS256", None),
        ([published("first"), published("second")], None, "RS256", None),
        ([published("first"), published("p256", "ES256")], None, "RS256", "first"),
        ([published("first")], None, "RS256", "first"),
        ([published("first")], "first", "RS384", None),
        ([published("first")], "", "RS256", None),
        ([published("p256", "ES256", kid="same"), published("first", kid="same")], "same", "RS256", "same"),
    ],
)
def test_which_key_a_token_means(
    stated: list[dict[str, Any]], kid: str | None, algorithm: str, found: str | None
) -> None:
    key = fitting(keys_of(*stated), kid, algorithm)
    assert (key.kid if key else None) == found
    assert key is None or algorithm in key.algorithms
