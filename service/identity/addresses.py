"""Addresses that the settings name: which are safe to fetch keys from, and which others may be told."""

import re
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

_STEPS: Final = re.compile(r"(/(?!\.\.?(/|$))[A-Za-z0-9._~-]+)*")
"""A path of plain steps; what a proxy and we could read in two ways (`..`, `%2e`, `//`) is in none of them."""
_HOST: Final = re.compile(r"[A-Za-z0-9._:\[\]-]+")
"""Host and port, as browsers write them."""


def is_loopback(host: str) -> bool:
    """Whether `host` is an address of this machine that no other machine reaches."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False  # some other name: who knows


def host_of(url: str) -> str | None:
    """The host that `url` names, in lower case; None where it names none."""
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def checked_url(url: str) -> str:
    """`url`, if what is fetched from there, or sent there, is changed by nobody in between.

    Raises:
        ValueError: it may be, with a sentence that says why; it does not repeat the address.
    """
    try:
        parts = urlsplit(url)
        host, name, _ = parts.hostname, parts.username, parts.port
    except ValueError:
        raise ValueError("must be an address, as in https://issuer.example/jwks.json.") from None
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))):
        raise ValueError("must begin with https://, or with http:// on this machine alone.")
    if name is not None or parts.fragment:
        raise ValueError("must hold neither a user name nor a fragment (#).")
    return url


def checked_base(url: str) -> str:
    """`url`, without slashes at its end, if it is one that paths can be put behind, and that reads in one way alone.

    Raises:
        ValueError: it is not, with a sentence that says why; it does not repeat the address.
    """
    base = checked_url(url).rstrip("/")
    parts = urlsplit(base)
    plain = _HOST.fullmatch(parts.netloc) and _STEPS.fullmatch(parts.path)
    if not plain or f"{parts.scheme}://{parts.netloc}{parts.path}" != base:
        raise ValueError("must be a host and at most plain steps behind it, as in https://host.example/step.")
    return base
