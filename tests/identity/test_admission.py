"""The question before every entrance: what is answered to whom, and what is counted."""

import asyncio
from pathlib import Path

import pytest

from service.errors import StartupError
from service.identity.admission import admission_of
from service.identity.caller import LOCAL, Caller, Scope
from service.identity.refusals import Reason
from service.settings import Auth, Settings
from tests.identity.asking import Answer, Door, door, run
from tests.identity.issuer import Issuer
from tests.identity.keys import made, revoke
from tests.identity.timing import Clock
from tests.identity.tokens import AUDIENCE, ISSUER, claims, published, token

WRONG = "nerveroot_000000000000_" + "A" * 43


@pytest.fixture
def key(key_file: Path) -> str:
    return made(key_file)


@pytest.fixture
def key_door(key: str, key_file: Path, clock: Clock) -> Door:
    return door(clock, auth="api_key", api_keys_file=key_file, rate_limit="10/second;1000/hour")


def test_where_nobody_is_asked_everybody_is_the_local_caller(clock: Clock) -> None:
    asking = door(clock, auth="none", rate_limit="1/hour")
    for scope in (None, *Scope):
        assert asking.ask(("Authorization", "Bearer x"), ("Authorization", "y"), scope=scope) is LOCAL
    assert asking.ask() is LOCAL
    assert (asking.admission.able, asking.admission.fault, asking.refused) == (True, None, [])


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ([], "no_credentials"),
        ([("Authorization", "")], "malformed"),
        ([("Authorization", "Bearer")], "malformed"),
        ([("Authorization", "Bearer ")], "malformed"),
        ([("Authorization", f"Basic {WRONG}")], "malformed"),
        ([("Authorization", WRONG)], "malformed"),
        ([("Authorization", f"Bearer {WRONG} {WRONG}")], "malformed"),
        ([("Authorization", f"Bearer {WRONG},")], "malformed"),
        ([("Authorization", f"Bearer\t{WRONG}")], "malformed"),
        ([("Authorization", f"Bearer {WRONG}\xe9")], "malformed"),
        ([("Authorization", f"Bearer {'A' * 8193}")], "malformed"),
        ([("Authorization", f"Bearer {WRONG}"), ("Authorization", f"Bearer {WRONG}")], "malformed"),
        ([("Authorization", f"Bearer {WRONG}")] * 1000, "malformed"),
        ([("Authorization", f"Bearer {WRONG}"), ("X-API-Key", WRONG)], "malformed"),
        ([("X-API-Key", WRONG), ("X-API-Key", WRONG)], "malformed"),
        ([("X-API-Key", "")], "malformed"),
        ([("X-API-Key", f"Bearer {WRONG}")], "malformed"),
        ([("X-API-Key", WRONG)], "unknown_key"),
        ([("Authorization", f"Bearer {WRONG}")], "unknown_key"),
        ([("Cookie", f"Authorization={WRONG}")], "no_credentials"),
        ([("Proxy-Authorization", f"Bearer {WRONG}")], "no_credentials"),
    ],
)
def test_every_401_is_the_same_to_the_byte(key_door: Door, headers: list[tuple[str, str]], reason: str) -> None:
    answer = key_door.ask(*headers, scope=Scope.ASSESS)
    assert answer == Answer(
        status=401,
        headers={"content-type": "application/problem+json", "content-length": "181", "www-authenticate": "Bearer"},
        body=b'{"type":"urn:nerveroot:problem:unauthorized","title":"Who asks is not known","status":401,'
        b'"detail":"This address needs valid credentials in the header `Authorization: Bearer \xe2\x80\xa6`."}',
    )
    assert key_door.refused == [reason]


def test_two_headers_are_refused_even_where_one_is_right(key_door: Door, key: str) -> None:
    for headers in (
        [("Authorization", f"Bearer {key}"), ("Authorization", f"Bearer {key}")],
        [("Authorization", f"Bearer {key}"), ("X-API-Key", key)],
    ):
        assert getattr(key_door.ask(*headers), "status", None) == 401


