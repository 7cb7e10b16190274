"""The OpenAPI document, with the schemas of what this service reads and refuses by itself."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from service.consult import ASSESSMENT
from service.intake import EXAM
from service.problems import PROBLEM
from service.rest.earlier import FOUND
from service.rest.operation import READINESS
from service.rest.outcomes import ALL, ONE, OUTCOME
from service.settings import Auth

SCHEMAS: Final = "#/components/schemas/{model}"
READ: Final[dict[str, TypeAdapter[Any]]] = {"Exam": EXAM, "Outcome": OUTCOME, "Problem": PROBLEM}
WRITTEN: Final[dict[str, TypeAdapter[Any]]] = {
    "Assessment": ASSESSMENT,
    "OutcomeHistory": ALL,
    "Readiness": READINESS,
    "RecordedExaminations": FOUND,
    "RecordedOutcome": ONE,
}
WAYS_IN: Final = {
    Auth.API_KEY: {
        "bearer": {"type": "http", "scheme": "bearer", "description": "An API key of this service."},
        "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    },
    Auth.JWT: {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "An access token (OAuth 2).",
        }
    },
    Auth.NONE: {},
}


def openapi(app: FastAPI, auth: Auth) -> dict[str, Any]:
    """The document, made once."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        schemas = document["components"]["schemas"]
        for path in document["paths"].values():
            for operation in path.values():
                # FastAPI documents a refusal of its own for every parameter; this service refuses in its own words.
                if "HTTPValidationError" in str(operation["responses"].get("422")):
                    del operation["responses"]["422"]
                if "401" in operation["responses"] and WAYS_IN[auth]:
                    operation["security"] = [{name: []} for name in WAYS_IN[auth]]
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        kinds: tuple[tuple[JsonSchemaMode, dict[str, TypeAdapter[Any]]], ...] = (
            ("serialization", WRITTEN),
            ("validation", READ),
        )
        for mode, adapters in kinds:
            for name, adapter in adapters.items():
                schema = adapter.json_schema(ref_template=SCHEMAS, mode=mode)
                schemas |= schema.pop("$defs", {})
                schemas[name] = schema
        if WAYS_IN[auth]:
            document["components"]["securitySchemes"] = WAYS_IN[auth]
        app.openapi_schema = document
    return app.openapi_schema
