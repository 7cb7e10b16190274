"""What can be set from outside, read once from the environment."""

import json
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from service.identity.addresses import checked_base, checked_url, host_of, is_loopback
from service.identity.rate_limits import parsed
from service.identity.record_systems import CdsClient, what_confuses
from service.identity.smart_servers import SmartServer, checked_issuer
from service.released import CHAMPION
from service.rules.guideline import Policy

CHECKOUT = Path(__file__).parent.parent
RELEASED = CHECKOUT / "models"
KEPT = CHECKOUT / "var"
"""Where the record is unless told otherwise; not part of the repository."""

SHORTEST_KEY = 32
"""Characters of the key of the record: 16 random bytes in hexadecimal."""


class Auth(StrEnum):
    """How callers show who they are."""

    NONE = "none"
    API_KEY = "api_key"
    JWT = "jwt"


class Settings(BaseSettings):
    """The settings; each is the environment variable of the same name with `NERVEROOT_` before it."""

    model_config = SettingsConfigDict(
        env_prefix="NERVEROOT_",
        frozen=True,
        extra="ignore",
        protected_namespaces=(),
        enable_decoding=False,  # lists are decoded below: the library would end in a fault that names no setting
    )

    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    model_dir: Path = Field(RELEASED, description="folder that holds the released models, one folder a version")
    model_version: str = Field(
        CHAMPION,
        description="which released model answers; `champion` is the one that `make promote` put into models/CHAMPION",
    )
    red_flag_policy: Policy = Field(
        Policy.LISTED,
        description="`listed`: every red flag overrides; `contextual`: age over 50 adds to the others without "
        "overriding by itself",
    )
    database_url: SecretStr = Field(
        SecretStr(f"sqlite:///{KEPT / 'record.sqlite3'}"),
        description="where the record is: `sqlite:///FILE` or `postgresql://USER:PASSWORD@HOST/NAME`; default "
        "`var/record.sqlite3` of this checkout",
    )
    journal_dir: Path = Field(
        KEPT / "journal",
        description="folder for answers that wait while the database is down; best on another disk than the database",
    )
    record_key: SecretStr | None = Field(
        None,
        description="secret for the keyed hashes of `patient.reference`, 32 characters or more (`openssl rand -hex "
        "32`); where it is not set, one is made in `var/record.key`, and the service listens on this machine alone",
    )
    record_seconds: float = Field(
        2.0, gt=0, description="how long an answer waits for the database before it goes to the journal instead"
    )
    auth: Auth = Field(
        Auth.NONE,
        description="how callers show who they are: `none` (only while this machine alone calls), `api_key` or `jwt`",
    )
    api_keys_file: Path = Field(
        KEPT / "api-keys.json",
        description="the keys of `api_key`, hashed; written by `make api-key`, read when it changes",
    )
    jwt_issuer: str | None = Field(None, description="`jwt`: the issuer (`iss`) whose access tokens are taken")
    jwt_audience: str | None = Field(
        None, description="`jwt`: the audience (`aud`) that a token must name: this service"
    )
    jwt_jwks_url: str | None = Field(
        None, description="`jwt`: where the keys of the issuer are (JWKS); https, or http on this machine"
    )
    jwt_tenant_claim: str = Field("tenant", description="`jwt`: the claim that names the tenant of a caller")
    rate_limit: str = Field(
        "100/second",
        description="requests of one caller, as in `100/second` or `100/second;20000/hour`, for each process; not with "
        "`none`",
    )
    metrics_open: bool = Field(
        False, description="whether /metrics is there for everybody; otherwise it takes the scope `admin`, or `none`"
    )
    cors_origins: tuple[str, ...] = Field(
        (), description='JSON list of the origins whose pages may call from a browser, as in `["https://app.example"]`'
    )
    allowed_hosts: tuple[str, ...] = Field(
        ("localhost", "127.0.0.1", "[::1]"),
        description="`none`: JSON list of the names under which it may be asked, as a proxy in front may pass them on",
    )
    public_url: str | None = Field(
        None,
        description="address under which others reach the service, as in `https://nerveroot.example`: links, and the "
        "audience of CDS Hooks clients, are made of it; where it is not set, the address that is asked; not of another "
        "machine with `none`",
    )
    cds_clients: tuple[CdsClient, ...] = Field(
        (),
        description="JSON list of the record systems that may call CDS Hooks, each with `iss`, `jku` (its JWK Set) and "
        "`tenant`; without any nobody may, except on a service that asks nobody (`none`)",
    )
    cds_audiences: tuple[Annotated[str, Field(min_length=1)], ...] = Field(
        (),
        description="JSON list of further audiences (`aud`) that are taken of CDS Hooks clients, each exactly as sites "
        "have typed it in",
    )
    fhir_servers: tuple[str, ...] = Field(
        (),
        description="JSON list of the base addresses of FHIR servers that CDS Hooks may fetch missing data from; a "
        "service that this machine alone calls may also ask this machine",
    )
    smart_launch_url: str | None = Field(
        None,
        description="where the record system launches the bedside page as a SMART app; without it cards link to the "
        "page by its address",
    )
    smart_servers: tuple[SmartServer, ...] = Field(
        (),
        description="JSON list of the FHIR servers that may launch the bedside page as a SMART app, each with `iss` "
        "and `client_id`, and `origins` where sign-in or frames are of another origin",
    )
    jwt_page_client_id: str | None = Field(
        None,
        description="`jwt`: the bedside page's name at the issuer, as a public client (PKCE); without it the page asks "
        "for a token",
    )
    model_seconds: float = Field(
        0.5, gt=0, description="how long one call of the model may take before the rules answer without it"
    )
    log_level: Literal["critical", "error", "warning", "info", "debug"] = Field("info", description="what is logged")

    @field_validator(
        *("cors_origins", "allowed_hosts", "cds_clients", "cds_audiences", "fhir_servers", "smart_servers"),
        mode="before",
    )
    @classmethod
    def _list(cls, stated: Any) -> Any:
        if not isinstance(stated, str):
            return stated
        try:
            return json.loads(stated)
        except (ValueError, RecursionError):
            raise PydanticCustomError("not_json", 'must be a JSON list, as in ["one", "two"].') from None

    @field_validator("public_url")
    @classmethod
    def _base(cls, url: str | None) -> str | None:
        return None if url is None else checked_base(url)

    @field_validator("smart_launch_url")
    @classmethod
    def _url(cls, url: str | None) -> str | None:
        return None if url is None else checked_url(url)

    @field_validator("fhir_servers")
    @classmethod
    def _bases(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(checked_base, urls))

    @field_validator("record_key")
    @classmethod
    def _long_enough(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None and len(key.get_secret_value()) < SHORTEST_KEY:
            raise PydanticCustomError(
                "short_key",
                "must have {wanted} characters or more, or a reference could be found by trying keys. Make one with "
                "`openssl rand -hex 32`.",
                {"wanted": SHORTEST_KEY},
            )
        return key

    @field_validator("rate_limit")
    @classmethod
    def _readable_limit(cls, text: str) -> str:
        parsed(text)
        return text

    @model_validator(mode="after")
    def _alone_or_guarded(self) -> Self:
        """Without identity, or without a key of its own, nobody else may reach it."""
        if not self.loopback and self.auth is Auth.NONE:
            raise PydanticCustomError(
                "unguarded",
                "with NERVEROOT_AUTH=none everybody who reaches {host} would be let in. Set NERVEROOT_AUTH to api_key "
                "or jwt, or NERVEROOT_HOST to 127.0.0.1.",
                {"host": self.host or "every address"},
            )
        if not self.alone and self.auth is Auth.NONE:
            raise PydanticCustomError(
                "unguarded",
                "with NERVEROOT_AUTH=none everybody who reaches {address} would be let in: a proxy passes on whoever "
                "asks. Set NERVEROOT_AUTH to api_key or jwt, or leave NERVEROOT_PUBLIC_URL out.",
                {"address": self.public_url},
            )
        if not self.alone and self.record_key is None:
            raise PydanticCustomError(
                "no_key",
                "NERVEROOT_RECORD_KEY is needed where others than this machine can ask: references to patients are "
                "stored as hashes with that key. Make one with `openssl rand -hex 32` and keep it.",
            )
        missing = [
            f"NERVEROOT_{name.upper()}"
            for name in ("jwt_issuer", "jwt_audience", "jwt_jwks_url")
            if self.auth is Auth.JWT and not getattr(self, name)
        ]
        if missing:
            raise PydanticCustomError(
                "no_issuer", "NERVEROOT_AUTH=jwt needs {names} too.", {"names": ", ".join(missing)}
            )
        return self

    @model_validator(mode="after")
    def _issuer_to_sign_in_at(self) -> Self:
        """The name of an issuer may be any text (RFC 7519); where the page signs in at it, it is an address."""
        if self.auth is Auth.JWT and self.jwt_page_client_id:
            try:
                checked_issuer(self.jwt_issuer or "")
            except ValueError as fault:
                raise PydanticCustomError(
                    "no_address",
                    "NERVEROOT_JWT_PAGE_CLIENT_ID lets the page sign in at NERVEROOT_JWT_ISSUER, which {fault}",
                    {"fault": str(fault)},
                ) from None
        return self

    @model_validator(mode="after")
    def _tokens_told_apart(self) -> Self:
        """A token of a record system is taken from nobody else, nowhere else, and for nothing else."""
        confused = what_confuses(
            self.cds_clients,
            alone=self.alone,
            public_url=self.public_url,
            audiences=self.cds_audiences,
            access_audience=self.jwt_audience if self.auth is Auth.JWT else None,
        )
        if confused is not None:
            raise PydanticCustomError("confused_tokens", "{confused}", {"confused": confused})
        return self

    @property
    def loopback(self) -> bool:
        """Whether it listens on this machine alone."""
        return is_loopback(self.host)

    @property
    def alone(self) -> bool:
        """Whether this machine alone calls it: a public address elsewhere means that a proxy passes others on."""
        return self.loopback and (self.public_url is None or is_loopback(host_of(self.public_url) or ""))


SETTINGS = tuple(f"NERVEROOT_{name.upper()}" for name in Settings.model_fields)
"""The names of all settings, as the environment holds them."""


def unknown_settings(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The variables that look like settings and are none: a mistyped policy must not be ignored in silence."""
    return tuple(sorted(name for name in environment if name.startswith("NERVEROOT_") and name not in SETTINGS))
