"""`GET /model`, what the model and the rules rest on, and `GET /model/plots/{name}.png`, the plots of the release."""

import hashlib
from collections.abc import Callable
from http import HTTPStatus
from itertools import groupby
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from service.model_card.required import CITED
from service.model_card.source_attributes import SourceAttribute, of_the_model, of_the_rules
from service.models import Loaded
from service.pages.plots import plot_bytes, plots_of
from service.pages.rendering import page
from service.problems import Refusal, problem

FRESH: Final = "no-cache"
"""What is under the address changes with the model that answers: it is asked for again, and sent if another."""


def model_page(loaded: Callable[[], Loaded]) -> APIRouter:
    """The routes; `loaded` is what answers just now. Open to everybody, as the repository is.

    They are no coroutines because they read files: the framework runs them beside the answers.
    """
    router = APIRouter(include_in_schema=False)

    @router.head("/model")
    @router.get("/model")
    def show_model(request: Request) -> Response:
        """What the model and the rules rest on, attribute by attribute, and the plots of the release."""
        now = loaded()
        told = () if now.card is None else of_the_model(now.card, now.report)
        return page(
            request,
            "model.html",
            version=now.version,
            created=(now.card or {}).get("created"),
            trouble=now.trouble,
            model=_grouped(told),
            plots=plots_of(now.folder, now.report),
            rules=of_the_rules(),
            cited=CITED,
        )

    @router.head("/model/plots/{name}.png")
    @router.get("/model/plots/{name}.png")
    def show_plot(name: str, request: Request) -> Response:
        """One plot of the model that answers just now."""
        content = plot_bytes(loaded().folder, name)
        if content is None:
            raise Refusal(
                problem("no-such-file", HTTPStatus.NOT_FOUND, "No such plot", "GET /model shows those that there are.")
            )
        tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        headers = {"ETag": tag, "Cache-Control": FRESH}
        if _has(request, tag):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        return Response(content, media_type="image/png", headers=headers)

    return router


def _has(request: Request, tag: str) -> bool:
    """Whether the client has it already (RFC 9110, 13.1.2): by weak comparison, or whatever it is."""
    stated = ",".join(request.headers.getlist("if-none-match")).split(",")
    return any(each.strip().removeprefix("W/") in (tag, "*") for each in stated)


def _grouped(told: tuple[SourceAttribute, ...]) -> list[tuple[str, list[SourceAttribute]]]:
    return [(title, list(members)) for title, members in groupby(told, key=lambda each: each.group)]
