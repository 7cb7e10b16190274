"""What of the plan can be ordered, as proposals: nothing that the plan does not ask for, and nothing signed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from service.assessment import Assessment
from service.fhir.canonical import Resource
from service.fhir.detected_issues import issue_name
from service.fhir.elements import PRIORITY, instant, notes, resource, uri_identifier
from service.fhir.occasion import RULES_DEVICE, Occasion
from service.rules.guideline import Category, Urgency
from service.rules.imaging import ImagingTiming, Modality
from service.rules.recommendations import RECOMMENDATIONS
from service.rules.surgery import SurgeryTiming
from service.terminology.standard_codes import standard
from service.terminology.systems import LOINC, RULES, SNOMED

IMAGING: Final = "imaging"
REFERRAL: Final = "referral"
PHYSIOTHERAPY: Final = "physiotherapy"

WHOLE_SPINE: Final = frozenset({"IM-UPPER-MOTOR-NEURON", "RE-EMERGENCY"})
"""Rules that ask for imaging of the whole spine: a code of the lumbar spine would order too little."""

_MODALITIES: Final[Mapping[Modality, tuple[str, str | None]]] = {
    Modality.MRI: ("MRI", "24968-0"),
    Modality.CT: ("CT", "24963-1"),
    Modality.CT_MYELOGRAPHY: ("CT myelography", None),
}
"""What each is called, and its code for the lumbar spine (LOINC); of myelography none was seen."""

REFERRALS: Final[Mapping[str, str]] = {
    "RE-EMERGENCY-CAUDA": "Emergency referral to a hospital with spinal surgery",
    "RE-EMERGENCY": "Emergency referral to a hospital with spinal surgery",
    "RE-MOTOR-DEFICIT": "Urgent referral to a spinal surgeon, or to a neurologist where a nerve outside the spine is "
    "the cause",
}
"""Recommendations that refer to somebody; the others of their category ask for something to be looked at."""
OPINION: Final = "Referral to a spinal surgeon"

ABOUT_IMAGING: Final = frozenset({"QU-MRI-SAFETY", "CA-CT-INSTEAD", "CA-CT-PREGNANCY"})
"""Questions and caveats that whoever images has to know."""

URGENCIES: Final = {rule.rule_id: rule.urgency for rule in RECOMMENDATIONS}
"""How urgent each recommendation is by itself."""

_ASCENDING: Final = ("routine", "urgent", "asap", "stat")
"""Priorities (request-priority, FHIR R4)."""
_SURGERY: Final[Mapping[SurgeryTiming, str]] = {
    SurgeryTiming.WITHIN_24_HOURS: "stat",
    SurgeryTiming.URGENT: "urgent",
    SurgeryTiming.ELECTIVE_DISCUSSION: "routine",
}


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """One ServiceRequest, and the rules that ask for it."""

    name: str
    rule_ids: tuple[str, ...]
    resource: Resource


def proposals(occasion: Occasion) -> tuple[Proposal, ...]:
    """Everything that can be ordered."""
    found = (_imaging(occasion), _referral(occasion), _physiotherapy(occasion))
    return tuple(each for each in found if each is not None)


def imaging_priority(answer: Assessment) -> str:
    """How soon to image. At once is stat in an emergency alone: at once for age over 50 is as soon as possible."""
    timing = answer.management.imaging.timing
    if timing is ImagingTiming.IMMEDIATE:
        return "stat" if answer.urgency is Urgency.EMERGENCY else "asap"
    return "urgent" if timing is ImagingTiming.URGENT else "routine"


def surgery_priority(answer: Assessment) -> str:
    """How soon a surgeon should see the person."""
    return _SURGERY.get(answer.management.surgery.timing, "routine")


def _imaging(occasion: Occasion) -> Proposal | None:
    answer = occasion.answer
    imaging = answer.management.imaging
    if not imaging.indicated:
        return None
    called, lumbar = _MODALITIES[imaging.modality]
    asked = {imaging.rule_id, *(each.rule_id for each in answer.management.recommendations)}
    code: Resource
    if asked & WHOLE_SPINE:
        code = {"text": f"{called} of the whole spine"}
    elif lumbar is None:
        code = {"text": f"{called} of the lumbar spine"}
    else:
        code = {"coding": [standard(LOINC, lumbar).coding], "text": f"{called} of the lumbar spine"}
    asked_back = [each.text for each in answer.questions if each.rule_id in ABOUT_IMAGING]
    told = asked_back + [each.text for each in answer.caveats if each.rule_id in ABOUT_IMAGING]
    return _proposal(occasion, IMAGING, (imaging.rule_id,), code, imaging_priority(answer), imaging.because, told)


def _referral(occasion: Occasion) -> Proposal | None:
    """One referral, whether recommendations, the need of a surgeon, or both ask for it."""
    answer = occasion.answer
    surgery = answer.management.surgery
    referring = [each for each in answer.management.recommendations if each.rule_id in REFERRALS]
    if not surgery.indicated and not referring:
        return None
    text = REFERRALS[referring[0].rule_id] if referring else OPINION
    because = surgery.because if surgery.indicated else referring[0].text
    rule_ids = (*(each.rule_id for each in referring), *((surgery.rule_id,) if surgery.indicated else ()))
    soon = [PRIORITY[URGENCIES[each.rule_id]] for each in referring]
    priority = max((*soon, surgery_priority(answer)), key=_ASCENDING.index)
    return _proposal(occasion, REFERRAL, rule_ids, {"text": text}, priority, because)


def _physiotherapy(occasion: Occasion) -> Proposal | None:
    asked = [each for each in occasion.answer.management.recommendations if each.category is Category.PHYSIOTHERAPY]
    if not asked:
        return None
    code = {"coding": [standard(SNOMED, "91251008").coding], "text": "Physiotherapy"}
    rule_ids = tuple(each.rule_id for each in asked)
    return _proposal(occasion, PHYSIOTHERAPY, rule_ids, code, PRIORITY[Urgency.ROUTINE], asked[0].text)


def _proposal(
    occasion: Occasion,
    name: str,
    rule_ids: tuple[str, ...],
    code: Resource,
    priority: str,
    because: str,
    told: list[str] | None = None,
) -> Proposal:
    flags = occasion.answer.red_flags.present
    made = resource(
        "ServiceRequest",
        id=occasion.id_of(name),
        instantiatesUri=[RULES],
        requisition=uri_identifier(occasion.assessment),
        status="draft",
        intent="proposal",
        priority=priority,
        code=code,
        subject=occasion.subject,
        authoredOn=instant(occasion.answer.created_at),
        requester=occasion.reference(RULES_DEVICE),
        reasonCode=[{"text": because}],
        supportingInfo=[occasion.reference(issue_name(flag.rule_id), flag.label) for flag in flags],
        note=notes(told or ()),
    )
    return Proposal(name=name, rule_ids=rule_ids, resource=made)
