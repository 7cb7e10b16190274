"""create_app: load, connect, mount; nothing else."""

import json
import secrets
from functools import partial
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter
from starlette.exceptions import HTTPException

from features.encoding import schema_digest
from features.involvement import Classify
from service import api
from service.assessment import Provenance
from service.catalogue import CATALOGUES, read_languages
from service.classifier import Classifier
from service.earlier import Earlier
from service.intake import EXAM
from service.problems import Problem, Refusal, problem, respond
from service.rules import RULESET_VERSION
from service.rules.disclaimer import DISCLAIMER
from service.sequence import assess
from service.settings import Settings
from service.version import SOFTWARE_VERSION

EXAMPLES = {
    "exam.json": "L5 likely, conservative care",
    "exam_l4.json": "L4 likely, few findings",
    "exam_emergency.json": "Cauda equina syndrome suspected",
}
SCHEMAS = "#/components/schemas/{model}"


def create_app(settings: Settings, classify: Classify | None = None, catalogues: Path = CATALOGUES) -> FastAPI:
    """The service as settings ask for it; `classify` takes the place of the released model where it is given.

    Raises:
        StartupError: the released model is not there or does not belong to this software, or one of the `catalogues`
            is broken.
    """
    classifier = Classifier(settings.model_dir, settings.model_version)
    provenance = Provenance(
        model_version=classifier.version,
        model_sha256=classifier.sha256,
        feature_schema=schema_digest(),
        ruleset_version=RULESET_VERSION,
        software_version=SOFTWARE_VERSION,
    )
    settled = partial(
        assess,
        classify=classify or classifier,
        sets=classifier.sets,
        policy=settings.red_flag_policy,
        provenance=provenance,
        explain=None if classify else classifier.reasons,
    )
    languages = read_languages(catalogues)
    versions = {"model_version": classifier.version, "ruleset_version": RULESET_VERSION}
    app = FastAPI(
        title="nerveroot",
        version=SOFTWARE_VERSION,
        description=f"L4, L5 and S1 nerve-root probabilities, red flags and management for leg pain. {DISCLAIMER.text}",
        docs_url=None,  # the page loads its scripts from elsewhere, which a hospital network does not allow
        redoc_url=None,
    )
    earlier = Earlier(people=settings.remembered_references, key=secrets.token_bytes(32))
    app.include_router(api.assessments(settled, earlier, languages, _examples()))
    app.include_router(api.rules(settings.red_flag_policy, languages))
    app.include_router(api.model(classifier.card))
    app.include_router(api.health(versions | {"red_flag_policy": settings.red_flag_policy.value}))
    app.add_exception_handler(Refusal, _refuse)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _fault)
    app.openapi = partial(_openapi, app)  # type: ignore[method-assign]
    return app


def _examples() -> dict[str, Any]:
    folder = files("service").joinpath("examples")
    return {
        each.name.removesuffix(".json"): {
            "summary": EXAMPLES.get(each.name, each.name),
            "value": json.loads(each.read_text(encoding="utf-8")),
        }
        for each in sorted(folder.iterdir(), key=lambda each: each.name)
    }


def _openapi(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, with the schemas of what this service reads and refuses by itself."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        schemas = document["components"]["schemas"]
        for path in document["paths"].values():
            for operation in path.values():
                # FastAPI documents a refusal of its own for every parameter; this service refuses in its own words.
                if "HTTPValidationError" in str(operation["responses"].get("422")):
                    del operation["responses"]["422"]
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        for name, adapter in (("Exam", EXAM), ("Problem", TypeAdapter(Problem))):
            schema = adapter.json_schema(ref_template=SCHEMAS, mode="validation")
            schemas |= schema.pop("$defs", {})
            schemas[name] = schema
        app.openapi_schema = document
    return app.openapi_schema


async def _refuse(request: Request, refused: Exception) -> Response:
    assert isinstance(refused, Refusal)
    return respond(refused.problem)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    hints = {
        HTTPStatus.NOT_FOUND: "Nothing is at this address. GET /openapi.json lists what there is.",
        HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take this method.",
    }
    said = problem(status.name.lower().replace("_", "-"), status, status.phrase, hints.get(status, status.phrase))
    return respond(said, dict(error.headers or {}))


async def _fault(request: Request, error: Exception) -> Response:
    return respond(
        problem(
            "internal",
            HTTPStatus.INTERNAL_SERVER_ERROR,
            "The service failed",
            "Something broke in the service; the log says what. Do not wait for it: use your clinical judgement.",
        )
    )
