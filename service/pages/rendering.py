"""A page from its template: everything escaped, its own scripts and styles, and nothing from elsewhere."""

import gzip
from collections.abc import Sequence
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


def page(
    request: Request,
    template: str,
    *,
    language: Language = DEFAULT,
    connect: Sequence[str] = (),
    frames: Sequence[str] = (),
    **values: Any,
) -> Response:
    """The page that `template` makes of `values`, in `language`; see `policy` for the rest."""
    html = (
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
    spoken = language.headers
    headers = {
        **spoken,
        "Content-Security-Policy": policy(connect, frames),
        "Vary": f"{spoken['Vary']}, Accept-Encoding",
    }
    if not takes_gzip(request):
        return HTMLResponse(html, headers=headers)
    # Nothing secret is on a page beside what a client sent, so its length gives nothing away.
    return HTMLResponse(gzip.compress(html.encode(), 6, mtime=0), headers={**headers, "Content-Encoding": "gzip"})


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
