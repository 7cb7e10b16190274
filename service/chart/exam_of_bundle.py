"""An examination that is sent as coded resources of one Patient, read strictly: every fault with its place."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from features.exam import Exam
from service.chart.conditions import Problem, problem_of
from service.chart.duration import duration_days
from service.chart.entries import Unreadable
from service.chart.findings import DURATION
from service.chart.meanings import NEW_DAYS
from service.chart.medications import KINDS
from service.chart.medications import told_by as told_by_drug
from service.chart.observations import BEGINNING, Stated
from service.chart.observations import told_by as told_by_observation
from service.chart.person import read_person
from service.chart.questionnaire_response import nested, not_a_form, read_response
from service.intake import read_exam
from service.problems import Fault, Refusal
from service.terminology.exam_items import exam_items

SUBJECTS: Final = ("subject", "patient")


class _Sent:
    """What has been read of a Bundle: statements by their codes, where each stands, and the faults."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.statements: dict[str, tuple[datetime, Any, str]] = {}
        self.problems: list[tuple[Problem, str]] = []
        self.drugs: dict[str, str] = {}
        self.places: dict[str, str] = {}
        self.faults: list[Fault] = []
        self.times: list[datetime] = []

    def state(self, code: str, value: Any, at: datetime, place: str) -> None:
        """The newest statement of an item counts, of two at the same time a flag that is there."""
        known = self.statements.get(code)
        if known is None or at > known[0] or (at == known[0] and value is True):
            self.statements[code] = (at, value, place)


def exam_of_bundle(bundle: Mapping[str, Any], *, place: str, at: datetime) -> Exam:
    """The examination of the one Patient in a Bundle; `place` is the pointer of the Bundle in what was sent.

    It was done when the newest of its observations, or its form, says; without any time, at `at`.

    Raises:
        Refusal: 422 with every fault and its place.
    """
    resources = _resources(bundle, place)
    patient, patient_place, full_url = _patient(resources, place)
    person, sent = read_person(patient, at), _Sent(at)
    for resource, where, _ in resources:
        _refuse_others(resource, where, patient.get("id"), full_url, sent.faults)
        _read(resource, where, sent)
    if person.age_years is None:
        sent.faults.append(Fault(pointer=f"{patient_place}/birthDate", detail="is required: the age counts."))
    if sent.faults:
        raise not_a_form(sent.faults)
    who = {"patient.age_years": person.age_years, **({} if person.sex is None else {"patient.sex": person.sex})}
    body = nested({**_statements(sent), **who})
    if sent.times:
        body["examined_at"] = max(sent.times).isoformat()
    try:
        return read_exam(json.dumps(body).encode(), at)
    except Refusal as refused:
        stated = {code: where for code, (_, _, where) in sent.statements.items()} | sent.places | sent.drugs
        places = {exam_items()[code].pointer: where for code, where in stated.items()}
        places["/patient/age_years"] = f"{patient_place}/birthDate"
        raise not_a_form(
            [Fault(pointer=places.get(each.pointer, place), detail=each.detail) for each in refused.problem.errors]
        ) from None


def _resources(bundle: Mapping[str, Any], place: str) -> list[tuple[Mapping[str, Any], str, Any]]:
    """Every resource with its place and its fullUrl."""
    entries = bundle.get("entry")
    if not isinstance(entries, list) or not entries:
        raise not_a_form([Fault(pointer=f"{place}/entry", detail="must hold a Patient and what was found.")])
    found = []
    for number, entry in enumerate(entries):
        resource = entry.get("resource") if isinstance(entry, Mapping) else None
        if not isinstance(resource, Mapping):
            raise not_a_form([Fault(pointer=f"{place}/entry/{number}", detail="must hold a resource.")])
        found.append((resource, f"{place}/entry/{number}/resource", entry.get("fullUrl")))
    return found


