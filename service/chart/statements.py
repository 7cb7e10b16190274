"""Which of several statements of one item belongs to an examination: the newest, for as long as it may be said of then.

Two of one time that say different things are a fault of both, since nobody knows which holds. A red flag that is there
holds against any other of the same time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from service.chart.gravity import alike, gravity
from service.chart.meanings import FRESH_DAYS, NEW_DAYS
from service.chart.observations import BEGINNING
from service.chart.observed import DURATION, LASTING, RED_FLAGS
from service.problems import Fault

_END: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What one resource, or one answer of a form, states of an item."""

    code: str
    value: Any
    at: datetime
    """When it was observed; the beginning of time where nobody says."""
    place: str
    latest: datetime | None = None
    """The last moment that a day alone allows; None where that is `at`."""

    @property
    def raised(self) -> bool:
        """Whether it is a red flag that is there."""
        return self.code.startswith(RED_FLAGS) and self.value is True

    @property
    def last(self) -> datetime:
        """The last moment it may be of; a flag that does not go away, or may be of today, is outdone by nothing."""
        stays = self.raised and (self.code in LASTING or self.at == BEGINNING)
        return _END if stays else self.latest or self.at


def that_count(stated: Mapping[str, list[Statement]], examined: datetime) -> tuple[dict[str, Statement], list[Fault]]:
    """The statement of each item that counts in an examination of that time, and what cannot both be so."""
    found, faults = {}, []
    for code, each in stated.items():
        rivals = _rivals(each)
        best = _best(rivals)
        if best is None:
            faults += _apart(rivals)
        elif _counts(best, examined):
            found[code] = best
    return found, faults


def _rivals(stated: list[Statement]) -> list[Statement]:
    """Those that may be the newest: a day alone may be any time of it."""
    newest = max(each.at for each in stated)
    return [each for each in stated if each.last >= newest]


def _best(rivals: list[Statement]) -> Statement | None:
    """The one that holds, whatever the order; None where they contradict each other."""
    raised = [each for each in rivals if each.raised]
    if raised:
        return max(raised, key=lambda each: (each.at, each.place))
    best = max(rivals, key=lambda each: (gravity(each.code, each.value), each.at, each.place))
    if isinstance(best.value, list):
        # A list may come as one resource for each of its members; *none* is no member of any.
        members = dict.fromkeys(one for each in rivals for one in each.value)
        mixed = bool(members) and not all(each.value for each in rivals)
        return None if mixed else replace(best, value=sorted(members))
    return best if all(alike(best.value, each.value) for each in rivals) else None


def _apart(rivals: list[Statement]) -> list[Fault]:
    """A fault at the place of each, which tells where the first of the others is."""
    places = sorted({each.place for each in rivals})
    return [
        Fault(
            pointer=place,
            detail=f"says of {rivals[0].code} something else than {next((o for o in places if o != place), 'itself')}, "
            "of the same time or of no time. Leave out what does not hold.",
        )
        for place in places
    ]


def _counts(stated: Statement, examined: datetime) -> bool:
    """Whether it belongs to the examination: what is older was not assessed in it.

    A flag that is there counts while it may be called new, and for ever where it does not go away.
    """
    if stated.last == _END or stated.at == BEGINNING or stated.code == DURATION:
        return True
    there = stated.raised or (stated.code.startswith(RED_FLAGS) and not isinstance(stated.value, bool))
    since = stated.last if there else stated.at
    return examined - since <= timedelta(days=NEW_DAYS if there else FRESH_DAYS)
