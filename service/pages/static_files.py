"""`GET /static/{digest}/{name}`: scripts and styles of the pages, under an address that changes when one of them does.

One digest stands for all of them, because scripts name each other relatively: a page and everything it loads are of one
version, and none of it is ever asked for twice.
"""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from service.problems import Refusal, problem

MEDIA_TYPES: Final = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
"""By the end of the name; nothing else is served."""

FOREVER: Final = "public, max-age=31536000, immutable"
"""What stands under a digest never changes (RFC 8246)."""


@dataclass(frozen=True, kw_only=True)
class StaticFile:
    """One file as it is sent, plain and compressed."""

    media_type: str
    plain: bytes
    compressed: bytes


@cache
def static_files() -> Mapping[str, StaticFile]:
    """Every file by its name."""
    folder = files("service.pages").joinpath("static")
    found = {}
    for each in sorted(folder.iterdir(), key=lambda each: each.name):
        ending = each.name[each.name.rfind(".") :]
        if ending in MEDIA_TYPES:
            plain = each.read_bytes()
            packed = gzip.compress(plain, mtime=0)
            found[each.name] = StaticFile(media_type=MEDIA_TYPES[ending], plain=plain, compressed=packed)
    return found


@cache
def digest() -> str:
    """Of all files together: 16 hexadecimal digits of SHA-256."""
    summed = hashlib.sha256()
    for name, each in static_files().items():
        summed.update(f"{name}\0{len(each.plain)}\0".encode() + each.plain)
    return summed.hexdigest()[:16]


def static_url(name: str) -> str:
    """The address of a file, relative to the pages.

    Raises:
        KeyError: there is no such file.
    """
    static_files()[name]
    return f"static/{digest()}/{name}"


def takes_gzip(request: Request) -> bool:
    """Whether the client takes gzip (RFC 9110, 12.5.3)."""
    for part in ",".join(request.headers.getlist("accept-encoding")).split(","):
        coding, _, quality = part.partition(";")
        if coding.strip().lower() in ("gzip", "*"):
            return quality.strip().lower().removeprefix("q=").rstrip("0") not in ("0.", "") if quality else True
    return False


def static() -> APIRouter:
    """The route; open to everybody, as the pages are."""
    router = APIRouter(include_in_schema=False)

    @router.head("/static/{version}/{name}")
    @router.get("/static/{version}/{name}")
    async def serve_file(version: str, name: str, request: Request) -> Response:
        """One file; another digest than the one in force is refused, or a page would run with half of two versions."""
        found = static_files().get(name)
        if found is None or version != digest():
            raise Refusal(
                problem(
                    "no-such-file", HTTPStatus.NOT_FOUND, "No such file", "Load the page again: it names its files."
                )
            )
        headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
        if takes_gzip(request):
            return Response(
                found.compressed, media_type=found.media_type, headers={**headers, "Content-Encoding": "gzip"}
            )
        return Response(found.plain, media_type=found.media_type, headers=headers)

    return router
