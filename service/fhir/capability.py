"""The CapabilityStatement: what this server can do, at the address under which it is asked."""

from typing import Final

from service.fhir.canonical import FHIR_VERSION, Resource, definition
from service.fhir.definitions import SEARCHED
from service.fhir.operation_definition import CODE, RESOURCE
from service.responding import FHIR_JSON
from service.settings import Auth
from service.terminology.systems import ASSESS
from service.version import SOFTWARE_VERSION

URL: Final = "urn:nerveroot:fhir:CapabilityStatement:server"

SECURITY: Final = {
    Auth.NONE: "Nobody is asked who they are: it answers on the machine that it runs on, and nowhere else.",
    Auth.API_KEY: "$assess takes an API key of this service: `Authorization: Bearer` or `X-API-Key`.",
    Auth.JWT: "$assess takes an access token (OAuth 2, JWT) of the configured issuer: `Authorization: Bearer`.",
}
"""How callers show who they are."""


def capability(base: str, *, auth: Auth, cors: bool) -> Resource:
    """The CapabilityStatement of the server at `base`; `cors` says whether pages of other origins may call."""
    return definition(
        "CapabilityStatement",
        identifier="server",
        url=URL,
        version=SOFTWARE_VERSION,
        title="nerveroot as a FHIR server",
        description="Serves the definitions of the examination and of the answer, and assesses examinations. It is no "
        "repository: no resource of a patient can be read or written.",
        kind="instance",
        software={"name": "nerveroot", "version": SOFTWARE_VERSION},
        implementation={"description": "nerveroot", "url": base},
        fhirVersion=FHIR_VERSION,
        format=[FHIR_JSON, "json"],
        rest=[
            {
                "mode": "server",
                "security": {
                    "cors": cors,
                    "description": f"{SECURITY[auth]} The definitions are open to everybody.",
                },
                "resource": [*(_served(kind) for kind in SEARCHED), _assessed()],
            }
        ],
    )


def _served(kind: str) -> Resource:
    return {
        "type": kind,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "versioning": "no-version",
        "searchParam": [{"name": name, "type": kind_of} for name, (kind_of, _) in SEARCHED[kind].items()],
    }


def _assessed() -> Resource:
    return {
        "type": RESOURCE,
        "versioning": "no-version",
        "operation": [{"name": CODE, "definition": ASSESS}],
    }
