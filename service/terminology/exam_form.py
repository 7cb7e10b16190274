"""The order in which a form asks for an examination; the contract's order is for machines.

Red flags come right after the person: a form that is left unfinished should have asked for them (of the questionnaires
of the MATCH trial most were not completed where the clinician had to start them; BMC Musculoskelet Disord 2020).
"""

from functools import cache
from typing import Final

from service.terminology.exam_items import NOWHERE, Group, Item, Kind, exam_groups

SECTIONS: Final = ("patient", "red_flags", "history", "examination", "other_leg", "treatment")
"""The sections of the form."""

LAST: Final = frozenset({"red_flags.cauda_equina_or_cord_compression"})
"""Items that end their section: what the others look for is not asked for first."""


@cache
def form_groups() -> tuple[Group, ...]:
    """The whole examination in the order of the form."""
    by_code = {group.code: group for group in exam_groups()}
    return tuple(_ordered(by_code[section]) for section in SECTIONS)


def _ordered(group: Group) -> Group:
    return Group(code=group.code, members=tuple(sorted(group.members, key=lambda each: each.code in LAST)))


def members_of(group: Group) -> tuple[Item, ...]:
    """Every item of a group, those of the groups within it too, in their order."""
    return tuple(item for each in group.members for item in (members_of(each) if isinstance(each, Group) else (each,)))


def answers_of(item: Item) -> tuple[str, ...]:
    """The codes of what can be answered; a list can also be answered with none, where nothing is on it."""
    return (*item.choices, NOWHERE) if item.kind is Kind.CHOICES else item.choices
