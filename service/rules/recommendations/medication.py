"""The NSAID, and what to give instead where it is contraindicated, with the reason."""

from collections.abc import Callable

from features.answer import Answer
from features.treatment import NsaidContraindication
from service.rules.guideline import Category, Strength
from service.rules.pathway import ClinicalPicture, Phase
from service.rules.recommendations.recommendation import Recommendation

CHRONIC_WEEKS = 12.0
"""Weeks from which sciatica is called chronic, so that no opioid is given (ng59); the number is a convention
(docs/guideline.md)."""

_Why = NsaidContraindication

# contraindication, why it speaks against an NSAID, the same in plain words
_WHY = (
    (_Why.PEPTIC_ULCER, "it can make an ulcer bleed or perforate", "They can make your stomach ulcer bleed."),
    (_Why.GI_BLEEDING, "it can start the bleeding again", "They can start your bleeding again."),
    (_Why.CHRONIC_KIDNEY_DISEASE, "it can make kidney function worse", "They can harm your kidneys."),
    (_Why.HEART_FAILURE, "it retains fluid and can decompensate the heart", "They are bad for a weak heart."),
    (_Why.ISCHEMIC_HEART_DISEASE, "it raises the risk of infarction", "They are not safe with your heart trouble."),
    (
        _Why.ANTICOAGULATION,
        "together with the anticoagulant it can cause bleeding",
        "With the medicine that thins your blood they can make you bleed.",
    ),
    (
        _Why.NSAID_HYPERSENSITIVITY,
        "the person reacts to it; no aspirin either",
        "You could react to them. Do not take aspirin either.",
    ),
    (_Why.PREGNANCY, "it can harm the child, above all in the third trimester", "They can harm your baby."),
)


def _may_medicate(picture: ClinicalPicture) -> bool:
    return picture.phase is not Phase.EMERGENCY and picture.course is not Phase.RECOVERED and picture.in_pain


def _nsaid(answer: Answer) -> Callable[[ClinicalPicture], bool]:
    return lambda picture: _may_medicate(picture) and picture.nsaid_contraindicated is answer


def _instead(picture: ClinicalPicture) -> bool:
    return _may_medicate(picture) and picture.nsaid_contraindicated is Answer.YES


def _chronic(picture: ClinicalPicture) -> bool:
    days, weeks = picture.exam.history.symptom_duration_days, picture.exam.treatment.conservative_care_weeks
    return (days or 0.0) >= 7 * CHRONIC_WEEKS or (weeks or 0.0) >= CHRONIC_WEEKS


def _pregnant(picture: ClinicalPicture) -> bool:
    return picture.contraindicated(_Why.PREGNANCY) is Answer.YES


def _not_because_of(reason: NsaidContraindication) -> Callable[[ClinicalPicture], bool]:
    return lambda picture: _may_medicate(picture) and picture.contraindicated(reason) is Answer.YES


MEDICATION = (
    Recommendation(
        rule_id="RE-NSAID",
        applies=_nsaid(Answer.NO),
        trigger="No contraindication, asked",
        category=Category.MEDICATION,
        text="NSAID at the lowest effective dose for the shortest time. The effect in sciatica is small and uncertain.",
        text_for_patient="You may take a painkiller such as ibuprofen. Take as little as helps, and stop as soon as "
        "you can. It does not help everyone.",
        strength=Strength.WEAK,
        citations=("ng59", "rasmussenbarr2017", "acp2017"),
    ),
    Recommendation(
        rule_id="RE-NSAID-ASK",
        applies=_nsaid(Answer.NOT_ASSESSED),
        trigger="Contraindications not asked",
        category=Category.MEDICATION,
        text="NSAID only after asking for contraindications: ulcer or bleeding, kidney or heart disease, "
        "anticoagulation, hypersensitivity, pregnancy. None of them has been asked.",
        text_for_patient="Do not take ibuprofen or a painkiller like it yet. First tell us about any trouble with your "
        "stomach, kidneys or heart. Tell us too if you have an allergy, take medicine that thins the blood, or may be "
        "pregnant.",
        strength=Strength.WEAK,
        citations=("ng59", "nsaid_ci", "acp2017"),
    ),
    *(
        Recommendation(
            rule_id=f"RE-NSAID-NOT-{reason.name.replace('_', '-')}",
            applies=_not_because_of(reason),
            trigger=f"Contraindication: {reason.replace('_', ' ')}",
            category=Category.MEDICATION,
            text=f"No NSAID: {reason.replace('_', ' ')}; {why}.",
            text_for_patient=f"Do not take ibuprofen or painkillers like it. {plain}",
            strength=Strength.STRONG,
            citations=("nsaid_ci",),
        )
        for reason, why, plain in _WHY
    ),
    Recommendation(
        rule_id="RE-INSTEAD-PREGNANCY",
        applies=lambda picture: _instead(picture) and _pregnant(picture),
        trigger="NSAID contraindicated, pregnancy among the reasons",
        category=Category.MEDICATION,
        text="Instead: heat and positioning first; any drug, opioids too, only as agreed with obstetrics.",
        text_for_patient="Try warmth and a comfortable position first. Take no painkiller before you have asked us.",
        strength=Strength.WEAK,
        citations=("acp2017", "nerveroot_guideline"),
    ),
    Recommendation(
        rule_id="RE-INSTEAD",
        applies=lambda picture: _instead(picture) and not _pregnant(picture) and not _chronic(picture),
        trigger="NSAID contraindicated for another reason, symptoms or care not known to have lasted 12 weeks",
        category=Category.MEDICATION,
        text="Instead, while the pain is acute: a short course of a weak opioid with or without paracetamol, the dose "
        "adjusted to kidney function. Paracetamol alone is not advised, nor opioids once sciatica is chronic.",
        text_for_patient="There are other painkillers that you can take for a short time. Ask us which one suits you.",
        strength=Strength.WEAK,
        citations=("ng59",),
    ),
    Recommendation(
        rule_id="RE-INSTEAD-CHRONIC",
        applies=lambda picture: _instead(picture) and not _pregnant(picture) and _chronic(picture),
        trigger="NSAID contraindicated for another reason, 12 weeks or more of symptoms or care",
        category=Category.MEDICATION,
        text="Instead, for pain of 12 weeks or more: no opioid, and not paracetamol alone; activity and exercise.",
        text_for_patient="For pain that has lasted this long, moving and training may help more than pills. Ask us "
        "before you take any other painkiller.",
        strength=Strength.WEAK,
        citations=("ng59", "acp2017", "nerveroot_guideline"),
    ),
)
