"""What the reader should keep in mind, shown where it applies."""

from features.answer import Answer
from features.encoding import OLD_AGE, SLR_ANGLES
from features.exam import StraightLegRaise, TestResult
from features.treatment import NsaidContraindication
from service.rules.caveat import Caveat
from service.rules.findings import neurologic_deficit, upper_motor_neuron
from service.rules.guideline import Urgency
from service.rules.imaging import imaging_of
from service.rules.limb import limb_at_risk
from service.rules.pathway import ClinicalPicture, Phase
from service.rules.roots import concordant_kinds, likely_roots, stays_above_the_knee
from service.rules.surgery import surgery_of


def _raised(picture: ClinicalPicture) -> StraightLegRaise:
    return picture.exam.examination.straight_leg_raise or StraightLegRaise()


def _negative(picture: ClinicalPicture) -> bool:
    return _raised(picture).result is TestResult.NEGATIVE


def _positive_out_of_range(picture: ClinicalPicture) -> bool:
    raised, (low, high) = _raised(picture), SLR_ANGLES
    angle = raised.angle_degrees
    return raised.result is TestResult.POSITIVE and angle is not None and not low <= angle <= high


def _positive_in_range(picture: ClinicalPicture) -> bool:
    return _raised(picture).result is TestResult.POSITIVE and not _positive_out_of_range(picture)


def _emergency(picture: ClinicalPicture) -> bool:
    """An emergency, which nothing that sounds reassuring may hold up."""
    return picture.phase is Phase.EMERGENCY


def _imaged(picture: ClinicalPicture) -> bool:
    return imaging_of(picture).indicated


def _for_the_disc(picture: ClinicalPicture) -> bool:
    """Whether imaging looks for a disc; where it looks for cancer, infection or a cord, what it shows counts."""
    return picture.in_course or picture.phase is Phase.MOTOR_DEFICIT_REFERRAL


def _no_mri(picture: ClinicalPicture) -> bool:
    return picture.exam.treatment.mri_contraindicated is Answer.YES


def _pregnant(picture: ClinicalPicture) -> bool:
    return picture.contraindicated(NsaidContraindication.PREGNANCY) is Answer.YES


def _one_kind_of_sign(picture: ClinicalPicture) -> bool:
    return any(len(concordant_kinds(picture.exam, root)) < 2 for root in likely_roots(picture))


def _nothing_found(picture: ClinicalPicture) -> bool:
    return neurologic_deficit(picture.exam.examination, picture.exam) is Answer.NO


