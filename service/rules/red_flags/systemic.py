"""Red flags of a disease behind the pain: cancer, infection, fracture, and what they are together with a deficit."""

from collections.abc import Callable

from features.answer import Answer
from features.exam import Exam
from features.once import once
from service.rules.findings import motor_deficit
from service.rules.guideline import Group, RedFlag, Sign, Urgency, any_sign
from service.rules.red_flags.neurologic import BOTH_LEGS_SIGNS
from service.rules.red_flags.signs import COMPRESSION_ACTION, MOTOR_DEFICIT, UPPER_MOTOR_NEURON_SIGNS, asked

WEAK_AGE = 50.0
"""Years of age above which age itself is on the list (ahcpr1994, choosingwisely_nass)."""

CANCER_SIGNS = (asked("history_of_cancer"), asked("unexplained_weight_loss"))
INFECTION_SIGNS = tuple(asked(name) for name in ("fever", "iv_drug_use", "recent_infection", "immunosuppression"))
SPHINCTER_SIGNS = tuple(
    asked(name) for name in ("urinary_retention", "urinary_incontinence", "new_bladder_symptom", "fecal_incontinence")
)
NEW_DEFICIT = (*MOTOR_DEFICIT, *SPHINCTER_SIGNS, *BOTH_LEGS_SIGNS, *UPPER_MOTOR_NEURON_SIGNS)
"""What makes a cancer or infection flag an emergency.

Signs of the upper motor neuron are among it, because with cancer or infection they are a compressed cord until shown
otherwise. Age is not among the causes: over 50 and weak describes a large part of all patients with a herniated disc,
and under 1 % of those over 50 have a malignancy (cochrane_malig2013).
"""


@once
def new_deficit(exam: Exam) -> Answer:
    """Whether one of the signs of a new deficit is there."""
    return any_sign(NEW_DEFICIT)(exam)


def _with_new_deficit(cause: tuple[Sign, ...]) -> Callable[[Exam], Answer]:
    """A cause together with a motor deficit, a sphincter symptom, a bilateral deficit or upper motor neuron signs.

    Weakness counts as new, because no field of the contract can say that it is old.
    """

    def present(exam: Exam) -> Answer:
        caused = Answer.any(sign.answer(exam) for sign in cause)
        return caused & (new_deficit(exam) | motor_deficit(exam.examination))  # untested strength leaves it open

    return present


CANCER = (
    RedFlag(
        rule_id="RF-CANCER-COMPRESSION",
        label="Suspected malignant compression",
        group=Group.CANCER,
        urgency=Urgency.EMERGENCY,
        trigger="History of cancer or unexplained weight loss, with any motor deficit, sphincter symptom, "
        "bilateral deficit or upper motor neuron sign",
        action=COMPRESSION_ACTION,
        signs=(*CANCER_SIGNS, *NEW_DEFICIT),
        when=_with_new_deficit(CANCER_SIGNS),
        citations=("nerveroot_guideline", "chou2011", "acr2021", "casazza2012"),
        derived=True,
    ),
    RedFlag(
        rule_id="RF-CANCER-HISTORY",
        label="History of cancer",
        group=Group.CANCER,
        urgency=Urgency.URGENT,
        trigger="History of cancer",
        action="MRI at once, looking for metastasis.",
        signs=(asked("history_of_cancer"),),
        citations=("cochrane_malig2013", "downie2013", "acr2021"),
    ),
    RedFlag(
        rule_id="RF-CANCER-WEIGHT-LOSS",
        label="Unexplained weight loss",
        group=Group.CANCER,
        urgency=Urgency.URGENT,
        trigger="Unexplained weight loss",
        action="MRI at once, and look for a tumour.",
        signs=(asked("unexplained_weight_loss"),),
        citations=("cochrane_malig2013", "verhagen2016", "acr2021"),
    ),
    RedFlag(
        rule_id="RF-AGE-OVER-50",
        label="Age over 50",
        group=Group.CANCER,
        urgency=Urgency.URGENT,
        trigger="Age over 50 years: the weakest flag of the list, less than 1 % of those it flags have a malignancy",
        action="Weigh it with the other flags: alone it is a weak reason. Under the policy `listed` it asks for MRI "
        "by itself.",
        signs=(Sign(pointer="/patient/age_years", present=lambda exam: Answer.of(exam.patient.age_years > WEAK_AGE)),),
        citations=("ahcpr1994", "choosingwisely_nass", "cochrane_malig2013", "jarvik2015"),
        weak=True,
    ),
)

INFECTION = (
    RedFlag(
        rule_id="RF-INFECTION-ABSCESS",
        label="Suspected epidural abscess",
        group=Group.INFECTION,
        urgency=Urgency.EMERGENCY,
        trigger="Fever, intravenous drug use, recent infection or immunosuppression, with any motor deficit, "
        "sphincter symptom, bilateral deficit or upper motor neuron sign",
        action=COMPRESSION_ACTION,
        signs=(*INFECTION_SIGNS, *NEW_DEFICIT),
        when=_with_new_deficit(INFECTION_SIGNS),
        citations=("nerveroot_guideline", "acr2021", "casazza2012", "melbourneED"),
        derived=True,
    ),
    *(
        RedFlag(
            rule_id=rule_id,
            label=label,
            group=Group.INFECTION,
            urgency=Urgency.URGENT,
            trigger=label,
            action="MRI at once, with blood count, CRP and cultures, looking for spinal infection.",
            signs=(sign,),
            citations=sources,
        )
        for rule_id, label, sign, sources in (
            ("RF-INFECTION-FEVER", "Fever", INFECTION_SIGNS[0], ("acr2021", "melbourneED")),
            ("RF-INFECTION-IVDU", "Intravenous drug use", INFECTION_SIGNS[1], ("melbourneED", "choosingwisely_nass")),
            ("RF-INFECTION-RECENT", "Recent infection", INFECTION_SIGNS[2], ("acr2021", "casazza2012")),
            ("RF-INFECTION-IMMUNE", "Immunosuppression", INFECTION_SIGNS[3], ("acr2021", "choosingwisely_nass")),
        )
    ),
)

FRACTURE = tuple(
    RedFlag(
        rule_id=rule_id,
        label=label,
        group=Group.FRACTURE,
        urgency=Urgency.URGENT,
        trigger=label,
        action="MRI at once, looking for a fracture.",
        signs=(asked(field),),
        citations=sources,
    )
    for rule_id, label, field, sources in (
        ("RF-FRACTURE-OSTEOPOROSIS", "Osteoporosis", "osteoporosis", ("acr2021", "choosingwisely_nass")),
        ("RF-FRACTURE-STEROID", "Steroid use", "steroid_use", ("downie2013", "henschke2009", "acr2021")),
        ("RF-FRACTURE-TRAUMA", "Significant trauma", "significant_trauma", ("downie2013", "henschke2009")),
    )
)
