"""An examination that is sent as coded resources of one Patient, read strictly: every fault with its place."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

from features.consistency import CLOCK_SLACK
from features.exam import Exam
from service.chart.bundle_entries import (
    BundleEntry,
    entries_of,
    is_concept,
    is_of_another_form,
    is_outcome_of_failure,
    may_be_read,
)
from service.chart.conditions import Problem, problem_of
from service.chart.duration import duration_days
from service.chart.entries import Unreadable, days_of, is_modified, moment_of
from service.chart.findings import DURATION, RED_FLAGS
from service.chart.meanings import NEW_DAYS
from service.chart.medications import KINDS
from service.chart.medications import told_by as told_by_drug
from service.chart.observations import BEGINNING, Stated, time_of
from service.chart.observations import told_by as told_by_observation
from service.chart.person import read_person
from service.chart.questionnaire_response import MODIFIED, nested, not_a_form, read_response
from service.chart.statements import Statement, that_count
from service.chart.whose import one_patient
from service.intake import read_exam
from service.problems import Fault, Refusal
from service.terminology.exam_items import exam_items

AGE, SEX = "patient.age_years", "patient.sex"
_OF_PATIENT: Final = {AGE: "birthDate", SEX: "gender"}
"""Where a Patient states what an examination states too."""
NO_SEX: Final = (None, "unknown")
MOST_YEARS_APART: Final = 1
"""How far a stated age may be from that of the birth date: a birthday has passed, or years were rounded."""
OBSERVATION, CONDITION, FORM = "Observation", "Condition", "QuestionnaireResponse"
READ: Final = (OBSERVATION, CONDITION, *KINDS)


class _Sent:
    """What has been read of a Bundle: statements, problems and drugs, where each stands, and the faults."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.stated: dict[str, list[Statement]] = {}
        self.problems: list[tuple[Problem, str]] = []
        self.drugs: dict[str, str] = {}
        self.times: list[tuple[datetime, str]] = []
        self.forms = 0
        self.faults: list[Fault] = []

    def state(self, code: str, value: Any, at: datetime, place: str, latest: datetime | None = None) -> None:
        """One statement; that something was not assessed says nothing, and talks nothing down."""
        if value is not None:
            told = Statement(code=code, value=value, at=at, place=place, latest=latest)
            self.stated.setdefault(code, []).append(told)

    def fault(self, place: str, detail: str) -> None:
        """Something that is wrong."""
        self.faults.append(Fault(pointer=place, detail=detail))

    @property
    def examined(self) -> datetime:
        """When it was done: when the newest statement was made."""
        return max((at for at, _ in self.times), default=self.at)


def exam_of_bundle(bundle: Mapping[str, Any], *, place: str, at: datetime) -> Exam:
    """The examination of the one Patient in a Bundle; `place` is the pointer of the Bundle in what was sent.

    It was done when the newest of its observations, or its form, says; without any time, at `at`. What is nothing that
    this service reads is left out: it may be as it likes.

    Raises:
        Refusal: 422 with every fault and its place.
    """
    entries = entries_of(bundle, place)
    patient = _patient(entries, place)
    person, sent = read_person(patient.resource, at), _Sent(at)
    owner = one_patient(patient.resource, patient.full_url)
    if is_modified(bundle):
        sent.fault(place, MODIFIED)
    # What is over, and what is new, is so on the day of the examination: first all that says which day that was.
    for entry in sorted(entries, key=lambda each: each.kind == CONDITION):
        if entry.kind in (FORM, *READ):
            sent.faults += owner.faults(entry.resource, entry.place, entry.full_url)
        _read(entry, sent)
    _check_times(sent)
    sex = _check_person(sent, patient, person.age_years, person.sex)
    counting, contradicting = that_count(sent.stated, sent.examined)
    sent.faults += contradicting
    if sent.faults or person.age_years is None:
        raise not_a_form(sent.faults)
    body = nested({**_statements(sent, counting), AGE: person.age_years, **({} if sex is None else {SEX: sex})})
    if sent.times:
        body["examined_at"] = sent.examined.isoformat()
    try:
        return read_exam(json.dumps(body).encode(), at)
    except Refusal as refused:
        places = {code: where for problem, where in sent.problems for code in _items_of(problem)} | sent.drugs
        places |= {code: each.place for code, each in counting.items()}
        places |= {code: f"{patient.place}/{name}" for code, name in _OF_PATIENT.items() if code not in counting}
        by_pointer = {exam_items()[code].pointer: where for code, where in places.items()}
        by_pointer["/examined_at"] = max(sent.times, default=(at, place))[1]
        raise not_a_form(
            [Fault(pointer=by_pointer.get(each.pointer, place), detail=each.detail) for each in refused.problem.errors]
        ) from None


def _patient(entries: list[BundleEntry], place: str) -> BundleEntry:
    patients = [each for each in entries if each.kind == "Patient"]
    if len(patients) != 1:
        raise not_a_form([Fault(pointer=f"{place}/entry", detail="must hold one Patient, with a birth date.")])
    return patients[0]