def test_the_401_of_tokens_is_that_of_keys(jwt_door: Door, key_door: Door) -> None:
    expected = key_door.bearer(WRONG)
    shown = [
        *(token(claims(exp=1)), token(claims(aud="other")), token(by="forger", header={"kid": "first"})),
        *(token(header={"kid": "unknown"}), token(header={"alg": "none"}), "abc", "", "x" * 9000),
    ]
    assert [jwt_door.bearer(credential) for credential in shown] == [expected] * len(shown)
    assert jwt_door.ask() == expected
    assert len(set(jwt_door.refused)) == 7


def test_tokens_are_not_taken_as_keys(jwt_door: Door) -> None:
    jwt_door.ask(("X-API-Key", token()))
    assert jwt_door.refused == ["no_credentials"]


@pytest.mark.parametrize("scope", [Scope.OUTCOME, Scope.ADMIN])
def test_without_the_scope_a_known_caller_is_told_which_it_takes(key_door: Door, key: str, scope: Scope) -> None:
    answer = key_door.bearer(key, scope)
    assert isinstance(answer, Answer)
    assert (answer.status, answer.headers["www-authenticate"]) == (
        403,
        f'Bearer error="insufficient_scope", scope="{scope.value}"',
    )
    assert key_door.refused == ["no_scope"]


@pytest.mark.parametrize("scope", [None, Scope.ASSESS, Scope.READ])
def test_with_the_scope_it_is_let_in(key_door: Door, key: str, scope: Scope | None) -> None:
    assert isinstance(key_door.bearer(key, scope), Caller)
    assert key_door.refused == []


def test_admin_implies_nothing_else(key_file: Path, clock: Clock) -> None:
    asking = door(clock, auth="api_key", api_keys_file=key_file) if made(key_file) else None
    assert asking is not None
    admin = made(key_file, scopes="admin")
    clock.wait(1)
    refused = [getattr(asking.bearer(admin, scope), "status", 200) for scope in Scope]
    assert dict(zip(Scope, refused, strict=True)) == {
        Scope.ASSESS: 403,
        Scope.READ: 403,
        Scope.OUTCOME: 403,
        Scope.ADMIN: 200,
    }


def test_a_caller_that_asks_too_often_waits_and_no_other_does(
    key_door: Door, key: str, key_file: Path, clock: Clock
) -> None:
    second, other = made(key_file), made(key_file, name="other")
    namesake = made(key_file, tenant="practice")
    clock.wait(1)
    assert all(isinstance(key_door.bearer(key), Caller) for _ in range(10))
    answer = key_door.bearer(key)
    assert isinstance(answer, Answer)
    assert (answer.status, answer.headers["retry-after"]) == (429, "1")
    # A second key is no second allowance; another caller, and one of the same name elsewhere, are others.
    statuses = [getattr(key_door.bearer(each), "status", 200) for each in (second, other, namesake)]
    assert statuses == [429, 200, 200]
    assert key_door.refused == ["rate", "rate"]
    clock.wait(1)
    assert isinstance(key_door.bearer(key), Caller)


def test_asking_for_what_it_may_not_do_counts_too(key_door: Door, key: str) -> None:
    statuses = [getattr(key_door.bearer(key, Scope.ADMIN), "status", None) for _ in range(12)]
    assert statuses == [403] * 10 + [429] * 2


def test_guesses_are_limited_by_address(key_door: Door, key: str, clock: Clock) -> None:
    def guess(number: int, host: str = "192.0.2.66") -> int:
        answer = key_door.bearer(f"nerveroot_{number:012}_{'A' * 43}", host=host)
        assert isinstance(answer, Answer)
        return answer.status

    assert [guess(number) for number in range(33)] == [401] * 30 + [429] * 3
    assert guess(99, host="192.0.2.67") == 401
    assert key_door.refused == ["unknown_key"] * 30 + ["guessing"] * 3 + ["unknown_key"]
    answer = key_door.bearer(WRONG, host="192.0.2.66")
    assert isinstance(answer, Answer)
    assert (answer.status, answer.headers["retry-after"]) == (429, "60")
    clock.wait(60)
    assert [guess(number, host="192.0.2.66") for number in range(2)] == [401] * 2


