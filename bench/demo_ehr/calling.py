"""How the small record system calls the service: discovery, hooks with what they ask for, feedback."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

import httpx2

from bench.demo_ehr.charts import Chart, Resource
from bench.demo_ehr.search import filled, found
from bench.demo_ehr.server import Served
from bench.demo_ehr.signing import Signer

SERVICES: Final = "/cds-services"
DOCTOR: Final = "Practitioner/demo"
SECONDS: Final = 30.0


class Unanswered(Exception):
    """Nothing that speaks CDS Hooks answers; the message says what to do."""


class Refused(Exception):
    """The service did not take a call."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status = status


@dataclass(frozen=True, kw_only=True)
class RecordSystem:
    """What calls the service at `base`; a `signer` of None sends no token."""

    base: str
    served: Served
    signer: Signer | None
    client: httpx2.Client = field(repr=False)

    def discover(self) -> list[dict[str, Any]]:
        """The services there are.

        Raises:
            Unanswered: nothing answers there, or something else does.
        """
        try:
            answer = self.client.get(self.base + SERVICES, headers=self._headers(self.base + SERVICES))
            services = answer.json()["services"] if answer.status_code == HTTPStatus.OK else None
        except httpx2.HTTPError as fault:
            raise Unanswered(f"nothing answers at {self.base} ({type(fault).__name__})") from None
        except (ValueError, KeyError, TypeError):
            services = None
        if not isinstance(services, list):
            raise Unanswered(f"what answers at {self.base}{SERVICES} is no CDS service (status {answer.status_code})")
        return services

    def call(
        self, service: Mapping[str, Any], chart: Chart, *orders: Resource, fetched: bool = False
    ) -> list[dict[str, Any]]:
        """The cards for this chart; with `fetched` the service has to ask the FHIR server for what it needs.

        Raises:
            Refused: there is no answer with cards.
        """
        hook = service["hook"]
        context: dict[str, Any] = {"userId": DOCTOR, "patientId": chart.patient_id}
        if orders:
            entries = [{"resource": each} for each in orders]
            context["draftOrders"] = {"resourceType": "Bundle", "type": "collection", "entry": entries}
        if hook == "order-select":
            context["selections"] = [f"{each['resourceType']}/{each['id']}" for each in orders]
        said: dict[str, Any] = {"hook": hook, "hookInstance": str(uuid.uuid4()), "context": context}
        if fetched:
            said |= {"fhirServer": self.served.fhir, "fhirAuthorization": self._lent(chart)}
        else:
            templates: Mapping[str, str] = service.get("prefetch", {})
            said["prefetch"] = {
                key: found(filled(template, context), chart.resources) for key, template in templates.items()
            }
        cards: list[dict[str, Any]] = self._post(f"{SERVICES}/{service['id']}", said).json()["cards"]
        return cards

    def tell(self, service: Mapping[str, Any], card: str, **told: Any) -> int:
        """Send feedback on a card; the status of the answer.

        Raises:
            Refused: it is not taken.
        """
        feedback = {"card": card, "outcomeTimestamp": datetime.now(UTC).isoformat(timespec="milliseconds"), **told}
        return self._post(f"{SERVICES}/{service['id']}/feedback", {"feedback": [feedback]}).status_code

    def _lent(self, chart: Chart) -> dict[str, Any]:
        """The access that is lent for one call."""
        return {
            "access_token": self.served.access_token,
            "token_type": "Bearer",
            "expires_in": 300,
            "scope": "patient/*.read",
            "subject": "nerveroot",
            "patient": chart.patient_id,
        }

    def _post(self, path: str, said: Mapping[str, Any]) -> httpx2.Response:
        try:
            answer = self.client.post(self.base + path, json=said, headers=self._headers(self.base + path))
        except httpx2.HTTPError as fault:
            raise Refused(0, f"no answer ({type(fault).__name__})") from None
        if answer.status_code != HTTPStatus.OK:
            raise Refused(answer.status_code, _why(answer))
        return answer

    def _headers(self, address: str) -> dict[str, str]:
        if self.signer is None:
            return {}
        return {"Authorization": f"Bearer {self.signer.token(address, self.served.jku)}"}


def _why(answer: httpx2.Response) -> str:
    """What a refusal says, where it says anything."""
    try:
        issues = answer.json()["issue"]
        said = [each.get("diagnostics") or each.get("details", {}).get("text", "") for each in issues]
    except (ValueError, KeyError, TypeError):
        said = []
    return f"{answer.status_code}: {' '.join(filter(None, said)) or 'no reason is given'}"
