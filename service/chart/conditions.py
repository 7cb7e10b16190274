"""Which conditions of a list count, and since when.

Refuted, entered in error, resolved: not present. Suspected counts, because a red flag is a suspicion.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from service.chart.entries import Days, Entry, Unreadable, check_unmodified, codings, days_of, known_codes, status_code
from service.chart.facts import CONDITIONS
from service.chart.meanings import BY_CODE, NEW_DAYS, Meaning
from service.chart.words import TUMOUR, worries
from service.terminology.standard_codes import standard_codes

CLINICAL: Final = frozenset({"active", "recurrence", "relapse", "inactive", "remission", "resolved"})
VERIFICATION: Final = frozenset(
    {"unconfirmed", "provisional", "differential", "confirmed", "refuted", "entered-in-error"}
)
"""The codes that FHIR R4 requires (condition-clinical, condition-ver-status)."""
AGAIN: Final = frozenset({"recurrence", "relapse"})
OVER: Final = frozenset({"inactive", "remission", "resolved"})
DORMANT: Final = frozenset({"inactive", "remission"})
SUSPECTED: Final = frozenset({"unconfirmed", "provisional", "differential"})
DENIED: Final = frozenset({"refuted", "entered-in-error"})


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One entry that counts, with all that its codes mean here; none, where none of them is known."""

    meanings: tuple[Meaning, ...]
    label: str
    source: str = CONDITIONS
    provisional: bool = False
    over: bool = False
    """Whether it is no longer there; then only what lasts counts, and the rest may be asked about."""
    dormant: bool = False
    """Whether it is over for now: inactive, or in remission."""
    lately: bool = False
    """Whether it ended within `NEW_DAYS`."""
    worries: tuple[str, ...] = ()
    """What words may mean that no known code of the entry tells of; they state nothing."""
    onset: Days | None = None
    """When it began; None where nobody says, or where it came back."""
    recorded: Days | None = None
    """When it was written down; None where it came back, since that was the first time."""

    @property
    def may_return(self) -> bool:
        """Whether it is over for now, or not for long."""
        return self.over and (self.dormant or self.lately)

    def counts(self, meaning: Meaning) -> bool:
        """Whether what it means is so today, as far as it is over or not."""
        return not self.over or meaning.lasting or (meaning.dormant and self.dormant)

    def is_new(self, today: date, days: int) -> bool:
        """Whether it may have begun, or been written down, within so many days; without a date it may."""
        when = self.onset or self.recorded
        return when is None or today - when.last <= timedelta(days=days)


def problem_of(condition: Any, today: date) -> Problem | None:
    """What one Condition says; None where it says that nothing is there.

    Raises:
        Unreadable: it is no Condition, has a status that FHIR does not have, or a modifier that is not known here.
    """
    if not isinstance(condition, Mapping) or condition.get("resourceType") != "Condition":
        raise Unreadable("no Condition")
    check_unmodified(condition)
    verified = status_code(condition.get("verificationStatus"), "condition-ver-status", VERIFICATION)
    if verified in DENIED:
        return None
    clinical = status_code(condition.get("clinicalStatus"), "condition-clinical", CLINICAL)
    again = clinical in AGAIN
    meanings, label = meant(condition.get("code"))
    abated = _abated(condition, today)
    if abated and clinical in {"active", *AGAIN}:
        raise Unreadable("active, and over")
    over = clinical in OVER or abated
    dormant, lately = clinical in DORMANT and not abated, _lately(condition, today)
    problem = Problem(
        meanings=meanings,
        label=label,
        provisional=verified in SUSPECTED,
        over=over,
        dormant=dormant,
        lately=lately,
        worries=_worries(condition.get("code"), over=over),
        onset=None if again else _onset(condition),
        recorded=None if again else days_of(condition.get("recordedDate")),
    )
    asks = bool(problem.worries) or any(each.once and problem.may_return for each in meanings)
    says_nothing = over and not asks and not any(problem.counts(each) for each in meanings)
    return None if says_nothing else problem


def problems_of_reasons(reasons: Iterable[Any], source: str) -> tuple[Problem, ...]:
    """What the reasons of an order say: each is a problem that somebody has in mind."""
    read = (meant(reason) for reason in reasons)
    return tuple(Problem(meanings=meanings, label=label, source=source) for meanings, label in read if label)


def _worries(concept: Any, *, over: bool) -> tuple[str, ...]:
    """What an entry may mean beyond what its known codes tell of; of what is over, a tumour alone."""
    told = worries(each.display or each.concept for each in known_codes(concept))
    return tuple(each for each in worries_of(concept) if each not in told and (not over or each == TUMOUR))


def worries_of(concept: Any) -> tuple[str, ...]:
    """What a concept may mean that no code of this service tells of; only ever a reason to ask."""
    texts = [concept.get("text")] if isinstance(concept, Mapping) else []
    listed = concept.get("coding") if isinstance(concept, Mapping) else None
    found = [each for each in (listed if isinstance(listed, list) else []) if isinstance(each, Mapping)]
    spoken = worries([*texts, *(each.get("display") for each in found)])
    if TUMOUR not in spoken and any(_neoplasm(system, code) for system, code in codings(concept)):
        return (*spoken, TUMOUR)
    return spoken


def _neoplasm(system: str, code: str) -> bool:
    """Whether it stands in the chapter of neoplasms: C00 to D48 (WHO, ICD-10, chapter II), in ICD-10-CM to D49.

    The chapters are the structure of the book; no code is guessed.
    """
    return "icd-10" in system.lower() and bool(re.match(r"C\d|D[0-4]\d", code.upper()))


def meant(concept: Any) -> tuple[tuple[Meaning, ...], str]:
    """What the codes of a concept mean, each once, and the display of the first that is known; "" where none is."""
    found = [key for key in codings(concept) if key in BY_CODE]
    meanings = tuple(dict.fromkeys(BY_CODE[key] for key in found))
    shown = next((standard_codes()[key].display or standard_codes()[key].concept for key in found), "")
    return meanings, shown


def _onset(condition: Entry) -> Days | None:
    period = condition.get("onsetPeriod")
    start = period.get("start") if isinstance(period, Mapping) else None
    return days_of(condition.get("onsetDateTime") or start)


def _lately(condition: Entry, today: date) -> bool:
    when = _ended(condition)
    return when is not None and today - when.last <= timedelta(days=NEW_DAYS)


def _ended(condition: Entry) -> Days | None:
    period = condition.get("abatementPeriod")
    end = period.get("end") if isinstance(period, Mapping) else None
    return days_of(condition.get("abatementDateTime") or end)


def _abated(condition: Entry, today: date) -> bool:
    when = _ended(condition)
    return condition.get("abatementBoolean") is True or (when is not None and when.first <= today)
