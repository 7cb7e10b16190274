"""The whole answer as a Bundle of type collection, with what made it: two Devices, and the Provenance.

The order is that of reading: what came of it, red flags, plan and orders, probabilities last.
"""

from service.fhir.canonical import Resource
from service.fhir.detected_issues import detected_issues
from service.fhir.device import model_device, rules_device
from service.fhir.elements import instant, resource, stated, uri_identifier
from service.fhir.guidance_response import guidance_response
from service.fhir.occasion import GUIDANCE, MODEL, PLAN, PROVENANCE, RULES_DEVICE, Occasion
from service.fhir.request_group import request_group
from service.fhir.risk_assessment import risk_assessments
from service.fhir.service_requests import proposals


def answer_bundle(occasion: Occasion) -> Resource:
    """The answer; its `identifier` is the id under which it is on record."""
    proposed, risks = proposals(occasion), risk_assessments(occasion)
    made = {
        GUIDANCE: guidance_response(occasion),
        **detected_issues(occasion),
        PLAN: request_group(occasion, proposed),
        **{each.name: each.resource for each in proposed},
        **risks,
    }
    makers = {RULES_DEVICE: rules_device(occasion.answer.provenance)}
    model = model_device(occasion.answer.provenance, occasion.card)
    if risks and model is not None:
        makers[MODEL] = model
    everything = {**made, **makers, PROVENANCE: _provenance(occasion, tuple(made), tuple(makers))}
    return {
        "resourceType": "Bundle",
        "identifier": uri_identifier(occasion.assessment),
        "type": "collection",
        "timestamp": instant(occasion.answer.created_at),
        "entry": [{"fullUrl": occasion.url(name), "resource": each} for name, each in everything.items()],
    }


def _provenance(occasion: Occasion, made: tuple[str, ...], makers: tuple[str, ...]) -> Resource:
    """Which model, rules and software made the answer, of what."""
    kinds = {MODEL: "statistical model", RULES_DEVICE: "rules and software"}
    return resource(
        "Provenance",
        id=occasion.id_of(PROVENANCE),
        target=[occasion.reference(name) for name in made],
        occurredDateTime=instant(occasion.answer.created_at),
        recorded=instant(occasion.answer.created_at),
        activity={"text": "Assessment of an examination"},
        agent=[stated(type={"text": kinds[name]}, who=occasion.reference(name)) for name in makers],
        entity=[{"role": "source", "what": each} for each in occasion.basis],
    )
