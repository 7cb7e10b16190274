"""The names of the code systems and canonical resources, ours and those of others.

Ours are URNs, as the kinds of problems are: they name, and point nowhere, so they are the same at every site. Where a
site serves them, `GET /fhir/{type}?url=` finds them.
"""

from typing import Final

EXAM_ITEMS: Final = "urn:nerveroot:fhir:CodeSystem:exam-items"
"""The statements of an examination; a code is the dotted name of its column in a labelled table, and a linkId."""
EXAM_VALUES: Final = "urn:nerveroot:fhir:CodeSystem:exam-values"
"""What can be stated of them."""
NERVE_ROOTS: Final = "urn:nerveroot:fhir:CodeSystem:nerve-roots"
"""L4, L5, S1: no standard code of one root was found."""
RULES: Final = "urn:nerveroot:fhir:CodeSystem:rules"
"""The permanent ids of the rules."""
OVERRIDE_REASONS: Final = "urn:nerveroot:fhir:CodeSystem:override-reasons"
"""Why somebody orders all the same."""
TASKS: Final = "urn:nerveroot:fhir:CodeSystem:tasks"
"""What a suggestion asks somebody to do."""

QUESTIONNAIRE: Final = "urn:nerveroot:fhir:Questionnaire:exam"
ASSESS: Final = "urn:nerveroot:fhir:OperationDefinition:assess"
CONTENT_VERSION: Final = "1.0.0"
"""The version of our code systems, value sets and questionnaire; it changes when any of them does."""

SNOMED: Final = "http://snomed.info/sct"
LOINC: Final = "http://loinc.org"
CPT: Final = "http://www.ama-assn.org/go/cpt"
ICD10CM: Final = "http://hl7.org/fhir/sid/icd-10-cm"
UCUM: Final = "http://unitsofmeasure.org"
NON_ADHERENCE: Final = "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes"


def value_set(name: str) -> str:
    """The canonical name of one of our value sets."""
    return f"urn:nerveroot:fhir:ValueSet:{name}"
