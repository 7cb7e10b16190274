"""The NSAID, and what to give instead where it is contraindicated, with the reason."""

from collections.abc import Callable

from features.answer import Answer
from features.exam import NsaidContraindication
from service.rules.guideline import Category, Strength
from service.rules.pathway import ClinicalPicture, Phase
from service.rules.recommendations.recommendation import Recommendation

_Why = NsaidContraindication

_WEAK_OPIOID = (
    "If a drug is wanted while the pain is acute: a short course of a weak opioid with or without paracetamol; "
    "no opioid once it is chronic, and paracetamol alone does little."
)

# contraindication, why it speaks against an NSAID, what instead, the same in plain words
_INSTEAD = (
    (_Why.PEPTIC_ULCER, "it can make an ulcer bleed or perforate", _WEAK_OPIOID, "your stomach ulcer"),
    (_Why.GI_BLEEDING, "it can start the bleeding again", _WEAK_OPIOID, "your earlier bleeding"),
    (
        _Why.CHRONIC_KIDNEY_DISEASE,
        "it lowers kidney perfusion",
        _WEAK_OPIOID + " Adjust the dose to kidney function.",
        "your kidneys",
    ),
    (_Why.HEART_FAILURE, "it retains fluid and can decompensate the heart", _WEAK_OPIOID, "your heart"),
    (_Why.ISCHEMIC_HEART_DISEASE, "it raises the risk of infarction", _WEAK_OPIOID, "your heart"),
    (
        _Why.ANTICOAGULATION,
        "together with the anticoagulant it can cause bleeding",
        _WEAK_OPIOID,
        "your blood-thinning medicine",
    ),
    (
        _Why.NSAID_HYPERSENSITIVITY,
        "the person reacts to it",
        _WEAK_OPIOID + " No aspirin either.",
        "your allergy",
    ),
    (
        _Why.PREGNANCY,
        "it can harm the child, above all in the third trimester",
        "Heat, positioning and physiotherapy first; any drug only as agreed with obstetrics.",
        "your pregnancy",
    ),
)


def _may_medicate(picture: ClinicalPicture) -> bool:
    return picture.phase not in (Phase.EMERGENCY, Phase.RECOVERED)


def _nsaid(answer: Answer) -> Callable[[ClinicalPicture], bool]:
    return lambda picture: _may_medicate(picture) and picture.nsaid_contraindicated is answer


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
            text=f"No NSAID: {reason.replace('_', ' ')}; {why}. {instead}",
            text_for_patient=f"Do not take anti-inflammatory painkillers such as ibuprofen, because of {plain}. "
            "Ask us what you can take instead.",
            strength=Strength.STRONG,
            citations=("nsaid_ci", "ng59"),
        )
        for reason, why, instead, plain in _INSTEAD
    ),
)
