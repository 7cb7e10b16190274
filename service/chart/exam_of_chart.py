"""From a chart to an examination: the exam form where one is fresh, and what coded entries say beside it.

A red flag that any of them raises is raised: none of them talks another down. Nothing that is odd is refused here; what
would contradict the rest is left out, red flags last.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import ValidationError

from features.exam import Exam
from service.chart.facts import Chart, ExamOnFile, Source
from service.chart.findings import DURATION, LASTING, RED_FLAGS
from service.chart.meanings import FRESH_DAYS
from service.chart.questionnaire_response import nested, read_response
from service.intake import read_exam
from service.problems import Refusal
from service.terminology.exam_items import exam_items

STAND_IN_AGE: Final = 40
"""An age with which a form is held against the contract that does not state one; the chart has the person's own."""


def forms_of(source: Source, at: datetime) -> tuple[ExamOnFile | None, ExamOnFile | None, int]:
    """The form that counts as today's examination, the one before it, and how many could not be read.

    A form without a time, or of the future, cannot be placed and counts as unread.
    """
    read, unread = [], 0
    for resource in source.resources:
        form = _form(resource, at)
        if form is None:
            unread += 1
        else:
            read.append(form)
    read.sort(key=lambda each: each.authored, reverse=True)
    fresh = read[0] if read and at - read[0].authored <= timedelta(days=FRESH_DAYS) else None
    older = read[1:] if fresh is not None else read
    return fresh, next((each for each in older if fresh is None or each.authored < fresh.authored), None), unread


def _form(resource: Any, at: datetime) -> ExamOnFile | None:
    """One form on file; None where it cannot be read, or says nothing that holds together."""
    try:
        form = read_response(resource, place="", now=at)
        if form.authored is None or form.authored > at:
            return None
        _validated({**form.body, "patient": {"age_years": STAND_IN_AGE}}, at)
    except (Refusal, ValidationError):
        return None
    return ExamOnFile(
        body={name: each for name, each in form.body.items() if name != "patient"}, authored=form.authored
    )


def exam_of(chart: Chart) -> Exam:
    """The examination that a chart of an adult states.

    Raises:
        ValueError: the age is not known, or is none of an adult.
    """
    if chart.person.age_years is None:
        raise ValueError("an examination needs an age")
    at = chart.exam.authored if chart.exam else chart.at
    statements = _of_form(chart)
    beside = {**_carried(chart), **chart.found.statements}
    raised = {code: value for code, value in beside.items() if code.startswith(RED_FLAGS) and _raises(value)}
    rest = {code: value for code, value in beside.items() if code not in raised and code not in statements}
    body = {**_body_around(chart, at)}
    if _holds(whole := {**body, **_sections(body, {**statements, **raised, **rest})}, chart.at):
        return _validated(whole, chart.at)
    # What contradicts the form is left out, one by one; red flags are tried first, so that the rest gives way to them.
    accepted = statements
    for code, value in (*raised.items(), *rest.items()):
        tried = {**accepted, code: value}
        if _holds({**body, **_sections(body, tried)}, chart.at):
            accepted = tried
        elif code in raised:
            accepted = _making_room(body, accepted, code, value, chart.at)
    return _validated({**body, **_sections(body, accepted)}, chart.at)


def _making_room(
    body: Mapping[str, Any], accepted: Mapping[str, Any], code: str, value: Any, now: datetime
) -> dict[str, Any]:
    """The statements with a red flag that contradicts some of them: those give way."""
    kept: dict[str, Any] = {code: value}
    for name, stated in accepted.items():
        tried = {**kept, name: stated}
        if name != code and _holds({**body, **_sections(body, tried)}, now):
            kept = tried
    return kept


def _of_form(chart: Chart) -> dict[str, Any]:
    """What today's form states, by code; the symptoms have lasted on since it was filled in."""
    if chart.exam is None:
        return {}
    found = {code: value for code in exam_items() if (value := _at(chart.exam.body, code)) is not None}
    if DURATION in found:
        found[DURATION] += (chart.at - chart.exam.authored).days
    return {code: value for code, value in found.items() if not code.startswith("patient.")}


def _carried(chart: Chart) -> dict[str, Any]:
    """What an older form said and does not go away."""
    before = chart.earlier.body if chart.earlier else {}
    return {code: True for code in LASTING if _at(before, code) is True}


def _raises(value: Any) -> bool:
    """Whether a statement of the screen raises a flag rather than denying it; a measured number counts as it stands."""
    return value is not False


def _body_around(chart: Chart, at: datetime) -> dict[str, Any]:
    """What of the body is no statement of an item: who, when, and the earlier examination."""
    sex = {} if chart.person.sex is None else {"sex": chart.person.sex}
    body: dict[str, Any] = {"patient": {"age_years": chart.person.age_years, **sex}, "examined_at": at.isoformat()}
    if chart.earlier is not None:
        kept = ("examination", "other_leg", "red_flags")
        before = {name: chart.earlier.body[name] for name in kept if name in chart.earlier.body}
        earlier = {**body, "previous_examination": {**before, "examined_at": chart.earlier.authored.isoformat()}}
        if before and _holds(earlier, chart.at):
            return earlier
    return body


def _sections(body: Mapping[str, Any], statements: Mapping[str, Any]) -> dict[str, Any]:
    sections = nested(statements)
    return {**sections, "patient": {**sections.get("patient", {}), **body["patient"]}}


def _at(body: Any, code: str) -> Any:
    for name in code.split("."):
        body = body.get(name) if isinstance(body, Mapping) else None
    return body


def _holds(body: Mapping[str, Any], now: datetime) -> bool:
    try:
        _validated(body, now)
    except (Refusal, ValidationError):
        return False
    return True


def _validated(body: Mapping[str, Any], now: datetime) -> Exam:
    return read_exam(json.dumps(body).encode(), now)
