"""Why somebody orders imaging all the same: the coded reasons that a card offers, and that feedback brings back.

Ours are those that clinicians gave for overriding an alert on imaging for low back pain: over six weeks 37 %, a focal
deficit 14 %, trauma 10 %, previous surgery, weight loss, fever or infection 1 % each (Chen et al., World Neurosurg
2020). The others are of the code system that CDS Hooks 3.0-ballot suggests, with the displays it gives them.
"""

from dataclasses import dataclass
from typing import Final

from service.terminology.systems import NON_ADHERENCE, OVERRIDE_REASONS


@dataclass(frozen=True, kw_only=True)
class OverrideReason:
    """One reason; codes stay what they are between calls, as CDS Hooks 2.0 asks."""

    code: str
    system: str
    display: str

    @property
    def coding(self) -> dict[str, str]:
        """It as a FHIR Coding, and as an entry of `overrideReasons` of a card."""
        return {"code": self.code, "system": self.system, "display": self.display}


def _of(system: str, *rows: tuple[str, str]) -> tuple[OverrideReason, ...]:
    return tuple(OverrideReason(code=code, system=system, display=display) for code, display in rows)


OWN_REASONS: Final = _of(
    OVERRIDE_REASONS,
    ("duration-over-6-weeks", "Symptoms for more than 6 weeks"),
    ("focal-deficit", "Focal neurological deficit"),
    ("trauma", "Significant trauma"),
    ("previous-surgery", "Previous spinal surgery"),
    ("weight-loss", "Unexplained weight loss"),
    ("fever-or-infection", "Fever or infection"),
    ("red-flag-not-in-chart", "Another red flag that is not in the chart"),
    ("other", "Another reason"),
)
"""The reasons of our own code system: all of it."""

STANDARD_REASONS: Final = _of(
    NON_ADHERENCE,
    ("patient-refuses", "Patient refuses/declines (no context given)*"),
    ("action-completed", "Recommended action was already completed"),
    (
        "need-more-info",
        "Could not address recommended action due to need for more information/pending results/pending consult",
    ),
)
"""Those of the system that CDS Hooks 3.0-ballot suggests (HL7/cds-hooks, input/vocabulary, seen at commit 16b2bfc); the
asterisk belongs to the display."""

ALL_REASONS: Final = (*OWN_REASONS, *STANDARD_REASONS)
"""What a card offers, ours first."""
