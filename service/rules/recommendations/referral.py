"""Where to send the person: what takes the place of the ordinary pathway."""

from features.answer import Answer
from features.exam import positive
from service.rules.guideline import Category, Group, Strength, Urgency
from service.rules.limb import limb_at_risk
from service.rules.pathway import ClinicalPicture, Phase
from service.rules.recommendations.recommendation import Recommendation


def _emergency_of_cauda(picture: ClinicalPicture) -> bool:
    return picture.phase is Phase.EMERGENCY and picture.has(Group.CAUDA_EQUINA)


def _other_emergency(picture: ClinicalPicture) -> bool:
    """An emergency that is no cauda equina syndrome, or not that alone: the whole spine has to be seen."""
    beyond = picture.has(Group.CANCER, Group.INFECTION, Group.UPPER_MOTOR_NEURON)
    return picture.phase is Phase.EMERGENCY and (beyond or not picture.has(Group.CAUDA_EQUINA))


def _graded_deficit(picture: ClinicalPicture) -> bool:
    deficit = Answer.YES in (picture.severe, picture.deteriorates) or picture.has(Group.MOTOR)
    return deficit and picture.phase is not Phase.EMERGENCY


def _rash(picture: ClinicalPicture) -> bool:
    return positive(picture.exam.examination.dermatomal_rash) is Answer.YES


def _ungraded_foot_drop(picture: ClinicalPicture) -> bool:
    open_question = picture.may_be_foot_drop is Answer.YES and not _graded_deficit(picture)
    return open_question and picture.phase is not Phase.EMERGENCY


REFERRAL = (
    Recommendation(
        rule_id="RE-LIMB",
        urgency=Urgency.URGENT,
        applies=lambda picture: limb_at_risk(picture.exam) is Answer.YES,
        trigger="Reduced pulses and a motor or sensory deficit of one leg, symptoms of 14 days or less",
        category=Category.REFERRAL,
        text="Acute ischaemia of the limb is not excluded: check the limb today (pulses by Doppler, colour, warmth, "
        "pain at rest). Where any of it speaks for ischaemia: vascular surgeon today.",
        text_for_patient="The blood flow in your leg must be checked today. If the leg gets cold, pale or numb, go to "
        "hospital now.",
        strength=Strength.STRONG,
        citations=("nerveroot_guideline",),
    ),
    Recommendation(
        rule_id="RE-EMERGENCY-CAUDA",
        urgency=Urgency.EMERGENCY,
        applies=_emergency_of_cauda,
        trigger="Emergency with a flag of cauda equina syndrome",
        category=Category.REFERRAL,
        text="Emergency referral now, to a hospital with spinal surgery, for suspected cauda equina syndrome. "
        "Measure the residual urine, but do not let it delay the MRI. Decompression within 24 hours if confirmed.",
        text_for_patient="You need to go to hospital now. The nerves to your bladder and bowel may be trapped. If so, "
        "an operation within a day gives the best chance that they recover.",
        strength=Strength.STRONG,
        citations=("nerveroot_guideline", "girft2023", "calderdale2021", "lsc_mri"),
    ),
    Recommendation(
        rule_id="RE-EMERGENCY",
        urgency=Urgency.EMERGENCY,
        applies=_other_emergency,
        trigger="Any other emergency, or one of the cauda with cancer, infection or upper motor neuron signs",
        category=Category.REFERRAL,
        text="Emergency referral now, to a hospital with spinal surgery: imaging of the whole spine and surgical "
        "opinion at once, within 24 hours at the latest.",
        text_for_patient="You need to go to hospital now. Something may be pressing on the nerves in your back. That "
        "cannot wait.",
        strength=Strength.STRONG,
        citations=("chou2011", "casazza2012"),
    ),
    Recommendation(
        rule_id="RE-FLAG-BEFORE",
        urgency=Urgency.URGENT,
        applies=lambda picture: bool(picture.emergency_open) and picture.phase is not Phase.EMERGENCY,
        trigger="An emergency flag of the previous examination that nobody asked about again, no emergency now",
        category=Category.REFERRAL,
        text="An emergency red flag of the previous examination was not asked about again. Ask and examine today; "
        "where it is still there, or cannot be ruled out, it is an emergency.",
        text_for_patient="Last time there was a warning sign. We need to ask you about it today. If it is still there, "
        "you need to go to hospital now.",
        strength=Strength.STRONG,
        citations=("nerveroot_guideline", "casazza2012"),
    ),
    Recommendation(
        rule_id="RE-WORKUP",
        urgency=Urgency.URGENT,
        applies=lambda picture: picture.phase is Phase.RED_FLAG_WORKUP and not picture.age_alone,
        trigger="Overriding red flags, none of them an emergency",
        category=Category.REFERRAL,
        text="Work up the red flags that are present before treating this as sciatica.",
        text_for_patient="Some of your answers or tests need a closer look. A scan soon can show if something else "
        "causes the pain.",
        strength=Strength.STRONG,
        citations=("acr2021", "casazza2012"),
    ),
    Recommendation(
        rule_id="RE-AGE-ALONE",
        applies=lambda picture: picture.age_alone,
        trigger="The override rests on age over 50 alone",
        urgency=Urgency.URGENT,
        category=Category.REFERRAL,
        text="MRI as the list of red flags asks over 50; treat the leg pain meanwhile.",
        text_for_patient="Because you are over 50 we suggest a scan soon, to be safe. Most of these scans show nothing "
        "serious.",
        strength=Strength.WEAK,
        citations=("ahcpr1994", "choosingwisely_nass", "cochrane_malig2013"),
    ),
    Recommendation(
        rule_id="RE-MOTOR-DEFICIT",
        urgency=Urgency.URGENT,
        applies=_graded_deficit,
        trigger="Severe (MRC 3 or less), progressive or widespread deficit",
        category=Category.REFERRAL,
        text="Urgent referral for a severe, progressive or widespread deficit: to a spinal surgeon; where the findings "
        "point to a nerve outside the spine, to a neurologist as soon.",
        text_for_patient="The nerves of your leg do not work as they should. A back surgeon or a nerve doctor should "
        "see you soon, within days.",
        strength=Strength.STRONG,
        citations=("nerveroot_guideline", "repub21252", "nhg2015", "liuk2013"),
    ),
    Recommendation(
        rule_id="RE-GRADE-FOOT-DROP",
        urgency=Urgency.URGENT,
        applies=_ungraded_foot_drop,
        trigger="Weak dorsiflexion, or no heel walk, without an MRC grade",
        category=Category.REFERRAL,
        text="Grade ankle dorsiflexion today. Until then treat it as a foot drop: MRC 3 or less is an urgent "
        "referral; 4 or more returns to the ordinary pathway.",
        text_for_patient="We need to measure today how strong your foot is. If it is very weak, a back surgeon or a "
        "nerve doctor should see you soon.",
        strength=Strength.STRONG,
        citations=("nerveroot_guideline", "nhg2015", "liuk2013"),
    ),
    Recommendation(
        rule_id="RE-ZOSTER",
        applies=lambda picture: _rash(picture) and picture.phase is not Phase.EMERGENCY,
        trigger="Rash within one dermatome, no emergency",
        category=Category.FOLLOW_UP,
        text="See the rash within a day or two: whether to treat zoster with an antiviral is decided early.",
        text_for_patient="A doctor should look at the rash in the next day or two. If it is shingles, treatment works "
        "best early.",
        strength=Strength.STRONG,
        citations=("nerveroot_guideline",),
    ),
)
