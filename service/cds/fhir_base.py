"""Which FHIR servers may be asked: an address comes with each call, and a call must not send us anywhere it likes."""

from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import unquote, urlsplit

from service.identity.addresses import is_loopback

_PORTS: Final = {"https": 443, "http": 80}


@dataclass(frozen=True, kw_only=True)
class FhirBase:
    """The base address of a FHIR server: https, or http on this machine."""

    scheme: str
    host: str
    port: int
    path: str
    """Without a slash at its end."""

    @classmethod
    def of(cls, url: str) -> Self | None:
        """The base that `url` is; None where it is none that may be asked, or anything in it is out of the ordinary.

        User names, queries, fragments, and whatever a proxy could read in another way (`..`, `..;`, `//`, and these or
        a control character, `?` or `#` percent-encoded) have no place in a base.
        """
        found = _parts(url)
        if found is None or urlsplit(url).query or "?" in url:
            return None
        scheme, host, port, path = found
        return cls(scheme=scheme, host=host, port=port, path=path)

    @property
    def loopback(self) -> bool:
        """Whether it is on this machine."""
        return is_loopback(self.host)

    @property
    def address(self) -> str:
        """It as an address, without a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}{self.path}"

    def holds(self, url: str) -> bool:
        """Whether `url` is this base or lies below it: the same scheme, host and port, and whole steps of its path."""
        found = _parts(url)
        if found is None:
            return False
        *server, path = found
        return server == [self.scheme, self.host, self.port] and f"{path}/".startswith(f"{self.path}/")


def _parts(url: str) -> tuple[str, str, int, str] | None:
    """Scheme, host, port and path of an address that hides nothing."""
    if not url.isascii() or not url.isprintable() or any(each in url for each in " \\@#"):
        return None
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return None
    if not host or "%" in host or parts.scheme not in _PORTS or (parts.scheme == "http" and not is_loopback(host)):
        return None
    if not _is_plain(parts.path):
        return None
    return parts.scheme, host, _PORTS[parts.scheme] if port is None else port, parts.path.rstrip("/")


def _is_plain(path: str) -> bool:
    """Whether a path, percent-decoded once, has nothing that is decoded again, ends it, or leads up."""
    try:
        decoded = unquote(path, errors="strict")
    except UnicodeDecodeError:
        return False
    if not decoded.isprintable() or any(each in decoded for each in "%?#\\"):
        return False
    steps = decoded.removeprefix("/").removesuffix("/").split("/")
    # Some servers take what follows a semicolon for a parameter of the step, and read `..;x` as `..`.
    return decoded in ("", "/") or not any(step.partition(";")[0] in ("", ".", "..") for step in steps)
