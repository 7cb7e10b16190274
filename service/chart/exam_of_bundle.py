"""An examination that is sent as coded resources of one Patient, read strictly: every fault with its place."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from features.exam import Exam
from service.chart.conditions import Problem, meant, problem_of
from service.chart.duration import duration_days
from service.chart.entries import Unreadable, days_of
from service.chart.findings import DURATION, LASTING, RED_FLAGS
from service.chart.meanings import FRESH_DAYS, NEW_DAYS
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
TYPES: Final = ("collection", "searchset")
"""The types of Bundle that hold what is so; the others ask for something, or hold what was so once."""

OUTCOME: Final = "OperationOutcome"
_TYPE: Final = re.compile(r"[A-Z][A-Za-z]+")
OTHERWISE: Final = "something else than another resource of the same time, or of no time."

_END: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class _Statement:
    """One statement of an item; of several that with the highest rank counts."""

    code: str
    value: Any
    at: datetime
    place: str

    @property
    def raised(self) -> bool:
        """Whether it is a red flag that is there."""
        return self.code.startswith(RED_FLAGS) and self.value is True

    @property
    def rank(self) -> datetime:
        """What is newer ranks higher; a flag that does not go away, or may be of today, is outdone by nothing."""
        return _END if self.raised and (self.code in LASTING or self.at == BEGINNING) else self.at


class _Sent:
    """What has been read of a Bundle: statements, problems and drugs, where each stands, and the faults."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.stated: dict[str, list[_Statement]] = {}
        self.problems: list[tuple[Problem, str]] = []
        self.drugs: dict[str, str] = {}
        self.times: list[tuple[datetime, str]] = []
        self.faults: list[Fault] = []

    def state(self, code: str, value: Any, at: datetime, place: str) -> None:
        """One statement; that something was not assessed says nothing, and talks nothing down."""
        if value is not None:
            self.stated.setdefault(code, []).append(_Statement(code=code, value=value, at=at, place=place))

    @property
    def examined(self) -> datetime:
        """When it was done: when the newest statement was made."""
        return max((at for at, _ in self.times), default=self.at)

    def counting(self) -> dict[str, _Statement]:
        """The statement of each item that counts; two of the same time that say different things are a fault."""
        found = {}
        for code, stated in self.stated.items():
            highest = max(each.rank for each in stated)
            first, *others = sorted((each for each in stated if each.rank == highest), key=lambda each: not each.raised)
            if not first.raised:
                if isinstance(first.value, list):  # a list may come as one resource for each of its members
                    named = [each for each in (first, *others) if each.value]
                    empty = [each for each in (first, *others) if not each.value]
                    unlike = empty if named and empty else []
                    first = replace(first, value=list(dict.fromkeys(one for each in named for one in each.value)))
                else:
                    unlike = [each for each in others if each.value != first.value]
                self.faults += [Fault(pointer=each.place, detail=f"says of {code} {OTHERWISE}") for each in unlike]
            if self._counts(first):
                found[code] = first
        return found

    def _counts(self, stated: _Statement) -> bool:
        """Whether it belongs to the examination: what is older was not assessed in it.

        A flag that is there counts while it may be called new, and for ever where it does not go away.
        """
        if stated.rank == _END or stated.at == BEGINNING or stated.code == DURATION:
            return True
        there = stated.raised or (stated.code.startswith(RED_FLAGS) and not isinstance(stated.value, bool))
        return self.examined - stated.at <= timedelta(days=NEW_DAYS if there else FRESH_DAYS)


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
    counting = sent.counting()
    if person.age_years is None:
        sent.faults.append(Fault(pointer=f"{patient_place}/birthDate", detail="is required: the age counts."))
    if sent.faults:
        raise not_a_form(sent.faults)
    who = {"patient.age_years": person.age_years, **({} if person.sex is None else {"patient.sex": person.sex})}
    body = nested({**_statements(sent, counting), **who})
    if sent.times:
        body["examined_at"] = sent.examined.isoformat()
    try:
        return read_exam(json.dumps(body).encode(), at)
    except Refusal as refused:
        places = {exam_items()[code].pointer: each.place for code, each in counting.items()}
        places |= {"/examined_at": max(sent.times, default=(at, place))[1]}
        places |= {f"/{code.replace('.', '/')}": f"{patient_place}/{_PERSON[code]}" for code in who}
        raise not_a_form(
            [Fault(pointer=places.get(each.pointer, place), detail=each.detail) for each in refused.problem.errors]
        ) from None


