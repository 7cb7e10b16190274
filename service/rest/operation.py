"""For those who run the service: `/health/live`, `/health/ready`, `/metrics`, and `POST /v1/model/reload`."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from pydantic import TypeAdapter

from service.health import Readiness
from service.identity.admission import Admission
from service.identity.caller import Scope
from service.metrics import CONTENT_TYPE, Metrics
from service.models import NO_MODEL, Reloaded
from service.problems import Refusal, problem
from service.rest.documented import JSON, answer_of, refusals

READINESS = TypeAdapter(Readiness)


def health(readiness: Callable[[], Readiness], prepare: Callable[[], Awaitable[None]]) -> APIRouter:
    """Whether the process runs, and whether it can do all that it should; open to everybody, for load balancers.

    `prepare` tries once more to get what is missing to let anybody in.
    """
    router = APIRouter(tags=["operation"])

    # Load balancers like to ask with HEAD.
    @router.head("/health/live", include_in_schema=False)
    @router.get("/health/live", summary="The process runs")
    async def live() -> dict[str, str]:
        """The process runs and answers."""
        return {"status": "live"}

    @router.head("/health/ready", include_in_schema=False)
    @router.get(
        "/health/ready",
        responses={
            int(HTTPStatus.OK): answer_of("Readiness"),
            int(HTTPStatus.SERVICE_UNAVAILABLE): {
                "description": "Answers cannot be recorded",
                **answer_of("Readiness"),
            },
        },
        summary="What works, and what does not",
    )
    async def ready() -> Response:
        """`ready`: all of it. `degraded`: it answers, and something is missing. `not_ready` (503): leave it alone."""
        await prepare()
        found = readiness()
        status = HTTPStatus.SERVICE_UNAVAILABLE if found.status == "not_ready" else HTTPStatus.OK
        return Response(READINESS.dump_json(found), status_code=status, media_type=JSON)

    return router


def metrics(seen: Metrics, admission: Admission, *, everybody: bool) -> APIRouter:
    """`GET /metrics` in the text format of Prometheus."""
    router = APIRouter(tags=["operation"])

    @router.get(
        "/metrics",
        response_class=Response,
        responses={int(HTTPStatus.OK): {"content": {"text/plain": {}}}, **refusals(admitted=not everybody)},
        summary="Metrics for Prometheus",
    )
    async def show_metrics(request: Request) -> Response:
        """Requests, latencies, urgencies, flags, faults, and what examinations say, by batches of 20."""
        if not everybody:
            await admission.admit(request, Scope.ADMIN)
        return Response(seen.exposition(), media_type=CONTENT_TYPE)

    return router


def reloading(reload: Callable[[], Reloaded], admission: Admission) -> APIRouter:
    """`POST /v1/model/reload`: take the release that the settings name now, without a restart."""
    router = APIRouter(tags=["operation"])

    @router.post(
        "/v1/model/reload",
        responses=refusals(HTTPStatus.CONFLICT),
        summary="Swap in the model that the settings name now",
    )
    async def reload_model(request: Request) -> Reloaded:
        """Requests under way keep the model they began with. Where the new one fails a check, the old one stays."""
        await admission.admit(request, Scope.ADMIN)
        done = await asyncio.to_thread(reload)
        if not done.ok:
            alone = done.after == NO_MODEL
            goes_on = "The rules go on answering alone." if alone else f"Model {done.after} goes on answering."
            raise Refusal(
                problem(
                    "model-not-reloaded",
                    HTTPStatus.CONFLICT,
                    "The model was not exchanged",
                    f"{goes_on} {done.why}",
                )
            )
        return done

    return router
