"""The record systems that may launch the bedside page as a SMART app, as the settings name them."""

from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from service.identity.addresses import checked_base, checked_url

_PORTS: Final = {"https": 443, "http": 80}


def origin_of(url: str) -> str:
    """Scheme, host and port of an address, as a browser writes an origin (RFC 6454, section 6.1)."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = "" if parts.port in (None, _PORTS.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def checked_origin(url: str) -> str:
    """`url`, if it is an origin alone: scheme, host and perhaps a port.

    Raises:
        ValueError: there is more to it, or it is one that others between can change.
    """
    if urlsplit(checked_base(url)).path:
        raise ValueError("must be an origin alone, as in https://auth.example.")
    return origin_of(url)


def checked_issuer(url: str) -> str:
    """`url`, as it is, if its origin can be put into a policy (CSP) that names it and no other.

    Raises:
        ValueError: it cannot, or it is one that others between can change, or paths cannot be put behind it.
    """
    if urlsplit(checked_url(url)).query:
        raise ValueError("must hold no query (?).")
    checked_base(origin_of(url))
    return url


class SmartServer(BaseModel):
    """A FHIR server that launches the bedside page (SMART App Launch 2), and the page's name there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    iss: Annotated[str, AfterValidator(checked_issuer)]
    """Its base address, exactly as it sends it as `iss`."""
    client_id: Annotated[str, Field(min_length=1, max_length=255)]
    """Under which the page is registered there, as a public client."""
    origins: tuple[Annotated[str, AfterValidator(checked_origin)], ...] = ()
    """Further origins: of its authorization and token endpoints, and of pages that show the bedside page in a frame."""

    @property
    def reach(self) -> tuple[str, ...]:
        """Every origin that belongs to it."""
        return tuple(dict.fromkeys((origin_of(self.iss), *self.origins)))