def _read(entry: BundleEntry, sent: _Sent) -> None:
    """Read one entry; of what is of no concern here nothing is a fault."""
    if entry.kind in (OBSERVATION, CONDITION):
        if not is_concept(entry.resource.get("code")):
            sent.fault(entry.place, "has a code that is no CodeableConcept.")
        if not may_be_read(entry):
            return
    if entry.kind == FORM and is_of_another_form(entry.resource):
        return
    if entry.modified and entry.kind in ("Patient", FORM, *READ):
        sent.fault(entry.place, MODIFIED)
        return
    try:
        _read_resource(entry.kind, entry.resource, entry.place, sent)
    except Unreadable as found:
        sent.fault(entry.place, f"cannot be understood ({found}).")
    except Refusal as refused:
        sent.faults += refused.problem.errors


def _read_resource(kind: str, resource: Mapping[str, Any], where: str, sent: _Sent) -> None:
    if kind == OBSERVATION:
        _read_observation(resource, where, sent)
    elif kind == CONDITION:
        problem = problem_of(resource, sent.examined.date())
        if problem is not None:
            sent.problems.append((problem, where))
    elif kind in KINDS:
        sent.drugs |= {code: where for code, _ in told_by_drug(resource)}
    elif kind == FORM:
        _read_form(resource, where, sent)
    elif not kind or is_outcome_of_failure(resource):
        sent.fault(where, "says nothing here: leave it out, or send what failed.")


def _read_form(resource: Mapping[str, Any], where: str, sent: _Sent) -> None:
    if resource.get("status") == "entered-in-error":
        return
    sent.forms += 1
    if sent.forms > 1:
        sent.fault(where, "is a second form: an examination has one. An earlier one goes into `previous`.")
        return
    form = read_response(resource, place=where, now=sent.at)
    sent.times += [(form.authored, f"{where}/authored")] if form.authored else []
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
        sent.times.append((told.at, where))
    elif _is_odd(resource, sent.at):
        raise Unreadable("its time")
    if isinstance(told, Stated):
        sent.state(told.item.code, told.value, told.at, where, told.latest)
    elif told.present:
        when = None if told.at == BEGINNING else days_of(told.at.date().isoformat())
        sent.problems.append((Problem(meanings=told.meanings, label=told.label, recorded=when), where))
    else:
        for meaning in told.meanings:
            if meaning.item and meaning.value is True:
                sent.state(meaning.item, False, told.at, where, told.latest)


def _is_odd(observation: Mapping[str, Any], now: datetime) -> bool:
    """Whether a time is stated that is none, or of a month to come: it must not count as of no time."""
    stated = time_of(observation)
    if stated is None:
        return any(name.startswith("effective") for name in observation)
    days = days_of(stated)
    return moment_of(stated, now) is None and (days is None or days.first > (now + CLOCK_SLACK).date())


def _check_times(sent: _Sent) -> None:
    for when, where in sent.times:
        if when > sent.at + CLOCK_SLACK:
            sent.fault(where, "is in the future.")


def _check_person(sent: _Sent, patient: BundleEntry, years: float | None, sex: str | None) -> str | None:
    """The sex, as the Patient or else a statement has it; with a fault for whoever states another age or sex."""
    if years is None:
        sent.fault(f"{patient.place}/birthDate", "is required: the age counts.")
    for each in sent.stated.pop(AGE, ()):
        then = read_person(patient.resource, sent.at if each.at == BEGINNING else each.at).age_years
        if then is not None and abs(each.value - then) > MOST_YEARS_APART:
            sent.fault(each.place, "is another age than that of the Patient.")
    stated = [each for each in sent.stated.pop(SEX, ()) if each.value not in NO_SEX]
    if sex in NO_SEX and stated:
        sent.stated[SEX] = stated
        return None
    for each in stated:
        if each.value != sex:
            sent.fault(each.place, "is another sex than that of the Patient.")
    return sex


def _statements(sent: _Sent, counting: Mapping[str, Statement]) -> dict[str, Any]:
    """All that was stated; a red flag that a problem raises is not talked down by anything else."""
    given = {code: each.value for code, each in counting.items()}
    if DURATION in given and counting[DURATION].at != BEGINNING:
        given[DURATION] += (sent.examined - counting[DURATION].at).days
    today = sent.examined.date()
    days = duration_days((problem for problem, _ in sent.problems), today)
    found = {} if days is None else {DURATION: days}
    stated = (each for problem, _ in sent.problems for each in _of_problem(problem, today))
    raised = {code: value for code, value in stated if code.startswith(RED_FLAGS) or code not in given}
    return {**found, **given, **dict.fromkeys(sent.drugs, True), **raised}


def _of_problem(problem: Problem, today: date) -> Iterator[tuple[str, Any]]:
    for meaning in problem.meanings:
        new = not meaning.while_new or problem.is_new(today, NEW_DAYS)
        if meaning.item is not None and new and problem.counts(meaning):
            yield meaning.item, meaning.value


def _items_of(problem: Problem) -> Iterator[str]:
    return (meaning.item for meaning in problem.meanings if meaning.item is not None)
