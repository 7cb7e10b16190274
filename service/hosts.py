"""Who may drive a service that asks nobody who they are: this machine's own programs, and no page of a browser.

A service on loopback is reached by every page that is open in a browser of the same machine: by a name that the page's
owner lets point to 127.0.0.1 (DNS rebinding), or by a request that a browser sends without asking first. The header
`Host` tells the first, `Origin` the second (RFC 9110, 7.2; Fetch standard, 3.2). Where callers show who they are it is
not needed: a page has no key.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from service.problems import problem
from service.responding import respond

_ELSEWHERE: Final = problem(
    "not-from-here",
    HTTPStatus.FORBIDDEN,
    "Asked under another name, or by a page of elsewhere",
    "Without identity the service answers programs of this machine alone. Ask it as 127.0.0.1 or localhost, name the "
    "host in NERVEROOT_ALLOWED_HOSTS or the page in NERVEROOT_CORS_ORIGINS, or set NERVEROOT_AUTH.",
)


class OwnHosts:
    """Refuses requests under a host that is not among `hosts`, or from a page neither of that host nor in `origins`."""

    def __init__(self, app: ASGIApp, *, hosts: Sequence[str], origins: Sequence[str]) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or refuse it."""
        if scope["type"] == "http" and not self._own(Headers(scope=scope)):
            await respond(_ELSEWHERE, path=scope["path"])(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _own(self, headers: Headers) -> bool:
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or len(origins) > 1 or _name(hosts[0]) not in self._hosts:
            return False
        return all(origin in self._origins or _of_host(origin) == hosts[0].lower() for origin in origins)


def _name(host: str) -> str:
    """The host without its port; an IPv6 address keeps its brackets."""
    end = host.rfind(":")
    return (host if end < host.rfind("]") or end < 0 else host[:end]).lower()


def _of_host(origin: str) -> str:
    """Host and port of an origin, as a header `Host` writes them."""
    return origin.lower().partition("://")[2]
