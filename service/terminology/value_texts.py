"""What can be stated of an examination, as a clinician reads it: a display for every code of EXAM_VALUES.

The codes are the contract's own words. Several items share a word, and it has one display: a normal reflex and normal
sensation are both `Normal`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from features.anatomy import Region, Side
from features.exam import Ability, PlantarResponse, ReflexGrade, Sensation, Sex, TestResult
from features.treatment import NsaidContraindication, PainRelief
from service.terminology.exam_items import GRADED, NOWHERE, UNGRADED

REGIONS: Final[Mapping[Region, str]] = {
    Region.LOW_BACK: "Low back",
    Region.BUTTOCK: "Buttock",
    Region.GROIN: "Groin",
    Region.ANTERIOR_THIGH: "Anterior thigh",
    Region.ANTEROLATERAL_THIGH: "Anterolateral thigh",
    Region.LATERAL_THIGH: "Lateral thigh",
    Region.POSTERIOR_THIGH: "Posterior thigh",
    Region.KNEE: "Knee",
    Region.MEDIAL_LEG: "Medial leg",
    Region.ANTERIOR_LEG: "Anterior leg",
    Region.LATERAL_LEG: "Lateral leg",
    Region.POSTERIOR_CALF: "Posterior calf",
    Region.MEDIAL_ANKLE: "Medial ankle",
    Region.DORSUM_FOOT: "Dorsum of the foot",
    Region.FIRST_WEB_SPACE: "First web space",
    Region.GREAT_TOE: "Great toe",
    Region.LATERAL_FOOT: "Lateral foot",
    Region.FIFTH_TOE: "Fifth toe",
    Region.HEEL: "Heel",
    Region.SOLE: "Sole",
}
"""*Leg* is the part between knee and ankle."""

GRADES: Final[Mapping[float, str]] = {
    0: "MRC 0: no contraction",
    0.5: "MRC 0.5",
    1: "MRC 1: flicker of contraction",
    1.5: "MRC 1.5",
    2: "MRC 2: movement with gravity eliminated",
    2.5: "MRC 2.5",
    3: "MRC 3: movement against gravity",
    3.5: "MRC 3.5 (4-)",
    4: "MRC 4: movement against gravity and some resistance",
    4.5: "MRC 4.5 (4+)",
    5: "MRC 5: normal power",
}
"""Source: Medical Research Council. Aids to the investigation of peripheral nerve injuries. War Memorandum 7, 1943. The
half steps are those of the contract."""

_WORDS: Final[Mapping[str, str]] = {
    Sex.FEMALE: "Female",
    Sex.MALE: "Male",
    Sex.OTHER: "Other",
    Sex.UNKNOWN: "Unknown",
    Side.LEFT: "Left",
    Side.RIGHT: "Right",
    Side.BILATERAL: "Both sides",
    **{str(region): text for region, text in REGIONS.items()},
    UNGRADED: "Weak, not graded",
    Ability.ABLE: "Able",
    Ability.UNABLE: "Unable",
    ReflexGrade.BRISK: "Brisk",
    PlantarResponse.FLEXOR: "Flexor",
    PlantarResponse.EXTENSOR: "Extensor (Babinski's sign)",
    Sensation.NORMAL: "Normal",
    Sensation.REDUCED: "Reduced",
    Sensation.ABSENT: "Absent",
    Sensation.INCREASED: "Increased",
    TestResult.POSITIVE: "Positive",
    TestResult.NEGATIVE: "Negative",
    PainRelief.ADEQUATE: "Adequate",
    PainRelief.PARTIAL: "Partial",
    PainRelief.INADEQUATE: "Inadequate",
    NsaidContraindication.PEPTIC_ULCER: "Peptic ulcer",
    NsaidContraindication.GI_BLEEDING: "Gastrointestinal bleeding",
    NsaidContraindication.CHRONIC_KIDNEY_DISEASE: "Chronic kidney disease",
    NsaidContraindication.HEART_FAILURE: "Heart failure",
    NsaidContraindication.ISCHEMIC_HEART_DISEASE: "Ischemic heart disease",
    NsaidContraindication.ANTICOAGULATION: "Anticoagulation",
    NsaidContraindication.NSAID_HYPERSENSITIVITY: "Hypersensitivity to NSAIDs",
    NsaidContraindication.PREGNANCY: "Pregnancy",
    NOWHERE: "None of these",
}

VALUE_TEXTS: Final[Mapping[str, str]] = MappingProxyType(
    {str(code): text for code, text in _WORDS.items()} | {f"{GRADED}{grade:g}": text for grade, text in GRADES.items()}
)
"""The display of every value by its code: all of EXAM_VALUES."""


def value_text(code: str) -> str:
    """What a value is called.

    Raises:
        KeyError: there is no such value.
    """
    return VALUE_TEXTS[code]
