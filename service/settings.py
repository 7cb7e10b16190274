"""What can be set from outside, read once from the environment."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from service.rules.guideline import Policy

RELEASED = Path(__file__).parent.parent / "models"


class Settings(BaseSettings):
    """The settings; each is the environment variable of the same name with `NERVEROOT_` before it."""

    model_config = SettingsConfigDict(env_prefix="NERVEROOT_", frozen=True, extra="ignore", protected_namespaces=())

    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    model_dir: Path = Field(RELEASED, description="folder that holds the released models, one folder a version")
    model_version: str = Field("1.0.0", description="which released model answers")
    red_flag_policy: Policy = Field(
        Policy.LISTED,
        description="`listed`: every red flag overrides; `contextual`: age over 50 adds to the others without "
        "overriding by itself",
    )
    log_level: Literal["critical", "error", "warning", "info", "debug"] = Field("info", description="what is logged")


SETTINGS = tuple(f"NERVEROOT_{name.upper()}" for name in Settings.model_fields)
"""The names of all settings, as the environment holds them."""


def unknown_settings(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The variables that look like settings and are none: a mistyped policy must not be ignored in silence."""
    return tuple(sorted(name for name in environment if name.startswith("NERVEROOT_") and name not in SETTINGS))
