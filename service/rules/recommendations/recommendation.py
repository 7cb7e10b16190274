"""What a recommendation is made of."""

from collections.abc import Callable
from dataclasses import dataclass

from service.rules.guideline import Category, Strength, Urgency
from service.rules.pathway import ClinicalPicture


@dataclass(frozen=True, kw_only=True)
class Recommendation:
    """One thing to do, worded for the clinician and, in plain words, for the person."""

    rule_id: str
    applies: Callable[[ClinicalPicture], bool]
    trigger: str
    category: Category
    text: str
    text_for_patient: str
    strength: Strength
    citations: tuple[str, ...]
    urgency: Urgency = Urgency.ROUTINE
