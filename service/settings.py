"""What can be set from outside, read once from the environment."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from service.rules.guideline import Policy

RELEASED = Path(__file__).parent.parent / "models"
CHAMPION = "champion"
"""The version that the file CHAMPION in the folder of the models names, in its first line."""


class Settings(BaseSettings):
    """The settings; each is the environment variable of the same name with `NERVEROOT_` before it."""

    model_config = SettingsConfigDict(env_prefix="NERVEROOT_", frozen=True, extra="ignore", protected_namespaces=())

    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    model_dir: Path = Field(RELEASED, description="folder that holds the released models, one folder a version")
    model_version: str = Field(
        CHAMPION,
        validate_default=True,
        description="which released model answers; `champion` is the one that `make promote` put into models/CHAMPION",
    )
    red_flag_policy: Policy = Field(
        Policy.LISTED,
        description="`listed`: every red flag overrides; `contextual`: age over 50 adds to the others without "
        "overriding by itself",
    )
    remembered_references: int = Field(
        2_000,
        ge=0,
        description="how many values of `patient.reference` are remembered until the process ends, to compare their "
        "examinations, at up to 70 kB each; 0 remembers none",
    )
    log_level: Literal["critical", "error", "warning", "info", "debug"] = Field("info", description="what is logged")

    @field_validator("model_version")
    @classmethod
    def _find_champion(cls, version: str, info: ValidationInfo) -> str:
        """Put the version that was promoted in the place of `champion`."""
        if version != CHAMPION or "model_dir" not in info.data:
            return version
        path = info.data["model_dir"] / CHAMPION.upper()
        try:
            first = next(iter(path.read_text(encoding="utf-8").splitlines()), "")
        except (OSError, UnicodeDecodeError) as fault:
            # Braces belong to the template of pydantic's message, so what is said goes in by name.
            raise PydanticCustomError(
                "no_champion",
                "which model is champion cannot be read ({fault}). Restore {path} from git, or name a version.",
                {"fault": str(fault), "path": str(path)},
            ) from None
        if not re.fullmatch(r"\d+\.\d+\.\d+", first, re.ASCII):
            raise PydanticCustomError(
                "no_champion",
                "the first line of {path} is {first}, and must be a version as in 1.0.1. Restore the file from git, "
                "or name a version.",
                {"path": str(path), "first": repr(first)},
            )
        return first


SETTINGS = tuple(f"NERVEROOT_{name.upper()}" for name in Settings.model_fields)
"""The names of all settings, as the environment holds them."""


def unknown_settings(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The variables that look like settings and are none: a mistyped policy must not be ignored in silence."""
    return tuple(sorted(name for name in environment if name.startswith("NERVEROOT_") and name not in SETTINGS))
