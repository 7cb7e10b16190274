"""The NSAID, and what to give instead where it is contraindicated, with the reason."""

from collections.abc import Callable

from features.answer import Answer
from features.treatment import NsaidContraindication
from service.rules.guideline import Category, Strength
from service.rules.pathway import ClinicalPicture, Phase
from service.rules.recommendations.recommendation import Recommendation

_Why = NsaidContraindication

# contraindication, why it speaks against an NSAID, the reason in plain words
_WHY = (
    (_Why.PEPTIC_ULCER, "it can make an ulcer bleed or perforate", "your stomach ulcer"),
    (_Why.GI_BLEEDING, "it can start the bleeding again", "your earlier bleeding"),
    (_Why.CHRONIC_KIDNEY_DISEASE, "it can make kidney function worse", "your kidneys"),
    (_Why.HEART_FAILURE, "it retains fluid and can decompensate the heart", "your weak heart"),
    (_Why.ISCHEMIC_HEART_DISEASE, "it raises the risk of infarction", "your heart arteries"),
    (_Why.ANTICOAGULATION, "together with the anticoagulant it can cause bleeding", "your blood-thinning medicine"),
    (_Why.NSAID_HYPERSENSITIVITY, "the person reacts to it; no aspirin either", "your allergy"),
    (_Why.PREGNANCY, "it can harm the child, above all in the third trimester", "your pregnancy"),
)


def _may_medicate(picture: ClinicalPicture) -> bool:
    return picture.phase is not Phase.EMERGENCY and picture.course is not Phase.RECOVERED


def _nsaid(answer: Answer) -> Callable[[ClinicalPicture], bool]:
    return lambda picture: _may_medicate(picture) and picture.nsaid_contraindicated is answer


def _instead(picture: ClinicalPicture) -> bool:
    return _may_medicate(picture) and picture.nsaid_contraindicated is Answer.YES


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
        text_for_patient="You may take an anti-inflammatory painkiller such as ibuprofen: as little and for as short "
        "a time as helps. It does not help everybody.",
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
        text_for_patient="Before you take an anti-inflammatory painkiller such as ibuprofen, tell us about stomach, "
        "kidney or heart trouble, allergies, blood-thinning medicine and pregnancy.",
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
            text_for_patient=f"Do not take anti-inflammatory painkillers such as ibuprofen, because of {plain}.",
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
        applies=lambda picture: _instead(picture) and not _pregnant(picture),
        trigger="NSAID contraindicated for another reason",
        category=Category.MEDICATION,
        text="Instead, while the pain is acute: a short course of a weak opioid with or without paracetamol, the dose "
        "adjusted to kidney function. Paracetamol alone is not advised, nor opioids once sciatica is chronic.",
        text_for_patient="There are other painkillers that you can take for a short time. Ask us which one suits you.",
        strength=Strength.WEAK,
        citations=("ng59",),
    ),
)
