"""Tokens of record systems, row by row of the checklist of CDS Hooks 2.0, "Trusting CDS Clients": who is let in."""

import asyncio
import json
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from service.identity.caller import LOCAL, Caller, Scope
from tests.identity.asking import Answer, door, run
from tests.identity.clients import (
    EHR,
    FEEDBACK,
    PUBLIC,
    SERVICE,
    CdsDoor,
    cds_door,
    claims_of_ehr,
    client,
    status,
    token_of_ehr,
)
from tests.identity.issuer import Issuer, serving
from tests.identity.keys import made
from tests.identity.timing import START, Clock
from tests.identity.tokens import AUDIENCE, claims, encoded, part, private, published, token, with_shared_secret

NOW = START.timestamp()
CALLER = Caller(tenant="clinic", name=EHR, scopes=frozenset({Scope.ASSESS}))
BASE64 = "Jf+4/0yGQz9xqS/3kA=="


@pytest.fixture
def ehr(issuer: Issuer) -> Issuer:
    """The record system: an issuer with one key, `first`."""
    return issuer


@pytest.fixture
def cds(clock: Clock, ehr: Issuer) -> Iterator[CdsDoor]:
    """A service that others reach, and that knows one record system."""
    opened = cds_door(clock, cds_clients=(client(ehr),), rate_limit="10/second")
    yield opened
    run(opened.admission.close())


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"])
def test_every_algorithm_that_is_taken(cds: CdsDoor, ehr: Issuer, algorithm: str) -> None:
    """Row "MUST NOT none, or symmetric; ES384 and RS384 recommended"."""
    ehr.publishes(published(f"key {algorithm}", algorithm))
    assert cds.call(token_of_ehr(by=f"key {algorithm}", algorithm=algorithm)) == CALLER
    assert cds.refused == []


TAKEN: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "as the specification writes it": ({}, {}),
    "typ in small letters": ({"typ": "jwt"}, {}),
    "typ with its prefix": ({"typ": "application/JWT"}, {}),
    "the jku that is configured": ({"jku": "configured"}, {}),
    "a key that the header brings along is not looked at": (
        {"jwk": published("forger"), "x5u": "http://127.0.0.1:9/x", "x5c": ["AAAA"]},
        {},
    ),
    "several audiences": ({}, {"aud": ["https://elsewhere.example", PUBLIC + SERVICE]}),
    "with nbf and sub, as Epic does": ({}, {"nbf": NOW - 300, "sub": "f4c1"}),
    "issued by a clock that is ahead": ({}, {"iat": NOW + 30, "nbf": NOW + 30}),
    "over for as long as clocks may differ": ({}, {"exp": NOW - 29, "iat": NOW - 300}),
    "for an hour": ({}, {"exp": NOW + 3600}),
    "times in parts of seconds": ({}, {"exp": NOW + 299.5, "iat": NOW - 0.5}),
    "a jti of 255 characters": ({}, {"jti": "j" * 255}),
    "a jti that is half a character": ({}, {"jti": "\ud800"}),
    "the tenant that is configured": ({}, {"tenant": "clinic"}),
    "claims that nobody knows": ({}, {"fhirUser": "Practitioner/1", "scope": "admin read outcome"}),
}


@pytest.mark.parametrize(("header", "changes"), TAKEN.values(), ids=TAKEN)
def test_tokens_that_let_a_record_system_in(
    cds: CdsDoor, ehr: Issuer, header: dict[str, Any], changes: dict[str, Any]
) -> None:
    """Rows "header alg, kid, typ, jku; payload iss, aud, exp, iat, jti, tenant", "Epic", "small leeway", "cap"."""
    if header.get("jku") == "configured":
        header = {"jku": ehr.url}
    assert cds.call(token_of_ehr(header, **changes)) == CALLER
    assert cds.refused == []
    assert set(ehr.asked) == {"/jwks.json"}


REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    # header
    "no typ": ({"typ": None}, {}, "wrong_type"),
    "an access token": ({"typ": "at+jwt"}, {}, "wrong_type"),
    "typ that is no text": ({"typ": ["JWT"]}, {}, "malformed"),
    "no kid": ({"kid": None}, {}, "malformed"),
    "an empty kid": ({"kid": ""}, {}, "malformed"),
    "a kid that nobody has": ({"kid": "other"}, {}, "unknown_key"),
    "a kid that is a path": ({"kid": "../../../etc/passwd"}, {}, "unknown_key"),
    "a jku that is not configured": ({"jku": "https://ehr.example/other.json"}, {}, "unknown_key"),
    "a jku that is no text": ({"jku": ["https://ehr.example"]}, {}, "unknown_key"),
    "something that is critical and not known": ({"crit": ["exp"], "exp": 1}, {}, "malformed"),
    # iss
    "no issuer": ({}, {"iss": None}, "bad_claims"),
    "an issuer that is not known": ({}, {"iss": "https://other.example"}, "wrong_issuer"),
    "an issuer that is spelled otherwise": ({}, {"iss": EHR + "/"}, "wrong_issuer"),
    "an issuer that is a list": ({}, {"iss": [EHR]}, "bad_claims"),
    # aud
    "no audience": ({}, {"aud": None}, "bad_claims"),
    "no audience in the list": ({}, {"aud": []}, "bad_claims"),
    "the service alone": ({}, {"aud": PUBLIC}, "wrong_audience"),
    "another path": ({}, {"aud": PUBLIC + FEEDBACK}, "wrong_audience"),
    "a slash at the end": ({}, {"aud": PUBLIC + SERVICE + "/"}, "wrong_audience"),
    "another case": ({}, {"aud": PUBLIC.upper() + SERVICE}, "wrong_audience"),
    "another scheme": ({}, {"aud": "http://nerveroot.example" + SERVICE}, "wrong_audience"),
    "the audience of access tokens": ({}, {"aud": AUDIENCE}, "wrong_audience"),
    "an audience that is no text": ({}, {"aud": {PUBLIC + SERVICE: True}}, "wrong_audience"),
    # exp, iat, nbf
    "no end": ({}, {"exp": None}, "bad_claims"),
    "no issue": ({}, {"iat": None}, "bad_claims"),
    "over": ({}, {"exp": NOW - 30, "iat": NOW - 300}, "expired"),
    "issued in the future": ({}, {"iat": NOW + 31, "exp": NOW + 300}, "not_yet_valid"),
    "not valid yet": ({}, {"nbf": NOW + 31}, "not_yet_valid"),
    "for more than an hour": ({}, {"exp": NOW + 3601}, "too_long_lived"),
    "for ever": ({}, {"exp": 1e300}, "too_long_lived"),
    "issued long ago, for years": ({}, {"iat": 0}, "too_long_lived"),
    "ends when it was issued": ({}, {"iat": NOW, "exp": NOW}, "bad_claims"),
    "ends before it was issued": ({}, {"iat": NOW + 20, "exp": NOW + 10}, "bad_claims"),
    "an end that is a text": ({}, {"exp": str(NOW + 300)}, "bad_claims"),
    "an end that is true": ({}, {"exp": True}, "bad_claims"),
    "an issue that is a text": ({}, {"iat": str(NOW)}, "bad_claims"),
    # jti
    "no jti": ({}, {"jti": None}, "bad_claims"),
    "an empty jti": ({}, {"jti": ""}, "bad_claims"),
    "a long jti": ({}, {"jti": "j" * 256}, "bad_claims"),
    "a jti that is a number": ({}, {"jti": 1}, "bad_claims"),
    "a jti that is a list": ({}, {"jti": ["1"]}, "bad_claims"),
}


@pytest.mark.parametrize(("header", "changes", "reason"), REFUSED.values(), ids=REFUSED)
def test_tokens_that_let_nobody_in_are_refused_in_the_same_bytes(
    cds: CdsDoor, header: dict[str, Any], changes: dict[str, Any], reason: str
) -> None:
    """Rows "header and payload MUST", "aud exact", "cap exp - iat", "401 without saying why"."""
    assert cds.call(token_of_ehr(header, **changes)) == cds.ask()
    assert cds.refused == [reason, "no_credentials"]
    assert cds.call(token_of_ehr()) == CALLER, "a token that was refused used nothing up"


