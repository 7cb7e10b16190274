"""`GET /launch`: where a record system launches the bedside page (SMART App Launch 2); its script does the rest."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from service.languages import Languages
from service.pages.connections import Connections
from service.pages.rendering import page
from service.pages.words import as_data, words_as_json


def launch_page(languages: Languages, reach: Connections) -> APIRouter:
    """The route; open to everybody, for it holds nothing."""
    router = APIRouter(include_in_schema=False)

    @router.head("/launch")
    @router.get("/launch")
    async def show_launch(request: Request) -> Response:
        """On the way to the record system's sign-in, or why it does not lead there."""
        language = languages.chosen(request.headers)
        return page(
            request,
            "launch.html",
            language=language,
            connect=reach.connect,
            frames=reach.frames,
            settings=as_data(reach.told),
            words=words_as_json(("launch",), language.wording),
        )

    return router
