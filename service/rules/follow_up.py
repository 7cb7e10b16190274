"""When to look again: the first rule that applies decides."""

from dataclasses import dataclass

from features.answer import Answer
from features.exam import positive
from features.once import once
from service.rules.limb import limb_at_risk
from service.rules.management import ManagementRule, deciding, in_phase
from service.rules.open_points import possibly_progressive
from service.rules.pathway import CONSERVATIVE_WEEKS, ClinicalPicture, Phase

TODAY, DAYS_WORKUP, DAYS_URGENT, DAYS_SEVERE, DAYS_MONTH = 0, 2, 7, 14, 28
"""Days until the next look. One month, sooner if severe, is the guideline; the shorter spans are conventions of this
service."""


@dataclass(frozen=True, kw_only=True)
class FollowUpRule(ManagementRule):
    """When to look again."""

    within_days: int
    because: str


FOLLOW_UP = (
    FollowUpRule(
        rule_id="FU-EMERGENCY",
        applies=in_phase(Phase.EMERGENCY),
        trigger="An emergency red flag",
        within_days=TODAY,
        because="Now, in the emergency department.",
        citations=("calderdale2021", "lsc_mri"),
    ),
    FollowUpRule(
        rule_id="FU-LIMB",
        applies=lambda picture: limb_at_risk(picture.exam) is Answer.YES,
        trigger="Reduced pulses and a motor or sensory deficit of one leg, symptoms of 14 days or less",
        within_days=TODAY,
        because="Today: the limb is checked for acute ischaemia.",
        citations=("nerveroot_guideline",),
    ),
    FollowUpRule(
        rule_id="FU-FLAG-BEFORE",
        applies=lambda picture: bool(picture.emergency_open),
        trigger="An emergency flag of the previous examination that nobody asked about again",
        within_days=TODAY,
        because="Today: an emergency red flag of the previous examination was not asked about again.",
        citations=("nerveroot_guideline", "casazza2012"),
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
        rule_id="FU-WORKUP",
        applies=lambda picture: picture.phase is Phase.RED_FLAG_WORKUP and not picture.age_alone,
        trigger="Work-up of a red flag other than age",
        within_days=DAYS_WORKUP,
        because="Within two days, with the result of the imaging, which was asked for at once.",
        citations=("acr2021", "nerveroot_guideline"),
    ),
    FollowUpRule(
        rule_id="FU-ZOSTER",
        applies=lambda picture: positive(picture.exam.examination.dermatomal_rash) is Answer.YES,
        trigger="Rash within one dermatome",
        within_days=DAYS_WORKUP,
        because="Within two days: whether to treat zoster with an antiviral is decided early.",
        citations=("nerveroot_guideline",),
    ),
    FollowUpRule(
        rule_id="FU-URGENT",
        applies=in_phase(Phase.RED_FLAG_WORKUP, Phase.MOTOR_DEFICIT_REFERRAL),
        trigger="A severe deficit, or an override by age alone",
        within_days=DAYS_URGENT,
        because="Within a week, with the result of the imaging; strength tested again.",
        citations=(
            "nerveroot_guideline",
            "acr2021",
        ),
    ),
    FollowUpRule(
        rule_id="FU-WEAKER",
        applies=possibly_progressive,
        trigger="Weak without a grade, or a test of strength failed, that was normal at the previous examination",
        within_days=DAYS_URGENT,
        because="Within a week, strength graded: it was normal at the previous examination and is not now.",
        citations=("nerveroot_guideline",),
    ),
    FollowUpRule(
        rule_id="FU-RECOVERED",
        applies=in_phase(Phase.RECOVERED),
        trigger="Pain gone, no deficit known",
        within_days=DAYS_MONTH,
        because="A last look within a month: symptoms come back in many.",
        citations=("hordijk2010", "pengel2003"),
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
        rule_id="FU-PERSISTENT",
        applies=in_phase(Phase.PERSISTENT_SYMPTOMS),
        trigger="Persistent symptoms, none of the above",
        within_days=DAYS_MONTH,
        because="In a month: relief, strength, and whether imaging or a procedure is wanted now.",
        citations=("nerveroot_guideline", "nhg2015"),
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


@once
def follow_up_of(picture: ClinicalPicture) -> FollowUpRule:
    """The follow-up rule that decides."""
    return deciding(FOLLOW_UP, picture)
