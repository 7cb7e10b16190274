"""What a recommendation is made of."""

from collections.abc import Callable
from dataclasses import dataclass

from service.rules.guideline import Category, Strength, Urgency
from service.rules.pathway import ClinicalPicture, Phase


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


ORDINARY = (Phase.INITIAL_CONSERVATIVE_CARE, Phase.PERSISTENT_SYMPTOMS)
"""The phases of the ordinary pathway in which the person still has pain."""


def ordinary(picture: ClinicalPicture) -> bool:
    """In the ordinary pathway, or taken out of it by age alone: the advice for sciatica holds all the same."""
    return picture.phase in ORDINARY or (picture.phase is Phase.RED_FLAG_WORKUP and picture.age_alone)
