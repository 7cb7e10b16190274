"""What is asked of a record system beforehand, and what each answer to it means.

A key that is not there, `null`, an empty search and an OperationOutcome look alike and mean four different things: not
supplied; looked up, and there is nothing; looked up, and the list is empty; it could not be read (CDS Hooks 2.0,
prefetch; cds-hooks/docs issue 366; hapifhir/hapi-fhir issue 6836).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from service.cds.request import HookRequest
from service.chart.facts import CONDITIONS, EXAMINATIONS, MEDICATIONS, OBSERVATIONS, PATIENT, Source, State
from service.terminology.systems import QUESTIONNAIRE

NEWEST_FORMS: Final = 2
"""Exam forms that are asked for: that of today, and the one before it."""


@dataclass(frozen=True, kw_only=True)
class Asking:
    """One part of the chart as it is asked for.

    Only what CDS Hooks 2.0 recommends is used: reads, and searches by reference and token with `_count` and `_sort`.
    """

    template: str
    kinds: tuple[str, ...]
    """The types of the resources that answer it."""
    newest: int | None = None
    """How many of the newest are wanted, where that is not all of them."""


_OF_THE_PATIENT: Final = "patient={{context.patientId}}"
ASKED: Final[Mapping[str, Asking]] = {
    PATIENT: Asking(template="Patient/{{context.patientId}}", kinds=("Patient",)),
    CONDITIONS: Asking(template=f"Condition?{_OF_THE_PATIENT}&_count=200", kinds=("Condition",)),
    MEDICATIONS: Asking(
        template=f"MedicationRequest?{_OF_THE_PATIENT}&status=active&_count=200",
        kinds=("MedicationRequest", "MedicationStatement"),
    ),
    OBSERVATIONS: Asking(
        template=f"Observation?{_OF_THE_PATIENT}&category=exam,survey&_sort=-date&_count=100", kinds=("Observation",)
    ),
    EXAMINATIONS: Asking(
        template=f"QuestionnaireResponse?{_OF_THE_PATIENT}&questionnaire={QUESTIONNAIRE}&_sort=-authored"
        f"&_count={NEWEST_FORMS}",
        kinds=("QuestionnaireResponse",),
        newest=NEWEST_FORMS,
    ),
}
"""What is asked for, by its key. All conditions are, not only the active ones: that something was refuted counts too,
and a server may hold an active entry without a status."""

ABSENT: Final = Source(state=State.ABSENT)
NOTHING: Final = Source(state=State.NOTHING)
FAILED: Final = Source(state=State.FAILED)

_HARMLESS: Final = ("information", "warning")
"""Issues that servers send beside an answer, as in "no results": the answer is there all the same."""


def supplied(request: HookRequest) -> Mapping[str, Source]:
    """What came of each part of the chart beforehand."""
    prefetch = request.prefetch or {}
    return {key: source_of(key, prefetch[key]) if key in prefetch else ABSENT for key in ASKED}


def source_of(key: str, value: Any) -> Source:
    """What one answer means: that to the prefetch of that key, or that of a server that was asked the same."""
    if value is None:
        return NOTHING
    if not isinstance(value, dict):
        return FAILED
    if value.get("resourceType") in ASKED[key].kinds:
        # One of a list where all were asked for is not known to be all of them.
        return Source(state=State.COMPLETE if key == PATIENT else State.PARTIAL, resources=(value,))
    if not is_bundle(value):
        return FAILED
    found, odd = _sorted_out(value.get("entry") or [], ASKED[key].kinds)
    if (odd and not found) or (key == PATIENT and len(found) != 1):
        return FAILED
    enough = ASKED[key].newest
    cut_off = _goes_on(value, len(found)) and (enough is None or len(found) < enough)
    return Source(state=State.PARTIAL if odd or cut_off else State.COMPLETE, resources=found)


def is_bundle(value: Any) -> bool:
    """Whether it is a Bundle whose entries can be gone through."""
    return (
        isinstance(value, dict) and value.get("resourceType") == "Bundle" and isinstance(value.get("entry") or [], list)
    )


def _sorted_out(entries: Sequence[Any], kinds: Collection[str]) -> tuple[tuple[Mapping[str, Any], ...], int]:
    """The resources that were asked for, and how many entries cannot be read or are something else."""
    found, odd = [], 0
    for entry in entries:
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if not isinstance(resource, dict):
            odd += 1
        elif resource.get("resourceType") in kinds:
            found.append(resource)
        elif not _beside(entry, resource):
            odd += 1
    return tuple(found), odd


def _beside(entry: Mapping[str, Any], resource: Mapping[str, Any]) -> bool:
    """Whether an entry stands beside what was asked for, and takes nothing away from it."""
    if resource.get("resourceType") == "OperationOutcome":
        issues = resource.get("issue")
        return isinstance(issues, list) and all(
            isinstance(issue, dict) and issue.get("severity") in _HARMLESS for issue in issues
        )
    search = entry.get("search")
    return isinstance(search, dict) and search.get("mode") == "include"


def _goes_on(bundle: Mapping[str, Any], found: int) -> bool:
    """Whether there is more than this page holds."""
    total = bundle.get("total")
    more = isinstance(total, int) and total > found
    return more or next_of(bundle) is not None


def next_of(bundle: Mapping[str, Any]) -> str | None:
    """Where the next page is; an empty text where there is one, and nobody says where."""
    links = bundle.get("link")
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("relation") == "next":
            url = link.get("url")
            return url if isinstance(url, str) else ""
    return None