def test_what_a_refusal_says(cds: CdsDoor) -> None:
    """Row "401 without saying why"; errors are OperationOutcomes (1.9)."""
    answer = cds.ask()
    assert isinstance(answer, Answer)
    assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.headers["content-type"] == "application/fhir+json"
    (issue,) = json.loads(answer.body)["issue"]
    assert (issue["code"], issue["details"]["text"]) == ("login", "Who asks is not known")


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Authorization", "")],
        [("Authorization", f"Basic {token_of_ehr()}")],
        [("Authorization", token_of_ehr())],
        [("Authorization", f"Bearer {token_of_ehr()}")] * 2,
        [("Authorization", f"Bearer {token_of_ehr()}, Bearer {token_of_ehr()}")],
        [("X-API-Key", token_of_ehr())],
        [("Cookie", f"Authorization=Bearer {token_of_ehr()}")],
        [("Authorization", f"Bearer {token_of_ehr(padding='x' * 8192)}")],
    ],
    ids=["none", "empty", "basic", "no scheme", "twice", "two in one", "as a key", "in a cookie", "huge"],
)
def test_one_bearer_token_in_one_place(cds: CdsDoor, headers: list[tuple[str, str]]) -> None:
    """Row "Authorization: Bearer on every call"."""
    assert status(cds.ask(*headers)) == 401
    assert set(cds.refused) <= {"no_credentials", "malformed"}


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


def test_a_token_is_good_for_one_call_until_it_has_expired(cds: CdsDoor, clock: Clock) -> None:
    """Row "jti is new; keep jti until expiry"."""
    credential = token_of_ehr()
    assert cds.call(credential) == CALLER
    assert cds.call(credential) == cds.ask()
    clock.wait(329)
    assert status(cds.call(credential)) == 401
    clock.wait(1)
    assert status(cds.call(credential)) == 401
    assert cds.refused == ["replayed", "no_credentials", "replayed", "expired"]


def test_another_token_of_the_same_id_is_the_same_token(cds: CdsDoor) -> None:
    """Row "jti is new": whatever else it says, also for another call."""
    assert cds.call(token_of_ehr(aud=[PUBLIC + SERVICE, PUBLIC + FEEDBACK])) == CALLER
    assert status(cds.call(token_of_ehr(exp=NOW + 200))) == 401
    assert status(cds.call(token_of_ehr(aud=PUBLIC + FEEDBACK), path=FEEDBACK)) == 401
    assert cds.refused == ["replayed", "replayed"]


def test_no_worker_takes_what_another_took(cds: CdsDoor, clock: Clock, ehr: Issuer) -> None:
    """Row "the jti store must be atomic and shared by all workers"; the race itself is in tests/record."""
    other = cds_door(clock, cds_clients=(client(ehr),))
    credential = token_of_ehr()
    assert [status(each.call(credential)) for each in (cds, other, other, cds)] == [200, 401, 401, 401]
    run(other.admission.close())


def test_of_many_at_once_one_is_let_in(cds: CdsDoor) -> None:
    """Row "atomic"."""

    async def at_once() -> list[Caller | Answer]:
        header = ("Authorization", f"Bearer {token_of_ehr()}")
        return await asyncio.gather(*(cds.asking(header) for _ in range(20)))

    assert sorted(map(status, run(at_once()))) == [200] + [401] * 19


def test_nobody_uses_up_the_token_of_another(cds: CdsDoor) -> None:
    """Row "check iss, aud, exp, tenant, signature, then that jti is new"."""
    for wrong in (
        token_of_ehr({"kid": "first"}, by="forger"),
        token_of_ehr(aud="https://elsewhere.example"),
        token_of_ehr(exp=NOW + 9999),
    ):
        assert status(cds.call(wrong)) == 401
    assert status(cds.call(token_of_ehr(), path=FEEDBACK)) == 401
    assert cds.call(token_of_ehr()) == CALLER


def test_feedback_takes_a_token_of_its_own(cds: CdsDoor) -> None:
    """Row "on every call, feedback included": the audience is the address of feedback."""
    assert cds.call(token_of_ehr(aud=PUBLIC + FEEDBACK), path=FEEDBACK) == CALLER
    assert status(cds.call(token_of_ehr(jti="2"), path=FEEDBACK)) == 401


