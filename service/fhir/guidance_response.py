"""What came of the question, as a GuidanceResponse: whether it could be answered, and what is missing.

It has what the profile cdshooksguidanceresponse asks for.
"""

from collections.abc import Iterable
from typing import Final

from service.assessment import Assessment, ClassifierStatus
from service.fhir.canonical import Resource
from service.fhir.elements import instant, notes, resource, uri_identifier
from service.fhir.missing import data_requirements, guidance_status, missing
from service.fhir.occasion import GUIDANCE, PLAN, RULES_DEVICE, Occasion
from service.terminology.systems import ASSESS

PROFILE: Final = "http://hl7.org/fhir/StructureDefinition/cdshooksguidanceresponse"
REASONS: Final = ("Condition", "Observation", "DiagnosticReport", "DocumentReference")
"""What GuidanceResponse.reasonReference may refer to (FHIR R4)."""
ENDPOINT: Final = "http://hl7.org/fhir/StructureDefinition/cqf-cdsHooksEndpoint"


def guidance_response(occasion: Occasion) -> Resource:
    """The GuidanceResponse; its result is the plan."""
    answer = occasion.answer
    lacking = missing(answer)
    return resource(
        "GuidanceResponse",
        id=occasion.id_of(GUIDANCE),
        meta={"profile": [PROFILE]},
        extension=[{"url": ENDPOINT, "valueUri": occasion.endpoint}],
        requestIdentifier=occasion.request,
        identifier=[uri_identifier(occasion.assessment)],
        moduleUri=ASSESS,
        status=guidance_status(answer, lacking),
        subject=occasion.subject,
        occurrenceDateTime=instant(answer.created_at),
        performer=occasion.reference(RULES_DEVICE),
        reasonReference=[each for each in occasion.basis if _may_be_a_reason(each)],
        note=notes((*_told(answer), answer.disclaimer)),
        result=occasion.reference(PLAN),
        dataRequirement=data_requirements(lacking),
    )


def _may_be_a_reason(basis: Resource) -> bool:
    """Whether R4 lets the element refer to it; the form, and what else there is, stand in RiskAssessment.basis."""
    return str(basis.get("reference", "")).split("/")[-2:][0] in REASONS


def _told(answer: Assessment) -> Iterable[str]:
    """Since last time, the model where it is silent, what nobody looked for, and what to ask back."""
    if answer.comparison is not None:
        yield answer.comparison.text
    if answer.classifier.status is ClassifierStatus.UNAVAILABLE:  # there is no RiskAssessment that could say it
        yield answer.impression.text
        yield from (f"{each.reason} {each.mend}" for each in answer.classifier.abstentions)
        yield from (each.text for each in answer.caveats)
    for second_line, words in ((False, "Not looked for"), (True, "To be looked for where there is suspicion")):
        open_flags = [flag.label for flag in answer.red_flags.not_assessed if flag.second_line is second_line]
        if open_flags:
            yield f"{words}: {'; '.join(open_flags)}."
    yield from (each.text for each in answer.questions)
