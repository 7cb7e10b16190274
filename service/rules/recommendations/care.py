"""Conservative care: education, activity, injection, follow-up, and the choice of an operation as it stands."""

from features.answer import Answer
from features.treatment import NsaidContraindication
from service.rules.guideline import Category, Strength
from service.rules.instead import shows_a_root, treated_otherwise
from service.rules.limb import limb_at_risk
from service.rules.pathway import ClinicalPicture
from service.rules.recommendations.recommendation import Recommendation
from service.rules.surgery import weigh_operation


def _ordinary(picture: ClinicalPicture) -> bool:
    """The ordinary pathway, and neither a limb nor a warning sign of last time that has to be seen to first."""
    feared = limb_at_risk(picture.exam) is Answer.YES or bool(picture.emergency_open)
    return picture.in_course and not feared


def _in_pain(picture: ClinicalPicture) -> bool:
    return _ordinary(picture) and picture.in_pain


def _injection(picture: ClinicalPicture) -> bool:
    pregnant = picture.contraindicated(NsaidContraindication.PREGNANCY) is Answer.YES
    no_candidate = picture.exam.treatment.epidural_injection_candidate is Answer.NO
    root = shows_a_root(picture.exam) and not treated_otherwise(picture.exam)
    return _in_pain(picture) and picture.severe_pain is Answer.YES and root and not pregnant and not no_candidate


def _anticoagulated(picture: ClinicalPicture) -> bool:
    return picture.contraindicated(NsaidContraindication.ANTICOAGULATION) is Answer.YES


CARE = (
    Recommendation(
        rule_id="RE-LOOK-ALIKE",
        applies=lambda picture: _ordinary(picture) and treated_otherwise(picture.exam),
        trigger="Ordinary pathway; a look-alike other than LA-UPPER-ROOT that brings every motor and reflex deficit "
        "found, if there are any",
        category=Category.FOLLOW_UP,
        text="Settle first whether it is one of the look-alikes that the impression names, by the findings that "
        "separate them: it is treated otherwise. No injection and no operation for a root before that.",
        text_for_patient="We should first find out if something other than a nerve in the back causes this. It would "
        "need another treatment.",
        strength=Strength.STRONG,
        citations=("nerveroot_guideline",),
    ),
    Recommendation(
        rule_id="RE-EDUCATION",
        applies=lambda picture: _in_pain(picture) and not picture.lasted,
        trigger="Ordinary pathway, not free of pain, not known to have lasted six weeks",
        category=Category.EDUCATION,
        text="Explain the favourable course of sciatica: most people improve within weeks, with or without treatment "
        "(about two thirds at 2 weeks, 87 % at 12 weeks in one trial).",
        text_for_patient="Pain like this usually gets better by itself. Many people feel better within weeks. Some "
        "need a few months.",
        strength=Strength.STRONG,
        citations=("vroomen1999bed", "pengel2003", "weber1993"),
    ),
    Recommendation(
        rule_id="RE-EDUCATION-PERSISTENT",
        applies=lambda picture: _in_pain(picture) and picture.lasted,
        trigger="Ordinary pathway, not free of pain, six weeks or more of symptoms or care",
        category=Category.EDUCATION,
        text="Explain that pain of this length can still go: in a trial of people with severe sciatica for 6 to 12 "
        "weeks 95 % had recovered at one year, whether operated early or not. It tells nothing of other causes.",
        text_for_patient="Your pain has lasted longer than for most people. It can still get better in the months to "
        "come, with or without an operation.",
        strength=Strength.STRONG,
        citations=("peul2007", "peul2008"),
    ),
    Recommendation(
        rule_id="RE-ACTIVITY",
        applies=_in_pain,
        trigger="Ordinary pathway, not free of pain",
        category=Category.ACTIVITY,
        text="Stay active as far as pain allows; bed rest is no better than watchful waiting.",
        text_for_patient="Keep moving as much as the pain allows. Lying in bed does not speed up recovery.",
        strength=Strength.STRONG,
        citations=("vroomen1999bed", "ng59"),
    ),
    Recommendation(
        rule_id="RE-INJECTION",
        applies=lambda picture: _injection(picture) and not _anticoagulated(picture),
        trigger="Severe pain (7 or more of 10, or intolerable) on the ordinary pathway; a sign of a root, a test of "
        "tension positive in range, or pain below the knee; no look-alike in the place of a root",
        category=Category.INJECTION,
        text="Severe pain, where a root is the cause: an epidural corticosteroid injection can be offered. The "
        "gain is small and short (15 of 100 points in the first two weeks in one study, 5 up to three months, none "
        "later). Ask about anticoagulants first.",
        text_for_patient="If a nerve in the back causes the bad pain, a cortisone injection can help. It helps a "
        "little for some weeks. Tell us if you take medicine that thins the blood.",
        strength=Strength.WEAK,
        citations=("nerveroot_guideline", "oliveira2020", "aafp_esi2021"),
    ),
    Recommendation(
        rule_id="RE-INJECTION-ANTICOAGULATED",
        applies=lambda picture: _injection(picture) and _anticoagulated(picture),
        trigger="The same, anticoagulated",
        category=Category.INJECTION,
        text="Severe pain under anticoagulation, where a root is the cause: an epidural injection can bleed into "
        "the spinal canal. Offer it only after those who manage the anticoagulation have agreed to a plan; the gain is "
        "small and short.",
        text_for_patient="An injection near the nerve can help a little, but your blood-thinning medicine makes it "
        "riskier. Your doctors need to plan it together first.",
        strength=Strength.WEAK,
        citations=("nerveroot_guideline", "oliveira2020", "aafp_esi2021"),
    ),
    Recommendation(
        rule_id="RE-SHARED-DECISION",
        applies=lambda picture: weigh_operation(picture) and _in_pain(picture),
        trigger="Persistent symptoms, candidate for surgery or intolerable pain; no look-alike in the place of a root",
        category=Category.SURGERY,
        text="Shared decision on discectomy, where a disc is the cause: relief comes faster (median recovery 4 against "
        "12 weeks), but at one year and later results are no better than with prolonged conservative care.",
        text_for_patient="If a worn disc is the cause, an operation often eases the pain faster. After a year, people "
        "do about as well with it as without it. We decide this with you.",
        strength=Strength.STRONG,
        citations=("peul2007", "peul2008", "liu2023"),
    ),
    Recommendation(
        rule_id="RE-FOLLOW-UP",
        applies=lambda picture: _ordinary(picture) and not picture.overriding,
        trigger="Ordinary pathway, nothing overrides",
        category=Category.FOLLOW_UP,
        text="Re-evaluate on the day given for it, never later than at 1 month; sooner if the pain becomes severe or "
        "strength changes.",
        text_for_patient="Come back on the day we agreed, even if you feel better. Come earlier if the pain gets very "
        "bad.",
        strength=Strength.STRONG,
        citations=("pengel2003", "nhg2015"),
    ),
)
