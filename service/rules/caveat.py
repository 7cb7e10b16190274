"""What a caveat is made of."""

from dataclasses import dataclass

from service.rules.management import ManagementRule


@dataclass(frozen=True, kw_only=True)
class Caveat(ManagementRule):
    """A reservation with its source."""

    text: str
