"""Red flags that are up, each as a DetectedIssue.

What should be done stands in `detail` and in the plan, not in `mitigation`: that is for what somebody has done or is
committed to (FHIR R4, DetectedIssue), and a red flag must not look as if it were taken care of.
"""

from collections.abc import Mapping
from typing import Final

from service.assessment import PresentFlag
from service.fhir.canonical import Resource
from service.fhir.elements import instant, item_coding, resource, rule_concept, stated
from service.fhir.occasion import RULES_DEVICE, Occasion
from service.rules.guideline import Urgency

SEVERITY: Final[Mapping[Urgency, str]] = {
    Urgency.ROUTINE: "low",
    Urgency.URGENT: "moderate",
    Urgency.EMERGENCY: "high",
}
"""In the words of detectedissue-severity (FHIR R4)."""

ADDS_ONLY: Final = "It adds to other red flags, and does not replace the ordinary pathway by itself."


def detected_issues(occasion: Occasion) -> dict[str, Resource]:
    """The red flags by name, the most urgent first."""
    raised = sorted(occasion.answer.red_flags.present, key=lambda flag: flag.urgency, reverse=True)
    return {issue_name(flag.rule_id): _issue(occasion, flag) for flag in raised}


def issue_name(rule_id: str) -> str:
    """The name of the issue that a red flag becomes."""
    return f"flag-{rule_id}"


def _issue(occasion: Occasion, flag: PresentFlag) -> Resource:
    codings = [coding for pointer in flag.because if (coding := item_coding(pointer)) is not None]
    unique = list({each["code"]: each for each in codings}.values())
    return resource(
        "DetectedIssue",
        id=occasion.id_of(issue_name(flag.rule_id)),
        status="final",
        code=rule_concept(flag.rule_id, flag.label),
        severity=SEVERITY[flag.urgency],
        patient=occasion.subject,
        identifiedDateTime=instant(occasion.answer.created_at),
        author=occasion.reference(RULES_DEVICE),
        evidence=[stated(code=[{"coding": [each]} for each in unique], detail=list(occasion.basis))],
        detail=f"{flag.label}. {flag.action}" + ("" if flag.overrides else f" {ADDS_ONLY}"),
    )
