"""One entry of a list as it came: only the fields that are read, and a plain no where they are not what they should be.

Charts are full of odd entries. One of them must not take the others along, so nothing here raises anything but
Unreadable, which is counted.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from service.terminology.standard_codes import StandardCode, standard_codes
from service.terminology.systems import ICD10CM, LOINC, SNOMED

Entry = Mapping[str, Any]

ICD10: Final = "http://hl7.org/fhir/sid/icd-10"
"""The edition of the WHO, of which no code is known here but the chapters."""
SPELLINGS: Final = {
    SNOMED: SNOMED,
    "urn:oid:2.16.840.1.113883.6.96": SNOMED,
    LOINC: LOINC,
    "urn:oid:2.16.840.1.113883.6.1": LOINC,
    ICD10CM: ICD10CM,
    "urn:oid:2.16.840.1.113883.6.90": ICD10CM,
    "urn:oid:2.16.840.1.113883.6.3": ICD10,
}
"""The code systems by their URIs and by the OIDs that HL7 registers for them (terminology.hl7.org)."""

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T.+)?)?)?", re.ASCII)
A_DAY: Final = timedelta(days=1)


class Unreadable(ValueError):
    """The entry is none of the kind that was asked for, or says something that is not understood."""


def is_modified(told: Entry) -> bool:
    """Whether it says that it means something else than it seems to, in a way that is not known here.

    Who does not know a `modifierExtension`, or the `implicitRules`, must not process what they stand in (FHIR R4,
    extensibility.html and resource.html): it may say that the finding was not there, or in somebody else.
    """
    return told.get("implicitRules") is not None or told.get("modifierExtension") not in (None, [])


def check_unmodified(told: Entry) -> None:
    """Hold an entry against `is_modified`.

    Raises:
        Unreadable: it may mean anything.
    """
    if is_modified(told):
        raise Unreadable("it has a modifier that is not known here")


@dataclass(frozen=True, kw_only=True)
class Days:
    """A date that may be a month or a year alone: the first and the last day that it may mean."""

    first: date
    last: date


def codings(concept: Any) -> Iterator[tuple[str, str]]:
    """System and code of every coding of a CodeableConcept that has both; a code that is a number is taken as text."""
    listed = concept.get("coding") if isinstance(concept, Mapping) else None
    for each in listed if isinstance(listed, Sequence) and not isinstance(listed, str) else ():
        if isinstance(each, Mapping):
            system, code = each.get("system"), each.get("code")
            if isinstance(system, str) and isinstance(code, str | int) and not isinstance(code, bool):
                yield _system(system), (code if isinstance(code, str) else _digits(code)).strip()


def _digits(code: int) -> str:
    """A code that came as a number; none is longer than the 18 digits of SNOMED CT."""
    return str(code) if 0 <= code < 10**18 else ""


def _system(said: str) -> str:
    """The URI of a code system as FHIR has it, of the ways in which others write it."""
    named = said.partition("|")[0].strip().rstrip("/")
    return SPELLINGS.get(named.lower().replace("https://", "http://"), named)


def known_codes(concept: Any) -> tuple[StandardCode, ...]:
    """Those of its codings that are known here."""
    found = (standard_codes().get(each) for each in codings(concept))
    return tuple(each for each in found if each is not None)


def status_code(concept: Any, system_end: str, known: frozenset[str]) -> str | None:
    """The code of a status; None where none is stated.

    Raises:
        Unreadable: it is none that FHIR has.
    """
    if concept is None:
        return None
    found = [code for system, code in codings(concept) if system.endswith(system_end)]
    if len(set(found)) != 1 or found[0] not in known:
        raise Unreadable("status")
    return found[0]


def days_of(stated: Any) -> Days | None:
    """The days that a date or time of FHIR may mean; None where there is none, or it cannot be read."""
    found = _DATE.fullmatch(stated) if isinstance(stated, str) else None
    if found is None:
        return None
    year, month, day = (int(each) if each else None for each in found.groups())
    try:
        if year and month and day:
            return Days(first=date(year, month, day), last=date(year, month, day))
        if year and month:
            end = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
            return Days(first=date(year, month, 1), last=end)
        return Days(first=date(year or 0, 1, 1), last=date(year or 0, 12, 31))
    except ValueError:
        return None


def moment_of(stated: Any, now: datetime | None) -> datetime | None:
    """A time of FHIR, or the beginning of a day that is stated alone (in UTC); None where it is neither.

    A day alone that has begun somewhere, and here not yet, is `now`.
    """
    if not isinstance(stated, str):
        return None
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", stated, re.ASCII):
            day = datetime.fromisoformat(stated).replace(tzinfo=UTC)
            return now if now is not None and now < day <= now + A_DAY else day
        read = datetime.fromisoformat(stated)
    except ValueError:
        return None
    return read if read.tzinfo is not None and "T" in stated else None
