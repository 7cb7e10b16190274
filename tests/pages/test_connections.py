"""Whom the bedside page may ask: what the settings name, and nobody else."""

import json
import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from service.identity.smart_servers import SmartServer, checked_origin, origin_of
from service.pages import connections as module
from service.pages.connections import connections
from service.pages.words import words_of
from service.settings import Auth, Settings

FOLDER = Path(module.__file__).parent
FAULTS = re.compile(r'(?:SignInFault\(|\bask\(|code: )"([a-z_]+)"|\? "([a-z_]+)" : "([a-z_]+)"\)')
EHR = {"iss": "https://ehr.example/fhir/r4", "client_id": "page", "origins": ["https://auth.example"]}
JWT = {
    "auth": Auth.JWT,
    "jwt_issuer": "https://issuer.example/realms/hospital",
    "jwt_audience": "nerveroot",
    "jwt_jwks_url": "https://issuer.example/jwks",
}


def test_without_settings_the_page_asks_the_service_alone() -> None:
    found = connections(Settings())
    assert (found.connect, found.frames) == ((), ())
    assert found.told["auth"] == "none"
    assert found.told["sign_in"] is None


def test_a_record_system_is_asked_and_may_show_the_page() -> None:
    found = connections(Settings(smart_servers=(SmartServer.model_validate(EHR),)))
    assert found.connect == found.frames == ("https://ehr.example", "https://auth.example")
    (told,) = found.told["smart"]
    assert told == {
        "iss": EHR["iss"],
        "client_id": "page",
        "origins": ("https://ehr.example", "https://auth.example"),
    }


def test_the_issuer_is_asked_where_the_page_is_registered_there_and_shows_no_page() -> None:
    found = connections(Settings.model_validate(JWT | {"jwt_page_client_id": "page"}))
    assert found.connect == ("https://issuer.example",)
    assert found.frames == ()
    assert found.told["sign_in"] == {
        "issuer": JWT["jwt_issuer"],
        "client_id": "page",
        "audience": "nerveroot",
    }
    assert connections(Settings.model_validate(JWT)).told["sign_in"] is None


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Ehr.Example/fhir", "https://ehr.example"),
        ("https://ehr.example:443/", "https://ehr.example"),
        ("https://ehr.example:8443/x", "https://ehr.example:8443"),
        ("http://127.0.0.1:8080/fhir", "http://127.0.0.1:8080"),
        ("http://[::1]:80", "http://[::1]"),
    ],
)
def test_an_origin_as_browsers_write_it(url: str, origin: str) -> None:
    """RFC 6454, section 6.1."""
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "http://ehr.example/fhir"},
        {"iss": "javascript:alert(1)"},
        {"iss": "https://*/fhir"},
        {"iss": "https://ehr.example; script-src */fhir"},
        {"iss": "https://ehr.example, x/fhir"},
        {"iss": "https://ehr.example/fhir?tenant=1"},
        {"iss": "https://user@ehr.example/fhir"},
        {"client_id": ""},
        {"client_id": None},
        {"origins": ["https://auth.example/token"]},
        {"origins": ["http://auth.example"]},
        {"origins": ["*"]},
        {"origins": ["https://auth.example; script-src *"]},
        {"secret": "x"},
    ],
    ids=json.dumps,
)
def test_a_record_system_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        SmartServer.model_validate(EHR | wrong)


@pytest.mark.parametrize(
    "issuer", ["hospital", "http://issuer.example", "https://*", "https://issuer.example; script-src *"]
)
def test_an_issuer_to_sign_in_at_is_an_address(issuer: str) -> None:
    with pytest.raises(ValidationError, match="NERVEROOT_JWT_ISSUER, which must"):
        Settings.model_validate(JWT | {"jwt_issuer": issuer, "jwt_page_client_id": "page"})
    assert connections(Settings.model_validate(JWT | {"jwt_issuer": issuer})).connect == ()


@pytest.mark.parametrize(
    ("script", "said_as"),
    [
        ("oauth.js", ("launch", "signin")),
        ("launching.js", ("launch",)),
        ("launch.js", ("launch",)),
        ("signin.js", ("signin",)),
    ],
)
def test_every_fault_has_its_words(script: str, said_as: tuple[str, ...]) -> None:
    text = (FOLDER / "static" / script).read_text(encoding="utf-8")
    codes = {code for found in FAULTS.findall(text) for code in found if code}
    assert codes
    for section in said_as:
        assert {f"fault_{code}" for code in codes} <= words_of(section).keys()


def test_an_origin_holds_nothing_that_ends_a_rule_of_the_policy() -> None:
    assert checked_origin("https://auth.example:8443/") == "https://auth.example:8443"
    with pytest.raises(ValueError, match="origin alone"):
        checked_origin("https://auth.example/x")
