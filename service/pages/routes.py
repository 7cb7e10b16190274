"""`GET /` and `GET /form`. Open to everybody, as the rules are; HEAD too, with which link checkers ask."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from service.languages import Language, Languages
from service.pages.bedside import bedside_sections, second_line
from service.pages.connections import Connections
from service.pages.exam_form import OCCASION, exam_form
from service.pages.rendering import Html, html, page, sent
from service.pages.words import as_data, words_as_json

STYLES: Final = ("look.css", "bedside.css", "body.css", "print.css")
SCRIPTED: Final = ("answer", "body", "form", "launch", "signin", "takeaway", "unit")
"""The words that the scripts of the bedside page say."""


def pages(languages: Languages, reach: Connections) -> APIRouter:
    """The routes, for people and not in the OpenAPI document; `reach` is whom else the bedside page may ask."""
    router = APIRouter(include_in_schema=False)
    made: dict[str, Html] = {}

    @router.head("/")
    @router.get("/")
    async def show_bedside(request: Request) -> Response:
        """The bedside page: examine, look, act."""
        # The answers on the page are asked for in its own language, whatever the browser prefers.
        language = languages.named(request.query_params.get("language", "")) or languages.chosen(request.headers)
        tag = language.wording.language
        # It depends on the language alone, and takes longer than an answer to be made.
        made[tag] = made.get(tag) or _bedside(language, languages, reach)
        return sent(request, made[tag], language=language, connect=reach.connect, frames=reach.frames)

    @router.head("/form")
    @router.get("/form")
    async def show_form(request: Request) -> Response:
        """What is asked, to read and to print."""
        return page(request, "form.html", occasion=OCCASION, parts=exam_form())

    return router


def _bedside(language: Language, languages: Languages, reach: Connections) -> Html:
    return html(
        "bedside.html",
        language=language,
        languages=languages.tags,
        styles=STYLES,
        sections=bedside_sections(language.wording),
        second_line=second_line(),
        settings=as_data(reach.told),
        words=words_as_json(SCRIPTED, language.wording),
    )
