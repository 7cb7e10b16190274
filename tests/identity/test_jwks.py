"""The keys of an issuer: asked for rarely, together, and done without for a while where it is silent."""

import asyncio
import json
import logging
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from service.identity.addresses import checked_url
from service.identity.jwks import MAX_BODY, JwkSet
from service.identity.refusals import KeysUnavailable, NotKnown
from tests.identity.asking import run
from tests.identity.issuer import Issuer, serving
from tests.identity.timing import Clock
from tests.identity.tokens import published


def found(keys: JwkSet, kid: str = "first") -> str:
    """The id of the key, or why there is none."""
    return run(finding(keys, kid))


async def finding(keys: JwkSet, kid: str) -> str:
    """The same, from within an event loop; what was begun is finished."""
    try:
        said = (await keys.key(kid, "RS256")).kid or ""
    except (NotKnown, KeysUnavailable) as fault:
        said = type(fault).__name__
    await keys.landed()
    return said


@pytest.mark.parametrize(
    "url",
    [
        "https://issuer.example/jwks.json",
        "https://issuer.example:8443/realms/a/certs?v=1",
        "http://127.0.0.1:8080/jwks.json",
        "http://localhost/jwks.json",
        "http://[::1]:80/jwks.json",
    ],
)
def test_addresses_that_keys_are_fetched_from(url: str) -> None:
    assert checked_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        *("", "issuer.example/jwks.json", "http://issuer.example/jwks.json", "http://10.0.0.1/jwks.json"),
        *("ftp://issuer.example/jwks.json", "file:///etc/jwks.json", "https:///jwks.json", "https://"),
        *("http://127.0.0.1.issuer.example/", "http://localhost@issuer.example/", "https://user:word@issuer.example/"),
        *("https://issuer.example/#keys", "https://[::1", "https://issuer.example:port/", "data:application/json,{}"),
    ],
)
def test_addresses_that_are_refused_in_a_sentence_without_them(url: str) -> None:
    with pytest.raises(ValueError, match=r"^must .*\.$") as refused:
        JwkSet(url, clock=Clock())
    assert "word" not in str(refused.value)


def test_one_fetch_serves_for_eight_minutes(issuer: Issuer, clock: Clock) -> None:
    keys = JwkSet(issuer.url, clock=clock)
    assert (keys.able, keys.fault) == (False, None)
    for _ in range(9):
        assert found(keys) == "first"
        clock.wait(60)
    assert (len(issuer.asked), keys.able, keys.fault) == (1, True, None)


def test_after_eight_minutes_new_keys_are_fetched_while_the_known_ones_serve(issuer: Issuer, clock: Clock) -> None:
    keys = JwkSet(issuer.url, clock=clock)
    found(keys)
    issuer.publishes(published("second"))
    clock.wait(481)
    assert found(keys, "first") == "first"
    assert len(issuer.asked) == 2
    assert (found(keys, "first"), found(keys, "second")) == ("NotKnown", "second")


def test_after_ten_minutes_a_key_that_was_withdrawn_is_not_taken_once_more(issuer: Issuer, clock: Clock) -> None:
    keys = JwkSet(issuer.url, clock=clock)
    found(keys)
    issuer.publishes(published("second"))
    clock.wait(601)
    assert found(keys, "first") == "NotKnown"


def test_a_new_key_is_found_at_once_and_invented_ones_ask_twice_a_minute(issuer: Issuer, clock: Clock) -> None:
    keys = JwkSet(issuer.url, clock=clock)
    found(keys)
    clock.wait(30)
    issuer.publishes(published("first"), published("second"))
    assert (found(keys, "second"), len(issuer.asked)) == ("second", 2)
    for number in range(60):
        clock.wait(1)
        assert found(keys, f"../../etc/passwd?{number}") == "NotKnown"
    assert len(issuer.asked) == 4
    assert set(issuer.asked) == {"/jwks.json"}


