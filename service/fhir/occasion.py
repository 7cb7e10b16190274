"""One answer and what it refers to: whom it is about, what was sent, who asked for it where."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

from features.anatomy import Side
from service.assessment import Assessment
from service.fhir.canonical import Resource
from service.fhir.elements import stated
from service.models import NO_MODEL

GUIDANCE: Final = "guidance"
PLAN: Final = "plan"
RISK: Final = "risk"
RISK_OTHER_LEG: Final = "risk-other-leg"
MODEL: Final = "model"
RULES_DEVICE: Final = "rules"
PROVENANCE: Final = "provenance"


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """One answer, as FHIR needs it."""

    answer: Assessment
    subject: Resource
    """A Reference to the person, as it was sent; a display alone where none was."""
    basis: tuple[Resource, ...]
    """References to what was sent."""
    examined_at: datetime
    side: Side | None
    """Of the symptoms, where it is known."""
    endpoint: str
    """Where CDS Hooks of this service are."""
    request: Resource
    """The Identifier of what was asked."""
    card: Mapping[str, Any] | None
    """The manifest of the model that answered."""

    def id_of(self, name: str) -> str:
        """The id of one resource of the answer; the same answer has the same ids."""
        return str(uuid5(UUID(self.answer.id), name))

    def url(self, name: str) -> str:
        """Its `fullUrl`."""
        return f"urn:uuid:{self.id_of(name)}"

    def reference(self, name: str, display: str | None = None) -> Resource:
        """A Reference to it."""
        return stated(reference=self.url(name), display=display)

    @property
    def performer(self) -> Resource:
        """A Reference to what made the probabilities: the model, where one is named."""
        return self.reference(RULES_DEVICE if self.answer.provenance.model_version in (None, NO_MODEL) else MODEL)

    @property
    def assessment(self) -> str:
        """The id under which the answer is on record, as a URI."""
        return f"urn:uuid:{self.answer.id}"
