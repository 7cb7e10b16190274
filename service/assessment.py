"""The whole answer to one exam, as the wire contract states it. Frozen dataclasses: they are the JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from features.anatomy import NerveRoot
from service.rules.guideline import Category, Citation, Policy, Strength, Urgency
from service.rules.imaging import ImagingTiming, Modality
from service.rules.impression import Impression
from service.rules.pathway import Phase
from service.rules.surgery import SurgeryTiming

DISCLAIMER = (
    "Decision support for clinicians, not a diagnosis: it does not replace the examination, nor the judgement of the "
    "clinician who is responsible."
)


class ClassifierStatus(StrEnum):
    """Whether the model answered; where it did not, the rules answer all the same."""

    OK = "ok"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, kw_only=True)
class RootProbability:
    """The calibrated probability, 0 to 1, that one root is involved; None where the classifier could not answer."""

    probability: float | None


@dataclass(frozen=True, kw_only=True)
class ClassifierAnswer:
    """What the model says of one leg.

    `likely_roots` are the roots held to be involved, [] for none of the three; `prediction_set` those that cannot be
    ruled out at `coverage`; `abstained` that no useful statement is possible, for `abstained_reason`.
    """

    status: ClassifierStatus
    roots: Mapping[NerveRoot, RootProbability]
    likely_roots: tuple[NerveRoot, ...]
    prediction_set: tuple[NerveRoot, ...]
    coverage: float | None
    none_probability: float | None
    abstained: bool
    abstained_reason: str | None


@dataclass(frozen=True, kw_only=True)
class OtherLeg:
    """What is said of the other leg, where it was examined."""

    classifier: ClassifierAnswer


@dataclass(frozen=True, kw_only=True)
class PresentFlag:
    """A red flag that is up; `overrides` says whether it replaces the ordinary pathway under the policy in force.

    `supported_by` names the weak flags that add to its suspicion.
    """

    rule_id: str
    label: str
    urgency: Urgency
    action: str
    because: tuple[str, ...]
    overrides: bool
    supported_by: tuple[str, ...]
    citations: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class UnaskedFlag:
    """A red flag that nobody looked for, and the statements that would settle it.

    `second_line` flags (anal tone, residual urine) are looked for once there is suspicion: a screen is complete
    without them.
    """

    rule_id: str
    label: str
    ask: tuple[str, ...]
    second_line: bool


@dataclass(frozen=True, kw_only=True)
class RedFlagAnswer:
    """The screen for serious pathology."""

    present: tuple[PresentFlag, ...]
    not_assessed: tuple[UnaskedFlag, ...]
    screen_complete: bool
    policy: Policy


@dataclass(frozen=True, kw_only=True)
class ImagingAdvice:
    """Whether to image now, how, and why."""

    indicated: bool
    modality: Modality
    timing: ImagingTiming
    because: str
    rule_id: str
    citations: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SurgeryAdvice:
    """Whether a surgeon is needed, how soon, and why."""

    indicated: bool
    timing: SurgeryTiming
    because: str
    rule_id: str
    citations: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class FollowUpAdvice:
    """When to look again, and why."""

    within_days: int
    because: str
    rule_id: str
    citations: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Advice:
    """One recommendation, for the clinician and in plain words."""

    rule_id: str
    category: Category
    text: str
    text_for_patient: str
    strength: Strength
    citations: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Management:
    """The management plan; `overridden_by` names the red flags that replaced the ordinary pathway."""

    phase: Phase
    overridden_by: tuple[str, ...]
    override_rests_on_age_alone: bool
    imaging: ImagingAdvice
    recommendations: tuple[Advice, ...]
    surgery: SurgeryAdvice
    follow_up: FollowUpAdvice


@dataclass(frozen=True, kw_only=True)
class Note:
    """A caveat with its sources."""

    rule_id: str
    text: str
    citations: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class AskedBack:
    """A question whose answer would change this answer; `ask` names the statements that would settle it."""

    rule_id: str
    ask: tuple[str, ...]
    text: str
    citations: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """What made the answer, so that it can be made again."""

    model_version: str | None
    model_sha256: str | None
    feature_schema: str
    ruleset_version: str
    software_version: str


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """The whole answer; `urgency` is the highest of all that follows."""

    id: str
    created_at: datetime
    urgency: Urgency
    impression: Impression
    classifier: ClassifierAnswer
    other_leg: OtherLeg | None
    red_flags: RedFlagAnswer
    management: Management
    questions: tuple[AskedBack, ...]
    caveats: tuple[Note, ...]
    citations: Mapping[str, Citation]
    provenance: Provenance
    disclaimer: str = field(default=DISCLAIMER)
