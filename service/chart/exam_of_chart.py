"""From a chart to an examination: the exam form where one is fresh, and what coded entries say beside it.

A red flag that any of them raises is raised: none of them talks another down. Nothing that is odd is refused here; what
would contradict the rest is left out, red flags last.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import ValidationError

from features.consistency import CLOCK_SLACK
from features.exam import Exam
from service.chart.duration import SIX_WEEKS
from service.chart.facts import Chart, ExamOnFile, Question, Source
from service.chart.findings import DURATION, LASTING, ORDER, RED_FLAGS
from service.chart.gravity import alike
from service.chart.meanings import FRESH_DAYS
from service.chart.questionnaire_response import nested, read_response
from service.intake import read_exam
from service.problems import Refusal
from service.terminology.exam_items import exam_items
from service.terminology.exam_texts import item_text

STAND_IN_AGE: Final = 40
"""An age with which a form is held against the contract that does not state one; the chart has the person's own."""
AGE: Final = "patient.age_years"
SEVERITY: Final = "history.pain_severity"
SIGNS: Final = ("examination.", "other_leg.")
"""The codes of what is examined begin so."""
ENTERED_IN_ERROR: Final = "entered-in-error"
ONE_VISIT: Final = timedelta(days=1)
"""Forms of one day may be parts of one examination (what the front desk asked, what was found on the couch)."""
LESS_IS_WORSE: Final = frozenset({"red_flags.motor_deterioration_hours"})
"""The measured red flags that are graver the smaller they are; the others are graver the larger they are."""


def forms_of(source: Source, at: datetime) -> tuple[ExamOnFile | None, ExamOnFile | None, int]:
    """The form that counts as today's examination, the one before it, and how many could not be read.

    A form without a time, or of the future, cannot be placed and counts as unread. What several forms say of red flags
    is put together, so that one which asked about something else hides none; of two at the same time, all they say.
    """
    read, unread = [], 0
    for resource in source.resources:
        if _in_error(resource):
            continue
        form = _form(resource, at)
        if form is None:
            unread += 1
        else:
            read.append(form)
    # By what they say too, or the order in which they came would decide between two of the same time.
    read.sort(key=lambda each: (each.authored, json.dumps(each.body, sort_keys=True)), reverse=True)
    if not read or at - read[0].authored > timedelta(days=FRESH_DAYS):
        return None, _last_of(read, at), unread
    visit = [each for each in read[1:] if read[0].authored - each.authored <= ONE_VISIT]
    older = [each for each in read if each.authored < read[0].authored]
    return _completed(read[0], visit, at), _last_of(older, at), unread


def _in_error(resource: Any) -> bool:
    return isinstance(resource, Mapping) and resource.get("status") == ENTERED_IN_ERROR


def _form(resource: Any, at: datetime) -> ExamOnFile | None:
    """One form on file; None where it cannot be read, or says nothing that holds together."""
    try:
        form = read_response(resource, place="", now=at)
    except Refusal:
        return None
    if form.authored is None or form.authored > at + CLOCK_SLACK:
        return None
    found = ExamOnFile(body=nested(_without_age(form.body)), authored=form.authored)
    return found if _holds(_alone(found), at) else None


def _alone(form: ExamOnFile) -> dict[str, Any]:
    """A form as an examination, of somebody of the age that stands in."""
    who = {**form.body.get("patient", {}), "age_years": STAND_IN_AGE}
    return {**form.body, "patient": who, "examined_at": form.authored.isoformat()}


def _last_of(older: list[ExamOnFile], at: datetime) -> ExamOnFile | None:
    """The last of these forms, with what those before it say of red flags that it does not speak of."""
    return _completed(older[0], older[1:], at) if older else None


def _completed(form: ExamOnFile, others: list[ExamOnFile], at: datetime) -> ExamOnFile:
    """A form with the red flags of others, newest first, that it does not speak of; of the same time, with all.

    A flag that is there is not denied by a form of the same time, nor one that does not go away by any.
    """
    for other in others:
        same = other.authored == form.authored
        for code, value in _without_age(other.body).items():
            if _adds(code, value, _at(form.body, code), same=same):
                tried = replace(form, body=nested({**_without_age(form.body), code: value}))
                form = tried if _holds(_alone(tried), at) else form
    return form


def _adds(code: str, value: Any, known: Any, *, same: bool) -> bool:
    """Whether another form says something that counts beside what is known, of the same time or from before."""
    if known is not None:
        there = value is True and known is False
        return there and (code in LASTING or (same and code.startswith(RED_FLAGS)))
    return same or code.startswith(RED_FLAGS)


def exam_of(chart: Chart) -> Exam:
    """The examination that a chart of an adult states.

    Raises:
        ValueError: the age is not known, or is none of an adult.
    """
    age = _adult_age(chart)
    if age is None:
        raise ValueError("an examination needs the age of an adult")
    body = _body_around(chart, age)
    return _validated(_with(body, _kept(chart, body)), chart.at)


def _adult_age(chart: Chart) -> float | None:
    age, item = chart.person.age_years, exam_items()[AGE]
    return age if age is not None and (item.low or 0) <= age <= (item.high or age) else None


def _kept(chart: Chart, body: Mapping[str, Any]) -> dict[str, Any]:
    """What the chart states of the items, without what contradicts something graver."""
    ranked = dict(_by_rank(chart))
    if _holds(_with(body, ranked), chart.at):
        return ranked
    accepted: dict[str, Any] = {}
    for code, value in ranked.items():
        tried = {**accepted, code: value}
        if _holds(_with(body, tried), chart.at):
            accepted = tried
    return accepted


