"""Imaging, surgery and follow-up: for each, a list of rules of which the first that applies decides."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from features.answer import Answer
from service.rules.guideline import Group, Urgency
from service.rules.pathway import CONSERVATIVE_WEEKS, ClinicalPicture, Phase

TODAY, DAYS_URGENT, DAYS_SEVERE, DAYS_MONTH = 0, 7, 14, 28
"""Days until the next look. One month, sooner if severe, is the guideline; the shorter spans are conventions of this
service."""


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


class SurgeryTiming(StrEnum):
    """How soon a surgeon should see the person."""

    WITHIN_24_HOURS = "within_24_hours"
    URGENT = "urgent"
    ELECTIVE_DISCUSSION = "elective_discussion"
    NONE = "none"


Applies = Callable[[ClinicalPicture], bool]


@dataclass(frozen=True, kw_only=True)
class ImagingRule:
    """Whether to image now; the modality follows from what speaks against MRI."""

    rule_id: str
    applies: Applies
    trigger: str
    timing: ImagingTiming
    because: str
    citations: tuple[str, ...]

    @property
    def indicated(self) -> bool:
        """Whether imaging is asked for now."""
        return self.timing is not ImagingTiming.NOT_NOW

    @property
    def urgency(self) -> Urgency:
        """How urgent imaging is by itself; whether it is an emergency, the red flag says."""
        soon = self.timing in (ImagingTiming.IMMEDIATE, ImagingTiming.URGENT)
        return Urgency.URGENT if soon else Urgency.ROUTINE


@dataclass(frozen=True, kw_only=True)
class SurgeryRule:
    """Whether a surgeon is needed, and how soon."""

    rule_id: str
    applies: Applies
    trigger: str
    timing: SurgeryTiming
    because: str
    citations: tuple[str, ...]

    @property
    def indicated(self) -> bool:
        """Whether a surgical opinion is asked for."""
        return self.timing is not SurgeryTiming.NONE

    @property
    def urgency(self) -> Urgency:
        """How urgent the surgical opinion is by itself."""
        known = {SurgeryTiming.WITHIN_24_HOURS: Urgency.EMERGENCY, SurgeryTiming.URGENT: Urgency.URGENT}
        return known.get(self.timing, Urgency.ROUTINE)


@dataclass(frozen=True, kw_only=True)
class FollowUpRule:
    """When to look again."""

    rule_id: str
    applies: Applies
    trigger: str
    within_days: int
    because: str
    citations: tuple[str, ...]


def _in(*phases: Phase) -> Applies:
    return lambda picture: picture.phase in phases


def _persistent_and(answer: Callable[[ClinicalPicture], Answer], wanted: Answer) -> Applies:
    return lambda picture: picture.phase is Phase.PERSISTENT_SYMPTOMS and answer(picture) is wanted


def _failed_care(picture: ClinicalPicture) -> Answer:
    return picture.cared_for & picture.not_relieved


def _image_candidate(picture: ClinicalPicture) -> Answer:
    return _failed_care(picture) & picture.candidate


def _intolerable_after_care(picture: ClinicalPicture) -> bool:
    return (picture.cared_for & picture.exam.treatment.intolerable_pain & picture.not_relieved) is Answer.YES


IMAGING = (
    ImagingRule(
        rule_id="IM-EMERGENCY",
        applies=_in(Phase.EMERGENCY),
        trigger="An emergency red flag",
        timing=ImagingTiming.IMMEDIATE,
        because="Red flag of an emergency: image at once; waiting costs function that does not come back.",
        citations=("girft2023", "acr2021", "chou2011"),
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
        applies=_in(Phase.MOTOR_DEFICIT_REFERRAL),
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
        applies=_in(Phase.PERSISTENT_SYMPTOMS),
        trigger="Persistent symptoms; care, relief or candidacy not known",
        timing=ImagingTiming.NOT_NOW,
        because="MRI is for candidates for surgery or epidural injection whose adequate care has failed; that is not "
        "known yet. Answer the questions first.",
        citations=("acr2021", "nhg2015"),
    ),
    ImagingRule(
        rule_id="IM-RECOVERED",
        applies=_in(Phase.RECOVERED),
        trigger="Pain gone, no deficit known",
        timing=ImagingTiming.NOT_NOW,
        because="The pain is gone and no deficit is known.",
        citations=("ng59",),
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

SURGERY = (
    SurgeryRule(
        rule_id="SU-CAUDA-EQUINA",
        applies=lambda picture: picture.has(Group.CAUDA_EQUINA),
        trigger="A red flag of cauda equina syndrome",
        timing=SurgeryTiming.WITHIN_24_HOURS,
        because="If cauda equina syndrome is confirmed, decompression within 24 hours.",
        citations=(
            "nerveroot_guideline",
            "girft2023",
        ),
    ),
    SurgeryRule(
        rule_id="SU-EMERGENCY",
        applies=_in(Phase.EMERGENCY),
        trigger="Any other emergency red flag",
        timing=SurgeryTiming.WITHIN_24_HOURS,
        because="Suspected compression: surgical opinion today, and operation within 24 hours if it is confirmed.",
        citations=("casazza2012", "chou2011"),
    ),
    SurgeryRule(
        rule_id="SU-DEFICIT",
        applies=lambda picture: Answer.YES in (picture.severe, picture.progressive),
        trigger="Severe (MRC 3 or less) or progressive deficit",
        timing=SurgeryTiming.URGENT,
        because="A severe (MRC 3 or less) or progressive deficit is an indication to operate.",
        citations=("nerveroot_guideline", "repub21252", "nhg2015", "liuk2013"),
    ),
    SurgeryRule(
        rule_id="SU-INTOLERABLE",
        applies=_intolerable_after_care,
        trigger="Intolerable pain after 6 weeks of adequate care, not relieved",
        timing=SurgeryTiming.ELECTIVE_DISCUSSION,
        because="Intolerable pain that persists after 6 to 12 weeks of adequate care: offer a surgical consultation.",
        citations=("peul2007", "nhg2015"),
    ),
    SurgeryRule(
        rule_id="SU-NONE",
        applies=lambda picture: True,
        trigger="None of these",
        timing=SurgeryTiming.NONE,
        because="Nothing stated asks for a surgeon now.",
        citations=("peul2007", "peul2008"),
    ),
)

FOLLOW_UP = (
    FollowUpRule(
        rule_id="FU-EMERGENCY",
        applies=_in(Phase.EMERGENCY),
        trigger="An emergency red flag",
        within_days=TODAY,
        because="Today, in the emergency department.",
        citations=("girft2023",),
    ),
    FollowUpRule(
        rule_id="FU-FOOT-DROP",
        applies=lambda picture: picture.may_be_foot_drop is Answer.YES,
        trigger="Weak dorsiflexion without a grade",
        within_days=TODAY,
        because="Grade the weakness today: a foot drop is not excluded.",
        citations=(
            "nerveroot_guideline",
            "nhg2015",
        ),
    ),
    FollowUpRule(
        rule_id="FU-URGENT",
        applies=_in(Phase.RED_FLAG_WORKUP, Phase.MOTOR_DEFICIT_REFERRAL),
        trigger="Work-up of a red flag or a severe deficit",
        within_days=DAYS_URGENT,
        because="Within a week, with the result of the imaging; strength tested again.",
        citations=(
            "nerveroot_guideline",
            "acr2021",
        ),
    ),
    FollowUpRule(
        rule_id="FU-SEVERE-PAIN",
        applies=lambda picture: picture.severe_pain is Answer.YES,
        trigger="Pain of 7 or more of 10, or intolerable",
        within_days=DAYS_SEVERE,
        because="Sooner than the usual month, because the pain is severe.",
        citations=("nerveroot_guideline", "pengel2003", "nhg2015"),
    ),
    FollowUpRule(
        rule_id="FU-MONTH",
        applies=lambda picture: True,
        trigger="None of these",
        within_days=DAYS_MONTH,
        because=f"At one month: most improvement comes in the first; imaging is weighed from week "
        f"{CONSERVATIVE_WEEKS:g}.",
        citations=("pengel2003",),
    ),
)


def imaging_of(picture: ClinicalPicture) -> ImagingRule:
    """The imaging rule that decides."""
    return next(rule for rule in IMAGING if rule.applies(picture))


def surgery_of(picture: ClinicalPicture) -> SurgeryRule:
    """The surgery rule that decides."""
    return next(rule for rule in SURGERY if rule.applies(picture))


def follow_up_of(picture: ClinicalPicture) -> FollowUpRule:
    """The follow-up rule that decides."""
    return next(rule for rule in FOLLOW_UP if rule.applies(picture))


def modality(picture: ClinicalPicture, rule: ImagingRule) -> Modality:
    """MRI, or CT where MRI is contraindicated: with myelography where a compressed root or cauda is looked for."""
    if not rule.indicated:
        return Modality.NONE
    if picture.exam.treatment.mri_contraindicated is not Answer.YES:
        return Modality.MRI
    # A needle through tissue that may be infected is a risk of its own, and a fracture needs no contrast.
    fracture_alone = picture.has(Group.FRACTURE) and not picture.has(Group.CAUDA_EQUINA)
    return Modality.CT if fracture_alone or picture.has(Group.INFECTION) else Modality.CT_MYELOGRAPHY