AUDIENCES: dict[str, tuple[dict[str, Any], str, str, int]] = {
    "the public address": ({}, "nerveroot.example", PUBLIC + SERVICE, 200),
    "the public address, asked under another": ({}, "127.0.0.1:8000", PUBLIC + SERVICE, 200),
    "the address that was asked, where another is public": (
        {},
        "127.0.0.1:8000",
        "http://127.0.0.1:8000" + SERVICE,
        401,
    ),
    "a public address with a path": (
        {"public_url": "https://ehr.example/cds/"},
        "x",
        "https://ehr.example/cds" + SERVICE,
        200,
    ),
    "the address of this machine": (
        {"public_url": None},
        "127.0.0.1:8000",
        "http://127.0.0.1:8000" + SERVICE,
        200,
    ),
    "localhost": ({"public_url": None}, "localhost:8000", "http://localhost:8000" + SERVICE, 200),
    "one name of this machine for another": (
        {"public_url": None},
        "localhost:8000",
        "http://127.0.0.1:8000" + SERVICE,
        401,
    ),
    "a token for another service, under its name": (
        {"public_url": None},
        "evil.example",
        "http://evil.example" + SERVICE,
        401,
    ),
    "a name that is none": ({"public_url": None}, "[::1", "http://[::1" + SERVICE, 401),
    "what a site has typed in": ({"cds_audiences": ("nerveroot at Ward 3",)}, "x", "nerveroot at Ward 3", 200),
    "nearly what a site has typed in": ({"cds_audiences": ("nerveroot at Ward 3",)}, "x", "nerveroot at Ward", 401),
    "typed in, where no address is known": ({"public_url": None, "cds_audiences": ("ours",)}, "x", "ours", 200),
}


@pytest.mark.parametrize(("settings", "host", "audience", "expected"), AUDIENCES.values(), ids=AUDIENCES)
def test_the_audience_is_the_address_that_is_called_or_one_that_is_configured(
    clock: Clock, ehr: Issuer, settings: dict[str, Any], host: str, audience: str, expected: int
) -> None:
    """Rows "aud: the exact endpoint URL", "make the accepted aud values configurable, strict by default"."""
    cds = cds_door(clock, cds_clients=(client(ehr),), **settings)
    assert status(cds.call(token_of_ehr(aud=audience), host=host)) == expected
    assert cds.refused == ([] if expected == 200 else ["wrong_audience"])
    run(cds.admission.close())


@pytest.mark.parametrize(
    ("named", "tenant"),
    [
        ("North Clinic", "north"),
        ("South Clinic", "south"),
        ("north", None),
        ("", None),
        ("clinic", None),
        (None, None),
        (["North Clinic"], None),
        (1, None),
    ],
)
def test_an_issuer_that_speaks_for_several(clock: Clock, ehr: Issuer, named: Any, tenant: str | None) -> None:
    """Row "MAY tenant": 403 for one that is not known (1.8), and the token is not used up."""
    tenants = {"North Clinic": "north", "South Clinic": "south"}
    cds = cds_door(clock, cds_clients=(client(ehr, tenants=tenants),))
    said = cds.call(token_of_ehr(tenant=named))
    if tenant is not None:
        assert said == Caller(tenant=tenant, name=EHR, scopes=CALLER.scopes)
    else:
        assert (status(said), cds.refused) == (403, ["no_tenant"])
        assert isinstance(cds.call(token_of_ehr(tenant="North Clinic")), Caller)
        # Who cannot sign learns nothing of tenants.
        assert status(cds.call(token_of_ehr({"kid": "first"}, by="forger", tenant=named))) == 401
    run(cds.admission.close())


@pytest.mark.parametrize("named", ["South Clinic", "", "Clinic", ["clinic"], 1, True, {"clinic": 1}])
def test_an_issuer_that_speaks_for_more_than_the_settings_know_of(cds: CdsDoor, named: Any) -> None:
    """Hazard H-10: the charts of an organisation that nobody configured come under the name of another."""
    assert (status(cds.call(token_of_ehr(tenant=named))), cds.refused) == (403, ["no_tenant"])
    assert cds.call(token_of_ehr()) == CALLER, "the token is not used up"


def test_an_issuer_that_names_unknown_organisations_too_often_waits(cds: CdsDoor, clock: Clock) -> None:
    """Its token is not used up, so that one would do for any number of calls; the known ones are counted apart."""
    credential = token_of_ehr(tenant="South Clinic")
    assert [status(cds.call(credential)) for _ in range(12)] == [403] * 10 + [429] * 2
    assert cds.refused == ["no_tenant"] * 10 + ["rate"] * 2
    assert cds.call(token_of_ehr()) == CALLER
    clock.wait(1)
    assert status(cds.call(credential)) == 403


def test_a_record_system_that_asks_too_often_waits_and_its_token_stays_good(cds: CdsDoor, clock: Clock) -> None:
    for number in range(10):
        assert cds.call(token_of_ehr(jti=f"{number}")) == CALLER
    answer = cds.call(token_of_ehr())
    assert isinstance(answer, Answer)
    assert (answer.status, answer.headers["retry-after"]) == (429, "1")
    clock.wait(1)
    assert cds.call(token_of_ehr()) == CALLER
    assert cds.refused == ["rate"]