CAVEATS = (
    Caveat(
        rule_id="CA-UNSCREENED",
        applies=lambda picture: Answer.NOT_ASSESSED in picture.screen,
        trigger="A red flag was not asked",
        text="Not all red flags were asked. What was not asked is not absent.",
        citations=("casazza2012", "nvn_lrs"),
    ),
    Caveat(
        rule_id="CA-EARLIER-UNREAD",
        applies=lambda picture: picture.earlier_unread,
        trigger="The examinations recorded under the reference of the person could not be looked up",
        text="Earlier examinations of this person could not be looked up just now, so this answer may not show what "
        "has become worse. Compare strength, sensation, bladder and bowel with the last time yourself.",
        citations=("nerveroot_guideline",),
    ),
    Caveat(
        rule_id="CA-AGE-ALONE",
        applies=lambda picture: picture.age_alone,
        trigger="The override rests on age over 50 alone",
        text="The override rests on age over 50 alone, the weakest flag: under 1 % of those it flags have cancer, and "
        "early imaging did not help people of 65 and over with back pain but no radiculopathy.",
        citations=("cochrane_malig2013", "jarvik2015", "ahcpr1994"),
    ),
    Caveat(
        rule_id="CA-UPPER-MOTOR-NEURON",
        applies=lambda picture: upper_motor_neuron(picture.exam) is Answer.YES,
        trigger="Upper motor neuron signs",
        text="With signs of the upper motor neuron the root probabilities do not apply: look above the lumbar spine.",
        citations=("nerveroot_guideline", "nvn_lrs"),
    ),
    Caveat(
        rule_id="CA-NOT-BELOW-KNEE",
        applies=lambda picture: stays_above_the_knee(picture.exam) and not _emergency(picture),
        trigger="Pain that is told not to go below the knee, or felt in regions above it alone; no emergency, and not "
        "LA-UPPER-ROOT",
        text="The pain does not go below the knee: referred rather than radicular pain is possible.",
        citations=("konstantinou2015",),
    ),
    Caveat(
        rule_id="CA-SLR-POSITIVE",
        applies=_positive_in_range,
        trigger="Straight leg raise positive",
        text="A positive straight leg raise is sensitive but unspecific (specificity 26 %), and counts only between 30 "
        "and 70 degrees.",
        citations=("deville2000", "nerveroot_guideline"),
    ),
    Caveat(
        rule_id="CA-SLR-ANGLE",
        applies=_positive_out_of_range,
        trigger="Straight leg raise positive under 30 or over 70 degrees",
        text="The straight leg raise was positive outside 30 to 70 degrees: it does not support root tension.",
        citations=("nerveroot_guideline",),
    ),
    Caveat(
        rule_id="CA-SLR-NEGATIVE",
        applies=lambda picture: _negative(picture) and picture.exam.patient.age_years <= OLD_AGE,
        trigger="Straight leg raise negative",
        text="A negative straight leg raise does not rule out radiculopathy.",
        citations=("deville2000", "iversen2013"),
    ),
    Caveat(
        rule_id="CA-SLR-OVER-60",
        applies=lambda picture: _negative(picture) and picture.exam.patient.age_years > OLD_AGE,
        trigger="Straight leg raise negative, over 60",
        text="A negative straight leg raise does not rule out radiculopathy, least of all over 60, where its "
        "sensitivity is below 50 %.",
        citations=("qazi2023", "deville2000"),
    ),
    Caveat(
        rule_id="CA-ONE-KIND-OF-SIGN",
        applies=lambda picture: _one_kind_of_sign(picture) and not _emergency(picture),
        trigger="A likely root with fewer than two kinds of sign, no emergency",
        text="Motor, reflex and sensory findings in one distribution together make the diagnosis; here fewer than two "
        "of the three point to the same root.",
        citations=("nerveroot_guideline", "ekedahl2018"),
    ),
    Caveat(
        rule_id="CA-NORMAL-EXAMINATION",
        applies=_nothing_found,
        trigger="No deficit among what was examined",
        text="A normal neurological examination does not rule out a compressed root.",
        citations=("lauder2000", "ekedahl2018"),
    ),
    Caveat(
        rule_id="CA-IMAGING",
        applies=lambda picture: _imaged(picture) and _for_the_disc(picture),
        trigger="Imaging is indicated on the ordinary pathway, by age alone, or for a motor deficit",
        text="Imaging findings often do not match symptoms: protrusions are seen in 29 % of people of 20 and 43 % of "
        "people of 80 without pain. A scan counts only where it fits side and root.",
        citations=("brinjikji2015",),
    ),
    Caveat(
        rule_id="CA-MRI-PREFERRED",
        applies=lambda picture: _imaged(picture) and not _no_mri(picture),
        trigger="Imaging is indicated, MRI not contraindicated",
        text="MRI rather than CT: it shows soft tissue and needs no radiation. CT or CT myelography only where MRI is "
        "contraindicated.",
        citations=("nerveroot_guideline", "acr2021"),
    ),
    Caveat(
        rule_id="CA-CT-INSTEAD",
        applies=lambda picture: _imaged(picture) and _no_mri(picture),
        trigger="Imaging is indicated, MRI contraindicated",
        text="CT takes the place of MRI, which is contraindicated: in older studies it found disc herniation about as "
        "well (CT 81 % / 77 %, MRI 75 % / 77 % sensitivity / specificity). Ask whether the device is MR-conditional. "
        "Where infection is sought: CT with contrast, agreed with radiology.",
        citations=("kim2018", "mri_ci"),
    ),
    Caveat(
        rule_id="CA-CT-PREGNANCY",
        applies=lambda picture: _imaged(picture) and _no_mri(picture) and _pregnant(picture),
        trigger="Imaging is indicated, MRI contraindicated, pregnancy",
        text="Pregnancy: CT exposes the child to radiation. Choose the study together with radiology and obstetrics.",
        citations=("nerveroot_guideline",),
    ),
    Caveat(
        rule_id="CA-NO-RUSH",
        applies=lambda picture: (
            picture.in_course
            and picture.in_pain
            and surgery_of(picture).urgency is Urgency.ROUTINE
            and limb_at_risk(picture.exam) is not Answer.YES
        ),
        trigger="Ordinary pathway with pain, no surgeon needed urgently, no limb that may be without blood",
        text="Do not rush to surgery: in sciatica without a severe or progressive deficit the result at one year is "
        "the same.",
        citations=("peul2007", "peul2008"),
    ),
    Caveat(
        rule_id="CA-SYNTHETIC-COHORT",
        applies=lambda picture: picture.involvement is not None,
        trigger="The classifier answered",
        text="The root probabilities come from a model that learned from a synthetic cohort built on published "
        "figures and assumptions. It has not been validated on patients. No single bedside test tells the level well "
        "(area under the curve below 0.75).",
        citations=("hancock2011",),
    ),
)
