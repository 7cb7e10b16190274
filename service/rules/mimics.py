"""Signs of what is no root: each positive one is named with what it points to, whatever the probabilities say."""

from collections.abc import Callable

from features.answer import Answer
from features.exam import Examination, positive
from service.rules.caveat import Caveat
from service.rules.pathway import ClinicalPicture


def _sign(*names: str) -> Callable[[ClinicalPicture], bool]:
    def found(leg: Examination) -> bool:
        return any(positive(getattr(leg, name)) is Answer.YES for name in names)

    return lambda picture: found(picture.exam.examination)


def _claudication(picture: ClinicalPicture) -> bool:
    history = picture.exam.history
    return (history.worse_with_walking & history.relieved_by_flexion) is Answer.YES


MIMICS = (
    Caveat(
        rule_id="CA-MIMIC-HIP",
        applies=_sign("hip_internal_rotation_pain", "faber"),
        trigger="Pain on internal rotation of the hip, or FABER positive",
        text="A hip sign is positive: hip disease can hurt in the thigh and below the knee. Examine the hip.",
        citations=("lesher2008", "khan2004", "metcalfe2019"),
    ),
    Caveat(
        rule_id="CA-MIMIC-TROCHANTERIC",
        applies=_sign("trochanteric_tenderness"),
        trigger="Tenderness over the greater trochanter",
        text="The greater trochanter is tender: consider greater trochanteric pain, found in a fifth and more of "
        "people sent to spine clinics.",
        citations=("tortolani2002", "segal2007"),
    ),
    Caveat(
        rule_id="CA-MIMIC-PERONEAL",
        applies=_sign("fibular_head_tinel"),
        trigger="Tinel's sign at the fibular head",
        text="Tinel's sign at the fibular head: consider peroneal neuropathy. Test hip abduction and inversion: in "
        "foot drop abduction was weak in 86 % of root palsies and 4 % of peroneal ones.",
        citations=("jeon2013",),
    ),
    Caveat(
        rule_id="CA-MIMIC-VASCULAR",
        applies=_sign("pedal_pulses_reduced"),
        trigger="Pedal pulses reduced",
        text="Pedal pulses are reduced: consider peripheral arterial disease (likelihood ratio 4.7) and measure the "
        "ankle-brachial index.",
        citations=("khanpad2006",),
    ),
    Caveat(
        rule_id="CA-MIMIC-ZOSTER",
        applies=_sign("dermatomal_rash"),
        trigger="Dermatomal rash",
        text="A rash in a dermatome: consider herpes zoster.",
        citations=("nerveroot_guideline",),
    ),
    Caveat(
        rule_id="CA-MIMIC-STENOSIS",
        applies=_claudication,
        trigger="Worse with walking and relieved by flexion",
        text="Worse with walking and relieved by flexion: consider neurogenic claudication from spinal stenosis "
        "(relief on bending forward: likelihood ratio 6.4).",
        citations=("suri2010jama",),
    ),
)
"""One caveat a look-alike, shown where its sign was found."""
