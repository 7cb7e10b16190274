"""Conservative care: education, activity, injection, follow-up, and the choice of an operation as it stands."""

from features.answer import Answer
from features.treatment import NsaidContraindication
from service.rules.guideline import Category, Strength
from service.rules.pathway import ClinicalPicture, Phase
from service.rules.recommendations.recommendation import Recommendation


def _injection(picture: ClinicalPicture) -> bool:
    pregnant = picture.contraindicated(NsaidContraindication.PREGNANCY) is Answer.YES
    no_candidate = picture.exam.treatment.epidural_injection_candidate is Answer.NO
    return picture.in_course and picture.severe_pain is Answer.YES and not pregnant and not no_candidate


def _anticoagulated(picture: ClinicalPicture) -> bool:
    return picture.contraindicated(NsaidContraindication.ANTICOAGULATION) is Answer.YES


def _weigh_operation(picture: ClinicalPicture) -> bool:
    treatment = picture.exam.treatment
    asked_for = Answer.YES in (treatment.surgery_candidate, treatment.intolerable_pain)
    ruled_out = Answer.NO in (treatment.surgery_candidate, picture.not_relieved)
    return picture.course is Phase.PERSISTENT_SYMPTOMS and asked_for and not ruled_out


CARE = (
    Recommendation(
        rule_id="RE-EDUCATION",
        applies=lambda picture: picture.in_course and not picture.lasted,
        trigger="Ordinary pathway, not known to have lasted six weeks",
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
        applies=lambda picture: picture.in_course and picture.lasted,
        trigger="Ordinary pathway, six weeks or more of symptoms or care",
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
        applies=lambda picture: picture.in_course,
        trigger="Ordinary pathway",
        category=Category.ACTIVITY,
        text="Stay active as far as pain allows; bed rest is no better than watchful waiting.",
        text_for_patient="Keep moving as much as the pain allows. Lying in bed does not speed up recovery.",
        strength=Strength.STRONG,
        citations=("vroomen1999bed", "ng59"),
    ),
    Recommendation(
        rule_id="RE-INJECTION",
        applies=lambda picture: _injection(picture) and not _anticoagulated(picture),
        trigger="Severe pain (7 or more of 10, or intolerable) on the ordinary pathway",
        category=Category.INJECTION,
        text="Severe pain from a root: an epidural corticosteroid injection can be offered. The gain is small and "
        "short (15 of 100 points in the first two weeks in one study, 5 up to three months, none later). Ask about "
        "anticoagulants first.",
        text_for_patient="Bad pain from a nerve in the back can be treated with a cortisone injection. It helps a "
        "little for some weeks. Tell us if you take medicine that thins the blood.",
        strength=Strength.WEAK,
        citations=("nerveroot_guideline", "oliveira2020", "aafp_esi2021"),
    ),
    Recommendation(
        rule_id="RE-INJECTION-ANTICOAGULATED",
        applies=lambda picture: _injection(picture) and _anticoagulated(picture),
        trigger="Severe pain on the ordinary pathway, anticoagulated",
        category=Category.INJECTION,
        text="Severe pain from a root under anticoagulation: an epidural injection can bleed into the spinal canal. "
        "Offer it only after those who manage the anticoagulation have agreed to a plan; the gain is small and short.",
        text_for_patient="An injection near the nerve can help a little, but your blood-thinning medicine makes it "
        "riskier. Your doctors need to plan it together first.",
        strength=Strength.WEAK,
        citations=("nerveroot_guideline", "oliveira2020", "aafp_esi2021"),
    ),
    Recommendation(
        rule_id="RE-SHARED-DECISION",
        applies=_weigh_operation,
        trigger="Persistent symptoms, candidate for surgery or intolerable pain",
        category=Category.SURGERY,
        text="Shared decision on discectomy, where a disc is the cause: relief comes faster (median recovery 4 against "
        "12 weeks), but at one year and later results are no better than with prolonged conservative care.",
        text_for_patient="An operation often eases the leg pain faster. After a year, people do about as well with it "
        "as without it. We decide this with you.",
        strength=Strength.STRONG,
        citations=("peul2007", "peul2008", "liu2023"),
    ),
    Recommendation(
        rule_id="RE-FOLLOW-UP",
        applies=lambda picture: picture.in_course and not picture.overriding,
        trigger="Ordinary pathway, nothing overrides",
        category=Category.FOLLOW_UP,
        text="Re-evaluate at 1 month at the latest, sooner if the pain is severe or strength changes.",
        text_for_patient="Come back on the day we agreed, at the latest in a month. Come earlier if the pain gets very "
        "bad.",
        strength=Strength.STRONG,
        citations=("pengel2003", "nhg2015"),
    ),
)
