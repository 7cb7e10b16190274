"""The notices that the owners of code systems ask for wherever their codes are shown."""

from collections.abc import Iterable, Mapping
from typing import Final

from service.terminology.systems import CPT, ICD10CM, LOINC, NON_ADHERENCE, SNOMED

NOTICES: Final[Mapping[str, str]] = {
    SNOMED: "This material includes SNOMED Clinical Terms® (SNOMED CT®) which is used by permission of SNOMED "
    "International. All rights reserved. SNOMED CT® was originally created by The College of American Pathologists. "
    "Using it takes a licence in countries that are not members.",
    LOINC: "This material contains content from LOINC (http://loinc.org). LOINC is copyright © Regenstrief Institute, "
    "Inc. and the Logical Observation Identifiers Names and Codes (LOINC) Committee and is available at no cost under "
    "the license at http://loinc.org/license. LOINC® is a registered United States trademark of Regenstrief Institute, "
    "Inc.",
    CPT: "CPT is copyright of the American Medical Association, all rights reserved, and a registered trademark of it. "
    "Numbers alone are listed, without descriptions; using them takes a licence.",
    ICD10CM: "ICD-10-CM is maintained by the United States National Center for Health Statistics; ICD-10 is copyright "
    "of the World Health Organization.",
    NON_ADHERENCE: "Non-adherence reason codes are published by HL7 International.",
}
"""By code system."""


def notice(systems: Iterable[str]) -> str | None:
    """The notices of those of `systems` that have one, in the order of NOTICES; None where none has."""
    used = frozenset(systems)
    return " ".join(text for system, text in NOTICES.items() if system in used) or None