def _by_rank(chart: Chart) -> Iterator[tuple[str, Any]]:
    """Every statement once, those first that nothing else may talk down; what contradicts one before it is left out.

    Red flags that are there, then today's form, then the rest of the chart; last the sex, which pregnancy beats.
    """
    form, beside = _of_form(chart), {**chart.found.statements, **_carried(chart)}
    later = {code: beside[code] for code in _unlike(form, beside) if code.startswith(SIGNS) and _later(chart, code)}
    stated = {**beside, **form, **later}
    for code, value in beside.items():
        if _raises(code, value):
            stated[code] = _graver(code, value, form.get(code))
    if chart.person.sex is not None:
        stated["patient.sex"] = chart.person.sex
    sex = {code: value for code, value in stated.items() if code == "patient.sex"}
    yield from ((code, value) for code, value in stated.items() if _raises(code, value))
    yield from ((code, stated[code]) for code in form if not _raises(code, stated[code]) and code not in sex)
    yield from ((code, value) for code, value in stated.items() if not _raises(code, value) and code not in form | sex)
    yield from sex.items()


def disagreements(chart: Chart) -> tuple[Question, ...]:
    """What today's form and the rest of the chart do not say alike, red flags apart: those that are there count.

    A sign that was observed after the form was filled in, or is the reason for an order, takes the place of the form's;
    otherwise the form holds. Either way somebody has to look, as where a statement contradicts another and is left out.
    """
    form, beside = _of_form(chart), chart.found.statements
    apart = [code for code in _unlike(form, beside) if code.startswith(SIGNS) or _asks(chart, code)]
    days, known = form.get(DURATION), beside.get(DURATION)
    if days is not None and known is not None and (days < SIX_WEEKS) is not (known < SIX_WEEKS):
        apart.append(DURATION)
    asked = [*(_asked(code, "form and chart disagree") for code in apart)]
    asked += (
        _asked(code, "what the chart says contradicts the rest") for code in _left_out(chart) if code not in apart
    )
    return tuple(asked)


def _asked(code: str, why: str) -> Question:
    return Question(code=f"apart_{code}", text=f"{item_text(code).rstrip('.:?')}: {why}. Which holds?")


def _unlike(form: Mapping[str, Any], beside: Mapping[str, Any]) -> Iterator[str]:
    """Of what form and chart both state and say differently, all but the red flags."""
    both = (code for code in beside if code in form and not code.startswith(RED_FLAGS))
    return (code for code in both if not alike(form[code], beside[code]))


def _asks(chart: Chart, code: str) -> bool:
    """Whether it is asked about what is no sign: where the chart is not known to be older than the form.

    A pain score changes by the hour, and a duration counts where the plan is another.
    """
    if chart.exam is None or code in (DURATION, SEVERITY):
        return False
    return any(each.at is None or each.at >= chart.exam.authored for each in chart.found.basis.get(code, ()))


def _left_out(chart: Chart) -> Iterator[str]:
    """What the chart states and the examination does not, since it contradicts the rest."""
    age = _adult_age(chart)
    if age is None:
        return
    kept = _kept(chart, _body_around(chart, age))
    for code in (*chart.found.statements, *(("patient.sex",) if chart.person.sex else ())):
        if code not in kept and code in exam_items():
            yield code


def _later(chart: Chart, code: str) -> bool:
    """Whether the chart tells of a sign after today's form was filled in."""
    when = None if chart.exam is None else chart.exam.authored
    found = chart.found.basis.get(code, ())
    return any(each.source == ORDER or (each.at and when and each.at > when) for each in found)


def _of_form(chart: Chart) -> dict[str, Any]:
    """What today's form states, by code; the symptoms have lasted on since it was filled in."""
    if chart.exam is None:
        return {}
    found = _without_age(chart.exam.body)
    if DURATION in found:
        found[DURATION] += max((chart.at - chart.exam.authored).days, 0)
    return found


def _without_age(body: Mapping[str, Any]) -> dict[str, Any]:
    """What a body states, by code; the age is that of the chart."""
    return {code: value for code in exam_items() if code != AGE and (value := _at(body, code)) is not None}


def _carried(chart: Chart) -> dict[str, Any]:
    """What an older form said and does not go away."""
    before = chart.earlier.body if chart.earlier else {}
    return {code: True for code in LASTING if _at(before, code) is True}


def _raises(code: str, value: Any) -> bool:
    """Whether it is a flag that is there rather than denied; a measured number counts as it stands."""
    return code.startswith(RED_FLAGS) and value is not False


def _graver(code: str, value: Any, other: Any) -> Any:
    """The graver of two statements of a red flag: it is there rather than not; of two numbers, the worse."""
    if isinstance(value, bool) or isinstance(other, bool) or other is None:
        return value
    return min(value, other) if code in LESS_IS_WORSE else max(value, other)


def _body_around(chart: Chart, age: float) -> dict[str, Any]:
    """What of the body is no statement of an item: who, when, and the earlier examination."""
    at = chart.exam.authored if chart.exam else chart.at
    body: dict[str, Any] = {"patient": {"age_years": age}, "examined_at": at.isoformat()}
    if chart.earlier is not None:
        kept = ("examination", "other_leg", "red_flags")
        before = {name: chart.earlier.body[name] for name in kept if name in chart.earlier.body}
        earlier = {**body, "previous_examination": {**before, "examined_at": chart.earlier.authored.isoformat()}}
        if before and _holds(earlier, chart.at):
            return earlier
    return body


def _with(body: Mapping[str, Any], statements: Mapping[str, Any]) -> dict[str, Any]:
    """The body around with these statements."""
    sections = nested(statements)
    return {**body, **sections, "patient": {**sections.get("patient", {}), **body["patient"]}}


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
