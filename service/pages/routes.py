"""`GET /` and `GET /model`. Open to everybody, as the rules are; HEAD too, with which link checkers ask."""

from collections.abc import Callable
from itertools import groupby

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from service.model_card.required import CITED
from service.model_card.source_attributes import SourceAttribute, of_the_model, of_the_rules
from service.models import Loaded
from service.pages.exam_form import OCCASION, exam_form
from service.pages.rendering import page
from service.rules import RULESET_VERSION
from service.rules.disclaimer import DISCLAIMER
from service.version import SOFTWARE_VERSION


def pages(loaded: Callable[[], Loaded]) -> APIRouter:
    """The routes; `loaded` is what answers just now. They are for people, and not in the OpenAPI document."""
    router = APIRouter(include_in_schema=False)
    always = {"disclaimer": DISCLAIMER.text, "software_version": SOFTWARE_VERSION, "ruleset_version": RULESET_VERSION}

    @router.head("/")
    @router.get("/")
    async def show_form() -> HTMLResponse:
        """What is asked, to read and to print."""
        return page("form.html", occasion=OCCASION, parts=exam_form(), **always)

    @router.head("/model")
    @router.get("/model")
    async def show_model() -> HTMLResponse:
        """What the model and the rules rest on, attribute by attribute."""
        now = loaded()
        told = () if now.card is None else of_the_model(now.card, now.report)
        return page(
            "model.html",
            version=now.version,
            created=(now.card or {}).get("created"),
            trouble=now.trouble,
            model=_grouped(told),
            rules=of_the_rules(),
            cited=CITED,
            **always,
        )

    return router


def _grouped(told: tuple[SourceAttribute, ...]) -> list[tuple[str, list[SourceAttribute]]]:
    return [(title, list(members)) for title, members in groupby(told, key=lambda each: each.group)]
