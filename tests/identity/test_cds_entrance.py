"""How often record systems may ask, and which entrance their tokens open."""

from pathlib import Path
from typing import Any

import pytest

from service.identity.caller import LOCAL, Caller
from tests.identity.asking import Answer, door, run
from tests.identity.clients import (
    CALLER,
    EHR,
    PUBLIC,
    SERVICE,
    CdsDoor,
    cds_door,
    client,
    status,
    token_of_ehr,
)
from tests.identity.issuer import Issuer
from tests.identity.keys import made
from tests.identity.timing import Clock
from tests.identity.tokens import AUDIENCE, claims, token


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