def test_whoever_stole_a_token_does_not_use_up_what_its_owner_may_ask(cds: CdsDoor) -> None:
    stolen = token_of_ehr(jti="stolen")
    assert cds.call(stolen) == CALLER
    said = [status(cds.call(stolen)) for _ in range(33)]
    assert said == [401] * 30 + [429] * 3
    assert cds.refused == ["replayed"] * 30 + ["guessing"] * 3
    assert cds.call(token_of_ehr(), client="192.0.2.99") == CALLER


def test_guesses_are_limited_by_address(cds: CdsDoor) -> None:
    said = [status(cds.call(token_of_ehr(iss=f"https://{number}.example"))) for number in range(32)]
    assert said == [401] * 30 + [429] * 2
    assert status(cds.call(token_of_ehr(iss="https://x.example"), client="192.0.2.7")) == 401
    assert {status(cds.ask()) for _ in range(40)} == {401}, "who shows nothing guesses nothing"
    assert cds.call(token_of_ehr()) == CALLER


OFF: dict[str, tuple[dict[str, Any], bool]] = {
    "nobody is asked on this machine": ({"auth": "none"}, True),
    "keys": ({"auth": "api_key"}, False),
    "tokens": (
        {
            "auth": "jwt",
            "jwt_issuer": "https://issuer.example",
            "jwt_audience": AUDIENCE,
            "jwt_jwks_url": "https://issuer.example/jwks.json",
        },
        False,
    ),
}


@pytest.mark.parametrize(("settings", "open_to_all"), OFF.values(), ids=OFF)
def test_without_record_systems_nobody_is_let_in_but_where_nobody_is_asked(
    clock: Clock, key_file: Path, settings: dict[str, Any], open_to_all: bool
) -> None:
    """Row "require authentication where data could leak": off only on a service that this machine alone reaches."""
    made(key_file)
    cds = cds_door(clock, api_keys_file=key_file, public_url=None, **settings)
    said = [cds.ask(), cds.call(token_of_ehr()), cds.call("abc")]
    assert [each is LOCAL for each in said] == [open_to_all] * 3
    assert list(map(status, said)) == ([200] * 3 if open_to_all else [401] * 3)
    assert (cds.admission.able, cds.admission.fault) == (open_to_all, None)
    run(cds.admission.prepare())
    run(cds.admission.close())


def test_with_record_systems_it_is_on_also_where_nobody_else_is_asked(clock: Clock, ehr: Issuer) -> None:
    """Row "require authentication": whoever names record systems means them."""
    cds = cds_door(clock, cds_clients=(client(ehr),), auth="none", public_url="http://localhost:8000")
    assert status(cds.ask()) == 401
    assert cds.call(token_of_ehr(aud="http://localhost:8000" + SERVICE)) == CALLER
    run(cds.admission.close())


def test_the_tokens_of_one_entrance_are_not_taken_at_the_other(clock: Clock, ehr: Issuer) -> None:
    """Section 5.3, point 8: one issuer, one key, two kinds of tokens that are not interchangeable."""
    tokens: dict[str, Any] = {"auth": "jwt", "jwt_issuer": EHR, "jwt_audience": AUDIENCE, "jwt_jwks_url": ehr.url}
    cds = cds_door(clock, cds_clients=(client(ehr),), **tokens)
    plain = door(clock, public_url=PUBLIC, cds_clients=(client(ehr),), **tokens)
    access = claims(iss=EHR)
    assert isinstance(plain.bearer(token(access)), Caller)
    assert isinstance(plain.bearer(token(access, header={"typ": "JWT"})), Caller), "as many issuers still write it"
    assert [status(cds.call(token(access, header={"typ": kind}))) for kind in ("at+jwt", "JWT")] == [401, 401]
    assert cds.refused == ["wrong_type", "wrong_audience"]
    assert status(plain.bearer(token_of_ehr(client_id="app", tenant="clinic", scope="read"))) == 401
    assert plain.refused == ["wrong_audience"]
    # With both audiences it is the access token that it says it is, and nothing else.
    both = claims(iss=EHR, aud=[AUDIENCE, PUBLIC + SERVICE])
    assert status(cds.call(token(both))) == 401
    run(cds.admission.close())


