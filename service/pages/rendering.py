"""A page from its template: everything escaped, its own style and nothing from elsewhere."""

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

TEMPLATES: Final = "templates"
STYLE: Final = "page.css"


@cache
def style() -> str:
    """The style of every page, which stands in its head."""
    return files("service.pages").joinpath(TEMPLATES, STYLE).read_text(encoding="utf-8")


@cache
def policy() -> str:
    """The Content-Security-Policy of a page: the style by its hash, no script, no form, no frame around it."""
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("service.pages", TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["figure"] = figure
    environment.globals["style"] = style()
    return environment


def page(template: str, **values: Any) -> HTMLResponse:
    """The page that `template` makes of `values`."""
    return HTMLResponse(
        _templates().get_template(template).render(values),
        headers={"Content-Security-Policy": policy(), "Content-Language": "en"},
    )


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
