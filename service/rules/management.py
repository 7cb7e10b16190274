"""What every rule of management has in common: an id, when it applies, and its sources."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from service.rules.pathway import ClinicalPicture, Phase

Applies = Callable[[ClinicalPicture], bool]


@dataclass(frozen=True, kw_only=True)
class ManagementRule:
    """A rule that sees the clinical picture; `trigger` says in words when it applies."""

    rule_id: str
    applies: Applies
    trigger: str
    citations: tuple[str, ...]


Rule = TypeVar("Rule", bound=ManagementRule)


def deciding(rules: Sequence[Rule], picture: ClinicalPicture) -> Rule:
    """The first of `rules` that applies; the last one of each list always does."""
    return next(rule for rule in rules if rule.applies(picture))


def in_phase(*phases: Phase) -> Applies:
    """The predicate that a person is in one of `phases`."""
    return lambda picture: picture.phase in phases
