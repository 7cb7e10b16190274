"""Access tokens: who is let in, and every way of not being one (RFC 6750, RFC 8725, RFC 9068)."""

from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from service.identity.caller import Caller, Scope
from tests.identity.asking import Door, door
from tests.identity.issuer import Issuer
from tests.identity.timing import START, Clock
from tests.identity.tokens import (
    AUDIENCE,
    ISSUER,
    claims,
    encoded,
    part,
    private,
    published,
    token,
    with_shared_secret,
)

NOW = START.timestamp()
WARD_APP = Caller(tenant="hospital", name="ward-app", scopes=frozenset({Scope.ASSESS, Scope.READ}))


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"])
def test_every_algorithm_that_is_taken(jwt_door: Door, issuer: Issuer, algorithm: str) -> None:
    issuer.publishes(published(f"key {algorithm}", algorithm))
    assert jwt_door.bearer(token(by=f"key {algorithm}", algorithm=algorithm)) == WARD_APP
    assert jwt_door.refused == []


@pytest.mark.parametrize(
    ("changes", "header", "name", "scopes"),
    [
        ({}, {}, "ward-app", "assess read"),
        ({}, {"typ": "JWT"}, "ward-app", "assess read"),
        ({}, {"typ": "application/AT+JWT"}, "ward-app", "assess read"),
        ({}, {"typ": None}, "ward-app", "assess read"),
        ({}, {"kid": None}, "ward-app", "assess read"),
        ({"aud": ["other", AUDIENCE]}, {}, "ward-app", "assess read"),
        ({"client_id": None, "azp": "portal"}, {}, "portal", "assess read"),
        ({"client_id": None}, {}, "f4c1", "assess read"),
        ({"scope": "openid admin  profile assess:all"}, {}, "ward-app", "admin"),
        ({"scope": None, "scp": ["outcome", "read"]}, {}, "ward-app", "outcome read"),
        ({"scope": None, "scp": "assess email"}, {}, "ward-app", "assess"),
        ({"scope": "read", "scp": ["admin"]}, {}, "ward-app", "read"),
        ({"scope": None}, {}, "ward-app", ""),
        ({"scope": "ASSESS"}, {}, "ward-app", ""),
        ({"exp": NOW - 29}, {}, "ward-app", "assess read"),
        ({"exp": NOW + 0.5}, {}, "ward-app", "assess read"),
        ({"nbf": NOW + 30, "iat": NOW + 30}, {}, "ward-app", "assess read"),
        ({"iat": None}, {}, "ward-app", "assess read"),
        ({"nonce": "n"}, {"typ": "at+jwt"}, "ward-app", "assess read"),
        ({"typ": "Bearer", "token_use": "access"}, {"typ": "JWT"}, "ward-app", "assess read"),
    ],
)
def test_tokens_that_let_somebody_in(
    jwt_door: Door, changes: dict[str, Any], header: dict[str, Any], name: str, scopes: str
) -> None:
    expected = Caller(tenant="hospital", name=name, scopes=frozenset(Scope(scope) for scope in scopes.split()))
    assert jwt_door.bearer(token(claims(**changes), header=header)) == expected


