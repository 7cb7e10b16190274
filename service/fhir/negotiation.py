"""FHIR JSON of R4 is all that is spoken here: whoever takes nothing else is told so (FHIR R4, http.html)."""

from http import HTTPStatus
from typing import Final

from starlette.requests import Request

from service.problems import Refusal, problem
from service.responding import FHIR_JSON

SPOKEN: Final = frozenset({FHIR_JSON, "application/json", "text/json", "json", "application/*", "*/*"})
"""What a client may ask for: the names of FHIR JSON, and ranges that it is in."""
VERSIONS: Final = frozenset({"4.0", "4.0.1"})
"""What a client may ask for as `fhirVersion`."""


def refuse_other_formats(request: Request) -> None:
    """Refuse a client that takes no FHIR JSON; `_format` counts before the header.

    Raises:
        Refusal: 406.
    """
    # A plus sign in a query is a space, and `_format=application/fhir+json` is written with a plain one often enough.
    asked = request.query_params.get("_format", "").strip().replace(" ", "+")
    if not asked:
        asked = ",".join(request.headers.getlist("accept")).strip()
    if asked and not any(_spoken(each) for each in asked.split(",")):
        raise Refusal(
            problem(
                "not-acceptable",
                HTTPStatus.NOT_ACCEPTABLE,
                "FHIR is spoken in JSON alone",
                f"Ask for `{FHIR_JSON}` (FHIR R4), in `Accept` or `_format`. XML and Turtle are not made here.",
            )
        )


def _spoken(media_range: str) -> bool:
    name, *stated = (part.strip().lower() for part in media_range.split(";"))
    parameters = dict(part.partition("=")[::2] for part in stated)
    version = parameters.get("fhirversion", "4.0").strip('"')
    return name in SPOKEN and version in VERSIONS and not _unwanted(parameters.get("q", "1"))


def _unwanted(weight: str) -> bool:
    """Whether a weight (RFC 9110, section 12.4.2) says *not this*."""
    return weight.strip().rstrip("0") in ("", "0.")
