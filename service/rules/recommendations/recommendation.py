"""What a recommendation is made of."""

from dataclasses import dataclass

from service.rules.guideline import Category, Strength, Urgency
from service.rules.management import ManagementRule


@dataclass(frozen=True, kw_only=True)
class Recommendation(ManagementRule):
    """One thing to do, worded for the clinician and, in plain words, for the person."""

    category: Category
    text: str
    text_for_patient: str
    strength: Strength
    urgency: Urgency = Urgency.ROUTINE