def test_many_at_once_ask_once(issuer: Issuer, clock: Clock) -> None:
    keys = JwkSet(issuer.url, clock=clock)

    async def all_at_once() -> list[str]:
        issuer.answers.clear()
        waiting = [asyncio.create_task(finding(keys, "first")) for _ in range(50)]
        while not issuer.asked:
            await asyncio.sleep(0.001)
        waiting[0].cancel()  # whoever gives up does not end it for the others
        issuer.answers.set()
        return [said for said in await asyncio.gather(*waiting, return_exceptions=True) if isinstance(said, str)]

    assert run(all_at_once()) == ["first"] * 49
    assert len(issuer.asked) == 1


def test_known_keys_serve_for_a_day_while_the_issuer_is_silent(issuer: Issuer, clock: Clock) -> None:
    keys = JwkSet(issuer.url, clock=clock)
    found(keys)
    issuer.fails()
    for _ in range(24):
        clock.wait(3599)
        assert found(keys) == "first"
    assert (keys.able, keys.fault) == (True, "The keys of the issuer could not be fetched (status 503).")
    clock.wait(60)
    assert (found(keys), keys.able) == ("KeysUnavailable", False)
    issuer.publishes(published("first"))
    clock.wait(5)
    assert (found(keys), keys.able, keys.fault) == ("first", True, None)


def test_nobody_waits_for_an_issuer_that_was_silent_the_last_time(issuer: Issuer, clock: Clock) -> None:
    keys = JwkSet(issuer.url, clock=clock)
    found(keys)
    issuer.fails()
    clock.wait(601)
    found(keys)
    clock.wait(601)
    issuer.answers.clear()

    async def served_while_the_issuer_hangs() -> str | None:
        kid = (await keys.key("first", "RS256")).kid
        assert keys.fetching
        await keys.close()
        return kid

    assert run(served_while_the_issuer_hangs()) == "first"


def test_while_no_keys_were_ever_there_it_asks_every_five_seconds(issuer: Issuer, clock: Clock) -> None:
    keys = JwkSet(issuer.url, clock=clock)
    issuer.fails(500)
    for _ in range(10):
        assert found(keys) == "KeysUnavailable"
        clock.wait(1)
    assert len(issuer.asked) == 2
    issuer.publishes(published("first"))
    assert found(keys) == "first"


def test_asking_whether_it_is_ready_gets_the_keys(issuer: Issuer, clock: Clock) -> None:
    """A service that nobody turns to because it was not ready must become so without a caller."""
    keys = JwkSet(issuer.url, clock=clock)
    issuer.fails(500)
    run(keys.prepare())
    assert not keys.able
    issuer.publishes(published("first"))
    clock.wait(5)
    run(keys.prepare())
    assert keys.able


def test_an_issuer_that_publishes_no_key_lets_nobody_in(issuer: Issuer, clock: Clock) -> None:
    keys = JwkSet(issuer.url, clock=clock)
    found(keys)
    issuer.publishes(published("weak", bits=1024))
    clock.wait(601)
    assert (found(keys), keys.able, keys.fault) == ("NotKnown", False, "The issuer publishes no key that can be used.")
    issuer.publishes(published("first"))
    clock.wait(5)
    run(keys.prepare())
    assert (keys.able, found(keys)) == (True, "first")


@pytest.mark.parametrize(
    ("status", "body", "headers", "why"),
    [
        (404, b"{}", {}, "status 404"),
        (302, b"", {"Location": "/elsewhere.json"}, "status 302"),
        (200, b"<html>sign in</html>", {}, "JSONDecodeError"),
        (200, b'{"keys": 1}', {}, "ValueError"),
        (200, b" " * (MAX_BODY + 1), {}, "more than 256 KiB"),
        (200, b"\x1f\x8b", {"Content-Encoding": "gzip"}, "compressed, which was not asked for"),
    ],
)
def test_answers_that_leave_the_known_keys_in_place(
    issuer: Issuer, clock: Clock, status: int, body: bytes, headers: dict[str, str], why: str
) -> None:
    keys = JwkSet(issuer.url, clock=clock)
    found(keys)
    issuer.fails(status, body, headers)
    clock.wait(601)
    assert found(keys) == "first"
    assert keys.fault == f"The keys of the issuer could not be fetched ({why})."
    assert set(issuer.asked) == {"/jwks.json"}


