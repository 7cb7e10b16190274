"""The probabilities of the roots as RiskAssessments: one for each leg that was examined and that the model answered.

In FHIR R4 `probabilityDecimal` is a percentage (RiskAssessment, invariant ras-2): 71.0 where `/v1` says 0.71. Read as a
share, or sent as one, it is wrong by a factor of a hundred, and no validator sees it.

While the model abstains no probability is sent: whoever shows the one number of a prediction would show one that the
model does not stand by. The answer on record keeps them.
"""

from typing import Final

from features.anatomy import ROOTS, NerveRoot, Side
from service.assessment import ClassifierAnswer, ClassifierStatus
from service.fhir.canonical import Resource
from service.fhir.elements import instant, notes, resource, stated
from service.fhir.occasion import RISK, RISK_OTHER_LEG, Occasion
from service.fhir.rationale import rationale
from service.rules.impression import Impression
from service.terminology.standard_codes import standard
from service.terminology.systems import NERVE_ROOTS, SNOMED

PERCENT_DECIMALS: Final = 1
LEAST_PERCENT: Final = 0.1
"""What rounds to certainty, and is none, is kept from it by one last digit."""

COARSER: Final = {NerveRoot.L4: "128196005", NerveRoot.L5: "128196005", NerveRoot.S1: "2415007"}
"""The standard code (SNOMED CT) beside ours: lumbar radiculopathy, for S1 lumbosacral. None of a single root was seen.
"""

INVOLVED: Final = "held to be involved"
NOT_RULED_OUT: Final = "cannot be ruled out"
OUTSIDE: Final = "outside the prediction set"
SILENT: Final = "no statement: the model abstains"

_SIDES: Final = {Side.LEFT: "left leg", Side.RIGHT: "right leg", Side.BILATERAL: "worse leg", None: "symptomatic leg"}
_OTHER_SIDES: Final = {Side.LEFT: "right leg", Side.RIGHT: "left leg"}


def risk_assessments(occasion: Occasion) -> dict[str, Resource]:
    """The RiskAssessments by name; none for a leg that the model did not answer."""
    answer = occasion.answer
    legs = [(RISK, answer.classifier, answer.impression, _SIDES[occasion.side])]
    if answer.other_leg is not None:
        other = _OTHER_SIDES.get(occasion.side, "other leg") if occasion.side else "other leg"
        legs.append((RISK_OTHER_LEG, answer.other_leg.classifier, answer.other_leg.impression, other))
    return {
        name: _risk(occasion, name, said, seen, leg)
        for name, said, seen, leg in legs
        if said.status is ClassifierStatus.OK
    }


def percentage(probability: float) -> float:
    """A probability in per cent, with one decimal; 0 and 100 only where it is exactly that."""
    if probability in (0, 1):
        return 100 * probability
    return min(max(round(100 * probability, PERCENT_DECIMALS), LEAST_PERCENT), 100 - LEAST_PERCENT)


def _risk(occasion: Occasion, name: str, said: ClassifierAnswer, seen: Impression, leg: str) -> Resource:
    answer = occasion.answer
    made_by = answer.provenance
    return resource(
        "RiskAssessment",
        id=occasion.id_of(name),
        status="final",
        method={
            "text": f"nerveroot classifier {made_by.model_version}: calibrated probability in per cent that a root is "
            f"involved; rules {made_by.ruleset_version}"
        },
        code={"text": f"Involvement of the nerve roots L4, L5 and S1, {leg}"},
        subject=occasion.subject,
        occurrenceDateTime=instant(occasion.examined_at),
        performer=occasion.performer,
        basis=list(occasion.basis),
        prediction=[_prediction(said, root, leg) for root in ROOTS],
        note=notes((seen.text, *_statements(said), *(each.text for each in answer.caveats), answer.disclaimer)),
    )


def _prediction(said: ClassifierAnswer, root: NerveRoot, leg: str) -> Resource:
    probability = None if said.abstained else said.roots[root].probability
    return stated(
        outcome={
            "coding": [
                {"system": NERVE_ROOTS, "code": root.value, "display": f"Nerve root {root.value}"},
                standard(SNOMED, COARSER[root]).coding,
            ],
            "text": f"{root.value} radiculopathy, {leg}",
        },
        probabilityDecimal=None if probability is None else percentage(probability),
        qualitativeRisk={"text": standing(said, root)},
        rationale=rationale(said, root),
    )


def standing(said: ClassifierAnswer, root: NerveRoot) -> str:
    """What is held of one root."""
    if said.abstained:
        return SILENT
    if root in said.likely_roots:
        return INVOLVED
    return NOT_RULED_OUT if root in said.prediction_set else OUTSIDE


def _statements(said: ClassifierAnswer) -> tuple[str, ...]:
    """What the probabilities of single roots do not say: the prediction set, none of the three, why none is named."""
    none = "" if said.none_probability is None else f"None of the three: {percentage(said.none_probability)} %."
    if said.abstained:
        withheld = "The model names no root and rules none out, so no probability is given."
        return (withheld, *(f"{each.reason} {each.mend}" for each in said.abstentions))
    roots = ", ".join(root.value for root in said.prediction_set) or "none"
    ruled_out = "" if said.coverage is None else f"Not ruled out at {100 * said.coverage:g} % coverage: {roots}."
    return (ruled_out, none)
