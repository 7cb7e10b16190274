"""Which version answers, and the settings without which the service does not start."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from service.errors import ModelMissing
from service.identity.addresses import is_loopback
from service.released import version_meant
from service.settings import RELEASED, Settings
from tests.service.refusing import refused
from tests.service.test_startup import start

KEY = "0123456789abcdef0123456789abcdef"
JWT = {
    "NERVEROOT_AUTH": "jwt",
    "NERVEROOT_JWT_ISSUER": "https://issuer.example",
    "NERVEROOT_JWT_AUDIENCE": "nerveroot",
    "NERVEROOT_JWT_JWKS_URL": "https://issuer.example/keys",
}


def test_the_champion_answers_unless_another_version_is_named(tmp_path: Path) -> None:
    (tmp_path / "CHAMPION").write_text("2.1.0\n2.0.0\n")
    assert version_meant(tmp_path, Settings().model_version) == "2.1.0"
    assert version_meant(tmp_path, "2.0.0") == "2.0.0"


def test_this_checkout_serves_its_champion() -> None:
    first = (RELEASED / "CHAMPION").read_text().splitlines()[0]
    assert version_meant(RELEASED, Settings().model_version) == first
    assert (RELEASED / first / "manifest.json").is_file()


@pytest.mark.parametrize("text", [b"", b"\n2.1.0\n", b"latest\n", b"2.1.0 \n", b"../2.1.0\n", b"{x}\n", b"\xff\n"])
def test_a_file_that_names_no_version_is_refused(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "CHAMPION").write_bytes(text)
    with pytest.raises(ModelMissing, match="from git, or name a version"):
        version_meant(tmp_path, "champion")


@pytest.mark.parametrize(
    ("host", "alone"),
    [
        *[(host, True) for host in ("127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost", "LOCALHOST")],
        *[(host, False) for host in ("", "0.0.0.0", "::", "10.0.0.1", "example.org", "localhost.example.org")],  # noqa: S104
    ],
)
def test_what_only_this_machine_reaches(host: str, alone: bool) -> None:
    """Hazard H-26: the service is reached from outside, and lets everybody in."""
    assert is_loopback(host) is alone


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", ""])  # noqa: S104
@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "everybody who reaches"),
        ({"NERVEROOT_AUTH": "none"}, "everybody who reaches"),
        ({"NERVEROOT_AUTH": "api_key", "NERVEROOT_RECORD_KEY": None}, "NERVEROOT_RECORD_KEY is needed"),
        ({**JWT, "NERVEROOT_RECORD_KEY": None}, "NERVEROOT_RECORD_KEY is needed"),
    ],
    ids=["nothing said", "no identity", "keys without a key of the record", "tokens without a key of the record"],
)
def test_others_are_let_in_only_guarded(
    monkeypatch: pytest.MonkeyPatch, host: str, more: dict[str, str | None], words: str
) -> None:
    """Hazard H-26: the service is reached from outside, and lets everybody in."""
    for name, value in {"NERVEROOT_HOST": host, **more}.items():
        monkeypatch.delenv(name) if value is None else monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=words):
        Settings()


ELSEWHERE = "https://nerveroot.example"


@pytest.mark.parametrize(
    ("host", "public", "alone"),
    [
        ("127.0.0.1", None, True),
        ("127.0.0.1", "http://localhost:8000", True),
        ("127.0.0.1", "https://[::1]:8443/cds", True),
        ("127.0.0.1", ELSEWHERE, False),
        ("127.0.0.1", "https://localhost.example", False),
        ("0.0.0.0", None, False),  # noqa: S104
        ("0.0.0.0", "http://localhost:8000", False),  # noqa: S104
    ],
)
def test_behind_a_proxy_it_is_not_this_machine_alone_that_calls(host: str, public: str | None, *, alone: bool) -> None:
    """Hazard H-26: what is open to this machine alone is open to everybody behind a proxy."""
    assert Settings(host=host, public_url=public, auth="api_key").alone is alone


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "everybody who reaches https://nerveroot.example would be let in"),
        ({"NERVEROOT_AUTH": "api_key", "NERVEROOT_RECORD_KEY": None}, "NERVEROOT_RECORD_KEY is needed"),
    ],
    ids=["no identity", "no key of the record"],
)
def test_behind_a_proxy_others_are_let_in_only_guarded(
    monkeypatch: pytest.MonkeyPatch, more: dict[str, str | None], words: str
) -> None:
    """Hazard H-26: a proxy lets everybody in where nobody is asked who they are."""
    for name, value in {"NERVEROOT_PUBLIC_URL": ELSEWHERE, **more}.items():
        monkeypatch.delenv(name) if value is None else monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=words):
        Settings()


@pytest.mark.parametrize("auth", [{"NERVEROOT_AUTH": "api_key"}, JWT], ids=["keys", "tokens"])
def test_guarded_it_may_listen_to_others(monkeypatch: pytest.MonkeyPatch, auth: dict[str, str]) -> None:
    for name, value in {"NERVEROOT_HOST": "0.0.0.0", **auth}.items():  # noqa: S104
        monkeypatch.setenv(name, value)
    assert not Settings().loopback


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("NERVEROOT_RECORD_KEY", KEY[1:], "must have 32 characters or more"),
        ("NERVEROOT_RATE_LIMIT", "often", "as in 100/second"),
        ("NERVEROOT_AUTH", "jwt", "NERVEROOT_JWT_ISSUER, NERVEROOT_JWT_AUDIENCE, NERVEROOT_JWT_JWKS_URL"),
        ("NERVEROOT_AUTH", "basic", "NERVEROOT_AUTH: Input should be 'none', 'api_key' or 'jwt'"),
        ("NERVEROOT_HOST", "0.0.0.0", "Set NERVEROOT_AUTH to api_key or jwt"),  # noqa: S104
        ("NERVEROOT_RECORD_SECONDS", "0", "NERVEROOT_RECORD_SECONDS"),
    ],
)
def test_the_program_says_which_setting_is_wrong_and_no_secret(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], name: str, value: str, words: str
) -> None:
    done = refused(monkeypatch, capfd, **{name: value})
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert KEY[1:] not in done.stderr


@pytest.mark.parametrize("url", ["mysql://somebody:s3cr3t@127.0.0.1/x", "s3cr3t"])
def test_a_database_that_it_does_not_know_is_said_without_its_password(url: str) -> None:
    """Found when the record is opened, not when the settings are read."""
    done = start(NERVEROOT_DATABASE_URL=url)
    assert done.returncode == 2
    assert "Write sqlite:///FILE or postgresql" in done.stderr
    assert "Traceback" not in done.stderr
    assert "s3cr3t" not in done.stderr


def test_settings_show_no_secret() -> None:
    """Hazard H-26: a page of a fault shows the settings, and with them the keys."""
    settings = Settings(record_key=KEY, database_url="postgresql://somebody:s3cr3t@127.0.0.1/x")
    assert "s3cr3t" not in repr(settings)
    assert KEY not in repr(settings)
