"""What a card offers to do: take an order back that comes too early, physiotherapy, the exam form.

Nothing is offered that takes an order back unless it is too early and enough is known to say so, and nothing at all
where something is pressing.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from math import ceil
from typing import Any, Final
from uuid import UUID, uuid5

from service.cds.case import Case
from service.cds.question import Verdict, deceased
from service.rules.pathway import CONSERVATIVE_DAYS, CONSERVATIVE_WEEKS
from service.terminology.standard_codes import standard
from service.terminology.systems import CONTENT_VERSION, QUESTIONNAIRE, SNOMED
from service.terminology.tasks import COMPLETE_EXAM_FORM, REASSESS_IMAGING, TaskCode

DEFER: Final = "defer-imaging"
PHYSIOTHERAPY: Final = "physiotherapy"
EXAM_FORM: Final = "exam-form"
NAMES: Final = (DEFER, PHYSIOTHERAPY, EXAM_FORM)
"""What a suggestion can be; its uuid is made of the id of the card and its name."""

TOGETHER: Final = "any"
"""The `selectionBehavior`: they go well together."""

NO_TREATMENT: Final = frozenset({"IM-RECOVERED", "IM-RELIEVED"})
"""The reasons against imaging that leave nothing to be treated."""

_PHYSIOTHERAPY: Final = standard(SNOMED, "91251008")

Suggestion = dict[str, Any]


def suggestion_id(card: str, name: str) -> str:
    """The uuid of one suggestion of a card; the same card has the same whenever it is asked."""
    return str(uuid5(UUID(card), name))


def names_by_id(card: str) -> Mapping[str, str]:
    """What each suggestion of a card is called, by its uuid."""
    return {suggestion_id(card, name): name for name in NAMES}


def suggestions(case: Case) -> tuple[Suggestion, ...]:
    """What is offered; nothing to somebody who only opened the chart."""
    return tuple(_offered(case)) if case.order is not None else ()


def _offered(case: Case) -> Iterator[Suggestion]:
    """What is offered, what is recommended first.

    The exam form comes first as long as the screen for red flags is open: that none is coded talks nobody out of a
    scan. Taking the order back is recommended once every red flag was asked.
    """
    screened = case.assessment.red_flags.screen_complete
    if deceased(case.chart) or case.verdict not in (Verdict.NOT_NOW, Verdict.NOT_ENOUGH):
        return
    early = case.verdict is Verdict.NOT_NOW
    if not screened and (early or case.chart.exam is None):
        yield _exam_form(case, recommended=early)
    if early:
        if case.order is not None and case.order.removable and case.order.reference is not None:
            yield _defer(case, case.order.reference, recommended=screened)
        if case.assessment.management.imaging.rule_id not in NO_TREATMENT:
            yield _physiotherapy(case)
    if screened and case.chart.exam is None:
        yield _exam_form(case, recommended=False)


def _defer(case: Case, reference: str, *, recommended: bool) -> Suggestion:
    due = weighed_from(case)
    when = "" if due is None else f", from {due} on"
    task = _task(case, REASSESS_IMAGING, "See the person again and weigh imaging again; at once if a red flag appears.")
    if due is not None:
        task["restriction"] = {"period": {"start": due.isoformat()}}
    return _suggestion(
        case,
        DEFER,
        f"Take this order back and weigh imaging again{when}",
        {"type": "delete", "description": "Remove this order of lumbar imaging.", "resourceId": reference},
        {"type": "create", "description": f"Plan to weigh imaging again{when}.", "resource": task},
        **_if(recommended),
    )


def weighed_from(case: Case) -> date | None:
    """The day from which imaging is weighed: six weeks of symptoms, and of care where that is what is short.

    None where the plan is not about time, or nobody said since when.
    """
    days = case.exam.history.symptom_duration_days
    weeks = case.exam.treatment.conservative_care_weeks
    left = (
        None if days is None else CONSERVATIVE_DAYS - days,
        None if weeks is None else 7 * (CONSERVATIVE_WEEKS - weeks),
    )
    stated = [each for each in left if each is not None]
    if not stated or max(stated) <= 0:
        return None
    return (case.chart.at + timedelta(days=ceil(max(stated)))).date()


def _physiotherapy(case: Case) -> Suggestion:
    proposal = {
        "resourceType": "ServiceRequest",
        "status": "draft",
        "intent": "proposal",
        "code": {"coding": [_PHYSIOTHERAPY.coding]},
        "subject": {"reference": f"Patient/{case.patient_id}"},
        "authoredOn": _moment(case.chart.at),
    }
    description = "Propose physiotherapy, as a draft."
    return _suggestion(
        case,
        PHYSIOTHERAPY,
        "Propose physiotherapy",
        {"type": "create", "description": description, "resource": proposal},
    )


def _exam_form(case: Case, *, recommended: bool) -> Suggestion:
    task = _task(case, COMPLETE_EXAM_FORM, "Answer the exam form; what stays open counts as not assessed.")
    task["input"] = [
        {"type": {"text": "Questionnaire"}, "valueCanonical": f"{QUESTIONNAIRE}|{CONTENT_VERSION}"},
    ]
    description = "Ask for the exam form to be completed."
    return _suggestion(
        case,
        EXAM_FORM,
        "Complete the exam form",
        {"type": "create", "description": description, "resource": task},
        **_if(recommended),
    )


def _if(recommended: bool) -> dict[str, bool]:
    return {"isRecommended": True} if recommended else {}


def _task(case: Case, code: TaskCode, description: str) -> dict[str, Any]:
    return {
        "resourceType": "Task",
        "status": "requested",
        "intent": "proposal",
        "code": {"coding": [code.coding]},
        "description": description,
        "for": {"reference": f"Patient/{case.patient_id}"},
        "authoredOn": _moment(case.chart.at),
    }


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _suggestion(case: Case, name: str, label: str, *actions: dict[str, Any], **more: bool) -> Suggestion:
    return {"label": label, "uuid": suggestion_id(case.assessment.id, name), **more, "actions": list(actions)}