_PERSON: Final = {"patient.age_years": "birthDate", "patient.sex": "gender"}


def _resources(bundle: Mapping[str, Any], place: str) -> list[tuple[Mapping[str, Any], str, Any]]:
    """Every resource with its place and its fullUrl."""
    if bundle.get("type") not in TYPES:
        raise not_a_form([Fault(pointer=f"{place}/type", detail=f"must be {' or '.join(TYPES)}.")])
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


def _statements(sent: _Sent, counting: Mapping[str, _Statement]) -> dict[str, Any]:
    """All that was stated; a red flag that a problem raises is not talked down by anything else."""
    given = {code: each.value for code, each in counting.items()}
    if DURATION in given and counting[DURATION].at != BEGINNING:
        given[DURATION] += (sent.examined - counting[DURATION].at).days
    days = duration_days((problem for problem, _ in sent.problems), sent.examined.date())
    found = {} if days is None else {DURATION: days}
    raised = {code: value for code, value in _of_problems(sent) if code.startswith(RED_FLAGS) or code not in given}
    return {**found, **given, **dict.fromkeys(sent.drugs, True), **raised}


def _read(resource: Mapping[str, Any], where: str, sent: _Sent) -> None:
    stated = resource.get("resourceType")
    kind = stated if isinstance(stated, str) else ""
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
        elif kind != "Patient" and (kind == OUTCOME or not _TYPE.fullmatch(kind)):
            sent.faults.append(Fault(pointer=where, detail="says nothing here: leave it out, or send what failed."))
    except Unreadable as found:
        if kind != "Condition" or meant(resource.get("code"))[0]:  # of nothing that is read it may be as it likes
            sent.faults.append(Fault(pointer=where, detail=f"cannot be understood ({found})."))
    except Refusal as refused:
        sent.faults.extend(refused.problem.errors)


def _read_form(resource: Mapping[str, Any], where: str, sent: _Sent) -> None:
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
    if isinstance(told, Stated):
        sent.state(told.item.code, told.value, told.at, where)
    elif told.present:
        when = None if told.at == BEGINNING else days_of(told.at.date().isoformat())
        sent.problems.append((Problem(meanings=told.meanings, label=told.label, recorded=when), where))
    else:
        for meaning in told.meanings:
            if meaning.item and meaning.value is True:
                sent.state(meaning.item, False, told.at, where)


def _of_problems(sent: _Sent) -> Iterator[tuple[str, Any]]:
    today = sent.at.date()
    for problem, _ in sent.problems:
        for meaning in problem.meanings:
            new = not meaning.while_new or problem.is_new(today, NEW_DAYS)
            if meaning.item is not None and new and problem.counts(meaning):
                yield meaning.item, meaning.value


def _refuse_others(
    resource: Mapping[str, Any], where: str, identifier: Any, full_url: Any, faults: list[Fault]
) -> None:
    """A resource about somebody else, or nobody knows whom, is a fault: people must not be mixed up."""
    for name in SUBJECTS:
        subject = resource.get(name)
        if subject is None:
            continue
        reference = subject.get("reference") if isinstance(subject, Mapping) else None
        if not isinstance(reference, str):
            faults.append(Fault(pointer=f"{where}/{name}", detail="must be a reference to the Patient of the Bundle."))
        elif not _same(reference, identifier, full_url):
            faults.append(Fault(pointer=f"{where}/{name}", detail="is somebody else than the Patient of the Bundle."))


def _same(reference: str, identifier: Any, full_url: Any) -> bool:
    """Whether a reference is to the Patient; one to a server is not to the Patient of another server."""
    named = reference.partition("/_history/")[0]
    if named == full_url:
        return True
    if _is_url(named) and _is_url(full_url):
        return False
    return isinstance(identifier, str) and named.rsplit("/", 2)[-2:] == ["Patient", identifier]


def _is_url(address: Any) -> bool:
    return isinstance(address, str) and address.startswith(("http://", "https://"))
