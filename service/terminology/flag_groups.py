"""The screen for serious pathology in the groups in which a clinician asks for it, what cannot wait first.

A group is read as a whole before it is denied as a whole. Within a group the questions to the person come before what
has to be examined or measured. Keys of sources are those of service/rules/citations.toml.
"""

from dataclasses import dataclass
from typing import Final

SCREEN: Final = "red_flags"
"""The section of the examination that the groups are made of."""


@dataclass(frozen=True, kw_only=True)
class FlagGroup:
    """Questions that look for the same disease; `items` are codes, `why` says what is at stake."""

    code: str
    title: str
    items: tuple[str, ...]
    why: str
    sources: tuple[str, ...]


def _group(code: str, title: str, items: str, why: str, *sources: str) -> FlagGroup:
    """A group of the items that are named, apart by space, by their field of the screen."""
    codes = tuple(f"{SCREEN}.{field}" for field in items.split())
    return FlagGroup(code=code, title=title, items=codes, why=why, sources=sources)


FLAG_GROUPS: Final = (
    _group(
        "cauda_equina",
        "Bladder, bowel, saddle (cauda equina)",
        "urinary_retention urinary_incontinence new_bladder_symptom fecal_incontinence saddle_anesthesia "
        "reduced_anal_tone post_void_residual_ml cauda_equina_or_cord_compression",
        "Any one of these may be cauda equina syndrome: emergency MRI today, before control is lost for good.",
        "girft2023",
        "calderdale2021",
        "casazza2012",
    ),
    _group(
        "weakness",
        "Weakness that grows, both legs",
        "progressive_motor_weakness motor_deterioration_hours bilateral_neurologic_deficit",
        "Weakness that grows, or a deficit in both legs, is more than one irritated root; under 24 hours it is an "
        "emergency.",
        "casazza2012",
        "chou2011",
        "calderdale2021",
        "nerveroot_guideline",
    ),
    _group(
        "cancer",
        "Cancer",
        "history_of_cancer unexplained_weight_loss",
        "A metastasis can press on root or cord; with a deficit it is an emergency, and past cancer is the flag that "
        "tells most.",
        "cochrane_malig2013",
        "downie2013",
        "acr2021",
    ),
    _group(
        "infection",
        "Infection",
        "fever iv_drug_use recent_infection immunosuppression",
        "Each raises the risk of infected disc, bone or epidural space; fever can be missing, and with a deficit it is "
        "an emergency.",
        "acr2021",
        "casazza2012",
        "melbourneED",
    ),
    _group(
        "fracture",
        "Fracture",
        "significant_trauma steroid_use osteoporosis",
        "A vertebra weakened by osteoporosis or corticosteroids breaks under little load.",
        "downie2013",
        "henschke2009",
        "acr2021",
    ),
)
"""Every item of the screen, once, in the order of asking."""
