"""What every answer says of itself."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A text that every answer carries, whatever the exam; no rule decides on it."""

    rule_id: str
    text: str


DISCLAIMER = Notice(
    rule_id="DISCLAIMER",
    text="Decision support for clinicians, not a diagnosis: it does not replace the examination, nor the judgement of "
    "the clinician who is responsible.",
)
