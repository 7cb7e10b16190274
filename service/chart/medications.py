"""What the drugs that somebody takes say, by their international nonproprietary names (WHO).

No codes of drugs were seen, so names are looked for as whole words in what the order calls the drug.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from service.chart.entries import Entry, Unreadable, check_unmodified

STEROIDS: Final = (
    *("prednisone", "prednisolone", "prednisolon", "methylprednisolone", "methylprednisolon", "dexamethasone"),
    *("betamethasone", "deflazacort", "hydrocortisone", "cortisone"),
)
"""Corticosteroids that are given for their effect on the whole body; how long they are taken a list does not say."""
IMMUNOSUPPRESSANTS: Final = (
    *("methotrexate", "azathioprine", "mercaptopurine", "mycophenolate", "mycophenolic", "tacrolimus", "ciclosporin"),
    *("cyclosporine", "cyclophosphamide", "sirolimus", "everolimus", "leflunomide", "adalimumab", "infliximab"),
    *("etanercept", "golimumab", "certolizumab", "rituximab", "tocilizumab", "tofacitinib", "baricitinib"),
)
LOCAL_FORMS: Final = (
    *("creams?", "ointments?", "gel", "lotion", "drops?", "eye", "ear", "ophthalmic", "otic", "nasal", r"inhal\w*"),
    *(
        "spray",
        "topical",
        "enema",
        "foam",
        "mouthwash",
        "shampoo",
        "scalp",
        "rectal",
        "cutaneous",
        "suppositor(?:y|ies)",
    ),
)
"""Forms that act where they are put: no reason to think of a fracture or an infection. So does what is measured in
percent."""
SYSTEMIC_FORMS: Final = ("tablets?", "capsules?", "injections?", "intravenous", "oral (?:solution|suspension|drops)")
"""Forms that act on the whole body, whatever else stands beside them."""

TAKEN: Final = frozenset({"active", "on-hold", "intended", "unknown"})
"""Statuses of what may be taken now (FHIR R4: medicationrequest-status, medication-statement-status)."""
NOT_TAKEN: Final = frozenset({"cancelled", "completed", "entered-in-error", "stopped", "draft", "not-taken"})
KINDS: Final = frozenset({"MedicationRequest", "MedicationStatement"})

_LOCAL = re.compile(rf"\b(?:{'|'.join(LOCAL_FORMS)})\b|\d\s?%", re.IGNORECASE)
_SYSTEMIC = re.compile(rf"\b(?:{'|'.join(SYSTEMIC_FORMS)})\b", re.IGNORECASE)
_NAMES: Final = {
    "red_flags.steroid_use": (STEROIDS, "a corticosteroid"),
    "red_flags.immunosuppression": (IMMUNOSUPPRESSANTS, "an immunosuppressant"),
}
_WORDS = {item: re.compile(rf"\b({'|'.join(names)})\b", re.IGNORECASE) for item, (names, _) in _NAMES.items()}


def told_by(medication: Any) -> Iterator[tuple[str, str]]:
    """The items that one drug raises, each with what it rests on.

    Raises:
        Unreadable: it is no order for, or statement of, a drug, or does not say which.
    """
    if not isinstance(medication, Mapping) or medication.get("resourceType") not in tuple(KINDS):
        raise Unreadable("no drug")
    check_unmodified(medication)
    status = medication.get("status")
    if not isinstance(status, str) or status not in TAKEN | NOT_TAKEN:
        raise Unreadable("status")
    if status in NOT_TAKEN or medication.get("doNotPerform") is True:
        return
    called = " ".join(_names(medication)).strip()
    if not called:
        raise Unreadable("which drug")
    if _LOCAL.search(called) and not _SYSTEMIC.search(called):
        return
    for item, words in _WORDS.items():
        if words.search(called):
            yield item, _NAMES[item][1]


def _names(medication: Entry) -> Iterator[str]:
    concept = medication.get("medicationCodeableConcept")
    if concept is None:
        concept = _contained(medication)
    if not isinstance(concept, Mapping):
        return
    if isinstance(concept.get("text"), str):
        yield concept["text"]
    listed = concept.get("coding")
    for each in listed if isinstance(listed, Sequence) and not isinstance(listed, str) else ():
        if isinstance(each, Mapping) and isinstance(each.get("display"), str):
            yield each["display"]


def _contained(medication: Entry) -> Any:
    """What a reference to a contained Medication, or its display, calls the drug."""
    reference = medication.get("medicationReference")
    if not isinstance(reference, Mapping):
        return None
    called, inside = {"text": reference.get("display")}, medication.get("contained")
    for each in inside if isinstance(inside, list) else ():
        if isinstance(each, Mapping) and reference.get("reference") == f"#{each.get('id')}":
            return each.get("code") or called
    return called