@pytest.mark.parametrize(
    ("changes", "header", "reason"),
    [
        pytest.param({"iss": "https://issuer.example/realms/other"}, {}, "wrong_issuer", id="another issuer"),
        pytest.param({"iss": f"{ISSUER}/"}, {}, "wrong_issuer", id="almost the issuer"),
        pytest.param({"iss": [ISSUER]}, {}, "wrong_issuer", id="a list of issuers"),
        pytest.param({"iss": None}, {}, "bad_claims", id="no issuer"),
        pytest.param({"aud": "other"}, {}, "wrong_audience", id="for another service"),
        pytest.param({"aud": ["other", "nerveroot.example"]}, {}, "wrong_audience", id="for several others"),
        pytest.param({"aud": "xnerveroot"}, {}, "wrong_audience", id="an audience that holds the name"),
        pytest.param({"aud": [AUDIENCE, 1]}, {}, "wrong_audience", id="an audience that is no text"),
        pytest.param({"aud": {AUDIENCE: 1}}, {}, "wrong_audience", id="an audience that is an object"),
        pytest.param({"aud": []}, {}, "bad_claims", id="for nobody"),
        pytest.param({"aud": None}, {}, "bad_claims", id="no audience"),
        pytest.param({"exp": NOW - 30}, {}, "expired", id="expired"),
        pytest.param({"exp": 0}, {}, "expired", id="expired in 1970"),
        pytest.param({"exp": -1e300}, {}, "expired", id="expired before time"),
        pytest.param({"exp": None}, {}, "bad_claims", id="without end"),
        pytest.param({"exp": str(NOW + 300)}, {}, "bad_claims", id="an end that is a text"),
        pytest.param({"exp": True}, {}, "bad_claims", id="an end that is a truth"),
        pytest.param({"exp": float("inf")}, {}, "bad_claims", id="an end that never comes"),
        pytest.param({"exp": float("nan")}, {}, "bad_claims", id="an end that is no number"),
        pytest.param({"exp": 10**400}, {}, "bad_claims", id="an end of 400 digits"),
        pytest.param({"exp": [NOW + 300]}, {}, "bad_claims", id="a list of ends"),
        pytest.param({"nbf": NOW + 31}, {}, "not_yet_valid", id="not valid yet"),
        pytest.param({"nbf": "soon"}, {}, "bad_claims", id="valid from a text"),
        pytest.param({"iat": NOW + 31}, {}, "not_yet_valid", id="signed in the future"),
        pytest.param({"iat": 4e12}, {}, "not_yet_valid", id="signed in the far future, or in milliseconds"),
        pytest.param({"tenant": None}, {}, "no_tenant", id="no tenant"),
        pytest.param({"tenant": ""}, {}, "no_tenant", id="an empty tenant"),
        pytest.param({"tenant": ["hospital"]}, {}, "no_tenant", id="a list of tenants"),
        pytest.param({"tenant": "hos\npital"}, {}, "no_tenant", id="a tenant of two lines"),
        pytest.param({"tenant": "hospital "}, {}, "no_tenant", id="a tenant and a space"),
        pytest.param({"tenant": "\ud800"}, {}, "no_tenant", id="a tenant that is half a character"),
        pytest.param({"tenant": "h" * 129}, {}, "no_tenant", id="a tenant of 129 characters"),
        pytest.param({"tenant": "local"}, {}, "no_tenant", id="the tenant of those whom nobody asks"),
        pytest.param({"tenant": "*"}, {}, "no_tenant", id="the tenant of what concerns all"),
        pytest.param({"client_id": None, "sub": None}, {}, "bad_claims", id="no name"),
        pytest.param({"client_id": 7}, {}, "bad_claims", id="a name that is a number"),
        pytest.param({"sub": 7}, {}, "bad_claims", id="a subject that is a number"),
        pytest.param({"scope": 7}, {}, "bad_claims", id="a scope that is a number"),
        pytest.param({"scope": ["read", 7]}, {}, "bad_claims", id="scopes of which one is a number"),
        pytest.param({"nonce": "n"}, {"typ": "JWT"}, "wrong_type", id="an ID token"),
        pytest.param({"at_hash": "h"}, {"typ": None}, "wrong_type", id="an ID token with a hash"),
        pytest.param({"typ": "ID"}, {"typ": "JWT"}, "wrong_type", id="an ID token of Keycloak"),
        pytest.param({"typ": "Refresh"}, {"typ": "JWT"}, "wrong_type", id="a refresh token of Keycloak"),
        pytest.param({"typ": "ID"}, {}, "wrong_type", id="an ID token that says access in its header"),
        pytest.param({"token_use": "id"}, {"typ": None}, "wrong_type", id="an ID token of Cognito"),
        pytest.param({"cnf": {"jkt": "k"}}, {}, "wrong_type", id="bound to a key of its holder"),
        pytest.param({}, {"typ": "logout+jwt"}, "wrong_type", id="a logout token"),
        pytest.param({}, {"typ": "dpop+jwt"}, "wrong_type", id="a proof of possession"),
        pytest.param({}, {"typ": ""}, "wrong_type", id="an empty kind"),
        pytest.param({}, {"typ": 7}, "malformed", id="a kind that is a number"),
        pytest.param({}, {"kid": "second"}, "unknown_key", id="an unknown key"),
        pytest.param({}, {"kid": "../../dev/null"}, "unknown_key", id="a key id that is a path"),
        pytest.param({}, {"kid": "http://127.0.0.1:1/key"}, "unknown_key", id="a key id that is an address"),
        pytest.param({}, {"kid": "first' OR '1'='1"}, "unknown_key", id="a key id that is a query"),
        pytest.param({}, {"kid": ["first"]}, "malformed", id="a list of key ids"),
        pytest.param({}, {"crit": ["b64"], "b64": True}, "malformed", id="a critical extension"),
        pytest.param({}, {"crit": []}, "malformed", id="no critical extension, and saying so"),
        pytest.param({}, {"b64": False}, "malformed", id="a payload of another encoding"),
        pytest.param({}, {"alg": "RS384"}, "unknown_key", id="another algorithm than the key is for"),
        pytest.param({}, {"alg": "ES256"}, "unknown_key", id="an algorithm of another kind of key"),
        pytest.param({}, {"alg": "PS256"}, "bad_algorithm", id="an algorithm that is not taken"),
        pytest.param({}, {"alg": "none"}, "bad_algorithm", id="no algorithm, with a signature"),
        pytest.param({}, {"alg": "rs256"}, "bad_algorithm", id="an algorithm in small letters"),
        pytest.param({}, {"alg": None}, "bad_algorithm", id="no word on the algorithm"),
        pytest.param({}, {"alg": ["RS256"]}, "bad_algorithm", id="a list of algorithms"),
    ],
)
def test_tokens_that_let_nobody_in(
    jwt_door: Door, changes: dict[str, Any], header: dict[str, Any], reason: str
) -> None:
    assert getattr(jwt_door.bearer(token(claims(**changes), header=header)), "status", None) == 401
    assert jwt_door.refused == [reason]


