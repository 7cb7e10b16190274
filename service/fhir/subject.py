"""Whom an examination is of, as FHIR says it: what the answer repeats, and the key that links examinations."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from service.fhir.canonical import Resource
from service.fhir.elements import stated
from service.fhir.referring import is_reference, reference_of
from service.problems import Fault

LONGEST_KEY: Final = 128
"""Characters of `patient.reference` in the contract."""
NO_REFERENCE: Final = "must be `Patient/` with an id, an address, or a URN."
NO_SYSTEM: Final = "has a `system` that is no URI: examinations of one person are linked by it."
TOO_LONG: Final = f"must have at most {LONGEST_KEY} characters: examinations of one person are linked by it."

UNNAMED: Final = "The person who was examined"

_VERSION = re.compile(r"/_history/[^/]+$")
_URI = re.compile(r"\S+")
"""A uri (FHIR R4, datatypes.html) has no space in it."""
_TYPED = re.compile(r"(?:^|/)(?P<type>[A-Z][A-Za-z]+)/[^/]+$")
"""The type in a relative or absolute reference (FHIR R4, references.html)."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The person; without a `key` their examinations are not linked."""

    reference: Resource
    """A Reference; of what was sent only what identifies: a display may be a name."""
    key: str | None = None


NOBODY: Final = Subject(reference={"display": UNNAMED})
"""Where nobody was named."""


def subject_of(sent: Any, place: str) -> tuple[Subject, tuple[Fault, ...]]:
    """The person that a Reference names, and what is wrong with it.

    A reference to a contained resource names nobody outside: every form may have its own `#patient`.
    """
    if sent is None:
        return NOBODY, ()
    if not isinstance(sent, Mapping):
        return NOBODY, (Fault(pointer=place, detail="must be a Reference."),)
    reference, identifier = sent.get("reference"), _identifier(sent.get("identifier"))
    if reference is not None and not (isinstance(reference, str) and reference.strip()):
        return NOBODY, (Fault(pointer=f"{place}/reference", detail="must be a text."),)
    if (
        reference is not None
        and not reference.startswith("#")
        and not is_reference(reference.strip().partition("/_history/")[0])
    ):
        return NOBODY, (Fault(pointer=f"{place}/reference", detail=NO_REFERENCE),)
    literal = None if reference is None or reference.startswith("#") else _VERSION.sub("", reference.strip())
    typed = _TYPED.search(literal) if literal else None
    if sent.get("type", "Patient") != "Patient" or (typed and typed["type"] != "Patient"):
        return NOBODY, (Fault(pointer=place, detail="must refer to a Patient."),)
    return _named(literal, identifier, f"{place}/{'reference' if literal else 'identifier'}")


def subject_of_patient(patient: Mapping[str, Any], place: str) -> tuple[Subject, tuple[Fault, ...]]:
    """The person that a Patient resource is, by its id, otherwise by its first identifier with a value."""
    own = patient.get("id")
    literal = reference_of("Patient", own)
    if own is not None and literal is None:
        return NOBODY, (Fault(pointer=f"{place}/id", detail="must be of letters, digits, `-` and `.`."),)
    listed = patient.get("identifier")
    identifiers = (_identifier(each) for each in (listed if isinstance(listed, list) else []))
    identifier = next((each for each in identifiers if each), None)
    return _named(literal, identifier, f"{place}/{'id' if literal else 'identifier'}")


def _named(literal: str | None, identifier: Resource | None, place: str) -> tuple[Subject, tuple[Fault, ...]]:
    if literal is None and identifier is None:
        return NOBODY, ()
    key = literal or "|".join((identifier or {}).values())
    faults = (Fault(pointer=place, detail=TOO_LONG),) if len(key) > LONGEST_KEY else ()
    if identifier and not _URI.fullmatch(identifier.get("system", "urn:")):
        faults = (Fault(pointer=f"{place.rpartition('/')[0]}/identifier", detail=NO_SYSTEM), *faults)
    return Subject(reference=stated(reference=literal, identifier=identifier), key=key), faults


def _identifier(sent: Any) -> Resource | None:
    """System and value of an Identifier; None where it has no value."""
    if not isinstance(sent, Mapping) or not isinstance(sent.get("value"), str) or not sent["value"]:
        return None
    system = sent.get("system")
    return stated(system=system if isinstance(system, str) else None, value=sent["value"])
