"""Tokens that no record system made, and where its keys come from."""

import json
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from service.identity.caller import Caller
from tests.identity.asking import Answer, run
from tests.identity.clients import (
    CALLER,
    EHR,
    NOW,
    CdsDoor,
    cds_door,
    claims_of_ehr,
    client,
    status,
    token_of_ehr,
)
from tests.identity.issuer import Issuer, serving
from tests.identity.timing import Clock
from tests.identity.tokens import encoded, private, published, token, with_shared_secret

BASE64 = "Jf+4/0yGQz9xqS/3kA=="


def put_together(header: bytes, payload: bytes = b"") -> str:
    return f"{encoded(header)}.{encoded(payload)}.AAAA"


def public_pem() -> bytes:
    return private("first").public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


HEADER = json.dumps({"alg": "RS256", "kid": "first", "typ": "JWT"}).encode()


FORGERIES: dict[str, tuple[Callable[[], str], str]] = {
    "no algorithm": (lambda: token_of_ehr({"alg": "none"}).rpartition(".")[0] + ".", "bad_algorithm"),
    "an algorithm with a shared secret": (
        lambda: with_shared_secret(public_pem(), {"alg": "HS256", "kid": "first", "typ": "JWT"}),
        "bad_algorithm",
    ),
    "PS256": (lambda: token_of_ehr({"alg": "PS256"}), "bad_algorithm"),
    "EdDSA": (lambda: token_of_ehr({"alg": "EdDSA"}), "bad_algorithm"),
    "another key of the same name": (lambda: token_of_ehr({"kid": "first"}, by="forger"), "bad_signature"),
    "another key that the header brings along": (
        lambda: token_of_ehr({"kid": "first", "jwk": published("forger")}, by="forger"),
        "bad_signature",
    ),
    "no signature": (lambda: token_of_ehr().rpartition(".")[0] + ".", "bad_signature"),
    "the signature of another token": (
        lambda: f"{token_of_ehr(jti='2').rpartition('.')[0]}.{token_of_ehr().rpartition('.')[2]}",
        "bad_signature",
    ),
    "a key that is too short": (
        lambda: token(claims_of_ehr(), by="weak", bits=1024, header={"typ": "JWT"}),
        "unknown_key",
    ),
    "an elliptic key under the name of another kind": (
        lambda: token_of_ehr({"kid": "first"}, by="p256", algorithm="ES256"),
        "unknown_key",
    ),
    "a payload that is a list": (lambda: put_together(HEADER, b'["iss"]'), "malformed"),
    "a payload that is no JSON": (lambda: put_together(HEADER, bytes(range(200))), "malformed"),
    "a payload that is nested deeply": (lambda: put_together(HEADER, b'{"iss":' + b"[" * 3000), "malformed"),
    "a payload with a number of many digits": (
        lambda: put_together(HEADER, b'{"iss":' + b"9" * 5000 + b"}"),
        "malformed",
    ),
    "no payload": (lambda: put_together(HEADER), "malformed"),
    "a header that is nested deeply": (lambda: put_together(b"[" * 3000), "malformed"),
    "no token": (lambda: "abc", "malformed"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_tokens_that_the_record_system_did_not_make(cds: CdsDoor, ehr: Issuer, forgery: str) -> None:
    """Rows "MUST NOT none or symmetric", "key by kid", "signature", "key size", "ignore jwk and x5u"."""
    ehr.publishes(published("first"), published("p256", "ES256"), published("weak", bits=1024))
    forge, reason = FORGERIES[forgery]
    assert status(cds.call(forge())) == 401
    assert cds.refused == [reason]


def test_a_header_sends_us_nowhere(cds: CdsDoor, ehr: Issuer) -> None:
    """Row "fetch a jku only if allow-listed": the keys of the forger are never even asked for."""
    with serving(published("first"), published("forger")) as forger:
        for header in ({"jku": forger.url}, {"x5u": forger.url}, {"jku": forger.url, "x5u": forger.url, "jwk": {}}):
            assert status(cds.call(token_of_ehr({"kid": "first", **header}, by="forger"))) == 401
        assert forger.asked == []
    assert set(ehr.asked) <= {"/jwks.json"}


def test_nobody_is_asked_about_a_token_of_somebody_unknown(cds: CdsDoor, ehr: Issuer) -> None:
    """Row "allow-list iss": before anything is fetched."""
    for changes in ({"iss": "https://other.example"}, {"iss": None}, {"iss": ehr.url}):
        assert status(cds.call(token_of_ehr(**changes))) == 401
    assert ehr.asked == []


def test_keys_are_fetched_once_again_for_one_that_is_new_and_rarely_for_invented_ones(
    cds: CdsDoor, ehr: Issuer, clock: Clock
) -> None:
    """Row "cache keys, refetch on unknown kid (rate-limited)"; the id of a key may hold `/`, `+` and `=` (Epic)."""
    for number in range(5):
        assert cds.call(token_of_ehr(jti=f"old {number}")) == CALLER
    assert len(ehr.asked) == 1
    ehr.publishes(published("first"), published(BASE64, "ES384"))
    clock.wait(30)
    assert cds.call(token_of_ehr(by=BASE64, algorithm="ES384", exp=NOW + 600)) == CALLER
    assert len(ehr.asked) == 2
    for number in range(20):
        assert status(cds.call(token_of_ehr({"kid": f"invented {number}"}, exp=NOW + 600))) == 401
    assert len(ehr.asked) == 2


def test_a_redirect_to_other_keys_is_not_followed(cds: CdsDoor, ehr: Issuer) -> None:
    """Row "no redirects"."""
    with serving(published("first")) as other:
        ehr.fails(302, headers={"Location": other.url})
        assert status(cds.call(token_of_ehr())) == 503
        assert other.asked == []


def test_while_keys_cannot_be_fetched_it_says_so_and_mends_itself(cds: CdsDoor, ehr: Issuer, clock: Clock) -> None:
    ehr.fails()
    answer = cds.call(token_of_ehr())
    assert isinstance(answer, Answer)
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
    assert (cds.admission.able, cds.admission.fault is None) == (False, False)
    assert (cds.admission.fault or "").startswith("CDS Hooks: ")
    assert EHR not in (cds.admission.fault or "")
    ehr.publishes(published("first"))
    clock.wait(5)
    run(cds.admission.prepare())
    assert (cds.admission.able, cds.admission.fault) == (True, None)
    assert cds.call(token_of_ehr()) == CALLER, "a token that could not be checked was not used up"


def test_each_record_system_signs_for_itself_alone(clock: Clock, ehr: Issuer) -> None:
    """Row "key by kid from that client's JWK Set"."""
    other = "https://other.example"
    with serving(published("second")) as second:
        cds = cds_door(clock, cds_clients=(client(ehr), client(second, iss=other, tenant="practice")))
        assert cds.call(token_of_ehr(by="second", iss=other)) == Caller(
            tenant="practice", name=other, scopes=CALLER.scopes
        )
        assert status(cds.call(token_of_ehr(by="second"))) == 401
        assert status(cds.call(token_of_ehr(by="first", iss=other, jti="2"))) == 401
        # The same jti of another issuer is another token.
        assert cds.call(token_of_ehr()) == CALLER
        assert cds.refused == ["unknown_key", "unknown_key"]
        run(cds.admission.close())