def _patient(resources: list[tuple[Mapping[str, Any], str, Any]], place: str) -> tuple[Mapping[str, Any], str, Any]:
    patients = [each for each in resources if each[0].get("resourceType") == "Patient"]
    if len(patients) != 1:
        raise not_a_form([Fault(pointer=f"{place}/entry", detail="must hold one Patient, with a birth date.")])
    return patients[0]


def _statements(sent: _Sent) -> dict[str, Any]:
    """All that was stated; a red flag that a problem raises is not talked down by anything else."""
    given = {code: value for code, (_, value, _) in sent.statements.items() if value is not None}
    days = duration_days((problem for problem, _ in sent.problems), sent.at.date())
    found = {} if days is None else {DURATION: days}
    raised = {code: value for code, value in _of_problems(sent) if code.startswith("red_flags.") or code not in given}
    return {**found, **given, **dict.fromkeys(sent.drugs, True), **raised}


def _read(resource: Mapping[str, Any], where: str, sent: _Sent) -> None:
    kind = resource.get("resourceType")
    try:
        if kind == "Observation":
            _read_observation(resource, where, sent)
        elif kind == "Condition":
            problem = problem_of(resource, sent.at.date())
            if problem is not None:
                sent.problems.append((problem, where))
        elif kind in KINDS:
            sent.drugs |= {code: where for code, _ in told_by_drug(resource)}
        elif kind == "QuestionnaireResponse":
            _read_form(resource, where, sent)
        elif kind != "Patient":
            sent.faults.append(Fault(pointer=where, detail="is of a type that says nothing here: leave it out."))
    except Unreadable as found:
        sent.faults.append(Fault(pointer=where, detail=f"cannot be understood ({found})."))
    except Refusal as refused:
        sent.faults.extend(refused.problem.errors)


def _read_form(resource: Mapping[str, Any], where: str, sent: _Sent) -> None:
    form = read_response(resource, place=where, now=sent.at)
    sent.times += [form.authored] if form.authored else []
    for code, item in exam_items().items():
        if item.pointer in form.places:
            value: Any = form.body
            for name in code.split("."):
                value = value.get(name) if isinstance(value, Mapping) else None
            sent.state(code, value, form.authored or BEGINNING, form.places[item.pointer])


def _read_observation(resource: Mapping[str, Any], where: str, sent: _Sent) -> None:
    told = told_by_observation(resource, sent.at)
    if told is None:
        return
    if told.at != BEGINNING:
        sent.times.append(told.at)
    if isinstance(told, Stated):
        sent.state(told.item.code, told.value, told.at, where)
    elif told.present:
        sent.problems.append((Problem(meanings=told.meanings, label=told.label), where))
    else:
        for meaning in told.meanings:
            if meaning.item and meaning.value is True:
                sent.state(meaning.item, False, told.at, where)


def _of_problems(sent: _Sent) -> Iterator[tuple[str, Any]]:
    today = sent.at.date()
    for problem, where in sent.problems:
        for meaning in problem.meanings:
            new = not meaning.while_new or problem.is_new(today, NEW_DAYS)
            if meaning.item is not None and new and (not problem.over or meaning.lasting):
                sent.places.setdefault(meaning.item, where)
                yield meaning.item, meaning.value


def _refuse_others(
    resource: Mapping[str, Any], where: str, identifier: Any, full_url: Any, faults: list[Fault]
) -> None:
    """A resource about somebody else is a fault: people must not be mixed up."""
    for name in SUBJECTS:
        subject = resource.get(name)
        reference = subject.get("reference") if isinstance(subject, Mapping) else None
        if isinstance(reference, str) and not _same(reference, identifier, full_url):
            faults.append(Fault(pointer=f"{where}/{name}", detail="is somebody else than the Patient of the Bundle."))


def _same(reference: str, identifier: Any, full_url: Any) -> bool:
    if reference == full_url:
        return True
    named = reference.partition("/_history/")[0].rsplit("/", 2)
    return isinstance(identifier, str) and named[-2:] == ["Patient", identifier]
