"""Whose a resource is: people must not be mixed up, so what is not known to be of the Patient is refused."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from service.problems import Fault

SUBJECTS: Final = ("subject", "patient")
NOT_NAMED: Final = "must be a reference to the Patient of the Bundle, or one of its identifiers."
SOMEBODY_ELSE: Final = "is somebody else than the Patient of the Bundle."

_URL: Final = re.compile(r"https?://|urn:")
_BASE: Final = re.compile(r"(https?://.+)/[A-Z][A-Za-z]+/[^/]+")
"""The base of a server in the address of one of its resources (FHIR R4, http.html)."""


@dataclass(frozen=True, kw_only=True)
class OnePatient:
    """What names the one Patient of a Bundle."""

    id: Any
    full_url: Any
    identifiers: frozenset[tuple[str, str]]
    """System and value of each."""

    def faults(self, resource: Mapping[str, Any], where: str, full_url: Any) -> Iterator[Fault]:
        """What is wrong with whom a resource says it is about; `full_url` is that of its entry."""
        for name in SUBJECTS:
            subject = resource.get(name)
            if subject is None:
                continue
            named = subject if isinstance(subject, Mapping) else {}
            reference, identifier = named.get("reference"), _identifier(named.get("identifier"))
            if isinstance(reference, str):
                if not self._is(reference, _base(full_url)):
                    yield Fault(pointer=f"{where}/{name}", detail=SOMEBODY_ELSE)
            elif reference is not None or identifier is None:
                yield Fault(pointer=f"{where}/{name}", detail=NOT_NAMED)
            elif identifier not in self.identifiers:
                yield Fault(pointer=f"{where}/{name}", detail=SOMEBODY_ELSE)

    def _is(self, reference: str, base: str | None) -> bool:
        """Whether a reference leads to the Patient, as FHIR R4 resolves it in a Bundle (bundle.html#references).

        An absolute one is to what has that address. A relative one is to the server that the resource itself is of.
        """
        named = reference.partition("/_history/")[0]
        own = _base(self.full_url)
        if _URL.match(named):
            return bool(named == self.full_url)
        if base is not None and own is not None and base != own:
            return False
        return isinstance(self.id, str) and named == f"Patient/{self.id}"


def one_patient(patient: Mapping[str, Any], full_url: Any) -> OnePatient:
    """What names this Patient."""
    listed = patient.get("identifier")
    read = (_identifier(each) for each in (listed if isinstance(listed, list) else []))
    return OnePatient(
        id=patient.get("id"), full_url=full_url, identifiers=frozenset(each for each in read if each is not None)
    )


def _identifier(stated: Any) -> tuple[str, str] | None:
    """System and value of an Identifier; None without both: a number alone is one of anybody."""
    if not isinstance(stated, Mapping):
        return None
    system, value = stated.get("system"), stated.get("value")
    if not isinstance(system, str) or not isinstance(value, str) or not system.strip() or not value.strip():
        return None
    return system, value


def _base(full_url: Any) -> str | None:
    found = _BASE.fullmatch(full_url) if isinstance(full_url, str) else None
    return None if found is None else found[1]
