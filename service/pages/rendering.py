"""A page from its template: everything escaped, its own scripts and styles, and nothing from elsewhere."""

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from service.languages import DEFAULT, Language
from service.pages.static_files import static_url, takes_gzip
from service.pages.words import word
from service.rules import RULESET_VERSION
from service.rules.disclaimer import DISCLAIMER
from service.version import SOFTWARE_VERSION


def policy(connect: Sequence[str] = (), frames: Sequence[str] = ()) -> str:
    """The Content-Security-Policy of a page: files of the service alone, no inline script or style, no form sent.

    `connect` are further origins that its scripts may ask, `frames` those that may show it in a frame.
    """
    rules = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "connect-src": " ".join(("'self'", *connect)),
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": " ".join(frames) or "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("service.pages", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["figure"] = figure
    environment.globals |= {
        "static_url": static_url,
        "software_version": SOFTWARE_VERSION,
        "ruleset_version": RULESET_VERSION,
    }
    return environment


@dataclass(frozen=True, kw_only=True)
class Html:
    """A page as it is sent, plain and compressed."""

    plain: bytes
    compressed: bytes


def html(template: str, *, language: Language = DEFAULT, **values: Any) -> Html:
    """What `template` makes of `values`, in `language`."""
    text = (
        _templates()
        .get_template(template)
        .render(
            word=word(language.wording),
            language=language.wording.language,
            shown=template,
            disclaimer=language.wording.of(DISCLAIMER).text,
            **values,
        )
    )
    plain = text.encode()
    # Nothing secret is on a page beside what a client sent, so its length gives nothing away.
    return Html(plain=plain, compressed=gzip.compress(plain, 6, mtime=0))


def sent(
    request: Request,
    made: Html,
    *,
    language: Language = DEFAULT,
    connect: Sequence[str] = (),
    frames: Sequence[str] = (),
) -> Response:
    """A page as the client takes it; see `policy` for `connect` and `frames`."""
    spoken = language.headers
    headers = {
        **spoken,
        "Content-Security-Policy": policy(connect, frames),
        "Vary": f"{spoken['Vary']}, Accept-Encoding",
    }
    if takes_gzip(request):
        return HTMLResponse(made.compressed, headers={**headers, "Content-Encoding": "gzip"})
    return HTMLResponse(made.plain, headers=headers)


def page(
    request: Request,
    template: str,
    *,
    language: Language = DEFAULT,
    connect: Sequence[str] = (),
    frames: Sequence[str] = (),
    **values: Any,
) -> Response:
    """The page that `template` makes of `values`, in `language`, at once."""
    return sent(request, html(template, language=language, **values), language=language, connect=connect, frames=frames)


def figure(value: str | int | float | None) -> str:
    """A value of a table, as it is read."""
    match value:
        case None:
            return "\N{EN DASH}"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:.3f}"
        case _:
            return value
