"""The OperationDefinition of `POST /fhir/QuestionnaireResponse/$assess`."""

from functools import cache
from typing import Final

from service.fhir.canonical import Resource, definition
from service.terminology.systems import ASSESS

CODE: Final = "assess"
"""The name of the operation in an address, after `$`."""
RESOURCE: Final = "QuestionnaireResponse"

DESCRIPTION: Final = (
    "Assesses one examination: red flags, L4, L5 and S1 root involvement, and a plan. The examination comes as an "
    "answered form of our Questionnaire (also by itself, as the body), or as a Bundle of a Patient with coded "
    "Observations, Conditions and medications; one of the two is needed. What is not stated is not assessed. The "
    "answer is recorded before it is sent, and later examinations of the same subject are compared with it: so it "
    "affects state, except with `?commit=false`, where nothing is kept. Probabilities in RiskAssessment are per cent."
)


@cache
def assess_operation() -> Resource:
    """The OperationDefinition."""
    return definition(
        "OperationDefinition",
        identifier=CODE,
        url=ASSESS,
        title="Assess an examination for lumbosacral radiculopathy",
        description=DESCRIPTION,
        kind="operation",
        affectsState=True,
        code=CODE,
        resource=[RESOURCE],
        system=False,
        type=True,
        instance=False,
        parameter=[
            _parameter("questionnaireResponse", "in", RESOURCE, 0, "The examination, as an answered form."),
            _parameter(
                "bundle",
                "in",
                "Bundle",
                0,
                "The examination, as coded resources of one Patient: Observations with our codes, Conditions, "
                "medications, and at most one answered form. A Bundle of type collection, or the whole of a searchset: "
                "with a link to a next page it is refused.",
            ),
            _parameter(
                "previous",
                "in",
                RESOURCE,
                0,
                "An earlier examination of the same leg, as an answered form with `authored`, for comparison.",
            ),
            _parameter(
                "return",
                "out",
                "Bundle",
                1,
                "A collection: GuidanceResponse, RequestGroup and ServiceRequest proposals, RiskAssessment (none where "
                "no model answers), DetectedIssue for each red flag, Device and Provenance.",
            ),
        ],
    )


def _parameter(name: str, use: str, kind: str, least: int, documentation: str) -> Resource:
    return {"name": name, "use": use, "min": least, "max": "1", "documentation": documentation, "type": kind}
