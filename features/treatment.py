"""What has been done about the pain so far, and what could be done next."""

from dataclasses import dataclass
from typing import ClassVar

from features.answer import Answer
from features.term import Term
from features.wire import STRICT, FromZero


class PainRelief(Term):
    """Relief under the conservative care given so far."""

    ADEQUATE = "adequate"
    PARTIAL = "partial"
    INADEQUATE = "inadequate"


class NsaidContraindication(Term):
    """A reason not to give a non-steroidal anti-inflammatory drug."""

    PEPTIC_ULCER = "peptic_ulcer"
    GI_BLEEDING = "gi_bleeding"
    CHRONIC_KIDNEY_DISEASE = "chronic_kidney_disease"
    HEART_FAILURE = "heart_failure"
    ISCHEMIC_HEART_DISEASE = "ischemic_heart_disease"
    ANTICOAGULATION = "anticoagulation"
    NSAID_HYPERSENSITIVITY = "nsaid_hypersensitivity"
    PREGNANCY = "pregnancy"


@dataclass(frozen=True, kw_only=True)
class Treatment:
    """What has been done so far and what could be done next."""

    __pydantic_config__: ClassVar = STRICT

    conservative_care_weeks: FromZero | None = None
    """Weeks of adequate conservative care so far."""
    pain_relief: PainRelief | None = None
    """Relief under that care."""
    intolerable_pain: Answer = Answer.NOT_ASSESSED
    """Whether the pain cannot be borne."""
    surgery_candidate: Answer = Answer.NOT_ASSESSED
    """Whether the person could and would have surgery."""
    epidural_injection_candidate: Answer = Answer.NOT_ASSESSED
    """Whether the person could and would have an epidural injection."""
    mri_contraindicated: Answer = Answer.NOT_ASSESSED
    """For example by a pacemaker."""
    nsaid_contraindications: frozenset[NsaidContraindication] | None = None
    """Every reason against an NSAID; an empty list means asked, none."""
