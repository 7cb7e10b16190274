"""The whole answer to one exam, as the wire contract states it. Frozen dataclasses: they are the JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final

from features.anatomy import NerveRoot
from features.reasons import Contribution
from service.rules.abstention import Abstention
from service.rules.comparison import Comparison
from service.rules.guideline import Category, Citation, Policy, Strength, Urgency
from service.rules.imaging import ImagingTiming, Modality
from service.rules.impression import Impression
from service.rules.pathway import Phase
from service.rules.surgery import SurgeryTiming

_DESCRIBED: Final = {"use_attribute_docstrings": True}
"""For `__pydantic_config__`: the text below a field describes it to clients."""


class ClassifierStatus(StrEnum):
    """Whether the model answered; where it did not, the rules answer all the same."""

    OK = "ok"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, kw_only=True)
class RootProbability:
    """The calibrated probability, 0 to 1, that one root is involved; None where the classifier could not answer."""

    probability: float | None


@dataclass(frozen=True, kw_only=True)
class NextExamination:
    """A finding that nobody has examined yet, and what it is expected to tell of the roots, in bits."""

    __pydantic_config__: ClassVar = _DESCRIBED

    finding: str
    """The finding (JSON pointer into the body)."""
    expected_information_bits: float
    """Its mutual information with the set of involved roots, given all that was stated."""


@dataclass(frozen=True, kw_only=True)
class ClassifierAnswer:
    """What the model says of one leg.

    `likely_roots` are the roots held to be involved, [] for none of the three; `prediction_set` those that cannot be
    ruled out at `coverage`; `abstained` that no useful statement is possible, for the reasons in `abstentions`. While
    it abstains, `likely_roots` is [] too, and says nothing: not "none of the three"; and `prediction_set` holds all
    three, for nothing is ruled out.
    """

    __pydantic_config__: ClassVar = _DESCRIBED

    status: ClassifierStatus
    """Whether the model answered; the rules answer all the same."""
    roots: Mapping[NerveRoot, RootProbability]
    """Probability by root; involvement is not exclusive, so they need not add up to one."""
    likely_roots: tuple[NerveRoot, ...]
    """The roots held to be involved; empty for none of the three, or, where `abstained` is true, for no statement."""
    prediction_set: tuple[NerveRoot, ...]
    """The roots that cannot be ruled out at `coverage`; empty where all three can, all three while it abstains."""
    coverage: float | None
    """Share of people with a root involved whose prediction set holds it, among exams like those learned from."""
    none_probability: float | None
    """Probability that none of L4, L5 and S1 is involved."""
    abstained: bool
    """Whether the findings allow no useful statement about a root."""
    abstentions: tuple[Abstention, ...]
    """Why, what would mend it, and the statements to make or to check; all that apply."""
    baseline_log_odds: Mapping[NerveRoot, float] | None = None
    """Natural log-odds of each root at that age and sex, nothing else known; null where nothing is explained."""
    explanation: tuple[Contribution, ...] | None = None
    """What each stated finding added to the log-odds of each root, the most telling first. With `baseline_log_odds` the
    parts of a root make up the log-odds of its probability, rounding aside; what was not stated has no part."""
    next_examinations: tuple[NextExamination, ...] | None = None
    """At most five findings to examine next, the most telling first; none in an emergency or under upper motor neuron
    signs."""


@dataclass(frozen=True, kw_only=True)
class OtherLeg:
    """What is said of the other leg, where it was examined: by its own signs, the history tells of the worse leg."""

    impression: Impression
    classifier: ClassifierAnswer


@dataclass(frozen=True, kw_only=True)
class PresentFlag:
    """A red flag that is up; `overrides` says whether it replaces the ordinary pathway under the policy in force.

    `supported_by` names the weak flags that add to its suspicion.
    """

    __pydantic_config__: ClassVar = _DESCRIBED

    rule_id: str
    label: str
    urgency: Urgency
    action: str
    because: tuple[str, ...]
    """The statements that raise it (JSON pointers into the body)."""
    overrides: bool
    """Whether it replaces the ordinary pathway under the policy in force."""
    supported_by: tuple[str, ...]
    """Weak flags that add to its suspicion."""
    citations: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class UnaskedFlag:
    """A red flag that nobody looked for, and the statements that would settle it.

    `second_line` flags (anal tone, residual urine) are looked for once there is suspicion: a screen is complete
    without them.
    """

    __pydantic_config__: ClassVar = _DESCRIBED

    rule_id: str
    label: str
    ask: tuple[str, ...]
    """The statements that would settle it (JSON pointers into the body)."""
    second_line: bool
    """Looked for once there is suspicion; a screen is complete without it."""


@dataclass(frozen=True, kw_only=True)
class RedFlagAnswer:
    """The screen for serious pathology."""

    __pydantic_config__: ClassVar = _DESCRIBED

    present: tuple[PresentFlag, ...]
    """The flags that are up."""
    not_assessed: tuple[UnaskedFlag, ...]
    """The flags that nobody looked for: not the same as absent."""
    screen_complete: bool
    """Whether every first-line flag was looked for."""
    policy: Policy
    """Whether age over 50 overrides by itself (listed) or not (contextual)."""


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

    __pydantic_config__: ClassVar = _DESCRIBED

    phase: Phase
    """Where in the pathway the person is."""
    overridden_by: tuple[str, ...]
    """The red flags that replaced the ordinary pathway."""
    override_rests_on_age_alone: bool
    """Whether nothing but age over 50 did."""
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

    __pydantic_config__: ClassVar = _DESCRIBED

    id: str
    """Time-ordered UUID."""
    created_at: datetime
    urgency: Urgency
    """The highest of all that follows."""
    impression: Impression
    classifier: ClassifierAnswer
    other_leg: OtherLeg | None
    """What is said of the other leg, where it was examined."""
    comparison: Comparison | None
    """What has changed since the previous examination; null where none was sent and none is remembered. With a
    `patient.reference` null also means forgotten: the memory is bounded, ends with the process, and is that of one
    process."""
    red_flags: RedFlagAnswer
    management: Management
    questions: tuple[AskedBack, ...]
    """What to ask back: each answer would change this one."""
    caveats: tuple[Note, ...]
    citations: Mapping[str, Citation]
    """Every source named anywhere in the answer, by key."""
    provenance: Provenance
    disclaimer: str
