"""Tokens of record systems, row by row of the checklist of CDS Hooks 2.0, "Trusting CDS Clients": who is let in."""

import json
import logging
import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.identity.asking import Answer, run
from tests.identity.clients import (
    CALLER,
    EHR,
    FEEDBACK,
    NOW,
    PUBLIC,
    SERVICE,
    CdsDoor,
    cds_door,
    client,
    status,
    token_of_ehr,
)
from tests.identity.issuer import Issuer
from tests.identity.timing import Clock
from tests.identity.tokens import AUDIENCE, part, published


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
