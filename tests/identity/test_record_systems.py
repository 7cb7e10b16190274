"""How the settings name record systems, and what they refuse: what would let somebody else in as one."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from service.identity.record_systems import CdsClient
from service.settings import Settings
from tests.service.refusing import refused

EHR = {"iss": "https://ehr.example", "jku": "https://ehr.example/jwks.json", "tenant": "clinic"}
OTHER = {"iss": "https://other.example", "jku": "https://other.example/jwks.json", "tenant": "practice"}
SANDBOX = {"iss": "https://sandbox.cds-hooks.org", "jku": "https://keys.example/jwks.json", "tenant": "trial"}
SANDBOX_KEYS = {"iss": "trial", "jku": "https://sandbox.cds-hooks.org/.well-known/jwks.json", "tenant": "trial"}
OUTSIDE = {"host": "0.0.0.0", "auth": "api_key"}  # noqa: S104
PUBLIC = {"public_url": "https://nerveroot.example"}
PROXIED = {"auth": "api_key", **PUBLIC}
SHARED = OTHER | {"jku": "https://EHR.example.:443/jwks.json"}
TOKENS = {
    "auth": "jwt",
    "jwt_issuer": "https://issuer.example",
    "jwt_jwks_url": "https://issuer.example/jwks.json",
    "jwt_audience": "nerveroot",
}


def test_record_systems_as_the_environment_names_them(monkeypatch: pytest.MonkeyPatch) -> None:
    several = OTHER | {"tenants": {"North Clinic": "north"}}
    monkeypatch.setenv("NERVEROOT_CDS_CLIENTS", json.dumps([EHR, several]))
    monkeypatch.setenv("NERVEROOT_CDS_AUDIENCES", '["nerveroot at Ward 3"]')
    monkeypatch.setenv("NERVEROOT_FHIR_SERVERS", '["https://fhir.example/r4/"]')
    monkeypatch.setenv("NERVEROOT_PUBLIC_URL", "https://nerveroot.example/")
    monkeypatch.setenv("NERVEROOT_AUTH", "api_key")
    monkeypatch.setenv("NERVEROOT_SMART_LAUNCH_URL", "https://ehr.example/launch?app=nerveroot")
    settings = Settings()
    assert settings.cds_clients == (CdsClient.model_validate(EHR), CdsClient.model_validate(several))
    assert settings.cds_audiences == ("nerveroot at Ward 3",)
    assert settings.fhir_servers == ("https://fhir.example/r4",)
    assert settings.public_url == "https://nerveroot.example"
    assert settings.smart_launch_url == "https://ehr.example/launch?app=nerveroot"


TAKEN: dict[str, dict[str, Any]] = {
    "on this machine, without an address": {"cds_clients": [EHR]},
    "elsewhere, with an address": {"cds_clients": [EHR, OTHER], **OUTSIDE, **PUBLIC},
    "elsewhere, without any": OUTSIDE,
    "two for one tenant": {"cds_clients": [EHR, OTHER | {"tenant": "clinic"}]},
    "keys on this machine": {"cds_clients": [EHR | {"jku": "http://127.0.0.1:8001/jwks.json"}]},
    "the public sandbox, on this machine": {"cds_clients": [SANDBOX]},
    "it, under an address of this machine": {"cds_clients": [SANDBOX], "public_url": "http://localhost:8000"},
    "one key set for one tenant": {"cds_clients": [EHR, SHARED | {"tenant": "clinic"}]},
    "one key set for the same tenants": {
        "cds_clients": [EHR, SHARED | {"tenants": {"Clinic": "clinic", "Old clinic": "clinic"}}]
    },
    "with access tokens": {"cds_clients": [EHR], "cds_audiences": ["ward"], **PUBLIC, **TOKENS},
    "an audience that begins alike": {
        "cds_clients": [EHR],
        **PUBLIC,
        **TOKENS,
        "jwt_audience": "https://nerveroot.example/cds-servicesx",
    },
}


@pytest.mark.parametrize("stated", TAKEN.values(), ids=TAKEN)
def test_settings_that_are_taken(stated: dict[str, Any]) -> None:
    assert len(Settings(**stated).cds_clients) == len(stated.get("cds_clients", ()))


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no key set": ({"cds_clients": [{"iss": "x", "tenant": "clinic"}]}, "Field required"),
    "a misspelled member": ({"cds_clients": [EHR | {"tenents": {}}]}, "Extra inputs"),
    "an issuer that is none": ({"cds_clients": [EHR | {"iss": ""}]}, "printable characters"),
    "an issuer that cannot be shown": ({"cds_clients": [EHR | {"iss": "a\nb"}]}, "printable characters"),
    "keys that others could change": (
        {"cds_clients": [EHR | {"jku": "http://ehr.example/jwks.json"}]},
        "must begin with https://",
    ),
    "keys with a password": ({"cds_clients": [EHR | {"jku": "https://u:p@ehr.example/"}]}, "neither a user name"),
    "a tenant of ours": ({"cds_clients": [EHR | {"tenant": "local"}]}, "choose another name"),
    "a tenant of all": ({"cds_clients": [EHR | {"tenants": {"x": "*"}}]}, "choose another name"),
    "no tenants": ({"cds_clients": [EHR | {"tenants": {}}]}, "at least 1 item"),
    "one issuer twice": ({"cds_clients": [EHR, OTHER | {"iss": EHR["iss"]}]}, "must name each `iss` once"),
    "no address, elsewhere": ({"cds_clients": [EHR], **OUTSIDE}, "needs NERVEROOT_PUBLIC_URL too"),
    "the public sandbox, elsewhere": ({"cds_clients": [SANDBOX], **OUTSIDE, **PUBLIC}, "whose private key is public"),
    "its keys, elsewhere": ({"cds_clients": [SANDBOX_KEYS], **OUTSIDE, **PUBLIC}, "whose private key is public"),
    "the public sandbox, behind a proxy": ({"cds_clients": [SANDBOX], **PROXIED}, "whose private key is public"),
    "one key set for two tenants": ({"cds_clients": [EHR, SHARED]}, "names one `jku`"),
    "one key set for more tenants": (
        {"cds_clients": [EHR, SHARED | {"tenants": {"Clinic": "clinic", "Practice": "practice"}}]},
        "names one `jku`",
    ),
    "one audience for two": ({"cds_audiences": ["nerveroot"], **TOKENS}, "NERVEROOT_JWT_AUDIENCE is an audience"),
    "access tokens for a service of CDS Hooks": (
        {**PUBLIC, **TOKENS, "jwt_audience": "https://nerveroot.example/cds-services/nerveroot-patient-view"},
        "NERVEROOT_JWT_AUDIENCE is an audience",
    ),
    "an empty audience": ({"cds_audiences": [""]}, "at least 1 character"),
    "an address that others could change": ({"public_url": "http://nerveroot.example"}, "must begin with https://"),
    "an address with a query": ({"public_url": "https://nerveroot.example/?a=b"}, "plain steps"),
    "an address that climbs": ({"public_url": "https://nerveroot.example/../x"}, "plain steps"),
    "a server that others could change": ({"fhir_servers": ["http://fhir.example"]}, "must begin with https://"),
    "a server with a password": ({"fhir_servers": ["https://u:p@fhir.example"]}, "neither a user name"),
    "a server that climbs": ({"fhir_servers": ["https://fhir.example/a/%2e%2e/b"]}, "plain steps"),
    "a launch that others could change": ({"smart_launch_url": "http://ehr.example"}, "must begin with https://"),
}


@pytest.mark.parametrize(("stated", "words"), REFUSED.values(), ids=REFUSED)
def test_settings_that_are_refused(stated: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(**stated)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("NERVEROOT_CDS_CLIENTS", "[{", "NERVEROOT_CDS_CLIENTS: must be a JSON list"),
        ("NERVEROOT_CDS_CLIENTS", '[{"iss": "s3cr3t"}]', "NERVEROOT_CDS_CLIENTS: Field required"),
        ("NERVEROOT_CDS_CLIENTS", json.dumps([EHR, EHR]), "NERVEROOT_CDS_CLIENTS must name each `iss` once"),
        ("NERVEROOT_CORS_ORIGINS", "https://s3cr3t.example", "NERVEROOT_CORS_ORIGINS: must be a JSON list"),
        ("NERVEROOT_PUBLIC_URL", "https://a:s3cr3t@b.example", "NERVEROOT_PUBLIC_URL: "),
    ],
)
def test_the_program_says_which_setting_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], name: str, value: str, words: str
) -> None:
    done = refused(monkeypatch, capfd, **{name: value})
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"nerveroot cannot start: {words}")
    assert "s3cr3t" not in done.stderr
    assert "Traceback" not in done.stderr
