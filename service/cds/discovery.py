"""The services that a record system finds at `GET /cds-services`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from service.cds.prefetch import ASKED
from service.cds.request import ORDER_SELECT, ORDER_SIGN, PATIENT_VIEW
from service.version import SOFTWARE_VERSION

_NEEDS: Final = (
    "Supply `patient` (with a birth date) and `conditions` as prefetch, or `fhirServer` with `fhirAuthorization` of a "
    "server that this service is allowed to ask; otherwise it answers 412. What else is not supplied counts as not "
    "assessed. Adults only."
)


@dataclass(frozen=True, kw_only=True)
class Service:
    """One hook that a service answers."""

    id: str
    hook: str
    title: str
    description: str
    usage_requirements: str = _NEEDS
    version: str = SOFTWARE_VERSION

    @property
    def discovered(self) -> dict[str, Any]:
        """It as discovery shows it; `version` is of CDS Hooks 3.0-ballot, and 2.0 clients pass over it."""
        return {
            "hook": self.hook,
            "id": self.id,
            "title": self.title,
            "description": self.description,
            "usageRequirements": self.usage_requirements,
            "prefetch": PREFETCH,
            "version": self.version,
        }


PREFETCH: Final[Mapping[str, str]] = {key: asking.template for key, asking in ASKED.items()}
"""What every service asks for; an answer that knows less says more about what is missing."""

CHART_OPENED: Final = "nerveroot-patient-view"
IMAGING_ORDERED: Final = "nerveroot-lumbar-imaging"
"""One id for both hooks of ordering: so a client knows that the cards at signing replace those at selecting."""

_IMAGING_DESCRIPTION: Final = (
    "On an order of MRI, CT or radiographs of the lumbar spine: is imaging indicated now? Red flags of the chart come "
    "first; without any, and within six weeks, one warning with its reason, its sources and what to do instead; where "
    "not enough is known, what is missing. Silent for every other order."
)

SERVICES: Final = (
    Service(
        id=CHART_OPENED,
        hook=PATIENT_VIEW,
        title="Leg pain from the back: red flags and plan",
        description="When a chart is opened: red flags first, then what a recent exam form means, or what is missing "
        "for leg pain from the back of up to 84 days. Silent otherwise.",
    ),
    Service(
        id=IMAGING_ORDERED,
        hook=ORDER_SELECT,
        title="Lumbar imaging: indicated now?",
        description=_IMAGING_DESCRIPTION,
    ),
    Service(
        id=IMAGING_ORDERED,
        hook=ORDER_SIGN,
        title="Lumbar imaging: indicated now?",
        description=_IMAGING_DESCRIPTION,
    ),
)


def discovery() -> dict[str, Any]:
    """The answer to `GET /cds-services`."""
    return {"services": [each.discovered for each in SERVICES]}


def hooks_of(service_id: str) -> frozenset[str]:
    """The hooks that a service answers; none where there is no such service."""
    return frozenset(each.hook for each in SERVICES if each.id == service_id)
