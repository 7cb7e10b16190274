"""Whether to image now and how: the first rule that applies decides."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from features.answer import Answer
from features.once import once
from service.rules.guideline import Group, Urgency
from service.rules.management import ManagementRule, deciding, in_phase
from service.rules.pathway import ClinicalPicture, Phase


class Modality(StrEnum):
    """How to image."""

    NONE = "none"
    MRI = "mri"
    CT = "ct"
    CT_MYELOGRAPHY = "ct_myelography"


class ImagingTiming(StrEnum):
    """How soon to image."""

    IMMEDIATE = "immediate"
    URGENT = "urgent"
    ROUTINE = "routine"
    NOT_NOW = "not_now"


@dataclass(frozen=True, kw_only=True)
class ImagingRule(ManagementRule):
    """Whether to image now; the modality follows from what speaks against MRI."""

    timing: ImagingTiming
    because: str

    @property
    def indicated(self) -> bool:
        """Whether imaging is asked for now."""
        return self.timing is not ImagingTiming.NOT_NOW

    @property
    def urgency(self) -> Urgency:
        """How urgent imaging is by itself; whether it is an emergency, the red flag says."""
        soon = self.timing in (ImagingTiming.IMMEDIATE, ImagingTiming.URGENT)
        return Urgency.URGENT if soon else Urgency.ROUTINE


def _persistent_and(answer: Callable[[ClinicalPicture], Answer], wanted: Answer) -> Callable[[ClinicalPicture], bool]:
    return lambda picture: picture.phase is Phase.PERSISTENT_SYMPTOMS and answer(picture) is wanted


def _by_age_alone(picture: ClinicalPicture) -> bool:
    """Whether age over 50 overrides and no other flag does."""
    return bool(picture.overriding) and all(flag.weak for flag in picture.overriding)


def _failed_care(picture: ClinicalPicture) -> Answer:
    return picture.cared_for & picture.not_relieved


def _image_candidate(picture: ClinicalPicture) -> Answer:
    return _failed_care(picture) & picture.candidate


IMAGING = (
    ImagingRule(
        rule_id="IM-EMERGENCY",
        applies=in_phase(Phase.EMERGENCY),
        trigger="An emergency red flag",
        timing=ImagingTiming.IMMEDIATE,
        because="Red flag of an emergency: image at once.",
        citations=("acr2021", "chou2011", "calderdale2021"),
    ),
    ImagingRule(
        rule_id="IM-UPPER-MOTOR-NEURON",
        applies=lambda picture: picture.has(Group.UPPER_MOTOR_NEURON),
        trigger="Upper motor neuron signs",
        timing=ImagingTiming.IMMEDIATE,
        because="Signs of the upper motor neuron: image at once, the cervical and thoracic spine included.",
        citations=("nerveroot_guideline", "nvn_lrs"),
    ),
    ImagingRule(
        rule_id="IM-DEFICIT-OVER-50",
        applies=lambda picture: picture.phase is Phase.MOTOR_DEFICIT_REFERRAL and _by_age_alone(picture),
        trigger="Severe deficit (MRC 3 or less), or a foot drop that is not excluded, and no overriding flag but age",
        timing=ImagingTiming.IMMEDIATE,
        because="A severe deficit, or one not yet graded that may be severe, is imaged without the ordinary wait; over "
        "50, as the list of red flags has it, at once.",
        citations=("nerveroot_guideline", "chou2011", "nhg2015", "ahcpr1994"),
    ),
    ImagingRule(
        rule_id="IM-RED-FLAG",
        applies=lambda picture: bool(picture.overriding),
        trigger="Any overriding red flag",
        timing=ImagingTiming.IMMEDIATE,
        because="A red flag overrides the ordinary wait.",
        citations=("acr2021", "chou2011", "choosingwisely_nass"),
    ),
    ImagingRule(
        rule_id="IM-MOTOR-DEFICIT",
        applies=in_phase(Phase.MOTOR_DEFICIT_REFERRAL),
        trigger="Severe deficit (MRC 3 or less), or a foot drop that is not excluded",
        timing=ImagingTiming.URGENT,
        because="A severe deficit, or one not yet graded that may be severe, is imaged without the ordinary wait.",
        citations=("nerveroot_guideline", "chou2011", "nhg2015"),
    ),
    ImagingRule(
        rule_id="IM-CANDIDATE",
        applies=_persistent_and(_image_candidate, Answer.YES),
        trigger="Inadequate relief after 6 weeks of adequate care, in a candidate for surgery or epidural injection",
        timing=ImagingTiming.ROUTINE,
        because="Relief is inadequate after 6 to 8 weeks of adequate care, and the result would change what is done.",
        citations=("acr2021", "nhg2015"),
    ),
    ImagingRule(
        rule_id="IM-NOT-A-CANDIDATE",
        applies=_persistent_and(_image_candidate, Answer.NO),
        trigger="Persistent symptoms, but relief is good enough or neither surgery nor injection is an option",
        timing=ImagingTiming.NOT_NOW,
        because="Imaging would change nothing: either relief is good enough, or neither surgery nor epidural injection "
        "is an option.",
        citations=("acr2021", "ng59"),
    ),
    ImagingRule(
        rule_id="IM-ASK-FIRST",
        applies=in_phase(Phase.PERSISTENT_SYMPTOMS),
        trigger="Persistent symptoms; care, relief or candidacy not known",
        timing=ImagingTiming.NOT_NOW,
        because="MRI is for candidates for surgery or epidural injection whose adequate care has failed; that is not "
        "known yet. Answer the questions first.",
        citations=("acr2021", "nhg2015"),
    ),
    ImagingRule(
        rule_id="IM-RECOVERED",
        applies=in_phase(Phase.RECOVERED),
        trigger="Pain gone, no deficit known",
        timing=ImagingTiming.NOT_NOW,
        because="The pain is gone and no deficit is known.",
        citations=("ng59",),
    ),
    ImagingRule(
        rule_id="IM-RELIEVED",
        applies=lambda picture: picture.cared_for is Answer.YES,
        trigger="Six weeks of care or more, relief adequate",
        timing=ImagingTiming.NOT_NOW,
        because="Relief under conservative care is adequate: imaging would change nothing.",
        citations=("acr2021", "ng59"),
    ),
    ImagingRule(
        rule_id="IM-CARE-FIRST",
        applies=lambda picture: picture.long_standing is Answer.YES,
        trigger="Symptoms of six weeks or more, but less than six weeks of adequate care",
        timing=ImagingTiming.NOT_NOW,
        because="Symptoms have lasted, but adequate conservative care has not: imaging is weighed after 6 to 8 weeks "
        "of it.",
        citations=("acr2021", "nhg2015"),
    ),
    ImagingRule(
        rule_id="IM-DURATION-UNKNOWN",
        applies=lambda picture: picture.duration_unknown,
        trigger="Neither the duration of symptoms nor that of care is known, no overriding red flag",
        timing=ImagingTiming.NOT_NOW,
        because="How long the symptoms, or the care, have lasted is not known: no imaging in the first 6 to 8 weeks, "
        "and afterwards only for candidates for surgery or injection. Answer the questions first.",
        citations=("chou2011", "acr2021", "nhg2015"),
    ),
    ImagingRule(
        rule_id="IM-FIRST-WEEKS",
        applies=lambda picture: True,
        trigger="First 6 to 8 weeks, no overriding red flag",
        timing=ImagingTiming.NOT_NOW,
        because="No imaging in the first 6 to 8 weeks without a red flag: most people improve, and an early scan "
        "brings no better result.",
        citations=("chou2011", "acr2021", "nhg2015", "webster2013"),
    ),
)


@once
def imaging_of(picture: ClinicalPicture) -> ImagingRule:
    """The imaging rule that decides."""
    return deciding(IMAGING, picture)


def modality(picture: ClinicalPicture, rule: ImagingRule) -> Modality:
    """MRI, or CT where MRI is contraindicated: with myelography where a compressed root, cauda or cord is sought."""
    if not rule.indicated:
        return Modality.NONE
    if picture.exam.treatment.mri_contraindicated is not Answer.YES:
        return Modality.MRI
    deficit = Answer.YES in (picture.severe, picture.deteriorates, picture.may_be_foot_drop)
    flags_of_bone = all(flag.weak or flag.group is Group.FRACTURE for flag in picture.raised)
    bone = picture.phase is Phase.RED_FLAG_WORKUP and flags_of_bone and not deficit
    # A needle through tissue that may be infected is a risk of its own; a fracture, or age alone, needs no contrast.
    return Modality.CT if bone or picture.has(Group.INFECTION) else Modality.CT_MYELOGRAPHY
