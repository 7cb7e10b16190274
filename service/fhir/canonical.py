"""What every definition of this service says of itself: its canonical name, version, status and publisher."""

from typing import Any, Final

from service.terminology.systems import CONTENT_VERSION

Resource = dict[str, Any]
"""A FHIR R4 resource as JSON: nothing in it is null or empty."""

FHIR_VERSION: Final = "4.0.1"
CONTENT_DATE: Final = "2026-11-23"
"""When what CONTENT_VERSION names was last changed."""
PUBLISHER: Final = "nerveroot"


def definition(
    resource_type: str,
    *,
    identifier: str,
    url: str,
    title: str,
    description: str,
    version: str = CONTENT_VERSION,
    **rest: Any,
) -> Resource:
    """A definition of that resource type; `identifier` is its logical id, of which its computable name is made.

    What `rest` holds as None is left out.
    """
    return {
        "resourceType": resource_type,
        "id": identifier,
        "url": url,
        "version": version,
        "name": computable(identifier),
        "title": title,
        "status": "active",
        "experimental": False,
        "date": CONTENT_DATE,
        "publisher": PUBLISHER,
        "description": description,
        **{name: value for name, value in rest.items() if value is not None},
    }


def computable(identifier: str) -> str:
    """A name that code can use (FHIR R4, invariant cnl-0): `exam-items` is `NerverootExamItems`."""
    own = identifier.removeprefix("nerveroot-").replace(".", "-")
    return "Nerveroot" + "".join(part.capitalize() for part in own.split("-"))