def test_a_long_key_set_is_read(issuer: Issuer, clock: Clock) -> None:
    issuer.body = json.dumps({"keys": [published("first")] * 400}).encode()
    assert 100_000 < len(issuer.body) < MAX_BODY
    assert found(JwkSet(issuer.url, clock=clock)) == "first"


def test_an_issuer_that_hangs_is_given_up(issuer: Issuer, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.identity.jwks.SECONDS", 0.05)
    issuer.answers.clear()
    keys = JwkSet(issuer.url, clock=clock)
    assert found(keys) == "KeysUnavailable"
    assert keys.fault is not None


def test_an_issuer_that_never_ends_is_given_up(issuer: Issuer, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes soon enough; all of them do not."""
    monkeypatch.setattr("service.identity.jwks.SECONDS", 0.3)
    issuer.body = b" " * 10_000
    issuer.pause = 0.01
    keys = JwkSet(issuer.url, clock=clock)
    assert found(keys) == "KeysUnavailable"
    assert keys.fault == "The keys of the issuer could not be fetched (TimeoutError)."


def test_an_unknown_key_waits_for_the_fetch_that_is_under_way(issuer: Issuer, clock: Clock) -> None:
    keys = JwkSet(issuer.url, clock=clock)
    found(keys)
    issuer.publishes(published("first"), published("second"))
    clock.wait(481)

    async def known_then_unknown() -> tuple[str | None, str | None]:
        issuer.answers.clear()
        known = await keys.key("first", "RS256")
        assert keys.fetching
        asking = asyncio.create_task(keys.key("second", "RS256"))
        await asyncio.sleep(0)
        issuer.answers.set()
        return known.kid, (await asking).kid

    assert run(known_then_unknown()) == ("first", "second")
    assert len(issuer.asked) == 2


def test_an_issuer_that_is_not_there(clock: Clock) -> None:
    keys = JwkSet("http://127.0.0.1:1/jwks.json", clock=clock)
    assert found(keys) == "KeysUnavailable"
    assert keys.fault == "The keys of the issuer could not be fetched (ConnectError)."


def test_trouble_is_logged_once_and_its_end_too(issuer: Issuer, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="service.identity.jwks")
    keys = JwkSet(issuer.url, clock=clock)
    issuer.fails()
    for _ in range(20):
        found(keys)
        clock.wait(10)
    issuer.publishes(published("first"))
    found(keys)
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("ERROR", "The keys of the issuer could not be fetched (status 503)."),
        ("INFO", "The keys of the issuer were fetched again."),
    ]


def test_closing_ends_what_is_under_way(issuer: Issuer, clock: Clock) -> None:
    keys = JwkSet(issuer.url, clock=clock)

    async def begin_and_close() -> bool:
        issuer.answers.clear()
        asking = asyncio.create_task(finding(keys, "first"))
        while not issuer.asked:
            await asyncio.sleep(0.001)
        await keys.close()
        await asyncio.wait({asking})
        return asking.result() == "KeysUnavailable"

    assert run(begin_and_close())


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for this machine that only its own maker vouches for, with its key."""
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an issuer for tests")])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, SHA256())
    )
    path = tmp_path / "issuer.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    return path


def test_a_certificate_that_nobody_vouches_for_is_not_taken(
    certificate: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(published("first"), certificate=certificate) as issuer:
        keys = JwkSet(issuer.url, clock=clock)
        assert found(keys) == "KeysUnavailable"
        assert keys.fault == "The keys of the issuer could not be fetched (ConnectError)."
        assert issuer.asked == []
        # The authorities of a hospital are named in the usual way.
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert found(JwkSet(issuer.url, clock=clock)) == "first"
