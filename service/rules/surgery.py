"""Whether a surgeon is needed and how soon: the first rule that applies decides."""

from dataclasses import dataclass
from enum import StrEnum

from features.answer import Answer
from features.once import once
from service.rules.guideline import Group, Urgency
from service.rules.instead import treated_otherwise
from service.rules.management import ManagementRule, deciding, in_phase
from service.rules.pathway import ClinicalPicture, Phase


class SurgeryTiming(StrEnum):
    """How soon a surgeon should see the person."""

    WITHIN_24_HOURS = "within_24_hours"
    URGENT = "urgent"
    ELECTIVE_DISCUSSION = "elective_discussion"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class SurgeryRule(ManagementRule):
    """Whether a surgeon is needed, and how soon."""

    timing: SurgeryTiming
    because: str

    @property
    def indicated(self) -> bool:
        """Whether a surgical opinion is asked for."""
        return self.timing is not SurgeryTiming.NONE

    @property
    def urgency(self) -> Urgency:
        """How urgent the surgical opinion is by itself."""
        known = {SurgeryTiming.WITHIN_24_HOURS: Urgency.EMERGENCY, SurgeryTiming.URGENT: Urgency.URGENT}
        return known.get(self.timing, Urgency.ROUTINE)


def _intolerable_after_care(picture: ClinicalPicture) -> bool:
    treatment = picture.exam.treatment
    unbearable = picture.cared_for & treatment.intolerable_pain
    return unbearable is Answer.YES and treatment.surgery_candidate is not Answer.NO


@once
def weigh_operation(picture: ClinicalPicture) -> bool:
    """Whether an operation on a disc is a choice to be made with the person: persistent symptoms, and asked for."""
    treatment = picture.exam.treatment
    asked_for = Answer.YES in (treatment.surgery_candidate, treatment.intolerable_pain)
    ruled_out = Answer.NO in (treatment.surgery_candidate, picture.not_relieved) or treated_otherwise(picture.exam)
    return picture.course is Phase.PERSISTENT_SYMPTOMS and asked_for and not ruled_out


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
        applies=in_phase(Phase.EMERGENCY),
        trigger="Any other emergency red flag",
        timing=SurgeryTiming.WITHIN_24_HOURS,
        because="Suspected compression: surgical opinion now, and operation within 24 hours if it is confirmed.",
        citations=("casazza2012", "chou2011"),
    ),
    SurgeryRule(
        rule_id="SU-DEFICIT",
        applies=lambda picture: Answer.YES in (picture.severe, picture.deteriorates),
        trigger="Severe (MRC 3 or less) or progressive deficit",
        timing=SurgeryTiming.URGENT,
        because="A severe (MRC 3 or less) or progressive deficit is a reason to operate where a compressed root is the "
        "cause; where a nerve outside the spine is, a neurologist sees it as soon.",
        citations=("nerveroot_guideline", "repub21252", "nhg2015", "liuk2013"),
    ),
    SurgeryRule(
        rule_id="SU-FOOT-DROP",
        applies=lambda picture: picture.may_be_foot_drop is Answer.YES,
        trigger="Weak dorsiflexion, or no heel walk, without an MRC grade",
        timing=SurgeryTiming.URGENT,
        because="A foot drop is not excluded: urgent until the weakness is graded 4 or more.",
        citations=("nerveroot_guideline", "nhg2015"),
    ),
    SurgeryRule(
        rule_id="SU-WIDESPREAD",
        applies=lambda picture: picture.has(Group.MOTOR),
        trigger="Weakness of three or more roots in one leg",
        timing=SurgeryTiming.URGENT,
        because="Weakness of more roots than one disc reaches: surgical opinion with the MRI.",
        citations=("rcgp1996", "casazza2012"),
    ),
    SurgeryRule(
        rule_id="SU-INTOLERABLE",
        applies=_intolerable_after_care,
        trigger="Intolerable pain after 6 weeks of adequate care, surgery not ruled out",
        timing=SurgeryTiming.ELECTIVE_DISCUSSION,
        because="Intolerable pain that persists after 6 to 12 weeks of adequate care: offer a surgical consultation.",
        citations=("peul2007", "nhg2015"),
    ),
    SurgeryRule(
        rule_id="SU-AFTER-IMAGING",
        applies=lambda picture: picture.phase is Phase.RED_FLAG_WORKUP and not picture.age_alone,
        trigger="A red flag is being worked up",
        timing=SurgeryTiming.NONE,
        because="Not before the imaging has shown what is behind the red flag; then by what it shows.",
        citations=("acr2021", "casazza2012"),
    ),
    SurgeryRule(
        rule_id="SU-SHARED-DECISION",
        applies=weigh_operation,
        trigger="Persistent symptoms, candidate for surgery, none of the above",
        timing=SurgeryTiming.NONE,
        because="No surgeon is needed unless the shared decision is for an operation.",
        citations=("peul2007", "peul2008"),
    ),
    SurgeryRule(
        rule_id="SU-NONE",
        applies=lambda picture: True,
        trigger="None of these",
        timing=SurgeryTiming.NONE,
        because="Nothing stated asks for a spinal surgeon now.",
        citations=("peul2007", "peul2008"),
    ),
)


@once
def surgery_of(picture: ClinicalPicture) -> SurgeryRule:
    """The surgery rule that decides."""
    return deciding(SURGERY, picture)
