"""Whom the bedside page may ask beside the service, and what its scripts are told of it: both from the settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.identity.smart_servers import origin_of
from service.settings import Auth, Settings
from service.terminology.systems import EXAM_VALUES, QUESTIONNAIRE


@dataclass(frozen=True, kw_only=True)
class Connections:
    """Origins for the Content-Security-Policy, and the settings of the page."""

    connect: tuple[str, ...]
    """That its scripts may ask."""
    frames: tuple[str, ...]
    """That may show it in a frame."""
    told: Mapping[str, Any]
    """What the scripts get: nothing secret, for everybody can read it."""


def connections(settings: Settings) -> Connections:
    """What the settings let the bedside page do."""
    servers = tuple(origin for server in settings.smart_servers for origin in server.reach)
    sign_in = _sign_in(settings)
    issuers = () if sign_in is None else (origin_of(sign_in["issuer"]),)
    return Connections(
        connect=tuple(dict.fromkeys((*servers, *issuers))),
        frames=tuple(dict.fromkeys(servers)),
        told={
            "auth": settings.auth.value,
            "sign_in": sign_in,
            "smart": [server.model_dump() | {"origins": server.reach} for server in settings.smart_servers],
            "exam_values": EXAM_VALUES,
            "questionnaire": QUESTIONNAIRE,
        },
    )


def _sign_in(settings: Settings) -> dict[str, str] | None:
    """Where the page signs in, if it is registered there; the settings see to it that the rest is stated."""
    if settings.auth is not Auth.JWT or not settings.jwt_page_client_id:
        return None
    return {
        "issuer": settings.jwt_issuer or "",
        "client_id": settings.jwt_page_client_id,
        "audience": settings.jwt_audience or "",
    }