def real() -> tuple[str, str, str]:
    """The parts of a token that the issuer made."""
    header, payload, signature = token().split(".")
    return header, payload, signature


def put_together(header: Mapping[str, Any] | bytes | None = None, payload: Any = None, signature: str = "") -> str:
    """A token of the issuer with another header or payload; the signature as it is here."""
    as_it_was = real()
    first = encoded(header) if isinstance(header, bytes) else part(header) if header is not None else as_it_was[0]
    return f"{first}.{part(payload) if payload is not None else as_it_was[1]}.{signature}"


def public_key(encoding: Encoding) -> bytes:
    """The public key of the issuer, as anybody may have it."""
    return private("first").public_key().public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)


HMAC = {"alg": "HS256", "kid": "first"}
ELSEWHERE = "http://127.0.0.1:1/keys"
FORGERIES: dict[str, tuple[Callable[[], str], str]] = {
    "no signature": (lambda: put_together({"alg": "none"}), "bad_algorithm"),
    "no signature, in other letters": (lambda: put_together({"alg": "nOnE"}, signature="AA"), "bad_algorithm"),
    "signature taken off": (put_together, "bad_signature"),
    "tenant changed": (lambda: put_together(payload=claims(tenant="other"), signature=real()[2]), "bad_signature"),
    "one more scope": (lambda: put_together(payload=claims(scope="admin"), signature=real()[2]), "bad_signature"),
    "signature cut": (
        lambda: put_together(signature=encoded(urlsafe_b64decode(real()[2] + "==")[:-1])),
        "bad_signature",
    ),
    "signature of no encoding": (lambda: put_together(signature=real()[2][:-1]), "malformed"),
    "signature of zeros": (lambda: put_together(signature=encoded(bytes(256))), "bad_signature"),
    "elliptic zeros": (
        lambda: put_together({"alg": "ES256", "kid": "p256"}, signature=encoded(bytes(64))),
        "bad_signature",
    ),
    "public key as shared secret": (lambda: with_shared_secret(public_key(Encoding.PEM), HMAC), "bad_algorithm"),
    "public key as shared secret, DER": (lambda: with_shared_secret(public_key(Encoding.DER), HMAC), "bad_algorithm"),
    "HMAC that calls itself RSA": (
        lambda: with_shared_secret(public_key(Encoding.PEM), {"alg": "RS256", "kid": "first"}),
        "bad_signature",
    ),
    "shared secret that the issuer published": (
        lambda: with_shared_secret(b"secret", {"alg": "HS256", "kid": "shared"}),
        "bad_algorithm",
    ),
    "another key under the id of the issuer's": (lambda: token(by="forger", header={"kid": "first"}), "bad_signature"),
    "another curve key under the id": (
        lambda: token(by="forger256", algorithm="ES256", header={"kid": "p256"}),
        "bad_signature",
    ),
    "brings its key along": (
        lambda: token(by="forger", header={"kid": "first", "jwk": published("forger")}),
        "bad_signature",
    ),
    "brings its key along, without id": (
        lambda: token(by="forger", header={"kid": None, "jwk": published("forger")}),
        "bad_signature",
    ),
    "names where its key is": (lambda: token(by="forger", header={"jku": ELSEWHERE}), "unknown_key"),
    "names where its certificate is": (
        lambda: token(by="forger", header={"kid": "first", "x5u": ELSEWHERE, "x5c": ["MII"]}),
        "bad_signature",
    ),
    "a weak key of the issuer": (lambda: token(by="weak", bits=1024), "unknown_key"),
    "a text": (lambda: "abc", "malformed"),
    "two parts": (lambda: ".".join(real()[:2]), "malformed"),
    "four parts": (lambda: ".".join((*real(), real()[2])), "malformed"),
    "five parts, as encrypted ones have": (lambda: ".".join((*real(), "AAAA", "AAAA")), "malformed"),
    "dots": (lambda: "...", "malformed"),
    "header of another encoding": (lambda: f"+{token()}", "malformed"),
    "header that is a list": (lambda: put_together(b'["RS256"]', signature="AAAA"), "malformed"),
    "header that is nested deeply": (lambda: put_together(b"[" * 3000, signature="AAAA"), "malformed"),
    "header that is no JSON": (lambda: put_together(bytes(range(200)), signature="AAAA"), "malformed"),
    "header with a number of many digits": (
        lambda: put_together(b'{"alg":"RS256","kid":' + b"9" * 5000 + b"}", signature="AAAA"),
        "malformed",
    ),
    "a huge token": (lambda: token(claims(padding="x" * 8192)), "malformed"),
    "a key of the other kind": (lambda: "nerveroot_0123456789ab_" + "A" * 43, "malformed"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_tokens_that_no_issuer_made(jwt_door: Door, issuer: Issuer, forgery: str) -> None:
    shared = {"kty": "oct", "kid": "shared", "k": encoded(b"secret"), "alg": "HS256"}
    issuer.publishes(published("first"), published("p256", "ES256"), shared, published("weak", bits=1024))
    forge, reason = FORGERIES[forgery]
    assert getattr(jwt_door.bearer(forge()), "status", None) == 401
    assert jwt_door.refused == [reason]


def test_a_payload_that_is_signed_and_is_no_set_of_claims(jwt_door: Door) -> None:
    for stated in (["a"], "a", 1, None):
        jwt_door.bearer(token(stated))  # type: ignore[arg-type]
    assert set(jwt_door.refused) == {"malformed"}


def test_an_unknown_key_brings_nobody_else_to_be_asked(jwt_door: Door, issuer: Issuer) -> None:
    """The address of keys comes from the settings alone."""
    for header in ({"jku": f"{issuer.url}?mine"}, {"x5u": f"{issuer.url}?mine"}, {"kid": f"{issuer.url}?mine"}):
        jwt_door.bearer(token(by="forger", header=header))
    assert set(issuer.asked) == {"/jwks.json"}


def test_the_tenant_is_in_the_claim_that_the_settings_name(issuer: Issuer, clock: Clock) -> None:
    asking = door(
        clock,
        auth="jwt",
        jwt_issuer=ISSUER,
        jwt_audience=AUDIENCE,
        jwt_jwks_url=issuer.url,
        jwt_tenant_claim="https://issuer.example/organisation",
    )
    caller = asking.bearer(token(claims(**{"https://issuer.example/organisation": "practice"})))
    assert isinstance(caller, Caller)
    assert caller.tenant == "practice"


def test_the_issuer_changes_its_key_while_the_service_runs(jwt_door: Door, issuer: Issuer, clock: Clock) -> None:
    assert jwt_door.bearer(token()) == WARD_APP
    issuer.publishes(published("first"), published("second"))
    clock.wait(30)
    assert [jwt_door.bearer(token(by=key)) for key in ("first", "second")] == [WARD_APP, WARD_APP]
    issuer.publishes(published("second"))
    clock.wait(29)
    assert jwt_door.bearer(token(by="second")) == WARD_APP


def test_while_the_keys_were_never_there_nobody_can_be_checked(jwt_door: Door, issuer: Issuer, clock: Clock) -> None:
    issuer.fails()
    answer = jwt_door.bearer(token())
    assert (getattr(answer, "status", None), getattr(answer, "headers", {}).get("retry-after")) == (503, "5")
    assert (jwt_door.admission.able, jwt_door.refused) == (False, ["issuer_unreachable"])
    issuer.publishes(published("first"))
    clock.wait(5)
    assert jwt_door.bearer(token()) == WARD_APP
    assert (jwt_door.admission.able, jwt_door.admission.fault) == (True, None)


def test_an_expired_token_is_no_longer_taken(jwt_door: Door, clock: Clock) -> None:
    assert jwt_door.bearer(token()) == WARD_APP
    clock.wait(329)
    assert jwt_door.bearer(token()) == WARD_APP
    clock.wait(1)
    jwt_door.bearer(token())
    assert jwt_door.refused == ["expired"]
