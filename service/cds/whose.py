"""Whose data it is: what is about another patient than the call must not be read as theirs."""

import re
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import unquote

from service.cds.prefetch import ASKED
from service.cds.request import MOST_FAULTS, HookRequest
from service.problems import Fault, Refusal, problem

_PATIENT_REFERENCE: Final = re.compile(r"(?:^|/)Patient/([^/?#]+)")

_CONTAINED: Final = "/contained/"


def refuse_another_patient(request: HookRequest) -> None:
    """Refuse a call that supplies something about somebody else than its patient.

    Raises:
        Refusal: 422 with the place of everything that is, in the prefetch or among the draft orders.
    """
    patient, prefetch = request.context.patient_id, request.prefetch or {}
    came = [(f"/prefetch/{key}", prefetch.get(key)) for key in ASKED]
    came.append(("/context/draftOrders", request.context.draft_orders))
    places = [pointer for place, value in came for pointer in _of_others(value, patient, place)]
    if places:
        raise _another_patient(places)


def about_another(value: Any, patient_id: str) -> bool:
    """Whether a resource, or one within a Bundle, is about somebody else."""
    return next(_of_others(value, patient_id, ""), None) is not None


def _of_others(value: Any, patient_id: str, place: str) -> Iterator[str]:
    for pointer, resource in _resources(value, place):
        if resource.get("resourceType") == "Patient":
            # The id of a contained one is good within its resource alone, and names nobody.
            if _CONTAINED not in pointer and resource.get("id") != patient_id:
                yield f"{pointer}/id"
            continue
        for name in ("subject", "patient"):
            subject = resource.get(name)
            reference = subject.get("reference") if isinstance(subject, dict) else None
            named = patient_named(reference) if isinstance(reference, str) else None
            if named is not None and named != patient_id:
                yield f"{pointer}/{name}"


def _resources(value: Any, place: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if not isinstance(value, dict):
        return
    if value.get("resourceType") != "Bundle":
        yield place, value
        within = value.get("contained")
        for position, each in enumerate(within if isinstance(within, list) else ()):
            yield from _resources(each, f"{place}{_CONTAINED}{position}")
        return
    entries = value.get("entry")
    for position, entry in enumerate(entries if isinstance(entries, list) else ()):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        yield from _resources(resource, f"{place}/entry/{position}/resource")


def patient_named(reference: str) -> str | None:
    """The id of the Patient that a reference names, relative or with an address, of a version or not.

    None where it names none: a `urn:uuid:`, a contained resource, a group.
    """
    found = _PATIENT_REFERENCE.search(reference)
    return unquote(found[1]) if found else None


def _another_patient(pointers: Sequence[str]) -> Refusal:
    detail = "is about another patient than context.patientId."
    return Refusal(
        problem(
            "another-patient",
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "The call is about more than one patient",
            "What was supplied must be about the patient of the call. Nothing was assessed, and nothing recorded.",
            tuple(Fault(pointer=pointer, detail=detail) for pointer in pointers[:MOST_FAULTS]),
        )
    )
