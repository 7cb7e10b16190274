"""What a caveat is made of."""

from collections.abc import Callable
from dataclasses import dataclass

from service.rules.pathway import ClinicalPicture


@dataclass(frozen=True, kw_only=True)
class Caveat:
    """A reservation with its source."""

    rule_id: str
    applies: Callable[[ClinicalPicture], bool]
    trigger: str
    text: str
    citations: tuple[str, ...]