def test_the_right_key_is_let_in_from_an_address_where_others_guess(
    key_door: Door, key: str, key_file: Path, clock: Clock
) -> None:
    """One program with an old key must not silence a hospital behind one proxy, nor after a restart of the service."""
    for _ in range(31):
        key_door.bearer(WRONG)
    assert isinstance(key_door.bearer(key), Caller)
    revoke(key_file, key)
    clock.wait(1)
    assert getattr(key_door.bearer(key), "status", None) == 429


def test_a_token_that_was_never_seen_is_let_in_from_an_address_where_others_guess(jwt_door: Door) -> None:
    """Tokens are renewed every few minutes."""
    refused = [getattr(jwt_door.bearer(token(claims(aud="other"))), "status", None) for _ in range(31)]
    assert refused == [401] * 30 + [429]
    assert isinstance(jwt_door.bearer(token()), Caller)
    assert jwt_door.refused == ["wrong_audience"] * 30 + ["guessing"]


def test_the_429_of_guesses_is_that_of_callers_but_for_the_seconds(key_door: Door, key: str) -> None:
    answers = [key_door.bearer(WRONG, host="192.0.2.66") for _ in range(31)]
    rate = [key_door.bearer(key) for _ in range(11)]
    guessing, asking = answers[-1], rate[-1]
    assert isinstance(guessing, Answer)
    assert isinstance(asking, Answer)
    assert guessing.body == asking.body
    assert guessing.headers.keys() == asking.headers.keys()


def test_who_shows_nothing_guesses_nothing(key_door: Door, key: str) -> None:
    assert {getattr(key_door.ask(), "status", None) for _ in range(100)} == {401}
    assert isinstance(key_door.bearer(key), Caller)


def test_an_address_without_a_name_is_one_too(key_door: Door) -> None:
    statuses = [getattr(key_door.bearer(WRONG, host=None), "status", None) for _ in range(31)]
    assert statuses == [401] * 30 + [429]


def test_many_at_once_are_all_checked_with_one_fetch(issuer: Issuer, jwt_door: Door) -> None:
    async def together() -> list[Caller | Answer]:
        header = ("Authorization", f"Bearer {token()}")
        return await asyncio.gather(*(jwt_door.asking(header) for _ in range(50)))

    assert all(isinstance(each, Caller) for each in run(together()))
    assert len(issuer.asked) == 1


@pytest.mark.parametrize("url", ["http://issuer.example/jwks.json", "https://user:word@issuer.example/", "x"])
def test_unsafe_addresses_of_keys_stop_the_start(url: str, clock: Clock) -> None:
    with pytest.raises(StartupError, match=r"^NERVEROOT_JWT_JWKS_URL must") as stopped:
        door(clock, auth="jwt", jwt_issuer=ISSUER, jwt_audience=AUDIENCE, jwt_jwks_url=url)
    assert "word" not in str(stopped.value)


def test_an_issuer_that_is_silent_at_the_start_does_not_stop_it(issuer: Issuer, jwt_door: Door, clock: Clock) -> None:
    issuer.fails()
    run(jwt_door.admission.prepare())
    assert (jwt_door.admission.able, jwt_door.admission.fault is None) == (False, False)
    issuer.publishes(published("first"))
    clock.wait(5)
    run(jwt_door.admission.prepare())
    assert (jwt_door.admission.able, jwt_door.admission.fault) == (True, None)
    run(jwt_door.admission.close())


def test_opening_and_closing_is_safe_for_each_kind(key_door: Door, clock: Clock) -> None:
    for each in (key_door, door(clock, auth="none")):
        run(each.admission.prepare())
        run(each.admission.close())
        assert each.admission.able


def test_the_labels_are_few_and_plain() -> None:
    assert all(reason.value.replace("_", "").isalpha() and reason.value.islower() for reason in Reason)
    assert len(Reason) <= 20


def test_it_runs_by_the_clock_of_the_machine_unless_told_otherwise(key: str, key_file: Path) -> None:
    made_plainly = admission_of(Settings(auth=Auth.API_KEY, api_keys_file=key_file), refused=lambda _: None)
    assert isinstance(Door(admission=made_plainly, refused=[]).bearer(key), Caller)
