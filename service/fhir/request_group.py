"""The plan as a RequestGroup: one action for each thing to do, with its sources (profile cdshooksrequestgroup)."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final

from service.assessment import Assessment
from service.fhir.canonical import Resource
from service.fhir.elements import PRIORITY, instant, notes, resource, rule_concept, stated, uri_identifier
from service.fhir.occasion import PLAN, RULES_DEVICE, Occasion
from service.fhir.service_requests import URGENCIES, Proposal, imaging_priority, surgery_priority
from service.rules.follow_up import TODAY
from service.rules.guideline import Category, Citation, Urgency
from service.rules.pathway import Phase
from service.terminology.systems import RULES

PROFILE: Final = "http://hl7.org/fhir/StructureDefinition/cdshooksrequestgroup"

TITLES: Final[Mapping[Category, str]] = {
    Category.EDUCATION: "Explain",
    Category.ACTIVITY: "Activity",
    Category.MEDICATION: "Medication",
    Category.PHYSIOTHERAPY: "Physiotherapy",
    Category.INJECTION: "Injection",
    Category.IMAGING: "Imaging",
    Category.REFERRAL: "Referral and work-up",
    Category.SURGERY: "Operation",
    Category.FOLLOW_UP: "Follow-up",
    Category.SAFETY_NET: "Safety net",
}
PHASES: Final[Mapping[Phase, str]] = {
    Phase.EMERGENCY: "Emergency",
    Phase.RED_FLAG_WORKUP: "Work-up of red flags",
    Phase.MOTOR_DEFICIT_REFERRAL: "Referral for a motor deficit",
    Phase.INITIAL_CONSERVATIVE_CARE: "Initial conservative care",
    Phase.PERSISTENT_SYMPTOMS: "Persistent symptoms",
    Phase.RECOVERED: "Recovered",
}


def request_group(occasion: Occasion, proposed: Iterable[Proposal]) -> Resource:
    """The plan; `proposed` are the orders that its actions stand for."""
    answer = occasion.answer
    management = answer.management
    orders = {rule_id: each.name for each in proposed for rule_id in each.rule_ids}
    overriding = [flag for flag in answer.red_flags.present if flag.rule_id in management.overridden_by]
    return resource(
        "RequestGroup",
        id=occasion.id_of(PLAN),
        meta={"profile": [PROFILE]},
        identifier=[uri_identifier(occasion.url(PLAN))],
        instantiatesUri=[RULES],
        groupIdentifier=uri_identifier(occasion.assessment),
        status="draft",
        intent="proposal",
        priority=PRIORITY[answer.urgency],
        code={"text": PHASES[management.phase]},
        subject=occasion.subject,
        authoredOn=instant(answer.created_at),
        author=occasion.reference(RULES_DEVICE),
        reasonCode=[rule_concept(flag.rule_id, flag.label) for flag in overriding],
        note=notes((*_not_asked_for(answer), answer.disclaimer)),
        action=[_with_order(occasion, orders, each) for each in _actions(occasion)],
    )


def _not_asked_for(answer: Assessment) -> Iterable[str]:
    """Why nothing is done where nothing is done; an action would ask for it."""
    imaging, surgery = answer.management.imaging, answer.management.surgery
    if not imaging.indicated:
        yield f"No imaging now ({imaging.rule_id}): {imaging.because}"
    if not surgery.indicated:
        yield f"No surgeon now ({surgery.rule_id}): {surgery.because}"


def _actions(occasion: Occasion) -> Iterable[tuple[str, Resource]]:
    """Everything to do, with the rule that asks for it: what comes first of all, then the rest of the plan."""
    answer = occasion.answer
    plan = answer.management
    advised = [
        (
            URGENCIES.get(each.rule_id, Urgency.ROUTINE),
            _action(
                answer,
                each.rule_id,
                TITLES[each.category],
                each.text,
                PRIORITY[URGENCIES.get(each.rule_id, Urgency.ROUTINE)],
                each.citations,
                textEquivalent=each.text_for_patient,
            ),
        )
        for each in plan.recommendations
    ]
    yield from (action for urgency, action in advised if urgency is not Urgency.ROUTINE)
    image, surgeon, look = plan.imaging, plan.surgery, plan.follow_up
    if image.indicated:
        yield _action(answer, image.rule_id, "Imaging", image.because, imaging_priority(answer), image.citations)
    if surgeon.indicated:
        yield _action(
            answer, surgeon.rule_id, "Spinal surgeon", surgeon.because, surgery_priority(answer), surgeon.citations
        )
    yield from (action for urgency, action in advised if urgency is Urgency.ROUTINE)
    today = answer.created_at.astimezone(occasion.examined_at.tzinfo).date()
    window = {"start": today.isoformat(), "end": (today + timedelta(days=look.within_days)).isoformat()}
    soon = PRIORITY[answer.urgency] if look.within_days == TODAY else PRIORITY[Urgency.ROUTINE]
    yield _action(answer, look.rule_id, "Follow-up", look.because, soon, look.citations, timingPeriod=window)


def _action(
    answer: Assessment,
    rule_id: str,
    title: str,
    description: str,
    priority: str,
    citations: Iterable[str],
    **more: object,
) -> tuple[str, Resource]:
    return rule_id, stated(
        title=title,
        description=description,
        priority=priority,
        code=[rule_concept(rule_id)],
        documentation=[_source(answer.citations[key]) for key in citations],
        **more,
    )


def _with_order(occasion: Occasion, orders: Mapping[str, str], action: tuple[str, Resource]) -> Resource:
    """The action, and the order that it stands for; actions within an action are not used (invariant rqg-1)."""
    rule_id, made = action
    return {**made, "resource": occasion.reference(orders[rule_id])} if rule_id in orders else made


def _source(source: Citation) -> Resource:
    year = "" if source.year is None else f" ({source.year})"
    return stated(
        type="citation",
        label=source.key,
        display=source.title,
        citation=f"{source.authors}. {source.title}. {source.published_in}{year}.",
        url=f"https://doi.org/{source.doi}" if source.doi else source.url,
    )
