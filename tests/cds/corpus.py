"""Calls of every kind, each with what is expected of the answer. tests/cds/test_corpus.py sends them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from service.cds.discovery import CHART_OPENED, IMAGING_ORDERED

EVIL = "evil.example"
"""What hostile texts of the corpus hold, and no answer may."""


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What the answer to one call is."""

    status: int = 200
    verdicts: tuple[str | None, ...] = ()
    """Of the cards, in their order; None for a card without a rating."""
    removes: bool = False
    """Whether taking the order back is among the suggestions of any card."""
    says: tuple[str, ...] = ()
    """Texts that stand in the answer."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One call."""

    make: Callable[[], Any]
    """The body; bytes go as they are."""
    expected: Expected
    service: str = IMAGING_ORDERED
    well_formed: bool = True
    """Whether it is a call of CDS Hooks at all."""


INDICATORS: dict[str | None, str] = {
    "emergency": "critical",
    "red_flag": "warning",
    "urgent": "warning",
    "not_now": "warning",
    None: "info",
    **dict.fromkeys(("age_alone", "indicated", "not_enough", "examined", "unexamined"), "info"),
}


def early(make: Callable[[], Any], *says: str, removes: bool = True) -> Asked:
    """An order that comes too early, and enough is known to say so."""
    return Asked(make=make, expected=Expected(verdicts=("not_now",), removes=removes, says=says))


def rated(verdict: str | None, make: Callable[[], Any], *says: str) -> Asked:
    """An order with one card, from which nothing is taken back."""
    return Asked(make=make, expected=Expected(verdicts=(verdict,), says=says))


def silent(make: Callable[[], Any]) -> Asked:
    """A call that has nothing to do with the lumbar spine."""
    return Asked(make=make, expected=Expected())


def refused(status: int, make: Callable[[], Any], *, well_formed: bool = True) -> Asked:
    """A call that is refused."""
    return Asked(make=make, expected=Expected(status=status), well_formed=well_formed)


def opened(verdict: str | None, make: Callable[[], Any], *says: str) -> Asked:
    """A chart that is opened; None where nothing is said."""
    cards = () if verdict is None else (verdict,)
    return Asked(make=make, expected=Expected(verdicts=cards, says=says), service=CHART_OPENED)