def test_an_api_key_is_no_token(clock: Clock, ehr: Issuer, key_file: Path) -> None:
    key = made(key_file)
    cds = cds_door(clock, cds_clients=(client(ehr),), auth="api_key", api_keys_file=key_file)
    assert [status(cds.call(key)), status(cds.ask(("X-API-Key", key)))] == [401, 401]
    assert cds.call(token_of_ehr()) == CALLER
    plain = door(clock, auth="api_key", api_keys_file=key_file)
    assert status(plain.bearer(token_of_ehr())) == 401
    run(cds.admission.close())


def test_while_the_database_is_down_tokens_are_taken_once_by_each_process(
    clock: Clock, ehr: Issuer, tmp_path: Path
) -> None:
    """Decision 20: a service that is degraded still answers, and says so."""
    file = tmp_path / "record.sqlite3"
    cds = cds_door(clock, cds_clients=(client(ehr),), database_url=f"sqlite:///{file}")
    away = file.rename(tmp_path / "away.sqlite3")
    assert [status(cds.call(token_of_ehr())) for _ in range(2)] == [200, 401]
    assert "not shared with other processes" in (cds.admission.fault or "")
    assert cds.admission.able
    away.rename(file)
    clock.wait(60)
    assert cds.call(token_of_ehr(jti="2")) == CALLER
    assert cds.admission.fault is None
    run(cds.admission.close())


def test_without_the_table_nobody_is_let_in_and_it_says_so(clock: Clock, ehr: Issuer, tmp_path: Path) -> None:
    """A schema of another version does not pass by itself: a token would be good at every process for good."""
    file = tmp_path / "record.sqlite3"
    cds = cds_door(clock, cds_clients=(client(ehr),), database_url=f"sqlite:///{file}")
    with closing(sqlite3.connect(file)) as opened:
        opened.execute("ALTER TABLE seen_tokens RENAME TO elsewhere")
        assert [status(cds.call(token_of_ehr())) for _ in range(2)] == [503, 503]
        assert cds.refused == ["tokens_unkept"] * 2
        assert "make migrate" in (cds.admission.fault or "")
        opened.execute("ALTER TABLE elsewhere RENAME TO seen_tokens")
    assert cds.call(token_of_ehr()) == CALLER, "the token is not used up"
    assert cds.admission.fault is None
    run(cds.admission.close())


def test_once_the_database_is_back_readiness_shares_what_was_taken(clock: Clock, ehr: Issuer, tmp_path: Path) -> None:
    """Decision 20: whoever asks for readiness does not wait for it, and no further token is needed."""
    file = tmp_path / "record.sqlite3"
    settings: dict[str, Any] = {"cds_clients": (client(ehr),), "database_url": f"sqlite:///{file}"}
    cds, other = cds_door(clock, **settings), cds_door(clock, **settings)
    away = file.rename(tmp_path / "away.sqlite3")
    assert cds.call(token_of_ehr()) == CALLER
    away.rename(file)

    async def shared() -> None:
        await cds.admission.prepare()
        while cds.admission.fault is not None:
            await asyncio.sleep(0.01)

    run(asyncio.wait_for(shared(), 10))
    assert status(other.call(token_of_ehr())) == 401
    for each in (cds, other):
        run(each.admission.close())


def test_nothing_of_a_token_is_kept_or_said(
    clock: Clock, ehr: Issuer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Row "never store or log the JWT": of issuer and jti a hash alone is kept."""
    caplog.set_level(logging.DEBUG)
    file = tmp_path / "record.sqlite3"
    cds = cds_door(clock, cds_clients=(client(ehr),), database_url=f"sqlite:///{file}")
    mark = "PLANTEDMARKER"
    credential = token_of_ehr(jti=mark, sub=mark)
    said = [cds.call(each) for each in (credential, credential, token_of_ehr({"kid": mark}, jti=mark))]
    assert [status(each) for each in said] == [200, 401, 401]
    run(cds.admission.close())
    with closing(sqlite3.connect(file)) as opened:
        rows = opened.execute("SELECT digest, expires FROM seen_tokens").fetchall()
    assert rows == [(sha256(json.dumps([EHR, mark]).encode()).hexdigest(), NOW + 330)]
    kept = b"".join(each.read_bytes() for each in tmp_path.iterdir())
    for secret in (mark, *credential.split(".")[1:], part({"typ": "JWT"})):
        assert secret.encode() not in kept
        assert secret not in caplog.text
        assert secret not in repr((said, cds))
    assert [each.message for each in caplog.records if each.name.startswith("service.identity")] == [
        "a caller was refused: replayed",
        "a caller was refused: unknown_key",
    ]
